"""Clones: the form and the request. Decisions are made in `decisions`, the rest by the runner."""

from bot.core.base import Frozen, OperationId, ProjectId
from bot.core.clone_names import name_fault, proposals, reserved, taken
from bot.core.clones import CloneChoice, ClonePlan
from bot.core.copies import CopyOrder
from bot.core.environments import Environment
from bot.core.errors import InstanceBusy, NotAllowed, NotRestorable, UnknownSnapshot
from bot.core.instances import Condition, Instance, Project
from bot.core.offers import Offer, fitting
from bot.core.operations import Clone, Origin, advance
from bot.core.operations import events as e
from bot.core.people import Person
from bot.core.policy import Role
from bot.core.snapshots import OFFER_DAYS, Exportable, Snapshot, days_back, newest_first
from bot.core.typed import check_reason
from bot.ports import Draft
from bot.services.fleet import Fleet
from bot.services.gate import Gate
from bot.services.record import submit
from bot.services.world import World
from bot.views.clone import CloneFacts
from bot.views.ids import Field

_ACTION = "clone.request"
_UNSHOWN = "Nothing can be chosen yet: wait for the facts, or choose another project."
_NEW = "Choose another name: by it a clone is found again after an interruption."
#: Seconds for which what a project offers is kept while somebody chooses.
OFFERS_KEPT = 60.0


class CloneForm(Frozen):
    """What the requester filled in."""

    snapshot: str = ""
    name: str = ""
    reason: str = ""
    choice: CloneChoice


class Cloning:
    """The use cases around a clone that people start."""

    def __init__(self, world: World, gate: Gate, fleet: Fleet) -> None:
        self._world = world
        self._gate = gate
        self._fleet = fleet
        self._offers: dict[ProjectId, tuple[float, tuple[Offer, ...]]] = {}

    async def draft(self, person: Person, origin: Origin) -> Draft:
        """Begin a clone modal."""
        draft = Draft(
            id=self._world.new_id("drf"),
            person=person,
            origin=origin,
            opened_at=self._world.clock.now(),
        )
        await self._world.drafts.save(draft)
        return draft

    async def choose(
        self,
        draft: Draft,
        *,
        instance: str | None = None,
        snapshot: str | None = None,
        choice: CloneChoice | None = None,
    ) -> tuple[Draft, CloneFacts]:
        """Return a draft filled with a choice, and the facts to show.

        Raises BotError when the person may not ask, or when nothing can be made of it.
        """
        source, environment = await self.find(draft.person, instance or draft.instance_id or "")
        found = await self._snapshot(source, snapshot or draft.snapshot_id or "latest")
        chosen = choice or draft.clone or CloneChoice(project_id=source.project_id)
        projects = await self._world.aura.projects()
        offers = fitting(await self._offered(chosen.project_id), source)
        offer = chosen.of(offers)
        now = self._world.clock.now()
        facts = CloneFacts(
            instance=source,
            environment=environment,
            snapshot=found,
            name=await self._proposed(source, environment, chosen.project_id),
            projects=projects,
            project=_project(projects, chosen.project_id),
            offers=offers,
            offer=offer,
            cost=self._world.scratch.cost(offer) if offer else None,
            freeze=self._world.estate.freeze(environment.name, now),
            now=now,
            drill=(await self._world.drills.of([source.id])).get(source.id),
        )
        update = {"instance_id": source.id, "snapshot_id": found.id, "clone": chosen}
        return draft.model_copy(update=update), facts

    async def snapshots(self, draft: Draft) -> tuple[Snapshot, ...]:
        """Return the snapshots of the draft's instance that may leave it, newest first."""
        if draft.instance_id is None:
            return ()
        source, _ = await self.find(draft.person, draft.instance_id)
        _, found = await self._fleet.recent(source.id)
        return newest_first(s for s in found if _may_leave(s))

    def faults(self, draft: Draft, form: CloneForm) -> dict[Field, str]:
        """Return what is wrong with a filled form, by field; reads nothing but its arguments."""
        shown = draft.instance_id is not None and form.choice.tier
        found = {
            Field.NAME: name_fault(form.name),
            Field.REASON: check_reason(form.reason),
            Field.PROJECT: None if shown else _UNSHOWN,
        }
        return {field: fault for field, fault in found.items() if fault}

    async def request(self, draft: Draft, form: CloneForm) -> Clone:
        """Seal the plan, and put it before the approvers or set it going.

        Raises InstanceBusy (naming the clone that has reserved the name), NotAllowed,
        NotRestorable, UnknownSnapshot or AuraError; then nothing has changed.
        """
        source, environment = await self.find(draft.person, draft.instance_id or "")
        for fault in self.faults(draft, form).values():
            raise NotRestorable(fault.rstrip("."), hint="Nothing has changed; open the form again.")
        await self._gate.reachable(draft.person, environment, action=_ACTION, instance=source)
        if environment.clone_needs_approval:
            await self._gate.require_quorum(draft.person, environment, source, action=_ACTION)
        await self._may_create(draft.person, form.choice.project_id, source)
        snapshot = await self._snapshot(source, form.snapshot or draft.snapshot_id or "latest")
        self._offers.clear()  # what was offered a minute ago is no promise
        offers = fitting(await self._offered(form.choice.project_id), source)
        offer = form.choice.of(offers)
        wanted = form.choice
        if (
            offer is None
            or CloneChoice(
                project_id=wanted.project_id,
                tier=offer.tier,
                place=f"{offer.cloud} {offer.region}",
                memory=offer.memory,
            )
            != wanted
        ):
            raise NotRestorable(
                "the project does not offer this size there, or it is smaller than the source",
                hint="Nothing has changed; open the form again and choose from what it offers.",
            )
        name = form.name.strip()
        if taken(name, wanted.project_id, await self._world.aura.instances()):
            raise NotRestorable(
                f"the project has an instance called “{name}” already",
                hint=_NEW,
            )
        op = await self._operation(draft, form, source, environment, snapshot, offer)
        if op.plan.quorum == 0:
            op = advance(op, e.ApprovalNotNeeded(), now=op.created_at)
        try:
            await submit(self._world, op, why=f"{op.plan.reason}; {_made(op)}")
        except InstanceBusy as busy:
            raise InstanceBusy(busy.summary, holder=busy.holder, hint=_NEW) from busy
        return op

    async def find(self, person: Person, word: str) -> tuple[Instance, Environment]:
        """Return the instance a word means, if this person may ask for a clone of it."""
        await self._gate.require(person, Role.VIEWER, None, action=_ACTION)
        instance = await self._fleet.find(word)
        environment = self._fleet.environment(instance)
        await self._gate.require(
            person, Role.OPERATOR, environment, action=_ACTION, instance=instance
        )
        if environment is None:  # pragma: no cover -- refused above, which no type checker knows
            raise NotAllowed("the instance belongs to no environment")
        if instance.condition is Condition.LEAVING:
            raise NotRestorable(f"“{instance.name}” is being deleted, and its snapshots with it")
        return instance, environment

    async def _proposed(
        self, source: Instance, environment: Environment, project: ProjectId
    ) -> str:
        """Return the first name of the template that nothing in the project has or is to have."""
        fleet, operations = await self._world.aura.instances(), self._world.operations
        *others, last = proposals(environment.clone_name, source, self._world.clock.now())
        for name in others:
            free = not taken(name, project, fleet)
            if free and await operations.holder(reserved(project, name)) is None:
                return name
        return last

    async def _may_create(self, person: Person, project: ProjectId, source: Instance) -> None:
        """A project that belongs to an environment takes nothing from people of other ones."""
        for environment in self._world.estate.environments:
            if project in environment.projects:
                await self._gate.require(
                    person, Role.OPERATOR, environment, action=_ACTION, instance=source
                )

    async def _snapshot(self, source: Instance, wanted: str) -> Snapshot:
        if wanted == "latest":
            for day in days_back(self._world.clock.now().date(), OFFER_DAYS):
                for snapshot in newest_first(await self._world.aura.snapshots(source.id, day)):
                    if _may_leave(snapshot):
                        return snapshot
            raise UnknownSnapshot(
                f"“{source.name}” has no exportable snapshot of the last {OFFER_DAYS} days",
                hint=f"`/aura snapshot take {source.id}` takes one; a new instance can be made of "
                "it.",
            )
        snapshot = await self._fleet.snapshot(source, wanted)
        if not snapshot.completed:
            raise NotRestorable(
                f"snapshot “{snapshot.id}” is {snapshot.status}, not Completed",
                hint="Choose a completed one.",
            )
        if snapshot.exportable is Exportable.NO:
            raise NotRestorable(
                f"snapshot “{snapshot.id}” is not exportable, so no new instance can be made of it",
                hint="On-demand snapshots and the daily full ones are. "
                f"`/aura snapshot list {source.id} --exportable` shows them.",
            )
        return snapshot

    async def _offered(self, project: ProjectId) -> tuple[Offer, ...]:
        now = self._world.clock.monotonic()
        read_at, found = self._offers.get(project, (-OFFERS_KEPT, ()))
        if now - read_at >= OFFERS_KEPT:
            found = await self._world.aura.offers(project)
            self._offers[project] = now, found
        return found

    async def _operation(
        self,
        draft: Draft,
        form: CloneForm,
        source: Instance,
        environment: Environment,
        snapshot: Snapshot,
        offer: Offer,
    ) -> Clone:
        now = self._world.clock.now()
        operation_id = OperationId(self._world.new_id("cln"))
        order = CopyOrder(
            name=form.name.strip(),
            project_id=form.choice.project_id,
            cloud=offer.cloud,
            region=offer.region,
            tier=offer.tier,
            memory=offer.memory,
            version=offer.version,
            source_instance_id=source.id,
            source_snapshot_id=snapshot.id,
        )
        plan = ClonePlan(
            operation_id=operation_id,
            requester=draft.person,
            instance=source,
            project=await self._fleet.project(source),
            environment=environment.name,
            snapshot=snapshot,
            order=order,
            into=_project(await self._world.aura.projects(), order.project_id),
            offer=offer,
            cost=self._world.scratch.cost(offer),
            reason=form.reason.strip(),
            quorum=environment.quorum if environment.clone_needs_approval else 0,
            policy_version=environment.policy_version,
            freeze=self._world.estate.freeze(environment.name, now),
            created_at=now,
            expires_at=now + environment.approval_window,
            execution_window=environment.execution_window,
        )
        return Clone(
            id=operation_id,
            environment=environment.name,
            requester=draft.person,
            instance_id=source.id,
            channel=environment.channel,
            origin=draft.origin,
            created_at=now,
            plan=plan,
        )


def _may_leave(snapshot: Snapshot) -> bool:
    return snapshot.completed and snapshot.exportable is not Exportable.NO


def _made(op: Clone) -> str:
    order = op.plan.order
    return f"{order.name} in {order.project_id}, {order.tier} {order.memory}"


def _project(projects: tuple[Project, ...], wanted: ProjectId) -> Project:
    return next((p for p in projects if p.id == wanted), Project(id=wanted, name=wanted))
