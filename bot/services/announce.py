"""Announcing: the messages of an operation follow its stored state, whatever was lost (P7, P10).

Nothing is patched: what should stand in Slack is derived from the operation, compared with what
the card says does stand there, and the difference is posted or edited. Posting twice is possible
after a crash between Slack's answer and our note of it; saying nothing is not.
"""

from contextlib import suppress
from datetime import timedelta

import structlog

from bot.core.base import ChannelId, OperationId
from bot.core.errors import ChatFailed, ChatUnavailable, StoreUnavailable
from bot.core.operations import Asked, Phase, TakeSnapshot
from bot.core.seal import seal
from bot.ports import Card
from bot.services import handover, outcomes
from bot.services.evidence import EvidenceRoom
from bot.services.gate import Gate
from bot.services.invitations import ask
from bot.services.refusals import GONE
from bot.services.turn import Turn, begin
from bot.services.wanted import alarms, alerts, at, forget, owed, wanted
from bot.services.world import World
from bot.views import operations as views

log = structlog.get_logger(__name__)

#: The shared budget: about 50 `chat.update` a minute for the whole workspace, of which we use 40
#: (https://docs.slack.dev/apis/web-api/rate-limits).
EDITS = "chat.update"
#: An operation is behind with its thread once it owes lines that are older than this: a channel
#: takes one message a second. Then its lines are told as one, and its end before them.
LATE = timedelta(minutes=1)
#: So many lines make one message at most; a message has room for 50 blocks
#: (https://docs.slack.dev/reference/block-kit/blocks).
MOST_LINES = 20


class Announcer:
    """Brings the messages of one operation up to date."""

    def __init__(self, world: World, gate: Gate, evidence: EvidenceRoom) -> None:
        self._world = world
        self._gate = gate
        self._evidence = evidence

    async def introduce(self, operation_id: OperationId) -> str | None:
        """Post the card of a new operation at once and return its address.

        None while Slack does not let us, or the store is away: the card follows by itself.
        """
        try:
            return (await self.post(operation_id)).link
        except (ChatFailed, StoreUnavailable) as absent:
            log.warning("the card follows", why=absent.summary)
            return None

    async def post(self, operation_id: OperationId) -> Card:
        """Post what is missing: card, buttons, invitations, the alert, thread lines, the end.

        Raises ChatUnavailable when Slack must be waited for; what was posted is remembered.
        """
        async with self._world.cards.alone(operation_id):
            turn = await begin(self._world, operation_id)
            if turn is None:
                return Card()
            op = turn.op
            ended = op.final and not turn.card.complete
            recorded = not ended or await self._evidence.deposit(op)
            followed = op.origin.schedule is None  # else nobody waits for it
            if followed:
                await self._begin(turn)
            elif not turn.card.complete:
                await outcomes.ended(self._world, op)
            if len(alerts(turn.card)) < alarms(op) and not outcomes.watched(self._world, op):
                await self._alarm(turn)
            if followed:
                await self._follow(turn)
            await self._answer(turn)
            if ended and recorded:  # else the sweep comes back for the record
                await turn.note(complete=True)
            await self._world.edits.mark(operation_id, final=op.final)
            return turn.card

    async def edit(self, operation_id: OperationId) -> bool:
        """Edit one message that shows an older state; returns whether more may be behind.

        Raises ChatUnavailable when the budget or Slack must be waited for.
        """
        async with self._world.cards.alone(operation_id):
            turn = await begin(self._world, operation_id)
            if turn is None:
                return False
            for ref, message in wanted(turn.op, turn.card):
                digest = seal(message)
                if turn.card.shown.get(ref.ts) == digest:
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
                    if refusal.code not in GONE:
                        log.warning("edit refused", code=refusal.code)
                    kept = forget(turn.card, ref, turn.op, lost=refusal.code in GONE)
                    if kept is not turn.card:
                        await self._world.posts.mark(operation_id, final=turn.op.final)
                    turn.card = kept
                await turn.note(shown={ref.ts: digest})
                return True
            if turn.card.complete and not turn.card.settled:
                await turn.note(settled=True)
            return False

    async def _begin(self, turn: Turn) -> None:
        """Let its card stand, and ask for the decision that it waits for."""
        op = turn.op
        if turn.card.root is None:
            thread = op.origin.thread_ts if op.channel == op.origin.channel else None
            message = views.card(op, now=at(op))
            ref = await turn.say(op.channel, message, thread_ts=thread)
            if ref is not None:
                await turn.note(root=ref, shown={ref.ts: seal(message)})
            elif op.phase is Phase.AWAITING_APPROVAL and turn.card.unseen is None:
                ref = await turn.say(ChannelId(op.requester.user_id), views.unseen(op))
                await turn.note(unseen=ref)
        if turn.card.root is not None and turn.card.link is None:
            link = None
            with suppress(ChatFailed):  # the next time will do
                link = await self._world.chat.permalink(turn.card.root)
            if link is not None:
                await turn.note(link=link)
        if isinstance(op, Asked):
            await ask(self._world, self._gate, turn, op)

    async def _follow(self, turn: Turn) -> None:
        """Tell somebody who waits for it; when much is left to tell, the end comes first."""
        op = turn.op
        behind = self._behind(turn)
        if op.final and behind:
            await self._end(turn)
        if ref := await handover.offered(self._world, op, turn.card):
            await turn.note(offered=ref)
        await self._tell(turn)
        if op.final and not behind:
            await self._end(turn)

    async def _tell(self, turn: Turn) -> None:
        if turn.card.root is None:
            return
        op = turn.op
        while lines := owed(op, turn.card):
            told, message = lines[0]
            if self._behind(turn):
                some = lines[:MOST_LINES]
                told, message = some[-1][0], views.meanwhile([line for _, line in some])
            await turn.say(op.channel, message, thread_ts=turn.thread)
            await turn.note(told=told + 1)
        if turn.card.told < len(op.history):  # the rest needs no line
            await turn.note(told=len(op.history))

    def _behind(self, turn: Turn) -> bool:
        lines = owed(turn.op, turn.card)
        late = self._world.clock.now() - LATE
        return len(lines) > 1 and turn.op.history[lines[0][0]].at < late

    async def _end(self, turn: Turn) -> None:
        op, card = turn.op, turn.card
        message = views.ending(op, now=at(op))
        if card.ended is None:
            ref = await turn.say(op.channel, message, thread_ts=turn.thread)
            if ref is None:
                ref = await turn.say(ChannelId(op.requester.user_id), message)
            await turn.note(ended=ref)
        origin = op.origin
        if origin.channel and origin.thread_ts and origin.channel != op.channel and not card.echoed:
            if await self._among_us(origin.channel):
                await turn.say(origin.channel, message, thread_ts=origin.thread_ts)
            await turn.note(echoed=True)

    async def _answer(self, turn: Turn) -> None:
        """Let the workflow go on that waited for the end; one that Slack gave up is let go."""
        op = turn.op
        if op.origin.execution is None or turn.card.answered or not op.final:
            return
        taken = op.snapshot_id if isinstance(op, TakeSnapshot) and op.phase == "done" else None
        outputs = {"snapshot": taken} if taken else None
        error = "" if taken else views.ending(op, now=at(op)).text
        try:
            await self._world.chat.finish_step(op.origin.execution, outputs=outputs, error=error)
        except ChatUnavailable:
            raise
        except ChatFailed as refusal:
            log.warning("a workflow does not wait any more", code=refusal.code)
        await turn.note(answered=True)

    async def _among_us(self, channel: ChannelId) -> bool:
        """Whether no other company reads along (Slack Connect)."""
        try:
            return not (await self._world.directory.channel(channel)).external
        except ChatUnavailable:
            raise
        except ChatFailed:
            return False

    async def _alarm(self, turn: Turn) -> None:
        op = turn.op
        environment = self._world.estate.environment(op.environment)
        message = views.alert(op, link=turn.card.link, now=at(op))
        alert_channel = environment.alert_channel if environment else op.channel
        for place in (alert_channel, op.channel, ChannelId(op.requester.user_id)):
            ref = await turn.say(place, message)
            if ref is not None:  # it must reach somebody
                past = alerts(turn.card)
                await turn.note(alert=ref, past_alerts=past, shown={ref.ts: seal(message)})
                return
