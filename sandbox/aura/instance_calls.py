"""The calls on instances: list, get, create, change, delete, pause, resume, overwrite, upgrade."""

from datetime import datetime

from sandbox.aura.answers import (
    Answer,
    Asked,
    RefusedError,
    found,
    invalid,
    ongoing,
    refused,
    unavailable_while,
    wrong_tier,
)
from sandbox.aura.creation import (
    check_storage,
    completed_exportable,
    create_instance,
    instance_name,
)
from sandbox.aura.instances import GONE, Instance
from sandbox.aura.offers import MEMORY_BY_TIER, STORAGE_OF, gigabytes
from sandbox.aura.tiers import retention
from sandbox.aura.world import World

__all__ = [
    "change_instance",
    "create_instance",
    "delete_instance",
    "get_instance",
    "list_instances",
    "overwrite_instance",
    "pause_instance",
    "resume_instance",
    "upgrade_instance",
]

_RESTORABLE_STATUS = frozenset({"running", "paused", "loading failed"})
_CDC_MODES = frozenset({"OFF", "DIFF", "FULL"})


def list_instances(world: World, asked: Asked) -> Answer:
    """All instances in summary, without status; `tenantId` narrows to one project."""
    project_id = asked.query.get("tenantId")
    shown = world.visible(asked)
    return found([i.summary() for i in shown if project_id in (None, i.project_id)])


def get_instance(world: World, asked: Asked) -> Answer:
    """One instance with its status."""
    return found(world.instance(asked, asked.path["instance"]).render())


def delete_instance(world: World, asked: Asked) -> Answer:
    """Destroy; the instance answers 404 once it is gone."""
    instance = world.idle_instance(asked, asked.path["instance"])
    instance.begin(asked.now, "destroying", (world.pace.durations.destroy, GONE))
    return found(instance.render(), status=202)


def pause_instance(world: World, asked: Asked) -> Answer:
    """Pause a running instance; Free ones pause only by themselves."""
    instance = world.idle_instance(asked, asked.path["instance"])
    if instance.type == "free-db":
        raise wrong_tier(400, "pause", instance.type)
    if instance.status != "running":
        raise unavailable_while("pause", instance.status)
    instance.begin(asked.now, "pausing", (world.pace.durations.pause, "paused"))
    return found(instance.render(), status=202)


def resume_instance(world: World, asked: Asked) -> Answer:
    """Resume a paused instance."""
    instance = world.idle_instance(asked, asked.path["instance"])
    if instance.status != "paused":
        raise unavailable_while("resume", instance.status)
    instance.begin(asked.now, "resuming", (world.pace.durations.resume, "running"))
    return found(instance.render(), status=202)


def change_instance(world: World, asked: Asked) -> Answer:
    """Rename (200, at once) or resize and reconfigure (202, takes time)."""
    instance = world.instance(asked, asked.path["instance"])
    if instance.status == "destroying":
        raise ongoing("destroying")
    name = instance_name(asked) if "name" in asked.body else instance.name
    wanted = _wanted_changes(instance, asked)
    if not wanted and "name" not in asked.body:
        raise refused(400, "validation-error", "nothing to change")
    if wanted:
        world.idle_instance(asked, instance.id)
        if instance.status != "running":
            raise unavailable_while("resize", instance.status)

        def apply(_at: datetime) -> None:
            for attribute, value in wanted.items():
                setattr(instance, attribute, value)

        instance.name = name
        seconds = world.pace.durations.resize
        instance.begin(asked.now, "updating", (seconds, "running"), finish=apply)
        return found(instance.render(), status=202)
    instance.name = name
    return found(instance.render())


def upgrade_instance(world: World, asked: Asked) -> Answer:
    """Professional becomes Business Critical.

    The published specification says 200, calls against the live service were answered 202.
    """
    instance = world.idle_instance(asked, asked.path["instance"])
    memory, storage = asked.text("memory"), asked.text("storage")
    if (memory is None) != (storage is None):
        raise invalid("memory" if memory is None else "storage", "give both sizes or none")
    if instance.type != "professional-db":
        raise wrong_tier(409, "upgrade", instance.type)
    if instance.status != "running":
        raise unavailable_while("upgrade", instance.status)
    _check_sizes("business-critical", memory, storage)

    def apply(at: datetime) -> None:
        instance.type = "business-critical"
        instance.memory = memory or instance.memory
        instance.storage = storage or instance.storage
        instance.log.change_rules(retention(instance.type, instance.version), at)

    seconds = world.pace.durations.upgrade
    instance.begin(asked.now, "updating", (seconds, "running"), finish=apply)
    return found(instance.render(), status=202)


def overwrite_instance(world: World, asked: Asked) -> Answer:
    """Replace the data by another instance's, or by one of its exportable snapshots."""
    target = world.idle_instance(asked, asked.path["instance"])
    if target.type == "free-db":
        raise wrong_tier(420, "overwrite", target.type)
    if target.status not in _RESTORABLE_STATUS:
        raise unavailable_while("overwrite", target.status)
    source_id, snapshot_id = asked.text("source_instance_id"), asked.text("source_snapshot_id")
    if source_id is None:
        raise invalid("source_instance_id", "source_instance_id is required")
    source = world.instance(asked, source_id)
    if gigabytes(target.memory) < gigabytes(source.memory):
        raise _too_small(source, target)
    if snapshot_id is not None:
        content = completed_exportable(source, snapshot_id, asked.now, status=409)
    else:
        world.idle_instance(asked, source_id)
        if source.status != "running":
            raise unavailable_while("clone", source.status)
        taking = world.pace.span(world.pace.durations.snapshot)
        taken = source.snapshots(asked.now).take(asked.now, taking=taking, fails=False)
        content = taken.content
    target.replace_data(
        *(asked.now, "overwriting", content),
        seconds=world.pace.durations.overwrite,
        fails=world.faults.restore_fails.take(),
    )
    world.replaced(asked, "overwrite", target.id, source_id=source.id, snapshot_id=snapshot_id)
    return found(target.render(), status=202)


def _too_small(source: Instance, target: Instance) -> RefusedError:
    # Judged on the allocated size; 500 is what the published specification says.
    message = f"Cannot clone database {source.id} into smaller database {target.id}."
    return refused(500, "db-overwrite-size-disparity", message)


def _wanted_changes(instance: Instance, asked: Asked) -> dict[str, object]:
    memory, storage = asked.text("memory"), asked.text("storage")
    wanted: dict[str, object] = {}
    if memory is not None or storage is not None:
        if instance.type == "free-db":
            raise wrong_tier(400, "resize", instance.type)
        _check_sizes(instance.type, memory, storage)
        memory = memory or instance.memory
        wanted |= {"memory": memory, "storage": storage or STORAGE_OF[memory]}
    for flag in ("vector_optimized", "graph_analytics_plugin"):
        if flag in asked.body:
            if not isinstance(asked.body[flag], bool):
                raise invalid(flag, f"{flag} must be true or false")
            wanted[flag] = asked.body[flag]
    if "secondaries_count" in asked.body:
        count = asked.body["secondaries_count"]
        if instance.type != "enterprise-db":
            raise _incapable("secondaries")
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= 15:
            raise invalid("secondaries_count", "secondaries_count must be a small whole number")
        wanted["secondaries"] = count
    if "cdc_enrichment_mode" in asked.body:
        mode = asked.body["cdc_enrichment_mode"]
        if instance.type not in {"enterprise-db", "business-critical"}:
            raise _incapable("change data capture")
        if mode not in _CDC_MODES:
            raise invalid("cdc_enrichment_mode", "cdc_enrichment_mode must be OFF, DIFF or FULL")
        wanted["cdc"] = mode
    return wanted


def _check_sizes(tier: str, memory: str | None, storage: str | None) -> None:
    if memory is not None and memory not in MEMORY_BY_TIER[tier]:
        raise refused(400, "invalid-memory-size", f"{memory} is not on offer", field="memory")
    check_storage(storage)


def _incapable(what: str) -> RefusedError:
    message = f"This instance is not capable of {what}"
    return refused(400, "database-incapable-of-action", message)
