import pytest
from inline_snapshot import snapshot

from bot.core.operations import Restore
from bot.core.operations import events as e
from bot.views.operations import alert
from tests.views.reading import heard, read
from tests.views.samples import (
    ACCEPTED,
    APPROVER,
    INTENDED,
    LINK,
    approval,
    minutes,
    restore,
    to_ready,
    to_restoring,
    to_stuck,
    waived,
)

LATER = minutes(60)
OVERDUE = e.OutcomeUnknown(reason="the instance was not running again after 6 hours")
RAN = e.SettledRan(by=APPROVER)


def test_a_stuck_restore_asks_a_person_to_look_and_say() -> None:
    shown = alert(restore(*to_stuck()), link=LINK, now=LATER)
    assert read(shown) == snapshot("""\
# ❓ Needs a person: restore of orders-prod
I cannot tell whether the restore of *orders-prod* `a1b2c3d4` ran. The instance shows no
    sign of it after 5 minutes. The instance holds either its former data or that of the
    snapshot. The safety snapshot `5afe0000-0000-4000-8000-000000000001` keeps what was
    there before.
Nothing is sent again by itself. Please have an approver look at the instance in the Aura
    console and then press *It ran* or *It did not run* under the alert.
Instance: *orders-prod* `a1b2c3d4`
Environment: production
State of the instance: unknown; it was running before the call
So since: 2026-11-22 07:53 UTC (48 min ago)
Requested by: <@U0REQUEST>
Safety snapshot: `5afe0000-0000-4000-8000-000000000001`
Reference: `rst-9k2m`
Aura's request id: `req-lost`
[It ran] [It did not run]
  [It ran] asks: Did the restore run? You looked at orders-prod (a1b2c3d4) in the Aura
    console, and the restore ran or is running. I then watch it to its end. [It ran] [Not
    now]
  [It did not run] asks: Did the restore not run? You looked at orders-prod (a1b2c3d4) in
    the Aura console, and its data is untouched. The request then ends as failed, and the
    instance is free again. [It did not run] [Not now]
<https://example.slack.com/archives/C0PROD/p1|Open the card>\
""")
    assert heard(shown) == snapshot("""\
Help needed: I cannot tell whether the restore of *orders-prod* `a1b2c3d4` ran. The instance
    shows no sign of it after 5 minutes. The instance holds either its former data or that
    of the snapshot. The safety snapshot `5afe0000-0000-4000-8000-000000000001` keeps what
    was there before. Nothing is sent again by itself. Please have an approver look at the
    instance in the Aura console and then press *It ran* or *It did not run* under the
    alert. Reference rst-9k2m.\
""")


def test_a_restore_that_never_came_back_is_told_apart_from_one_that_may_not_have_run() -> None:
    shown = read(alert(restore(*to_restoring(), OVERDUE), link=None, now=LATER))
    assert shown[: shown.index("Instance: ")] == snapshot("""\
# ❓ Needs a person: restore of orders-prod
The restore of *orders-prod* `a1b2c3d4` began, but I cannot tell how it ended. The instance
    was not running again after 6 hours. Its former data is gone from the instance, and the
    new may be incomplete. The safety snapshot `5afe0000-0000-4000-8000-000000000001` keeps
    what was there before.
Nothing is sent again by itself. Please have an approver look at the instance in the Aura
    console and then press *It ran* or *It did not run* under the alert.
""")
    assert "State of the instance: offline, or holding incomplete data" in shown


def test_stuck_without_a_safety_snapshot_says_that_there_is_no_way_back() -> None:
    of = waived()
    op = restore(approval(of), e.SafetyWaived(), INTENDED, ACCEPTED, OVERDUE, plan=of)
    assert "There is no safety snapshot" in read(alert(op, link=None, now=LATER)).replace(
        "\n    ", " "
    )


def test_a_refused_restore_says_that_nothing_changed() -> None:
    refused = e.RestoreRefused(reason="another operation runs there", request_id="req-no")
    op = restore(*to_ready(), INTENDED, refused)
    assert read(alert(op, link=LINK, now=LATER)) == snapshot("""\
# ❌ Restore of orders-prod failed
The restore of *orders-prod* `a1b2c3d4` failed. Another operation runs there. Nothing in the
    instance was changed. The safety snapshot `5afe0000-0000-4000-8000-000000000001` was
    taken and stays.
If it is still needed, ask again: `/aura restore a1b2c3d4`.
Instance: *orders-prod* `a1b2c3d4`
Environment: production
State of the instance: not changed by this restore
So since: 2026-11-22 07:51 UTC
Requested by: <@U0REQUEST>
Safety snapshot: `5afe0000-0000-4000-8000-000000000001`
Reference: `rst-9k2m`
Aura's request id: `req-no`
<https://example.slack.com/archives/C0PROD/p1|Open the card>\
""")


def test_a_failure_before_aura_was_asked_has_no_request_id() -> None:
    op = restore(approval(), e.StepFailed(reason="nobody may approve any more"))
    shown = read(alert(op, link=None, now=LATER))
    assert "Aura's request id: none was given" in shown
    assert "Safety snapshot: none" in shown


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((RAN,), "offline, being restored"),
        ((RAN, e.RestoreFinished()), "restored and running"),
        ((RAN, OVERDUE), "offline, or holding incomplete data"),
        ((e.SettledNotRun(by=APPROVER),), "not changed, by the word of who looked"),
    ],
)
def test_state_of_the_instance_follows_what_was_settled(
    events: tuple[e.Event, ...], state: str
) -> None:
    op = restore(*to_stuck(), *events)
    assert f"State of the instance: {state}\n" in read(alert(op, link=None, now=LATER))


def test_a_word_against_what_aura_had_accepted_is_not_told_as_if_nothing_had_happened() -> None:
    op = restore(*to_restoring(), OVERDUE, e.SettledNotRun(by=APPROVER))
    shown = read(alert(op, link=None, now=LATER))
    assert "Aura had accepted the restore" in shown
    assert "State of the instance: uncertain" in shown
    assert "nothing in the instance was changed" not in shown


@pytest.mark.parametrize("settled", [RAN, e.SettledNotRun(by=APPROVER), ACCEPTED])
def test_a_settled_alert_has_no_buttons(settled: e.Event) -> None:
    shown = alert(restore(*to_stuck(), settled), link=None, now=LATER)
    assert not [b for b in shown.blocks if b["type"] == "actions"]


def test_a_settled_alert_says_who_looked_and_what_they_said() -> None:
    op: Restore = restore(*to_stuck(), RAN)
    assert read(alert(op, link=LINK, now=LATER)) == snapshot("""\
# ✅ Settled: restore of orders-prod
Aura is restoring *orders-prod* `a1b2c3d4`. The instance is offline until that ends, and its
    former data is replaced.
Nothing to do now; the thread tells how it goes on.
🔎 <@U0APPROVE> looked at 2026-11-22 07:55 UTC and says: it ran.
Instance: *orders-prod* `a1b2c3d4`
Environment: production
State of the instance: offline, being restored
So since: 2026-11-22 07:55 UTC (46 min ago)
Requested by: <@U0REQUEST>
Safety snapshot: `5afe0000-0000-4000-8000-000000000001`
Reference: `rst-9k2m`
Aura's request id: `req-lost`
<https://example.slack.com/archives/C0PROD/p1|Open the card>\
""")


def test_a_refusal_without_a_request_id_does_not_lend_that_of_the_snapshot() -> None:
    op = restore(*to_ready(), INTENDED, e.RestoreRefused(reason="the connection was never made"))
    assert "Aura's request id: none was given" in read(alert(op, link=None, now=LATER))
