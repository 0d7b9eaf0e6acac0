"""The upload machine: nothing is sent without approval, nothing loaded without every gate."""

from datetime import timedelta

import pytest

from bot.core.backups import Inspection, Kind
from bot.core.base import OperationId
from bot.core.errors import IllegalTransition, NotAllowed
from bot.core.operations import OPERATION, Phase, Upload, advance
from bot.core.operations import events as e
from bot.core.operations.gated import GatedStep, permitted
from bot.core.operations.upload import TABLE, TRANSFER_LIMIT, UploadStep, consented
from bot.core.permits import mint
from bot.core.plan import UploadPlan
from bot.core.uploads import LOAD, BackupFile, expected_minutes, gigabytes
from tests.core.samples import APPROVER, COMPLETED, NOW, STARTED, plan

P = Phase
FILE = BackupFile(
    place="vault",
    name="production/orders-ab12cd34/20261122T060003Z-file.backup",
    sha256="5e" * 32,
    crc32=305419896,
    inspection=Inspection(kind=Kind.BACKUP, form="BZV3", size=1000, compressed=True),
)
BEGUN, FINISHED, INTENDED = (
    e.TransferBegun(),
    e.TransferFinished(),
    e.RestoreIntended(status_before="running"),
)


def upload() -> Upload:
    """An upload that waits for its approval."""
    facts = plan().model_dump(exclude={"kind", "snapshot", "operation_id"})
    sealed = UploadPlan.model_validate({**facts, "operation_id": "upl-1", "file": FILE})
    return Upload(
        id=OperationId("upl-1"),
        environment=sealed.environment,
        requester=sealed.requester,
        instance_id=sealed.instance.id,
        channel="C01",
        created_at=sealed.created_at,
        plan=sealed,
    )


def played(*events: e.Event, op: Upload | None = None) -> Upload:
    op = op or upload()
    for event in events:
        op = advance(op, event, now=NOW)
    return op


def approval() -> e.Approved:
    return e.Approved(by=APPROVER, seal=upload().plan.seal)


GATES = (approval(), BEGUN, FINISHED, STARTED, COMPLETED, INTENDED)


def test_the_whole_way_is_one_gate_after_the_other() -> None:
    steps = [played(*GATES[:n]).next_step() for n in range(len(GATES) + 1)]
    assert steps == [
        None,
        UploadStep.OPEN,
        UploadStep.TRANSFER,
        GatedStep.BEGIN,
        GatedStep.WATCH_SAFETY,
        GatedStep.INTEND,
        GatedStep.SEND,
    ]
    done = played(*GATES, e.RestoreStarted(), e.LoadSeen(), e.RestoreFinished(), e.Verified())
    assert done.phase is P.DONE
    assert OPERATION.validate_json(done.model_dump_json()) == done


@pytest.mark.parametrize("left_out", range(len(GATES) - 1))
def test_no_gate_can_be_left_out(left_out: int) -> None:
    events = [*GATES[:left_out], *GATES[left_out + 1 :]]
    with pytest.raises((IllegalTransition, NotAllowed)):
        mint(played(*events))


def test_a_permit_names_the_instance_and_the_file_and_exists_for_one_phase_only() -> None:
    for n in range(len(GATES)):
        with pytest.raises(NotAllowed):
            permitted(played(*GATES[:n]))
    permit = mint(played(*GATES))
    assert permit.effect == LOAD
    assert permit.names == {"instance": "ab12cd34", "crc32": "305419896"}
    with pytest.raises(NotAllowed):
        permitted(played(*GATES, e.RestoreStarted()))


def test_consent_exists_from_the_approved_beginning_to_the_end() -> None:
    for n in (0, 1):
        with pytest.raises(NotAllowed):
            consented(played(*GATES[:n]))
    consent = consented(played(*GATES[:2]))
    assert (consent.instance_id, consent.crc32) == ("ab12cd34", FILE.crc32)
    assert consented(played(*GATES)) == consent
    with pytest.raises(NotAllowed):
        consented(played(*GATES[:2], e.StepFailed(reason="why")))


def test_consent_is_never_made_of_a_history_that_somebody_wrote() -> None:
    forged = upload().model_copy(
        update={"phase": P.TRANSFERRING, "history": played(approval(), BEGUN).history[1:]}
    )
    with pytest.raises(NotAllowed):
        consented(forged)
    other = played(approval(), BEGUN)
    changed = other.plan.model_copy(update={"file": FILE.model_copy(update={"crc32": 1})})
    with pytest.raises(NotAllowed, match="for another plan"):
        consented(other.model_copy(update={"plan": changed}))


def test_progress_is_what_was_told_last() -> None:
    op = played(approval(), BEGUN)
    assert op.sent == 0
    op = played(e.Transferred(sent=400), e.Transferred(sent=300), op=op)
    assert (op.phase, op.sent) == (P.TRANSFERRING, 300)
    assert played(FINISHED, op=op).sent == FILE.size


def test_until_the_call_it_may_be_taken_back() -> None:
    cancelled = e.Cancelled(by=upload().requester)
    for n in range(len(GATES)):
        assert played(*GATES[:n], cancelled).phase is P.CANCELLED
    with pytest.raises(IllegalTransition):
        played(*GATES, cancelled)


def test_time_ends_what_does_not_go_on() -> None:
    window = upload().plan.execution_window
    approved = played(approval())
    assert approved.due(NOW + window) == e.Expired()
    with pytest.raises(IllegalTransition, match="time to begin"):
        advance(approved, BEGUN, now=NOW + window)
    sending = played(approval(), BEGUN, e.Transferred(sent=1))
    assert sending.due(NOW + TRANSFER_LIMIT - timedelta(seconds=1)) is None
    over = sending.due(NOW + TRANSFER_LIMIT)
    assert isinstance(over, e.StepFailed)
    assert "24 hours" in over.reason
    staged = played(approval(), BEGUN, FINISHED)
    assert staged.due(NOW + window) == e.Expired()
    assert played(*GATES[:4]).deadline() is not None


def test_running_means_done_only_once_the_load_was_seen() -> None:
    loading = played(*GATES, e.RestoreStarted())
    assert not loading.load_seen
    assert played(e.LoadSeen(), op=loading).load_seen
    assert played(*GATES, e.Interrupted(reason="x"), e.RestoreStarted(adopted=True)).load_seen
    assert set(TABLE[P.RESTORING]) > {e.LoadSeen}


@pytest.mark.parametrize(
    ("word", "size"),
    [("16GB", 16 << 30), ("16 GB", 16 << 30), ("8GiB", 8 << 30), ("8G", 8 << 30)],
)
def test_sizes_of_aura_are_read(word: str, size: int) -> None:
    assert gigabytes(word) == size


@pytest.mark.parametrize("word", [None, "", "large", "-1GB", "1.5GB", "16MB"])
def test_what_is_no_size_is_none(word: str | None) -> None:
    assert gigabytes(word) is None


def test_a_load_is_expected_to_take_as_long_as_neo4js_own_command_says() -> None:
    assert expected_minutes(0) == 5
    assert expected_minutes(2 << 30) == 11
