"""The Aura client: the port's effects, over as many credentials as there are."""

import asyncio
from collections.abc import Sequence
from datetime import date
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

import httpx

from bot.adapters.aura import wire
from bot.adapters.aura.auth import Credential
from bot.adapters.aura.bucket import Allowance
from bot.adapters.aura.decode import Answer
from bot.adapters.aura.guard import ID, Effect, Ledger
from bot.adapters.aura.line import Line, Observe
from bot.adapters.aura.owners import Owners
from bot.adapters.aura.session import Session
from bot.adapters.aura.spending import Consume
from bot.core.base import Frozen, InstanceId, ProjectId, SnapshotId
from bot.core.copies import CopyPermit, DeletePermit
from bot.core.errors import AuraNotFound, AuraUnavailable, BotError
from bot.core.instances import Instance, InstanceSummary, Project
from bot.core.offers import Offer
from bot.core.permits import Permit
from bot.core.snapshots import Snapshot
from bot.ports import Accepted, Clock, Created, SnapshotAccepted

ACCEPTED = 202
T = TypeVar("T")


def unobserved(effect: str, outcome: str, seconds: float) -> None:
    """Count nothing."""


class CredentialReport(Frozen):
    """What the doctor learns of a credential; ``error`` and ``hint`` are for people."""

    name: str
    signed_in: bool
    projects: tuple[Project, ...] = ()
    error: str | None = None
    hint: str | None = None


class AuraClient:
    """Fulfils `bot.ports.Aura`. Use it as ``async with AuraClient(...) as aura``.

    ``url`` is the origin of the API; ``consume`` returns True once per operation, ever, and is
    asked right before a restore leaves; ``ledger`` is asked before an instance is created or
    deleted, and without one neither is; ``observe`` is called with effect, outcome and seconds
    after every exchange; ``transport`` stands in for the network.
    """

    def __init__(
        self,
        credentials: Sequence[Credential],
        *,
        url: str,
        clock: Clock,
        allowance: Allowance,
        consume: Consume,
        observe: Observe = unobserved,
        transport: httpx.AsyncBaseTransport | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self._line = Line(
            url=url,
            clock=clock,
            consume=consume,
            observe=observe,
            transport=transport,
            ledger=ledger,
        )
        self._owners = Owners([Session(c, self._line, allowance) for c in credentials])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        for session in self._owners.sessions:
            await session.tickets.aclose()
        await self._line.aclose()

    async def projects(self, *, background: bool = False) -> tuple[Project, ...]:
        """Return every project that the credentials see; raises if one of them fails."""
        found: dict[ProjectId, Project] = {}
        for _, listed in await self._owners.everywhere(partial(_projects, background=background)):
            if isinstance(listed, BotError):
                raise listed
            for project in listed:
                found.setdefault(project.id, project)
        return tuple(found.values())

    async def instances(self, *, background: bool = False) -> tuple[InstanceSummary, ...]:
        """Return every instance that the credentials see, without their state.

        Raises if one credential fails: a name might look unique only in a part (promise P14).
        """
        return await self._owners.instances(background=background)

    async def instance(self, instance_id: InstanceId, *, background: bool = False) -> Instance:
        """Return one instance with its state; AuraNotFound when it has gone."""
        target = _path(instance_id)

        async def ask(session: Session) -> Instance:
            answer = await session.get(Effect.INSTANCE, target, background=background)
            found = wire.instance(answer)
            return _about(instance_id, found.id, found, answer)

        return await self._owners.through(instance_id, ask)

    async def snapshots(
        self, instance_id: InstanceId, day: date, *, background: bool = False
    ) -> tuple[Snapshot, ...]:
        """Return the snapshots of one UTC day."""
        target = f"{_path(instance_id)}/snapshots?date={day.isoformat()}"

        async def ask(session: Session) -> tuple[Snapshot, ...]:
            answer = await session.get(Effect.SNAPSHOTS, target, background=background)
            return wire.snapshots(answer, instance_id)

        return await self._owners.through(instance_id, ask)

    async def snapshot(
        self, instance_id: InstanceId, snapshot_id: SnapshotId, *, background: bool = False
    ) -> Snapshot:
        """Return one snapshot; AuraNotFound when there is none."""
        target = _path(instance_id, snapshot_id)

        async def ask(session: Session) -> Snapshot:
            answer = await session.get(Effect.SNAPSHOT, target, background=background)
            found = wire.snapshot(answer, instance_id)
            return _about(snapshot_id, found.id, found, answer)

        return await self._owners.through(instance_id, ask)

    async def take_snapshot(self, instance_id: InstanceId) -> SnapshotAccepted:
        """Ask for an on-demand snapshot; repeated only where it was turned away (429, 401, 403)."""
        target = f"{_path(instance_id)}/snapshots"

        async def ask(session: Session) -> SnapshotAccepted:
            answer = await session.take_snapshot(target)
            return SnapshotAccepted(
                snapshot_id=wire.snapshot_id(answer), request_id=answer.request_id
            )

        return await self._owners.through(instance_id, ask)

    async def overwrite_in_place(self, permit: Permit) -> Accepted:
        """Restore the permit's snapshot over its instance; sent at most once.

        An AuraError with ``definite`` False means that nobody can know whether it was done.
        Raises NotAllowed when the permit has been consumed before.
        """
        target = f"{_path(permit.instance_id, SnapshotId(permit.names['snapshot']))}/restore"

        async def ask(session: Session) -> Accepted:
            return _accepted(await session.overwrite_in_place(target, permit), "restore")

        return await self._owners.through(permit.instance_id, ask)

    async def overwrite_from(self, permit: Permit) -> Accepted:
        """Replace the data of the permit's instance with another one's snapshot; as above.

        It goes by the credential that sees the target, which must see the source as well.
        """
        target = f"{_path(permit.instance_id)}/overwrite"

        async def ask(session: Session) -> Accepted:
            return _accepted(await session.overwrite_from(target, permit), "overwrite")

        return await self._owners.through(permit.instance_id, ask)

    async def offers(self, project_id: ProjectId, *, background: bool = False) -> tuple[Offer, ...]:
        """Return what may be created in a project; AuraNotFound when no credential sees it."""
        if not ID.fullmatch(project_id):
            raise AuraNotFound("Aura knows no such project", reason="tenant-not-found")

        async def ask(session: Session) -> tuple[Offer, ...]:
            target = f"/v1/tenants/{project_id}"
            return wire.offers(await session.get(Effect.OFFERS, target, background=background))

        failure: BotError | None = None
        for _, found in await self._owners.everywhere(ask):
            if not isinstance(found, BotError):
                return found
            failure = found if failure is None or isinstance(failure, AuraNotFound) else failure
        raise failure or AuraNotFound("Aura knows no such project", reason="tenant-not-found")

    async def create_copy(self, permit: CopyPermit) -> Created:
        """Create the permit's instance; sent once, again only when turned away with 429.

        It goes by the credential that sees the source. An AuraError with ``definite`` False means
        that nobody can know whether it was done. Raises NotAllowed when the permit was used.
        """

        async def ask(session: Session) -> Created:
            answer = await session.create_copy("/v1/instances", permit)
            created = wire.created(answer)
            self._owners.remember(created.instance_id, session)
            return created

        return await self._owners.through(permit.order.source_instance_id, ask)

    async def delete_owned(self, permit: DeletePermit) -> Accepted:
        """Delete an instance that the ledger holds; raises NotAllowed for any other."""
        target = _path(permit.instance_id)

        async def ask(session: Session) -> Accepted:
            answer = await session.delete_owned(target, permit)
            return Accepted(status=wire.status(answer), request_id=answer.request_id)

        return await self._owners.through(permit.instance_id, ask)

    async def probe(self) -> list[CredentialReport]:
        """Try every credential; what Aura or the store do wrong stands in the reports."""
        return list(await asyncio.gather(*map(_report, self._owners.sessions)))

    def expires(self) -> str | None:
        """When Aura said last that this version of its API ends; None where it never did."""
        return self._line.expires

    async def sign_in(self) -> None:
        """Renew the tokens that are about to end; raises AuraError."""
        await asyncio.gather(*(session.tickets.get() for session in self._owners.sessions))

    def token_fresh(self) -> bool:
        """Whether every credential holds a token with at least a minute of life."""
        return all(session.tickets.fresh for session in self._owners.sessions)


def _path(instance_id: InstanceId, snapshot_id: SnapshotId | None = None) -> str:
    """Return the path of an instance or a snapshot; ids that could bend a path do not exist."""
    if not ID.fullmatch(instance_id):
        raise AuraNotFound("Aura knows no such instance", reason="db-not-found")
    if snapshot_id is None:
        return f"/v1/instances/{instance_id}"
    if not ID.fullmatch(snapshot_id):
        raise AuraNotFound("Aura knows no such snapshot", reason="snapshot-not-found")
    return f"/v1/instances/{instance_id}/snapshots/{snapshot_id}"


def _about(asked: str, told: str, found: T, answer: Answer) -> T:
    """Return what was found; an answer that a cache mixed up must never become a plan."""
    if asked.lower() == told.lower():
        return found
    raise AuraUnavailable(
        "Aura answered about something else than was asked",
        status=answer.status,
        request_id=answer.request_id,
    )


def _accepted(answer: Answer, what: str) -> Accepted:
    """Read the one word for yes in the specification; any other leaves us in doubt."""
    if answer.status != ACCEPTED:
        raise AuraUnavailable(
            f"Aura answered the {what} with {answer.status} instead of {ACCEPTED}",
            status=answer.status,
            request_id=answer.request_id,
        )
    return Accepted(status=wire.status(answer), request_id=answer.request_id)


async def _projects(session: Session, *, background: bool = False) -> tuple[Project, ...]:
    answer = await session.get(Effect.PROJECTS, "/v1/tenants", background=background)
    return wire.projects(answer)


async def _report(session: Session) -> CredentialReport:
    name, signed_in = session.credential.name, False
    try:
        await session.tickets.get()
        signed_in = True
        return CredentialReport(name=name, signed_in=True, projects=await _projects(session))
    except BotError as exc:
        return CredentialReport(name=name, signed_in=signed_in, error=exc.summary, hint=exc.hint)
