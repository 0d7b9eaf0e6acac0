"""How scheduled work ended: nobody waits for its messages, so failures become alerts."""

from bot.core.base import InstanceId
from bot.core.housekeeping import Outcome
from bot.core.operations import AnyOperation, Operation
from bot.core.operations import events as e
from bot.core.schedules import Schedule, Work
from bot.services.world import World

#: How an operation ends that did its work, or was taken back.
_WELL = frozenset({"done", "proven", "proven_with_warnings", "cancelled"})


async def ended(world: World, op: AnyOperation) -> None:
    """Remember how an operation ended that a schedule began; others are told of otherwise."""
    schedule, at = op.origin.schedule, op.ended_at
    if schedule is None or at is None or op.kind not in set(Work):
        return
    await world.watch.ended(
        Outcome(
            schedule=schedule,
            work=Work(op.kind),
            environment=op.environment,
            instance_id=InstanceId(op.instance_id),
            name=op.plan.instance.name,
            at=at,
            failed=str(op.phase) not in _WELL,
            why=_why(op),
            operation_id=op.id,
        )
    )


def _why(op: AnyOperation) -> str:
    """Return the reason that its last words give, or how it ended."""
    said = getattr(op.history[-1].event, "reason", "") if op.history else ""
    failed = op.last(e.StepFailed)
    ended = str(op.phase).replace("_", " ")
    return said or (failed.reason if failed else "") or f"it ended as {ended}"


async def refused(
    world: World, schedule: Schedule, instance_id: InstanceId, name: str, why: str
) -> None:
    """Remember that a slot was refused, and nothing began; ``name`` is the instance's."""
    await world.watch.ended(
        Outcome(
            schedule=schedule.id,
            work=schedule.work,
            environment=schedule.environment,
            instance_id=instance_id,
            name=name,
            at=world.clock.now(),
            failed=True,
            why=why,
        )
    )


def watched(world: World, op: Operation) -> bool:
    """Whether the watch tells of its failure: where it is on, of what a schedule began."""
    return op.origin.schedule is not None and world.estate.watch(op.environment).on
