"""Permits: the only key that opens the Aura edge for a destructive call.

A permit is minted from an operation whose history proves every gate (promise P1), names exactly
one path, and is consumed in Redis before the call leaves, so that even a bug above can neither
restore without approval nor twice (promise P6).
"""

from pydantic import AwareDatetime

from bot.core.base import Frozen, InstanceId, OperationId, SnapshotId
from bot.core.operations.events import RestoreIntended
from bot.core.operations.restore import Restore, permitted


class Permit(Frozen):
    """Leave to overwrite one instance with one of its snapshots, once. Get one from `mint`."""

    operation_id: OperationId
    seal: str
    instance_id: InstanceId
    snapshot_id: SnapshotId
    intended_at: AwareDatetime
    """When the intent was recorded; what was checked before it holds for a moment only."""


def mint(op: Restore) -> Permit:
    """Return the permit of an operation that passed every gate; raises NotAllowed otherwise."""
    instance_id, snapshot_id = permitted(op)
    return Permit(
        operation_id=op.id,
        seal=op.plan.seal,
        instance_id=instance_id,
        snapshot_id=snapshot_id,
        intended_at=op.when(RestoreIntended) or op.created_at,
    )
