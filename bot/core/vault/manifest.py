"""What is known of an export: its manifest, whether it is held, and how its last check ended."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, Field, JsonValue

from bot.core.base import Frozen, InstanceId, OperationId, SnapshotId
from bot.core.people import Person
from bot.core.vault.names import export_id

#: What has no manifest after this long never will: its upload was given up.
ABANDONED = timedelta(days=1)


class Kind(StrEnum):
    """What an export holds."""

    BACKUP = "backup"
    """`.backup`, as Aura's console gives it."""
    DUMP = "dump"
    TAR = "tar"
    ARCHIVE = "archive"
    """The graph as this bot streamed it out of a scratch instance."""


class Facts(Frozen):
    """What is known of an export before it is stored.

    ``taken_at`` is the moment of the data (the snapshot's, or the backup's own), ``extension``
    is without a dot and without `.age`. ``header`` holds what the file says of itself, and
    ``notes`` what a reader must know, such as what is not part of it.
    """

    environment: str
    instance_id: InstanceId
    instance_name: str
    snapshot_id: SnapshotId | None = None
    taken_at: AwareDatetime
    kind: Kind
    extension: str
    tier: str = ""
    version: str = ""
    """Of Neo4j, as the scratch instance of an archive says it, or the file's store format."""
    who: Person | None = None
    by: str = ""
    """Who put it there when no person of Slack's did, such as `root@host`."""
    why: str = ""
    operation_id: OperationId | None = None
    fingerprint: dict[str, JsonValue] | None = None
    """Of an archive, what it holds; of a file, what was counted in its instance, see the notes."""
    header: dict[str, JsonValue] = Field(default={})
    notes: tuple[str, ...] = ()


class Digests(Frozen):
    """Size in bytes, SHA-256 as 64 hex digits, CRC-32 (of zlib) as 8."""

    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    crc32: str = Field(pattern=r"^[0-9a-f]{8}$")


class Encryption(Frozen):
    """How the stored bytes were encrypted (https://age-encryption.org/v1)."""

    scheme: str = "age"
    recipients: tuple[str, ...]
    plain: Digests
    """Of what was encrypted, so that whoever decrypts it can compare."""


class Manifest(Facts):
    """The manifest beside the data. Written last: without it there is no export.

    The digests are those of the stored bytes, hashed on their way up and read back afterwards.
    """

    format: int = 1
    name: str
    stored_at: AwareDatetime
    reread_at: AwareDatetime
    digests: Digests
    encryption: Encryption | None = None
    tool: str
    """Name and version of what wrote it."""

    @property
    def id(self) -> str:
        """The short id that people type."""
        return export_id(self.name)

    @property
    def plain(self) -> Digests:
        """Size and digests of the file before encryption."""
        return self.encryption.plain if self.encryption else self.digests


class Hold(Frozen):
    """Why an export may not expire, and who said so."""

    at: AwareDatetime
    why: str
    who: Person | None = None
    by: str = ""
    operation_id: OperationId | None = None


class Check(Frozen):
    """How the last verification ended; ``why`` says what is wrong, and is empty when sound."""

    at: AwareDatetime
    sound: bool
    why: str = ""


class Export(Frozen):
    """An export as the vault lists it."""

    manifest: Manifest
    hold: Hold | None = None
    check: Check | None = None
    present: bool = True
    """Whether data of the right size stands beside the manifest."""

    @property
    def name(self) -> str:
        """Where it stands in the vault."""
        return self.manifest.name

    @property
    def id(self) -> str:
        """The short id that people type."""
        return self.manifest.id

    @property
    def sound(self) -> bool:
        """Whether it counts as a verified copy: there, and its last reading found it whole.

        The first reading is the one before the manifest was written.
        """
        return self.present and (self.check is None or self.check.sound)

    @property
    def verified_at(self) -> datetime:
        """When it was last read as a whole."""
        return self.check.at if self.check else self.manifest.reread_at


class Debris(Frozen):
    """Something in the vault that is no export.

    ``claimed`` says that this bot began it (or began to delete it), so that it may be cleaned up
    after a day. What nobody claimed is somebody else's: it is named and never touched.
    """

    name: str
    size: int
    since: AwareDatetime
    claimed: bool
    why: str

    def abandoned(self, now: datetime) -> bool:
        """Whether it may be cleaned up."""
        return self.claimed and now - self.since > ABANDONED


class Contents(Frozen):
    """Everything in the vault; exports newest first."""

    exports: tuple[Export, ...] = ()
    debris: tuple[Debris, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Names whose manifest cannot be read; never touched."""


class Protection(Frozen):
    """What the store itself does against deletion; None where it cannot be asked.

    ``why`` says why not, or what was found beside.
    """

    place: str
    """What sort of store it is, in a person's words."""
    versioning: bool | None = None
    object_lock: bool | None = None
    why: str = ""
