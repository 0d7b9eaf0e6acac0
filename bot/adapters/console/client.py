"""The console's client: the port's effects in the protocol of Neo4j's own upload command.

The protocol was read in that command's public source (https://github.com/neo4j/neo4j, module
`push-to-cloud`). Signing in with consent, announcing and sending the file change nothing in the
instance; the one call that does is ``load_file`` (docs/adr: the point of no return of an upload).
"""

import math
import random
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Self

import httpx
from pydantic import SecretStr

from bot.adapters.aura.spending import Consume
from bot.adapters.console import google
from bot.adapters.console.amazon import AmazonUpload
from bot.adapters.console.google import GoogleUpload, SessionGone
from bot.adapters.console.guard import Effect
from bot.adapters.console.line import Line
from bot.adapters.console.tap import Tap
from bot.adapters.console.wire import Initiated, Parts, Status, Token, read
from bot.core.base import Frozen, InstanceId
from bot.core.errors import (
    AuraAuthFailed,
    AuraConflict,
    AuraRefused,
    AuraUnavailable,
    AuraUnreachable,
)
from bot.core.permits import Permit
from bot.core.uploads import BackupFile, Consent, LoadStatus, Sending
from bot.ports import Clock
from bot.ports.aura import Accepted
from bot.ports.imports import Keep, Source

#: The version of Neo4j whose command we speak like; the console turns away older ones.
NEO4J_VERSION = "2026.10.0"
#: Seconds for exchanges that somebody, or a tick, waits for.
_PATIENCE = 20.0


class Login(Frozen):
    """Who may administer a database."""

    user: str = "neo4j"
    password: SecretStr


class Console:
    """Fulfils `bot.ports.FileImports`. Use it as ``async with Console(...) as console``.

    ``url`` is the origin of the console; ``logins`` the databases whose password is configured;
    ``consume`` returns True once per operation, ever, and is asked right before a file is loaded.
    """

    def __init__(
        self,
        *,
        url: str,
        logins: Mapping[InstanceId, Login],
        clock: Clock,
        consume: Consume,
        chance: Callable[[], float] = random.random,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._line = Line(url=url, clock=clock, consume=consume, chance=chance, transport=transport)
        self._logins = logins
        self._tokens: dict[Consent, SecretStr] = {}

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
        await self._line.aclose()

    async def check(self, instance_id: InstanceId) -> bool:
        """Sign in without consent; returns whether the instance holds data."""
        try:
            await self._line.patiently(lambda: self._sign_in(instance_id, None), until=self._soon())
        except AuraConflict:
            return True
        return False

    async def send(
        self,
        consent: Consent,
        file: BackupFile,
        source: Source,
        *,
        held: Sending | None,
        keep: Keep,
    ) -> Sending:
        """Send the rest of the file."""
        tap = Tap(source)
        try:
            if held is not None and held.provider == "GCP":
                try:
                    return await GoogleUpload(self._line, held, tap, keep).send(resumed=True)
                except SessionGone:
                    held = None
            if held is None:
                said = {"FullSize": file.unpacked}
                await self._post(consent, Effect.CHECK_SIZE, 1, "/size", said)
            return await self._go_on(consent, file, tap, keep)
        finally:
            await tap.close()

    async def load_file(
        self, permit: Permit, consent: Consent, file: BackupFile, sending: Sending
    ) -> Accepted:
        """Let Aura replace the instance's data by the file; sent at most once."""
        try:
            said, token = await self._before_loading(consent, file, sending)
        except AuraUnavailable as absent:
            raise AuraUnreachable(
                f"{absent.summary}, so nothing was loaded", hint=absent.hint
            ) from absent
        await self._line.ask(
            Effect.LOAD_FILE,
            _path(consent.instance_id, 1, "/upload-complete"),
            headers=_bearer(token),
            said=said,
            permit=permit,
        )
        return Accepted(status="loading")

    async def _before_loading(
        self, consent: Consent, file: BackupFile, sending: Sending
    ) -> tuple[dict[str, object], SecretStr]:
        """Return what the load says, and a token of this moment: sending may have taken hours."""
        until = self._soon()
        self._tokens.pop(consent, None)
        said: dict[str, object] = {"Crc32": file.crc32}
        if sending.provider == "AWS":
            asked = {**said, "UploadID": sending.upload_id}
            answer = await self._post(
                consent, Effect.PARTS, 1, "/multipart-upload-status", asked, until
            )
            said |= read(Parts, answer).model_dump(by_alias=True)
        return said, await self._token(consent, until)

    async def status(self, consent: Consent) -> LoadStatus:
        """Return what the console says of a load."""

        async def ask(token: SecretStr) -> bytes:
            path = _path(consent.instance_id, 1, "/status")
            return await self._line.ask(Effect.STATUS, path, headers=_bearer(token))

        said = read(Status, await self._signed_in(consent, ask, self._soon()))
        return LoadStatus(status=said.status, error=said.error.message if said.error else None)

    async def _go_on(self, consent: Consent, file: BackupFile, tap: Tap, keep: Keep) -> Sending:
        sizes = {"Crc32": file.crc32, "DumpSize": file.size, "FullSize": file.unpacked}
        answer = await self._post(consent, Effect.INITIATE, 2, "", sizes)
        told = read(Initiated, answer)
        match told:
            case Initiated(provider="GCP") if link := _google_link(told):
                location = await google.begin(self._line, link)
                sending = Sending(provider="GCP", size=file.size, location=location)
                await keep(sending)
                return await GoogleUpload(self._line, sending, tap, keep).send(resumed=False)
            case Initiated(provider="AWS", upload_id=str(upload_id)):
                sending = Sending(provider="AWS", size=file.size, upload_id=upload_id)
                upload = AmazonUpload(
                    self._line,
                    sending,
                    tap,
                    keep,
                    links=told.signed_links or (),
                    total=told.total_parts,
                )
                return await upload.send()
            case _:
                raise AuraRefused(
                    f"how files reach Aura's storage at {told.provider[:20]} is not public",
                    hint="Nothing was loaded. Use `neo4j-admin database upload` instead.",
                )

    async def _post(
        self,
        consent: Consent,
        effect: Effect,
        version: int,
        rest: str,
        said: Mapping[str, object],
        until: float = math.inf,
    ) -> bytes:
        async def ask(token: SecretStr) -> bytes:
            return await self._line.ask(
                effect,
                _path(consent.instance_id, version, rest),
                headers={**_bearer(token), "Neo4j-Version": NEO4J_VERSION},
                said=said,
            )

        return await self._signed_in(consent, ask, until)

    async def _signed_in(
        self, consent: Consent, ask: Callable[[SecretStr], Awaitable[bytes]], until: float
    ) -> bytes:
        """Ask patiently; with a new token once, since old ones end at a time nobody tells."""
        token = await self._token(consent, until)
        try:
            return await self._line.patiently(lambda: ask(token), until=until)
        except AuraAuthFailed:
            self._tokens.pop(consent, None)
        fresh = await self._token(consent, until)
        return await self._line.patiently(lambda: ask(fresh), until=until)

    async def _token(self, consent: Consent, until: float) -> SecretStr:
        if consent not in self._tokens:
            self._tokens[consent] = await self._line.patiently(
                lambda: self._sign_in(consent.instance_id, consent), until=until
            )
        return self._tokens[consent]

    async def _sign_in(self, instance_id: InstanceId, consent: Consent | None) -> SecretStr:
        login = self._logins.get(instance_id)
        if login is None:
            raise AuraAuthFailed(
                f"no password is configured for the database of `{instance_id}`",
                hint="Name the variable that holds it under `[upload.logins]` in `savepoint.toml`.",
            )
        pair = f"{login.user}:{login.password.get_secret_value()}"
        answer = await self._line.ask(
            Effect.SIGN_IN,
            _path(instance_id, 1, "/auth"),
            headers={
                "Authorization": f"Basic {b64encode(pair.encode()).decode()}",
                "Confirmed": "true" if consent else "false",
            },
            consent=consent,
        )
        return read(Token, answer).token

    def _soon(self) -> float:
        return self._line.clock.monotonic() + _PATIENCE


def _google_link(told: Initiated) -> SecretStr | None:
    return told.signed_links[0] if told.signed_links else told.signed_uri


def _path(instance_id: InstanceId, version: int, rest: str) -> str:
    return f"/v{version}/databases/{instance_id}/import{rest}"


def _bearer(token: SecretStr) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.get_secret_value()}"}
