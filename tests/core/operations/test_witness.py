"""What an operation's history says as evidence."""

from datetime import timedelta

import pytest

from bot.core.errors import IllegalTransition
from bot.core.evidence import AuditLink
from bot.core.operations import events as e
from bot.core.operations.base import advance
from bot.core.operations.witness import attest
from bot.core.seal import canonical_json
from tests.core.drill_samples import (
    COUNTED,
    CREATED,
    FINGERPRINT,
    GONE,
    PASSED,
    PICKED,
    PLANNED,
    RUNNING,
    checked,
    drill,
)
from tests.core.samples import COMPLETED, INTENDED, NOW, STARTED, approved, play, restore

LINK = AuditLink(number=3, digest="d" * 64)


def test_what_has_not_ended_is_not_attested() -> None:
    with pytest.raises(IllegalTransition, match="has not ended"):
        attest(restore(), audit=LINK)


def test_a_restore_tells_plan_approvals_times_counts_and_checks() -> None:
    op = restore()
    begun = e.RestoreStarted(request_id="req-1")
    over = (e.RestoreFinished(), e.Verified(checks=(PASSED,)))
    op = play(op, approved(op), STARTED, COMPLETED, INTENDED, begun, *over)
    record = attest(op, audit=LINK, before=FINGERPRINT, after=FINGERPRINT)
    assert (record.kind, record.outcome, record.audit) == ("restore", "done", LINK)
    assert [approval.seal for approval in record.approvals] == [op.plan.seal]
    assert record.plan["reason"] == op.plan.reason
    assert record.checks == (PASSED,)
    assert record.aura_request_ids == ("req-1",)
    assert record.after is not None
    assert record.after["schema_hash"] == FINGERPRINT.schema_hash
    assert record.requested_at == NOW
    assert record.ended_at >= NOW
    assert record.safety_snapshot == op.safety_snapshot is not None
    assert record.recovery.running is not None
    assert timedelta(seconds=record.recovery.running) <= record.ended_at - record.requested_at


def test_a_drill_names_the_snapshot_that_it_proved_and_the_instance_it_ran_in() -> None:
    ran = (PICKED, PLANNED, CREATED, RUNNING, COUNTED, checked(PASSED))
    op = drill()
    for event in (*ran, e.CleanUpBegun(), GONE, e.DrillProven()):
        op = advance(op, event, now=NOW)
    record = attest(op, audit=LINK, after=FINGERPRINT)
    tried = record.snapshot
    assert tried is not None
    picked = PICKED.snapshot
    assert (tried.snapshot_id, tried.snapshot_taken_at) == (picked.id, picked.taken_at)
    assert record.scratch_id == CREATED.scratch_id
    assert picked.id not in canonical_json(record.plan)  # the plan alone would not tell


def test_one_that_was_denied_tells_by_whom_and_why() -> None:
    op = play(restore(), e.Denied(by=restore().requester, reason="not now"))
    record = attest(op, audit=LINK)
    assert (record.outcome, record.checks, record.before) == ("denied", (), None)
    assert record.timeline[0].reason == "not now"
    assert record.timeline[0].by is not None
    assert record.recovery.running is None
