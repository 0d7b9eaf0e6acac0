"""What every use case does around a change: keep the audit record first, wake the rest after."""

from typing import Protocol

import structlog

from bot.core.audit import AuditEntry, AuditRecord, Verdict
from bot.core.errors import InstanceBusy, StoreUnavailable
from bot.core.operations import Asked, Operation
from bot.core.people import Person
from bot.ports import AuditLog, Clock
from bot.services.world import World

log = structlog.get_logger(__name__)


class Books(Protocol):
    """What is needed to keep a record; the world has it, and so has the vault's own desk."""

    @property
    def audit(self) -> AuditLog:
        """The audit log."""

    @property
    def clock(self) -> Clock:
        """The present time."""


async def keep(
    books: Books,
    op: Operation,
    action: str,
    actor: Person | None,
    *,
    verdict: Verdict = Verdict.ALLOWED,
    why: str = "",
    request_id: str | None = None,
) -> AuditEntry:
    """Append an audit record; raises StoreUnavailable, and then nothing may follow."""
    return await books.audit.append(
        AuditRecord(
            at=books.clock.now(),
            action=action,
            verdict=verdict,
            actor=actor,
            requester=op.requester,
            approvers=op.approvers if isinstance(op, Asked) else (),
            operation_id=op.id,
            instance_id=op.instance_id,
            environment=op.environment,
            plan=op.plan.seal,
            aura_request_id=request_id,
            why=why,
        )
    )


async def submit(world: World, op: Operation, *, why: str) -> None:
    """Keep and store a request; one that the instance's holder turns away is kept as denied.

    Raises StoreUnavailable when it was not stored, and Unsure when nobody can know.
    """
    action = f"{op.kind}.request"
    await keep(world, op, action, op.requester, why=why)
    try:
        await world.operations.create(op)
    except InstanceBusy as busy:
        await keep(world, op, action, op.requester, verdict=Verdict.DENIED, why=busy.summary)
        raise
    await wake(world, op)


async def wake(world: World, op: Operation) -> None:
    """Tell the runner and the announcer of what a person's word has moved.

    It is stored, so a store that is away now changes nothing about it: the sweep rings for every
    open operation once a minute (promise P7).
    """
    try:
        await stir(world, op)
    except StoreUnavailable as away:
        log.warning("the sweep will wake it", operation=op.id, why=away.summary)


async def stir(world: World, op: Operation) -> None:
    """Tell the runner and the announcer that an operation has moved; raises StoreUnavailable."""
    world.meter.recorded(op)
    await world.posts.mark(op.id, final=op.final)
    if op.final and (await world.cards.get(op.id)).root is not None:
        # What stands in Slack shows the end before it is told, and before others are edited.
        await world.edits.mark(op.id, final=True)
    await world.queue.ring(op.id)
