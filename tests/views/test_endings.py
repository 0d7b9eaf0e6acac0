import pytest
from inline_snapshot import snapshot

from bot.core.operations import Restore
from bot.core.operations import events as e
from bot.views.operations import ending
from tests.views.reading import heard, read
from tests.views.samples import (
    ACCEPTED,
    APPROVER,
    INTENDED,
    REQUESTER,
    approval,
    instance,
    minutes,
    plan,
    restore,
    to_done,
    to_ready,
    to_restoring,
    to_stuck,
    waived,
)

LATER = minutes(60)


def test_a_restore_that_is_done_names_people_times_and_the_way_back() -> None:
    shown = ending(restore(*to_done()), now=LATER)
    assert read(shown) == snapshot("""\
✅ *orders-prod* `a1b2c3d4` is restored. It holds the data of 2026-11-22 04:41 UTC. What was
    written later is gone from it.
Please check your application. The way back is the safety snapshot
    `5afe0000-0000-4000-8000-000000000001`, taken just before.
Requested by <@U0REQUEST>, approved by <@U0APPROVE>. It took 14 min from request to end.
    Asked 07:41 UTC, done 07:55 UTC.
*Undo* asks to restore the safety snapshot `5afe0000-0000-4000-8000-000000000001`: a new
    request with the same gates.
[Undo…]
[Evidence…]
(Reference `rst-9k2m` · plan `5d9945328454` · Aura's request id `req-restore`)\
""")
    assert heard(shown) == snapshot("""\
*orders-prod* `a1b2c3d4` is restored. It holds the data of 2026-11-22 04:41 UTC. What was
    written later is gone from it. Please check your application. The way back is the safety
    snapshot `5afe0000-0000-4000-8000-000000000001`, taken just before. Requested by
    <@U0REQUEST>, approved by <@U0APPROVE>.\
""")


def test_undo_carries_the_operation_id() -> None:
    rows = [b for b in ending(restore(*to_done()), now=LATER).blocks if b["type"] == "actions"]
    assert [(e["action_id"], e["value"]) for e in rows[0]["elements"]] == [("undo", "rst-9k2m")]


def test_without_a_safety_snapshot_there_is_no_undo() -> None:
    of = waived()
    events = (approval(of), e.SafetyWaived(), INTENDED, ACCEPTED, e.RestoreFinished(), e.Verified())
    assert read(ending(restore(*events, plan=of), now=LATER)) == snapshot("""\
✅ *orders-prod* `a1b2c3d4` is restored. It holds the data of 2026-11-22 04:41 UTC. What was
    written later is gone from it.
Please check your application. There is no safety snapshot of what was before.
Requested by <@U0REQUEST>, approved by <@U0APPROVE>. It took 12 min from request to end.
    Asked 07:41 UTC, done 07:53 UTC.
[Evidence…]
(Reference `rst-9k2m` · plan `91ed0d4bdc92` · Aura's request id `req-restore`)\
""")


def test_consumers_of_change_data_capture_get_a_checklist() -> None:
    of = plan(instance=instance(cdc_mode="FULL"))
    shown = read(ending(restore(*to_done(of), plan=of), now=LATER))
    assert shown[shown.index("⚠") : shown.index("*Undo*")] == snapshot("""\
⚠ *Change data capture is on (FULL).* For each consumer of *orders-prod* `a1b2c3d4`:
☐ stop it
☐ load its target anew from the restored data
☐ take a current change id (`db.cdc.current`) and forget the old one
☐ start it and watch a change arrive
""")


@pytest.mark.parametrize(
    ("op", "lines"),
    [
        (
            restore(e.Denied(by=APPROVER, reason="Wait for the nightly one")),
            snapshot("""\
⛔ <@U0APPROVE> denied the restore of *orders-prod* `a1b2c3d4`.
> Wait for the nightly one
Nothing in the instance was changed.
Please talk to them first. If it is still needed, ask again: `/aura restore a1b2c3d4`.
Requested by <@U0REQUEST>. It took 2 min from request to end.
[Evidence…]
(Reference `rst-9k2m` · plan `5d9945328454`)\
"""),
        ),
        (
            restore(e.Cancelled(by=REQUESTER)),
            snapshot("""\
✖ <@U0REQUEST> cancelled the restore of *orders-prod* `a1b2c3d4`. Nothing in the instance
    was changed.
If it is still needed, ask again: `/aura restore a1b2c3d4`.
Requested by <@U0REQUEST>. It took 2 min from request to end.
[Evidence…]
(Reference `rst-9k2m` · plan `5d9945328454`)\
"""),
        ),
        (
            restore(e.Expired()),
            snapshot("""\
⌛ The request to restore *orders-prod* `a1b2c3d4` expired at 08:11 UTC with 0 of 1
    approvals. Nothing in the instance was changed.
If it is still needed, ask again: `/aura restore a1b2c3d4`.
Requested by <@U0REQUEST>. It took 2 min from request to end.
[Evidence…]
(Reference `rst-9k2m` · plan `5d9945328454`)\
"""),
        ),
        (
            restore(*to_ready(), e.Voided(differences=("the tier changed",))),
            snapshot("""\
✖ The approval of the restore of *orders-prod* `a1b2c3d4` no longer holds, since things
    differ:
• the tier changed
Nothing in the instance was changed. The safety snapshot
    `5afe0000-0000-4000-8000-000000000001` was taken and stays.
Please look at what changed. If it is still needed, ask again: `/aura restore a1b2c3d4`.
Requested by <@U0REQUEST>, approved by <@U0APPROVE>. It took 8 min from request to end.
[Evidence…]
(Reference `rst-9k2m` · plan `5d9945328454` · Aura's request id `req-snap`)\
"""),
        ),
        (
            restore(approval(), e.StepFailed(reason="Aura has no such instance")),
            snapshot("""\
❌ The restore of *orders-prod* `a1b2c3d4` failed. Aura has no such instance. Nothing in the
    instance was changed.
If it is still needed, ask again: `/aura restore a1b2c3d4`.
Requested by <@U0REQUEST>, approved by <@U0APPROVE>. It took 4 min from request to end.
[Evidence…]
(Reference `rst-9k2m` · plan `5d9945328454`)\
"""),
        ),
        (
            restore(*to_ready(), INTENDED, e.RestoreRefused(reason="Aura refused it", hint="wait")),
            snapshot("""\
❌ The restore of *orders-prod* `a1b2c3d4` failed. Aura refused it. Nothing in the instance
    was changed. The safety snapshot `5afe0000-0000-4000-8000-000000000001` was taken and
    stays.
Wait.
Requested by <@U0REQUEST>, approved by <@U0APPROVE>. It took 10 min from request to end.
[Evidence…]
(Reference `rst-9k2m` · plan `5d9945328454`)\
"""),
        ),
        (
            restore(*to_restoring(), e.StepFailed(reason="the instance failed to load")),
            snapshot("""\
❌ The restore of *orders-prod* `a1b2c3d4` failed. The instance failed to load. The restore
    had begun, so the former data is gone from the instance and the new may be incomplete.
    The safety snapshot `5afe0000-0000-4000-8000-000000000001` keeps what was there before.
    To ask for it: `/aura restore a1b2c3d4 5afe0000-0000-4000-8000-000000000001`.
Please look at the instance in the Aura console.
Requested by <@U0REQUEST>, approved by <@U0APPROVE>. It took 12 min from request to end.
[Evidence…]
(Reference `rst-9k2m` · plan `5d9945328454` · Aura's request id `req-restore`)\
"""),
        ),
        (
            restore(*to_stuck(), e.SettledNotRun(by=APPROVER)),
            snapshot("""\
❌ <@U0APPROVE> looked: the restore of *orders-prod* `a1b2c3d4` did not run. By their word,
    nothing in the instance was changed.
If it is still needed, ask again: `/aura restore a1b2c3d4`.
Requested by <@U0REQUEST>, approved by <@U0APPROVE>. It took 14 min from request to end.
[Evidence…]
(Reference `rst-9k2m` · plan `5d9945328454` · Aura's request id `req-lost`)\
"""),
        ),
    ],
    ids=lambda value: str(value.phase) if isinstance(value, Restore) else "",
)
def test_any_other_end_says_what_became_of_the_data(op: Restore, lines: str) -> None:
    assert read(ending(op, now=LATER)) == lines
