"""The Block Kit rules that are not sizes, each with the pointer and the words it answers with."""

import pytest

from bot.views.blockkit import Fault, check_message, check_view
from tests.views import blocks_at_size as at

DIVIDER: at.Json = {"type": "divider"}
OTHER: at.Json = {"text": at.plain(1), "value": "other"}


def message(*blocks: object) -> list[Fault]:
    return check_message({"text": "A sentence.", "blocks": list(blocks)})


def modal(*blocks: object, **more: object) -> list[Fault]:
    return check_view(at.modal(*blocks, **more))


def home(*blocks: object, **more: object) -> list[Fault]:
    return check_view({"type": "home", "blocks": list(blocks), **more})


def pressed(element: at.Json) -> list[Fault]:
    return message(at.actions(element))


def asked(element: at.Json, **more: object) -> list[Fault]:
    return modal(at.input_of(element, **more))


REFUSED: list[tuple[str, list[Fault], str, str]] = [
    ("neither text nor blocks", check_message({}), "", "no_text"),
    ("no block type", message({}), "/blocks/0", "missing required field: type"),
    (
        "unknown block",
        message({"type": "poem"}),
        "/blocks/0/type",
        "unsupported type: poem",
    ),
    ("block not an object", message("hello"), "/blocks/0", "must be an object"),
    (
        "input in a message",
        message(at.input_of(at.text_input())),
        "/blocks/0/type",
        "unsupported type: input",
    ),
    ("alert in a modal", modal({"type": "alert", "text": at.plain(1)}), "/blocks/0/type", ""),
    ("table in a modal", modal(at.table()), "/blocks/0/type", "unsupported type: table"),
    (
        "unknown key",
        message({**DIVIDER, "colour": "red"}),
        "/blocks/0",
        "invalid additional property: colour",
    ),
    (
        "unknown key far down",
        pressed(at.button(text={**at.plain(1), "verbatim": True})),
        "/blocks/0/elements/0/text",
        "invalid additional property: verbatim",
    ),
    (
        "mrkdwn in a header",
        message({"type": "header", "text": at.mrkdwn(1)}),
        "/blocks/0/text/type",
        "unsupported type: mrkdwn",
    ),
    (
        "mrkdwn on a button",
        pressed(at.button(text=at.mrkdwn(1))),
        "/blocks/0/elements/0/text/type",
        "unsupported type: mrkdwn",
    ),
    (
        "mrkdwn in a select",
        pressed(at.select_of({"text": at.mrkdwn(1), "value": "v"})),
        "/blocks/0/elements/0/options/0/text/type",
        "unsupported type: mrkdwn",
    ),
    (
        "too long a text",
        message(at.section(3001)),
        "/blocks/0/text/text",
        "must be less than 3001 characters",
    ),
    (
        "empty text",
        message(at.section(0)),
        "/blocks/0/text/text",
        "must be more than 0 characters",
    ),
    ("empty list", message(at.actions()), "/blocks/0/elements", "must have at least 1 item"),
    (
        "section of nothing",
        message({"type": "section"}),
        "/blocks/0",
        "at least one of these must be given: text, fields",
    ),
    (
        "wrong style",
        pressed(at.button(style="green")),
        "/blocks/0/elements/0/style",
        "must be one of: primary, danger",
    ),
    (
        "same block_id twice",
        message({**DIVIDER, "block_id": "b"}, {**DIVIDER, "block_id": "b"}),
        "/blocks/1/block_id",
        "block_id must be unique: b",
    ),
    (
        "same block_id inside a container",
        message(
            {**DIVIDER, "block_id": "b"},
            at.container(child_blocks=[{**DIVIDER, "block_id": "b"}]),
        ),
        "/blocks/1/child_blocks/0/block_id",
        "block_id must be unique: b",
    ),
    (
        "same action_id twice in a block",
        message(at.actions(at.button(), at.button())),
        "/blocks/0/elements/1/action_id",
        "action_id must be unique: press",
    ),
    (
        "text input in actions",
        pressed(at.text_input()),
        "/blocks/0/elements/0/type",
        "unsupported type: plain_text_input",
    ),
    (
        "button in an input",
        asked(at.button()),
        "/blocks/0/element/type",
        "unsupported type: button",
    ),
    (
        "button in a context",
        message({"type": "context", "elements": [at.button()]}),
        "/blocks/0/elements/0/type",
        "unsupported type: button",
    ),
    (
        "text input beside a section",
        message({**at.section(1), "accessory": at.text_input()}),
        "/blocks/0/accessory/type",
        "unsupported type: plain_text_input",
    ),
    (
        "options and groups",
        pressed({**at.select(1), **at.grouped(), "options": at.options(1)}),
        "/blocks/0/elements/0",
        "exactly one of these must be given: options, option_groups",
    ),
    (
        "an initial option that is not offered",
        pressed({**at.select(1), "initial_option": OTHER}),
        "/blocks/0/elements/0/initial_option",
        "must be one of the options",
    ),
    (
        "an initial choice that is not offered",
        pressed({**at.choice("checkboxes", 2), "initial_options": [at.options(1)[0], OTHER]}),
        "/blocks/0/elements/0/initial_options/1",
        "must be one of the options",
    ),
    (
        "two options of one value",
        pressed(at.select_of(*at.options(1), *at.options(1))),
        "/blocks/0/elements/0",
        "option values must be unique: v0",
    ),
    (
        "image by two addresses",
        message(at.image(slack_file={"id": "F1"})),
        "/blocks/0",
        "exactly one of these must be given: image_url, slack_file",
    ),
    ("number as a string", message({"type": "header", "text": at.plain(1), "level": "1"}), "", ""),
    ("a flag as a word", message({**at.section(1), "expand": "yes"}), "/blocks/0/expand", ""),
    (
        "date out of form",
        asked({"type": "datepicker", "action_id": "a", "initial_date": "1.2."}),
        "",
        "",
    ),
    (
        "number_input with JSON numbers",
        asked(
            {
                "type": "number_input",
                "action_id": "a",
                "is_decimal_allowed": False,
                "min_value": 1,
            }
        ),
        "/blocks/0/element/min_value",
        "must be a number written as a string",
    ),
    (
        "a bound that is no number",
        asked(
            {
                "type": "number_input",
                "action_id": "a",
                "is_decimal_allowed": False,
                "min_value": "ten",
                "max_value": "9",
            }
        ),
        "/blocks/0/element/min_value",
        "must be a number written as a string",
    ),
    (
        "a cell of words for a number",
        message({"type": "table", "rows": [[{"type": "raw_number", "value": "1"}]]}),
        "/blocks/0/rows/0/0/value",
        "must be a number",
    ),
    (
        "least above most",
        asked(
            {
                "type": "number_input",
                "action_id": "a",
                "is_decimal_allowed": False,
                "min_value": "10",
                "max_value": "9",
            }
        ),
        "/blocks/0/element/min_value",
        "must not be more than max_value",
    ),
    ("shortest above longest", asked(at.text_input(min_length=5, max_length=4)), "", "max_length"),
    (
        "confirm in an input",
        asked({**at.select(1), "confirm": {}}),
        "/blocks/0/element",
        "invalid additional property: confirm",
    ),
    (
        "response_url outside an input",
        pressed({"type": "channels_select", "action_id": "a", "response_url_enabled": True}),
        "/blocks/0",
        "response_url_enabled is allowed in input blocks only",
    ),
    (
        "two focused",
        modal(at.focused(0), at.focused(1)),
        "/blocks/1/element/focus_on_load",
        "only one",
    ),
    (
        "filter of nothing",
        pressed({"type": "conversations_select", "action_id": "a", "filter": {}}),
        "",
        "",
    ),
    (
        "uneven data table",
        message(
            {**at.data_table(), "rows": [[{"type": "raw_text", "text": "a"}] * n for n in (1, 2)]}
        ),
        "/blocks/0/rows/1",
        "as many cells as the header",
    ),
    (
        "rich header",
        message({**at.data_table(), "rows": [[{"type": "rich_text", "elements": []}]] * 2}),
        "/blocks/0/rows/0/0",
        "unsupported type: rich_text",
    ),
    (
        "a slice of nothing",
        message(at.pie(1, value=0)),
        "/blocks/0/chart/segments/0/value",
        "above 0",
    ),
    (
        "two series of one name",
        message(at.bar(series=2, name="n")),
        "/blocks/0/chart/series/1/name",
        "",
    ),
    (
        "collapsible with a divider",
        message(at.container(is_collapsible=True, has_header_divider=True)),
        "/blocks/0",
        "has_header_divider is not allowed with is_collapsible",
    ),
    (
        "markdown beside text",
        check_message({"text": "a", "markdown_text": "b"}),
        "/markdown_text",
        "",
    ),
    ("attachment not an object", check_message({"attachments": ["a"]}), "/attachments/0", ""),
    (
        "blocks not a list",
        check_message({"text": "a", "blocks": "b"}),
        "/blocks",
        "must be an array",
    ),
    ("text not a string", check_message({"text": 1}), "/text", "must be a string"),
    ("no such view", check_view({"type": "sheet"}), "/type", "unsupported type: sheet"),
    (
        "home with a title",
        home(DIVIDER, title=at.plain(1)),
        "",
        "invalid additional property: title",
    ),
    ("modal without blocks", check_view({"type": "modal", "title": at.plain(1)}), "", "blocks"),
    (
        "modal without a title",
        check_view({"type": "modal", "blocks": [DIVIDER]}),
        "",
        "missing required field: title",
    ),
    (
        "input without submit",
        check_view(
            {"type": "modal", "title": at.plain(1), "blocks": [at.input_of(at.text_input())]}
        ),
        "",
        "missing required field: submit",
    ),
    (
        "a view of 250 kB",
        modal(*[at.section(3000) for _ in range(84)]),
        "",
        "view_too_large",
    ),
]


@pytest.mark.parametrize(
    ("name", "faults", "pointer", "rule"), REFUSED, ids=[row[0] for row in REFUSED]
)
def test_a_broken_rule_is_named_with_the_place_where_it_breaks(
    name: str, faults: list[Fault], pointer: str, rule: str
) -> None:
    assert any(fault.pointer.startswith(pointer) and rule in fault.rule for fault in faults), (
        f"{name}: {faults}"
    )
    if pointer and rule:
        assert pointer in [fault.pointer for fault in faults], f"{name}: {faults}"


def test_every_kind_of_element_passes_where_it_belongs() -> None:
    picked = at.select(2)
    assert (
        modal(
            at.input_of({**picked, "initial_option": at.options(1)[0]}),
            at.input_of({"type": "external_select", "action_id": "a", "min_query_length": 0}),
            at.input_of({"type": "datepicker", "action_id": "a", "initial_date": "2026-02-28"}),
            at.input_of({"type": "timepicker", "action_id": "a", "initial_time": "03:05"}),
            at.input_of(at.text_input(min_length=1, max_length=20)),
            at.input_of({"type": "url_text_input", "action_id": "a"}),
            at.input_of(
                {
                    "type": "conversations_select",
                    "action_id": "a",
                    "response_url_enabled": True,
                    "filter": {"include": ["public"]},
                }
            ),
            at.actions(at.button(), picked, {"type": "users_select", "action_id": "u"}),
            {**at.section(1), "accessory": at.choice("overflow", 2)},
        )
        == []
    )
    assert home(at.table(), at.actions(at.button()), {"type": "header", "text": at.plain(1)}) == []


def test_every_part_of_rich_text_passes() -> None:
    inline: list[at.Json] = [
        {"type": "text", "text": "a", "style": {"bold": True}},
        {"type": "link", "url": "https://example.com"},
        {"type": "user", "user_id": "U1"},
        {"type": "emoji", "name": "warning"},
        {"type": "date", "timestamp": 1_700_000_000, "format": "{date}"},
    ]
    section = {"type": "rich_text_section", "elements": inline}
    parts = [
        section,
        {"type": "rich_text_list", "style": "bullet", "elements": [section]},
        {"type": "rich_text_quote", "elements": inline},
        {"type": "rich_text_preformatted", "elements": inline[:1]},
    ]
    assert message({"type": "rich_text", "elements": parts}) == []
