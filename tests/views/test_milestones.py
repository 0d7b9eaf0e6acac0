from inline_snapshot import snapshot

from bot.core.operations import AnyOperation
from bot.core.operations import events as e
from bot.views.operations import meanwhile, milestone
from tests.views.reading import read
from tests.views.samples import (
    APPROVER,
    COMPLETED,
    INTENDED,
    LOST,
    SAFETY,
    SECOND,
    STARTED,
    approval,
    minutes,
    plan,
    restore,
    take,
    to_done,
    to_ready,
    to_stuck,
    waived,
)


def told(op: AnyOperation) -> str:
    return "\n".join(read(milestone(op, index)) for index in range(len(op.history)))


def test_the_thread_of_a_restore_reads_as_its_story() -> None:
    assert told(restore(*to_done())) == snapshot("""\
✅ <@U0APPROVE> approved at 2026-11-22 07:43 UTC, which makes 1 of 1. After one more check
    the safety snapshot begins.
📸 Aura is taking the safety snapshot `5afe0000-0000-4000-8000-000000000001` of *orders-prod*
    `a1b2c3d4`. The restore waits for it; nothing has been changed yet.
✅ The safety snapshot `5afe0000-0000-4000-8000-000000000001` is complete: there is a way
    back.
▶ The restore of *orders-prod* `a1b2c3d4` begins now. It goes offline, and its present data
    is replaced. It is too late to cancel.
▶ Aura accepted the restore of *orders-prod* `a1b2c3d4`. Aura's request id: `req-restore`. I
    tell you here when it runs again.
✅ *orders-prod* `a1b2c3d4` is running again. One more reading confirms it.
(nothing)\
""")


def test_the_thread_of_a_lost_answer_says_that_nothing_is_sent_again() -> None:
    op = restore(*to_stuck(), e.SettledRan(by=SECOND))
    assert "\n".join(read(milestone(op, index)) for index in (4, 5, 6)) == snapshot("""\
❓ Aura's answer to the restore call for *orders-prod* `a1b2c3d4` was lost. Aura did not
    answer within 30 s. I look at the instance and send nothing again.
❓ I cannot tell how the restore of *orders-prod* `a1b2c3d4` stands. The instance shows no
    sign of it after 5 minutes. Nothing is sent again; an approver is asked in the alert
    channel to look.
🔎 <@U0SECOND> looked and says: the restore ran. I watch it to its end.\
""")


def test_the_thread_of_a_waived_snapshot_says_so() -> None:
    of = waived(quorum=2)
    seconded = e.Seconded(by=SECOND, seal=of.seal)
    op = restore(seconded, approval(of), e.SafetyWaived(), plan=of)
    assert told(op) == snapshot("""\
👍 <@U0SECOND> approved at 2026-11-22 07:43 UTC: 1 of 2. 1 more needed; nothing has been
    changed yet.
✅ <@U0APPROVE> approved at 2026-11-22 07:45 UTC, which makes 2 of 2. After one more check
    the restore goes ahead.
⚠ No safety snapshot of *orders-prod* `a1b2c3d4` is taken, as the approved plan says.\
""")


def test_what_was_found_again_is_told_as_such() -> None:
    adopted = e.SnapshotStarted(snapshot_id=SAFETY, adopted=True)
    op = restore(approval(), adopted, COMPLETED, INTENDED, LOST, e.RestoreStarted(adopted=True))
    assert "found again after an interruption" in read(milestone(op, 1))
    assert read(milestone(op, 5)) == snapshot(
        "▶ Aura was found restoring *orders-prod* `a1b2c3d4`. I tell you here when it runs again."
    )
    assert "found again after an interruption" in read(milestone(take(adopted), 0)).replace(
        "\n    ", " "
    )


def test_the_last_event_of_a_final_operation_is_left_to_the_ending() -> None:
    denied = restore(e.Denied(by=APPROVER, reason="no"))
    assert milestone(denied, 0) is None
    assert milestone(take(STARTED, COMPLETED), 1) is None


def test_an_event_without_a_line_gives_none() -> None:
    verified = restore(*to_done())
    reopened = verified.model_copy(update={"phase": restore(*to_ready()).phase})
    assert milestone(reopened, len(reopened.history) - 1) is None


def test_the_thread_of_a_snapshot_has_one_line() -> None:
    assert read(milestone(take(STARTED), 0)) == snapshot("""\
📸 Aura is taking the snapshot `5afe0000-0000-4000-8000-000000000001`. The instance stays
    online; I tell you here when it is complete.\
""")


def test_milestones_name_the_time_of_each_approval() -> None:
    of = plan()
    assert f"{minutes(2):%H:%M} UTC" in read(milestone(restore(approval(of), plan=of), 0))


def test_lines_that_come_late_come_together_and_say_so() -> None:
    op = restore(*to_done())
    late = [line for index in range(2, 5) if (line := milestone(op, index)) is not None]
    assert read(meanwhile(late)) == snapshot("""\
(Told late, 3 things that have happened, the oldest first:)
✅ The safety snapshot `5afe0000-0000-4000-8000-000000000001` is complete: there is a way
    back.
▶ The restore of *orders-prod* `a1b2c3d4` begins now. It goes offline, and its present data
    is replaced. It is too late to cancel.
▶ Aura accepted the restore of *orders-prod* `a1b2c3d4`. Aura's request id: `req-restore`. I
    tell you here when it runs again.\
""")
    assert meanwhile(late).text.startswith("Told late, 3 things that have happened, the oldest")
