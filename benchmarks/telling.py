"""How the operations were told of in Slack, read off the double's calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.figures import most_within, overtaken
from bot.core.base import OperationId
from bot.core.operations import AnyOperation
from bot.ports import Card, MessageRef
from sandbox.slack.timeline import Call

#: Seconds that an edit may have been on its way when something more urgent came up.
GRACE = 2.0


@dataclass(frozen=True, kw_only=True)
class Telling:
    """The edits, and how long the ends took."""

    most_edits: int
    """In any 60 s, those that Slack turned away too."""
    edits: int
    final_edits: int
    overtaking: int
    """Edits to a state that was not final while one to a final state waited."""
    delays: Sequence[float]
    """Seconds from each end to the message about it."""

    @classmethod
    def of(
        cls,
        ops: Sequence[AnyOperation],
        cards: Mapping[OperationId, Card],
        calls: Sequence[Call],
    ) -> "Telling":
        """Read the calls with what the store knows of the operations and their messages."""
        ended = {op.id: op.ended_at.timestamp() for op in ops if op.ended_at is not None}
        owners = {ref: op.id for op in ops for ref in _messages(cards[op.id])}
        edits = [
            (call.at.timestamp(), owners.get((call.args["channel"], call.args["ts"])))
            for call in calls
            if call.method == "chat.update"
        ]
        final = [(at, op) for at, op in edits if op in ended and at >= ended[op]]
        passing = [at for at, op in edits if op not in ended or at < ended[op]]
        first = {op: at for at, op in reversed(final)}
        waiting = {
            op: (end, first.get(op))
            for op, end in ended.items()
            if (root := cards[op].root) is not None and float(root.ts) < end
        }
        return cls(
            most_edits=most_within([at for at, _ in edits], 60.0),
            edits=len(edits),
            final_edits=len(final),
            overtaking=overtaken(
                passing, {str(op): span for op, span in waiting.items()}, grace=GRACE
            ),
            delays=[
                float(told.ts) - ended[op]
                for op, card in cards.items()
                if (told := card.ended) is not None and op in ended
            ],
        )


def _messages(card: Card) -> list[tuple[str, str]]:
    refs: list[MessageRef | None] = [card.root, card.gate, card.alert, *card.copies.values()]
    return [(ref.channel, ref.ts) for ref in refs if ref is not None]
