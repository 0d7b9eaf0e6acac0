"""Events of exports; `events` knows them by the same names."""

from typing import Literal

from pydantic import AwareDatetime

from bot.core.archive.counts import Counts
from bot.core.base import Frozen


class UploadOpened(Frozen):
    """A person's file is waited for, until then."""

    kind: Literal["upload_opened"] = "upload_opened"
    until: AwareDatetime


class FileRefused(Frozen):
    """A file came and was refused; nothing of it was kept, and the address stays open."""

    kind: Literal["file_refused"] = "file_refused"
    reason: str
    hint: str | None = None


class Reminded(Frozen):
    """The file is still waited for, and people are told again."""

    kind: Literal["reminded"] = "reminded"


class UploadClosed(Frozen):
    """Time is up: no more files are taken, but for one that is on its way."""

    kind: Literal["upload_closed"] = "upload_closed"


class Progressed(Frozen):
    """An archive has come so far; told some ten times at most."""

    kind: Literal["progressed"] = "progressed"
    done: int
    total: int


class ExportStored(Frozen):
    """The export is in the vault: read back, and its manifest written."""

    kind: Literal["export_stored"] = "export_stored"
    export_id: str
    name: str
    stored_bytes: int
    """Bytes as they are stored."""
    sha256: str
    encrypted: bool = False
    counts: Counts | None = None
    """Of an archive: what was read, the same as in the scratch instance before and after."""
    compared: str = ""
    """Of an archive: how that compares with what the source held, a sentence for people."""
    notes: tuple[str, ...] = ()


ExportEvent = UploadOpened | FileRefused | Reminded | UploadClosed | Progressed | ExportStored
