"""The console's import of backup files: who may, into what, and what became of it.

The protocol is that of `neo4j-admin database upload`, read in its public source
(https://github.com/neo4j/neo4j, module `push-to-cloud`); Aura does not document it. What each call
does is in `sandbox.aura.console_calls`, where the bytes go in `sandbox.aura.storage`.
"""

import base64
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.aura.answers import Answer, RefusedError
from sandbox.aura.archives import graph_in
from sandbox.aura.databases import DEFAULT
from sandbox.aura.instances import Instance
from sandbox.aura.offers import gigabytes
from sandbox.aura.storage import Stored
from sandbox.aura.world import Restore, World

_TOKEN_LIFE = timedelta(hours=1)
_ADMIN = "neo4j"
_AWAKE = frozenset({"running", "updating"})
_PROVIDERS = {"gcp": "GCP", "aws": "AWS", "azure": "AZURE"}


def refused(status: int, message: str, reason: str | None = None) -> RefusedError:
    """Refuse in the console's shape."""
    body = {"Message": message, **({"Reason": reason} if reason else {})}
    return RefusedError(Answer(status=status, body=body))


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What a token is good for; ``consented``: its owner agreed to lose what is there."""

    instance_id: str
    consented: bool
    until: datetime


@dataclass(kw_only=True)
class Import:
    """One file on its way into an instance."""

    instance_id: str
    provider: str
    crc32: int
    size: int
    parts: int  # how many parts Amazon wants; 0 elsewhere
    upload_id: str
    secret: str  # what signs the links
    stored: Stored


class Console:
    """The imports of all instances; ``part_size`` is how large Amazon's parts are, in bytes."""

    def __init__(self, world: World, *, part_size: int) -> None:
        self.world = world
        self.part_size = part_size
        self.imports: dict[tuple[str, int], Import] = {}
        self._tickets: dict[str, Ticket] = {}

    def expire_tokens(self) -> None:
        """Let no token given out so far be good any more."""
        self._tickets.clear()

    def authenticate(self, instance_id: str, authorization: str, *, consented: bool) -> str:
        """Give out a token; 401, 403, 404, or 409 when there is data and nobody agreed."""
        instance = self._instance(instance_id)
        user = _user(instance, authorization)
        if user is None:
            raise refused(401, "Invalid username or password")
        if user != _ADMIN:
            raise refused(403, "The user is not an administrator of the database")
        if not consented and self._holds_data(instance):
            raise refused(409, "The target database contains data")
        token = secrets.token_hex(24)
        now = self.world.now()
        self._tickets[token] = Ticket(
            instance_id=instance_id, consented=consented, until=now + _TOKEN_LIFE
        )
        return token

    def ticket(self, instance_id: str, authorization: str) -> Ticket:
        """Recognise a token; 401 when it is not one for this instance, or too old."""
        scheme, _, token = authorization.partition(" ")
        ticket = self._tickets.get(token) if scheme.lower() == "bearer" else None
        stale = ticket is None or self.world.now() >= ticket.until
        if ticket is None or stale or ticket.instance_id != instance_id:
            raise refused(401, "The token is not valid")
        return ticket

    def check_size(self, instance_id: str, full_size: int) -> None:
        """Refuse with 422 what does not fit."""
        if full_size > gigabytes(self._instance(instance_id).storage) << 30:
            raise refused(422, "The import exceeds the maximum size", "ImportExceedsMaxSize")

    def initiate(self, instance_id: str, *, crc32: int, size: int) -> Import:
        """Begin an import, or go on with the one of the same file."""
        known = self.imports.get((instance_id, crc32))
        if known is not None and known.size == size:
            return known
        provider = _PROVIDERS[self._instance(instance_id).cloud_provider]
        made = Import(
            instance_id=instance_id,
            provider=provider,
            crc32=crc32,
            size=size,
            parts=math.ceil(size / self.part_size) if provider == "AWS" else 0,
            upload_id=secrets.token_hex(8),
            secret=secrets.token_hex(16),
            stored=Stored(size),
        )
        self.imports[instance_id, crc32] = made
        return made

    def find(self, instance_id: str, crc32: int) -> Import:
        """Find an import; 404 when there is none of this file."""
        found = self.imports.get((instance_id, crc32))
        if found is None:
            raise refused(404, "No such import")
        return found

    def complete(self, ticket: Ticket, one: Import, *, n: int) -> None:
        """Load the file; 409 without consent, 400 when it is not all there."""
        instance = self._instance(one.instance_id)
        if not ticket.consented and self._holds_data(instance):
            raise refused(409, "The target database contains data")
        if not one.stored.whole or one.stored.crc32 != one.crc32:
            raise refused(400, "The file is not complete")
        world, now = self.world, self.world.now()
        del self.imports[one.instance_id, one.crc32]
        world.restores.append(
            Restore(
                n=n,
                at=now,
                kind="upload",
                instance_id=one.instance_id,
                source_id="",
                snapshot_id=None,
                request_id="",
            )
        )
        if world.faults.load_stays.take():
            return
        graph = graph_in(one.stored.content)
        failed = graph is None or world.faults.load_fails.take()
        durations = world.pace.durations
        steps = ((durations.load_lag, "loading"), (durations.upload_load, "running"))
        if failed:
            steps = (steps[0], (durations.upload_load, "loading failed"))

        def bring(at: datetime) -> None:
            if graph is not None and not failed:
                instance.databases.bring({DEFAULT: lambda: graph}, at)

        instance.begin(now, instance.status, *steps, finish=bring)

    def status(self, instance_id: str) -> dict[str, object]:
        """Say how the instance is; a load that failed says why."""
        instance = self.world.instances[instance_id]
        instance.settle(self.world.now())
        if instance.status != "loading failed":
            return {"Status": instance.status}
        error = {
            "Message": "The file could not be loaded: it is not in a supported format.",
            "Reason": "LegacyStoreFormat",
        }
        return {"Status": instance.status, "Error": error}

    def _instance(self, instance_id: str) -> Instance:
        instance = self.world.instances.get(instance_id)
        if instance is not None:
            instance.settle(self.world.now())
        if instance is None or instance.status not in _AWAKE:
            raise refused(404, "There is no such database, or it is not running")
        return instance

    def _holds_data(self, instance: Instance) -> bool:
        return bool(instance.databases.default.graph().nodes)


def _user(instance: Instance, authorization: str) -> str | None:
    scheme, _, credentials = authorization.partition(" ")
    try:
        user, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except ValueError:  # no Base64, or no text in it
        return None
    right = instance.users.get(user)
    return user if scheme.lower() == "basic" and right == password else None
