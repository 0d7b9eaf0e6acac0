"""The answer to the one restore call is lost: Aura is read, nothing is sent again (promise P6)."""

from asyncio import gather
from datetime import timedelta

import pytest

from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.harness import Story
from tests.stories.props import Cued, approved, bury, drop_restore, sent_restores, stuck, until


async def test_a_restore_whose_answer_was_lost_is_found_running_and_followed(story: Story) -> None:
    await approved(story)
    drop_restore(story)
    await story.advance(minutes=10)

    op = await story.operation()
    assert op.phase == "done"
    assert len(sent_restores(story)) == 1
    kinds = [recorded.event.kind for recorded in op.history]
    assert kinds[kinds.index("interrupted") + 1] == "restore_started"
    thread = "\n".join(str(m) for m in story.requester.thread())
    assert "was lost" in thread
    assert "Aura was found restoring" in thread
    assert "restore.interrupted done" in await story.audit()


async def test_a_restore_that_nobody_can_see_calls_a_person(story: Story) -> None:
    op = await stuck(story)
    await story.settle()

    alert = story.approver.card(slack.OPS_ALERTS)
    assert "I cannot tell whether the restore" in str(alert)
    assert op.id in str(alert)
    assert str(op.safety_snapshot) in str(alert)
    assert alert.buttons == ("It ran", "It did not run")
    assert "an approver is asked in the alert channel" in str(story.requester.thread()[-1])
    await story.advance(hours=24)
    assert (await story.operation()).phase == "stuck"
    assert len(sent_restores(story)) == 1


async def test_an_approver_who_looked_says_that_it_ran_and_it_is_followed(story: Story) -> None:
    op = await stuck(story)
    alert = story.approver.card(slack.OPS_ALERTS)
    await story.approver.clicks("It ran", in_=alert)
    await story.advance(minutes=10)

    assert (await story.operation()).phase == "done"
    assert len(sent_restores(story)) == 1
    again = story.approver.card(slack.OPS_ALERTS)
    assert again.ts == alert.ts
    assert again.buttons == ()
    assert "@Approver One looked" in str(again)
    assert "it ran" in str(again)
    assert "restore.settle allowed" in await story.audit()
    assert op.id in str(again)


async def test_an_approver_who_looked_says_that_it_did_not_run_and_it_ends(story: Story) -> None:
    await stuck(story)
    await story.approver.clicks("It did not run")
    await story.advance(hours=1)

    assert (await story.operation()).phase == "failed"
    assert len(sent_restores(story)) == 1
    assert "did not run" in str(story.requester.thread()[-1])
    assert story.approver.card(slack.OPS_ALERTS).buttons == ()
    await story.requested()  # the instance is free again


@pytest.mark.parametrize("status", ["restoring", "overwriting", "loading"])
async def test_nobody_gives_an_instance_back_while_aura_says_that_it_is_at_work(
    story: Story, status: str
) -> None:
    op = await stuck(story)
    story.aura.set_status(aura.ORDERS_PROD, status)
    await story.approver.clicks("It did not run")

    assert f"Aura says that “orders-prod” is {status} at this moment" in story.approver.whisper
    assert f"{op.id} keeps the instance" in story.approver.whisper
    assert (await story.operation()).phase == "stuck"
    assert (await story.audit())[-1] == "restore.settle denied"

    story.aura.set_status(aura.ORDERS_PROD, "running")
    await story.approver.clicks("It did not run")
    assert (await story.operation()).phase == "failed"


async def test_an_instance_that_is_gone_can_be_said_not_to_have_run(story: Story) -> None:
    await stuck(story)
    bury(story)
    await story.approver.clicks("It did not run")
    assert (await story.operation()).phase == "failed"


async def test_while_aura_says_nothing_the_instance_is_kept(story: Story) -> None:
    await stuck(story)
    story.aura.faults.unavailable.on = True
    await story.approver.clicks("It did not run")
    assert (await story.operation()).phase == "stuck"
    story.aura.faults.unavailable.on = False
    await story.approver.clicks("It did not run")
    assert (await story.operation()).phase == "failed"


@pytest.mark.parametrize("label", ["It ran", "It did not run"])
async def test_who_asked_for_it_cannot_settle_it(story: Story, label: str) -> None:
    await stuck(story)
    await story.requester.clicks(label)

    assert "somebody else must decide" in story.requester.whisper
    assert (await story.operation()).phase == "stuck"
    assert "restore.settle denied" in await story.audit()


@pytest.mark.parametrize(
    ("status", "phase", "alert"),
    [
        ("updating", "stuck", "not running again after 6 hours"),
        ("loading failed", "failed", "fail"),
    ],
)
async def test_what_goes_wrong_after_a_settlement_is_a_new_alert(
    story: Story, status: str, phase: str, alert: str
) -> None:
    await stuck(story)
    first = story.approver.card(slack.OPS_ALERTS)
    story.aura.set_status(aura.ORDERS_PROD, status)
    await story.approver.clicks("It ran", in_=first)
    await story.advance(hours=7)

    assert (await story.operation()).phase == phase
    again = story.approver.card(slack.OPS_ALERTS)
    assert again.ts != first.ts  # an edit would notify nobody
    assert alert in str(again)
    [old] = [m for m in story.approver.channel(slack.OPS_ALERTS) if m.ts == first.ts]
    assert (old.text, old.buttons) == (again.text, again.buttons)


async def test_a_second_settlement_comes_too_late_and_says_so(story: Story) -> None:
    await stuck(story)
    alert = story.approver.card(slack.OPS_ALERTS)
    await gather(
        story.approver.person.clicks("It did not run", alert),
        story.second_approver.person.clicks("It ran", alert),
    )
    await story.advance(minutes=10)

    told = [story.approver.whisper, story.second_approver.whisper]
    assert sum("has already settled this restore" in each for each in told) == 1
    audit = await story.audit()
    assert audit.count("restore.settle denied") == 1
    assert len(sent_restores(story)) == 1


async def test_aura_that_answers_nothing_for_an_hour_calls_a_person(story: Story) -> None:
    await approved(story)
    drop_restore(story, story.aura.faults.unavailable.always)
    await until(story, "uncertain")
    await story.advance(minutes=50)
    assert (await story.operation()).phase == "uncertain"

    await story.advance(minutes=15)
    op = await story.operation()
    assert op.phase == "stuck"
    assert "Aura did not answer for an hour" in str(story.approver.card(slack.OPS_ALERTS))


async def test_a_worker_that_froze_on_its_way_to_aura_sends_nothing_when_it_wakes(
    story: Story,
) -> None:
    op = await approved(story)

    async def freeze(called: str) -> None:
        if called == "overwrite_in_place":
            for _ in range(2):  # another replica gives the call up, looks, and calls a person
                story.clock.at += timedelta(minutes=2)
                await story.bot.house.runner.tick(op.id)
            assert (await story.operation()).phase == "stuck"

    story.change_world(aura=Cued(story.bot.house.world.aura, before=freeze))
    await until(story, "stuck")
    assert sent_restores(story) == []


async def test_an_instance_that_has_gone_when_we_look_calls_a_person(story: Story) -> None:
    await approved(story)
    drop_restore(story, lambda: bury(story))
    await story.advance(minutes=5)

    assert (await story.operation()).phase == "stuck"
    assert "the instance has gone" in str(story.approver.card(slack.OPS_ALERTS))
    assert "operation.failed done" not in await story.audit()
