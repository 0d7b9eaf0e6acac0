"""Steps of the overwrite machine: its call, and the second look at the source and its snapshot."""

import asyncio

from bot.core.errors import NotRestorable
from bot.core.operations import Overwrite
from bot.core.overwriting import check_overwrite
from bot.core.permits import Permit
from bot.core.plan import instance_differences, snapshot_differences
from bot.ports import Accepted
from bot.services.steps.gated import GatedSteps


class OverwriteSteps(GatedSteps[Overwrite]):
    """Performs what `bot.core.operations.overwrite` asks for."""

    async def call(self, permit: Permit) -> Accepted:
        """Send the overwrite."""
        return await self._world.aura.overwrite_from(permit)

    async def sources(self, op: Overwrite) -> tuple[str, ...]:
        """Look at the source and its snapshot again, and whether the requester may still look."""
        plan = op.plan
        source, snapshot = await asyncio.gather(
            self._world.aura.instance(plan.source.id),
            self._world.aura.snapshot(plan.source.id, plan.snapshot.id),
        )
        home = self._world.estate.environment_of(source)
        found = [
            *instance_differences(plan.source, source, whose="the source: "),
            *snapshot_differences(plan.snapshot, snapshot),
        ]
        if (home.name if home else None) != plan.source_environment:
            found.append("the source moved to another environment")
        try:
            check_overwrite(plan.instance, source, snapshot)
        except NotRestorable as refusal:
            if not found:
                found.append(refusal.summary)
        return (*found, *await self._recheck.looking(op.requester, home))
