"""The vault for people in Slack: look, verify, ask for holds; and the daily pass."""

from bot.core.audit import Verdict
from bot.core.base import OperationId, ProjectId
from bot.core.environments import Environment
from bot.core.errors import AlreadyHeld, NotAllowed, NotConfigured
from bot.core.instances import InstanceSummary, Project
from bot.core.operations import Holding, Origin, Verification
from bot.core.people import Person
from bot.core.plan import ExportFacts, HoldingPlan, VerificationPlan
from bot.core.policy import Role
from bot.core.typed import check_reason
from bot.core.vault import Contents, Expiry, Export, Protection, find
from bot.services.exports import Exports
from bot.services.gate import Gate
from bot.services.record import keep, wake
from bot.services.world import World

#: Seconds between two passes of retention, of which one replica does each; and between two looks
#: whether one is due.
DAILY, EVERY = 24 * 3600.0, 3600.0


class Vaults:
    """The use cases around the vault."""

    def __init__(self, world: World, gate: Gate, exports: Exports) -> None:
        self._world = world
        self._gate = gate
        self._exports = exports

    async def list(self, person: Person, environment: str | None) -> Contents:
        """Return what the vault holds of the environments that this person may look at."""
        await self._gate.require(person, Role.VIEWER, None, action="vault.view")
        if environment is not None and self._world.estate.environment(environment) is None:
            raise NotConfigured(f"there is no environment “{environment[:40]}”")
        contents = await self._exports.contents()
        may = await self._gate.visible(person)
        shown = [
            export
            for export in contents.exports
            if export.manifest.environment in may
            and environment in (None, export.manifest.environment)
        ]
        named = {"debris": contents.debris, "unreadable": contents.unreadable}
        beside = named if environment is None else {}  # names of no environment are no secrets
        return Contents(exports=tuple(shown), **beside)

    async def show(self, person: Person, wanted: str) -> tuple[Export, Protection]:
        """Return one export, and what protects it in its store."""
        export, _ = await self._found(person, wanted, Role.VIEWER, "vault.view")
        return export, await self._exports.open.protection()

    async def expiry(self, person: Person) -> Expiry:
        """Say what the next pass would delete; nothing is touched."""
        await self._gate.require(person, Role.VIEWER, None, action="vault.view")
        found, may = await self._exports.expiry(), await self._gate.visible(person)
        return found.model_copy(
            update={
                "going": tuple(x for x in found.going if x.manifest.environment in may),
                "staying": tuple(x for x in found.staying if x.manifest.environment in may),
            }
        )

    async def verify(self, person: Person, wanted: str, origin: Origin) -> Verification:
        """Accept the reading of an export as a whole; the runner does it."""
        export, environment = await self._found(person, wanted, Role.OPERATOR, "vault.verify")
        instance = _instance(export)
        await self._gate.reachable(person, environment, action="vault.verify", instance=instance)
        now, operation_id = self._world.clock.now(), OperationId(self._world.new_id("ver"))
        op = Verification(
            id=operation_id,
            environment=environment.name,
            requester=person,
            instance_id=instance.id,
            channel=environment.channel,
            origin=origin,
            created_at=now,
            plan=VerificationPlan(
                operation_id=operation_id,
                requester=person,
                instance=instance,
                project=_PROJECT,
                environment=environment.name,
                created_at=now,
                export=_facts(export),
            ),
        )
        await keep(self._world, op, "vault.verify", person, why=export.id)
        await self._world.operations.create(op)
        await wake(self._world, op)
        return op

    async def ask(
        self, person: Person, wanted: str, *, release: bool, reason: str, origin: Origin
    ) -> Holding:
        """Ask for a hold to be set or released; somebody else decides."""
        action = "vault.release" if release else "vault.hold"
        export, environment = await self._found(person, wanted, Role.OPERATOR, action)
        if fault := check_reason(reason):
            hint = f"`/aura {action.replace('.', ' ')} {export.id} --reason …`"
            raise NotAllowed(fault.rstrip("."), hint=hint)
        if release and export.hold is None:
            raise AlreadyHeld("the export is not held", hint="So there is nothing to release.")
        if not release and export.hold is not None:
            hint = f"`/aura vault show {export.id}` says since when and why."
            raise AlreadyHeld("the export is held already", hint=hint)
        instance = _instance(export)
        await self._gate.reachable(person, environment, action=action, instance=instance)
        await self._gate.require_quorum(person, environment, instance, action=action)
        now, operation_id = self._world.clock.now(), OperationId(self._world.new_id("hld"))
        op = Holding(
            id=operation_id,
            environment=environment.name,
            requester=person,
            instance_id=instance.id,
            channel=environment.channel,
            origin=origin,
            created_at=now,
            plan=HoldingPlan(
                operation_id=operation_id,
                requester=person,
                instance=instance,
                project=_PROJECT,
                environment=environment.name,
                reason=reason.strip(),
                quorum=environment.quorum,
                policy_version=environment.policy_version,
                created_at=now,
                expires_at=now + environment.approval_window,
                execution_window=environment.execution_window,
                export=_facts(export),
                release=release,
                held=export.hold,
            ),
        )
        why = f"{action.split('.')[1]} {export.id}: {op.plan.reason}"
        await keep(self._world, op, "holding.request", person, verdict=Verdict.ALLOWED, why=why)
        await self._world.operations.create(op)
        await wake(self._world, op)
        return op

    async def tidy(self) -> Expiry | None:
        """Do the daily pass, unless another replica has; returns what went, or None."""
        if self._exports.vault is None:
            return None
        if not await self._world.seen.first("vault expiry", ttl=DAILY - 60):
            return None
        return await self._exports.expire()

    async def _found(
        self, person: Person, wanted: str, role: Role, action: str
    ) -> tuple[Export, Environment]:
        """Find an export for somebody who may; of other environments they learn no names."""
        await self._gate.require(person, Role.VIEWER, None, action=action)
        contents, may = await self._exports.contents(), await self._gate.visible(person)
        visible = [e for e in contents.exports if e.manifest.environment in may]
        export = await self._exports.open.export(find(wanted, visible).name)
        environment = self._world.estate.environment(export.manifest.environment)
        instance = _instance(export)
        await self._gate.require(person, role, environment, action=action, instance=instance)
        if environment is None:  # pragma: no cover -- it is among the visible ones
            raise NotAllowed("the export belongs to no environment")
        return export, environment


#: The instance of an export may be long gone, and its manifest names no project.
_PROJECT = Project(id=ProjectId("unknown"), name="see the manifest")


def _instance(export: Export) -> InstanceSummary:
    m = export.manifest
    return InstanceSummary(id=m.instance_id, name=m.instance_name, project_id=_PROJECT.id)


def _facts(export: Export) -> ExportFacts:
    m = export.manifest
    return ExportFacts(
        id=export.id,
        name=export.name,
        size=m.digests.size,
        sha256=m.digests.sha256,
        taken_at=m.taken_at,
        kind=m.kind,
    )
