"""Rehearsals: the chosen snapshot is restored beside the instance first, checked and timed.

Only what the rehearsal has proven is then asked for, with what it found in the sealed plan. The
request is checked anew at that moment, as if it had just been sent.
"""

from bot.core.base import OperationId
from bot.core.drills import Asking, Outcome
from bot.core.errors import AlreadyDecided, BotError, IllegalTransition
from bot.core.operations import Drill, Restore
from bot.core.operations import events as e
from bot.core.plan import Rehearsed
from bot.core.snapshots import Exportable
from bot.ports import Draft
from bot.services.drills import Drills
from bot.services.restores import RestoreForm, Restores
from bot.services.world import World
from bot.views.ids import Field
from bot.views.restore import RestoreFacts


class Rehearsals:
    """Begins rehearsals, and asks for the restore behind them."""

    def __init__(self, world: World, restores: Restores, drills: Drills) -> None:
        self._world = world
        self._restores = restores
        self._drills = drills

    async def choose(
        self, draft: Draft, *, instance: str | None = None, snapshot: str | None = None
    ) -> tuple[Draft, RestoreFacts]:
        """Return what `Restores.choose` does, with the last drill, and whether one can rehearse."""
        filled, facts = await self._restores.choose(draft, instance=instance, snapshot=snapshot)
        last = await self._drills.last([facts.instance])
        more = {"drill": last.get(facts.instance.id), "rehearsal": await self._possible(facts)}
        return filled, facts.model_copy(update=more)

    def faults(self, draft: Draft, form: RestoreForm) -> dict[Field, str]:
        """Return what is wrong with a filled form, as `Restores.faults` does."""
        return self._restores.faults(draft, form)

    async def request(self, draft: Draft, form: RestoreForm) -> Restore | Drill:
        """Put a filled form before the approvers, or rehearse it first, as it says.

        Raises as `Restores.request` and a drill do; then nothing has changed.
        """
        if form.rehearse:
            return await self.begin(draft, form)
        return await self._restores.request(draft, form)

    async def _possible(self, facts: RestoreFacts) -> str | None:
        """Say what a rehearsal would cost, or None where none is possible."""
        if facts.snapshot is None or facts.snapshot.exportable is Exportable.NO:
            return None
        try:
            estimate = await self._drills.estimate(facts.instance)
        except BotError:
            return None
        price = estimate.cost or "no price is configured"
        return f"In a scratch instance, billed while it lives: {estimate.size}, {price}."

    async def begin(self, draft: Draft, form: RestoreForm) -> Drill:
        """Rehearse the restore of a filled form; raises as `Restores.request` and a drill do."""
        wish = await self._restores.filled(draft, form)
        asking = Asking(
            operation_id=OperationId(self._world.new_id("rst")),
            reason=wish.reason,
            waiver=wish.waiver.reason if wish.waiver else None,
        )
        return await self._drills.rehearse(
            wish.person,
            wish.instance,
            wish.environment,
            wish.snapshot,
            asking=asking,
            origin=wish.origin,
        )

    async def ask(self, op: Drill) -> None:
        """Put the rehearsed restore before its approvers, once.

        Raises IllegalTransition for a drill that is none, and as `Restores.request` does.
        """
        asking, snapshot = op.plan.asking, op.snapshot
        if asking is None or snapshot is None:
            raise IllegalTransition("there is no restore behind this drill")
        if await self._world.operations.get(asking.operation_id) is not None:
            return
        wish = await self._restores.wish(
            op.requester,
            op.instance_id,
            snapshot.id,
            reason=asking.reason,
            waiver=asking.waiver,
            origin=op.origin,
        )
        rehearsed = Rehearsed(
            operation_id=op.id,
            outcome=str(Outcome.PROVEN if op.passed == len(op.checks) else Outcome.WARNED),
            at=op.when(e.Checked) or op.since,
            running=op.recovery.running,
            verified=op.recovery.verified,
            passed=op.passed,
            checks=len(op.checks),
        )
        try:
            await self._restores.put(wish, operation_id=asking.operation_id, rehearsed=rehearsed)
        except AlreadyDecided:  # asked for by another tick at this very moment
            return
