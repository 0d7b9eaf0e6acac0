import pytest
from inline_snapshot import snapshot

from bot.core.operations import Restore
from bot.core.operations import events as e
from bot.views.operations import card
from tests.views.reading import heard, read, top
from tests.views.samples import (
    ACCEPTED,
    APPROVER,
    COMPLETED,
    INTENDED,
    LOST,
    SECOND,
    STARTED,
    approval,
    instance,
    minutes,
    plan,
    restore,
    taken,
    to_done,
    to_ready,
    to_restoring,
    to_stuck,
    waived,
)

SOON = minutes(5)


def test_card_waiting_for_approval_shows_the_whole_plan() -> None:
    assert read(card(restore(), now=SOON)) == snapshot("""\
# ⏳ Waiting for approval: restore of orders-prod
<@U0REQUEST> asks to restore *orders-prod* `a1b2c3d4`. Nothing has been changed.
The approvers decide in the thread until 08:11 UTC; without a decision the request expires.
Data flows *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC
    *to* *orders-prod* `a1b2c3d4`, whose present data is lost.
Lost is all that was written after the snapshot: *3 h* when this was asked, and whatever is
    written until the restore begins.
Instance: *orders-prod* `a1b2c3d4`
Environment: production
Project: Shop `p-1111`
Tier and size: AuraDB Professional · 8GB memory · 16GB storage
Status when asked: running
Snapshot: `c0ffee00-0000-4000-8000-000000000001` / 2026-11-22 04:41 UTC · on demand
Snapshot's age when asked: 3 h
Requested by: <@U0REQUEST>
Approvals: 0 of 1
Plan seal: `5d9945328454`
*Reason*
> The import at 05:10 doubled every order
✓ Requested · 2026-11-22 07:41 UTC
▶ Waiting for approval (0 of 1) · since 07:41 UTC
○ Safety snapshot
○ Restore call recorded
○ Accepted by Aura
○ Running again
○ Confirmed
(Reference `rst-9k2m` · asked 5 min ago, as of 2026-11-22 07:46 UTC)\
""")


def test_card_of_a_finished_restore_keeps_the_times_of_each_step() -> None:
    op = restore(*to_done())
    shown = read(card(op, now=minutes(60)))
    assert shown == snapshot("""\
# ✅ Restored orders-prod
*orders-prod* `a1b2c3d4` is restored. It holds the data of 2026-11-22 04:41 UTC. What was
    written later is gone from it.
Please check your application. The way back is the safety snapshot
    `5afe0000-0000-4000-8000-000000000001`, taken just before.
Data flowed *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC
    *to* *orders-prod* `a1b2c3d4`; what it held before is gone.
Instance: *orders-prod* `a1b2c3d4`
Environment: production
Project: Shop `p-1111`
Tier and size: AuraDB Professional · 8GB memory · 16GB storage
Status when asked: running
Snapshot: `c0ffee00-0000-4000-8000-000000000001` / 2026-11-22 04:41 UTC · on demand
Snapshot's age when asked: 3 h
Requested by: <@U0REQUEST>
Approvals: 1 of 1: <@U0APPROVE>
Plan seal: `5d9945328454`
*Reason*
> The import at 05:10 doubled every order
✓ Requested · 2026-11-22 07:41 UTC
✓ Approved (1 of 1) · 07:43 UTC · after 2 min
✓ Safety snapshot `5afe0000-0000-4000-8000-000000000001` · 07:47 UTC · after 4 min
✓ Restore call recorded · 07:49 UTC · after 2 min
✓ Accepted by Aura · 07:51 UTC · after 2 min
✓ Running again · 07:53 UTC · after 2 min
✓ Confirmed · 07:55 UTC · after 2 min
[Evidence…]
(Reference `rst-9k2m` · took 14 min in all)\
""")
    assert shown == read(card(op, now=minutes(600)))  # a final card never needs another edit


def test_waiver_stands_in_the_first_line_of_the_card() -> None:
    of = waived()
    op = restore(approval(of), e.SafetyWaived(), plan=of)
    assert read(card(op, now=SOON)) == snapshot("""\
⚠ *No safety snapshot:* the instance is paused, and a paused instance can take no snapshot.
    <@U0REQUEST> asks to go ahead without one:
> It was broken before the pause
# ▶ About to begin: restore of orders-prod
No safety snapshot is taken, as the plan says. Nothing has been changed yet.
One last look at everything, then the restore call goes to Aura.
Data flows *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC
    *to* *orders-prod* `a1b2c3d4`, whose present data is lost.
Lost is all that was written after the snapshot: *3 h* when this was asked, and whatever is
    written until the restore begins.
Instance: *orders-prod* `a1b2c3d4`
Environment: production
Project: Shop `p-1111`
Tier and size: AuraDB Professional · 8GB memory · 16GB storage
Status when asked: paused
Snapshot: `c0ffee00-0000-4000-8000-000000000001` / 2026-11-22 04:41 UTC · on demand
Snapshot's age when asked: 3 h
Requested by: <@U0REQUEST>
Approvals: 1 of 1: <@U0APPROVE>
Plan seal: `91ed0d4bdc92`
*Reason*
> The import at 05:10 doubled every order
✓ Requested · 2026-11-22 07:41 UTC
✓ Approved (1 of 1) · 07:43 UTC · after 2 min
✓ Safety snapshot waived · 07:45 UTC · after 2 min
▶ Last look · since 07:45 UTC
○ Accepted by Aura
○ Running again
○ Confirmed
(Reference `rst-9k2m` · asked 5 min ago, as of 2026-11-22 07:46 UTC)\
""")


def test_card_while_restoring_says_what_is_offline_and_since_when() -> None:
    assert read(card(restore(*to_restoring()), now=minutes(12))) == snapshot("""\
# ▶ Restoring orders-prod
Aura is restoring *orders-prod* `a1b2c3d4`. The instance is offline until that ends, and its
    former data is replaced.
Nothing to do now; the thread tells how it goes on.
Data flows *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC
    *to* *orders-prod* `a1b2c3d4`, whose former data is lost: all that was written after the
    snapshot, *3 h* when this was asked.
Instance: *orders-prod* `a1b2c3d4`
Environment: production
Project: Shop `p-1111`
Tier and size: AuraDB Professional · 8GB memory · 16GB storage
Status when asked: running
Snapshot: `c0ffee00-0000-4000-8000-000000000001` / 2026-11-22 04:41 UTC · on demand
Snapshot's age when asked: 3 h
Requested by: <@U0REQUEST>
Approvals: 1 of 1: <@U0APPROVE>
Plan seal: `5d9945328454`
*Reason*
> The import at 05:10 doubled every order
✓ Requested · 2026-11-22 07:41 UTC
✓ Approved (1 of 1) · 07:43 UTC · after 2 min
✓ Safety snapshot `5afe0000-0000-4000-8000-000000000001` · 07:47 UTC · after 4 min
✓ Restore call recorded · 07:49 UTC · after 2 min
✓ Accepted by Aura · 07:51 UTC · after 2 min
▶ Restoring, the instance is offline · since 07:51 UTC
○ Confirmed
(Reference `rst-9k2m` · asked 12 min ago, as of 2026-11-22 07:53 UTC)\
""")


def test_card_warns_of_change_data_capture() -> None:
    op = restore(plan=plan(instance=instance(cdc_mode="FULL")))
    assert "⚠ *Change data capture is on (FULL).*" in read(card(op, now=SOON))
    assert "capture" not in read(card(restore(), now=SOON))


def test_a_quorum_is_counted_and_its_givers_named() -> None:
    of = plan(quorum=3)
    op = restore(
        e.Seconded(by=APPROVER, seal=of.seal), e.Seconded(by=SECOND, seal=of.seal), plan=of
    )
    shown = read(card(op, now=SOON))
    assert "Approvals: 2 of 3: <@U0APPROVE> and <@U0SECOND>" in shown
    assert "▶ Waiting for approval (2 of 3) · since 07:41 UTC" in shown


def test_a_step_on_another_day_shows_its_date() -> None:
    of = plan(created_at=minutes(0), expires_at=minutes(24 * 60), snapshot=taken(profile=""))
    op = restore(plan=of)
    op = op.model_copy(update={"created_at": minutes(-24 * 60)})
    shown = read(card(op, now=SOON))
    assert "✓ Requested · 2026-11-21 07:41 UTC" in shown
    assert "profile unknown" in shown


def test_missing_sizes_leave_the_tier_alone() -> None:
    op = restore(plan=plan(instance=instance(memory=None, storage=None)))
    assert "Tier and size: AuraDB Professional\n" in read(card(op, now=SOON))


@pytest.mark.parametrize(
    ("op", "lines"),
    [
        (
            restore(approval()),
            snapshot("""\
# ▶ Approved: restore of orders-prod
<@U0APPROVE> approved the restore of *orders-prod* `a1b2c3d4`. Nothing has been changed yet.
I check everything once more, then I take a safety snapshot.
Data flows *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC
    *to* *orders-prod* `a1b2c3d4`, whose present data is lost.
Lost is all that was written after the snapshot: *3 h* when this was asked, and whatever is
    written until the restore begins.\
"""),
        ),
        (
            restore(approval(), STARTED),
            snapshot("""\
# ▶ Safety snapshot first: restore of orders-prod
Aura is taking the safety snapshot `5afe0000-0000-4000-8000-000000000001` of *orders-prod*
    `a1b2c3d4`. Nothing has been changed yet.
The restore begins only when that snapshot is complete.
Data flows *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC
    *to* *orders-prod* `a1b2c3d4`, whose present data is lost.
Lost is all that was written after the snapshot: *3 h* when this was asked, and whatever is
    written until the restore begins.\
"""),
        ),
        (
            restore(*to_ready()),
            snapshot("""\
# ▶ About to begin: restore of orders-prod
The safety snapshot `5afe0000-0000-4000-8000-000000000001` of *orders-prod* `a1b2c3d4` is
    complete. Nothing has been changed yet.
One last look at everything, then the restore call goes to Aura.
Data flows *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC
    *to* *orders-prod* `a1b2c3d4`, whose present data is lost.
Lost is all that was written after the snapshot: *3 h* when this was asked, and whatever is
    written until the restore begins.\
"""),
        ),
        (
            restore(*to_ready(), INTENDED),
            snapshot("""\
# ▶ Starting: restore of orders-prod
The restore call for *orders-prod* `a1b2c3d4` is on its way to Aura. From now on its present
    data may be gone.
Please wait, and change nothing on the instance.
Data flows *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC
    *to* *orders-prod* `a1b2c3d4`, whose former data is lost: all that was written after the
    snapshot, *3 h* when this was asked.\
"""),
        ),
        (
            restore(*to_ready(), INTENDED, LOST),
            snapshot("""\
# ❓ Answer lost, looking: restore of orders-prod
Aura's answer to the restore call for *orders-prod* `a1b2c3d4` was lost. The restore may or
    may not have begun.
I look at the instance to find out, and send nothing again. Please wait.
Data flows *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC
    *to* *orders-prod* `a1b2c3d4`, whose former data is lost: all that was written after the
    snapshot, *3 h* when this was asked.\
"""),
        ),
        (
            restore(*to_ready(), INTENDED, ACCEPTED, e.RestoreFinished()),
            snapshot("""\
# ▶ Checking orders-prod
*orders-prod* `a1b2c3d4` is running again. It holds the data of 2026-11-22 04:41 UTC.
One more reading confirms it.
Data flows *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC
    *to* *orders-prod* `a1b2c3d4`, whose former data is lost: all that was written after the
    snapshot, *3 h* when this was asked.\
"""),
        ),
        (
            restore(*to_stuck()),
            snapshot("""\
# ❓ Needs a person: restore of orders-prod
I cannot tell whether the restore of *orders-prod* `a1b2c3d4` ran. The instance shows no
    sign of it after 5 minutes. The instance holds either its former data or that of the
    snapshot. The safety snapshot `5afe0000-0000-4000-8000-000000000001` keeps what was
    there before.
Nothing is sent again by itself. Please have an approver look at the instance in the Aura
    console and then press *It ran* or *It did not run* under the alert.
Asked for: data *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41
    UTC *to* *orders-prod* `a1b2c3d4`.\
"""),
        ),
        (
            restore(e.Denied(by=APPROVER, reason="The nightly one is better")),
            snapshot("""\
# ⛔ Denied: restore of orders-prod
<@U0APPROVE> denied the restore of *orders-prod* `a1b2c3d4`.
> The nightly one is better
Nothing in the instance was changed.
Please talk to them first. If it is still needed, ask again: `/aura restore a1b2c3d4`.
Asked for: data *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41
    UTC *to* *orders-prod* `a1b2c3d4`. It did not happen.\
"""),
        ),
        (
            restore(approval(), STARTED, COMPLETED, e.Expired()),
            snapshot("""\
# ⌛ Expired: restore of orders-prod
The approved restore of *orders-prod* `a1b2c3d4` could not begin within 10 min, so the
    approval expired. Nothing in the instance was changed. The safety snapshot
    `5afe0000-0000-4000-8000-000000000001` was taken and stays.
If it is still needed, ask again: `/aura restore a1b2c3d4`.
Asked for: data *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41
    UTC *to* *orders-prod* `a1b2c3d4`. It did not happen.\
"""),
        ),
        (
            restore(approval(), STARTED, e.StepFailed(reason="it took too long")),
            snapshot("""\
# ❌ Failed: restore of orders-prod
The restore of *orders-prod* `a1b2c3d4` failed. It took too long. Nothing in the instance
    was changed. The safety snapshot `5afe0000-0000-4000-8000-000000000001` was begun and
    may still complete.
If it is still needed, ask again: `/aura restore a1b2c3d4`.
Asked for: data *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41
    UTC *to* *orders-prod* `a1b2c3d4`. It did not happen.\
"""),
        ),
    ],
    ids=lambda value: str(value.phase) if isinstance(value, Restore) else "",
)
def test_top_of_the_card_says_what_happened_what_it_means_and_what_is_next(
    op: Restore, lines: str
) -> None:
    assert top(card(op, now=SOON)) == lines


@pytest.mark.parametrize("op", [restore(), restore(*to_done()), restore(*to_stuck())])
def test_card_has_no_button_but_that_of_its_evidence_once_it_has_ended(op: Restore) -> None:
    rows = [b for b in card(op, now=SOON).blocks if b["type"] == "actions"]
    labels = [button["text"]["text"] for row in rows for button in row["elements"]]
    assert labels == (["Evidence…"] if op.final else [])


def test_notification_of_the_card_is_a_whole_sentence() -> None:
    assert heard(card(restore(), now=SOON)) == snapshot("""\
<@U0REQUEST> asks to restore *orders-prod* `a1b2c3d4`. Nothing has been changed. The
    approvers decide in the thread until 08:11 UTC; without a decision the request expires.\
""")
