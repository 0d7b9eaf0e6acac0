"""Shelves: what stands in the vault, for the clock of copies outside the instance."""

from datetime import timedelta

import structlog

from bot.core.errors import BotError, StoreUnavailable
from bot.core.housekeeping import Bearings
from bot.core.sightings import Copy
from bot.services.world import World

log = structlog.get_logger(__name__)

#: How often the vault is listed; an export is verified before it stands there.
EVERY = timedelta(hours=1)


async def list_vault(world: World, bearings: Bearings) -> Bearings:
    """List the vault now and then; while it does not answer, what was known stays.

    An export that is not sound counts for nothing. None of them has an end: retention takes
    nothing by the mere passing of time, and never the last ones (`bot.core.vault.retention`).
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
    await world.watch.stocked(
        {
            (export.manifest.instance_id, export.id): Copy(snapshot_at=export.manifest.taken_at)
            for export in contents.exports
            if export.sound
        }
    )
    return bearings.model_copy(update={"vault_at": now})
