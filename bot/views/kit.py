"""The building blocks of every message and view: text objects, escaping, bounds, ages.

Everything that comes from people or from Aura passes `clean` (promise P15): control and bidi
characters go, the length is bounded, and ``& < >`` are escaped, so that it can neither ping a
channel nor imitate a line of ours
(https://docs.slack.dev/messaging/formatting-message-text#escaping).
"""

import unicodedata
from datetime import datetime, timedelta
from typing import Any

from bot.core.base import ChannelId, Frozen, UserId
from bot.core.people import ROBOT

Block = dict[str, Any]
View = dict[str, Any]

_BREAKS = "\n\r\t\u2028\u2029"
_HIDDEN = ("Cc", "Cf", "Co", "Cs", "Cn")


class Message(Frozen):
    """What one chat message shows. ``text`` is what notifications and screen readers say."""

    text: str
    blocks: tuple[Block, ...] = ()


def clean(text: str, most: int = 300) -> str:
    """Bound and disarm text from outside for use in mrkdwn.

    Line breaks become blanks; control, bidi and other invisible characters are dropped.
    """
    one_line = " ".join(_visible(text).split())
    if len(one_line) > most:
        one_line = one_line[: most - 1] + "…"
    return one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _visible(text: str) -> str:
    changed = {
        ord(c): " " if c in _BREAKS else None
        for c in set(text)
        if c in _BREAKS or unicodedata.category(c) in _HIDDEN
    }
    return text.translate(changed)


def code(text: str, most: int = 120) -> str:
    """Show an id or a name one can copy, in code style."""
    return f"`{clean(text, most).replace('`', chr(39))}`"


def bold(text: str, most: int = 120) -> str:
    """Show a name in bold; asterisks inside it are dropped."""
    return f"*{clean(text, most).replace('*', '')}*"


def user(user_id: UserId) -> str:
    """Mention a person; a pipeline is named, since Slack knows no such user."""
    if user_id.startswith(ROBOT):
        return f"the pipeline {code(user_id.removeprefix(ROBOT))}"
    return f"<@{user_id}>"


def channel(channel_id: ChannelId) -> str:
    """Name a channel."""
    return f"<#{channel_id}>"


def span(length: timedelta | float) -> str:
    """Say how long, in the two largest fitting units: `42 s`, `5 min 10 s`, `6 d 4 h`."""
    seconds = int(length.total_seconds() if isinstance(length, timedelta) else length)
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
        elif parts:
            break
        if len(parts) == 2:
            break
    return " ".join(parts) or "0 s"


def ago(when: datetime, now: datetime) -> str:
    """Say how long ago, in words: `just now`, `5 min ago`, `3 d 2 h ago`."""
    seconds = (now - when).total_seconds()
    if seconds < 0:
        return f"in {span(-seconds)}"
    if seconds < 10:
        return "just now"
    if seconds >= 60:
        seconds -= seconds % 60
    return f"{span(seconds)} ago"


def moment(when: datetime) -> str:
    """Show a time in UTC with its zone: `2026-11-22 07:41 UTC`."""
    return when.strftime("%Y-%m-%d %H:%M UTC")


def plain(text: str) -> Block:
    """Make a plain text object."""
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Block:
    """Make a mrkdwn text object; verbatim, so that Slack finds no mention where we wrote none.

    https://docs.slack.dev/reference/block-kit/composition-objects/text-object
    """
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text: str, *, block_id: str | None = None, accessory: Block | None = None) -> Block:
    """Make a section of mrkdwn, cut at Slack's 3,000 characters."""
    block: Block = {"type": "section", "text": mrkdwn(text[:3000])}
    if block_id:
        block["block_id"] = block_id
    if accessory:
        block["accessory"] = accessory
    return block


def fields(pairs: list[tuple[str, str]]) -> Block:
    """Make a section of up to ten label and value fields; labels and values are mrkdwn."""
    return {
        "type": "section",
        "fields": [mrkdwn(f"*{label}*\n{value}"[:2000]) for label, value in pairs[:10]],
    }


def header(text: str) -> Block:
    """Make a header, cut at Slack's 150 characters."""
    return {"type": "header", "text": plain(text[:150])}


def context(*texts: str) -> Block:
    """Make a context line of up to ten small mrkdwn texts."""
    return {"type": "context", "elements": [mrkdwn(t[:3000]) for t in texts[:10]]}


def divider() -> Block:
    """Make a divider."""
    return {"type": "divider"}


def actions(block_id: str, *elements: Block) -> Block:
    """Make a row of up to 25 elements."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(
    text: str,
    action_id: str,
    value: str = "",
    *,
    style: str | None = None,
    confirm: Block | None = None,
) -> Block:
    """Make a button; ``value`` carries an opaque id only, nothing that is trusted."""
    element: Block = {"type": "button", "text": plain(text[:75]), "action_id": action_id}
    if value:
        element["value"] = value
    if style:
        element["style"] = style
    if confirm:
        element["confirm"] = confirm
    return element


def confirm(title: str, text: str, yes: str, no: str = "Not now") -> Block:
    """Make the question Slack asks before a button counts."""
    return {
        "title": plain(title[:100]),
        "text": plain(text[:300]),
        "confirm": plain(yes[:30]),
        "deny": plain(no[:30]),
    }
