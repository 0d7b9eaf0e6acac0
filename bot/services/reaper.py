"""The reaper: deletes scratch instances whose time is up or whose operation has ended.

It goes by the ledger alone. An instance that looks like ours and stands in no entry is reported,
never deleted: somebody else may have called it so (promise P13).
"""

from collections.abc import Callable

import structlog

from bot.core.base import ChannelId
from bot.core.errors import (
    AuraError,
    AuraThrottled,
    AuraUnavailable,
    BotError,
    ChatFailed,
    ChatUnavailable,
    NotAllowed,
)
from bot.core.instances import InstanceSummary
from bot.core.scratch import ScratchEntry
from bot.services.burial import bury, note
from bot.services.world import World
from bot.views import scratch as views
from bot.views.kit import Message

log = structlog.get_logger(__name__)

#: Seconds between two rounds; one replica does each.
EVERY = 60.0
#: Seconds between two looks for strangers that bear our prefix, and between two reports of one.
STRAYS_EVERY = 3600.0
REPORT_AGAIN = 24 * 3600.0
#: Seconds after its time for which an instance may be on its way out before people are told.
GRACE = 1800.0


class Reaper:
    """Walks the ledger."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, *, forced: bool = False) -> int:
        """Do one round, unless another replica has just done it; returns how many have gone."""
        if not forced and not await self._world.seen.first("reaper", ttl=EVERY - 5):
            return 0
        gone = 0
        for entry in await self._world.ledger.living():
            if await self._due(entry):
                gone += await self._reap(entry)
        await self._strays(forced=forced)
        return gone

    async def _due(self, entry: ScratchEntry) -> bool:
        if self._world.clock.now() >= entry.dies_at:
            return True
        op = await self._world.operations.get(entry.operation_id)
        return op is None or op.final

    async def _reap(self, entry: ScratchEntry) -> bool:
        try:
            if await bury(self._world, entry):
                log.info("reaped", scratch=entry.name)
                return True
            reason = "it is still there half an hour after its time was up"
            certain = False
        except BotError as trouble:
            reason = trouble.summary
            waits = isinstance(trouble, AuraThrottled | AuraUnavailable)
            certain = isinstance(trouble, AuraError | NotAllowed) and not waits
            log.warning("not reaped", scratch=entry.name, why=reason)
        late = (self._world.clock.now() - entry.dies_at).total_seconds() >= GRACE
        if (certain or late) and entry.alerted_at is None:
            await self._alert(entry, reason)
        return False

    async def _alert(self, entry: ScratchEntry, reason: str) -> None:
        environment = self._world.estate.environment(entry.environment)
        channel = environment.alert_channel if environment else self._home()
        if await self._say(channel, views.leftover(entry, reason)):
            await note(self._world, entry, alerted_at=self._world.clock.now())

    async def _strays(self, *, forced: bool) -> None:
        project, prefix = self._world.scratch.project, self._world.scratch.prefix
        if project is None:
            return
        if not forced and not await self._world.seen.first("strays", ttl=STRAYS_EVERY):
            return

        def suspect(found: InstanceSummary) -> bool:
            return found.project_id == project and found.name.startswith(prefix)

        for found in await self._found(suspect):
            entry = await self._world.ledger.get(found.name)
            if entry is not None and entry.instance_id in (None, found.id):
                continue
            if await self._world.seen.first(f"stray-{found.id}", ttl=REPORT_AGAIN):
                await self._say(self._home(), views.stray(found))

    async def _found(
        self, suspect: Callable[[InstanceSummary], bool]
    ) -> tuple[InstanceSummary, ...]:
        try:
            return tuple(i for i in await self._world.aura.instances() if suspect(i))
        except AuraError as absent:
            log.warning("no look for strays", why=absent.summary)
            return ()

    def _home(self) -> ChannelId:
        """Return the alert channel of the environment that the drill project belongs to."""
        environments = self._world.estate.environments
        project = self._world.scratch.project
        mine = (e for e in environments if project in e.projects)
        return next(mine, environments[0]).alert_channel

    async def _say(self, channel: ChannelId, message: Message) -> bool:
        try:
            await self._world.chat.post(channel, message)
        except ChatUnavailable as absent:
            log.warning("alert waits", why=absent.summary)
            return False
        except ChatFailed as refusal:
            log.error("alert refused", code=refusal.code, channel=channel)
            return False
        return True
