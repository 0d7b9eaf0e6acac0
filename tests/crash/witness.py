"""The witness: asks and approves through the bot's own services, and looks at what became of it.

It lives in the test's process, serves nothing, and works on the store that the replicas use.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from bot.adapters.bells import BUSY
from bot.adapters.queue import DocketQueue
from bot.adapters.redis import RedisAuditLog, connect
from bot.app import Savepoint, assemble
from bot.config import load
from bot.core.base import InstanceId, OperationId, TeamId, UserId
from bot.core.errors import StoreUnavailable
from bot.core.operations import Origin, Restore
from bot.core.people import Person
from bot.ports import Card
from bot.services.restores import RestoreForm
from bot.views.ids import Action
from sandbox.slack import cast as slack
from tests.adapters.waiting import until_async
from tests.crash.doubles import Doubles
from tests.crash.processes import Running
from tests.crash.replica import PLENTY

REQUESTER = Person(team_id=TeamId(slack.TEAM_ID), user_id=UserId(slack.REQUESTER))
APPROVER = Person(team_id=TeamId(slack.TEAM_ID), user_id=UserId(slack.APPROVER_ONE))
FORM = RestoreForm(word="RESTORE", reason="A bad deploy")


class Witness:
    """What a test asks for, and what it sees afterwards."""

    def __init__(self, bot: Savepoint, store: Redis, doubles: Doubles) -> None:
        self._bot = bot
        self._store = store
        self._doubles = doubles

    async def ask(self, instance: str) -> OperationId:
        """Ask for a restore."""
        restores = self._bot.house.restores
        draft = await restores.draft(REQUESTER, Origin())
        chosen, _ = await restores.choose(draft, instance=instance)
        return (await restores.request(chosen, FORM)).id

    async def ask_and_approve(self, instance: str) -> OperationId:
        """Ask for a restore as one person and approve it as another."""
        operation_id = await self.ask(instance)
        await self.approve(operation_id)
        return operation_id

    async def approve(self, operation_id: OperationId) -> None:
        """Approve a restore as somebody else than who asked."""
        await self._bot.house.decisions.approve(operation_id, APPROVER)

    async def ask_and_approve_what_was_told(self, instance: str, bot: Running) -> OperationId:
        """Ask, and approve once the bot has told every approver, or has fallen."""
        operation_id = await self.ask(instance)

        async def told() -> bool:
            return bot.ended is not None or len((await self._card(operation_id)).copies) == 2

        await until_async(told, within=30)
        await self.approve(operation_id)
        return operation_id

    async def lets_complete(self, operation_id: OperationId) -> None:
        """Let the safety snapshot be complete, once there is one."""
        op = await self.until(operation_id, "snapshotting")
        assert op.safety_snapshot is not None, line(op)
        await self._doubles.complete(op.instance_id, op.safety_snapshot)

    async def lets_finish(self, operation_id: OperationId) -> None:
        """Let Aura come to the end of the restore, once the bot knows of it."""
        op = await self.until(operation_id, "restoring")
        await self._doubles.finish(op.instance_id)

    async def operation(self, operation_id: OperationId) -> Restore:
        """The restore as it is stored."""
        op = await self._bot.house.decisions.get(operation_id)
        assert isinstance(op, Restore)
        return op

    async def ticks_under_way(self) -> int:
        """How many ticks are noted as running."""
        return int(await self._store.zcard(BUSY))

    async def newest(self) -> Restore | None:
        """The restore that was asked for last."""
        found = await self._bot.operations.recent(1)
        return found[0] if found and isinstance(found[0], Restore) else None

    async def until(self, operation_id: OperationId, *phases: str, within: float = 30.0) -> Restore:
        """Wait until a restore has ended, or is in one of the phases."""
        deadline = time.monotonic() + within
        while True:
            try:
                op = await self.operation(operation_id)
            except StoreUnavailable:
                op = None  # the store is away for a moment
            if op is not None and (op.phase in phases or (not phases and op.final)):
                return op
            assert time.monotonic() < deadline, f"after {within} s: {op and line(op)}"
            await asyncio.sleep(0.02)

    async def all_end_well(
        self, *ids: OperationId, within: float = 40.0
    ) -> dict[str, list[Restore]]:
        """Wait until every restore has ended or calls a person, and hold it to the promises.

        Returns them by phase.
        """
        deadline = time.monotonic() + within
        while behind := [i for i in ids if not await self._told(i)]:
            states = [f"{line(await self.operation(i))}, {await self._card(i)}" for i in behind]
            assert time.monotonic() < deadline, f"still behind after {within} s: {states}"
            await asyncio.sleep(0.05)
        calls = await self._doubles.restore_calls()
        ends: dict[str, list[Restore]] = {}
        for operation_id in ids:
            op = await self.operation(operation_id)
            ends.setdefault(op.phase, []).append(op)
            sent = calls.get(op.instance_id, 0)
            assert sent <= 1, f"sent {sent} times: {line(op)}"
            assert sent == 1 or op.phase != "done", f"done without a restore: {line(op)}"
            holder = await self._bot.operations.holder(op.instance_id)
            assert holder == (None if op.final else op.id), f"held by {holder}: {line(op)}"
        await self._words_stand_in_slack(ids)
        audit = self._bot.house.world.audit
        assert isinstance(audit, RedisAuditLog)
        assert await audit.verify() is None
        return ends

    async def _told(self, operation_id: OperationId) -> bool:
        op, card = await self.operation(operation_id), await self._card(operation_id)
        if op.phase == "stuck":
            return card.alert is not None and not await self._still_asks(card)
        return op.final and card.settled

    async def _still_asks(self, card: Card) -> bool:
        """Whether the gate has its buttons yet: an alert is posted before the gate is edited."""
        if card.gate is None:
            return False
        messages = (await self._doubles.state())["messages"][card.gate.channel]
        return any(m["ts"] == card.gate.ts and Action.APPROVE in str(m["blocks"]) for m in messages)

    async def _words_stand_in_slack(self, ids: tuple[OperationId, ...]) -> None:
        seen = (await self._doubles.state())["messages"]
        there = {(channel, m["ts"]): m for channel, told in seen.items() for m in told}
        for operation_id in ids:
            op, card = await self.operation(operation_id), await self._card(operation_id)
            if op.final:
                assert card.ended is not None, line(op)
                assert (card.ended.channel, card.ended.ts) in there, line(op)
            if card.gate is not None:
                blocks = there[card.gate.channel, card.gate.ts]["blocks"]
                assert Action.APPROVE not in str(blocks), line(op)
            if op.phase in ("failed", "stuck"):
                assert card.alert is not None, line(op)
                assert (card.alert.channel, card.alert.ts) in there, line(op)
                assert card.alert.channel == slack.OPS_ALERTS, line(op)

    async def _card(self, operation_id: OperationId) -> Card:
        return await self._bot.house.world.cards.get(operation_id)


@asynccontextmanager
async def witness(env: Mapping[str, str], url: str, doubles: Doubles) -> AsyncIterator[Witness]:
    """Look at a store that is up."""

    async def never(operation_id: OperationId) -> None:
        raise AssertionError("the witness works on nothing")

    settings = load({**env, "REDIS_URL": url})
    async with (
        connect(url) as store,
        DocketQueue(url, never) as queue,
        assemble(settings, url, queue=queue, budgets=PLENTY) as bot,
    ):
        yield Witness(bot, store, doubles)


def line(op: Restore) -> str:
    """Say where a restore stands, and how it came there."""
    way = " ".join(recorded.event.kind for recorded in op.history)
    return f"{op.id} on {op.instance_id} is {op.phase} by {way}"


def instance(n: int) -> InstanceId:
    """The id of the n-th instance of the doubles' fleet."""
    return InstanceId(f"{0xA0000000 + n:08x}")
