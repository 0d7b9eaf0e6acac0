"""The witness: what the stored history of an ended operation says, as evidence.

All of it is read out of the sealed plan and the history; what the catalogue knows of the graph
before and after comes in as an argument.
"""

from typing import Any

from bot.core.drills import Outcome
from bot.core.errors import IllegalTransition
from bot.core.evidence import (
    Approval,
    AuditLink,
    CheckLine,
    Evidence,
    Facts,
    Moment,
    RecoveryTime,
)
from bot.core.graph.fingerprint import Fingerprint
from bot.core.operations import events as e
from bot.core.operations.base import Operation, Recorded
from bot.core.operations.drill import Drill
from bot.core.operations.gated import Gated
from bot.core.snapshots import Snapshot


def attest(
    op: Operation,
    *,
    audit: AuditLink,
    before: Fingerprint | None = None,
    after: Fingerprint | None = None,
) -> Evidence:
    """Return the record of an operation that has ended; raises IllegalTransition before."""
    if op.ended_at is None:
        raise IllegalTransition(f"{op.id} has not ended, so nothing can be said of it yet")
    return Evidence(
        kind=op.kind,
        operation_id=op.id,
        outcome=outcome(op),
        environment=op.environment,
        instance_id=op.instance_id,
        plan=op.plan.model_dump(mode="json"),
        plan_seal=op.plan.seal,
        requester=op.requester,
        approvals=tuple(
            Approval(by=r.event.by, at=r.at, seal=r.event.seal)
            for r in op.history
            if isinstance(r.event, e.Seconded | e.Approved)
        ),
        requested_at=op.created_at,
        ended_at=op.ended_at,
        timeline=tuple(_moment(recorded) for recorded in op.history),
        before=_facts(before),
        after=_facts(after),
        checks=_checks(op),
        recovery=_recovery(op),
        audit=audit,
    )


def outcome(op: Operation) -> str:
    """Say how it ended in words that people were shown."""
    found: Outcome | None = op.outcome if isinstance(op, Drill) else None
    return str(found or str(op.phase).replace("_", " "))


def _moment(recorded: Recorded) -> Moment:
    event: Any = recorded.event
    said = getattr(event, "reason", "") or "; ".join(getattr(event, "differences", ()))
    picked: Snapshot | None = getattr(event, "snapshot", None)
    return Moment(
        at=recorded.at,
        event=event.kind,
        by=getattr(event, "by", None),
        reason=said,
        aura_request_id=getattr(event, "request_id", None),
        snapshot_id=picked.id if picked else getattr(event, "snapshot_id", None),
        snapshot_taken_at=picked.taken_at if picked else None,
        created_id=getattr(event, "scratch_id", None) or getattr(event, "clone_id", None),
    )


def _facts(fingerprint: Fingerprint | None) -> Facts | None:
    if fingerprint is None:
        return None
    return {**fingerprint.model_dump(mode="json"), "schema_hash": fingerprint.schema_hash}


def _checks(op: Operation) -> tuple[CheckLine, ...]:
    return op.checks if isinstance(op, Drill | Gated) else ()


def _recovery(op: Operation) -> RecoveryTime:
    def after(kind: Any) -> int | None:
        when = op.when(kind)
        return int((when - op.created_at).total_seconds()) if when else None

    if isinstance(op, Drill):
        return op.recovery
    return RecoveryTime(
        running=after(e.RestoreFinished), verified=after(e.ChecksFailed) or after(e.Verified)
    )
