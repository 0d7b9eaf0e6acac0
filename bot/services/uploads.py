"""Uploads: the form and the request. Decisions are made in `decisions`, the rest by the runner."""

from bot.core.base import InstanceId, OperationId
from bot.core.environments import Environment
from bot.core.errors import NotAllowed, NotRestorable
from bot.core.instances import Condition, Instance, InstanceSummary, safety_obstacle
from bot.core.operations import Origin, Upload
from bot.core.people import Person
from bot.core.plan import UploadPlan, Waiver
from bot.core.policy import Role
from bot.core.typed import check_reason, check_suffix, check_word
from bot.core.uploads import BackupFile, Reading, gigabytes
from bot.ports import Draft
from bot.services.backup_files import BackupFiles, Found
from bot.services.fingerprints import Fingerprints
from bot.services.fleet import Fleet
from bot.services.gate import Gate
from bot.services.readers import Readers
from bot.services.record import submit
from bot.services.restores import RestoreForm
from bot.services.world import World
from bot.views.ids import Field
from bot.views.upload import UploadFacts, command_line
from bot.views.vault_text import size as volume

_ACTION = "upload.request"


class Uploads:
    """The use cases around loading a backup file."""

    def __init__(
        self, world: World, gate: Gate, fleet: Fleet, files: BackupFiles, readers: Readers
    ) -> None:
        self._world = world
        self._gate = gate
        self._fleet = fleet
        self._fingerprints = Fingerprints(world)
        self._files = files
        self._readers = readers

    async def draft(
        self, person: Person, origin: Origin, file: str, *, instance_id: InstanceId | None = None
    ) -> Draft:
        """Begin a modal about a file, as it was typed."""
        draft = Draft(
            id=self._world.new_id("drf"),
            person=person,
            origin=origin,
            text=file,
            instance_id=instance_id,
            opened_at=self._world.clock.now(),
        )
        await self._world.drafts.save(draft)
        return draft

    async def choose(self, draft: Draft, *, instance: str) -> tuple[Draft, UploadFacts]:
        """Return the draft filled with the instance, and the facts to show.

        Raises BotError when the person may not ask, or when the file cannot be loaded there.
        """
        found, environment = await self.find(draft.person, instance)
        self._check_instance(found)
        file = await self._look(draft)
        _check_fit(file, found)
        facts = UploadFacts(
            instance=found,
            project=await self._fleet.project(found),
            environment=environment,
            name=file.name,
            place=file.place,
            inspection=file.inspection,
            exported=file.exported,
            holds_data=await self._world.imports.check(found.id),
            obstacle=safety_obstacle(found),
            loss=await self._fingerprints.loss(found, None),
            freeze=self._world.estate.freeze(environment.name, self._world.clock.now()),
            now=self._world.clock.now(),
        )
        return draft.model_copy(update={"instance_id": found.id, "text": file.name}), facts

    def faults(self, draft: Draft, form: RestoreForm) -> dict[Field, str]:
        """Return what is wrong with a filled form, by field; reads nothing but its arguments."""
        if draft.instance_id is None:
            return {Field.WORD: "The facts of the file are not shown yet; please wait for them."}
        found = {
            Field.WORD: check_word(form.word),
            Field.SUFFIX: None
            if form.suffix is None
            else check_suffix(form.suffix, draft.instance_id),
            Field.REASON: check_reason(form.reason),
            Field.WAIVER: None if form.waiver is None else check_reason(form.waiver),
        }
        return {field: fault for field, fault in found.items() if fault}

    async def request(self, draft: Draft, form: RestoreForm) -> Upload:
        """Read the file as a whole, seal the plan, and put it before the approvers.

        Should the bot stop while it reads, the person is told afterwards.

        Raises InstanceBusy (naming the holder), NotAllowed, NotRestorable, NotABackup or
        AuraError; then nothing has changed.
        """
        if draft.instance_id is None:
            raise NotRestorable("no instance is chosen yet", hint="Type the command again.")
        instance, environment = await self.find(draft.person, draft.instance_id)
        if environment.confirm_instance_suffix and form.suffix is None:
            form = form.model_copy(update={"suffix": ""})
        for fault in self.faults(draft, form).values():
            raise NotRestorable(fault.rstrip("."), hint="Nothing has changed; open the form again.")
        await self._gate.reachable(draft.person, environment, action=_ACTION, instance=instance)
        await self._gate.require_quorum(draft.person, environment, instance, action=_ACTION)
        self._check_instance(instance)
        found = await self._look(draft)
        _check_fit(found, instance)
        reading = Reading(
            operation_id=OperationId(self._world.new_id("upl")),
            person=draft.person,
            instance=InstanceSummary(
                id=instance.id, name=instance.name, project_id=instance.project_id
            ),
            file=draft.text,
            since=self._world.clock.now(),
        )

        async def make(file: BackupFile) -> Upload:
            plan = await self._plan(reading.operation_id, draft, form, instance, environment, file)
            op = Upload(
                id=plan.operation_id,
                environment=environment.name,
                requester=draft.person,
                instance_id=instance.id,
                channel=environment.channel,
                origin=draft.origin,
                created_at=plan.created_at,
                plan=plan,
            )
            await submit(self._world, op, why=_why(plan))
            return op

        return await self._readers.read(reading, found, make)

    async def find(self, person: Person, word: str) -> tuple[Instance, Environment]:
        """Return the instance a word means, if this person may ask for an upload into it."""
        await self._gate.require(person, Role.VIEWER, None, action=_ACTION)
        instance = await self._fleet.find(word)
        environment = self._fleet.environment(instance)
        await self._gate.require(
            person, Role.OPERATOR, environment, action=_ACTION, instance=instance
        )
        if environment is None:  # pragma: no cover -- refused above, which no type checker knows
            raise NotAllowed("the instance belongs to no environment")
        return instance, environment

    async def _look(self, draft: Draft) -> Found:
        return await self._files.look(draft.text, may=await self._gate.visible(draft.person))

    def _check_instance(self, instance: Instance) -> None:
        _check_instance(instance, self._world.imports.takes(instance.cloud))

    async def _plan(
        self,
        operation_id: OperationId,
        draft: Draft,
        form: RestoreForm,
        instance: Instance,
        environment: Environment,
        file: BackupFile,
    ) -> UploadPlan:
        now = self._world.clock.now()
        return UploadPlan(
            operation_id=operation_id,
            requester=draft.person,
            instance=instance,
            project=await self._fleet.project(instance),
            environment=environment.name,
            file=file,
            reason=form.reason.strip(),
            waiver=_waiver(instance, form.waiver),
            freeze=self._world.estate.freeze(environment.name, now),
            loss=await self._fingerprints.loss(instance, None),
            quorum=environment.quorum,
            policy_version=environment.policy_version,
            created_at=now,
            expires_at=now + environment.approval_window,
            execution_window=environment.execution_window,
        )


def _why(plan: UploadPlan) -> str:
    said = f"{plan.reason}; file {plan.file.name} sha256 {plan.file.sha256}"
    if plan.waiver is None:
        return said
    return f"{said}; without a safety snapshot: {plan.waiver.reason}"


def _waiver(instance: Instance, reason: str | None) -> Waiver | None:
    obstacle = safety_obstacle(instance)
    if obstacle is None:
        return None
    if not reason or not reason.strip():
        raise NotRestorable(
            f"no safety snapshot is possible here: {obstacle}",
            hint="Say in the form why the upload should go ahead without one.",
        )
    return Waiver(obstacle=obstacle, reason=reason.strip())


def _check_instance(instance: Instance, takes: bool) -> None:
    if instance.condition is not Condition.RUNNING:
        raise NotRestorable(
            f"Aura takes files only for a running instance, and “{instance.name}” is "
            f"{instance.status}",
            hint="Ask again when it is running. One that failed to load can be restored from a "
            f"snapshot: `/aura restore {instance.id}`.",
        )
    if not takes:
        raise NotRestorable(
            f"“{instance.name}” is on Azure, and how files reach Aura there is not public",
            hint="Agree on it with an approver, take a snapshot, and let Neo4j's own command do "
            f"it where the file lies (it asks for the password): `{command_line(instance)}`.",
        )


def _check_fit(file: Found, instance: Instance) -> None:
    said = file.inspection
    if said.full is False:
        raise NotRestorable(
            "the file is a differential backup, which is of no use by itself",
            hint="Make a full one of the chain: `neo4j-admin backup aggregate`.",
        )
    needs, room = said.unpacked or file.size, gigabytes(instance.storage)
    if room is not None and needs > room:
        raise NotRestorable(
            f"the store in the file takes {volume(needs)}, and “{instance.name}” has "
            f"{instance.storage}",
            hint="Resize the instance first, in the Aura console.",
        )
