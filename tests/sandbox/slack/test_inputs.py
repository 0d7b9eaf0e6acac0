"""What Slack itself checks in a form before the app hears of it."""

import pytest

from sandbox.slack.inputs import EMPTY, complaint, elements_in, holding, initial, values_of
from sandbox.slack.wire import Payload

NUMBER = {"is_decimal_allowed": False, "min_value": "1", "max_value": "9"}


def field(kind: str, **more: object) -> Payload:
    optional = more.pop("optional", False)
    element = {"type": kind, "action_id": "a", **more}
    return {"type": "input", "block_id": "b", "optional": optional, "element": element}


@pytest.mark.parametrize(
    ("block", "value", "words"),
    [
        (field("plain_text_input"), "a", ""),
        (field("plain_text_input"), None, EMPTY),
        (field("plain_text_input"), "", EMPTY),
        (field("checkboxes"), [], EMPTY),
        (field("plain_text_input", optional=True), "", ""),
        (field("plain_text_input", min_length=3), "ab", "at least 3"),
        (field("plain_text_input", min_length=3), "abc", ""),
        (field("plain_text_input", max_length=3), "abcd", "no more than 3"),
        (field("plain_text_input", max_length=3), "abc", ""),
        (field("multi_users_select", max_selected_items=1), ["U1", "U2"], "no more than 1"),
        (field("number_input", **NUMBER), "5", ""),
        (field("number_input", **NUMBER), "five", "a number"),
        (field("number_input", **NUMBER), "5.5", "a whole number"),
        (field("number_input", **NUMBER), "0", "at least 1"),
        (field("number_input", **NUMBER), "10", "at most 9"),
        (field("email_text_input"), "requester@example.com", ""),
        (field("email_text_input"), "requester", "a valid email"),
        (field("url_text_input"), "https://example.com/a", ""),
        (field("url_text_input"), "example.com", "a valid URL"),
    ],
)
def test_a_field_is_checked_before_it_is_sent(block: Payload, value: object, words: str) -> None:
    said = complaint(block, holding(block["element"], value))
    assert (words in said) if words else said == ""


def test_a_field_begins_with_what_it_was_given() -> None:
    assert initial({"type": "plain_text_input", "initial_value": "a"}) == {
        "type": "plain_text_input",
        "value": "a",
    }
    assert initial({"type": "static_select"}) == {
        "type": "static_select",
        "selected_option": None,
    }
    assert initial({"type": "checkboxes"}) == {"type": "checkboxes", "selected_options": []}


def test_elements_are_found_however_deep_they_stand() -> None:
    button = {"type": "button", "action_id": "press"}
    date = {"type": "datepicker", "action_id": "day"}
    blocks: list[Payload] = [
        {"type": "section", "block_id": "1", "accessory": date},
        {
            "type": "container",
            "block_id": "2",
            "child_blocks": [{"type": "actions", "block_id": "3", "elements": [button]}],
        },
        {
            "type": "carousel",
            "block_id": "4",
            "elements": [{"type": "card", "block_id": "5", "actions": [button]}],
        },
    ]
    found = [(block["block_id"], element["action_id"]) for block, element in elements_in(blocks)]
    assert found == [("1", "day"), ("3", "press"), ("5", "press")]
    assert values_of(blocks, {"1": {"day": holding(date, "2026-03-02")}}) == {
        "1": {"day": {"type": "datepicker", "selected_date": "2026-03-02"}}
    }
