"""The databases of an instance: what is in them now, and what was in them when.

An instance has one, `neo4j`, unless it was made for several; then each has backups of its own
(https://neo4j.com/docs/aura/managing-instances/multiple-databases/).
"""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sandbox.aura.graphs import EMPTY, Content, Graph, Lazy, shop
from sandbox.aura.snapshots import SnapshotLog
from sandbox.aura.tiers import Retention

DEFAULT = "neo4j"


def empty() -> Graph:
    """The graph of a new database."""
    return EMPTY


@dataclass(frozen=True, kw_only=True)
class Growth:
    """How a seeded graph grew, evenly, from nothing when it was `created` to all when `grown`."""

    seed: str
    nodes: int
    relationships: int
    created: datetime
    grown: datetime

    def at(self, when: datetime) -> Lazy:
        """The graph as it was."""
        age = self.grown - self.created
        share = (when - self.created) / age if age else 1.0
        sizes = {"nodes": self.nodes, "relationships": self.relationships}
        return partial(shop, self.seed, share=max(0.0, min(1.0, share)), **sizes)


@dataclass(kw_only=True)
class Database:
    """One database.

    `past` is how it was before the double began; `log` its own backups, None where the instance
    is backed up as a whole. `doing` is the one operation on it that runs, until `done_at`.
    """

    id: str
    name: str
    graph: Lazy = empty
    past: Growth | None = None
    log: SnapshotLog | None = None
    doing: str | None = None
    done_at: datetime | None = None
    _finish: Callable[[], None] | None = None

    def at(self, when: datetime) -> Lazy:
        """What a snapshot of this time holds; times since the double began mean: as it is."""
        if self.past is not None and when < self.past.grown:
            return self.past.at(when)
        return self.graph

    def begin(
        self, now: datetime, doing: str, taking: timedelta, finish: Callable[[], None] | None = None
    ) -> None:
        """Start an operation; `finish` is called when its time is over."""
        self.doing, self.done_at, self._finish = doing, now + taking, finish

    def settle(self, now: datetime) -> None:
        """Catch up with the clock."""
        if self.done_at is not None and now >= self.done_at:
            finish, self.doing, self.done_at, self._finish = self._finish, None, None, None
            if finish is not None:
                finish()

    def operation(self, now: datetime) -> str | None:
        """What runs on it, a backup too, or None."""
        if self.doing is None and self.log is not None and self.log.running(now) is not None:
            return "backing up"
        return self.doing


@dataclass
class Databases:
    """The databases of one instance, by name; with `rules`, each is backed up on its own."""

    instance_id: str
    rules: Retention | None = None
    by_name: dict[str, Database] = field(default_factory=dict)

    def add(
        self, name: str, now: datetime, *, graph: Lazy = empty, past: Growth | None = None
    ) -> Database:
        """A database more."""
        if past is not None:
            graph = past.at(past.grown)
        digest = hashlib.blake2b(f"{self.instance_id}/{name}".encode(), digest_size=16).digest()
        identity = str(uuid.UUID(bytes=digest, version=4))
        made = Database(id=identity, name=name, graph=graph, past=past)
        if self.rules is not None:
            since = now if past is None else past.created
            made.log = SnapshotLog(
                identity,
                self.rules,
                anchor=now if past is None else now - timedelta(hours=7, minutes=18),
                since=since,
                content=lambda at: {name: made.at(at)},
            )
        self.by_name[name] = made
        return made

    def pass_time(self, until: datetime, *, awake: bool, taking: timedelta) -> None:
        """Let the backups and operations of each database catch up with the clock."""
        for database in list(self.by_name.values()):
            if database.log is not None:
                if database.done_at is not None and database.done_at < until:
                    database.log.advance(database.done_at, awake=awake, taking=taking)
                    database.settle(until)
                database.log.advance(until, awake=awake, taking=taking)
            database.settle(until)

    def operation(self, now: datetime) -> str | None:
        """What runs on any of them, or None."""
        found = (database.operation(now) for database in self.by_name.values())
        return next((doing for doing in found if doing is not None), None)

    def content(self, at: datetime) -> Content:
        """What a snapshot of all databases holds."""
        return {name: database.at(at) for name, database in self.by_name.items()}

    def bring(self, content: Content, now: datetime) -> None:
        """Replace what is there; a database that the content does not know stays as it is.

        What becomes of databases made since the snapshot is not documented.
        """
        for name, graph in content.items():
            if name not in self.by_name and self.rules is not None:
                self.add(name, now)
            if name in self.by_name:
                self.by_name[name].graph = graph

    def find(self, database_id: str) -> Database | None:
        """A database by id."""
        return next((d for d in self.by_name.values() if d.id == database_id), None)

    @property
    def default(self) -> Database:
        """The one that every instance has."""
        return self.by_name[DEFAULT]
