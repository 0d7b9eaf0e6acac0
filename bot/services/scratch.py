"""Scratch instances as steps that operations call, each returning an event or Later.

An operation that needs one goes ``begin`` (ScratchPlanned) → ``create`` (ScratchCreated) →
``ready`` (ScratchRunning) → its own work through ``door`` → ``discard`` (ScratchGone or
ScratchLeft). What goes wrong on the way is a StepFailed, and the machine must lead from there to
``discard`` as well: until then the instance is billed. Whatever is left over falls to the reaper.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import SecretStr

from bot.core.base import OperationId, SnapshotId
from bot.core.errors import (
    AuraError,
    AuraNotFound,
    AuraThrottled,
    AuraUnavailable,
    NoRoom,
    NotAllowed,
    UnknownOperation,
)
from bot.core.instances import Condition, Instance
from bot.core.offers import Offer, smallest
from bot.core.operations import Drill, Export, Operation
from bot.core.operations import events as e
from bot.core.scratch import Purpose, ScratchEntry, creatable, planned
from bot.ports import Created, GraphDoor
from bot.services.burial import APPEARS_WITHIN, bury, locate, note, secret_key
from bot.services.steps import Later
from bot.services.world import World

#: How long an operation waits for its own instance to go before it leaves that to the reaper.
PATIENCE = timedelta(minutes=20)
#: Aura's only user of a new instance (https://neo4j.com/docs/aura/platform/api/specification/).
USER = "neo4j"


@dataclass(frozen=True)
class Quote:
    """What a scratch instance would be; ``cost`` is None where no price is configured."""

    offer: Offer
    cost: str | None
    lives: timedelta


class Scratches:
    """Creates, watches and discards the one scratch instance of an operation."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def quote(self, source: Instance, *, background: bool = False) -> Quote:
        """Return the smallest instance that holds the source, for the form and the card.

        Raises NotAllowed where no project is configured, NoRoom while too many live or are about
        to, NotRestorable where the project offers nothing that fits, AuraError.
        """
        rules = self._world.scratch
        project = rules.place()
        await self.room()
        offers = await self._world.aura.offers(project, background=background)
        offer = smallest(offers, source)
        return Quote(offer=offer, cost=rules.cost(offer), lives=rules.life)

    async def room(self) -> None:
        """Raise NoRoom while too many live, or accepted operations will soon have them; no calls
        of Aura.
        """
        most, taken = self._world.scratch.most, len(await self._world.ledger.living())
        opened = [await self._world.operations.get(i) for i in await self._world.operations.open()]
        taken += sum(isinstance(op, Drill | Export) and op.awaits_scratch for op in opened)
        if taken >= most:
            lives = "instance lives" if taken == 1 else "instances live"
            raise NoRoom(
                f"{taken} scratch {lives} already or will soon, and {most} may",
                hint="Ask again when a drill or an archive has ended.",
            )

    async def begin(
        self, op: Operation, *, purpose: Purpose, source: Instance, snapshot_id: SnapshotId
    ) -> e.ScratchPlanned | Later:
        """Write the ledger entry; Later while too many live. Raises as `quote` does."""
        rules, now = self._world.scratch, self._world.clock.now()
        offer = smallest(await self._world.aura.offers(rules.place(), background=True), source)
        wanted = planned(
            rules,
            operation_id=op.id,
            environment=op.environment,
            purpose=purpose,
            offer=offer,
            source=source.id,
            snapshot=snapshot_id,
            now=now,
        )
        entry = await self._world.ledger.enter(wanted, most=rules.most)
        if entry is None:
            return self._later(op.since)
        size = f"{entry.order.memory} {offer.tier_name}"
        return e.ScratchPlanned(name=entry.name, size=size, cost=rules.cost(offer))

    async def create(self, op: Operation) -> e.ScratchCreated | e.StepFailed | Later:
        """Have it created, once; after a lost answer look for it by its name, and only that."""
        entry = await self.entry(op)
        if entry.gone_at:
            return e.StepFailed(reason=f"{entry.name} was given up before it was there")
        if entry.instance_id is not None:
            return self._created(entry, adopted=not await self._password(entry))
        try:
            made = await self._world.aura.create_copy(creatable(entry, self._world.clock.now()))
        except (NotAllowed, AuraUnavailable) as unknown:
            # NotAllowed: asked for before, and that answer was lost.
            if isinstance(unknown, AuraUnavailable) and unknown.definite:
                raise  # nothing was sent; the runner comes again
            return await self._look(entry)
        except AuraThrottled:
            raise
        except AuraError as refusal:
            await note(self._world, entry, gone_at=self._world.clock.now())
            return e.StepFailed(
                reason=f"Aura did not create {entry.name}: {refusal.summary}",
                hint=refusal.hint,
                request_id=refusal.request_id,
            )
        return await self._made(entry, made)

    async def ready(self, op: Operation) -> e.ScratchRunning | e.StepFailed | Later:
        """Watch it until it runs."""
        entry = await self.entry(op)
        if entry.instance_id is None:
            return e.StepFailed(reason=f"the ledger has no id of {entry.name}")
        now = self._world.clock.now()
        try:
            found = await self._world.aura.instance(entry.instance_id, background=True)
        except AuraNotFound as gone:
            if now < entry.created_at + APPEARS_WITHIN:
                return self._later(op.since)
            return e.StepFailed(
                reason=f"{entry.name} has gone while it was being filled",
                request_id=gone.request_id,
            )
        match found.condition:
            case Condition.RUNNING:
                return e.ScratchRunning(name=entry.name)
            case Condition.BUSY if now < entry.dies_at:
                return self._later(op.since)
            case Condition.BUSY:
                return e.StepFailed(
                    reason=f"{entry.name} was still {found.status} when its time was up"
                )
            case Condition.BROKEN:
                return e.StepFailed(
                    reason=f"Aura could not load the snapshot into {entry.name} (loading failed)",
                    hint="Often the snapshot comes from another version of Neo4j.",
                )
            case _:
                return e.StepFailed(reason=f"{entry.name} is {found.status}")

    async def door(self, op: Operation) -> GraphDoor | None:
        """Return the way in; None when the password was lost with Aura's answer, or is over."""
        entry = await self.entry(op)
        password = await self._password(entry)
        if password is None:
            return None
        address = self._world.scratch.query_address(entry)
        return GraphDoor(address=address, user=USER, password=password)

    async def discard(self, op: Operation) -> e.ScratchGone | e.ScratchLeft | Later:
        """Delete it and wait until it has gone; ScratchLeft when that takes too long."""
        planned_here = op.last(e.ScratchPlanned)
        if planned_here is None:
            return e.ScratchGone(name="")
        name = planned_here.name
        late = self._world.clock.now() >= op.since + PATIENCE
        try:
            if await bury(self._world, await self.entry(op)):
                return e.ScratchGone(name=name)
        except (AuraThrottled, AuraUnavailable) as absent:
            return (
                e.ScratchLeft(name=name, reason=absent.summary) if late else self._later(op.since)
            )
        except (AuraError, NotAllowed) as refusal:
            return e.ScratchLeft(name=name, reason=refusal.summary)
        if late:
            return e.ScratchLeft(name=name, reason="it is still there after 20 minutes")
        return self._later(op.since)

    async def entry(self, op: Operation) -> ScratchEntry:
        """Return the ledger's entry of an operation; raises UnknownOperation."""
        return await self._entry(op.id, op.last(e.ScratchPlanned))

    async def _entry(
        self, operation_id: OperationId, plan: e.ScratchPlanned | None
    ) -> ScratchEntry:
        found = await self._world.ledger.get(plan.name) if plan else None
        if found is None or found.operation_id != operation_id:
            raise UnknownOperation(f"the ledger holds no scratch instance of {operation_id}")
        return found

    async def _made(self, entry: ScratchEntry, made: Created) -> e.ScratchCreated | e.StepFailed:
        """Note the id first: what the ledger knows can be deleted."""
        noted = await note(
            self._world, entry, instance_id=made.instance_id, url=made.connection_url
        )
        left = (noted.dies_at - self._world.clock.now()).total_seconds()
        await self._world.secrets.put(secret_key(entry.name), made.password, ttl=left)
        return self._created(noted, request_id=made.request_id)

    async def _look(self, entry: ScratchEntry) -> e.ScratchCreated | e.StepFailed | Later:
        found = await locate(self._world, entry)
        if found.instance_id is not None:
            return self._created(found, adopted=True)
        if self._world.clock.now() < entry.created_at + APPEARS_WITHIN:
            return self._later(entry.created_at)
        return e.StepFailed(
            reason=f"Aura's answer was lost, and {entry.name} did not appear within 10 minutes"
        )

    async def _password(self, entry: ScratchEntry) -> SecretStr | None:
        return await self._world.secrets.get(secret_key(entry.name))

    @staticmethod
    def _created(
        entry: ScratchEntry, *, request_id: str | None = None, adopted: bool = False
    ) -> e.ScratchCreated | e.StepFailed:
        if entry.instance_id is None:
            return e.StepFailed(reason=f"the ledger has no id of {entry.name}")
        return e.ScratchCreated(
            name=entry.name, scratch_id=entry.instance_id, request_id=request_id, adopted=adopted
        )

    def _later(self, since: datetime) -> Later:
        age = (self._world.clock.now() - since).total_seconds()
        return Later(seconds=self._world.pace.poll(age))
