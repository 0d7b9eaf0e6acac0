"""What the tests of the console's client stand on: a real double, and a clock that flies."""

import zlib
from collections.abc import AsyncIterator
from hashlib import sha256
from random import Random

import httpx
from pydantic import SecretStr

from bot.adapters.console.client import Console, Login
from bot.core.backups import Inspector
from bot.core.base import InstanceId, OperationId
from bot.core.permits import Permit
from bot.core.uploads import LOAD, BackupFile, Consent, Sending
from sandbox.aura import AuraDouble
from sandbox.aura.archives import backup_file
from sandbox.aura.fleet import ORDERS_PROD, SANDBOX_PAID, database_password
from sandbox.aura.graphs import shop
from tests.adapters.aura.stage import MovingClock
from tests.core.backups import writer

GOOGLE, AMAZON = InstanceId(ORDERS_PROD), InstanceId(SANDBOX_PAID)
OPERATION = OperationId("upl-1")
GRAPH = shop("uploaded", nodes=60, relationships=90)
SMALL = backup_file(GRAPH, database="neo4j", taken_at=writer.TAKEN)
#: Three pieces for Google, and hard to pack.
LARGE = writer.backup(files={"neostore": Random(2).randbytes(20 << 20)})  # noqa: S311


def described(content: bytes, name: str = "orders.backup") -> BackupFile:
    inspector = Inspector()
    inspector.feed(content)
    return BackupFile(
        place="local",
        name=name,
        sha256=sha256(content).hexdigest(),
        crc32=zlib.crc32(content),
        inspection=inspector.finish(),
    )


class Died(Exception):
    """The process has gone."""


class Bytes:
    """A source that counts how often it is opened, and where."""

    def __init__(self, content: bytes, *, piece: int = 1 << 16) -> None:
        self.content = content
        self.piece = piece
        self.opened: list[int] = []
        self.dies_at: int | None = None

    async def __call__(self, start: int) -> AsyncIterator[bytes]:
        self.opened.append(start)
        for at in range(start, len(self.content), self.piece):
            if self.dies_at is not None and at >= self.dies_at:
                raise Died
            yield self.content[at : at + self.piece]


class Stage:
    """A console's client before a double, and what they said to each other."""

    def __init__(self, double: AuraDouble, clock: MovingClock, content: bytes = SMALL) -> None:
        self.double = double
        self.clock = clock
        self.kept: list[Sending] = []
        self.spent: list[OperationId] = []
        self.passwords = {
            i: Login(password=SecretStr(database_password(i, "neo4j"))) for i in (GOOGLE, AMAZON)
        }
        self.use(content)

    def use(self, content: bytes) -> None:
        self.source = Bytes(content)
        self.file = described(content)

    def console(self, transport: httpx.AsyncBaseTransport | None = None) -> Console:
        return Console(
            url=self.double.url,
            logins=self.passwords,
            clock=self.clock,
            consume=self.consume,
            chance=lambda: 0.5,
            transport=transport,
        )

    async def consume(self, operation_id: OperationId) -> bool:
        self.spent.append(operation_id)
        return self.spent.count(operation_id) == 1

    async def keep(self, sending: Sending) -> None:
        self.kept.append(sending)

    def consent(self, instance_id: InstanceId = GOOGLE) -> Consent:
        return Consent(
            operation_id=OPERATION, seal="5ea1", instance_id=instance_id, crc32=self.file.crc32
        )

    def permit(self, instance_id: InstanceId = GOOGLE) -> Permit:
        return Permit(
            operation_id=OPERATION,
            seal="5ea1",
            effect=LOAD,
            names={"instance": instance_id, "crc32": str(self.file.crc32)},
            intended_at=self.clock.now(),
        )

    async def send(
        self,
        console: Console,
        instance_id: InstanceId = GOOGLE,
        *,
        held: Sending | None = None,
        pieces: int | None = None,
    ) -> Sending:
        """Send the file; with ``pieces``, die when so many have arrived, and say what was kept."""

        async def keep(sending: Sending) -> None:
            nonlocal pieces
            await self.keep(sending)
            if pieces is not None and sending.sent:
                pieces -= 1
                if not pieces:
                    raise Died

        consent = self.consent(instance_id)
        try:
            return await console.send(consent, self.file, self.source, held=held, keep=keep)
        except Died:
            if pieces is None:
                raise
            return self.kept[-1]

    def calls(self) -> list[str]:
        """What the double was asked for: storage in words, the console by its path's end."""
        return [
            f"{c.method} {c.path.split('/import')[-1].split('/')[-1]}" for c in self.double.calls
        ]

    def everything_said(self) -> str:
        return repr([(c.path, c.body) for c in self.double.calls])
