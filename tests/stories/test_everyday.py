"""Everyday commands: help, instances, jobs, and what is said when something is mistyped."""

import pytest

from bot.core.base import UserId
from bot.core.commands import COMMANDS
from bot.core.people import Group
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.harness import Story
from tests.stories.props import Cued, approved, change_world, until


async def test_help_shows_every_command(story: Story) -> None:
    for text in ("/aura help", "/aura"):
        await story.requester.types(text)
        for model in COMMANDS:
            assert model.usage() in story.requester.whisper


async def test_help_on_a_topic_shows_its_commands_with_examples(story: Story) -> None:
    await story.requester.types("/aura help snapshot")
    assert "/aura snapshot take" in story.requester.whisper
    assert "before the release" in story.requester.whisper
    assert "/aura job list" not in story.requester.whisper


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("snapshto list orders-prod", "Did you mean `snapshot list`"),
        ("snapshot lst orders-prod", "Did you mean `snapshot list`"),
        ("make coffee", "`/aura help` lists all commands"),
        ("instance show", "the instance is missing"),
        ("instance show ordrs-prod", "Did you mean `orders-prod`"),
        ("instance show sandbox", "2 instances are called “sandbox”"),
        ("job show rst-nothing", "There is no job “rst-nothing”"),
        ("job cancel rst-nothing", "There is no job “rst-nothing”"),
        ("help make coffee", "There is no command “make coffee”"),
        ("x" * 10_000, "longer than 4,000 characters"),
        ("instance show <!channel>", "there is no instance"),
        ("instance show \u202edorp", "characters that one cannot see"),
    ],
)
async def test_what_is_mistyped_is_answered_in_a_sentence_with_a_hint(
    story: Story, typed: str, told: str
) -> None:
    await story.requester.types(f"/aura {typed}")

    whisper = story.requester.whisper
    assert told.lower() in whisper.lower()
    assert len(whisper) < 6000
    assert "Traceback" not in whisper
    assert story.requester.channel() == story.requester.person.whispers
    assert not [m for m in story.requester.person.whispers if "<!channel>" in str(m.blocks)]


async def test_instance_list_shows_the_fleet_by_environment(story: Story) -> None:
    await story.requester.types("/aura instance list")
    listing = story.requester.whisper
    assert "6 instances" in listing
    assert listing.index("production") < listing.index("staging")
    assert "AuraDB Business Critical · running · newest snapshot" in listing
    assert "paused" in listing
    for instance in (aura.SANDBOX_FREE, aura.SANDBOX_PAID):
        assert f"sandbox `{instance}`" in listing.replace("*", "")


async def test_instance_list_says_what_it_could_not_learn(story: Story) -> None:
    new = story.aura.world.instances[aura.ORDERS_PROD]
    new.hidden_until = story.clock.now().replace(hour=23)
    await story.requester.types("/aura instance list")
    assert "newest snapshot unknown · ⚠ Aura knows no such instance" in story.requester.whisper


async def test_instance_show_tells_one_and_what_runs_on_it(story: Story) -> None:
    op = await approved(story)
    await story.requester.types("/aura instance show orders-prod")
    shown = story.requester.whisper
    assert "Commerce" in shown
    assert "It can take snapshots and be restored." in shown
    assert f"`{op.id}` for @Requester stands at *snapshotting*" in shown
    assert story.requester.person.whispers[-1].buttons == ("Restore…",)


async def test_jobs_are_listed_shown_and_cancelled(story: Story) -> None:
    await story.requester.types("/aura job list")
    assert "There are no jobs" in story.requester.whisper
    await story.requested()
    op = await story.operation()

    await story.requester.types("/aura job list")
    assert f"`{op.id}` · restore of" in story.requester.whisper
    await story.requester.types(f"/aura job show {op.id}")
    assert f"It can still be cancelled: `/aura job cancel {op.id}`" in story.requester.whisper
    await story.requester.types(f"/aura job cancel {op.id}")
    assert "It has ended." in story.requester.whisper
    assert (await story.operation()).phase == "cancelled"
    assert "Cancelled: restore of orders-prod" in str(
        [m for m in story.requester.channel() if not m.ephemeral and m.thread_ts is None][-1]
    )


async def test_somebody_elses_job_cannot_be_cancelled(story: Story) -> None:
    await story.requested()
    op = await story.operation()
    await story.approver.types(f"/aura job cancel {op.id}")
    assert "only they can cancel it" in story.approver.whisper
    assert (await story.operation()).phase == "awaiting_approval"
    assert "restore.cancel denied" in await story.audit()


@pytest.mark.parametrize(
    ("phase", "told"),
    [
        ("restoring", "Aura has no call to stop one"),
        ("done", "it has already ended: done"),
    ],
)
async def test_a_job_that_is_past_cancelling_says_so(story: Story, phase: str, told: str) -> None:
    await approved(story)
    op = await until(story, phase)
    await story.requester.types(f"/aura job cancel {op.id}")
    assert told.lower() in story.requester.whisper.lower()
    assert (await story.operation()).phase == phase


async def test_a_safety_snapshot_can_be_cancelled_and_nothing_is_restored(story: Story) -> None:
    op = await approved(story)
    await story.requester.types(f"/aura job cancel {op.id}")
    await story.advance(minutes=10)
    assert (await story.operation()).phase == "cancelled"
    assert story.restores == 0


async def test_a_failure_nobody_foresaw_gives_a_reference_number(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(name: str) -> None:
        raise ZeroDivisionError(name)

    change_world(story, aura=Cued(story.bot.house.world.aura, before=broken))
    await story.requester.types("/aura instance list")

    whisper = story.requester.whisper
    assert "Something went wrong that I did not expect" in whisper
    assert "ZeroDivisionError" not in whisper
    reference = whisper.rpartition("ref-")[2].strip("`")
    assert f"ref-{reference}" in capsys.readouterr().out


async def test_aura_being_down_is_said_in_a_sentence(story: Story) -> None:
    story.aura.faults.unavailable.always()
    await story.requester.types("/aura snapshot list orders-prod")
    assert "Signing in to Aura did not work, so nothing else was sent" in story.requester.whisper


@pytest.mark.parametrize(
    "text",
    [
        "instance list",
        "instance show orders-prod",
        "instance show ordrs",
        "snapshot list orders-prod",
        "snapshot show ordrs latest",
        "snapshot take ordrs",
        "job list",
    ],
)
async def test_a_guest_learns_nothing(story: Story, text: str) -> None:
    await approved(story)
    before = len(story.guest.person.whispers)
    await story.guest.types(f"/aura {text}")

    (whisper,) = story.guest.person.whispers[before:]
    for name in ("orders", "catalog", "0d5e7a11", "rst-"):
        assert name not in str(whisper).replace("/aura instance show orders-prod", "")


@pytest.mark.parametrize(
    ("text", "action"), [("instance list", "instance.view"), ("job list", "job.view")]
)
async def test_a_guest_who_lists_is_refused_on_record_and_costs_aura_nothing(
    story: Story, text: str, action: str
) -> None:
    await story.guest.types(f"/aura {text}")
    assert "your account is a guest" in story.guest.whisper
    assert await story.audit() == [f"{action} denied"]
    await story.guest.opens_home()
    assert story.aura.calls == []


async def test_a_list_leaves_out_what_one_may_not_see_and_reads_none_of_it(story: Story) -> None:
    await approved(story)
    nobody = Group(users=(UserId(slack.APPROVER_TWO),))
    story.change_environment(viewers=nobody, operators=nobody, approvers=nobody)
    before, audit = len(story.aura.calls), await story.audit()
    await story.requester.types("/aura instance list")
    await story.requester.types("/aura job list")
    assert "orders-prod" not in "".join(map(str, story.requester.person.whispers[-2:]))
    assert "orders-staging" in str(story.requester.person.whispers[-2])
    assert not any(aura.ORDERS_PROD in call.path for call in story.aura.calls[before:])
    assert await story.audit() == audit  # leaving out is no decision about anything


async def test_a_slash_command_is_answered_in_the_bots_own_direct_messages(story: Story) -> None:
    await story.requester.types("/aura snapshot take orders-prod", "dm")
    assert "I am asking Aura for a snapshot" in story.requester.whisper
    assert "snapshot of orders-prod" in str(story.approver.card(slack.OPS_PRODUCTION))
