"""Restores: the form and the request. Decisions are made in `decisions`, the rest by the runner."""

from bot.core.base import Frozen, InstanceId, OperationId, SnapshotId
from bot.core.environments import Environment
from bot.core.errors import NotAllowed, NotRestorable
from bot.core.instances import Condition, Instance, InstanceSummary, safety_obstacle
from bot.core.operations import Origin, Restore
from bot.core.people import Person
from bot.core.plan import Doubt, Rehearsed, RestorePlan, Waiver
from bot.core.policy import Role
from bot.core.snapshots import Snapshot
from bot.core.typed import check_reason, check_suffix, check_word
from bot.ports import Draft
from bot.services.fingerprints import Fingerprints
from bot.services.fleet import Fleet
from bot.services.gate import Gate
from bot.services.record import submit
from bot.services.wish import Wish
from bot.services.world import World
from bot.views.ids import Field
from bot.views.restore import RestoreFacts

_NOT_SHOWN = (
    "The facts of this snapshot are not shown yet. "
    "Please look at them when they are, and send again."
)


class RestoreForm(Frozen):
    """What the requester filled in; a field that the form did not show is None."""

    word: str
    reason: str
    snapshot: str | None = None
    """The id that the picker shows; it may be ahead of the facts beside it."""
    suffix: str | None = None
    waiver: str | None = None
    rehearse: bool = False


class Restores:
    """The use cases around a restore that people start."""

    def __init__(self, world: World, gate: Gate, fleet: Fleet) -> None:
        self._world = world
        self._gate = gate
        self._fleet = fleet
        self._fingerprints = Fingerprints(world)

    async def draft(self, person: Person, origin: Origin) -> Draft:
        """Begin a restore modal."""
        draft_id, now = self._world.new_id("drf"), self._world.clock.now()
        draft = Draft(id=draft_id, person=person, origin=origin, opened_at=now)
        await self._world.drafts.save(draft)
        return draft

    async def choose(
        self, draft: Draft, *, instance: str | None = None, snapshot: str | None = None
    ) -> tuple[Draft, RestoreFacts]:
        """Return a draft filled with an instance and a snapshot, and the facts to show.

        The caller stores the draft once its facts are shown, so that nobody sends what they have
        not seen. Without ``snapshot`` the newest completed one is offered. Raises BotError when
        the person may not ask, or when no restore can start from here.
        """
        found, environment = await self.find(draft.person, instance or draft.instance_id or "")
        chosen = await self._fleet.snapshot(found, snapshot or "latest")
        _check_possible(found, chosen)
        facts = RestoreFacts(
            instance=found,
            project=await self._fleet.project(found),
            environment=environment,
            snapshot=chosen,
            obstacle=safety_obstacle(found),
            loss=await self._fingerprints.loss(found, chosen),
            freeze=self._world.estate.freeze(environment.name, self._world.clock.now()),
            now=self._world.clock.now(),
        )
        filled = draft.model_copy(update={"instance_id": found.id, "snapshot_id": chosen.id})
        return filled, facts

    async def instances(self, person: Person) -> tuple[tuple[InstanceSummary, Environment], ...]:
        """Return the instances that a person may ask a restore of."""
        open_to = [
            environment
            for environment in self._world.estate.environments
            if await self._gate.allows(person, Role.OPERATOR, environment)
        ]
        found = [(i, self._fleet.environment(i)) for i in await self._fleet.summaries()]
        return tuple((i, e) for i, e in found if e is not None and e in open_to)

    async def offer(self, draft: Draft) -> tuple[Snapshot, ...]:
        """Return the completed snapshots of the draft's instance that can be picked."""
        if draft.instance_id is None:
            return ()
        instance, found = await self._fleet.recent(draft.instance_id)
        environment = self._fleet.environment(instance)
        if environment and await self._gate.allows(draft.person, Role.OPERATOR, environment):
            return found
        return ()

    def faults(self, draft: Draft, form: RestoreForm) -> dict[Field, str]:
        """Return what is wrong with a filled form, by field; reads nothing but its arguments."""
        instance_id = draft.instance_id
        if instance_id is None or draft.snapshot_id is None:
            return {Field.WORD: "Choose an instance and a snapshot first."}
        shown = form.snapshot in (None, draft.snapshot_id)
        found = {
            Field.SNAPSHOT: None if shown else _NOT_SHOWN,
            Field.WORD: check_word(form.word),
            Field.SUFFIX: None if form.suffix is None else check_suffix(form.suffix, instance_id),
            Field.REASON: check_reason(form.reason),
            Field.WAIVER: None if form.waiver is None else check_reason(form.waiver),
        }
        return {field: fault for field, fault in found.items() if fault}

    async def request(self, draft: Draft, form: RestoreForm) -> Restore:
        """Seal the plan of a draft and put it before the approvers.

        Raises InstanceBusy (naming the holder), NotAllowed, NotRestorable or AuraError; then
        nothing has changed.
        """
        return await self.put(await self.filled(draft, form))

    async def filled(self, draft: Draft, form: RestoreForm) -> Wish:
        """Return the wish of a filled form; raises as `request` does."""
        if draft.instance_id is None or draft.snapshot_id is None:
            raise NotRestorable("no snapshot is chosen yet", hint="Pick one in the list.")
        _, environment = await self.find(draft.person, draft.instance_id)
        if environment.confirm_instance_suffix and form.suffix is None:
            form = form.model_copy(update={"suffix": ""})
        for fault in self.faults(draft, form).values():
            raise NotRestorable(fault.rstrip("."), hint="Nothing has changed; open the form again.")
        return await self.wish(
            draft.person,
            draft.instance_id,
            draft.snapshot_id,
            reason=form.reason,
            waiver=form.waiver,
            origin=draft.origin,
        )

    async def wish(
        self,
        person: Person,
        instance_id: InstanceId,
        snapshot_id: SnapshotId,
        *,
        reason: str,
        waiver: str | None,
        origin: Origin,
    ) -> Wish:
        """Return what may be asked for, everything looked at just now; raises as `request`."""
        instance, environment = await self.find(person, instance_id)
        action = "restore.request"
        await self._gate.reachable(person, environment, action=action, instance=instance)
        await self._gate.require_quorum(person, environment, instance, action=action)
        snapshot = await self._world.aura.snapshot(instance.id, snapshot_id)
        _check_possible(instance, snapshot)
        return Wish(
            person=person,
            instance=instance,
            environment=environment,
            snapshot=snapshot,
            reason=reason.strip(),
            waiver=_waiver(instance, waiver),
            origin=origin,
        )

    async def put(
        self,
        wish: Wish,
        *,
        operation_id: OperationId | None = None,
        rehearsed: Rehearsed | None = None,
    ) -> Restore:
        """Seal the plan of a wish and put it before the approvers; raises InstanceBusy."""
        now, environment = self._world.clock.now(), wish.environment
        operation_id = operation_id or OperationId(self._world.new_id("rst"))
        plan = RestorePlan(
            operation_id=operation_id,
            requester=wish.person,
            instance=wish.instance,
            project=await self._fleet.project(wish.instance),
            environment=environment.name,
            loss=await self._fingerprints.loss(wish.instance, wish.snapshot),
            doubt=await doubt(self._world, wish.instance.id),
            snapshot=wish.snapshot,
            reason=wish.reason,
            waiver=wish.waiver,
            rehearsed=rehearsed,
            freeze=self._world.estate.freeze(environment.name, now),
            quorum=environment.quorum,
            policy_version=environment.policy_version,
            created_at=now,
            expires_at=now + environment.approval_window,
            execution_window=environment.execution_window,
        )
        op = Restore(
            id=operation_id,
            environment=environment.name,
            requester=wish.person,
            instance_id=wish.instance.id,
            channel=environment.channel,
            origin=wish.origin,
            created_at=now,
            plan=plan,
        )
        await submit(self._world, op, why=_why(plan))
        return op

    async def find(
        self, person: Person, word: str, *, action: str = "restore.request"
    ) -> tuple[Instance, Environment]:
        """Return the instance a word means, if this person may ask to replace its data.

        Who may take no part at all does not even learn which names exist.
        """
        await self._gate.require(person, Role.VIEWER, None, action=action)
        instance = await self._fleet.find(word)
        environment = self._fleet.environment(instance)
        await self._gate.require(
            person, Role.OPERATOR, environment, action=action, instance=instance
        )
        if environment is None:  # pragma: no cover -- refused above, which no type checker knows
            raise NotAllowed("the instance belongs to no environment")
        return instance, environment


async def doubt(world: World, instance_id: InstanceId) -> Doubt | None:
    """Return an instance's last drill where it did not prove that the instance restores."""
    last = (await world.drills.of([instance_id])).get(instance_id)
    if last is None or last.outcome.proves:
        return None
    return Doubt(drill=last.operation_id, outcome=str(last.outcome), at=last.at)


def _why(plan: RestorePlan) -> str:
    if plan.waiver is None:
        return plan.reason
    return f"{plan.reason}; without a safety snapshot: {plan.waiver.reason}"


def _waiver(instance: Instance, reason: str | None) -> Waiver | None:
    obstacle = safety_obstacle(instance)
    if obstacle is None:
        return None
    if not reason or not reason.strip():
        raise NotRestorable(
            f"no safety snapshot is possible here: {obstacle}",
            hint="Say in the form why the restore should go ahead without one.",
        )
    return Waiver(obstacle=obstacle, reason=reason.strip())


def _check_possible(instance: Instance, snapshot: Snapshot) -> None:
    if instance.condition is Condition.LEAVING:
        raise NotRestorable(
            f"“{instance.name}” is being deleted",
            hint="A deleted instance cannot be brought back; a new one can be made of an export.",
        )
    if instance.condition is Condition.BUSY:
        raise NotRestorable(
            f"Aura is busy with “{instance.name}” ({instance.status})",
            hint="Ask again when it is running.",
        )
    if snapshot.instance_id != instance.id:
        raise NotRestorable(
            f"snapshot “{snapshot.id}” belongs to another instance",
            hint=f"`/aura snapshot list {instance.id}` shows those of this one.",
        )
    if not snapshot.completed:
        raise NotRestorable(
            f"snapshot “{snapshot.id}” is {snapshot.status}, not Completed",
            hint="Choose a completed one.",
        )
