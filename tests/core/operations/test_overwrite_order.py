"""An overwrite has every gate of a restore, and its permit names source and target (P1, P6)."""

from typing import Any

import pytest
from hypothesis import given, settings

from bot.core.errors import NotAllowed
from bot.core.operations import OPERATION, Overwrite, Phase, Recorded, Restore
from bot.core.operations import events as e
from bot.core.permits import mint
from tests.core.operations.test_restore_order import every_gate_in_order, journeys
from tests.core.overwrite_samples import SOURCE_ID, overwrite, source
from tests.core.samples import (
    COMPLETED,
    INTENDED,
    NOW,
    REQUESTER,
    STARTED,
    approved,
    instance,
    play,
    snapshot,
)


def starting() -> Overwrite:
    """An overwrite whose call may leave now."""
    op = overwrite()
    return play(op, approved(op), STARTED, COMPLETED, INTENDED)


def test_its_table_is_that_of_a_restore() -> None:
    assert Overwrite.TABLE == Restore.TABLE
    assert Overwrite.EXCLUSIVE


@given(journeys(overwrite))
@settings(max_examples=200)
def test_no_overwrite_reaches_the_call_but_through_every_gate_in_order(op: Overwrite) -> None:
    every_gate_in_order(op)


@given(journeys(overwrite))
def test_every_reachable_overwrite_reads_back_from_json(op: Overwrite) -> None:
    assert OPERATION.validate_json(op.model_dump_json()) == op


@given(journeys(overwrite))
def test_an_overwrite_has_a_permit_exactly_while_its_call_may_leave(op: Overwrite) -> None:
    if op.phase is Phase.STARTING:
        assert mint(op).names["source"] == SOURCE_ID
    else:
        with pytest.raises(NotAllowed):
            mint(op)


def test_its_permit_names_target_source_and_snapshot_for_this_effect_only() -> None:
    permit = mint(starting())
    assert permit.effect == "overwrite_from"
    assert permit.names == {"instance": "ab12cd34", "source": SOURCE_ID, "snapshot": "src-1"}
    assert permit.instance_id == "ab12cd34"


@pytest.mark.parametrize(
    "facts",
    [
        {"source": source(id="ab12cd34")},
        {"source": source(id="ffff0001")},
        {"snapshot": snapshot(instance_id="ab12cd34")},
        {"instance": instance(id="ffff0001")},
    ],
)
def test_a_plan_whose_parts_do_not_fit_gets_no_permit(facts: dict[str, Any]) -> None:
    op = starting()
    forged = op.model_copy(update={"plan": op.plan.model_copy(update=facts)})
    first = Recorded(at=NOW, event=approved(forged))
    forged = forged.model_copy(update={"history": (first, *forged.history[1:])})
    with pytest.raises(NotAllowed, match="not the one of its plan"):
        mint(forged)


def test_requester_cannot_approve_their_own_overwrite_in_the_machine_either() -> None:
    op = overwrite()
    with pytest.raises(NotAllowed, match="you asked for this overwrite"):
        play(op, e.Approved(by=REQUESTER, seal=op.plan.seal))


def test_another_source_is_another_plan() -> None:
    seals = {overwrite(source=source(memory=size)).plan.seal for size in ("8GB", "16GB")}
    assert len(seals) == 2
