import pytest
from inline_snapshot import snapshot

from bot.core.errors import AlreadyDecided
from bot.core.operations import TakeSnapshot
from bot.core.operations import events as e
from bot.views.operations import alert, card, ending, note, receipt
from tests.views.reading import heard, read, top
from tests.views.samples import COMPLETED, LINK, REQUESTER, STARTED, minutes, take

FAILED = e.StepFailed(reason="Aura refused it", hint="try again later", request_id="req-no")


def test_card_of_a_running_snapshot_shows_who_asked_and_why() -> None:
    assert read(card(take(STARTED), now=minutes(5))) == snapshot("""\
# 📸 Aura is taking a snapshot of orders-prod
Aura is taking the snapshot `5afe0000-0000-4000-8000-000000000001` of *orders-prod*
    `a1b2c3d4`. The instance stays online and nothing in it changes.
Instance: *orders-prod* `a1b2c3d4`
Environment: production
Project: Shop `p-1111`
Tier: AuraDB Professional
Requested by: <@U0REQUEST>
Snapshot: `5afe0000-0000-4000-8000-000000000001`
*Note*
> before the 4.2 deploy
✓ Requested · 2026-11-22 07:41 UTC
✓ Accepted by Aura · 07:43 UTC · after 2 min
▶ Being taken · since 07:43 UTC
(Reference `snp-4t7x` · asked 5 min ago, as of 2026-11-22 07:46 UTC)\
""")


def test_card_without_a_note_leaves_it_out() -> None:
    assert "Note" not in read(card(take(note=""), now=minutes(5)))


@pytest.mark.parametrize(
    ("op", "lines"),
    [
        (
            take(),
            snapshot("""\
# ⏳ Asking Aura for a snapshot of orders-prod
<@U0REQUEST> asks for a snapshot of *orders-prod* `a1b2c3d4`. Aura is asked next; the
    instance stays online.\
"""),
        ),
        (
            take(STARTED, COMPLETED),
            snapshot("""\
# ✅ Snapshot of orders-prod complete
The snapshot `5afe0000-0000-4000-8000-000000000001` of *orders-prod* `a1b2c3d4` is complete.
    To go back to it: `/aura restore a1b2c3d4 5afe0000-0000-4000-8000-000000000001`.\
"""),
        ),
        (
            take(e.Cancelled(by=REQUESTER)),
            snapshot("""\
# ✖ Snapshot of orders-prod cancelled
The snapshot of *orders-prod* `a1b2c3d4` was cancelled before Aura was asked. None was
    taken, and nothing was changed.\
"""),
        ),
        (
            take(STARTED, FAILED),
            snapshot("""\
# ❌ Snapshot of orders-prod failed
The snapshot of *orders-prod* `a1b2c3d4` failed. Aura refused it. Nothing in the instance
    was changed, but do not count on this snapshot. Try again later.\
"""),
        ),
    ],
    ids=lambda value: str(value.phase) if isinstance(value, TakeSnapshot) else "",
)
def test_top_of_the_snapshot_card(op: TakeSnapshot, lines: str) -> None:
    assert top(card(op, now=minutes(5))) == lines


@pytest.mark.parametrize(
    ("op", "lines"),
    [
        (
            take(STARTED, COMPLETED),
            snapshot("""\
<@U0REQUEST>: The snapshot `5afe0000-0000-4000-8000-000000000001` of *orders-prod*
    `a1b2c3d4` is complete. To go back to it: `/aura restore a1b2c3d4
    5afe0000-0000-4000-8000-000000000001`. It took 4 min.
(Reference `snp-4t7x` · Aura's request id `req-snap`)\
"""),
        ),
        (
            take(e.Cancelled(by=REQUESTER)),
            snapshot("""\
<@U0REQUEST>: The snapshot of *orders-prod* `a1b2c3d4` was cancelled before Aura was asked.
    None was taken, and nothing was changed. It took 2 min.
(Reference `snp-4t7x`)\
"""),
        ),
        (
            take(e.StepFailed(reason="Aura did not begin the snapshot")),
            snapshot("""\
<@U0REQUEST>: The snapshot of *orders-prod* `a1b2c3d4` failed. Aura did not begin the
    snapshot. Nothing in the instance was changed, but do not count on this snapshot. Please
    try again, or look in the Aura console. It took 2 min.
(Reference `snp-4t7x`)\
"""),
        ),
    ],
    ids=lambda value: str(value.phase) if isinstance(value, TakeSnapshot) else "",
)
def test_ending_of_a_snapshot(op: TakeSnapshot, lines: str) -> None:
    assert read(ending(op, now=minutes(5))) == lines


def test_card_of_a_failed_snapshot_shows_where_it_ended() -> None:
    shown = read(card(take(FAILED), now=minutes(5)))
    assert shown[shown.index("✓ Requested") :] == snapshot("""\
✓ Requested · 2026-11-22 07:41 UTC
· Accepted by Aura
· Complete
✖ Ended as failed · 07:43 UTC
(Reference `snp-4t7x` · took 2 min in all)\
""")


def test_alert_of_a_failed_snapshot_says_that_the_instance_is_unharmed() -> None:
    shown = alert(take(STARTED, FAILED), link=LINK, now=minutes(5))
    assert read(shown) == snapshot("""\
# ❌ Snapshot of orders-prod failed
The snapshot of *orders-prod* `a1b2c3d4` failed. Aura refused it. Nothing in the instance
    was changed, but do not count on this snapshot. Try again later.
Instance: *orders-prod* `a1b2c3d4`
Environment: production
State of the instance: not changed: a snapshot only reads
Failed: 2026-11-22 07:45 UTC
Requested by: <@U0REQUEST>
Reference: `snp-4t7x`
Aura's request id: `req-no`
<https://example.slack.com/archives/C0PROD/p1|Open the card>\
""")
    assert heard(shown) == snapshot("""\
Alert: The snapshot of *orders-prod* `a1b2c3d4` failed. Aura refused it. Nothing in the
    instance was changed, but do not count on this snapshot. Try again later. Reference
    snp-4t7x.\
""")


def test_alert_without_an_answer_from_aura_says_so() -> None:
    op = take(e.StepFailed(reason="Aura did not answer"))
    assert "Aura's request id: none was given" in read(alert(op, link=None, now=minutes(5)))


def test_receipt_of_a_snapshot() -> None:
    assert read(receipt(take(), link=LINK)) == snapshot("""\
I am asking Aura for a snapshot of *orders-prod* `a1b2c3d4`. <#C0PROD> shows how it goes;
    you need do nothing.
<https://example.slack.com/archives/C0PROD/p1|Open the card>\
""")


def test_a_note_is_a_sentence_with_its_hint() -> None:
    error = AlreadyDecided("somebody else decided first", hint="The card shows how.")
    assert read(note(error)) == "*Somebody else decided first.*\nThe card shows how."
    assert read(note(AlreadyDecided("too late"))) == "*Too late.*"
    assert read(note("it is too late to cancel!")) == "It is too late to cancel!"
