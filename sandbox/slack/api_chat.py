"""`chat.*`: posting, editing, deleting.

Sources: https://docs.slack.dev/reference/methods/chat.postMessage and
https://docs.slack.dev/reference/methods/chat.update
"""

from dataclasses import dataclass

from bot.views.blockkit import Fault, check_message
from sandbox.slack.api import Api, Args, Endpoint
from sandbox.slack.wire import Payload, SlackError
from sandbox.slack.world import Channel

POST_TEXT_MAX = 40_000
UPDATE_TEXT_MAX = 4_000


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says, once Slack would take it."""

    text: str
    blocks: list[Payload] | None
    """None when none are given, which is not the same as an empty list."""


def said(args: Args, *, edit: bool = False) -> Said:
    """Text and blocks of a call or of an answer; an edit may leave both out.

    Raises SlackError as Slack refuses: no_text, msg_too_long, markdown_text_conflict,
    too_many_attachments, invalid_attachments, or invalid_blocks with a pointer to each element.
    """
    blocks = args.json("blocks", "invalid_blocks_format")
    attachments = args.json("attachments", "invalid_attachments")
    text, markdown = args.text("text"), args.text("markdown_text")
    if blocks is not None and not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    if markdown and (text or blocks):
        raise SlackError("markdown_text_conflict")
    if not (edit or text or markdown or blocks or attachments):
        raise SlackError("no_text")
    given = {"markdown_text": markdown or None, "attachments": attachments, "blocks": blocks}
    _refuse(check_message({"text": None if markdown else "-", **given}))
    return Said(text or markdown, blocks)


def _refuse(faults: list[Fault]) -> None:
    """Answer the first kind of fault as Slack does."""
    if any(fault.pointer == "/markdown_text" for fault in faults):
        raise SlackError("msg_too_long")
    if any(fault.pointer == "/attachments" for fault in faults):
        raise SlackError("too_many_attachments")
    if any(fault.pointer.startswith("/attachments/") for fault in faults):
        raise SlackError("invalid_attachments")
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
    what = said(args)
    message = api.world.post(
        channel,
        user=api.world.app.bot_user_id,
        text=what.text[:POST_TEXT_MAX],
        blocks=what.blocks,
        thread_ts=_thread(channel, args),
        metadata=_metadata(args),
    )
    return {"channel": channel.id, "ts": message.ts, "message": api.message_object(message)}


def post_ephemeral(api: Api, args: Args) -> Payload:
    """`chat.postEphemeral`: a whisper; it cannot be edited, and is gone when the page is.

    Somebody deactivated is in no channel any more.
    """
    channel = api.writable(args.need("channel"))
    user = args.need("user")
    person = api.world.people.get(user)
    if user not in channel.members or person is None or person.kind == "deactivated":
        raise SlackError("user_not_in_channel")
    what = said(args)
    message = api.world.post(
        channel,
        user=api.world.app.bot_user_id,
        text=what.text[:POST_TEXT_MAX],
        blocks=what.blocks,
        thread_ts=_thread(channel, args),
        ephemeral_to=user,
    )
    return {"message_ts": message.ts}


def update(api: Api, args: Args) -> Payload:
    """`chat.update`: text without blocks takes the blocks away; neither keeps both."""
    world = api.world
    channel = api.seen(args.need("channel"))
    message = api.own_message(channel, args.need("ts"), "cant_update_message")
    if world.suspended:
        raise SlackError("ekm_access_denied")
    if channel.archived or channel.frozen:
        raise SlackError("is_inactive")
    age = world.now().timestamp() - float(message.ts)
    if world.edit_window is not None and age > world.edit_window.total_seconds():
        raise SlackError("edit_window_closed")
    what = said(args, edit=True)
    blocks, text = what.blocks, what.text
    untouched = blocks is None and not text
    if (untouched and "metadata" not in args.given) or not (text or blocks or message.text):
        raise SlackError("no_text")
    if len(text) > UPDATE_TEXT_MAX:
        raise SlackError("msg_too_long")
    if not untouched:
        message.text = text or message.text
        message.blocks = world.kept(blocks or [])
        message.edited = message.edited or not message.blocks  # edits with blocks show no mark
        message.edited_ts = world.new_ts()
    if "metadata" in args.given:
        message.metadata = _metadata(args)
    world.changed()
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
