"""Creating an instance: the one call that hands out a password, and hands it out once."""

from collections.abc import Mapping
from datetime import datetime

from sandbox.aura.answers import (
    Answer,
    Asked,
    found,
    invalid,
    no_snapshot,
    ongoing,
    refused,
    unavailable_while,
)
from sandbox.aura.databases import DEFAULT, Databases
from sandbox.aura.fleet import Project
from sandbox.aura.graphs import Content
from sandbox.aura.instances import Instance
from sandbox.aura.offers import STORAGE_OF, STORAGES, gigabytes
from sandbox.aura.snapshots import SnapshotLog
from sandbox.aura.tiers import retention
from sandbox.aura.times import stamp
from sandbox.aura.world import World

_REQUIRED = ("version", "region", "memory", "name", "type", "tenant_id", "cloud_provider")
_LONGEST_NAME = 30
_PASSWORD_BITS = 192


def instance_name(asked: Asked) -> str:
    """The `name` of the body: 1 to 30 characters, no blank at either end; 400 otherwise."""
    name = asked.text("name")
    if name is None or not 1 <= len(name) <= _LONGEST_NAME or name != name.strip():
        raise invalid("name", "name must be 1 to 30 characters without blanks at either end")
    return name


def check_storage(storage: str | None) -> None:
    """Refuse with 400 a storage that is not on offer; None, which follows the memory, is."""
    if storage is not None and storage not in STORAGES:
        raise refused(400, "invalid-storage-size", f"{storage} is not on offer", field="storage")


def completed_exportable(
    source: Instance, snapshot_id: str, now: datetime, *, status: int
) -> Content:
    """What this snapshot of `source` holds; refuses unless it can leave it.

    The message is known, its status code is not; `status` is the double's choice.
    """
    snapshot = source.snapshots(now).get(snapshot_id, now)
    if snapshot is None:
        raise no_snapshot(snapshot_id)
    if not snapshot.exportable(now):
        message = f"Source snapshot {snapshot_id} is not exportable"
        raise refused(status, "snapshot-not-exportable", message)
    return snapshot.content


def create_instance(world: World, asked: Asked) -> Answer:
    """Create an instance, empty or from another one's data; answers with its first password."""
    order = {key: asked.text(key) or "" for key in _REQUIRED}
    for key, value in order.items():
        if not value:
            raise invalid(key, f"{key} is required")
    name = instance_name(asked)
    project = world.projects.get(order["tenant_id"])
    if project is None:
        message = "The tenant you specified could not be found"
        raise refused(400, "tenant-not-found", message, field="tenant_id")
    world.allow(asked, project.id)
    _check_offer(world, project, order)
    check_storage(asked.text("storage"))
    if order["type"] != "free-db" and not project.billing:
        message = "You must provide billing details in the Aura Console before creating an instance"
        raise refused(400, "missing-billing-details", message)
    source = _source(world, asked, order)
    _check_limit(world, asked, project, order["type"])
    key_id = asked.text("customer_managed_key_id")
    if key_id is not None and key_id not in world.keys:
        message = f"Encryption Key not found: {key_id}"
        raise refused(400, "encryption-key-not-found", message, field="customer_managed_key_id")
    instance = _build(world, asked, name, order, key_id)
    _start(world, asked, instance, source)
    return found(_first_sight(instance), status=202)


def _check_offer(world: World, project: Project, order: Mapping[str, str]) -> None:
    prices = world.prices(project)
    keys = ("type", "cloud_provider", "region", "version", "memory")
    for depth, key in enumerate(keys, start=1):
        chosen = [order[k] for k in keys[:depth]]
        if not any([getattr(p, k) for k in keys[:depth]] == chosen for p in prices):
            reason = "invalid-memory-size" if key == "memory" else "validation-error"
            raise refused(400, reason, f"{order[key]} is not on offer", field=key)


def _check_limit(world: World, asked: Asked, project: Project, tier: str) -> None:
    there = [i for i in world.visible(asked) if i.project_id == project.id]
    one_free = tier == "free-db" and any(i.type == "free-db" for i in there)
    if one_free or len(there) >= project.limit:
        raise refused(405, "instance-limit-reached", "You have reached your limit of instances")


def _source(world: World, asked: Asked, order: Mapping[str, str]) -> Content | None:
    source_id, snapshot_id = asked.text("source_instance_id"), asked.text("source_snapshot_id")
    if source_id is None:
        if snapshot_id is not None:
            raise invalid("source_instance_id", "source_snapshot_id needs source_instance_id")
        return None
    source = world.instance(asked, source_id)
    if gigabytes(order["memory"]) < gigabytes(source.memory):
        message = f"{order['memory']} is smaller than the source instance"
        raise refused(400, "invalid-memory-size", message, field="memory")
    if order["version"] == "4" and source.version != "4":
        raise invalid("version", "data of a newer version cannot be cloned down")
    if snapshot_id is not None:
        return completed_exportable(source, snapshot_id, asked.now, status=400)
    operation = source.operation(asked.now)
    if operation is not None:
        raise ongoing(operation)
    if source.status != "running":
        raise unavailable_while("clone", source.status)
    return source.databases.content(asked.now)


def _build(
    world: World, asked: Asked, name: str, order: Mapping[str, str], key_id: str | None
) -> Instance:
    instance_id = world.new_instance_id()
    rules = retention(order["type"], order["version"])
    databases = Databases(instance_id, rules if asked.body.get("multi_database") is True else None)
    databases.add(DEFAULT, asked.now)
    instance = Instance(
        id=instance_id,
        name=name,
        project_id=order["tenant_id"],
        type=order["type"],
        version=order["version"],
        cloud_provider=order["cloud_provider"],
        region=order["region"],
        memory=order["memory"],
        storage=asked.text("storage") or STORAGE_OF[order["memory"]],
        created_at=asked.now,
        databases=databases,
        users={"neo4j": f"{world.chance.getrandbits(_PASSWORD_BITS):048x}"},
        log=SnapshotLog(
            *(instance_id, rules),
            anchor=asked.now,
            since=asked.now,
            content=databases.content,
        ),
        pace=world.pace,
        alone_since=asked.now,
        status="creating",
        metrics=world.projects[order["tenant_id"]].metrics,
        key_id=key_id,
        vector_optimized=asked.body.get("vector_optimized") is True,
        graph_analytics_plugin=asked.body.get("graph_analytics_plugin") is True,
    )
    world.instances[instance_id] = instance
    return instance


def _start(world: World, asked: Asked, instance: Instance, source: Content | None) -> None:
    durations = world.pace.durations
    instance.hidden_until = asked.now + world.pace.span(durations.hidden)

    def first_snapshot(at: datetime) -> None:
        if instance.status == "running":
            if source is not None:
                instance.databases.bring(source, at)
            instance.log.take_initial(at, taking=world.pace.span(durations.snapshot))

    steps = [(durations.create, "running")]
    if source is not None:
        ends = "loading failed" if world.faults.restore_fails.take() else "running"
        steps = [(durations.create, "loading"), (durations.load, ends)]
    instance.begin(asked.now, "creating", *steps, finish=first_snapshot)


def _first_sight(instance: Instance) -> dict[str, object]:
    return {
        "id": instance.id,
        "connection_url": instance.connection_url,
        "username": "neo4j",
        "password": instance.users["neo4j"],
        "tenant_id": instance.project_id,
        "cloud_provider": instance.cloud_provider,
        "region": instance.region,
        "type": instance.type,
        "name": instance.name,
        "created_at": stamp(instance.created_at),
    }
