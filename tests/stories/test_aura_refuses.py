"""Aura says no, or the work fails: it ends, the person is told, nothing is sent again."""

from collections.abc import Callable

import pytest

from bot.core.errors import AuraRefused
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.harness import Story
from tests.stories.props import (
    Cued,
    approved,
    before_aura,
    bury,
    change_world,
    sent_restores,
    until,
)

REFUSALS: dict[str, tuple[Callable[[Story], None], str]] = {
    "conflict": (
        lambda story: story.aura.set_status(aura.ORDERS_PROD, "updating", for_seconds=3600),
        "nother operation is running on the instance",
    ),
    "conflict of a running instance": (
        lambda story: story.aura.faults.conflict.always(),
        "nother operation is running on the instance",
    ),
    "not permitted": (lambda story: story.aura.expire_tokens(), "does not permit this"),
    "may only look": (lambda story: story.aura.faults.forbid.always(), "does not permit"),
    "throttled": (lambda story: story.aura.faults.throttle.next(), "too many requests"),
}


@pytest.mark.parametrize("why", REFUSALS)
async def test_a_refused_restore_fails_with_a_reason_and_is_not_sent_again(
    story: Story, why: str
) -> None:
    happens, told = REFUSALS[why]
    await approved(story)
    before_aura(story, "overwrite_in_place", lambda: happens(story))
    op = await until(story, "failed")
    await story.advance(hours=2)

    assert len(sent_restores(story)) == 1
    assert story.restores == 0
    end = str(story.requester.thread()[-1])
    assert told in end
    assert "Nothing in the instance was changed" in end
    assert f"safety snapshot `{op.safety_snapshot}`" in end.replace("\n", " ")
    assert "restore.refused done" in await story.audit()


async def test_a_refusal_names_auras_request_id(story: Story) -> None:
    await approved(story)
    before_aura(
        story,
        "overwrite_in_place",
        lambda: story.aura.set_status(aura.ORDERS_PROD, "updating", for_seconds=3600),
    )
    await until(story, "failed")

    refused = sent_restores(story)[-1]
    assert refused.request_id in str(story.approver.card(slack.OPS_ALERTS))


async def test_a_credential_that_may_only_look_ends_it_with_a_plain_sentence(story: Story) -> None:
    await story.requested()
    story.aura.faults.forbid.always()
    tokens = story.aura.record.counts["POST /oauth/token"]
    await story.approved()
    op = await until(story, "failed")

    assert story.aura.record.counts["POST /oauth/token"] - tokens <= 1
    end = str(story.requester.thread()[-1])
    assert "Aura does not permit this with the API credential" in end
    assert "Check the role of the person who created the credential" in end
    await story.advance(hours=2)
    assert story.writes == [f"snapshots {aura.ORDERS_PROD}"] * 2  # again with a new token, and over
    assert (op.safety_snapshot, story.restores) == (None, 0)


async def test_a_snapshot_with_a_credential_that_may_only_look_ends_with_a_plain_sentence(
    story: Story,
) -> None:
    story.aura.faults.forbid.always()
    await story.requester.types(f"/aura snapshot take {aura.ORDERS_PROD}")

    assert story.aura.record.counts["POST /oauth/token"] == 2  # the first, and one in its place
    assert "Aura does not permit this" in "".join(map(str, story.messages()))
    await story.advance(minutes=30)
    assert story.writes == [f"snapshots {aura.ORDERS_PROD}"] * 2


async def test_aura_that_wants_to_be_paid_ends_it_with_the_hint(story: Story) -> None:
    await approved(story)

    async def unpaid(name: str) -> None:
        if name == "overwrite_in_place":
            raise AuraRefused("Aura wants payment details first", hint="Pay first.", status=402)

    change_world(story, aura=Cued(story.bot.house.world.aura, before=unpaid))
    await until(story, "failed")

    assert "Pay first." in str(story.requester.thread()[-1])
    assert sent_restores(story) == []


async def test_without_a_safety_snapshot_nothing_is_restored(story: Story) -> None:
    story.aura.faults.snapshot_fails.next()
    await story.requested()
    await story.approved()
    op = await until(story, "failed")
    await story.advance(hours=3)

    assert sent_restores(story) == []
    assert f"{op.safety_snapshot} ended as Failed" in str(story.requester.thread()[-1])
    assert "not changed by this restore" in str(story.approver.card(slack.OPS_ALERTS))


async def test_a_restore_that_fails_names_the_safety_snapshot_as_the_way_back(story: Story) -> None:
    await approved(story)
    story.aura.faults.restore_fails.next()
    op = await until(story, "failed")

    assert len(sent_restores(story)) == 1
    alert = str(story.approver.card(slack.OPS_ALERTS))
    assert "loading failed" in alert
    assert f"safety snapshot `{op.safety_snapshot}` keeps what was there before" in alert
    assert "Open the card" in alert
    assert op.id in alert


async def test_a_restore_that_takes_longer_than_six_hours_calls_a_person(story: Story) -> None:
    story.aura.pace.durations = story.aura.pace.durations.__class__(restore=7 * 3600)
    await approved(story)
    await story.advance(hours=5, minutes=55)
    assert (await story.operation()).phase == "restoring"
    await story.advance(minutes=10)

    op = await story.operation()
    assert op.phase == "stuck"
    assert "not running again after 6 hours" in str(story.approver.card(slack.OPS_ALERTS))
    await story.approver.clicks("It ran")
    await story.advance(hours=2)
    assert (await story.operation()).phase == "done"


async def test_a_safety_snapshot_that_takes_longer_than_two_hours_ends_it(story: Story) -> None:
    op = await approved(story)
    story.aura.set_snapshot_status(aura.ORDERS_PROD, str(op.safety_snapshot), "InProgress")
    await story.advance(hours=1, minutes=55)
    assert (await story.operation()).phase == "snapshotting"
    await story.advance(minutes=10)

    assert (await story.operation()).phase == "failed"
    assert "did not complete within 2 hours" in str(story.requester.thread()[-1])
    assert sent_restores(story) == []


async def test_an_instance_deleted_before_the_restore_voids_it(story: Story) -> None:
    await approved(story)
    bury(story)
    await story.advance(minutes=10)

    assert (await story.operation()).phase in ("voided", "failed")
    assert sent_restores(story) == []
    assert "is not there any more" in str(story.requester.thread()[-1])


async def test_an_instance_deleted_while_it_is_restored_fails_with_an_alert(story: Story) -> None:
    await approved(story)
    await until(story, "restoring")
    bury(story)
    await story.advance(minutes=10)

    assert (await story.operation()).phase == "failed"
    assert "has gone while it was being restored" in str(story.approver.card(slack.OPS_ALERTS))


async def test_an_instance_paused_before_the_restore_voids_it(story: Story) -> None:
    await approved(story)
    story.aura.set_status(aura.ORDERS_PROD, "paused")
    await story.advance(minutes=10)

    assert (await story.operation()).phase == "voided"
    assert sent_restores(story) == []
    assert "safety snapshot has become impossible" in str(story.requester.thread()[-1])


async def test_an_instance_paused_while_it_is_restored_fails_with_an_alert(story: Story) -> None:
    await approved(story)
    await until(story, "restoring")
    story.aura.set_status(aura.ORDERS_PROD, "paused")
    await story.advance(minutes=5)

    assert (await story.operation()).phase == "failed"
    assert "the instance “paused” after the restore" in str(story.approver.card(slack.OPS_ALERTS))


async def test_a_credential_revoked_while_aura_restores_calls_a_person(story: Story) -> None:
    await approved(story)
    await until(story, "restoring")
    story.aura.clients.clear()
    story.aura.gate._clients.clear()
    story.aura.expire_tokens()
    op = await until(story, "stuck")

    assert "does not accept the API credential" in str(story.approver.card(slack.OPS_ALERTS))
    assert op.touched


async def test_an_error_nobody_foresaw_is_told_after_ten_times(story: Story) -> None:
    await approved(story)

    async def broken(name: str) -> None:
        raise ZeroDivisionError(name)

    change_world(story, aura=Cued(story.bot.house.world.aura, before=broken))
    op = await until(story, "failed")

    assert "unexpected fault stopped it 10 times in a row" in str(story.requester.thread()[-1])
    assert "ZeroDivisionError" not in "".join(str(m) for m in story.requester.channel())
    assert op.id in str(story.approver.card(slack.OPS_ALERTS))


async def test_an_error_nobody_foresaw_while_aura_restores_is_not_called_a_failure(
    story: Story,
) -> None:
    await approved(story)
    await until(story, "restoring")

    async def broken(name: str) -> None:
        raise ZeroDivisionError(name)

    change_world(story, aura=Cued(story.bot.house.world.aura, before=broken))
    await until(story, "stuck")

    assert story.approver.card(slack.OPS_ALERTS).buttons == ("It ran", "It did not run")
