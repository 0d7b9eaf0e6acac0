"""What the gated machines share, and what was stored before there were several."""

import json

import pytest
from pydantic import ValidationError

from bot.core.errors import NotAllowed
from bot.core.operations import KINDS, OPERATION, Gated, Phase, Restore
from bot.core.operations import events as e
from bot.core.operations.gated import permitted
from bot.core.permits import mint
from tests.core.samples import starting

#: As the first version stored it.
STORED = """{"id":"rst-1","environment":"production","requester":{"team_id":"T01",
"user_id":"U01REQ"},"instance_id":"ab12cd34","channel":"C01","origin":{"channel":null,"thread_ts":null},
"created_at":"2026-11-22T12:00:00Z","history":[{"at":"2026-11-22T12:00:00Z","event":{"kind":
"approved","by":{"team_id":"T01","user_id":"U02APP"},"seal":
"6814a1e771b17f59bbccd27dd375accd1badadc9eb3da695d9563b0df589b499"}},{"at":"2026-11-22T12:00:00Z",
"event":{"kind":"snapshot_started","snapshot_id":"safety-1","request_id":null,"adopted":false}},
{"at":"2026-11-22T12:00:00Z","event":{"kind":"snapshot_completed","snapshot_id":"safety-1"}},
{"at":"2026-11-22T12:00:00Z","event":{"kind":"restore_intended","status_before":"running"}}],
"version":0,"phase":"starting","kind":"restore","plan":{"kind":"restore","operation_id":"rst-1",
"requester":{"team_id":"T01","user_id":"U01REQ"},"instance":{"id":"ab12cd34","name":"orders-prod",
"project_id":"project-1","cloud":"","created_at":null,"status":"running","tier":"enterprise-db",
"region":"","memory":"8GB","storage":"16GB","cdc_mode":"OFF"},"project":{"id":"project-1","name":
"Orders"},"environment":"production","snapshot":{"id":"snap-1","instance_id":"ab12cd34","status":
"Completed","profile":"Scheduled","taken_at":"2026-11-22T09:00:00Z","exportable":"unknown"},
"reason":"a bad migration","waiver":null,"quorum":1,"policy_version":"9c7dfced9eac","created_at":
"2026-11-22T12:00:00Z","expires_at":"2026-11-22T12:30:00Z","execution_window":"PT10M"}}"""


def test_a_restore_that_the_first_version_stored_reads_and_keeps_its_seal() -> None:
    op = OPERATION.validate_json(STORED)
    assert isinstance(op, Restore)
    assert op == starting()
    assert mint(op).seal == "6814a1e771b17f59bbccd27dd375accd1badadc9eb3da695d9563b0df589b499"


GATED = [kind for kind in KINDS if issubclass(kind, Gated)]


def ways(kind: type[Gated], into: Phase) -> set[tuple[object, type]]:
    """The moves of a table that enter a phase: from where, by which event."""
    return {
        (phase, event)
        for phase, moves in kind.TABLE.items()
        for event, target in moves.items()
        if target is into and phase is not into
    }


@pytest.mark.parametrize("kind", GATED)
def test_no_table_has_a_way_past_a_gate(kind: type[Gated]) -> None:
    assert ways(kind, Phase.APPROVED) == {(Phase.AWAITING_APPROVAL, e.Approved)}
    assert ways(kind, Phase.STARTING) == {(Phase.READY, e.RestoreIntended)}
    assert {event for _, event in ways(kind, Phase.READY)} == {e.SnapshotCompleted, e.SafetyWaived}
    assert {phase for phase, _ in ways(kind, Phase.RESTORING)} == {
        Phase.STARTING,
        Phase.UNCERTAIN,
        Phase.STUCK,
    }


def test_a_phase_that_the_table_does_not_know_is_refused() -> None:
    stored = json.loads(STORED) | {"phase": "accepted"}
    with pytest.raises(ValidationError):
        OPERATION.validate_python(stored)


def test_an_operation_of_another_kind_than_its_plan_gets_no_permit() -> None:
    op = starting()
    other = op.model_copy(update={"plan": op.plan.model_copy(update={"kind": "other"})})
    assert op.phase is Phase.STARTING
    with pytest.raises(NotAllowed, match="not the one of its plan"):
        permitted(other)
