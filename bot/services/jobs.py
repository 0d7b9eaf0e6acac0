"""Jobs: what people call operations when they look at them."""

from bot.core.audit import Verdict
from bot.core.base import OperationId
from bot.core.errors import AlreadyDecided, IllegalTransition, NotAllowed, UnknownOperation
from bot.core.operations import (
    AnyOperation,
    Clone,
    Drill,
    Export,
    Gated,
    Phase,
    TakeSnapshot,
    Verification,
    advance,
)
from bot.core.operations import events as e
from bot.core.people import Person
from bot.core.policy import Role
from bot.services.gate import Gate
from bot.services.record import keep, wake
from bot.services.world import World

MOST_LISTED = 20


class Jobs:
    """List, show and cancel operations."""

    def __init__(self, world: World, gate: Gate) -> None:
        self._world = world
        self._gate = gate

    async def list(self, person: Person) -> tuple[AnyOperation, ...]:
        """Return the newest operations of the environments this person may look at."""
        await self._gate.require(person, Role.VIEWER, None, action="job.view")
        shown: list[AnyOperation] = []
        verdicts: dict[str, bool] = {}
        for op in await self._world.operations.recent(5 * MOST_LISTED):
            if op.environment not in verdicts:
                environment = self._world.estate.environment(op.environment)
                may = await self._gate.allows(person, Role.VIEWER, environment)
                verdicts[op.environment] = may
            if verdicts[op.environment]:
                shown.append(op)
        return tuple(shown[:MOST_LISTED])

    async def show(self, person: Person, operation_id: str) -> tuple[AnyOperation, str | None]:
        """Return one operation and the link to its card."""
        op = await self._get(operation_id)
        environment = self._world.estate.environment(op.environment)
        await self._gate.require(person, Role.VIEWER, environment, action="job.view")
        card = await self._world.cards.get(op.id)
        return op, card.link

    async def cancel(self, person: Person, operation_id: str) -> AnyOperation:
        """Take back an operation of one's own while it is still safe; otherwise say why not."""
        op = await self._get(operation_id)
        action = f"{op.kind}.cancel"
        if op.requester != person:
            refusal = NotAllowed(
                f"<@{op.requester.user_id}> asked for this, so only they can cancel it",
                hint="An approver can press Deny while it waits for approval.",
            )
            await keep(self._world, op, action, person, verdict=Verdict.DENIED, why=refusal.summary)
            raise refusal
        try:
            advance(op, e.Cancelled(by=person), now=self._world.clock.now())
            await keep(self._world, op, action, person)
            moved: AnyOperation = await self._world.operations.update(
                op.id,
                lambda current: advance(
                    current, e.Cancelled(by=person), now=self._world.clock.now()
                ),
            )
        except IllegalTransition as late:
            why = _why_not(await self._get(operation_id))
            await keep(self._world, op, action, person, verdict=Verdict.DENIED, why=why.summary)
            raise why from late
        await wake(self._world, moved)
        return moved

    async def running(self) -> tuple[AnyOperation, ...]:
        """Return every operation that has not ended, newest first."""
        found = [await self._world.operations.get(i) for i in await self._world.operations.open()]
        ops = [op for op in found if op is not None and not op.final]
        return tuple(sorted(ops, key=lambda op: op.created_at, reverse=True))

    async def _get(self, operation_id: str) -> AnyOperation:
        op = await self._world.operations.get(OperationId(operation_id.strip()))
        if op is None:
            raise UnknownOperation(
                f"there is no job “{operation_id.strip()[:40]}”",
                hint="`/aura job list` shows the latest ones.",
            )
        return op


def _why_not(op: AnyOperation) -> AlreadyDecided:
    if op.final:
        return AlreadyDecided(
            f"it has already ended: {op.phase.replace('_', ' ')}",
            hint=f"`/aura job show {op.id}` shows how.",
        )
    if isinstance(op, TakeSnapshot):
        return AlreadyDecided(
            "Aura is already taking the snapshot, and it has no call to stop one",
            hint="Nothing is at risk: a snapshot changes no data.",
        )
    if isinstance(op, Verification):
        return AlreadyDecided(
            "the export is being read already", hint="Nothing is at risk: reading changes nothing."
        )
    if isinstance(op, Export):
        return AlreadyDecided(
            "the export is in the vault, and only the scratch instance is still being deleted"
            if op.stored
            else "it is ending already: the scratch instance is being deleted",
            hint="Wait for its end; you need do nothing.",
        )
    if isinstance(op, Drill):
        return AlreadyDecided(
            "it is cleaning up already",
            hint="Wait for its end: the scratch instance is billed until it has gone.",
        )
    if isinstance(op, Clone):
        return AlreadyDecided(
            "Aura has been asked for the new instance, and it has no call to stop one",
            hint="Delete the new instance in the Aura console once it runs.",
        )
    if op.phase is Phase.STUCK:
        return AlreadyDecided(
            f"nobody knows yet whether the {op.NOUN} ran",
            hint="An approver looks at the instance and presses “It ran” or “It did not run”.",
        )
    if op.phase is Phase.UNCERTAIN:
        return AlreadyDecided(
            f"nobody knows yet whether the {op.NOUN} ran",
            hint="I am looking, and send nothing again. Please wait.",
        )
    way_back = (
        "; the safety snapshot is the way back"
        if isinstance(op, Gated) and op.safety_snapshot
        else ""
    )
    return AlreadyDecided(
        f"the {op.NOUN} has begun, and Aura has no call to stop one",
        hint=f"Wait for its end{way_back}.",
    )
