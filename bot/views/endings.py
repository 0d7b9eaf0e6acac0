"""The end of a gated operation: a new message, since edits notify nobody."""

from datetime import datetime

from bot.core.evidence import unrun
from bot.core.operations import Gated, Phase
from bot.core.operations.events import Approved
from bot.views.drill_words import results
from bot.views.gated_words import line, request_id, tell
from bot.views.ids import Action
from bot.views.kit import Block, Message, actions, button, clean, code, context, section, span, user
from bot.views.request import stand
from bot.views.words import called, evidence, hour, people

P = Phase

_SIGNS = {
    P.DONE: "✅",
    P.DONE_CHECKS_FAILED: "❌",
    P.DENIED: "⛔",
    P.EXPIRED: "⌛",
    P.CANCELLED: "✖",
    P.VOIDED: "✖",
    P.FAILED: "❌",
}


def ending(op: Gated, *, now: datetime) -> Message:
    """Tell the requester and the approvers how it ended; ``op`` is final."""
    told = tell(op)
    took = f"It took {span(op.duration or now - op.created_at)} from request to end."
    sign = "⚠" if op.phase is P.DONE and unrun(op.checks) else _SIGNS.get(op.phase, "•")
    who = f"Requested by {user(op.requester.user_id)}"
    if op.approvers:
        so_far = "" if op.last(Approved) else " so far"
        who += f", approved by {people(op.approvers)}{so_far}"
    if op.replaced:
        took = f"{took} {_split(op)}"
    signed = told.model_copy(update={"happened": f"{sign} {told.happened}"})
    blocks: list[Block] = [
        *stand(signed),
        section(f"{who}. {took}".rstrip()),
        *([section(results(op.checks))] if op.checks else []),
        *(_consumers(op) if op.replaced else []),
        *(_undo(op) if op.replaced else []),
        *evidence(op),
        context(_reference(op)),
    ]
    return Message(text=f"{line(told)} {who}.", blocks=tuple(blocks))


def _split(op: Gated) -> str:
    """Say when the steps happened, in one line."""
    at = op.created_at
    ended = hour(op.ended_at or at, beside=at)
    return f"Asked {hour(at, beside=at)}, done {ended}."


def _undo(op: Gated) -> list[Block]:
    if not op.safety_snapshot:
        return []
    return [
        section(
            f"*Undo* asks to restore the safety snapshot {code(op.safety_snapshot, 80)}: "
            "a new request with the same gates."
        ),
        actions(f"ending.{op.id}", button("Undo…", Action.UNDO, op.id)),
    ]


def _consumers(op: Gated) -> list[Block]:
    """List what to do about change data capture.

    Source: https://neo4j.com/docs/cdc/current/backup-restore/
    """
    if not op.plan.instance.cdc_on:
        return []
    return [
        section(
            f"⚠ *Change data capture is on ({clean(op.plan.instance.cdc_mode or '', 20)}).* "
            f"For each consumer of {called(op.plan.instance)}:\n"
            "☐ stop it\n"
            "☐ load its target anew from the restored data\n"
            "☐ take a current change id (`db.cdc.current`) and forget the old one\n"
            "☐ start it and watch a change arrive"
        )
    ]


def _reference(op: Gated) -> str:
    aura = request_id(op)
    asked = f" · Aura's request id {code(aura, 80)}" if aura else ""
    return f"Reference {code(op.id)} · plan {code(op.plan.seal[:12])}{asked}"
