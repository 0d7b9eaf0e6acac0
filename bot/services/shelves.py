"""Shelves: what stands in the vault, for the clocks of copies outside the instance."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from bot.core.base import InstanceId
from bot.core.errors import BotError, StoreUnavailable
from bot.core.housekeeping import Bearings
from bot.core.leaving import SOON
from bot.core.schedules import Work
from bot.core.sightings import Copy
from bot.core.vault import Export, foreseen
from bot.services.world import World

log = structlog.get_logger(__name__)

#: How often the vault is listed; an export is verified before it stands there.
EVERY = timedelta(hours=1)


def listed_at(world: World, bearings: Bearings) -> datetime | None:
    """Return when the vault was last listed; now where there is none, since nothing is in it."""
    return world.clock.now() if world.vault is None else bearings.vault_at


async def list_vault(world: World, bearings: Bearings) -> Bearings:
    """List the vault now and then; while it does not answer, what was known stays.

    An export that is not sound counts for nothing. Each has an end as far as it is foreseen:
    retention takes nothing by the mere passing of time, but by the exports that schedules bring.
    """
    now, at = world.clock.now(), bearings.vault_at
    if world.vault is None or (at is not None and at <= now < at + EVERY):
        return bearings
    try:
        contents = await world.vault.contents()
    except StoreUnavailable:
        raise
    except BotError as trouble:
        log.warning("the vault was not listed", why=trouble.summary)
        return bearings
    coming = await _coming(world, contents.exports)
    ends = foreseen(contents.exports, world.keep, coming, now=now, within=SOON)
    await world.watch.stocked(
        {
            (export.manifest.instance_id, export.id): Copy(
                snapshot_at=export.manifest.taken_at, until=ends.get(export.name)
            )
            for export in contents.exports
            if export.sound
        }
    )
    return bearings.model_copy(update={"vault_at": now})


async def _coming(
    world: World, exports: tuple[Export, ...]
) -> Mapping[tuple[str, InstanceId], list[datetime]]:
    """Return when schedules will bring exports of what the vault holds exports of."""
    now, pauses = world.clock.now(), await world.schedules.pauses()
    held = {(export.manifest.environment, export.manifest.instance_id) for export in exports}
    found: dict[tuple[str, InstanceId], list[datetime]] = {}
    for schedule in (*world.estate.schedules(), *await world.schedules.all()):
        if schedule.work is not Work.EXPORT or schedule.id in pauses:
            continue
        wanted = world.estate.watch(schedule.environment).protection
        slots = []
        for slot in schedule.timing.slots(now):
            if slot > now + SOON:
                break
            if wanted.frozen(slot) is None:
                slots.append(slot)
        for environment, instance in held:
            if environment == schedule.environment and schedule.instance_id in (None, instance):
                found.setdefault((environment, instance), []).extend(slots)
    return found
