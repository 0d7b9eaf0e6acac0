"""Another instance's data: in which direction, past which gates, and only once."""

import pytest

from bot.core.operations import Overwrite
from bot.core.people import Group
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.harness import Story
from tests.stories.props import before_aura, drop_restore

TARGET, SOURCE = aura.CATALOG_PROD, aura.ORDERS_PROD


def exportable(story: Story, instance: str = SOURCE) -> str:
    """The newest snapshot on demand, which Aura lets out."""
    return story.snapshots(instance)[0]


async def asked(story: Story, target: str = TARGET, source: str = SOURCE) -> None:
    """Let the requester ask for an overwrite."""
    wanted = exportable(story, source)
    await story.requester.types(f"/aura overwrite {target} {wanted} --from {source}")
    errors = await story.requester.sends(reason="Refresh of the catalogue", suffix=target[-4:])
    assert errors == {}, errors


async def the_overwrite(story: Story) -> Overwrite:
    found = await story.bot.operations.recent(1)
    assert isinstance(found[0], Overwrite)
    return found[0]


async def test_data_flows_from_the_source_to_the_target_after_a_safety_snapshot(
    story: Story,
) -> None:
    await asked(story)
    before = story.snapshots(TARGET)
    held, kept = story.aura.graph(TARGET), story.aura.graph(SOURCE)
    await story.approver.clicks("Approve")
    await story.advance(hours=1)

    op = await the_overwrite(story)
    assert op.phase == "done"
    assert op.safety_snapshot in story.snapshots(TARGET)
    assert op.safety_snapshot not in before
    log = story.aura.world.instances[SOURCE].snapshots(story.clock.now())
    given = log.get(op.plan.snapshot.id, story.clock.now())
    assert given is not None
    assert story.aura.graph(TARGET) == given.content["neo4j"]() != held
    assert story.aura.graph(SOURCE) == kept
    (call,) = [c for c in story.aura.restores if c.kind == "overwrite"]
    assert (call.instance_id, call.source_id, call.snapshot_id) == (
        TARGET,
        SOURCE,
        op.plan.snapshot.id,
    )
    audit = await story.audit()
    assert [line for line in audit if line.startswith("overwrite.")] == [
        "overwrite.request allowed",
        "overwrite.approve allowed",
        "overwrite.send done",
        "overwrite.accepted done",
        "overwrite.done done",
        "overwrite.evidence done",
    ]


async def test_the_direction_is_spelt_out_wherever_somebody_decides(story: Story) -> None:
    await asked(story)
    op = await the_overwrite(story)
    text = str(story.approver.gate()).replace(op.plan.snapshot.id, "(snapshot)")
    assert (
        "Data flows *from* snapshot `(snapshot)` of *orders-prod* `0d5e7a11`, taken "
        "2026-11-19 05:41 UTC, *to* *catalog-prod* `ca7a1095`, whose present data is lost.\n"
        "Lost is *all* that *catalog-prod* holds: this is another instance's data, not an older "
        "state of its own."
    ) in text
    assert "Source → target:\n• tier: AuraDB Business Critical → AuraDB Virtual" in text
    for seen in (story.approver.card(), story.approver.dm):
        assert "*to* *catalog-prod* `ca7a1095`, whose present data is lost" in str(seen)


@pytest.mark.parametrize("word", ["", "latest "])
async def test_no_snapshot_is_ever_chosen_for_somebody(story: Story, word: str) -> None:
    await story.requester.types(f"/aura overwrite {TARGET} {word}--from {SOURCE}")
    shown = str(story.requester.modal)
    assert "Choose a snapshot to go on." in shown
    errors = await story.requester.sends(reason="Refresh", suffix=TARGET[-4:])
    assert errors
    wanted = exportable(story)
    await story.requester.picks("Snapshot of the source", wanted)
    assert wanted in str(story.requester.modal)


async def test_the_way_back_is_a_restore_of_the_targets_own_safety_snapshot(story: Story) -> None:
    await asked(story)
    await story.approver.clicks("Approve")
    await story.advance(hours=1)
    op = await the_overwrite(story)
    await story.requester.clicks("Undo…", in_=story.requester.thread()[-1])
    shown = str(story.requester.modal)
    assert "Restore *catalog-prod*" in shown
    assert str(op.safety_snapshot) in shown


async def test_an_answer_that_was_lost_is_looked_for_and_never_sent_again(story: Story) -> None:
    await asked(story)
    await story.approver.clicks("Approve")
    assert (await the_overwrite(story)).phase == "snapshotting"
    drop_restore(story)
    await story.advance(hours=1)
    assert (await the_overwrite(story)).phase == "done"
    assert len([c for c in story.aura.calls if c.path.endswith("/overwrite")]) == 1
    assert "overwrite.interrupted done" in await story.audit()


async def test_the_requester_cannot_approve_their_own(story: Story) -> None:
    story.change_environment(approvers=Group(users=(slack.REQUESTER, slack.APPROVER_ONE)))
    await asked(story)
    await story.requester.clicks("Approve", in_=story.requester.gate())
    assert "you asked for this" in story.requester.whisper.lower()
    assert (await the_overwrite(story)).phase == "awaiting_approval"
    assert story.aura.restores == []


async def test_a_source_that_changed_after_the_approval_voids_it(story: Story) -> None:
    await asked(story)
    story.aura.world.instances[SOURCE].memory = "4GB"
    await story.approver.clicks("Approve")
    await story.advance(minutes=5)
    op = await the_overwrite(story)
    assert op.phase == "voided"
    assert "the source: the memory size changed from 8GB to 4GB" in str(story.approver.thread())
    assert story.aura.restores == []


async def test_a_source_snapshot_that_has_gone_voids_it(story: Story) -> None:
    await asked(story)
    op = await the_overwrite(story)
    log = story.aura.world.instances[SOURCE].snapshots(story.clock.now())
    log.forget(op.plan.snapshot.id)
    await story.approver.clicks("Approve")
    await story.advance(minutes=5)
    assert (await the_overwrite(story)).phase == "voided"
    assert story.aura.restores == []


async def test_the_target_is_held_against_others(story: Story) -> None:
    await asked(story)
    op = await the_overwrite(story)
    await story.requester.types(f"/aura restore {TARGET}")
    await story.requester.sends(reason="At the same time", suffix=TARGET[-4:])
    assert op.id in str(story.requester.modal)


async def test_data_that_leaves_a_better_guarded_environment_is_said(story: Story) -> None:
    target = story.aura.world.instances[aura.ORDERS_STAGING]
    target.become(story.clock.now(), "running")
    target.memory = target.storage = "64GB"
    wanted = exportable(story)
    await story.requester.types(f"/aura overwrite {target.id} {wanted} --from {SOURCE}")
    assert "*Data leaves production* for staging" in str(story.requester.modal)
    assert "tier: AuraDB Business Critical → AuraDB Professional" in str(story.requester.modal)
    await story.requester.sends(reason="Refresh of staging")
    assert "*Data leaves production* for staging" in str(story.approver.gate(slack.OPS_STAGING))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (f"{TARGET} latest --from {TARGET}", "target and source are the same instance"),
        (f"{aura.SANDBOX_FREE} latest --from {SOURCE}", "which Aura does not overwrite"),
        (f"{aura.SANDBOX_PAID} latest --from {SOURCE}", "less than the 8GB of “orders-prod”"),
        (f"{aura.ORDERS_STAGING} latest --from {aura.SANDBOX_PAID}", "overwrites only what is"),
        (f"{TARGET} nonsense --from {SOURCE}", "has no snapshot “nonsense”"),
        (f"{TARGET} latest --from nowhere", "there is no instance “nowhere”"),
        (f"{TARGET} latest --from sandbox", "2 instances are called “sandbox”"),
        (f"nowhere latest --from {SOURCE}", "there is no instance “nowhere”"),
    ],
)
async def test_what_cannot_be_overwritten_is_refused_with_the_reason(
    story: Story, typed: str, told: str
) -> None:
    await story.requester.types(f"/aura overwrite {typed}")
    assert told.lower() in str(story.requester.modal).lower()
    assert "Nothing was asked for" in str(story.requester.modal)


async def test_a_command_without_a_source_says_how(story: Story) -> None:
    await story.requester.types(f"/aura overwrite {TARGET}")
    assert "--from is missing" in story.requester.whisper
    assert "--from <source>" in story.requester.whisper


async def test_a_differential_snapshot_cannot_leave_its_instance(story: Story) -> None:
    now = story.clock.now()
    log = story.aura.world.instances[SOURCE].snapshots(now)
    differential = next(s for s in log.all(now) if s.profile != "AdHoc" and not s.exportable(now))
    await story.requester.types(f"/aura overwrite {TARGET} {differential.id} --from {SOURCE}")
    assert "Aura calls it not exportable" in str(story.requester.modal)


async def test_whoever_may_not_look_at_the_source_may_not_take_its_data(story: Story) -> None:
    story.change_environment(
        "development",
        viewers=Group(users=(slack.APPROVER_ONE,)),
        operators=Group(),
        approvers=Group(),
    )
    await story.requester.types(f"/aura overwrite {TARGET} latest --from {aura.SANDBOX_PAID}")
    assert "You may not look into development" in str(story.requester.modal)
    assert "overwrite.request denied" in await story.audit()


async def test_by_mention_a_button_opens_the_form(story: Story) -> None:
    bot = slack.BOT
    wanted = exportable(story)
    await story.requester.says(
        f"<@{bot}> overwrite {TARGET} {wanted} --from {SOURCE}", slack.OPS_PRODUCTION
    )
    await story.requester.clicks("Open the form")
    assert wanted in str(story.requester.modal)


async def test_whoever_may_not_look_at_the_source_any_more_voids_it(story: Story) -> None:
    story.aura.set_status(aura.SEARCH_STAGING, "running")
    wanted = exportable(story)
    await story.requester.types(
        f"/aura overwrite {aura.SEARCH_STAGING} --from {SOURCE} {wanted}", slack.OPS_STAGING
    )
    assert await story.requester.sends(reason="Refresh of staging") == {}
    only = Group(users=(slack.APPROVER_ONE,))
    story.change_environment(viewers=only, operators=only, approvers=only)
    await story.approver.clicks("Approve", in_=story.approver.gate(slack.OPS_STAGING))
    await story.advance(minutes=5)
    op = await the_overwrite(story)
    assert op.phase == "voided"
    assert "the requester may not look at the source any more" in str(op.history[-1].event)
    assert story.aura.restores == []


async def test_where_nobody_can_know_an_approver_settles_it(story: Story) -> None:
    await asked(story)
    await story.approver.clicks("Approve")
    drop_restore(story, lambda: story.aura.set_status(TARGET, "running"))
    await story.advance(minutes=20)
    assert (await the_overwrite(story)).phase == "stuck"
    alert = story.approver.card(slack.OPS_ALERTS)
    assert "I cannot tell whether the overwrite of" in str(alert)
    await story.approver.clicks("It did not run", in_=alert)
    assert (await the_overwrite(story)).phase == "failed"
    assert "overwrite.settle allowed" in await story.audit()
    assert len([c for c in story.aura.calls if c.path.endswith("/overwrite")]) == 1


async def test_a_refusal_of_aura_ends_it_with_the_reason_and_nothing_is_sent_again(
    story: Story,
) -> None:
    await asked(story)
    await story.approver.clicks("Approve")

    def shrink() -> None:
        story.aura.world.instances[TARGET].memory = "2GB"

    before_aura(story, "overwrite_from", shrink)
    await story.advance(hours=2)
    assert (await the_overwrite(story)).phase == "failed"
    assert len([c for c in story.aura.calls if c.path.endswith("/overwrite")]) == 1
    end = str(story.requester.thread()[-1])
    assert "Nothing in the instance was changed" in end
    assert "overwrite.refused done" in await story.audit()
