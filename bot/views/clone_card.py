"""The messages that follow a clone, from the card to the end. None holds its password."""

from datetime import datetime

from bot.core.base import Frozen
from bot.core.operations import Clone, Phase
from bot.core.operations import events as e
from bot.views import gate as gates
from bot.views.clone_words import CLONE, fate, left, target, tell
from bot.views.freezes import frozen
from bot.views.gated_words import line
from bot.views.kit import (
    Message,
    channel,
    clean,
    code,
    context,
    fields,
    header,
    moment,
    section,
    span,
    user,
)
from bot.views.request import approvals, stand
from bot.views.words import called, flat, foot, hour, linked, quote, sentence

P = Phase

_HEADS = {
    P.AWAITING_APPROVAL: "⏳ Waiting for approval: clone of {}",
    P.APPROVED: "▶ About to begin: clone of {}",
    P.UNCERTAIN: "❓ Answer lost, looking: clone of {}",
    P.DONE: "✅ Cloned {}",
    P.DENIED: "⛔ Denied: clone of {}",
    P.EXPIRED: "⌛ Expired: clone of {}",
    P.CANCELLED: "✖ Cancelled: clone of {}",
    P.VOIDED: "✖ No longer valid: clone of {}",
    P.FAILED: "❌ Failed: clone of {}",
}
_SIGNS = {P.DONE: "✅", P.DENIED: "⛔", P.EXPIRED: "⌛", P.FAILED: "❌"}

#: Each step while it is under way, once it is done, and the events that do it.
_STEPS: tuple[tuple[str, str, tuple[type[Frozen], ...]], ...] = (
    ("Waiting for approval", "Approved", (e.Approved, e.ApprovalNotNeeded)),
    ("Last look", "Call recorded", (e.CloneIntended,)),
    ("Asking Aura", "Accepted by Aura", (e.CloneAccepted,)),
    ("Creating and loading", "Running", (e.CloneRunning,)),
)


def card(op: Clone, *, now: datetime) -> Message:
    """Show it from its plan to its present phase; it carries no buttons."""
    plan, told = op.plan, tell(op)
    head = _HEADS.get(op.phase, "▶ Cloning {}").format(flat(plan.instance.name, 80))
    blocks = (
        header(head),
        *stand(told),
        section(CLONE.direction(op)),
        *frozen(plan.freeze),
        fields(
            [
                ("Source", called(plan.instance)),
                ("Environment", clean(plan.environment, 60)),
                *CLONE.source(op),
                ("Requested by", user(op.requester.user_id)),
                ("Approvals", approvals(op) if plan.quorum else "not needed here"),
                ("Plan seal", code(plan.seal[:12])),
            ]
        ),
        section(f"*Reason*\n{quote(plan.reason)}"),
        section(_checklist(op)),
        foot(op, now),
    )
    return Message(text=line(told), blocks=blocks)


def milestone(op: Clone, index: int) -> Message | None:
    """Return the thread line for one event, or None when it needs none."""
    if op.final and index == len(op.history) - 1:
        return None  # the ending tells it
    text = _line(op, op.history[index].event, op.history[index].at, index)
    return Message(text=text, blocks=(section(text),)) if text else None


def ending(op: Clone, *, now: datetime) -> Message:
    """Tell how it ended; ``op`` is final."""
    told = tell(op)
    signed = told.model_copy(update={"happened": f"{_SIGNS.get(op.phase, '✖')} {told.happened}"})
    who = f"Requested by {user(op.requester.user_id)}."
    took = f"It took {span(op.duration or now - op.created_at)} from request to end."
    blocks = (*stand(signed), section(f"{who} {took}"), context(_reference(op)))
    return Message(text=f"{line(told)} {who}", blocks=blocks)


def alert(op: Clone, *, link: str | None, now: datetime) -> Message:
    """Tell of a clone that failed, and what it left behind."""
    told = tell(op)
    blocks = (
        header(f"❌ Clone of {flat(op.plan.instance.name, 80)} failed"),
        *stand(told),
        fields(
            [
                ("Source", f"{called(op.plan.instance)}\nonly read, not changed"),
                ("New instance", f"{target(op)}\n{'exists' if op.clone_id else 'not known of'}"),
                ("Environment", clean(op.environment, 60)),
                ("Failed", moment(op.ended_at or now)),
                ("Requested by", user(op.requester.user_id)),
                ("Reference", code(op.id)),
            ]
        ),
        *linked(link, "Open the card"),
    )
    return Message(text=f"Alert: {line(told)} Reference {op.id}.", blocks=blocks)


def receipt(op: Clone, *, link: str | None) -> Message:
    """Whisper to the requester that the request has arrived."""
    if op.plan.quorum:
        return gates.receipt(op, link=link)
    text = f"I am cloning {called(op.plan.instance)}. {channel(op.channel)} shows how it goes."
    return Message(text=text, blocks=(section(text), *linked(link, "Open the card")))


def _line(op: Clone, event: e.Event, at: datetime, index: int) -> str | None:
    match event:
        case e.Seconded(by=by):
            given = sum(isinstance(r.event, e.Seconded) for r in op.history[: index + 1])
            return (
                f"👍 {user(by.user_id)} approved at {moment(at)}: {given} of {op.plan.quorum}. "
                "Nothing has been created yet."
            )
        case e.Approved(by=by):
            return (
                f"✅ {user(by.user_id)} approved at {moment(at)}, which makes {op.plan.quorum} of "
                f"{op.plan.quorum}. After one more check {CLONE.first}."
            )
        case e.CloneAccepted(adopted=adopted, request_id=request_id):
            how = "was found by its name" if adopted else "is accepted by Aura"
            asked = f" Aura's request id: {code(request_id, 80)}." if request_id else ""
            return f"▶ {target(op)} {how}.{asked} {fate(op)}"
        case e.Interrupted(reason=reason):
            return (
                f"❓ Aura's answer was lost. {sentence(reason)} I look for {target(op)} by its "
                "name and ask for nothing again."
            )
        case e.StepFailed():
            return left(op)
        case _:
            return None


def _checklist(op: Clone) -> str:
    at = op.created_at
    lines, previous = [f"✓ Requested · {moment(at)}"], at
    under_way = not op.final
    for doing, done, kinds in _STEPS if op.plan.quorum else _STEPS[1:]:
        times = [r.at for r in op.history if isinstance(r.event, kinds)]
        if times:
            took = span(times[0] - previous)
            lines.append(f"✓ {done} · {hour(times[0], beside=at)} · after {took}")
            previous = times[0]
        elif under_way:
            sign = "❓" if op.phase is P.UNCERTAIN else "▶"
            lines.append(f"{sign} {doing} · since {hour(op.since, beside=at)}")
            under_way = False
        else:
            lines.append(f"{'·' if op.final else '○'} {done}")
    if op.ended_at and op.phase is not P.DONE:
        lines.append(f"✖ Ended as {op.phase} · {hour(op.ended_at, beside=at)}")
    return "\n".join(lines)


def _reference(op: Clone) -> str:
    given = [str(i) for r in op.history if (i := getattr(r.event, "request_id", None))]
    asked = f" · Aura's request id {code(given[-1], 80)}" if given else ""
    return f"Reference {code(op.id)} · plan {code(op.plan.seal[:12])}{asked}"
