"""The same thing delivered twice takes effect once; without an audit record nothing does."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.core.audit import AuditEntry, AuditRecord
from bot.core.errors import StoreUnavailable
from bot.ports import AuditLog
from sandbox.slack.wire import Envelope
from tests.stories.harness import Story

LATER = [0, 3, 60, 301, 600]


class Ledger:
    """The audit log, with a store that fails from some record on."""

    def __init__(self, real: AuditLog, *, works_for: int = 0) -> None:
        self._real = real
        self._left = works_for

    async def append(self, record: AuditRecord) -> AuditEntry:
        if self._left == 0:
            raise StoreUnavailable("the store does not answer", hint="Try again in a minute.")
        self._left -= 1
        return await self._real.append(record)

    def read(self, *, after: int = 0) -> AsyncIterator[AuditEntry]:
        return self._real.read(after=after)


@pytest.mark.parametrize("seconds", LATER)
async def test_request_that_is_delivered_again_is_made_once(story: Story, seconds: int) -> None:
    await story.requester.types("/aura restore orders-prod")
    opened = story.slack.sent[-1]
    assert await story.requester.sends(reason="Bad deploy", suffix="7a11") == {}
    sent = story.slack.sent[-1]
    modal, audit = story.requester.modal, await story.audit()

    await again(story, opened, after=seconds)
    await again(story, sent, after=0)

    assert len(await story.bot.operations.recent(5)) == 1
    assert await story.audit() == audit
    assert story.requester.modal.id == modal.id


@pytest.mark.parametrize("seconds", LATER)
async def test_approval_that_is_delivered_again_counts_once(story: Story, seconds: int) -> None:
    story.change_environment(quorum=2)
    await story.requested()
    await story.approved()
    approval = story.slack.sent[-1]
    audit = await story.audit()

    await again(story, approval, after=seconds)

    assert len((await story.operation()).approvers) == 1
    assert await story.audit() == audit
    assert story.approver.person.whispers == []


@pytest.mark.parametrize("seconds", LATER)
async def test_approval_that_is_delivered_again_restores_once(story: Story, seconds: int) -> None:
    await story.requested()
    await story.approved()
    approval = story.slack.sent[-1]

    await again(story, approval, after=seconds)
    await story.advance(minutes=10)

    assert (await story.operation()).phase == "done"
    assert story.writes == ["snapshots 0d5e7a11", "restore 0d5e7a11"]


@pytest.mark.parametrize("seconds", LATER)
async def test_denial_and_cancel_that_are_delivered_again_end_nothing_else(
    story: Story, seconds: int
) -> None:
    await story.requested()
    await story.approver.denies("Not now")
    denial = story.slack.sent[-1]
    await story.requested()
    await story.requester.clicks("Cancel request", in_=story.approver.gate())
    cancel = story.slack.sent[-1]
    await story.requested()
    audit = await story.audit()

    await again(story, denial, after=seconds)
    await again(story, cancel, after=0)

    assert (await story.operation()).phase == "awaiting_approval"
    assert await story.audit() == audit


@pytest.mark.parametrize("seconds", LATER)
async def test_mention_that_is_delivered_again_is_answered_once(story: Story, seconds: int) -> None:
    await story.requester.says("<@U0SAVEBOT1> help", "ops-production")
    mentioned = story.slack.sent[-1]
    assert len(story.requester.person.whispers) == 1

    await again(story, mentioned, after=seconds)

    assert len(story.requester.person.whispers) == 1


async def test_no_request_is_made_that_cannot_be_recorded(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    story.change_world(audit=Ledger(story.bot.house.world.audit))

    await story.requester.sends(reason="Bad deploy", suffix="7a11")

    assert "The store does not answer" in story.requester.modal.text
    assert await story.bot.operations.recent(1) == ()
    assert story.approver.channel() == []


async def test_no_decision_is_made_that_cannot_be_recorded(story: Story) -> None:
    gate = await story.requested()
    real = story.bot.house.world.audit
    story.change_world(audit=Ledger(real))

    await story.approver.clicks("Approve", in_=gate)
    assert "The store does not answer" in story.approver.whisper
    await story.approver.denies("No")
    assert "The store does not answer" in story.approver.whisper
    await story.requester.clicks("Cancel request", in_=gate)
    assert "The store does not answer" in story.requester.whisper
    await story.guest.clicks("Approve", in_=gate)
    assert "The store does not answer" in story.guest.whisper
    op = await story.operation()
    assert (op.phase, op.history) == ("awaiting_approval", ())

    story.change_world(audit=real)
    await story.approved()
    await story.advance(minutes=10)
    assert story.restores == 1


@pytest.mark.parametrize(("works_for", "phase"), [(0, "approved"), (1, "ready")])
async def test_nothing_is_sent_that_cannot_be_recorded(
    story: Story, works_for: int, phase: str
) -> None:
    await story.requested()
    story.aura.faults.unavailable.always()
    await story.approved()
    story.aura.faults.unavailable.off()
    real = story.bot.house.world.audit
    story.change_world(audit=Ledger(real, works_for=works_for))

    with pytest.raises(StoreUnavailable):  # the queue delivers it again
        await story.advance(minutes=5)

    assert (await story.operation()).phase == phase
    assert story.restores == 0

    story.change_world(audit=real)
    await story.restart()
    await story.advance(minutes=10)
    assert (await story.operation()).phase == "done"
    assert story.restores == 1


async def again(story: Story, envelope: Envelope, *, after: float) -> None:
    """Slack delivers an envelope once more, some time after it was acknowledged."""
    story.clock.at += timedelta(seconds=after)
    assert await story.slack.send_again(envelope)
    await story.settle()
