"""Seals: one spelling per value, so that every change shows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.base import Frozen, OperationId
from bot.core.plan import RestorePlan
from bot.core.seal import canonical, seal
from tests.core.samples import APPROVER, NOW, WAIVER, instance, plan, snapshot


class Pair(Frozen):
    b: str
    a: dict[str, int]


def test_the_spelling_is_sorted_dense_and_utf8() -> None:
    assert canonical(Pair(b="ö", a={"z": 1, "y": 2})) == '{"a":{"y":2,"z":1},"b":"ö"}'


def test_a_seal_is_the_sha256_of_the_spelling() -> None:
    # printf '{"a":{},"b":""}' | sha256sum
    assert seal(Pair(b="", a={})) == (
        "bd03207f67f7a00a9be3a6b1871a48c4f054bb5be43f87b9fb90b3a7532b258a"
    )


@given(st.text(st.characters(codec="utf-8")))
def test_a_stored_plan_keeps_its_seal(reason: str) -> None:
    sealed = plan(reason=reason)
    assert RestorePlan.model_validate_json(sealed.model_dump_json()).seal == sealed.seal


@pytest.mark.parametrize(
    "change",
    [
        {"operation_id": OperationId("rst-2")},
        {"requester": APPROVER},
        {"instance": instance(memory="16GB")},
        {"environment": "staging"},
        {"snapshot": snapshot(id="snap-2")},
        {"reason": "another"},
        {"waiver": WAIVER},
        {"quorum": 2},
        {"policy_version": "other"},
        {"expires_at": NOW},
    ],
)
def test_a_changed_plan_is_another_plan(change: dict[str, Any]) -> None:
    assert plan(**change).seal != plan().seal


def test_a_plan_of_an_instance_without_a_key_of_its_own_is_spelt_as_before_keys_were_read() -> None:
    assert "key_id" not in canonical(plan())
    assert plan(instance=instance(key_id="k")).seal != plan().seal
