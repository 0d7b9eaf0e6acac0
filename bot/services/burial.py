"""Burying: how a scratch instance is found and deleted, by its operation or by the reaper.

DELETE leaves for an instance only after it was read and compared with its ledger entry, and after
the audit log has it (promises P11 and P13). It is repeated only when Aura seems to have lost it.
"""

from datetime import timedelta

from bot.core.audit import AuditRecord, Verdict
from bot.core.errors import AuraConflict, AuraNotFound
from bot.core.instances import Condition, Instance
from bot.core.scratch import ScratchEntry, deletable, ours
from bot.services.world import World

#: How long Aura may keep a fresh instance from us: its id answers 404 for about a minute, and
#: a create whose answer was lost may take effect late.
APPEARS_WITHIN = timedelta(minutes=10)
#: A deletion that has not begun after so long is asked for again.
ASK_AGAIN = timedelta(minutes=10)


def secret_key(name: str) -> str:
    """Return where the password of a scratch instance is kept."""
    return f"scratch-{name}"


async def note(world: World, entry: ScratchEntry, **learnt: object) -> ScratchEntry:
    """Write what was learnt into the ledger, beside whatever else was; returns the new entry."""
    return await world.ledger.update(entry.name, lambda old: old.model_copy(update=learnt))


async def locate(world: World, entry: ScratchEntry) -> ScratchEntry:
    """Look for an instance whose answer was lost, by its name; the entry may learn its id.

    A list does not tell when an instance was created by whom, so it is read and compared too.
    """
    for summary in await world.aura.instances():
        if summary.name != entry.name or summary.project_id != entry.order.project_id:
            continue
        try:
            found = await world.aura.instance(summary.id, background=True)
        except AuraNotFound:
            continue  # on its way in or out
        if ours(entry, found):
            return await note(world, entry, instance_id=found.id)
    return entry


async def bury(world: World, entry: ScratchEntry) -> bool:
    """Do what is next to make a scratch instance go; returns whether it has gone.

    Raises AuraError, or NotAllowed where the instance is not the one that the ledger means.
    """
    if entry.gone_at is not None:
        return True
    await world.secrets.drop(secret_key(entry.name))
    if entry.instance_id is None:
        if await world.ledger.forgo(entry):
            return await _gone(world, entry)  # it was never asked for, and never will be
        entry = await locate(world, entry)
    if entry.instance_id is None:
        over = world.clock.now() >= entry.created_at + APPEARS_WITHIN
        return over and await _gone(world, entry)
    try:
        found = await world.aura.instance(entry.instance_id, background=True)
    except AuraNotFound:
        young = world.clock.now() < entry.created_at + APPEARS_WITHIN
        if young and entry.deleting_at is None:
            return False  # a fresh id may be unknown to Aura's own API
        return await _gone(world, entry)
    if _may_ask(world, entry, found):
        await _delete(world, entry, found)
    return False


def _may_ask(world: World, entry: ScratchEntry, found: Instance) -> bool:
    now, asked = world.clock.now(), entry.deleting_at
    match found.condition:
        case Condition.LEAVING:
            return False
        case Condition.BUSY if now < entry.dies_at:
            return False  # Aura would answer 409 until it has come to rest
        case _:
            return asked is None or now >= asked + ASK_AGAIN


async def _delete(world: World, entry: ScratchEntry, found: Instance) -> None:
    permit = deletable(entry, found)
    if entry.condemned_at is None:
        await _keep(world, entry, "scratch.delete", Verdict.ALLOWED)
        await note(world, entry, condemned_at=world.clock.now())
    try:
        accepted = await world.aura.delete_owned(permit)
    except (AuraNotFound, AuraConflict):
        return  # gone already, or busy in spite of its status: the next look tells
    await note(world, entry, deleting_at=world.clock.now())
    await _keep(world, entry, "scratch.deleting", Verdict.DONE, accepted.request_id)


async def _keep(
    world: World, entry: ScratchEntry, action: str, verdict: Verdict, request_id: str | None = None
) -> None:
    await world.audit.append(
        AuditRecord(
            at=world.clock.now(),
            action=action,
            verdict=verdict,
            operation_id=entry.operation_id,
            instance_id=entry.instance_id,
            environment=entry.environment,
            aura_request_id=request_id,
            why=f"{entry.name} was created for the {entry.purpose}",
        )
    )


async def _gone(world: World, entry: ScratchEntry) -> bool:
    await note(world, entry, gone_at=world.clock.now())
    return True
