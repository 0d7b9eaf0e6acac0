"""A drill's messages as people read them, from the receipt to the alert."""

from inline_snapshot import snapshot

from bot.core.base import OperationId
from bot.core.drills import Asking, Outcome
from bot.core.operations import Drill, advance
from bot.core.operations import events as e
from bot.core.operations.drill import DrillPhase as P
from bot.views import operations
from bot.views.drill_words import last_line, last_warning
from tests.core.drill_samples import FAILED, PASSED
from tests.views.drill_views import drill, ended, last, steps
from tests.views.reading import read
from tests.views.samples import LINK, instance, minutes


def drilled(*events: e.Event, asking: Asking | None = None) -> Drill:
    op = drill("production", instance(), asking)
    for number, event in enumerate(events, start=1):
        op = advance(op, event, now=minutes(number))
    return op


WHOLE = steps("8GB AuraDB Professional")


def test_card_of_a_proven_drill() -> None:
    op = ended(drilled(*WHOLE[:5], e.Checked(checks=(PASSED,))))
    assert read(operations.card(op, now=minutes(20))) == snapshot("""\
# ✅ Drill of orders-prod: proven
The backup of *orders-prod* `a1b2c3d4` is proven: snapshot
    `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC restores, and 1 of 1
    check passed. It took 4 min until running, 6 min until checked. The instance itself was
    not touched.
Instance: *orders-prod* `a1b2c3d4`
Environment: production
Snapshot: `c0ffee00-0000-4000-8000-000000000001` / 2026-11-22 04:41 UTC
Asked by: <@U0REQUEST>
Scratch instance: `savepoint-scratch-abc` `5c4a7c40`
Graph: 41,200 nodes · 180,000 relationships
Recovery time: 4 min until running, 6 min until checked
Billed while it lives: 8GB AuraDB Professional, no price is configured, see Aura's price
    list. It is deleted after 4 h at the latest; at most 2 such instances live at once.
*1 of 1 check passed*
✓ *orders* · found 7
✓ Requested · 2026-11-22 07:41 UTC
✓ Snapshot chosen · 07:42 UTC · after 1 min
✓ Entered in the ledger · 07:43 UTC · after 1 min
✓ Accepted by Aura · 07:44 UTC · after 1 min
✓ Running · 07:45 UTC · after 1 min
✓ Counted · 07:46 UTC · after 1 min
✓ Checked · 07:47 UTC · after 1 min
✓ Scratch instance deleted · 07:52 UTC · after 5 min
[Evidence…]
(Reference `drl-9k2m4c7x` · took 12 min in all)\
""")


def test_end_of_a_drill_that_was_not_proven() -> None:
    op = ended(drilled(*WHOLE[:5], e.Checked(checks=(FAILED, PASSED))))
    assert read(operations.ending(op, now=minutes(20))) == snapshot("""\
❌ <@U0REQUEST>: The backup of *orders-prod* `a1b2c3d4` is *not proven*: snapshot
    `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC restores, but its data is
    not what it should be; 1 of 2 checks passed. “orders” did not pass. Try another
    snapshot: `/aura drill a1b2c3d4 <snapshot>`. The instance itself was not touched.
❌ *orders* · expected at least 1 · found 0
✓ *orders* · found 7
[Evidence…]
(Reference `drl-9k2m4c7x` · plan `2df94667aea9` · Aura's request id `8GB AuraDB
    Professional`)\
""")


def test_alert_of_a_drill_that_could_not_run_and_left_something() -> None:
    failed = e.StepFailed(reason="Aura could not load the snapshot", hint="Try another one.")
    op = ended(drilled(*WHOLE[:3], failed), left="Aura does not answer")
    assert op.alarms == 2
    assert read(operations.alert(op, link=LINK, now=minutes(20))) == snapshot("""\
# ❓ Drill of orders-prod: could not run
The drill of *orders-prod* `a1b2c3d4` could not run, so nothing is known of the backup. Aura
    could not load the snapshot. Try another one. The instance itself was not touched. ⚠ The
    scratch instance `savepoint-scratch-abc` could not be deleted yet: Aura does not answer.
    I go on trying; until then it is billed.
Instance: *orders-prod* `a1b2c3d4`
Environment: production
Snapshot: `c0ffee00-0000-4000-8000-000000000001` / 2026-11-22 04:41 UTC
Asked by: <@U0REQUEST>
Scratch instance: `savepoint-scratch-abc` `5c4a7c40`
Reference: `drl-9k2m4c7x`
<https://example.slack.com/archives/C0PROD/p1|Open the card>\
""")


def test_thread_of_a_rehearsal() -> None:
    asking = Asking(operation_id=OperationId("rst-9"), reason="Bad deploy")
    op = drilled(
        *WHOLE[:5],
        e.Checked(checks=(PASSED,)),
        e.RestoreAsked(operation_id=asking.operation_id),
        asking=asking,
    )
    assert op.phase is P.HOLDING
    lines = [operations.milestone(op, index) for index in range(len(op.history))]
    assert "\n".join(read(line) for line in lines if line) == snapshot("""\
📸 Tried is snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC of
    *orders-prod* `a1b2c3d4`.
▶ Aura is loading it into the scratch instance `5c4a7c40`.
▶ The scratch instance runs after 4 min; its graph is counted and checked.
🔎 Checked: 1 of 1 check passed.
✓ *orders* · found 7
✅ Rehearsed: 4 min until running, 6 min until checked, 1 of 1 check passed. The restore
    `rst-9` stands before its approvers now.\
""")
    assert "The restore is asked for" in read(operations.receipt(op, link=None))


def test_what_the_last_drill_said_warns_only_when_it_proved_nothing() -> None:
    for outcome in (Outcome.PROVEN, Outcome.WARNED):
        assert last_warning(last("why", outcome), minutes(5)) is None
    assert last_warning(None, minutes(5)) is None
    warning = last_warning(last("“orders” did not pass", Outcome.NOT_PROVEN), minutes(5))
    assert warning == (
        "⚠ *The last drill did not prove that this instance can be restored:* not proven, "
        "2026-11-22 07:41 UTC (5 min ago), `drl-9k2m4c7x`. “orders” did not pass."
    )
    assert last_line(last("why", Outcome.COULD_NOT_RUN), minutes(5)) == snapshot(
        "❓ last drill could not run 5 min ago"
    )
