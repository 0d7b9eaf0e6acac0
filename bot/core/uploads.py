"""A backup file on its way into an instance: what is sent, how far it has come, and whereto."""

import math
import re
from typing import Literal

from pydantic import AwareDatetime, Field, SecretStr

from bot.core.backups import Inspection
from bot.core.base import Frozen, InstanceId, OperationId
from bot.core.instances import InstanceSummary
from bot.core.people import Person

_GIB = 1 << 30
#: The word of the one call that loads an uploaded file, as permits and the guard name it.
LOAD = "load_file"


class Exported(Frozen):
    """Of which instance an export is, and of which environment, as its manifest says."""

    environment: str
    instance_id: InstanceId
    instance_name: str


class BackupFile(Frozen):
    """A file that was read as a whole: where it lies, what it is, and its sums."""

    place: Literal["vault", "local"]
    name: str
    """The export's name in the vault, or the path below the folder for local files."""
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    crc32: int = Field(ge=0, lt=1 << 32)
    inspection: Inspection
    exported: Exported | None = Field(default=None, exclude_if=lambda source: source is None)
    """None for local files, and in plans from before it was known, which keep their seal."""

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.inspection.size

    @property
    def unpacked(self) -> int:
        """Bytes of the store, or of the file where it does not say (as Neo4j's command does)."""
        return self.inspection.unpacked or self.size


class Reading(Frozen):
    """A request whose file is being read: no operation yet, so nothing else could tell its end.

    ``operation_id`` is what the operation will be called.
    """

    operation_id: OperationId
    person: Person
    instance: InstanceSummary
    file: str
    since: AwareDatetime


class Sending(Frozen):
    """How far a file has come; kept beside the operation, since ``location`` is a secret.

    ``location`` is where Google takes the rest, ``upload_id`` how Amazon calls it. ``ADMIN``: the
    file lies beside the bot, for Neo4j's own command.
    """

    provider: Literal["GCP", "AWS", "ADMIN"]
    sent: int = 0
    size: int
    location: SecretStr | None = None
    upload_id: str | None = None

    @property
    def complete(self) -> bool:
        """Whether all of it is there."""
        return self.sent >= self.size

    def at(self, sent: int) -> "Sending":
        """Return it with another position."""
        return self.model_copy(update={"sent": sent})


class Consent(Frozen):
    """Leave to send one file for one instance, whose data it may replace later.

    It comes from an operation that was approved (`bot.core.operations.upload`), and is good for
    as many calls as the sending takes; the call that replaces the data needs a permit.
    """

    operation_id: OperationId
    seal: str
    instance_id: InstanceId
    crc32: int
    cloud: str = ""


class LoadStatus(Frozen):
    """What the console says of an instance; ``error`` says why a load failed, where it does."""

    status: str
    error: str | None = None


class CommandRun(Frozen):
    """How Neo4j's own command stands; ``said`` is the end of its output, without secrets."""

    ended: bool
    succeeded: bool = False
    said: str = ""


def needs_command(cloud: str) -> bool:
    """Whether only Neo4j's own command can send files there: how to do it is not public."""
    return cloud == "azure"


def expected_minutes(unpacked: int) -> int:
    """Say how long Aura may need to load a store of so many bytes, as its own command does."""
    return 5 + math.ceil(3 * unpacked / _GIB)


def gigabytes(word: str | None) -> int | None:
    """Read a size such as ``16GB`` as bytes; None for what is no size."""
    found = re.fullmatch(r"(\d{1,6}) ?G(?:B|iB)?", word or "")
    return int(found[1]) * _GIB if found else None
