"""Instances: what a status means, and what a typed name finds."""

from datetime import timedelta

import pytest

from bot.core.base import InstanceId
from bot.core.errors import AmbiguousInstance, UnknownInstance
from bot.core.instances import Condition, age, find, safety_obstacle
from tests.core.samples import NOW, instance

ORDERS = instance()
TWINS = [instance(id="aaaa0001", name="Twin"), instance(id="aaaa0002", name="twin")]
FLEET = [ORDERS, *TWINS]
ALIASES = {"prod": ORDERS.id, "gone": InstanceId("ffff0000")}


@pytest.mark.parametrize(
    ("status", "condition"),
    [
        ("running", Condition.RUNNING),
        ("paused", Condition.PAUSED),
        ("suspended", Condition.PAUSED),
        ("loading failed", Condition.BROKEN),
        ("destroying", Condition.LEAVING),
        ("deleting", Condition.LEAVING),
        ("restoring", Condition.BUSY),
        ("a word of tomorrow", Condition.BUSY),
        ("Running", Condition.BUSY),
    ],
)
def test_unknown_status_words_mean_busy(status: str, condition: Condition) -> None:
    assert instance(status=status).condition is condition


def test_tiers_carry_their_product_name_or_their_own_word() -> None:
    assert instance(tier="free-db").tier_name == "AuraDB Free"
    assert instance(tier="moon-db").tier_name == "moon-db"


@pytest.mark.parametrize(
    ("mode", "on"), [(None, False), ("", False), ("OFF", False), ("DIFF", True), ("FULL", True)]
)
def test_any_cdc_mode_but_off_is_on(mode: str | None, on: bool) -> None:
    assert instance(cdc_mode=mode).cdc_on is on


@pytest.mark.parametrize("word", ["prod", "PROD", "ab12cd34", "AB12CD34", "Orders-Prod", " prod "])
def test_an_alias_an_id_or_a_unique_name_finds_the_instance(word: str) -> None:
    assert find(word, FLEET, ALIASES) is ORDERS


def test_an_id_wins_over_a_name() -> None:
    impostor = instance(id="bbbb0001", name=ORDERS.id)
    assert find(ORDERS.id, [impostor, ORDERS]) is ORDERS


def test_a_name_of_two_instances_is_refused_with_both_ids() -> None:
    with pytest.raises(AmbiguousInstance, match="2 instances are called “Twin”") as refused:
        find("twin", FLEET)
    assert refused.value.hint == "Use the id instead: `aaaa0001`, `aaaa0002`."


def test_an_unknown_name_is_refused_with_near_ones() -> None:
    with pytest.raises(UnknownInstance, match="there is no instance “order-prod”") as refused:
        find("order-prod", FLEET, ALIASES)
    assert refused.value.hint == "Did you mean `orders-prod` or `prod`?"


def test_a_name_like_no_other_is_refused_with_a_way_to_look() -> None:
    with pytest.raises(UnknownInstance) as refused:
        find("zzz" * 99, FLEET)
    assert refused.value.hint == "`/aura instance list` shows those I can see."
    assert len(refused.value.summary) < 120


def test_an_alias_never_falls_back_on_an_instance_of_that_name() -> None:
    namesake = instance(id="cccc0001", name="gone")
    with pytest.raises(UnknownInstance, match="means `ffff0000`, which I cannot see"):
        find("gone", [namesake], ALIASES)


@pytest.mark.parametrize(
    ("facts", "obstacle"),
    [
        ({}, None),
        ({"status": "restoring"}, None),
        ({"tier": "free-db"}, "AuraDB Free keeps only the latest snapshot"),
        ({"tier": "free-db", "status": "paused"}, "AuraDB Free keeps only the latest snapshot"),
        ({"status": "paused"}, "the instance is paused"),
        ({"status": "suspended"}, "the instance is paused"),
        ({"status": "loading failed"}, "the instance failed to load"),
    ],
)
def test_obstacles_to_a_safety_snapshot_are_named(
    facts: dict[str, str], obstacle: str | None
) -> None:
    found = safety_obstacle(instance(**facts))
    assert (found or "").startswith(obstacle or "")
    assert (found is None) is (obstacle is None)


def test_an_age_is_never_negative() -> None:
    assert age(NOW - timedelta(minutes=2), NOW) == 120.0
    assert age(NOW + timedelta(minutes=2), NOW) == 0.0
