"""`chat.*`: posting, editing, deleting.

Sources: https://docs.slack.dev/reference/methods/chat.postMessage and
https://docs.slack.dev/reference/methods/chat.update
"""

from bot.views.blockkit import check_message
from sandbox.slack.api import Api, Args, Endpoint
from sandbox.slack.wire import Payload, SlackError
from sandbox.slack.world import Channel

POST_TEXT_MAX = 40_000
UPDATE_TEXT_MAX = 4_000


def checked_blocks(args: Args) -> list[Payload] | None:
    """The blocks given, if Slack would take them; None when none are given."""
    blocks = args.json("blocks", "invalid_blocks_format")
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    refuse_blocks(blocks)
    return blocks


def refuse_blocks(blocks: object) -> None:
    """Answer faults of a message's blocks as Slack does: `invalid_blocks`, with a pointer each."""
    faults = [
        f for f in check_message({"text": "-", "blocks": blocks}) if f.pointer[:7] == "/blocks"
    ]
    if faults:
        lines = [f"[ERROR] {fault.rule} [json-pointer:{fault.pointer}]" for fault in faults]
        raise SlackError(
            "invalid_blocks",
            errors=[line.removeprefix("[ERROR] ") for line in lines],
            response_metadata={"messages": lines},
        )


def _metadata(args: Args) -> Payload | None:
    found = args.json("metadata", "invalid_metadata_format")
    if found is None or found == {}:
        return None
    if not isinstance(found, dict) or set(found) != {"event_type", "event_payload"}:
        raise SlackError("invalid_metadata_format")
    return found


def _said(args: Args) -> tuple[str, list[Payload] | None]:
    """Text and blocks; refuses a message that says nothing."""
    blocks = checked_blocks(args)
    text = args.text("text") or args.text("markdown_text")
    if not (text or blocks or args.json("attachments", "invalid_attachments")):
        raise SlackError("no_text")
    return text, blocks


def _thread(channel: Channel, args: Args) -> str | None:
    """The root to reply under; a reply cannot be replied to."""
    ts = args.text("thread_ts")
    if not ts:
        return None
    root = channel.messages.get(ts)
    if root is not None and (root.thread_ts or root.ephemeral_to):
        raise SlackError("cannot_reply_to_message")
    return ts


def post_message(api: Api, args: Args) -> Payload:
    """`chat.postMessage`."""
    channel = api.writable(args.need("channel"))
    text, blocks = _said(args)
    message = api.world.post(
        channel,
        user=api.world.app.bot_user_id,
        text=text[:POST_TEXT_MAX],
        blocks=blocks,
        thread_ts=_thread(channel, args),
        metadata=_metadata(args),
    )
    return {"channel": channel.id, "ts": message.ts, "message": api.message_object(message)}


def post_ephemeral(api: Api, args: Args) -> Payload:
    """`chat.postEphemeral`: a whisper; it cannot be edited, and is gone when the page is."""
    channel = api.writable(args.need("channel"))
    user = args.need("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    text, blocks = _said(args)
    message = api.world.post(
        channel,
        user=api.world.app.bot_user_id,
        text=text[:POST_TEXT_MAX],
        blocks=blocks,
        thread_ts=_thread(channel, args),
        ephemeral_to=user,
    )
    return {"message_ts": message.ts}


def update(api: Api, args: Args) -> Payload:
    """`chat.update`: text without blocks takes the blocks away; neither keeps both."""
    channel = api.channel(args.need("channel"))
    message = api.own_message(channel, args.need("ts"), "cant_update_message")
    if channel.archived:
        raise SlackError("is_archived")
    blocks, text = checked_blocks(args), args.text("text")
    untouched = blocks is None and not text
    if (untouched and "metadata" not in args.given) or not (text or blocks or message.text):
        raise SlackError("no_text")
    if len(text) > UPDATE_TEXT_MAX:
        raise SlackError("msg_too_long")
    if not untouched:
        message.text = text or message.text
        message.blocks = api.world.kept(blocks or [])
        message.edited = message.edited or not message.blocks  # edits with blocks show no mark
        message.edited_ts = api.world.new_ts()
    if "metadata" in args.given:
        message.metadata = _metadata(args)
    api.world.changed()
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": {k: v for k, v in api.message_alone(message).items() if k != "ts"},
    }


def delete(api: Api, args: Args) -> Payload:
    """`chat.delete`: the app's own messages only."""
    channel = api.channel(args.need("channel"))
    message = api.own_message(channel, args.need("ts"), "cant_delete_message")
    api.world.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def permalink(api: Api, args: Args) -> Payload:
    """`chat.getPermalink`."""
    channel = api.channel(args.need("channel"))
    message = channel.messages.get(args.need("message_ts"))
    if message is None or message.ephemeral_to:
        raise SlackError("message_not_found")
    return {"channel": channel.id, "permalink": api.world.permalink(message)}


ENDPOINTS = {
    "chat.postMessage": Endpoint(post_message, "chat:write"),
    "chat.postEphemeral": Endpoint(post_ephemeral, "chat:write"),
    "chat.update": Endpoint(update, "chat:write"),
    "chat.delete": Endpoint(delete, "chat:write"),
    "chat.getPermalink": Endpoint(permalink),
}
