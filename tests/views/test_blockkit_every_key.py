"""Every key that the Block Kit rules know is held to a rule, and every length to its limit.

The limits are those of Slack's pages and types, written down here a second time on purpose.
"""

import copy
import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.views.blockkit import Fault, check_message, check_view
from bot.views.blockkit.rules import Shape
from tests.views.blocks_at_size import Json
from tests.views.blocks_in_full import MESSAGES, views

Checked = Callable[[Json], list[Fault]]
#: Every surface in full, and how it is checked.
FULL: list[tuple[Json, Checked]] = []
FULL += [({"text": "t", "blocks": [block]}, check_message) for block in MESSAGES]
FULL += [(view, check_view) for view in views()]
TEXT_OBJECTS = (frozenset({"type", "text", "emoji"}), frozenset({"type", "text", "verbatim"}))
WRONG: Json = {"wrong": []}  # neither a text object nor a string, a number, a list or a choice


def pointers(value: object, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place below a value, as the keys that lead there."""
    each = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else ())
    )
    for key, inner in each:
        yield (*at, key)
        yield from pointers(inner, (*at, key))


def put(payload: Json, at: tuple[Any, ...], value: object) -> Json:
    """The payload with another value at one place."""
    changed: Any = copy.deepcopy(payload)
    place = changed
    for key in at[:-1]:
        place = place[key]
    place[at[-1]] = value
    return changed  # type: ignore[no-any-return]


def found(payload: Json, at: tuple[Any, ...]) -> Any:
    value: Any = payload
    for key in at:
        value = value[key]
    return value


def written(at: tuple[Any, ...]) -> str:
    return "".join(f"/{key}" for key in at)


def same(shape: Shape) -> object:
    """What tells shapes apart: text objects are made alike for every place where they stand."""
    keys = frozenset(shape.required) | frozenset(shape.optional)
    return keys if keys in TEXT_OBJECTS else id(shape)


@pytest.mark.parametrize(("payload", "check"), FULL)
def test_what_has_every_key_is_accepted(payload: Json, check: Checked) -> None:
    assert check(payload) == []


def test_every_key_of_every_shape_is_refused_when_it_holds_something_else() -> None:
    refused: set[tuple[object, str]] = set()
    real = Shape.__call__

    def watched(shape: Shape, value: object, at: str) -> Iterator[Fault]:
        for fault in real(shape, value, at):
            key = fault.pointer.removeprefix(f"{at}/").partition("/")[0]
            refused.add((same(shape), key))
            yield fault

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Shape, "__call__", watched)
        for payload, check in FULL:
            for at in pointers(payload):
                assert check(put(payload, at, WRONG)), f"anything goes at {written(at)}"
    shapes = [each for each in gc.get_objects() if isinstance(each, Shape)]
    known = {
        (same(shape), key): f"{shape.required.keys() | shape.optional.keys()}: {key}"
        for shape in shapes
        for key in {**shape.required, **shape.optional}
        if key != "type"  # by it the shape was chosen
    }
    assert [said for which, said in known.items() if which not in refused] == []


#: The longest text, or the largest number, by what holds it; ``*`` stands for whatever has the key.
MOST: dict[str, dict[str, int]] = {
    "*": {"block_id": 255, "action_id": 255, "placeholder": 150},
    "axis_config": {"x_label": 50, "y_label": 50},
    "button": {
        "text": 75,
        "value": 2000,
        "url": 3000,
        "accessibility_label": 75,
        "agent_prompt": 4000,
    },
    "card": {"title": 150, "subtitle": 150, "body": 200},
    "confirm": {"title": 100, "text": 300, "confirm": 30, "deny": 30},
    "container": {"title": 150, "subtitle": 150},
    "data_table": {"page_size": 100},
    "data_visualization": {"title": 50},
    "file_input": {"max_files": 10},
    "header": {"text": 150, "level": 4},
    "home": {"private_metadata": 3000, "callback_id": 255, "external_id": 255},
    "icon_button": {"text": 75, "value": 2000, "accessibility_label": 75},
    "image": {"alt_text": 2000, "image_url": 3000, "title": 2000},
    "input": {"label": 2000, "hint": 2000},
    "link": {"url": 3000},
    "markdown": {"text": 12_000},
    "modal": {
        "title": 24,
        "submit": 24,
        "close": 24,
        "private_metadata": 3000,
        "callback_id": 255,
        "external_id": 255,
    },
    "negative_button": {"text": 75, "value": 2000, "accessibility_label": 75},
    "option_groups": {"label": 75},
    "options": {"text": 75, "value": 75, "description": 75, "url": 3000},
    "plain_text_input": {"max_length": 3000},
    "positive_button": {"text": 75, "value": 2000, "accessibility_label": 75},
    "section": {"text": 3000},
    "segments": {"label": 20},
    "series": {"name": 20},
    "slack_file": {"url": 3000},
    "trigger": {"url": 3000},
    "url": {"url": 3000},
    "video": {
        "title": 199,
        "author_name": 49,
        "description": 200,
        "thumbnail_url": 3000,
        "provider_icon_url": 3000,
    },
    "workflow_button": {"text": 75, "accessibility_label": 75},
}
MAY_BE_EMPTY = {"private_metadata", "callback_id", "external_id"}
#: What has a limit that no page names, or hangs on something else; tested with it, or not at all.
OTHERWISE = {
    *("initial_option", "initial_options", "data"),  # must equal what is offered beside them
    *(
        "rich_text_list",
        "rich_text_quote",
        "rich_text_preformatted",
        "customizable_input_parameters",
    ),
    *("text", "emoji", "user", "usergroup", "channel", "team", "broadcast", "color", "date"),
    *("raw_text", "raw_number", "task_card", "plan", "message"),
    *("button.agent_prompt_display", "link.text", "url.text", "slack_file.id", "segments.value"),
    *("data_table.caption", "data_table.row_header_column_index", "alert.text"),
    *("video.alt_text", "video.provider_name"),
    *("plain_text_input.initial_value", "plain_text_input.min_length"),
    *("rich_text_input.min_lines", "rich_text_input.max_lines", "email_text_input.initial_value"),
    *("external_select.min_query_length", "multi_external_select.min_query_length"),
    "url_text_input.initial_value",
}
#: A choice, a pattern, or the id of something; the first test of this page refuses anything else.
KEYS_OF_CHOICES = {
    *("style", "icon", "align", "status", "width", "timezone", "max_selected_items"),
    *("initial_user", "initial_conversation", "initial_channel", "initial_date", "initial_time"),
    *("initial_date_time", "video_url", "title_url", "min_value", "max_value"),
}


def holder(payload: Json, at: tuple[Any, ...]) -> str:
    """What holds the key at a place: by its type, or else by the key under which it stands."""
    inside = found(payload, at[:-1])
    names = [key for key in at[:-1] if isinstance(key, str)]
    return str(inside.get("type") or (names[-1] if names else "message"))


def grown(value: Any, size: int) -> object:
    """The value, or the text of a text object, at this size."""
    if isinstance(value, dict):
        return {**value, "text": "x" * size}
    return "x" * size if isinstance(value, str) else size


def sized() -> Iterator[tuple[str, str, Json, Checked, tuple[Any, ...]]]:
    """Every text and number in full: what holds it, its key, and where it is."""
    for payload, check in FULL:
        for at in pointers(payload):
            value, inside = found(payload, at), found(payload, at[:-1])
            a_text = isinstance(value, dict) and value.get("type") in ("plain_text", "mrkdwn")
            plain = isinstance(value, str | int) and not isinstance(value, bool)
            if not isinstance(inside, dict) or at[-1] == "type" or not (a_text or plain):
                continue
            if inside.get("type") not in ("plain_text", "mrkdwn"):
                yield holder(payload, at), at[-1], payload, check, at


def most(kind: str, key: str) -> int | None:
    return MOST.get(kind, {}).get(key, MOST["*"].get(key))


LIMITED = {
    (kind, key): (payload, check, at)
    for kind, key, payload, check, at in sized()
    if most(kind, key) is not None
}


@pytest.mark.parametrize(("kind", "key"), LIMITED)
def test_each_limit_passes_and_one_above_is_refused_there(kind: str, key: str) -> None:
    payload, check, at = LIMITED[kind, key]
    limit = most(kind, key)
    assert limit is not None
    value = found(payload, at)
    assert check(put(payload, at, grown(value, limit))) == []
    above = check(put(payload, at, grown(value, limit + 1)))
    assert [fault.pointer for fault in above if fault.pointer.startswith(written(at))], above
    least = 0 if key in MAY_BE_EMPTY else 1
    assert check(put(payload, at, grown(value, least))) == []
    if least:
        assert check(put(payload, at, grown(value, 0)))


def test_every_text_and_number_is_in_the_table_or_said_to_have_no_limit() -> None:
    open_ = {
        f"{kind}.{key}"
        for kind, key, *_ in sized()
        if most(kind, key) is None
        and not {kind, f"{kind}.{key}"} & OTHERWISE
        and key not in KEYS_OF_CHOICES
    }
    assert open_ == {"alert.level", "number_input.initial_value"}  # a choice; a decimal
    rows = {(kind, key) for kind, keys in MOST.items() if kind != "*" for key in keys}
    assert rows <= LIMITED.keys()


TWICE = {"type": "card", "title": {"type": "plain_text", "text": "t"}, "block_id": "b"}
TABLE = {"type": "table", "rows": [[{"type": "raw_text", "text": "t"}]]}
LONG = {"type": "markdown", "text": "x" * 7000}


@pytest.mark.parametrize(
    ("payload", "pointer"),
    [
        ({"blocks": [{"type": "carousel", "elements": [TWICE] * 2}]}, "/0/elements/1/block_id"),
        ({"blocks": [{"type": "divider"}, LONG, LONG]}, "/2"),
        ({"blocks": [TABLE, TABLE]}, "/1"),
    ],
    ids=["one id for two cards", "too much markdown together", "a second table"],
)
def test_a_rule_that_spans_blocks_points_at_the_block_that_breaks_it(
    payload: Json, pointer: str
) -> None:
    assert [f.pointer for f in check_message(payload)] == [f"/blocks{pointer}"]


def test_blocks_within_an_attachment_are_held_to_the_same_rules() -> None:
    (fault,) = check_message({"attachments": [{"blocks": [{"type": "sheet"}]}]})
    assert fault.pointer == "/attachments/0/blocks/0/type"
