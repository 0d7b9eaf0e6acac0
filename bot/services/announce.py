"""Announcing: the messages of an operation follow its stored state, whatever was lost (P7, P10).

Nothing is patched: what should stand in Slack is derived from the operation, compared with what
the card says does stand there, and the difference is posted or edited. Posting twice is possible
after a crash between Slack's answer and our note of it; saying nothing is not.
"""

import structlog

from bot.core.base import ChannelId, OperationId, UserId
from bot.core.errors import ChatFailed, ChatUnavailable
from bot.core.operations import AnyOperation, Asked, Operation, Phase, TakeSnapshot
from bot.core.people import ineligible
from bot.core.seal import seal
from bot.ports import Card, MessageRef
from bot.services import handover, outcomes
from bot.services.evidence import EvidenceRoom
from bot.services.gate import Gate
from bot.services.refusals import GONE, LOCKED_OUT
from bot.services.wanted import alarms, alerts, at, forget, wanted
from bot.services.world import World
from bot.views import operations as views
from bot.views.kit import Message

log = structlog.get_logger(__name__)

#: The shared budget: about 50 `chat.update` a minute for the whole workspace, of which we use 40
#: (https://docs.slack.dev/apis/web-api/rate-limits).
EDITS = "chat.update"
#: So many approvers get a direct message; the thread reaches the rest.
MOST_INVITATIONS = 10


class Announcer:
    """Brings the messages of one operation up to date."""

    def __init__(self, world: World, gate: Gate, evidence: EvidenceRoom) -> None:
        self._world = world
        self._gate = gate
        self._evidence = evidence

    async def introduce(self, operation_id: OperationId) -> str | None:
        """Post the card of a new operation at once and return its address.

        None while Slack does not let us: the card follows by itself.
        """
        try:
            return (await self.post(operation_id)).link
        except ChatFailed as absent:
            log.warning("the card follows", why=absent.summary)
            return None

    async def post(self, operation_id: OperationId) -> Card:
        """Post what is missing: card, buttons, invitations, thread lines, the end, the alert.

        Raises ChatUnavailable when Slack must be waited for; what was posted is remembered.
        """
        async with self._world.cards.alone(operation_id):
            op = await self._world.operations.get(operation_id)
            card = await self._world.cards.get(operation_id)
            if op is None:
                return card
            ended = op.final and not card.complete
            recorded = not ended or await self._evidence.deposit(op)
            if op.origin.schedule is None:
                card = await self._follow(op, card)
            elif not card.complete:
                await outcomes.ended(self._world, op)
            card = await self._answer(op, card)
            if len(alerts(card)) < alarms(op) and not outcomes.watched(self._world, op):
                card = await self._alarm(op, card)
            if ended and recorded:  # else the sweep comes back for the record
                card = await self._save(op, card.model_copy(update={"complete": True}))
            await self._world.edits.mark(operation_id, final=op.final)
            return card

    async def edit(self, operation_id: OperationId) -> bool:
        """Edit one message that shows an older state; returns whether more may be behind.

        Raises ChatUnavailable when the budget or Slack must be waited for.
        """
        async with self._world.cards.alone(operation_id):
            op = await self._world.operations.get(operation_id)
            card = await self._world.cards.get(operation_id)
            if op is None:
                return False
            for ref, message in wanted(op, card):
                digest = seal(message)
                if card.shown.get(ref.ts) == digest:
                    continue
                wait = await self._world.budget.take(EDITS)
                if wait > 0:
                    raise ChatUnavailable(
                        "the edits of this minute are used up", code="budget", retry_after=wait
                    )
                try:
                    await self._world.chat.edit(ref, message)
                except ChatUnavailable:
                    raise
                except ChatFailed as refusal:
                    _wait_when_locked_out(refusal)
                    if refusal.code not in GONE:
                        log.warning("edit refused", code=refusal.code)
                    kept = forget(card, ref, op, lost=refusal.code in GONE)
                    if kept is not card:
                        await self._world.posts.mark(operation_id, final=op.final)
                    card = kept
                await self._save(op, card, shown={ref.ts: digest})
                return True
            if card.complete and not card.settled:
                await self._save(op, card.model_copy(update={"settled": True}))
            return False

    async def _follow(self, op: AnyOperation, card: Card) -> Card:
        """Tell somebody who waits for it, step by step."""
        card = await self._root(op, card)
        if isinstance(op, Asked):
            card = await self._ask(op, card)
        card = await self._tell(op, card)
        if ref := await handover.offered(self._world, op, card):
            card = await self._save(op, card.model_copy(update={"offered": ref}))
        return await self._end(op, card) if op.final else card

    async def _answer(self, op: AnyOperation, card: Card) -> Card:
        """Let the workflow go on that waited for the end; one that Slack gave up is let go."""
        if op.origin.execution is None or card.answered or not op.final:
            return card
        taken = op.snapshot_id if isinstance(op, TakeSnapshot) and op.phase == "done" else None
        outputs = {"snapshot": taken} if taken else None
        error = "" if taken else views.ending(op, now=at(op)).text
        try:
            await self._world.chat.finish_step(op.origin.execution, outputs=outputs, error=error)
        except ChatUnavailable:
            raise
        except ChatFailed as refusal:
            _wait_when_locked_out(refusal)
            log.warning("a workflow does not wait any more", code=refusal.code)
        return await self._save(op, card.model_copy(update={"answered": True}))

    async def _root(self, op: AnyOperation, card: Card) -> Card:
        if card.root is None:
            thread = op.origin.thread_ts if op.channel == op.origin.channel else None
            message = views.card(op, now=at(op))
            ref = await self._say(op, op.channel, message, thread_ts=thread)
            if ref is None:
                return card
            card = await self._save(
                op, card.model_copy(update={"root": ref}), shown={ref.ts: seal(message)}
            )
        if card.root is not None and card.link is None:
            try:
                link = await self._world.chat.permalink(card.root)
            except ChatFailed:  # the next time will do
                return card
            card = await self._save(op, card.model_copy(update={"link": link}))
        return card

    async def _ask(self, op: Asked, card: Card) -> Card:
        if card.root is None or op.phase is not Phase.AWAITING_APPROVAL:
            return card
        if card.gate is None:
            message = views.gate(op, now=at(op))
            thread = self._thread(op, card.root)
            ref = await self._say(op, op.channel, message, thread_ts=thread)
            if ref is not None:
                card = await self._save(
                    op, card.model_copy(update={"gate": ref}), shown={ref.ts: seal(message)}
                )
        for user_id in await self._invited(op):
            if user_id in card.copies:
                continue
            message = views.invitation(op, link=card.link)
            try:
                ref = await self._world.chat.dm(user_id, message)
            except ChatUnavailable:
                raise
            except ChatFailed as refusal:
                _wait_when_locked_out(refusal)
                log.warning("invitation refused", code=refusal.code)
                continue
            copies = {**card.copies, user_id: ref}
            card = await self._save(
                op, card.model_copy(update={"copies": copies}), shown={ref.ts: seal(message)}
            )
        return card

    async def _invited(self, op: Asked) -> tuple[UserId, ...]:
        try:
            roster = await self._gate.roster(
                self._world.estate.environment(op.environment), live=False
            )
            people = sorted(roster.approvers - {op.requester.user_id})[:MOST_INVITATIONS]
        except ChatUnavailable:
            raise
        except ChatFailed as trouble:
            log.warning("no invitations", code=trouble.code)
            return ()
        return tuple([u for u in people if await self._may_come(u)])

    async def _may_come(self, user_id: UserId) -> bool:
        try:
            standing = await self._world.directory.standing(user_id, live=False)
        except ChatUnavailable:
            raise
        except ChatFailed as unknown:  # such as a slip in the list: the others come
            log.warning("no invitation", user=user_id, code=unknown.code)
            return False
        return ineligible(standing) is None

    async def _tell(self, op: AnyOperation, card: Card) -> Card:
        if card.root is None:
            return card
        thread = self._thread(op, card.root)
        for index in range(card.told, len(op.history)):
            line = views.milestone(op, index)
            if line is not None:
                await self._say(op, op.channel, line, thread_ts=thread)
            card = await self._save(op, card.model_copy(update={"told": index + 1}))
        return card

    async def _end(self, op: AnyOperation, card: Card) -> Card:
        message = views.ending(op, now=at(op))
        if card.ended is None:
            thread = self._thread(op, card.root) if card.root else None
            ref = await self._say(op, op.channel, message, thread_ts=thread)
            if ref is None:
                ref = await self._say(op, ChannelId(op.requester.user_id), message)
            card = await self._save(op, card.model_copy(update={"ended": ref}))
        origin = op.origin
        if origin.channel and origin.thread_ts and origin.channel != op.channel and not card.echoed:
            if await self._among_us(origin.channel):
                await self._say(op, origin.channel, message, thread_ts=origin.thread_ts)
            card = await self._save(op, card.model_copy(update={"echoed": True}))
        return card

    async def _among_us(self, channel: ChannelId) -> bool:
        """Whether no other company reads along (Slack Connect)."""
        try:
            return not (await self._world.directory.channel(channel)).external
        except ChatUnavailable:
            raise
        except ChatFailed:
            return False

    async def _alarm(self, op: AnyOperation, card: Card) -> Card:
        environment = self._world.estate.environment(op.environment)
        message = views.alert(op, link=card.link, now=at(op))
        alert_channel = environment.alert_channel if environment else op.channel
        for place in (alert_channel, op.channel, ChannelId(op.requester.user_id)):
            ref = await self._say(op, place, message)
            if ref is not None:  # it must reach somebody
                raised = {"alert": ref, "past_alerts": alerts(card)}
                return await self._save(
                    op, card.model_copy(update=raised), shown={ref.ts: seal(message)}
                )
        return card

    async def _say(
        self,
        op: Operation,
        channel: ChannelId,
        message: Message,
        *,
        thread_ts: str | None = None,
    ) -> MessageRef | None:
        """Post; None when Slack refuses this place for good (archived, bot not in it)."""
        try:
            return await self._world.chat.post(channel, message, thread_ts=thread_ts)
        except ChatUnavailable:
            raise
        except ChatFailed as refusal:
            _wait_when_locked_out(refusal)
            log.error("post refused", code=refusal.code, channel=channel)
            return None

    async def _save(
        self, op: Operation, card: Card, *, shown: dict[str, str] | None = None
    ) -> Card:
        card = card.model_copy(update={"shown": {**card.shown, **(shown or {})}})
        await self._world.cards.save(op.id, card)
        return card

    @staticmethod
    def _thread(op: Operation, root: MessageRef) -> str:
        if op.channel == op.origin.channel and op.origin.thread_ts:
            return op.origin.thread_ts
        return root.ts


def _wait_when_locked_out(refusal: ChatFailed) -> None:
    """Raise ChatUnavailable where it is not this message that Slack refuses, but us."""
    if refusal.code in LOCKED_OUT:
        raise ChatUnavailable(refusal.summary, code=refusal.code, retry_after=30.0)
