"""Everything the double knows: projects, instances, keys, and what was set in motion."""

import random
from dataclasses import dataclass, replace
from datetime import datetime

from sandbox.aura.answers import Asked, forbidden, no_instance, no_project, ongoing
from sandbox.aura.databases import DEFAULT, Databases, Growth
from sandbox.aura.faults import Faults
from sandbox.aura.fleet import Fleet, Organization, Project, Seed, database_password
from sandbox.aura.instances import GONE, Instance
from sandbox.aura.offers import Configuration, price_list
from sandbox.aura.snapshots import SnapshotLog
from sandbox.aura.tiers import retention
from sandbox.aura.times import Now, Pace, stamp


@dataclass(frozen=True, kw_only=True)
class Restore:
    """An accepted call that replaces the data of an instance.

    `kind` is `restore`, `overwrite` or `upload` (of a file, without a source); `snapshot_id` is
    None for an overwrite from the present state of its source; `database_id` is set when only one
    of several databases is restored. `n` is the number of the call.
    """

    n: int
    at: datetime
    kind: str
    instance_id: str
    source_id: str
    snapshot_id: str | None
    request_id: str
    database_id: str | None = None


@dataclass(kw_only=True)
class Key:
    """A customer-managed key."""

    id: str
    name: str
    project_id: str
    key_id: str
    cloud_provider: str
    region: str
    instance_type: str
    created: datetime
    ready_at: datetime

    def render(self, now: datetime) -> dict[str, object]:
        """The key on its own."""
        return {
            "id": self.id,
            "name": self.name,
            "tenant_id": self.project_id,
            "key_id": self.key_id,
            "cloud_provider": self.cloud_provider,
            "region": self.region,
            "instance_type": self.instance_type,
            "created": stamp(self.created),
            "status": "ready" if now >= self.ready_at else "pending",
        }


class World:
    """The state of the double, without any HTTP."""

    def __init__(self, *, now: Now, seed: Fleet, pace: Pace, faults: Faults) -> None:
        self.now = now
        self.pace = pace
        self.faults = faults
        self.organizations: dict[str, Organization] = {o.id: o for o in seed.organizations}
        self.projects: dict[str, Project] = {p.id: p for p in seed.projects}
        self.instances: dict[str, Instance] = {}
        self.keys: dict[str, Key] = {}
        self.restores: list[Restore] = []
        self.chance = random.Random(len(seed.seeds))  # noqa: S311  # the same ids in each run
        self._prices: dict[str, tuple[Configuration, ...]] = {}
        present = now()
        for sown in seed.seeds:
            self._plant(sown, present)

    def instance(self, asked: Asked, instance_id: str) -> Instance:
        """The instance as of now; refuses with 404, or 403 when the credentials may not see it."""
        instance = self.instances.get(instance_id)
        if instance is None:
            raise no_instance(instance_id)
        instance.settle(asked.now)
        hidden = instance.hidden_until is not None and asked.now < instance.hidden_until
        if self._buried(instance) or hidden:
            raise no_instance(instance_id)
        self.allow(asked, instance.project_id)
        return instance

    def idle_instance(self, asked: Asked, instance_id: str) -> Instance:
        """As `instance`, but refuses with 409 while an operation runs."""
        instance = self.instance(asked, instance_id)
        operation = instance.operation(asked.now)
        if operation is not None:
            raise ongoing(operation)
        return instance

    def replaced(
        self,
        asked: Asked,
        kind: str,
        instance_id: str,
        *,
        source_id: str,
        snapshot_id: str | None,
        database_id: str | None = None,
    ) -> None:
        """Note that this call was accepted and replaces data; see `Restore`."""
        self.restores.append(
            Restore(
                n=asked.n,
                at=asked.now,
                kind=kind,
                instance_id=instance_id,
                source_id=source_id,
                snapshot_id=snapshot_id,
                request_id=asked.request_id,
                database_id=database_id,
            )
        )

    def visible(self, asked: Asked) -> list[Instance]:
        """All instances which the credentials may see."""
        shown = []
        for instance in list(self.instances.values()):
            instance.settle(asked.now)
            if not self._buried(instance) and instance.project_id in asked.projects:
                shown.append(instance)
        return shown

    def project(self, asked: Asked, project_id: str) -> Project:
        """A project; refuses with 404 or 403."""
        project = self.projects.get(project_id)
        if project is None:
            raise no_project()
        self.allow(asked, project_id)
        return project

    def allow(self, asked: Asked, project_id: str) -> None:
        """Refuse with 403 what belongs to a project outside the credentials' reach."""
        if project_id not in asked.projects:
            raise forbidden()

    def prices(self, project: Project) -> tuple[Configuration, ...]:
        """What the project may create."""
        if project.id not in self._prices:
            self._prices[project.id] = price_list(project.tiers)
        return self._prices[project.id]

    def set_billing(self, project_id: str, *, billing: bool) -> None:
        """Give or take a project's billing details; KeyError when unknown."""
        self.projects[project_id] = replace(self.projects[project_id], billing=billing)

    def new_instance_id(self) -> str:
        """8 lower-case hex digits that are not in use."""
        while (fresh := f"{self.chance.getrandbits(32):08x}") in self.instances:
            pass
        return fresh

    def _buried(self, instance: Instance) -> bool:
        if instance.status != GONE:
            return False
        self.instances.pop(instance.id, None)
        return True

    def _plant(self, seed: Seed, now: datetime) -> None:
        created_at = now - seed.age
        rules = retention(seed.type, seed.version)
        databases = Databases(seed.id, rules if seed.databases else None)
        for name in (DEFAULT, *seed.databases):
            past = Growth(
                seed=f"{seed.id}/{name}",
                nodes=seed.nodes,
                relationships=seed.relationships,
                created=created_at,
                grown=now,
            )
            databases.add(name, now, past=past)
        log = SnapshotLog(
            seed.id,
            rules,
            anchor=now - seed.last_full,
            since=created_at,
            content=databases.content,
        )
        instance = Instance(
            id=seed.id,
            name=seed.name,
            project_id=seed.project_id,
            type=seed.type,
            version=seed.version,
            cloud_provider=seed.cloud_provider,
            region=seed.region,
            memory=seed.memory,
            storage=seed.storage,
            created_at=created_at,
            databases=databases,
            users={user: database_password(seed.id, user) for user in ("neo4j", "reader")},
            log=log,
            pace=self.pace,
            alone_since=now,
            used=seed.used,
            secondaries=seed.secondaries,
            cdc=seed.cdc,
            metrics=self.projects[seed.project_id].metrics,
        )
        taking = self.pace.span(self.pace.durations.snapshot)
        for age in sorted(seed.on_demand, reverse=True):
            log.remember(now - age, taking=taking)
        if seed.status != "running":
            until = None if seed.busy_for is None else now + seed.busy_for
            instance.become(now - seed.rested, seed.status, until=until)
        self.instances[seed.id] = instance
