"""Every Block Kit limit, at its value and one above."""

from collections.abc import Callable

import pytest

from bot.views.blockkit import Fault, check_message, check_view
from tests.views import blocks_at_size as at

Json = dict[str, object]


def in_message(*blocks: object) -> list[Fault]:
    return check_message({"text": "A sentence.", "blocks": list(blocks)})


def in_modal(*blocks: object, **more: object) -> list[Fault]:
    return check_view(at.modal(*blocks, **more))


Row = tuple[str, int, Callable[[int], list[Fault]]]


MESSAGE_BLOCKS: list[Row] = [
    ("message blocks", 50, lambda n: in_message(*[{"type": "divider"}] * n)),
    ("message text", 4000, lambda n: check_message({"text": "x" * n})),
    ("markdown_text", 12_000, lambda n: check_message({"markdown_text": "x" * n})),
    ("attachments", 100, lambda n: check_message({"attachments": [{}] * n})),
    ("block_id", 255, lambda n: in_message({"type": "divider", "block_id": "x" * n})),
    ("section text", 3000, lambda n: in_message(at.section(n))),
    (
        "section fields",
        10,
        lambda n: in_message({"type": "section", "fields": [at.plain(1)] * n}),
    ),
    ("section field", 2000, lambda n: in_message({"type": "section", "fields": [at.plain(n)]})),
    ("header", 150, lambda n: in_message({"type": "header", "text": at.plain(n)})),
    (
        "header level",
        4,
        lambda n: in_message({"type": "header", "text": at.plain(1), "level": n}),
    ),
    (
        "context elements",
        10,
        lambda n: in_message({"type": "context", "elements": [at.mrkdwn(1)] * n}),
    ),
    ("context text", 3000, lambda n: in_message({"type": "context", "elements": [at.plain(n)]})),
    ("actions elements", 25, lambda n: in_message(at.actions(*map(at.button_named, range(n))))),
    ("image alt_text", 2000, lambda n: in_message(at.image(alt_text="x" * n))),
    ("image_url", 3000, lambda n: in_message(at.image(image_url="x" * n))),
    ("image title", 2000, lambda n: in_message(at.image(title=at.plain(n)))),
    ("markdown", 12_000, lambda n: in_message({"type": "markdown", "text": "x" * n})),
    (
        "markdown together",
        12_000,
        lambda n: in_message(
            {"type": "markdown", "text": "x" * 6000}, {"type": "markdown", "text": "x" * (n - 6000)}
        ),
    ),
    ("video title", 199, lambda n: in_message(at.video(title=at.plain(n)))),
    ("video author_name", 49, lambda n: in_message(at.video(author_name="x" * n))),
    ("video description", 200, lambda n: in_message(at.video(description=at.plain(n)))),
    (
        "context_actions elements",
        5,
        lambda n: in_message(
            {"type": "context_actions", "elements": [at.icon_button(i) for i in range(n)]}
        ),
    ),
    ("table rows", 100, lambda n: in_message(at.table(rows=n))),
    ("table cells in a row", 20, lambda n: in_message(at.table(columns=n))),
    ("table characters", 10_000, lambda n: in_message(at.table(letters=n))),
    (
        "table column_settings",
        20,
        lambda n: in_message({**at.table(), "column_settings": [{"align": "left"}] * n}),
    ),
    ("tables", 1, lambda n: in_message(*[at.table()] * n)),
    ("data_table rows", 101, lambda n: in_message(at.data_table(rows=n))),
    ("data_table columns", 20, lambda n: in_message(at.data_table(columns=n))),
    ("data_table characters", 20_000, lambda n: in_message(at.data_table(letters=n))),
    ("data_table page_size", 100, lambda n: in_message({**at.data_table(), "page_size": n})),
    ("chart title", 50, lambda n: in_message({**at.pie(1), "title": "x" * n})),
    ("chart segments", 6, lambda n: in_message(at.pie(n))),
    ("charts", 2, lambda n: in_message(*[at.pie(1)] * n)),
    ("chart series", 6, lambda n: in_message(at.bar(series=n))),
    ("chart points", 20, lambda n: in_message(at.bar(points=n))),
    ("chart series name", 20, lambda n: in_message(at.bar(name="x" * n))),
    ("chart x_label", 50, lambda n: in_message(at.bar(x_label="x" * n))),
    ("chart y_label", 50, lambda n: in_message(at.bar(y_label="x" * n))),
    ("card title", 150, lambda n: in_message({"type": "card", "title": at.plain(n)})),
    (
        "card subtitle",
        150,
        lambda n: in_message({"type": "card", "title": at.plain(1), "subtitle": at.plain(n)}),
    ),
    ("card body", 200, lambda n: in_message({"type": "card", "body": at.mrkdwn(n)})),
    ("carousel", 10, lambda n: in_message({"type": "carousel", "elements": [at.card()] * n})),
    ("container title", 150, lambda n: in_message(at.container(title=at.plain(n)))),
    ("container subtitle", 150, lambda n: in_message(at.container(subtitle=at.plain(n)))),
    (
        "container child_blocks",
        10,
        lambda n: in_message(at.container(child_blocks=[{"type": "divider"}] * n)),
    ),
]

ELEMENTS: list[Row] = [
    ("action_id", 255, lambda n: in_message(at.actions(at.button(action_id="x" * n)))),
    ("button text", 75, lambda n: in_message(at.actions(at.button(text=at.plain(n))))),
    ("button value", 2000, lambda n: in_message(at.actions(at.button(value="x" * n)))),
    ("button url", 3000, lambda n: in_message(at.actions(at.button(url="x" * n)))),
    (
        "button accessibility_label",
        75,
        lambda n: in_message(at.actions(at.button(accessibility_label="x" * n))),
    ),
    (
        "button agent_prompt",
        4000,
        lambda n: in_message(at.actions(at.button(agent_prompt="x" * n))),
    ),
    ("primary buttons", 1, lambda n: in_message(at.actions(*[at.primary(i) for i in range(n)]))),
    ("workflow_button text", 75, lambda n: in_message(at.actions(at.workflow_button(n)))),
    ("select options", 100, lambda n: in_message(at.actions(at.select(n)))),
    ("select groups", 100, lambda n: in_message(at.actions(at.grouped(groups=n)))),
    ("options in a group", 100, lambda n: in_message(at.actions(at.grouped(options=n)))),
    ("group label", 75, lambda n: in_message(at.actions(at.grouped(label=n)))),
    (
        "placeholder",
        150,
        lambda n: in_message(at.actions({**at.select(1), "placeholder": at.plain(n)})),
    ),
    (
        "max_selected_items",
        100,
        lambda n: in_message(
            at.actions({"type": "multi_users_select", "action_id": "a", "max_selected_items": n})
        ),
    ),
    ("overflow options", 5, lambda n: in_message(at.actions(at.choice("overflow", n)))),
    ("checkboxes options", 10, lambda n: in_message(at.actions(at.choice("checkboxes", n)))),
    ("radio options", 10, lambda n: in_message(at.actions(at.choice("radio_buttons", n)))),
    ("option text", 75, lambda n: in_message(at.actions(at.select_of(at.option(text=n))))),
    ("option value", 75, lambda n: in_message(at.actions(at.select_of(at.option(value=n))))),
    (
        "option description",
        75,
        lambda n: in_message(at.actions(at.select_of(at.option(description=n)))),
    ),
    ("confirm title", 100, lambda n: in_message(at.confirmed(title=n))),
    ("confirm text", 300, lambda n: in_message(at.confirmed(text=n))),
    ("confirm confirm", 30, lambda n: in_message(at.confirmed(confirm=n))),
    ("confirm deny", 30, lambda n: in_message(at.confirmed(deny=n))),
]

VIEWS: list[Row] = [
    ("view blocks", 100, lambda n: in_modal(*[{"type": "divider"}] * n)),
    (
        "home blocks",
        100,
        lambda n: check_view({"type": "home", "blocks": [{"type": "divider"}] * n}),
    ),
    ("title", 24, lambda n: in_modal(at.section(1), title=at.plain(n))),
    ("submit", 24, lambda n: in_modal(at.section(1), submit=at.plain(n))),
    ("close", 24, lambda n: in_modal(at.section(1), close=at.plain(n))),
    ("private_metadata", 3000, lambda n: in_modal(at.section(1), private_metadata="x" * n)),
    ("callback_id", 255, lambda n: in_modal(at.section(1), callback_id="x" * n)),
    ("external_id", 255, lambda n: in_modal(at.section(1), external_id="x" * n)),
    ("input label", 2000, lambda n: in_modal(at.input_of(at.text_input(), label=at.plain(n)))),
    ("input hint", 2000, lambda n: in_modal(at.input_of(at.text_input(), hint=at.plain(n)))),
    ("min_length", 3000, lambda n: in_modal(at.input_of(at.text_input(min_length=n)))),
    ("max_length", 3000, lambda n: in_modal(at.input_of(at.text_input(max_length=n)))),
    (
        "input placeholder",
        150,
        lambda n: in_modal(at.input_of(at.text_input(placeholder=at.plain(n)))),
    ),
    (
        "max_files",
        10,
        lambda n: in_modal(at.input_of({"type": "file_input", "action_id": "a", "max_files": n})),
    ),
    ("focus_on_load", 1, lambda n: in_modal(*[at.focused(i) for i in range(n)])),
]

TABLE = [*MESSAGE_BLOCKS, *ELEMENTS, *VIEWS]


@pytest.mark.parametrize(("name", "limit", "faults_at"), TABLE, ids=[row[0] for row in TABLE])
def test_the_limit_itself_passes_and_one_above_is_refused(
    name: str, limit: int, faults_at: Callable[[int], list[Fault]]
) -> None:
    assert faults_at(limit) == [], f"{name} at {limit}"
    assert faults_at(limit + 1) != [], f"{name} at {limit + 1}"


LEAST: list[Row] = [
    ("section text", 1, lambda n: in_message(at.section(n))),
    ("section fields", 1, lambda n: in_message({"type": "section", "fields": [at.plain(1)] * n})),
    ("header", 1, lambda n: in_message({"type": "header", "text": at.plain(n)})),
    ("header level", 1, lambda n: in_message({"type": "header", "text": at.plain(1), "level": n})),
    (
        "context elements",
        1,
        lambda n: in_message({"type": "context", "elements": [at.plain(1)] * n}),
    ),
    ("actions elements", 1, lambda n: in_message(at.actions(*map(at.button_named, range(n))))),
    ("block_id", 1, lambda n: in_message({"type": "divider", "block_id": "x" * n})),
    ("action_id", 1, lambda n: in_message(at.actions(at.button(action_id="x" * n)))),
    ("button text", 1, lambda n: in_message(at.actions(at.button(text=at.plain(n))))),
    ("select options", 1, lambda n: in_message(at.actions(at.select(n)))),
    ("option text", 1, lambda n: in_message(at.actions(at.select_of(at.option(text=n))))),
    ("option value", 1, lambda n: in_message(at.actions(at.select_of(at.option(value=n))))),
    ("overflow options", 1, lambda n: in_message(at.actions(at.choice("overflow", n)))),
    ("table rows", 1, lambda n: in_message(at.table(rows=n))),
    ("table cell", 1, lambda n: in_message(at.table(letters=n))),
    ("data_table rows", 2, lambda n: in_message(at.data_table(rows=n))),
    ("pie value", 1, lambda n: in_message(at.pie(1, value=n))),
    ("chart series", 1, lambda n: in_message(at.bar(series=n))),
    ("view blocks", 1, lambda n: in_modal(*[{"type": "divider"}] * n)),
    ("title", 1, lambda n: in_modal(at.section(1), title=at.plain(n))),
    ("max_length", 1, lambda n: in_modal(at.input_of(at.text_input(max_length=n)))),
    ("min_length", 0, lambda n: in_modal(at.input_of(at.text_input(min_length=n)))),
    ("markdown", 1, lambda n: in_message({"type": "markdown", "text": "x" * n})),
    ("no text at all", 1, lambda n: check_message({"text": "x" * n})),
]


@pytest.mark.parametrize(("name", "least", "faults_at"), LEAST, ids=[row[0] for row in LEAST])
def test_the_least_passes_and_one_below_is_refused(
    name: str, least: int, faults_at: Callable[[int], list[Fault]]
) -> None:
    assert faults_at(least) == [], f"{name} at {least}"
    assert faults_at(least - 1) != [], f"{name} at {least - 1}"
