"""Operations that are ready to run: asked for and approved through the services, not yet begun."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.adapters.clock import SystemClock
from bot.app import assemble
from bot.config import load
from bot.core.base import ChannelId, InstanceId, OperationId, TeamId, UserId
from bot.core.instances import InstanceSummary
from bot.core.operations import Origin
from bot.core.people import Person
from bot.ports import Aura, Draft
from bot.services.house import House, furnish
from bot.services.restores import RestoreForm
from sandbox.aura.times import utc_now
from sandbox.slack import SlackDouble
from sandbox.slack import cast as slack

AT_ONCE = 16
REQUESTER = Person(team_id=TeamId(slack.TEAM_ID), user_id=UserId(slack.REQUESTER))
APPROVER = Person(team_id=TeamId(slack.TEAM_ID), user_id=UserId(slack.APPROVER_ONE))
PLENTY = {"chat.update": (1_000_000, 60.0), "chat.postMessage": (1_000_000, 1.0)}


class Calendar:
    """The Slack double's clock: hours pass while people ask, so that Slack's limits do not matter.

    It begins in the past, every look moves it on, and `catch_up` brings it to the present.
    """

    def __init__(self) -> None:
        self._at: datetime | None = utc_now() - timedelta(days=3)

    def __call__(self) -> datetime:
        if self._at is None:
            return utc_now()
        self._at += timedelta(seconds=1)
        return self._at

    def catch_up(self) -> None:
        """Go on in real time."""
        self._at = None


class NoBells:
    """A queue that wakes nobody, so that everything waits for the bot's start."""

    async def ring(self, operation_id: OperationId, *, after: float = 0.0) -> None:
        """Do nothing."""


async def seed(
    settings: Mapping[str, str],
    url: str,
    double: SlackDouble,
    *,
    restores: Sequence[str],
    snapshots: Sequence[str],
    told: int,
) -> None:
    """Ask for one operation on each of these instances, and approve the restores.

    The first ``told`` restores have all their messages in Slack, as they stand before the
    approval; the others' are still to be posted.
    """
    env = {**settings, **double.settings(), "REDIS_URL": url}
    async with assemble(load(env), url, queue=NoBells(), budgets=PLENTY) as bot:
        turn = asyncio.Semaphore(AT_ONCE)
        house = furnish(replace(bot.house.world, aura=_ListedOnce(bot.aura)))

        async def restore(instance: str, *, tell: bool) -> None:
            async with turn:
                await _restore(house, instance, tell=tell)

        async def snapshot(instance: str) -> None:
            async with turn:
                await _snapshot(house, instance)

        await asyncio.gather(
            *(restore(instance, tell=n < told) for n, instance in enumerate(restores)),
            *(snapshot(instance) for instance in snapshots),
        )


class _ListedOnce:
    """An Aura whose list of instances is read once; listing a thousand each time tells nothing."""

    def __init__(self, aura: Aura) -> None:
        self._aura = aura
        self._listed: tuple[InstanceSummary, ...] = ()

    async def instances(self, *, background: bool = False) -> tuple[InstanceSummary, ...]:
        self._listed = self._listed or await self._aura.instances()
        return self._listed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._aura, name)


async def _restore(house: House, instance: str, *, tell: bool) -> None:
    clock = SystemClock()
    newest = await house.fleet.snapshot(await house.fleet.find(instance), "latest")
    draft = Draft(
        id=house.world.new_id("drf"),
        person=REQUESTER,
        instance_id=InstanceId(instance),
        snapshot_id=newest.id,
        opened_at=clock.now(),
    )
    form = RestoreForm(word="RESTORE", reason="measuring")
    op = await house.restores.request(draft, form)
    if tell:
        await house.announcer.post(op.id)
    await house.decisions.approve(op.id, APPROVER)


async def _snapshot(house: House, instance: str) -> None:
    origin = Origin(channel=ChannelId(slack.OPS_PRODUCTION))
    await house.snapshots.take(REQUESTER, instance, note="measuring", origin=origin)
