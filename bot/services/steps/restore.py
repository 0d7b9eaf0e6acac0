"""Steps of the restore machine: its call, and the second look at its snapshot."""

from bot.core.operations import Restore
from bot.core.permits import Permit
from bot.core.plan import snapshot_differences
from bot.ports import Accepted
from bot.services.steps.gated import GatedSteps


class RestoreSteps(GatedSteps[Restore]):
    """Performs what `bot.core.operations.restore` asks for."""

    async def call(self, permit: Permit) -> Accepted:
        """Send the restore."""
        return await self._world.aura.overwrite_in_place(permit)

    async def sources(self, op: Restore) -> tuple[str, ...]:
        """Look at the snapshot again."""
        planned = op.plan.snapshot
        now = await self._world.aura.snapshot(op.instance_id, planned.id)
        return snapshot_differences(planned, now)
