"""What is known of a backup file once it has been read."""

from enum import StrEnum

from pydantic import AwareDatetime

from bot.core.base import Frozen
from bot.core.errors import NotABackup


class Kind(StrEnum):
    """What Neo4j calls the file; the value is its extension."""

    BACKUP = "backup"
    """Made by `neo4j-admin database backup`, and what the Aura console exports."""
    DUMP = "dump"
    """Made by `neo4j-admin database dump`; the console's export of a version 4 instance."""
    TAR = "tar"
    """The console's export of an AuraDS instance: an archive that holds a dump."""


class StoreFormat(Frozen):
    """How the store's files are laid out, as Neo4j names it; not the version of Neo4j."""

    engine: str
    name: str
    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.engine}-{self.name}-{self.major}.{self.minor}"


class Inspection(Frozen):
    """What a file says of itself. None means that files of its kind do not say it.

    ``form`` is the exact form, such as ``BZV3``, ``DZV1`` or ``tar+gzip``; ``size`` the bytes of
    the file; ``unpacked`` the bytes of the store once loaded; ``files`` how many files that is.
    """

    kind: Kind
    form: str
    size: int
    database: str | None = None
    database_id: str | None = None
    taken_at: AwareDatetime | None = None
    full: bool | None = None
    """False for a differential backup, which is of no use without those before it."""
    recovered: bool | None = None
    compressed: bool
    lowest_transaction: int | None = None
    highest_transaction: int | None = None
    store: StoreFormat | None = None
    files: int | None = None
    unpacked: int | None = None
    with_users: bool = False
    """Whether users and roles come along (as Cypher, which is never read further)."""

    def check_name(self, file_name: str) -> None:
        """Compare the extension with what the file is; raises NotABackup when they differ."""
        name = file_name.lower()
        allowed = {f".{self.kind}"}
        if self.form == "tar+gzip":
            allowed |= {".tar.gz", ".tgz"}
        if not name.endswith(tuple(allowed)):
            raise NotABackup(
                f"the file is a `.{self.kind}` by its content, but not by its name",
                hint="Was it renamed? Give it the name it had, and look whether it is the one "
                "you mean.",
            )
