import pytest
from inline_snapshot import snapshot

from bot.core.operations import Restore
from bot.core.operations import events as e
from bot.views.operations import gate, invitation, others, receipt
from tests.views.reading import heard, read
from tests.views.samples import (
    APPROVER,
    INTENDED,
    LINK,
    REQUESTER,
    STARTED,
    approval,
    instance,
    minutes,
    plan,
    restore,
    to_done,
    to_ready,
    waived,
)

SOON = minutes(5)


def test_gate_asks_with_three_buttons_and_names_what_is_overwritten() -> None:
    assert read(gate(restore(), now=SOON)) == snapshot("""\
<@U0REQUEST> asks to restore *orders-prod* `a1b2c3d4`. Nothing has been changed.
Please decide until 08:11 UTC; without a decision the request expires.
Environment *production* · project Shop `p-1111` · AuraDB Professional · 8GB memory · 16GB
    storage
Data flows *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC
    *to* *orders-prod* `a1b2c3d4`, whose present data is lost.
Lost is all that was written after the snapshot: *3 h* when this was asked, and whatever is
    written until the restore begins.
*Reason*
> The import at 05:10 doubled every order
Approvals: 0 of 1; 1 more needed. The requester cannot approve; one denial is enough to stop
    it.
[Approve] [Deny…] [Cancel request]
  [Approve] asks: Overwrite orders-prod? All data in orders-prod (a1b2c3d4, production) is
    replaced by snapshot c0ffee00-0000-4000-8000-000000000001 of 2026-11-22 04:41 UTC. What
    was written later is lost. [Approve] [Not now]\
""")


def test_gate_shows_a_waiver_first_and_again_in_the_dialog() -> None:
    shown = read(gate(restore(plan=waived()), now=SOON))
    assert shown.startswith("⚠ *No safety snapshot:*")
    assert "There will be NO safety snapshot." in shown


def test_locked_phone_shows_that_there_will_be_no_safety_snapshot() -> None:
    op = restore(plan=waived())
    for shown in (gate(op, now=SOON), invitation(op, link=LINK)):
        assert "There will be no safety snapshot." in heard(shown)


def test_gate_warns_of_change_data_capture() -> None:
    op = restore(plan=plan(instance=instance(cdc_mode="DIFF")))
    assert "Change data capture is on (DIFF)" in read(gate(op, now=SOON))


def test_gate_has_no_buttons_once_the_time_is_over() -> None:
    shown = read(gate(restore(), now=minutes(30)))
    assert "[Approve]" not in shown
    assert "The time to decide is over" in shown


def test_gate_buttons_carry_the_operation_id_and_nothing_else() -> None:
    row = gate(restore(), now=SOON).blocks[-1]
    assert {e["action_id"]: e["value"] for e in row["elements"]} == {
        "approve": "rst-9k2m",
        "deny": "rst-9k2m",
        "cancel": "rst-9k2m",
    }


@pytest.mark.parametrize(
    ("op", "lines"),
    [
        (
            restore(approval()),
            snapshot("""\
✅ Approved by <@U0APPROVE> at 07:43 UTC (1 of 1).
Until it begins, <@U0REQUEST> may still take it back.
[Cancel]
  [Cancel] asks: Cancel this restore? Nothing in the instance has been changed. The approval
    ends with it. [Cancel the restore] [Not now]\
"""),
        ),
        (
            restore(*to_ready(), INTENDED),
            snapshot("✅ Approved by <@U0APPROVE> at 07:43 UTC (1 of 1)."),
        ),
        (restore(*to_done()), snapshot("✅ Approved by <@U0APPROVE> at 07:43 UTC (1 of 1).")),
        (
            restore(e.Denied(by=APPROVER, reason="Wait for the nightly one")),
            snapshot("""\
⛔ <@U0APPROVE> denied the restore of *orders-prod* `a1b2c3d4`.
> Wait for the nightly one
Nothing in the instance was changed.\
"""),
        ),
        (
            restore(e.Cancelled(by=REQUESTER)),
            snapshot("""\
✖ <@U0REQUEST> cancelled the restore of *orders-prod* `a1b2c3d4`.
Nothing in the instance was changed.\
"""),
        ),
        (
            restore(approval(), STARTED, e.Cancelled(by=REQUESTER)),
            snapshot("""\
✖ <@U0REQUEST> cancelled the restore of *orders-prod* `a1b2c3d4`.
Nothing in the instance was changed. The safety snapshot
    `5afe0000-0000-4000-8000-000000000001` was begun and may still complete.\
"""),
        ),
        (
            restore(e.Expired()),
            snapshot("""\
✖ The request to restore *orders-prod* `a1b2c3d4` expired at 08:11 UTC with 0 of 1
    approvals.
Nothing in the instance was changed.\
"""),
        ),
        (
            restore(approval(), e.Expired()),
            snapshot("""\
✖ The approved restore of *orders-prod* `a1b2c3d4` could not begin within 10 min, so the
    approval expired.
Nothing in the instance was changed.\
"""),
        ),
        (
            restore(e.Voided(differences=("the rules of production changed",))),
            snapshot("""\
✖ The request for a restore of *orders-prod* `a1b2c3d4` no longer holds, since things
    differ:
• the rules of production changed
Nothing in the instance was changed.\
"""),
        ),
        (
            restore(
                approval(), e.Voided(differences=tuple(f"fact {n} changed" for n in range(10)))
            ),
            snapshot("""\
✖ The approval of the restore of *orders-prod* `a1b2c3d4` no longer holds, since things
    differ:
• fact 0 changed
• fact 1 changed
• fact 2 changed
• fact 3 changed
• fact 4 changed
• fact 5 changed
• fact 6 changed
• fact 7 changed
• fact 8 changed
• fact 9 changed
Nothing in the instance was changed.\
"""),
        ),
    ],
    ids=lambda value: str(value.phase) if isinstance(value, Restore) else "",
)
def test_decided_gate_says_the_decision(op: Restore, lines: str) -> None:
    shown = gate(op, now=SOON)
    assert read(shown) == lines
    assert "[Approve]" not in read(shown)


def test_notification_of_a_denial_keeps_the_reason_in_quotation_marks() -> None:
    op = restore(e.Denied(by=APPROVER, reason="Wait for the nightly one"))
    assert heard(gate(op, now=SOON)) == snapshot("""\
⛔ <@U0APPROVE> denied the restore of *orders-prod* `a1b2c3d4`. “Wait for the nightly one”
    Nothing in the instance was changed.\
""")


@pytest.mark.parametrize("op", [restore(), restore(approval()), restore(*to_ready())])
def test_cancel_stays_exactly_as_long_as_it_is_possible(op: Restore) -> None:
    assert "[Cancel" in read(gate(op, now=SOON))
    assert "[Cancel" not in read(gate(restore(*to_ready(), INTENDED), now=SOON))


def test_invitation_tells_the_approver_enough_to_judge() -> None:
    shown = invitation(restore(), link=LINK)
    assert read(shown) == snapshot("""\
<@U0REQUEST> asks you to decide about a restore of *orders-prod* `a1b2c3d4` in production
    until 2026-11-22 08:11 UTC.
Environment *production* · project Shop `p-1111` · AuraDB Professional · 8GB memory · 16GB
    storage
Data flows *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC
    *to* *orders-prod* `a1b2c3d4`, whose present data is lost.
Lost is all that was written after the snapshot: *3 h* when this was asked, and whatever is
    written until the restore begins.
*Reason*
> The import at 05:10 doubled every order
Approve or deny in the thread in <#C0PROD>. Approvals so far: 0 of 1. Without a decision
    nothing happens.
[Open the request]\
""")
    assert heard(shown) == snapshot("""\
<@U0REQUEST> asks you to decide about a restore of *orders-prod* `a1b2c3d4` in production
    until 2026-11-22 08:11 UTC. Approve or deny in the thread in <#C0PROD>.\
""")


def test_invitation_without_a_link_names_the_channel() -> None:
    assert "[Open the request]" not in read(invitation(restore(), link=None))


def test_invitation_after_the_decision_leaves_nothing_to_do() -> None:
    op = restore(e.Denied(by=APPROVER, reason="Wait for the nightly one"))
    shown = invitation(op, link=LINK)
    assert read(shown) == snapshot("""\
You were asked about the restore of *orders-prod* `a1b2c3d4`; nothing is left to decide.
⛔ <@U0APPROVE> denied the restore of *orders-prod* `a1b2c3d4`.
> Wait for the nightly one
Nothing in the instance was changed.
<https://example.slack.com/archives/C0PROD/p1|Open the request>\
""")
    assert "\n" not in shown.text


def test_receipt_tells_the_requester_that_nothing_has_changed_yet() -> None:
    assert read(receipt(restore(), link=LINK)) == snapshot("""\
Your request to restore *orders-prod* `a1b2c3d4` is in <#C0PROD>. Nothing has been changed.
    An approver decides there until 2026-11-22 08:11 UTC; you can take it back in its thread
    until it begins.
<https://example.slack.com/archives/C0PROD/p1|Open the request>\
""")


def test_the_thread_says_who_else_may_approve_where_the_list_is_long() -> None:
    assert read(others(10, 23)) == snapshot("""\
(I have written to 10 of the 23 people on the list of approvers. The others may decide as
    well, with the buttons above.)\
""")
