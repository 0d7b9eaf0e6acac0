"""The plan against the world: what voids an approval."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.core.base import InstanceId
from bot.core.environments import Environment
from bot.core.instances import Instance
from bot.core.plan import RestorePlan, snapshot_differences
from bot.core.snapshots import Snapshot
from tests.core.samples import NOW, WAIVER, environment, instance, plan, snapshot, take


def differences(
    sealed: RestorePlan | None = None,
    now: Instance | None = None,
    chosen: Snapshot | None = None,
    where: Environment | None = environment(),  # noqa: B008 -- frozen
) -> tuple[str, ...]:
    sealed = sealed or plan()
    return (
        *sealed.differences(instance=now or instance(), environment=where),
        *snapshot_differences(sealed.snapshot, chosen or snapshot()),
    )


def test_an_unchanged_world_has_no_differences() -> None:
    assert differences() == ()


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        ({"id": "ffff0001"}, "the instance's id changed from ab12cd34 to ffff0001"),
        ({"name": "other"}, "the instance's name changed from orders-prod to other"),
        ({"project_id": "p2"}, "the instance's project changed from project-1 to p2"),
        ({"tier": "professional-db"}, "the tier changed from enterprise-db to professional-db"),
        ({"memory": "16GB"}, "the memory size changed from 8GB to 16GB"),
        ({"storage": None}, "the storage size changed from 16GB to none"),
        ({"cdc_mode": "FULL"}, "the CDC mode changed from OFF to FULL"),
        ({"status": "deleting"}, "the instance is being deleted"),
    ],
)
def test_a_changed_instance_voids(change: dict[str, Any], clause: str) -> None:
    assert differences(now=instance(**change)) == (clause,)


def test_a_busy_instance_is_waited_for() -> None:
    assert differences(now=instance(status="updating")) == ()
    assert differences(plan(waiver=WAIVER), now=instance(status="updating")) == ()


def test_a_paused_instance_needs_a_waiver_that_was_approved() -> None:
    (clause,) = differences(now=instance(status="paused"))
    assert clause.startswith("a safety snapshot has become impossible: the instance is paused")
    assert differences(plan(waiver=WAIVER), now=instance(status="paused")) == ()


def test_a_waiver_falls_when_a_safety_snapshot_has_become_possible() -> None:
    (clause,) = differences(plan(waiver=WAIVER))
    assert clause == "a safety snapshot has become possible, so the waiver no longer holds"


@pytest.mark.parametrize(
    ("where", "clause"),
    [
        (None, "the instance moved from production to no environment"),
        (environment(name="staging"), "the instance moved from production to staging"),
        (environment(quorum=2), "the rules of production changed"),
    ],
)
def test_changed_rules_void(where: Environment | None, clause: str) -> None:
    assert differences(where=where) == (clause,)


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        ({"instance_id": InstanceId("x")}, "the snapshot is not the one that was shown"),
        ({"taken_at": NOW - timedelta(days=9)}, "the snapshot is not the one that was shown"),
        ({"status": "Failed"}, "the snapshot is Failed"),
    ],
)
def test_another_or_an_unfinished_snapshot_voids(change: dict[str, Any], clause: str) -> None:
    assert differences(chosen=snapshot(**change)) == (clause,)


def test_every_difference_is_told() -> None:
    found = differences(now=instance(name="x", memory=None), chosen=snapshot(status="Failed"))
    assert len(found) == 3


def test_a_plan_without_a_quorum_does_not_exist() -> None:
    with pytest.raises(ValidationError):
        plan(quorum=0)


def test_a_snapshot_plan_has_a_seal_of_its_own() -> None:
    assert take().plan.seal != plan().seal
    assert len(take().plan.seal) == 64
