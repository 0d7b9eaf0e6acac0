"""Exports: the two honest ways out of Aura, their plan, and what a file must be to count.

No version of Aura's API can download a snapshot; only the console can
(https://neo4j.com/docs/aura/managing-instances/backup-restore-export/). So either a person fetches
the file and brings it (guided), or the graph is read out of a scratch instance (archive).
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from urllib.parse import quote

from pydantic import Field, JsonValue

from bot.core.backups import Inspection
from bot.core.backups import Kind as FileKind
from bot.core.base import Frozen, InstanceId, ProjectId, SnapshotId
from bot.core.errors import BotError
from bot.core.graph.fingerprint import Fingerprint, Kept, compare
from bot.core.instances import Instance
from bot.core.plan import Plan
from bot.core.snapshots import Snapshot

#: How the console is reached. Neo4j has moved its pages before, so it is configuration.
CONSOLE = "https://console.neo4j.io/projects/{project}/instances"
GIB = 2**30


class Way(StrEnum):
    """How the data leaves Aura."""

    GUIDED = "guided"
    """A person exports the snapshot in the console and brings the file."""
    ARCHIVE = "archive"
    """The graph is read out of a scratch instance made of the snapshot."""


class WrongBackup(BotError):
    """A backup file is whole, but not the one that was asked for; nothing of it was kept."""


class TooLarge(BotError):
    """A file is larger than an upload address takes; nothing of it was kept."""


class UnknownAddress(BotError):
    """No upload is open under this address, or not any more."""


class DeliveryBusy(BotError):
    """Another file is being received for the same export."""


class CalledOff(BotError):
    """The export ended while its file came; nothing of it was kept."""


class ExportRules(Frozen):
    """`[export]` of the configuration: how a person brings a file, and what is taken."""

    open_hours: int = Field(default=24, ge=1, le=168)
    remind_hours: int = Field(default=4, ge=1, le=168)
    most_gb: int = Field(default=256, ge=1, le=65_536)
    tolerance_minutes: int = Field(default=30, ge=0, le=24 * 60)
    console_url: str = CONSOLE

    @property
    def most_bytes(self) -> int:
        """The largest file that is taken."""
        return self.most_gb * GIB

    def console(self, project: ProjectId, instance: InstanceId, snapshot: SnapshotId | None) -> str:
        """Return the page of the console to begin at."""
        filled = {"{project}": project, "{instance}": instance, "{snapshot}": snapshot or ""}
        page = self.console_url
        for word, id_ in filled.items():
            page = page.replace(word, quote(id_, safe=""))
        return page


class Estimate(Frozen):
    """What the scratch instance of an archive will be; ``cost`` is None without a price."""

    size: str
    cost: str | None = None
    lives_minutes: int = Field(ge=1)


class ExportPlan(Plan):
    """What an export will do, which way, and why that way."""

    kind: Literal["export"] = "export"
    instance: Instance
    way: Way
    why: str
    """Why this way, a sentence for people."""
    wanted: SnapshotId | None = None
    """The snapshot that was named; None takes a new one."""
    estimate: Estimate | None = None
    public: bool = False
    """Whether an upload address can be offered."""
    rules: ExportRules = ExportRules()


def why(way: Way) -> str:
    """Say why an export goes this way."""
    match way:
        case Way.GUIDED:
            return (
                "Aura's API cannot download a snapshot, only its console can. So a person exports "
                "it there and brings the file; `--archive` would read the graph out instead, "
                "without users, roles and settings."
            )
        case Way.ARCHIVE:
            return (
                "Aura's API cannot download a snapshot. So a scratch instance is made of it, its "
                "graph is read out into an archive, and the scratch instance is deleted. Users, "
                "roles and settings are not part of it; without `--archive` a person could bring "
                "the backup file itself."
            )


def closes_at(rules: ExportRules, *, now: datetime, unexportable_at: datetime | None) -> datetime:
    """Return until when a file is waited for: the rules' hours, or less if Aura lets go before."""
    until = now + timedelta(hours=rules.open_hours)
    return until if unexportable_at is None else max(min(until, unexportable_at), now)


def judge(said: Inspection, *, snapshot: Snapshot, database: str, rules: ExportRules) -> None:
    """Compare what a file says of itself with what was asked for; raises WrongBackup.

    A dump and AuraDS's `.tar` say neither database nor time, so they are taken as they are.
    """
    again = "Export the snapshot in the console again, and bring that file."
    if said.kind is not FileKind.BACKUP:
        return
    if said.database is not None and said.database != database:
        raise WrongBackup(
            f"the file is a backup of the database “{said.database[:60]}”, "
            f"and “{database}” was asked for",
            hint=again,
        )
    if said.full is False:
        raise WrongBackup(
            "the file is a differential backup, which is of no use without those before it",
            hint="A snapshot on demand, or a daily one, is full. " + again,
        )
    if said.taken_at is not None:
        apart = abs(said.taken_at - snapshot.taken_at)
        if apart > timedelta(minutes=rules.tolerance_minutes):
            raise WrongBackup(
                f"the file is a backup of {said.taken_at:%Y-%m-%d %H:%M:%S} UTC, and the snapshot "
                f"is of {snapshot.taken_at:%Y-%m-%d %H:%M:%S} UTC",
                hint=f"They may be {rules.tolerance_minutes} minutes apart. " + again,
            )


def of_source(source: Kept | None) -> tuple[dict[str, JsonValue] | None, tuple[str, ...]]:
    """Return a guided export's fingerprint for the manifest, and what a reader must know of it.

    The file itself is not counted, so all there is was counted in the instance.
    """
    if source is None:
        return None, ()
    counted = source.fingerprint
    note = (
        "the fingerprint was counted in the instance around the snapshot, at "
        f"{counted.taken_at:%Y-%m-%d %H:%M} UTC, and not in the file"
    )
    return counted.model_dump(mode="json", exclude_none=True), (note,)


def agreement(source: Kept | None, archived: Fingerprint) -> str:
    """Compare an archive with what was counted in its source around the snapshot: a sentence.

    They may differ without a fault: whatever was written between the count and the snapshot.
    """
    if source is None:
        return "What the source held at the snapshot was not counted."
    counted = source.fingerprint
    when = f"{counted.taken_at:%Y-%m-%d %H:%M} UTC"
    differs = compare(counted, archived)
    if differs.nothing:
        return f"The source held the same when it was counted around the snapshot, at {when}."
    if differs.nodes or differs.relationships:
        held = f"{counted.nodes:,} nodes and {counted.relationships:,} relationships"
    else:
        held = "as many nodes and relationships, with other labels, types or definitions"
    return (
        f"The source held {held} when it was counted around the snapshot, at {when}: what was "
        "written between the two shows."
    )


def silence(kind: FileKind) -> tuple[str, ...]:
    """Return what a reader must know since the file does not say it."""
    if kind is FileKind.BACKUP:
        return ()
    return (f"a `.{kind}` says neither its database nor its time: both are as asked for",)
