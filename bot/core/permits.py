"""Permits: the only key that opens the Aura edge for a destructive call.

A permit is minted from an operation whose history proves every gate (promise P1), is for exactly
one effect on exactly what the sealed plan names, and is consumed in Redis before the call leaves,
so that even a bug above can neither restore without approval nor twice (promise P6).
"""

from pydantic import AwareDatetime

from bot.core.base import Frozen, InstanceId, OperationId
from bot.core.operations.events import RestoreIntended
from bot.core.operations.gated import Gated, permitted


class Permit(Frozen):
    """Leave to replace the data of one instance, once. Get one from `mint`.

    ``names`` holds everything that the call's path and body may name, by the words of the guard's
    shapes: always ``instance``, the target, and what else the effect wants.
    """

    operation_id: OperationId
    seal: str
    effect: str
    names: dict[str, str]
    intended_at: AwareDatetime
    """When the intent was recorded; what was checked before it holds for a moment only."""

    @property
    def instance_id(self) -> InstanceId:
        """The instance whose data is replaced."""
        return InstanceId(self.names["instance"])


def mint(op: Gated) -> Permit:
    """Return the permit of an operation that passed every gate; raises NotAllowed otherwise."""
    return Permit(
        operation_id=op.id,
        seal=op.plan.seal,
        effect=op.EFFECT,
        names=permitted(op),
        intended_at=op.when(RestoreIntended) or op.created_at,
    )
