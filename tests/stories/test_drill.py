"""Drills as people see them: proven, not proven, could not run, and always cleaned up."""

from datetime import timedelta

import pytest

from bot.core.base import TeamId, UserId
from bot.core.errors import IllegalTransition, UnknownOperation, VaultUnavailable
from bot.core.graph.fingerprint import Moment
from bot.core.keys import EvidenceKey
from bot.core.operations import events as e
from bot.core.operations.drill import DrillPhase as P
from bot.core.people import Person
from bot.core.signed import examine
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from sandbox.town import EVIDENCE_KEY
from tests.services.trial import creations, deletions
from tests.stories.drilling import ORDERS, counted, drill, ended, newest, until
from tests.stories.fetching import reached_at
from tests.stories.harness import Story


async def test_a_drill_restores_checks_deletes_and_proves_the_backup(story: Story) -> None:
    then = await counted(story)
    await story.requester.types("/aura drill orders-prod")
    whisper = story.requester.whisper
    assert "I am preparing a drill of *orders-prod* `0d5e7a11`" in whisper
    assert "about 1.60 USD an hour" in whisper
    card = str(story.approver.card())
    assert "drill of orders-prod" in card
    assert "It is deleted after 4 h at the latest; at most 2 such instances live" in card
    op = await ended(story)

    assert op.phase is P.PROVEN
    assert op.fingerprint is not None
    assert (op.fingerprint.nodes, op.fingerprint.labels) == (then.nodes, then.labels)
    card = str(story.approver.card())
    assert "✅ Drill of orders-prod: proven" in card
    assert "2 of 2 checks passed" in card
    assert "✓ Scratch instance deleted" in card
    end = str(story.approver.thread()[-1])
    assert "@Requester: The backup of *orders-prod* `0d5e7a11` is proven" in end
    assert "The instance itself was not touched." in end
    assert len(creations(story)) == len(deletions(story)) == 1
    assert story.restores == 0
    assert await story.bot.house.world.ledger.living() == ()
    assert not story.approver.channel(slack.OPS_ALERTS)
    audit = await story.audit()
    for line in ("drill.start allowed", "scratch.plan done", "scratch.gone done", "drill.end done"):
        assert line in audit, audit


async def test_a_drill_measures_from_the_request_to_running_and_checked(story: Story) -> None:
    await story.requester.types("/aura drill orders-prod")
    op = await ended(story)
    assert op.recovery.running is not None
    assert 120 < op.recovery.running < 3600
    assert f"{op.recovery.running // 60} min" in str(story.approver.card())


async def test_data_that_is_not_what_it_was_is_not_proven_and_says_expected_and_found(
    story: Story,
) -> None:
    await counted(story, nodes=41_200)
    await story.requester.types("/aura drill orders-prod")
    op = await ended(story)

    assert op.phase is P.NOT_PROVEN
    alert = str(story.approver.card(slack.OPS_ALERTS))
    assert "❌ Drill of orders-prod: not proven" in alert
    assert "expected 41,200 nodes" in alert
    assert f"found {op.fingerprint.nodes} nodes" in alert  # type: ignore[union-attr]
    assert "Try another snapshot" in alert
    assert len(deletions(story)) == 1


async def test_a_label_that_is_gone_is_not_proven_though_the_totals_are_right(
    story: Story,
) -> None:
    then = await counted(story)
    with_invoices = {**(then.labels or {}), "Invoice": 900}
    await counted(story, labels=with_invoices, taken_at=(await newest(story)).taken_at)
    await story.requester.types("/aura drill orders-prod")
    op = await ended(story)
    assert op.phase is P.NOT_PROVEN
    assert "label Invoice 0 instead of 900" in str(story.approver.card(slack.OPS_ALERTS))


async def test_counts_from_minutes_away_warn_at_most_and_alert_nobody(story: Story) -> None:
    snapshot = await newest(story)
    near = snapshot.taken_at + timedelta(minutes=12)
    await counted(story, nodes=41_200, taken_at=near, snapshot_id=None, moment=Moment.CHECK)
    await story.requester.types("/aura drill orders-prod")
    op = await ended(story)
    assert op.phase is P.PROVEN_WITH_WARNINGS
    assert "counted 12 min away from it" in str(story.approver.card())
    assert not story.approver.channel(slack.OPS_ALERTS)


async def test_what_a_drill_counts_is_kept_as_that_of_its_snapshot_and_of_no_other_graph(
    story: Story,
) -> None:
    await story.requester.types("/aura drill orders-prod")
    op = await ended(story)
    assert op.snapshot is not None
    [kept] = await story.bot.house.world.fingerprints.of(ORDERS)
    assert (kept.moment, kept.operation_id) == (Moment.DRILL, op.id)
    assert (kept.snapshot_id, kept.fingerprint) == (op.snapshot.id, op.fingerprint)
    await story.requester.types("/aura instance show orders-prod")
    assert "Last counted" not in story.requester.whisper  # that was another graph
    # a second drill is not held against what the first one found
    await story.requester.types("/aura drill orders-prod")
    assert (await ended(story)).baseline is None


async def test_a_small_difference_warns_and_still_proves(story: Story) -> None:
    then = await counted(story)
    await counted(story, nodes=then.nodes + 1)
    await story.requester.types("/aura drill orders-prod")
    op = await ended(story)
    assert op.phase is P.PROVEN_WITH_WARNINGS
    assert not story.approver.channel(slack.OPS_ALERTS)


async def test_with_nothing_to_compare_with_it_warns(story: Story) -> None:
    await story.requester.types("/aura drill orders-prod")
    op = await ended(story)
    assert op.phase is P.PROVEN_WITH_WARNINGS
    assert "something to compare with" in str(story.approver.card())


async def test_an_instance_whose_last_drill_proved_nothing_shows_it_everywhere_until_one_does(
    story: Story,
) -> None:
    await counted(story, nodes=41_200)
    await story.requester.types("/aura drill orders-prod")
    await ended(story)
    await story.requester.types("/aura instance list")
    assert "❌ last drill not proven" in story.requester.whisper
    await story.requester.types("/aura instance show orders-prod")
    assert "did not prove that this instance can be restored" in story.requester.whisper
    assert "last drill not proven" in str(await story.requester.opens_home())
    for words in ("snapshot list orders-prod", "snapshot show orders-prod latest"):
        await story.requester.types(f"/aura {words}")
        assert "did not prove that this instance can be restored" in story.requester.whisper
    for words in ("clone orders-prod", "overwrite catalog-prod --from orders-prod"):
        await story.requester.types(f"/aura {words}")
        assert "did not prove that the source can be restored" in str(story.requester.modal)
        await story.requester.person.closes(story.requester.modal)
    await story.requester.types("/aura restore orders-prod")
    assert "did not prove that this instance can be restored" in str(story.requester.modal)
    await story.requester.sends(reason="all the same", suffix=ORDERS[-4:])
    asked = str(story.approver.gate())
    assert "The last drill did not prove that this can be restored" in asked

    await counted(story, taken_at=(await newest(story)).taken_at)
    await story.requester.types("/aura drill orders-prod")
    assert (await ended(story)).phase is P.PROVEN
    await story.requester.types("/aura instance list")
    assert "last drill" not in story.requester.whisper
    await story.requester.types("/aura instance show orders-prod")
    assert "✅ *proven*" in story.requester.whisper
    assert "*Last counted*\n41,200 nodes · " in story.requester.whisper
    await story.requester.types("/aura restore orders-prod")
    assert "did not prove" not in str(story.requester.modal)


async def test_a_named_snapshot_is_tried_and_one_that_cannot_leave_is_refused_at_once(
    story: Story,
) -> None:
    snapshot = await newest(story)
    await story.requester.types(f"/aura drill orders-prod {snapshot.id}")
    assert (await ended(story)).snapshot == snapshot
    found = await story.bot.house.world.aura.snapshots(ORDERS, story.clock.now().date())
    other = next(s for s in found if s.exportable == "no")
    await story.requester.types(f"/aura drill orders-prod {other.id}")
    assert "is not exportable, so no new instance can be made of it" in story.requester.whisper
    assert len(creations(story)) == 1


async def test_a_random_one_is_of_the_last_days(story: Story) -> None:
    await story.requester.types("/aura drill orders-prod --random 3")
    op = await drill(story)
    assert op.plan.choice.within_days == 3
    assert 0 <= op.plan.choice.draw < 1
    assert op.snapshot is not None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("drill", "the instance is missing"),
        ("drill nowhere", "there is no instance “nowhere”"),
        ("drill orders-prod --random 0", "--random wants a whole number of days from 1 to 90"),
        ("drill orders-prod latest --random 3", "exclude each other"),
        ("drill orders-prod nothing", "has no snapshot “nothing”"),
    ],
)
async def test_what_is_mistyped_about_a_drill_is_answered_with_a_hint(
    story: Story, typed: str, told: str
) -> None:
    await story.requester.types(f"/aura {typed}")
    assert told.lower() in story.requester.whisper.lower()
    assert creations(story) == []


async def test_a_guest_may_start_no_drill(story: Story) -> None:
    await story.guest.types("/aura drill orders-prod", slack.GENERAL)
    assert "your account is a guest" in story.guest.whisper
    assert "drill.start denied" in await story.audit()


async def test_without_a_project_for_them_there_are_no_drills(story: Story) -> None:
    rules = story.bot.house.world.scratch.model_copy(update={"project": None})
    story.change_world(scratch=rules)
    await story.requester.types("/aura drill orders-prod")
    assert "o project for scratch instances is configured" in story.requester.whisper


async def test_its_requester_may_call_it_off_and_it_is_cleaned_up(story: Story) -> None:
    await story.requester.types("/aura drill orders-prod")
    op = await until(story, P.LOADING)
    await story.approver.types(f"/aura job cancel {op.id}")
    assert "only they can cancel it" in story.approver.whisper
    await story.requester.types(f"/aura job cancel {op.id}")
    op = await ended(story)
    assert (op.phase, op.outcome) == (P.CANCELLED, None)
    assert len(creations(story)) == len(deletions(story)) == 1
    assert await story.bot.house.world.drills.of([ORDERS]) == {}
    await story.requester.types(f"/aura job cancel {op.id}")
    assert "it has already ended: cancelled" in story.requester.whisper.lower()


async def test_once_it_cleans_up_it_is_too_late_to_call_it_off(story: Story) -> None:
    await story.requester.types("/aura drill orders-prod")
    op = await until(story, P.CLEANING)
    await story.requester.types(f"/aura job cancel {op.id}")
    assert "it is cleaning up already" in story.requester.whisper.lower()


async def test_the_evidence_is_shown_whole_and_says_what_was_found(story: Story) -> None:
    reached_at(story, None)
    then = await counted(story)
    await story.requester.types("/aura drill orders-prod")
    op = await ended(story)
    end = story.approver.thread()[-1]
    assert end.buttons == ("Evidence…",)
    await story.approver.clicks("Evidence…", in_=end)
    window = story.approver.modal
    assert "Drill" in str(window)
    assert "2 of 2 passed" in str(window)
    copied = "\n".join(
        block["text"]["text"].strip("`").replace("&lt;", "<").replace("&amp;", "&")
        for block in window.given["blocks"]
        if block["type"] == "section" and block.get("text", {}).get("text", "").startswith("```")
    )
    public = EvidenceKey.of(EVIDENCE_KEY).public
    record = examine(copied, expected=public).evidence
    assert (record.kind, record.outcome, record.operation_id) == ("drill", "proven", op.id)
    assert record.after is not None
    assert record.after["nodes"] == op.fingerprint.nodes  # type: ignore[union-attr]
    assert record.before is not None
    assert record.before["labels"] == then.labels
    assert record.recovery == op.recovery
    created = op.last(e.ScratchCreated)
    assert created is not None
    assert record.aura_request_ids == (created.request_id,)
    assert record.snapshot is not None
    assert op.snapshot is not None
    assert record.snapshot.snapshot_id == op.snapshot.id
    assert record.snapshot.snapshot_taken_at == op.snapshot.taken_at
    assert record.scratch_id == created.scratch_id
    assert f"*Snapshot tried*: `{op.snapshot.id}` of " in str(window)
    assert f"*Scratch instance*: `{created.scratch_id}`" in str(window)
    entries = [entry async for entry in story.bot.house.world.audit.read()]
    entry = entries[record.audit.number - 1]
    assert (entry.digest, entry.record.action) == (record.audit.digest, "drill.evidence")
    assert entry.record.plan == record.plan_seal
    await story.guest.person.clicks("Evidence…", end)
    await story.settle()
    assert "guest" in str(story.guest.modal)


async def test_without_a_key_nothing_is_signed_and_the_button_says_so(story: Story) -> None:
    story.change_world(evidence_key=None)
    await story.requester.types("/aura drill orders-prod")
    await ended(story)
    await story.approver.clicks("Evidence…", in_=story.approver.thread()[-1])
    assert "no key for evidence is configured" in str(story.approver.modal).lower()
    assert "savepoint evidence key" in str(story.approver.modal)


async def test_a_drill_of_an_instance_without_snapshots_says_why_it_could_not_run(
    story: Story,
) -> None:
    log = story.aura.world.instances[aura.SEARCH_STAGING].snapshots(story.clock.now())
    for snapshot in list(log.all(story.clock.now())):
        story.aura.forget_snapshot(aura.SEARCH_STAGING, snapshot.id)
    await story.requester.types("/aura drill search-staging", slack.OPS_STAGING)
    op = await ended(story)
    assert op.phase is P.COULD_NOT_RUN
    assert "has no completed snapshot" in str(story.approver.card(slack.OPS_STAGING))
    assert creations(story) == []


class Shelf:
    """A vault of which nothing is needed but a place for records; it may be away for a while."""

    def __init__(self) -> None:
        self.away = True
        self.kept: dict[str, tuple[str, str]] = {}

    async def record(self, operation_id: str, file: str, page: str) -> None:
        if self.away:
            raise VaultUnavailable("the vault does not answer")
        self.kept[operation_id] = (file, page)


async def test_the_record_comes_to_the_vault_though_that_was_away_at_the_end(story: Story) -> None:
    shelf = Shelf()
    story.change_world(vault=shelf)
    await story.requester.types("/aura drill orders-prod")
    op = await ended(story)
    assert shelf.kept == {}
    ends = [m for m in story.approver.thread() if "Evidence…" in m.buttons]
    assert len(ends) == 1
    shelf.away = False
    await story.bot.house.sweep(forced=True)
    await story.settle()
    file, page = shelf.kept[op.id]
    assert examine(file).evidence.operation_id == op.id
    assert page.startswith(f"# Drill {op.id}: proven with warnings")
    assert (await story.bot.house.world.cards.get(op.id)).complete
    assert len([m for m in story.approver.thread() if "Evidence…" in m.buttons]) == 1


async def test_evidence_of_what_is_unknown_or_not_over_is_refused(story: Story) -> None:
    room = story.bot.house.evidence
    who = Person(team_id=TeamId("T0SANDBOX1"), user_id=UserId(slack.REQUESTER))
    with pytest.raises(UnknownOperation):
        await room.show(who, "drl-nothing")
    await story.requester.types("/aura drill orders-prod")
    op = await until(story, P.LOADING)
    with pytest.raises(IllegalTransition, match="has not ended"):
        await room.show(who, op.id)
    assert "drill.evidence done" not in await story.audit()
