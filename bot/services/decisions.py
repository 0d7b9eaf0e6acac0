"""Decisions about requests: approve, deny, settle. Each is one compare-and-swap (promise P9)."""

from collections.abc import Callable

from bot.core.audit import Verdict
from bot.core.base import InstanceId, OperationId, SnapshotId
from bot.core.errors import (
    AlreadyDecided,
    AuraNotFound,
    IllegalTransition,
    NotAllowed,
    NotRestorable,
    UnknownOperation,
)
from bot.core.operations import Asked, Gated, Phase, advance
from bot.core.operations import events as e
from bot.core.people import Person
from bot.services.gate import Gate
from bot.services.record import keep, wake
from bot.services.world import World

#: Where an approval holds no more.
_LAPSED = (Phase.CANCELLED, Phase.EXPIRED, Phase.VOIDED)


class Decisions:
    """What approvers do."""

    def __init__(self, world: World, gate: Gate) -> None:
        self._world = world
        self._gate = gate

    async def approve(self, operation_id: OperationId, person: Person) -> Asked:
        """Add an approval; the one that completes the quorum sets it going."""
        op = await self.get(operation_id)
        action = f"{op.kind}.approve"
        await self._gate.require_approver(person, op, action=action)
        seal = op.plan.seal

        def agree(current: Asked) -> Asked:
            complete = len(current.approvers) + 1 >= current.plan.quorum
            event = (
                e.Approved(by=person, seal=seal) if complete else e.Seconded(by=person, seal=seal)
            )
            return advance(current, event, now=self._world.clock.now())

        return await self._decide(op, person, action, agree)

    async def deny(self, operation_id: OperationId, person: Person, reason: str) -> Asked:
        """Refuse a request with a reason; one refusal is enough."""
        op = await self.get(operation_id)
        await self._gate.require_approver(person, op, action=f"{op.kind}.deny")
        return await self._decide(
            op,
            person,
            f"{op.kind}.deny",
            lambda current: advance(
                current, e.Denied(by=person, reason=reason), now=self._world.clock.now()
            ),
            why=reason,
        )

    async def settle(self, operation_id: OperationId, person: Person, *, ran: bool) -> Asked:
        """Say, after looking, whether the one call of a stuck operation ran.

        That it did not run gives the instance back, so Aura is looked at once more: raises
        NotRestorable while it replaces data there, and AuraError when it does not say.
        """
        op = await self.get(operation_id)
        await self._gate.require_approver(person, op, action=f"{op.kind}.settle")
        if not ran and isinstance(op, Gated):
            await self._quiet(op, person)
        event = e.SettledRan(by=person) if ran else e.SettledNotRun(by=person)
        return await self._decide(
            op,
            person,
            f"{op.kind}.settle",
            lambda current: advance(current, event, now=self._world.clock.now()),
            why="it ran" if ran else "it did not run",
        )

    async def _quiet(self, op: Gated, person: Person) -> None:
        """Refuse, on record, to believe that nothing ran while Aura says that something does."""
        try:
            instance = await self._world.aura.instance(op.instance_id)
        except AuraNotFound:  # nothing can run there any more
            return
        if not instance.replacing:
            return
        refusal = NotRestorable(
            f"Aura says that “{instance.name}” is {instance.status} at this moment",
            hint=f"So something does run there, and {op.id} keeps the instance. If it is this "
            f"{op.NOUN}, press “It ran”; else look again when it has finished.",
        )
        action, why = f"{op.kind}.settle", refusal.summary
        await keep(self._world, op, action, person, verdict=Verdict.DENIED, why=why)
        raise refusal

    async def may_decide(self, operation_id: OperationId, person: Person) -> Asked:
        """Return a request that this person may deny now; raises like `deny` would."""
        op = await self.get(operation_id)
        await self._gate.require_approver(person, op, action=f"{op.kind}.deny")
        if not op.allows(e.Denied):
            late, denied = _too_late(op), Verdict.DENIED
            await keep(self._world, op, f"{op.kind}.deny", person, verdict=denied, why=late.summary)
            raise late
        return op

    async def way_back(self, operation_id: OperationId) -> tuple[InstanceId, SnapshotId]:
        """Return what a new request names that undoes what is finished."""
        op = await self.get(operation_id)
        if not isinstance(op, Gated) or op.safety_snapshot is None:
            raise NotRestorable(f"this {op.NOUN} has no safety snapshot to go back to")
        return op.instance_id, op.safety_snapshot

    async def get(self, operation_id: OperationId) -> Asked:
        """Return what was asked for by its id."""
        op = await self._world.operations.get(operation_id)
        if not isinstance(op, Asked):
            raise UnknownOperation(f"there is no request “{operation_id[:40]}”")
        return op

    async def _decide(
        self,
        op: Asked,
        person: Person,
        action: str,
        modify: Callable[[Asked], Asked],
        *,
        why: str = "",
    ) -> Asked:
        try:
            modify(op)  # refuse on what is known already, before anything is written
            await keep(self._world, op, action, person, why=why)
            decided = await self._world.operations.update(op.id, modify)
        except (IllegalTransition, AlreadyDecided, NotAllowed) as late:
            fresh = await self.get(op.id)
            refusal = _too_late(fresh) if isinstance(late, IllegalTransition) else late
            await keep(
                self._world, fresh, action, person, verdict=Verdict.DENIED, why=refusal.summary
            )
            raise refusal from late
        await wake(self._world, decided)
        return decided


def _too_late(op: Asked) -> AlreadyDecided:
    """Name the decision that came before, the last one first."""
    hint = f"`/aura job show {op.id}` shows where it stands."
    if settled := op.last(e.SettledRan) or op.last(e.SettledNotRun):
        by, done = settled.by, "settled"
    elif denied := op.last(e.Denied):
        by, done = denied.by, "denied"
    elif (approver := op.last(e.Approved)) and op.phase not in _LAPSED:
        by, done = approver.by, "approved"
    else:
        return AlreadyDecided(f"this {op.NOUN} is already {op.phase.replace('_', ' ')}", hint=hint)
    return AlreadyDecided(f"<@{by.user_id}> has already {done} this {op.NOUN}", hint=hint)
