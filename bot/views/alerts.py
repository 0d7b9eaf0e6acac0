"""Alerts: what needs a person's eyes, in the environment's alert channel."""

from datetime import datetime

from bot.core.operations import Gated, Phase
from bot.core.operations import events as e
from bot.views.drill_words import results
from bot.views.gated_words import line, request_id, tell
from bot.views.ids import Action
from bot.views.kinds import words
from bot.views.kit import (
    Block,
    Message,
    actions,
    ago,
    button,
    clean,
    code,
    confirm,
    fields,
    header,
    moment,
    section,
    user,
)
from bot.views.request import stand
from bot.views.words import called, flat, linked

P = Phase


def alert(op: Gated, *, link: str | None, now: datetime) -> Message:
    """Tell of one that failed or is stuck; once settled, tell by whom."""
    told, of = tell(op), words(op).of.format(flat(op.plan.instance.name, 80))
    settled = _settled(op)
    head = {
        P.STUCK: f"❓ Needs a person: {of}",
        P.FAILED: f"❌ {of[:1].upper()}{of[1:]} failed",
        P.DONE_CHECKS_FAILED: f"❌ Done, checks failed: {of}",
    }.get(op.phase, f"✅ Settled: {of}")
    blocks: list[Block] = [header(head), *stand(told)]
    blocks += [section(each) for each in settled]
    blocks.append(_facts(op, now))
    if op.phase is P.STUCK:
        blocks.append(_buttons(op))
    if op.phase is P.DONE_CHECKS_FAILED:
        blocks += [section(results(op.checks)), *_undo(op)]
    blocks += linked(link, "Open the card")
    alarmed = dict.fromkeys((P.FAILED, P.DONE_CHECKS_FAILED), "Alert")
    lead = {P.STUCK: "Help needed", **alarmed}.get(op.phase, "Settled")
    return Message(text=f"{lead}: {line(told)} Reference {op.id}.", blocks=tuple(blocks))


def _undo(op: Gated) -> list[Block]:
    if not op.safety_snapshot:
        return []
    return [actions(f"alert.{op.id}.undo", button("Undo…", Action.UNDO, op.id))]


def _settled(op: Gated) -> list[str]:
    """Say who settled what, each time it was."""
    lines = []
    for recorded in op.history:
        match recorded.event:
            case e.SettledRan(by=by):
                word = "it ran"
            case e.SettledNotRun(by=by):
                word = "it did not run"
            case _:
                continue
        lines.append(f"🔎 {user(by.user_id)} looked at {moment(recorded.at)} and says: {word}.")
    return lines


def _facts(op: Gated, now: datetime) -> Block:
    aura = request_id(op)
    since = moment(op.since) if op.final else f"{moment(op.since)} ({ago(op.since, now)})"
    return fields(
        [
            ("Instance", called(op.plan.instance)),
            ("Environment", clean(op.environment, 60)),
            ("State of the instance", _state(op)),
            ("So since", since),
            ("Requested by", user(op.requester.user_id)),
            ("Safety snapshot", code(op.safety_snapshot, 80) if op.safety_snapshot else "none"),
            ("Reference", code(op.id)),
            ("Aura's request id", code(aura, 80) if aura else "none was given"),
        ]
    )


def _state(op: Gated) -> str:
    """Say in a few words what the instance holds, as far as anybody here knows."""
    if op.untouched:
        return f"not changed by this {op.NOUN}"
    if op.last(e.SettledNotRun) and op.last(e.RestoreStarted):
        return f"uncertain: Aura had accepted the {op.NOUN}, who looked says it did not run"
    if op.last(e.SettledNotRun):
        return "not changed, by the word of who looked"
    if op.phase is P.VERIFYING or op.replaced:
        return f"{words(op).past} and running"
    if op.phase is P.RESTORING:
        return f"offline, being {words(op).past}"
    if op.last(e.RestoreStarted) or op.last(e.SettledRan):
        return "offline, or holding incomplete data"
    before = "".join(
        r.event.status_before for r in op.history if isinstance(r.event, e.RestoreIntended)
    )
    return f"unknown; it was {clean(before, 40)} before the call"


def _buttons(op: Gated) -> Block:
    name = f"{flat(op.plan.instance.name, 60)} ({flat(op.plan.instance.id, 20)})"
    return actions(
        f"alert.{op.id}.settle",
        button(
            "It ran",
            Action.SETTLE_RAN,
            op.id,
            confirm=confirm(
                f"Did the {op.NOUN} run?",
                f"You looked at {name} in the Aura console, and the {op.NOUN} ran or is running. "
                "I then watch it to its end.",
                "It ran",
            ),
        ),
        button(
            "It did not run",
            Action.SETTLE_NOT_RUN,
            op.id,
            confirm=confirm(
                f"Did the {op.NOUN} not run?",
                f"You looked at {name} in the Aura console, and its data is untouched. "
                "The request then ends as failed, and the instance is free again.",
                "It did not run",
            ),
        ),
    )
