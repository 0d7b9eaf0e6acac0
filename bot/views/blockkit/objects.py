"""Composition objects: texts, options, confirmations and the few others.

Source: https://docs.slack.dev/reference/block-kit/composition-objects
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from bot.views.blockkit.rules import (
    Check,
    Fault,
    Shape,
    at_least_one,
    boolean,
    exactly_one,
    items,
    kinds,
    matching,
    number,
    one_of,
    shape,
    string,
)

TEXT_MAX = 3000
URL_MAX = 3000
OPTION_MAX = 75
OPTIONS_MAX = 100


def plain(high: int = TEXT_MAX) -> Check:
    """A `plain_text` object of 1 to `high` characters."""
    return kinds({"plain_text": shape("plain_text", {"text": string(1, high)}, {"emoji": boolean})})


def mrkdwn(high: int = TEXT_MAX) -> Check:
    """A `mrkdwn` object of 1 to `high` characters."""
    return kinds({"mrkdwn": shape("mrkdwn", {"text": string(1, high)}, {"verbatim": boolean})})


def words(high: int = TEXT_MAX) -> Check:
    """A text object of either kind, of 1 to `high` characters."""
    return kinds({"plain_text": plain(high), "mrkdwn": mrkdwn(high)})


url = string(1, URL_MAX)
style = one_of("primary", "danger")

slack_file = Shape({}, {"id": string(1, 255), "url": url}, (exactly_one("id", "url"),))

confirm = Shape(
    {"title": plain(100), "text": words(300), "confirm": plain(30), "deny": plain(30)},
    {"style": style},
)

dispatch_config = Shape(
    {"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), 1, 2)}
)

conversation_filter = Shape(
    {},
    {
        "include": items(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    (at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),),
)

# The value of an option is 75 in Slack's types and 150 in its newer pages: 75 passes both.
option = Shape(
    {"text": plain(OPTION_MAX), "value": string(1, OPTION_MAX)},
    {"description": plain(OPTION_MAX)},
)
linked_option = Shape(
    {"text": plain(OPTION_MAX), "value": string(1, OPTION_MAX)},
    {"description": plain(OPTION_MAX), "url": url},
)
marked_option = Shape(
    {"text": words(OPTION_MAX), "value": string(1, OPTION_MAX)},
    {"description": words(OPTION_MAX)},
)
option_group = Shape({"label": plain(OPTION_MAX), "options": items(option, 1, OPTIONS_MAX)})


def offered(element: Mapping[str, object]) -> list[object]:
    """Every option that a select, radio or checkbox element offers, groups laid open."""
    found: list[object] = []
    options, groups = element.get("options"), element.get("option_groups")
    if isinstance(options, list):
        found.extend(options)
    for group in groups if isinstance(groups, list) else []:
        if isinstance(group, dict) and isinstance(group.get("options"), list):
            found.extend(group["options"])
    return found


def initial_is_offered(element: Mapping[str, object], at: str) -> Iterator[Fault]:
    """`initial_option` and each of `initial_options` equals one of the options."""
    choice = offered(element)
    if "initial_option" in element and element["initial_option"] not in choice:
        yield Fault(f"{at}/initial_option", "must be one of the options")
    many = element.get("initial_options")
    for index, each in enumerate(many if isinstance(many, list) else []):
        if each not in choice:
            yield Fault(f"{at}/initial_options/{index}", "must be one of the options")


def values_are_unique(element: Mapping[str, object], at: str) -> Iterator[Fault]:
    """No two options of one element carry the same value, or a choice could not be told apart."""
    seen: set[object] = set()
    for each in offered(element):
        value = each.get("value") if isinstance(each, dict) else None
        if not isinstance(value, str):
            continue
        if value in seen:
            yield Fault(at, f"option values must be unique: {value}")
        seen.add(value)


raw_text = shape("raw_text", {"text": string(1, TEXT_MAX)})
raw_number = shape("raw_number", {"value": number}, {"text": string(1, TEXT_MAX)})

_written_day = matching(r"\d{4}-\d\d-\d\d", "must be a date as YYYY-MM-DD")


def day(value: object, at: str) -> Iterator[Fault]:
    """A day of the calendar, as `2026-02-28`."""
    faults = list(_written_day(value, at))
    yield from faults
    if not faults:
        try:
            date.fromisoformat(str(value))
        except ValueError:
            yield Fault(at, "must be a date that exists")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def timezone(value: object, at: str) -> Iterator[Fault]:
    """The name of a zone in the IANA database, as `Europe/Berlin`."""
    if not isinstance(value, str) or value not in _zones():
        yield Fault(at, "must be an IANA time zone")


time_of_day = matching(r"([01]\d|2[0-3]):[0-5]\d", "must be a time as HH:mm")
decimal = matching(r"-?\d+(\.\d+)?", "must be a number written as a string")
