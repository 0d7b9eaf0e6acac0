"""What was approved is checked again before anything is sent; a difference voids the approval."""

from collections.abc import Callable

import pytest

from bot.core.base import TeamId, UserId
from bot.core.errors import ChatUnavailable
from bot.core.people import Person, Standing
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.directory import Altered
from tests.stories.harness import Story

Change = Callable[[Story], None]


def instance(field: str, value: object) -> Change:
    return lambda story: setattr(story.aura.world.instances[aura.ORDERS_PROD], field, value)


def rules(**changes: object) -> Change:
    return lambda story: story.change_environment(**changes)


def group(*users: str) -> Change:
    def change(story: Story) -> None:
        story.slack.world.groups[slack.DB_APPROVERS].users = list(users)

    return change


def snapshot(change: Callable[[Story, str], None]) -> Change:
    return lambda story: change(story, newest(story))


def newest(story: Story) -> str:
    log = story.aura.world.instances[aura.ORDERS_PROD].snapshots(story.clock.now())
    completed = [
        s for s in log.all(story.clock.now()) if s.status(story.clock.now()) == "Completed"
    ]
    return max(completed, key=lambda s: s.at).id


def moved(story: Story) -> None:
    environments = []
    for environment in story.estate.environments:
        instances = [i for i in environment.instances if i != aura.ORDERS_PROD]
        if environment.name == "staging":
            instances.append(aura.ORDERS_PROD)  # type: ignore[arg-type]
        environments.append(environment.model_copy(update={"instances": tuple(instances)}))
    story.change_estate(story.estate.model_copy(update={"environments": tuple(environments)}))


DIFFERENCES: dict[str, tuple[Change, str]] = {
    "resized": (instance("memory", "16GB"), "the memory size changed from 8GB to 16GB"),
    "renamed": (instance("name", "orders-old"), "the instance's name changed from orders-prod"),
    "another project": (instance("project_id", aura.DATA_LAB), "the instance's project changed"),
    "capture on": (instance("cdc", "FULL"), "the CDC mode changed from OFF to FULL"),
    "snapshot gone": (
        snapshot(lambda story, it: story.aura.forget_snapshot(aura.ORDERS_PROD, it)),
        "snapshot",
    ),
    "snapshot cancelled": (
        snapshot(lambda s, it: s.aura.set_snapshot_status(aura.ORDERS_PROD, it, "Cancelled")),
        "the snapshot is Cancelled",
    ),
    "being deleted": (
        lambda story: story.aura.set_status(aura.ORDERS_PROD, "destroying"),
        "the instance is being deleted",
    ),
    "paused": (
        lambda story: story.aura.set_status(aura.ORDERS_PROD, "paused"),
        "a safety snapshot has become impossible",
    ),
    "rules edited": (rules(quorum=2), "the rules of production changed"),
    "environment gone": (rules(name="prod"), "moved from production to prod"),
    "moved": (moved, "the instance moved from production to staging"),
    "approver off the list": (
        group(slack.APPROVER_TWO),
        "an approver is no longer on the list",
    ),
    "approver deactivated": (
        lambda story: story.slack.workspace.deactivate(slack.APPROVER_ONE),
        "an approver is deactivated",
    ),
    "requester deactivated": (
        lambda story: story.slack.workspace.deactivate(slack.REQUESTER),
        "the requester may not ask any more",
    ),
}


@pytest.mark.parametrize(("change", "said"), DIFFERENCES.values(), ids=DIFFERENCES)
async def test_difference_after_the_approval_voids_it(
    story: Story, change: Change, said: str
) -> None:
    await approved_and_waiting(story)

    change(story)
    story.aura.faults.unavailable.off()
    await story.advance(minutes=5)

    op = await story.operation()
    assert op.phase == "voided"
    end = story.approver.thread()[-1].text
    assert "no longer holds, since things differ" in end
    assert said in end
    assert story.writes == []
    assert story.approver.gate().buttons == ()
    assert (await story.audit())[-1] == "restore.void done"


@pytest.mark.parametrize("name", ["resized", "approver off the list", "snapshot gone"])
async def test_difference_during_the_safety_snapshot_voids_it_too(story: Story, name: str) -> None:
    change, said = DIFFERENCES[name]
    await story.requested()
    wanted = newest(story)
    await story.approved()
    assert (await story.operation()).phase == "snapshotting"

    if name == "snapshot gone":
        story.aura.forget_snapshot(aura.ORDERS_PROD, wanted)
    else:
        change(story)
    await story.advance(minutes=5)

    op = await story.operation()
    assert op.phase == "voided"
    assert said in story.approver.thread()[-1].text
    assert story.restores == 0


async def test_nothing_but_time_changes_nothing(story: Story) -> None:
    await approved_and_waiting(story)

    story.slack.workspace.rename(slack.APPROVER_ONE, "Somebody Else")
    story.aura.faults.unavailable.off()
    await story.advance(minutes=15)

    assert (await story.operation()).phase == "done"


async def test_busy_instance_is_waited_for(story: Story) -> None:
    await story.requested()
    story.aura.set_status(aura.ORDERS_PROD, "updating", for_seconds=300)
    await story.approved()
    await story.advance(minutes=4)
    assert story.writes == []

    await story.advance(minutes=10)

    assert (await story.operation()).phase == "done"


async def test_waiver_that_is_needed_no_more_voids_the_approval(story: Story) -> None:
    story.aura.set_status(aura.ORDERS_PROD, "paused")
    await story.requested(waiver="Nothing in it is worth keeping")
    story.aura.set_status(aura.ORDERS_PROD, "running")

    await story.approved()
    await story.advance(minutes=5)

    assert "a safety snapshot has become possible" in story.approver.thread()[-1].text
    assert story.writes == []


async def test_group_that_slack_refuses_to_tell_voids_the_approval(story: Story) -> None:
    await approved_and_waiting(story)
    story.slack.scopes = tuple(s for s in story.slack.scopes if s != "usergroups:read")

    story.aura.faults.unavailable.off()
    await story.advance(minutes=5)

    assert "the people of production cannot be read" in story.approver.thread()[-1].text
    assert story.writes == []


async def test_person_that_slack_does_not_know_any_more_counts_as_gone(story: Story) -> None:
    await approved_and_waiting(story)
    del story.slack.world.people[slack.APPROVER_ONE]

    story.aura.faults.unavailable.off()
    await story.advance(minutes=5)

    assert "an approver is deactivated" in str(story.second_approver.thread()[-1])
    assert story.writes == []


async def test_edited_list_that_still_holds_the_approver_does_not_matter(story: Story) -> None:
    await approved_and_waiting(story)
    group(slack.APPROVER_ONE)(story)

    story.aura.faults.unavailable.off()
    await story.advance(minutes=15)

    assert (await story.operation()).phase == "done"


async def approved_and_waiting(story: Story) -> None:
    """An approved restore that could not begin yet, since Aura is down."""
    await story.requested()
    story.aura.faults.unavailable.always()
    await story.approved()
    assert (await story.operation()).phase == "approved"


@pytest.mark.parametrize("silent", ["groups", "standing"])
async def test_silence_of_slack_is_waited_for(story: Story, silent: str) -> None:
    await approved_and_waiting(story)
    directory = story.bot.house.world.directory
    mute = Altered(directory, **{silent: ChatUnavailable("Slack did not answer", code="timeout")})
    story.change_world(directory=mute)

    story.aura.faults.unavailable.off()
    await story.advance(minutes=5)
    assert (await story.operation()).phase == "approved"
    assert story.writes == []

    story.change_world(directory=directory)
    await story.advance(minutes=10)
    assert (await story.operation()).phase == "done"


async def test_approver_who_belongs_to_another_workspace_now_voids_the_approval(
    story: Story,
) -> None:
    await approved_and_waiting(story)
    elsewhere = Person(team_id=TeamId(slack.PARTNER_TEAM_ID), user_id=UserId(slack.APPROVER_ONE))
    world = story.bot.house.world
    story.change_world(directory=Altered(world.directory, standing=Standing(person=elsewhere)))

    story.aura.faults.unavailable.off()
    await story.advance(minutes=5)

    assert "an approver belongs to another workspace" in story.approver.thread()[-1].text
    assert story.writes == []
