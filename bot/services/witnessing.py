"""Witnessing: follows single snapshots to their end, to learn what Aura really keeps."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC

from bot.core.base import InstanceId
from bot.core.errors import AuraError, AuraNotFound, AuraThrottled, AuraUnavailable
from bot.core.retention import Witness, forgotten, learned, to_ask, witnesses
from bot.core.sightings import Sighting
from bot.core.snapshots import Snapshot
from bot.core.tiers import TierFacts, facts
from bot.services.world import World


class Witnessing:
    """What witnesses there are, when they are asked, and what they taught."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def tiers(self) -> Mapping[str, TierFacts]:
        """Return what is known of every tier: what was seen counts for more than what is written.

        Raises StoreUnavailable.
        """
        return learned(await self._world.watch.witnesses(), self._world.estate.tiers)

    async def meet(self, sight: Sighting, snapshots: Sequence[Snapshot]) -> None:
        """Remember what these snapshots can bear witness of, and how many Aura took by itself."""
        own = Counter(
            s.taken_at.astimezone(UTC).date() for s in snapshots if s.completed and not s.on_demand
        )
        await self._world.watch.counted(sight.id, own)
        found = witnesses(sight.tier, snapshots, at=self._world.clock.now())
        known = {w.key for w in await self._world.watch.witnesses()} if found else set()
        for witness in found:
            if witness.key not in known:
                await self._world.watch.witness(witness)

    async def edges(self, sights: Mapping[InstanceId, Sighting]) -> None:
        """Ask for the witnesses whose time has come, one of each tier and sort a round.

        Raises AuraUnavailable or AuraThrottled.
        """
        now, tiers = self._world.clock.now(), self._world.estate.tiers
        known = await self._world.watch.witnesses()
        for witness in known:
            if forgotten(witness, facts(witness.tier, tiers), now=now):
                await self._world.watch.dismiss(witness.key)
        asked: set[tuple[str, str]] = set()
        for witness in to_ask(known, tiers, now=now):
            if (witness.tier, witness.sort) in asked:
                continue
            asked.add((witness.tier, witness.sort))
            await self._ask(witness, sights)

    async def _ask(self, witness: Witness, sights: Mapping[InstanceId, Sighting]) -> None:
        sight = sights.get(witness.instance_id)
        if sight is None or sight.gone_since is not None or sight.tier != witness.tier:
            await self._world.watch.dismiss(witness.key)
            return
        found: Snapshot | None = None
        try:
            found = await self._world.aura.snapshot(
                witness.instance_id, witness.snapshot_id, background=True
            )
        except AuraNotFound as gone:
            if gone.reason != "snapshot-not-found":
                return
        except (AuraUnavailable, AuraThrottled):
            raise
        except AuraError:
            return
        await self._world.watch.witness(witness.after(found, at=self._world.clock.now()))
