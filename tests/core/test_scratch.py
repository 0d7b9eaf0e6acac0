"""The rules of scratch instances: name, time, cost, and which may be deleted."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.base import InstanceId, OperationId, ProjectId, SnapshotId
from bot.core.errors import NotAllowed
from bot.core.instances import Instance
from bot.core.offers import Offer
from bot.core.scratch import (
    PREFIX,
    Purpose,
    ScratchEntry,
    ScratchRules,
    creatable,
    deletable,
    ours,
    planned,
    query_address,
)
from tests.core.samples import NOW, instance

DRILLS = ProjectId("project-drills")
RULES = ScratchRules(project=DRILLS, prices={"professional-db": 0.09})
OFFER = Offer(
    cloud="gcp", region="europe-west1", tier="professional-db", memory="16GB", version="5"
)
SCRATCH = InstanceId("5c2a7c01")


def entry(**facts: Any) -> ScratchEntry:
    made = planned(
        RULES,
        operation_id=OperationId("drl-9k2m4c7xq0w3e"),
        environment="production",
        purpose=Purpose.DRILL,
        offer=OFFER,
        source=InstanceId("0d5e7a11"),
        snapshot=SnapshotId("s-1"),
        now=NOW,
    )
    return made.model_copy(update={"instance_id": SCRATCH, **facts})


def found(**facts: Any) -> Instance:
    known: dict[str, Any] = {
        "id": SCRATCH,
        "name": entry().name,
        "project_id": DRILLS,
        "created_at": NOW + timedelta(seconds=3),
    }
    return instance(**(known | facts))


def test_an_entry_says_everything_before_anything_exists() -> None:
    made = entry(instance_id=None)
    assert made.order.name == made.name
    assert made.order.project_id == DRILLS
    assert (made.order.memory, made.order.source_instance_id) == ("16GB", "0d5e7a11")
    assert made.dies_at == NOW + timedelta(hours=4)


@given(st.text(max_size=40), st.sampled_from(["", "a", "eu1"]))
def test_names_are_ours_short_and_the_same_each_time(operation: str, mark: str) -> None:
    rules = RULES.model_copy(update={"mark": mark})
    name = rules.name(OperationId(operation))
    assert name == rules.name(OperationId(operation))
    assert name.startswith(rules.prefix)
    assert rules.prefix.startswith(PREFIX)
    assert len(name) == 30
    assert name.strip() == name


def test_names_of_different_operations_differ() -> None:
    assert len({RULES.name(OperationId(f"drl-{n}")) for n in range(1000)}) == 1000


def test_without_a_project_nothing_is_planned() -> None:
    with pytest.raises(NotAllowed, match="no project") as refused:
        ScratchRules().place()
    assert "[scratch]" in (refused.value.hint or "")


def test_cost_is_said_only_where_a_price_is_configured() -> None:
    assert RULES.cost(OFFER) == (
        "about 1.44 USD an hour (16GB at 0.09 USD per GB and hour, as configured)"
    )
    assert RULES.cost(OFFER.model_copy(update={"tier": "enterprise-db"})) is None
    assert RULES.cost(OFFER.model_copy(update={"memory": "large"})) is None


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("neo4j+s://0a1b2c3d.databases.neo4j.io", "https://0a1b2c3d.databases.neo4j.io"),
        ("neo4j+ssc://db.example:7687/", "https://db.example:7687"),
        ("neo4j://127.0.0.1:7474", "http://127.0.0.1:7474"),
    ],
)
def test_the_query_api_answers_at_the_same_host(url: str, address: str) -> None:
    assert query_address(url) == address


def test_where_it_answers_may_be_configured() -> None:
    known = entry(url="neo4j+s://0a1b2c3d.databases.neo4j.io", instance_id=SCRATCH)
    assert RULES.query_address(known) == "https://0a1b2c3d.databases.neo4j.io"
    private = RULES.model_copy(update={"query": "https://{instance}.internal"})
    assert private.query_address(known) == f"https://{SCRATCH}.internal"


def test_leave_to_create_names_the_whole_body() -> None:
    permit = creatable(entry(instance_id=None), NOW)
    assert permit.scratch
    assert permit.order == entry().order
    assert permit.intended_at == NOW


@pytest.mark.parametrize(
    "facts",
    [{}, {"instance_id": None, "gone_at": NOW}],
)
def test_there_is_no_leave_to_create_twice_or_what_was_given_up(facts: dict[str, Any]) -> None:
    with pytest.raises(NotAllowed):
        creatable(entry(**facts), NOW)


def test_there_is_no_leave_to_create_what_should_be_gone() -> None:
    late = entry(instance_id=None)
    with pytest.raises(NotAllowed):
        creatable(late, late.dies_at)


def test_what_agrees_with_its_entry_may_be_deleted() -> None:
    permit = deletable(entry(), found())
    assert (permit.name, permit.instance_id) == (entry().name, SCRATCH)


@pytest.mark.parametrize(
    "other",
    [
        {"id": InstanceId("0d5e7a11")},
        {"name": "orders-prod"},
        {"name": "savepoint-scratch-other"},
        {"project_id": ProjectId("project-1")},
        {"created_at": NOW - timedelta(days=1)},
        {"created_at": None},
    ],
)
def test_only_what_agrees_with_its_entry_in_everything_may_be_deleted(
    other: dict[str, Any],
) -> None:
    with pytest.raises(NotAllowed, match="not the one"):
        deletable(entry(), found(**other))


@pytest.mark.parametrize(
    "facts", [{"instance_id": None}, {"gone_at": NOW}, {"instance_id": InstanceId("0d5e7a11")}]
)
def test_entry_that_does_not_name_the_instance_lets_nothing_be_deleted(
    facts: dict[str, Any],
) -> None:
    with pytest.raises(NotAllowed):
        deletable(entry(**facts), found())


def test_source_is_never_taken_for_its_copy() -> None:
    source = entry().order.source_instance_id
    assert not ours(entry(instance_id=source), found(id=source))
    with pytest.raises(NotAllowed):
        deletable(entry(instance_id=source), found(id=source))


def test_an_entry_without_our_prefix_lets_nothing_be_deleted() -> None:
    with pytest.raises(NotAllowed):
        deletable(entry(name="orders-prod"), found(name="orders-prod"))
