"""Deliveries: what comes through an upload address is inspected and stored in one pass.

Whatever is refused leaves nothing behind, and the address stays open until a file was good, or
time is up. Behind the Deliveries port stands `Deliveries.admit` and `take`.
"""

from collections.abc import AsyncIterable, AsyncIterator

import structlog
from pydantic import SecretStr

from bot.core.audit import Verdict
from bot.core.backups import Inspection, Inspector
from bot.core.base import OperationId
from bot.core.errors import (
    AlreadyDecided,
    BotError,
    NotABackup,
    NotAllowed,
    VaultDamaged,
    VaultUnavailable,
)
from bot.core.exports import GIB, TooLarge, UnknownAddress, WrongBackup, silence
from bot.core.operations import Export
from bot.core.operations import events as e
from bot.core.operations.export import ExportPhase
from bot.core.people import Person
from bot.core.snapshots import Snapshot
from bot.core.vault import Kind, Manifest
from bot.ports.addresses import Opened, Purpose
from bot.ports.delivery import Receipt
from bot.services.arrivals import Arrivals, busy, facts_of, judging
from bot.services.exports import Actor
from bot.services.record import keep
from bot.services.world import World

log = structlog.get_logger(__name__)


class Deliveries:
    """Opens upload addresses, and receives what comes through them."""

    def __init__(self, world: World, arrivals: Arrivals) -> None:
        self._world = world
        self._arrivals = arrivals

    async def open(self, op: Export, person: Person) -> SecretStr:
        """Return a fresh upload address, good while a file is waited for.

        It must be shown to this person alone. Raises AlreadyDecided when no file is waited for,
        NotAllowed where the bot has no public address.
        """
        until, now = op.until, self._world.clock.now()
        if op.phase is not ExportPhase.AWAITING_FILE or until is None or now >= until:
            raise AlreadyDecided(
                "no file is waited for any more", hint=f"`/aura job show {op.id}` shows the end."
            )
        await keep(self._world, op, "export.address", person)
        opened = Opened(purpose=Purpose.BRING, subject=op.id)
        address = await self._world.addresses.make(opened, kept=until - now)
        if address is None:
            raise NotAllowed(
                "no upload address can be offered: the bot has no public address",
                hint=f"Whoever runs Savepoint may add the file: `{by_hand(op)}`.",
            )
        return SecretStr(address)

    async def admit(self, token: str, size: int | None) -> None:
        """See whether a file may come."""
        await self._export(token, size)

    async def take(self, token: str, chunks: AsyncIterable[bytes], size: int | None) -> Receipt:
        """Receive a file; see the port."""
        op, snapshot = await self._export(token, size)
        kept = await self._arrivals.alone(op, self._stored(op, snapshot, chunks, size))
        if kept is None:
            raise busy()
        await self._world.addresses.end(token)
        return Receipt(
            export_id=kept.id, name=kept.name, size=kept.plain.size, sha256=kept.plain.sha256
        )

    async def _export(self, token: str, size: int | None) -> tuple[Export, Snapshot]:
        opened = await self._world.addresses.open(token)
        op = None
        if opened is not None and opened.purpose is Purpose.BRING:
            op = await self._world.operations.get(OperationId(opened.subject))
        if (
            not isinstance(op, Export)
            or op.phase is not ExportPhase.AWAITING_FILE
            or op.snapshot is None
        ):
            raise UnknownAddress(
                "this upload address is not open, or not any more",
                hint="The card of the export in Slack gives a new one while a file is waited for.",
            )
        self._check_size(op, size or 0)
        return op, op.snapshot

    def _check_size(self, op: Export, size: int) -> None:
        most = op.plan.rules.most_bytes
        if size > most:
            raise TooLarge(
                f"the file is larger than the {most / GIB:,.0f} GiB that an upload address takes",
                hint="Whoever runs Savepoint may add it with `savepoint vault bring`, or raise "
                "`most_gb` in the table `[export]`.",
            )

    async def _stored(
        self, op: Export, snapshot: Snapshot, chunks: AsyncIterable[bytes], size: int | None
    ) -> Manifest:
        came = 0

        async def counted() -> AsyncIterator[bytes]:
            nonlocal came
            async for chunk in chunks:
                came += len(chunk)
                self._check_size(op, came)
                yield chunk

        try:
            return await self._received(op, snapshot, counted(), size)
        except (NotABackup, WrongBackup, TooLarge, VaultDamaged) as refusal:
            await self._refused(op, refusal.summary, refusal.hint)
            raise
        except (ConnectionError, TimeoutError, EOFError):
            await self._refused(op, f"the connection broke after {came:,} bytes", None)
            raise
        except VaultUnavailable as absent:
            log.warning("a file could not be stored", why=absent.summary)
            raise

    async def _received(
        self, op: Export, snapshot: Snapshot, chunks: AsyncIterator[bytes], size: int | None
    ) -> Manifest:
        """Look at the head first: a wrong file is refused before anything of it is stored."""
        inspector, head = Inspector(), list[bytes]()
        said: Inspection | None = None
        async for chunk in chunks:
            head.append(chunk)
            inspector.feed(chunk)
            if (said := inspector.so_far) is not None:
                break
        said = said or inspector.finish()

        judging(op, snapshot)(said)

        async def whole() -> AsyncIterator[bytes]:
            while head:
                yield head.pop(0)
            async for chunk in chunks:
                yield chunk

        facts = facts_of(op, snapshot, Kind(said.kind), str(said.kind), silence(said.kind))
        actor = Actor(who=op.requester, by="upload address", operation_id=op.id)
        return await self._arrivals.store(op, snapshot, facts, whole(), actor=actor, size=size)

    async def _refused(self, op: Export, reason: str, hint: str | None) -> None:
        log.info("file refused", operation=op.id, why=reason)
        try:
            await keep(self._world, op, "export.refuse", None, verdict=Verdict.DENIED, why=reason)
            await self._arrivals.record(op.id, e.FileRefused(reason=reason, hint=hint))
        except BotError as unsaid:  # whoever sent it reads the reason in any case
            log.warning("a refusal was not recorded", why=unsaid.summary)


def by_hand(op: Export) -> str:
    """Return the command line that brings a file in without an upload address."""
    return f"savepoint vault bring FILE {op.id}"
