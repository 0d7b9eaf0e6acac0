"""From what a person types to what Slack stores and sends: mentions, links and escapes.

Source: https://docs.slack.dev/messaging/formatting-message-text and, for commands,
https://docs.slack.dev/interactivity/implementing-slash-commands
"""

import re
from html import escape as html_escape

from sandbox.slack.world import World

_EVERYBODY = ("channel", "here", "everyone")


def stored(world: World, text: str) -> str:
    """A message's text: `@name` and `#channel` become ids, the rest is escaped."""
    return _replaced(world, text, named=False)


def for_command(world: World, text: str, *, should_escape: bool) -> str:
    """A command's text: with `should_escape` names become ids with names, else they stay words."""
    if should_escape:
        return _replaced(world, text, named=True)
    plain = re.sub(r"<@(\w+)(\|[^>]*)?>", lambda m: _handle(world, m), text)
    return html_escape(plain, quote=False)


def _handle(world: World, match: re.Match[str]) -> str:
    person = world.people.get(match[1])
    return f"@{person.name}" if person else match[0]


def _replaced(world: World, text: str, *, named: bool) -> str:
    people = {p.id: p for p in world.people.values()}
    by_name = {
        name.lower(): p.id for p in people.values() for name in (p.real_name, p.name) if name
    }
    groups = {group.handle.lower(): group for group in world.groups.values()}
    channels = {c.name.lower(): c for c in world.channels.values() if c.kind != "app"}

    def mention(user: str) -> str:
        return f"<@{user}|{people[user].name}>" if named else f"<@{user}>"

    def place(channel_id: str) -> str:
        channel = world.channels[channel_id]
        name = "" if channel.kind == "private" else channel.name
        return f"<#{channel_id}|{name}>"

    def one(match: re.Match[str]) -> str:
        whole, word = match[0], (match["at"] or match["hash"] or "").lower()
        if match["user"] in people:
            return mention(match["user"])
        if match["channel"] in world.channels:
            return place(match["channel"])
        if match["url"]:
            return f"<{html_escape(match['url'], quote=False)}>"
        if match["at"] and word in _EVERYBODY:
            return f"<!{word}>"
        if match["at"] and word in by_name:
            return mention(by_name[word])
        if match["at"] and word in groups:
            group = groups[word]
            return f"<!subteam^{group.id}|@{group.handle}>" if named else f"<!subteam^{group.id}>"
        if match["hash"] and word in channels:
            return place(channels[word].id)
        return html_escape(whole, quote=False)

    def longest_first(names: list[str]) -> str:
        return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))

    pattern = (
        r"<@(?P<user>\w+)(?:\|[^>]*)?>|<#(?P<channel>\w+)(?:\|[^>]*)?>"
        r"|(?P<url>https?://[^\s<>]+)"
        rf"|@(?P<at>{longest_first([*by_name, *groups, *_EVERYBODY])})(?![\w-])"
        rf"|#(?P<hash>{longest_first(list(channels))})(?![\w-])"
        r"|[&<>]"
    )
    return re.sub(pattern, one, text, flags=re.IGNORECASE)
