"""Whether an instance can take the data of another one, and what differs between the two."""

from bot.core.errors import NotRestorable
from bot.core.instances import FREE, Condition, Instance
from bot.core.offers import gigabytes
from bot.core.snapshots import Exportable, Snapshot


def check_overwrite(target: Instance, source: Instance, snapshot: Snapshot | None) -> None:
    """Refuse what cannot be, or must not; raises NotRestorable.

    Aura takes no free target (420) and none that is smaller than its source (500), and only an
    exportable snapshot as the source
    (https://neo4j.com/docs/aura/platform/api/specification/, "Overwrite an instance").
    """
    if target.id == source.id:
        raise NotRestorable(
            "target and source are the same instance",
            hint=f"To go back to a snapshot of its own: `/aura restore {target.id}`.",
        )
    if target.tier == FREE:
        raise NotRestorable(
            f"“{target.name}” is on {target.tier_name}, which Aura does not overwrite",
            hint=f"Make a new instance of the snapshot instead: `/aura clone {source.id}`.",
        )
    if target.condition is Condition.LEAVING:
        raise NotRestorable(f"“{target.name}” is being deleted", hint="Choose another target.")
    if target.condition is not Condition.RUNNING:  # without it there is no safety snapshot either
        raise NotRestorable(
            f"“{target.name}” is {target.status}, and Aura overwrites only what is running",
            hint="Ask again when it is running.",
        )
    for word in ("memory", "storage"):
        here, there = gigabytes(getattr(target, word)), gigabytes(getattr(source, word))
        if here is not None and there is not None and here < there:
            raise NotRestorable(
                f"“{target.name}” has {getattr(target, word)} of {word}, less than the "
                f"{getattr(source, word)} of “{source.name}”",
                hint="Resize it in the Aura console, or choose a larger target.",
            )
    if snapshot is not None:
        _check_snapshot(source, snapshot)


def _check_snapshot(source: Instance, snapshot: Snapshot) -> None:
    if snapshot.instance_id != source.id:
        raise NotRestorable(
            f"snapshot “{snapshot.id}” is not one of “{source.name}”",
            hint=f"`/aura snapshot list {source.id}` shows those that are.",
        )
    if not snapshot.completed:
        raise NotRestorable(
            f"snapshot “{snapshot.id}” is {snapshot.status}, not Completed",
            hint="Choose a completed one.",
        )
    if snapshot.exportable is Exportable.NO:
        raise NotRestorable(
            f"snapshot “{snapshot.id}” cannot leave “{source.name}”: Aura calls it not exportable",
            hint=f"`/aura snapshot list {source.id} --exportable` shows those that can.",
        )


def contrasts(target: Instance, source: Instance) -> tuple[str, ...]:
    """Say in plain clauses how the two differ, as far as people should know before deciding."""
    pairs = (
        ("tier", source.tier_name, target.tier_name),
        ("memory", source.memory, target.memory),
        ("storage", source.storage, target.storage),
        ("cloud", source.cloud, target.cloud),
        ("region", source.region, target.region),
        ("change data capture", source.cdc_mode, target.cdc_mode),
    )
    return tuple(
        f"{word}: {there or 'unknown'} → {here or 'unknown'}"
        for word, there, here in pairs
        if (there or "") != (here or "")
    )
