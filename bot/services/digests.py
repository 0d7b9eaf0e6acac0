"""Digests: each environment hears at its time what needs a person and what ran.

Each slot is told at least once: Slack cannot be asked to post only what it has not, so a crash
between the post and its note tells it again, and silence would be worse.
"""

from collections import Counter
from datetime import datetime, timedelta

import structlog

from bot.core.base import InstanceId
from bot.core.environments import Environment
from bot.core.errors import ChatFailed, ChatUnavailable
from bot.core.operations import Asked, Phase
from bot.core.report_lines import DONE
from bot.core.schedules import owed
from bot.services.watch import Watch
from bot.services.world import World
from bot.views.digest import Digest, Late, digest

log = structlog.get_logger(__name__)

#: Seconds between two looks whether a digest is due; one replica does each.
EVERY = 60.0
#: The name under which the times of digests are kept beside those of schedules.
_CURSOR = "digest"
#: The first digest looks back this far.
FIRST = timedelta(days=1)


class Digests:
    """Tells each environment that wants it."""

    def __init__(self, world: World, watch: Watch) -> None:
        self._world = world
        self._watch = watch

    async def __call__(self, *, forced: bool = False) -> int:
        """Tell what is due, unless another replica has just looked; returns how many were told."""
        estate = self._world.estate
        wanting = [e for e in estate.environments if estate.watch(e.name).digest is not None]
        if not wanting:
            return 0
        if not forced and not await self._world.seen.first("digests", ttl=EVERY - 5):
            return 0
        cursors = await self._world.schedules.cursors()
        return sum([await self._one(e, cursors.get((_CURSOR, _key(e)))) for e in wanting])

    async def of(self, environment: Environment, since: datetime) -> Digest:
        """Gather what there is to tell of an environment since a moment."""
        now, name = self._world.clock.now(), environment.name
        operations = [
            op
            for op in await self._world.operations.since(since - timedelta(days=2))
            if op.environment == name
        ]
        ended = [op for op in operations if op.ended_at is not None and op.ended_at >= since]
        opened = await self._watch.open_alerts(name)
        past = await self._watch.past_alerts(name, since=since)
        clocks = await self._watch.clocks(name)
        drills = await self._world.drills.of(sight.id for sight, _ in clocks)
        calm = (*DONE, Phase.CANCELLED, Phase.DENIED, Phase.EXPIRED)
        return Digest(
            environment=name,
            since=since,
            now=now,
            alerts=tuple(r.alert for r in opened if r.alert.told_at is not None),
            held=tuple(r.alert for r in (*opened, *past) if r.alert.told_at is None),
            cleared=sum(r.alert.told_at is not None for r in past),
            done=Counter(op.kind for op in ended if str(op.phase) in DONE),
            late=tuple(
                Late(id=op.id, kind=op.kind, outcome=str(op.phase).replace("_", " "))
                for op in ended
                if str(op.phase) not in calm
            ),
            clocks=tuple((sight.instance, readings) for sight, readings in clocks),
            drills=tuple((s.instance, drills[s.id]) for s, _ in clocks if s.id in drills),
            waiting=sum(
                isinstance(op, Asked) and op.phase is Phase.AWAITING_APPROVAL for op in operations
            ),
        )

    async def _one(self, environment: Environment, last: datetime | None) -> int:
        timing = self._world.estate.watch(environment.name).digest
        now = self._world.clock.now()
        if last is None:  # begins to count today: nothing is owed of the past
            await self._world.schedules.move(_CURSOR, _key(environment), now)
            return 0
        due = owed(timing, since=last, now=now) if timing else None
        if due is None:
            return 0
        told = await self.of(environment, max(last, now - 7 * FIRST))
        try:
            await self._say(environment, told)
        except ChatUnavailable:
            raise
        except ChatFailed as refusal:
            log.error("a digest is not told", code=refusal.code, environment=environment.name)
        await self._world.schedules.move(_CURSOR, _key(environment), due.slot)
        return 1

    async def _say(self, environment: Environment, told: Digest) -> None:
        """Post it with charts or, where Slack refuses those, without."""
        try:
            await self._world.chat.post(environment.channel, digest(told))
        except ChatFailed as refusal:
            if refusal.code != "invalid_blocks":
                raise
            log.info("charts are refused", environment=environment.name)
            await self._world.chat.post(environment.channel, digest(told, drawn=False))


def _key(environment: Environment) -> InstanceId:
    return InstanceId(environment.name)
