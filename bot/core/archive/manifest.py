"""What an archive says of itself: `manifest.json`, its last member."""

from collections.abc import Mapping
from typing import Literal

from pydantic import AwareDatetime

from bot.core.archive.counts import Counts
from bot.core.base import Frozen, InstanceId, SnapshotId

FORMAT: Literal["savepoint-archive/1"] = "savepoint-archive/1"
#: What no archive holds, in words for people.
NOT_INCLUDED = (
    "users, roles and privileges",
    "settings of the instance and the database",
    "other databases of the instance",
    "the transaction log, and so change data capture",
)


class About(Frozen):
    """Where a graph came from."""

    instance_id: InstanceId
    instance_name: str
    tier: str
    database: str = "neo4j"
    snapshot_id: SnapshotId | None = None
    snapshot_taken_at: AwareDatetime | None = None
    neo4j_version: str | None = None
    made_at: AwareDatetime
    tool: str


class ArchiveManifest(Frozen):
    """All that a reader needs beside the files."""

    format: Literal["savepoint-archive/1"] = FORMAT
    about: About
    counts: Counts
    indexes: int
    constraints: int
    members: int
    restore_needed: bool
    """Whether the statements under `restore/` must be run after the import."""
    changed: Mapping[str, int] = {}
    """What does not come back as it was, and how often."""
    not_included: tuple[str, ...] = NOT_INCLUDED
