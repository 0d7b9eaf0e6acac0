"""Nothing that can be said in JSON makes the Block Kit rules themselves fail."""

import json
from typing import cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.views.blockkit import check_message, check_view
from tests.views import blocks_at_size as at

KEYS = (
    *("type", "text", "blocks", "elements", "element", "accessory", "options", "option_groups"),
    *("initial_option", "initial_options", "rows", "chart", "series", "axis_config"),
    *("child_blocks", "min_value", "max_value", "block_id"),
)
KINDS = ("section", "actions", "table", "data_table", "modal", "static_select", "button", "bar")
LEAF = st.none() | st.booleans() | st.integers() | st.sampled_from(["", "text", *KINDS])
JSON = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=20,
)


# A loaded machine draws slowly; that says nothing about the rules.
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example({"blocks": [{"type": []}]})
@given(st.dictionaries(st.sampled_from(["text", "blocks", "attachments", "type"]), JSON))
def test_no_payload_makes_the_rules_themselves_fail(payload: dict[str, object]) -> None:
    check_message(payload)
    check_view({**payload, "type": "modal"})


def broken(block: at.Json, key: str, value: object) -> at.Json:
    """A deep copy of `block` in which every `key` holds `value`."""
    copy = json.loads(json.dumps(block))

    def visit(node: object) -> None:
        if isinstance(node, dict):
            for each in list(node):
                visit(node[each])
                if each == key:
                    node[each] = value
        elif isinstance(node, list):
            for item in node:
                visit(item)

    visit(copy)
    return cast("at.Json", copy)


@pytest.mark.parametrize("value", [None, 1, "x", [1], {"a": 1}], ids=str)
@pytest.mark.parametrize(
    "key",
    ["options", "elements", "rows", "series", "data", "axis_config", "option_groups", "categories"],
)
def test_a_part_of_the_wrong_kind_is_a_fault_and_never_an_error(key: str, value: object) -> None:
    whole: list[at.Json] = [
        at.actions(at.select(1)),
        at.actions({**at.grouped(), "initial_option": {"text": at.plain(1), "value": "other"}}),
        at.table(),
        at.data_table(),
        at.bar(),
    ]
    for block in whole:
        if f'"{key}":' in json.dumps(block):
            assert (
                check_message({"text": "A sentence.", "blocks": [broken(block, key, value)]}) != []
            )
