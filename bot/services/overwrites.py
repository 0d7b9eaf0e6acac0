"""Overwrites: the form and the request. Everything after it is that of any gated operation."""

from bot.core.base import InstanceId, OperationId
from bot.core.commands import LATEST
from bot.core.environments import Environment
from bot.core.errors import NotRestorable
from bot.core.instances import Instance
from bot.core.operations import Origin, Overwrite
from bot.core.overwriting import check_overwrite
from bot.core.people import Person
from bot.core.plan import OverwritePlan
from bot.core.policy import Role
from bot.core.snapshots import Exportable, Snapshot
from bot.ports import Draft
from bot.services.fingerprints import Fingerprints
from bot.services.fleet import Fleet
from bot.services.gate import Gate
from bot.services.record import submit
from bot.services.restores import RestoreForm, Restores, doubt
from bot.services.world import World
from bot.views.ids import Field
from bot.views.overwrite import OverwriteFacts

ACTION = "overwrite.request"


class Overwrites:
    """The use cases around an overwrite that people start.

    Who asks must be an operator of the target's environment, and may look at the source's.
    """

    def __init__(self, world: World, gate: Gate, fleet: Fleet, restores: Restores) -> None:
        self._world = world
        self._gate = gate
        self._fleet = fleet
        self._restores = restores
        self._fingerprints = Fingerprints(world)

    async def draft(self, person: Person, origin: Origin) -> Draft:
        """Begin an overwrite modal."""
        return await self._restores.draft(person, origin)

    async def choose(
        self,
        draft: Draft,
        *,
        target: str | None = None,
        source: str | None = None,
        snapshot: str | None = None,
    ) -> tuple[Draft, OverwriteFacts]:
        """Return a draft filled with what was chosen, and the facts to show.

        No snapshot is ever chosen for somebody: it comes from another instance. Raises BotError
        when the person may not ask, or when no overwrite can start from here.
        """
        onto, environment = await self.target(draft.person, target or draft.instance_id or "")
        giving, home = await self.source(draft.person, source or draft.source_id or "")
        wanted = draft.snapshot_id if snapshot in (None, LATEST) else snapshot
        chosen = await self._fleet.snapshot(giving, wanted) if wanted else None
        check_overwrite(onto, giving, chosen)
        facts = OverwriteFacts(
            target=onto,
            environment=environment,
            source=giving,
            source_environment=home.name if home else None,
            project=await self._fleet.project(onto),
            snapshot=chosen,
            loss=await self._fingerprints.loss(onto, None),
            freeze=self._world.estate.freeze(environment.name, self._world.clock.now()),
            now=self._world.clock.now(),
            drill=(await self._world.drills.of([giving.id])).get(giving.id),
        )
        filled = {
            "instance_id": onto.id,
            "source_id": giving.id,
            "snapshot_id": chosen.id if chosen else None,
        }
        return draft.model_copy(update=filled), facts

    async def offer(self, draft: Draft) -> tuple[Snapshot, ...]:
        """Return the completed snapshots of the draft's source that can leave it, or may."""
        if draft.source_id is None:
            return ()
        source, found = await self._fleet.recent(draft.source_id)
        environment = self._fleet.environment(source)
        if not await self._gate.allows(draft.person, Role.VIEWER, environment):
            return ()
        return tuple(s for s in found if s.exportable is not Exportable.NO)

    def faults(self, draft: Draft, form: RestoreForm) -> dict[Field, str]:
        """Return what is wrong with a filled form, by field; reads nothing but its arguments."""
        return self._restores.faults(draft, form)

    async def request(self, draft: Draft, form: RestoreForm) -> Overwrite:
        """Seal the plan of a draft and put it before the target's approvers.

        Raises InstanceBusy (naming the holder), NotAllowed, NotRestorable or AuraError; then
        nothing has changed.
        """
        if draft.instance_id is None or draft.source_id is None or draft.snapshot_id is None:
            raise NotRestorable("no snapshot is chosen yet", hint="Pick one in the list.")
        target, environment = await self.target(draft.person, draft.instance_id)
        source, home = await self.source(draft.person, draft.source_id)
        if environment.confirm_instance_suffix and form.suffix is None:
            form = form.model_copy(update={"suffix": ""})
        for fault in self.faults(draft, form).values():
            raise NotRestorable(fault.rstrip("."), hint="Nothing has changed; open the form again.")
        await self._gate.reachable(draft.person, environment, action=ACTION, instance=target)
        await self._gate.require_quorum(draft.person, environment, target, action=ACTION)
        snapshot = await self._world.aura.snapshot(source.id, draft.snapshot_id)
        check_overwrite(target, source, snapshot)
        now = self._world.clock.now()
        operation_id = OperationId(self._world.new_id("ovw"))
        plan = OverwritePlan(
            operation_id=operation_id,
            requester=draft.person,
            instance=target,
            project=await self._fleet.project(target),
            environment=environment.name,
            source=source,
            source_environment=home.name if home else None,
            snapshot=snapshot,
            reason=form.reason.strip(),
            loss=await self._fingerprints.loss(target, None),
            doubt=await doubt(self._world, source.id),
            freeze=self._world.estate.freeze(environment.name, now),
            quorum=environment.quorum,
            policy_version=environment.policy_version,
            created_at=now,
            expires_at=now + environment.approval_window,
            execution_window=environment.execution_window,
        )
        op = Overwrite(
            id=operation_id,
            environment=environment.name,
            requester=draft.person,
            instance_id=target.id,
            channel=environment.channel,
            origin=draft.origin,
            created_at=now,
            plan=plan,
        )
        await submit(self._world, op, why=f"{plan.reason} (from {source.id})")
        return op

    async def target(self, person: Person, word: str) -> tuple[Instance, Environment]:
        """Return the instance whose data this person may ask to replace."""
        return await self._restores.find(person, word, action=ACTION)

    async def source(self, person: Person, word: str) -> tuple[Instance, Environment | None]:
        """Return the instance whose data this person may take, which is: look at."""
        instance = await self._fleet.find(InstanceId(word))
        environment = self._fleet.environment(instance)
        await self._gate.require(person, Role.VIEWER, environment, action=ACTION, instance=instance)
        return instance, environment
