"""Neo4j's own upload command, for instances whose storage nobody can send files to otherwise.

The file is laid into a private folder under the name that the command looks for; that is all that
happens before the permit is spent. Then the command is started once, in a group of processes of
its own, with the password in its environment only, and ended when the bot stops. What it prints is
kept in bounds and without secrets. A process nobody knows any more is never started again.

https://neo4j.com/docs/operations-manual/current/tools/neo4j-admin/upload-to-aura/
"""

import asyncio
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from bot.adapters.aura.spending import Consume, Spending
from bot.adapters.console.client import Login
from bot.core.backups import Kind
from bot.core.base import InstanceId, OperationId
from bot.core.errors import AuraAuthFailed, AuraRefused, AuraUnreachable, NotABackup
from bot.core.permits import Permit
from bot.core.redaction import Redactor
from bot.core.uploads import LOAD, BackupFile, CommandRun, Consent, Sending
from bot.ports import Clock
from bot.ports.aura import Accepted
from bot.ports.imports import Keep, Source

#: Seconds after which the command is ended; less than the time a load may take in all.
LIMIT = 5.5 * 3600
#: Bytes of its output that are kept, and characters that are told.
_TAIL, _TOLD = 8192, 300
#: The beginning of the last line of a success (same page).
_SUCCESS = "Your data was successfully pushed"
#: All that it gets of our environment: it holds our secrets.
_PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "JAVA_HOME", "NEO4J_HOME", "NEO4J_CONF")
_DATABASE = re.compile(r"[A-Za-z][A-Za-z0-9.-]{2,62}")
_LATER = "Nothing was loaded. Ask anew."


@dataclass(kw_only=True)
class _Laid:
    """A file in its folder, as far as it is there."""

    folder: Path
    sent: int = 0
    sum: Any = field(default_factory=sha256)


@dataclass(kw_only=True)
class _Run:
    """One process, and what it said."""

    process: asyncio.subprocess.Process
    task: asyncio.Task[None] | None = None
    tail: bytes = b""
    limited: bool = False


class Command:
    """Runs ``program``, which is `neo4j-admin`; files lie below ``room`` until they are loaded.

    ``logins`` and ``consume`` are those of `Console`. Close it at the end: that ends processes.
    """

    def __init__(
        self,
        *,
        program: Path,
        logins: Mapping[InstanceId, Login],
        clock: Clock,
        consume: Consume,
        room: Path | None = None,
        limit: float = LIMIT,
    ) -> None:
        self._program = program
        self._logins = logins
        self._clock = clock
        self._spending = Spending(consume, clock)
        self._room = room
        self._limit = limit
        self._laid: dict[OperationId, _Laid] = {}
        self._runs: dict[OperationId, _Run] = {}

    async def aclose(self) -> None:
        """End every process, and remove every file."""
        await self.tidy(())

    async def tidy(self, open_ones: Collection[OperationId]) -> None:
        """End and remove what belongs to no operation that is still open."""
        for operation_id in set(self._runs) - set(open_ones):
            run = self._runs.pop(operation_id)
            if run.task is not None and not run.task.done():  # its number may be another's by now
                _end(run.process)
                await run.task
        for operation_id in set(self._laid) - set(open_ones):
            await self._remove(operation_id)

    async def idle(self) -> None:
        """Return when no process runs any more."""
        await asyncio.gather(*(run.task for run in self._runs.values() if run.task is not None))

    async def send(
        self,
        consent: Consent,
        file: BackupFile,
        source: Source,
        *,
        keep: Keep,
    ) -> Sending:
        """Lay the file into its private folder; nothing leaves for Aura.

        It begins anew after a restart of the bot. Raises NotABackup when it is another file by
        now, and AuraRefused where it can not be laid there.
        """
        _database(file)
        laid = self._laid.get(consent.operation_id)
        try:
            if laid is None:
                made = await asyncio.to_thread(
                    tempfile.mkdtemp, prefix="savepoint-upload-", dir=self._room
                )
                laid = self._laid[consent.operation_id] = _Laid(folder=Path(made))
                free = (await asyncio.to_thread(shutil.disk_usage, laid.folder)).free
                if free < file.size:
                    raise OSError("there is too little room for the file")
            await self._more(laid, file, source)
        except OSError as exc:
            await self._remove(consent.operation_id)
            raise AuraRefused(
                f"the file cannot be laid ready for neo4j-admin: {exc.strerror or exc}",
                hint="Nothing was loaded. `TMPDIR` of the bot needs room for the whole file.",
            ) from exc
        if laid.sent >= file.size and laid.sum.hexdigest() != file.sha256:
            await self._remove(consent.operation_id)
            raise NotABackup("the file is not the one that was approved", hint=_LATER)
        sending = Sending(provider="ADMIN", sent=laid.sent, size=file.size)
        await keep(sending)
        return sending

    async def load_file(self, permit: Permit, consent: Consent, file: BackupFile) -> Accepted:
        """Start the command, at most once; returns when it runs.

        Raises AuraError that is definite where it was not started, NotAllowed where the permit
        had been used.
        """
        laid, login = self._laid.get(consent.operation_id), self._logins.get(consent.instance_id)
        if laid is None or laid.sent != file.size:
            raise AuraRefused(
                "the bot was restarted since the file was laid ready for neo4j-admin", hint=_LATER
            )
        if login is None:
            raise AuraAuthFailed(
                f"no password is configured for the database of `{consent.instance_id}`",
                hint=_LATER,
            )
        names = {"instance": consent.instance_id, "crc32": str(file.crc32)}
        spent = await self._spending.spend(permit, LOAD, names)
        spent.check()
        try:
            process = await asyncio.create_subprocess_exec(
                str(self._program),
                *_arguments(consent, file, laid.folder),
                cwd=laid.folder,
                env=_environment(login),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as exc:
            raise AuraUnreachable(
                f"neo4j-admin could not be started: {exc.strerror or 'no reason given'}",
                hint="Nothing was loaded. See `neo4j_admin` under `[upload]`.",
            ) from exc
        run = self._runs[consent.operation_id] = _Run(process=process)
        run.task = asyncio.create_task(self._attend(consent.operation_id, run))
        return Accepted(status="loading")

    def look(self, consent: Consent) -> CommandRun | None:
        """Return how the process of an operation stands; None where this bot started none."""
        run = self._runs.get(consent.operation_id)
        if run is None:
            return None
        if run.task is None or not run.task.done():
            return CommandRun(ended=False)
        login = self._logins.get(consent.instance_id)
        hidden = [login.password.get_secret_value()] if login else []
        text = Redactor(hidden).text(run.tail.decode(errors="replace"))
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        succeeded = run.process.returncode == 0 and bool(lines) and lines[-1].startswith(_SUCCESS)
        shown = "".join(c if c.isprintable() else " " for c in " / ".join(lines[-3:]))
        ended = "was ended after its time" if run.limited else f"ended ({run.process.returncode})"
        return CommandRun(
            ended=True,
            succeeded=succeeded,
            said=f"the command neo4j-admin {ended}: {shown[-_TOLD:]}",
        )

    async def _more(self, laid: _Laid, file: BackupFile, source: Source) -> None:
        stream = source(laid.sent)
        place = laid.folder / _name(file)
        with await asyncio.to_thread(_open, place, laid.sent) as out:
            async for piece in stream:
                await asyncio.to_thread(out.write, piece)
                laid.sum.update(piece)
                laid.sent += len(piece)
                if laid.sent > file.size:
                    break
            else:
                if laid.sent < file.size:
                    raise NotABackup("the file has become shorter", hint=_LATER)
        closing = getattr(stream, "aclose", None)
        if closing is not None:
            await closing()

    async def _attend(self, operation_id: OperationId, run: _Run) -> None:
        """Read what it prints until it ends, or its time does; then remove the file."""
        try:
            async with asyncio.timeout(self._limit):
                while run.process.stdout and (piece := await run.process.stdout.read(4096)):
                    run.tail = (run.tail + piece)[-_TAIL:]
                await run.process.wait()
        except TimeoutError:
            run.limited = True
        finally:
            _end(run.process)
        await run.process.wait()
        await self._remove(operation_id)

    async def _remove(self, operation_id: OperationId) -> None:
        laid = self._laid.pop(operation_id, None)
        if laid is not None:
            await asyncio.to_thread(shutil.rmtree, laid.folder, ignore_errors=True)


def _arguments(consent: Consent, file: BackupFile, folder: Path) -> list[str]:
    return [
        "database",
        "upload",
        _database(file),
        f"--from-path={folder}",
        f"--to-uri=neo4j+s://{consent.instance_id}.databases.neo4j.io",
        "--overwrite-destination=true",
    ]


def _environment(login: Login) -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    password = login.password.get_secret_value()
    return {**passed, "NEO4J_USERNAME": login.user, "NEO4J_PASSWORD": password}


def _database(file: BackupFile) -> str:
    """Return the name that the command looks for: that in a backup's header; else any will do."""
    said = file.inspection.database
    if file.inspection.kind is not Kind.BACKUP or said is None:
        return "neo4j"
    if not _DATABASE.fullmatch(said):
        raise NotABackup("the name of the database in the file is none of Neo4j's", hint=_LATER)
    return said


def _name(file: BackupFile) -> str:
    return f"{_database(file)}.{file.inspection.kind}"


def _open(place: Path, at: int) -> IO[bytes]:
    out = os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT, 0o600), "wb")
    out.seek(at)
    return out


def _end(process: asyncio.subprocess.Process) -> None:
    """End the command and all that it started; what has ended is no fault."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
