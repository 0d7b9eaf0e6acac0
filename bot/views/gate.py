"""The gate: where approvers decide in the thread, and the messages that call them to it."""

from datetime import datetime

from bot.core.operations import Asked, Phase
from bot.core.operations import events as e
from bot.views.gated_words import aloud, line
from bot.views.ids import Action
from bot.views.kinds import ask, of, words
from bot.views.kit import (
    Block,
    Message,
    actions,
    button,
    channel,
    clean,
    confirm,
    context,
    moment,
    section,
    user,
)
from bot.views.request import approvals, cdc, direction, place, stand, unsafe, waiver
from bot.views.telling import tell
from bot.views.words import article, flat, hour, link_button, linked, people, quote

P = Phase


def gate(op: Asked, *, now: datetime) -> Message:
    """Ask for the decision; once it has fallen, say which, with no decision button left."""
    if op.phase is P.AWAITING_APPROVAL:
        return _open_gate(op, over=now >= op.plan.expires_at)
    decided, quoted, data = _decision(op)
    blocks = [section("\n".join(each for each in (decided, quoted, data) if each))]
    if op.allows(e.Cancelled):
        blocks.append(
            section(f"Until it begins, {user(op.requester.user_id)} may still take it back.")
        )
        blocks.append(actions(f"gate.{op.id}.cancel", _cancel(op)))
    text = " ".join(each for each in (decided, aloud(quoted), data) if each)
    return Message(text=text, blocks=tuple(blocks))


def others(written: int, named: int) -> Message:
    """Say in the thread that more people may approve than the bot has written to."""
    text = (
        f"I have written to {written} of the {named} people on the list of approvers. "
        "The others may decide as well, with the buttons above."
    )
    return Message(text=text, blocks=(context(text),))


def invitation(op: Asked, *, link: str | None) -> Message:
    """Call an approver by direct message; afterwards tell that nothing is left to do."""
    plan = op.plan
    if op.phase is not P.AWAITING_APPROVAL:
        decided, quoted, data = _decision(op)
        lead = f"You were asked about the {of(op)}; nothing is left to decide."
        shown = "\n".join(each for each in (lead, decided, quoted, data) if each)
        return Message(
            text=" ".join(each for each in (lead, decided, aloud(quoted), data) if each),
            blocks=(section(shown), *linked(link, "Open the request")),
        )
    until = moment(plan.expires_at)
    ask = (
        f"{user(op.requester.user_id)} asks you to decide about {article(of(op))} "
        f"in {clean(plan.environment, 60)} until {until}."
    )
    where = f"Approve or deny in the thread in {channel(op.channel)}."
    blocks = [
        *waiver(op),
        section(ask),
        section(place(op)),
        *direction(op),
        section(f"*Reason*\n{quote(plan.reason)}"),
        *cdc(op),
        section(f"{where} Approvals so far: {approvals(op)}. Without a decision nothing happens."),
        *link_button(link, "Open the request", block_id=f"invitation.{op.id}"),
    ]
    return Message(text=f"{ask} {_unsafe(op)}{where}", blocks=tuple(blocks))


def receipt(op: Asked, *, link: str | None) -> Message:
    """Whisper to the requester that the request has arrived."""
    text = (
        f"Your request {ask(op)} is in {channel(op.channel)}. "
        "Nothing has been changed. An approver decides there until "
        f"{moment(op.plan.expires_at)}; you can take it back in its thread until it begins."
    )
    return Message(text=text, blocks=(section(text), *linked(link, "Open the request")))


def unseen(op: Asked) -> Message:
    """Tell the requester that Slack takes no card of the request, so that nobody decides."""
    text = (
        f"Nobody sees your request {ask(op)}: Slack does not let me post in {channel(op.channel)}. "
        f"Nothing has been changed. Without a decision it expires at {moment(op.plan.expires_at)}; "
        "ask again once somebody has let me post there."
    )
    return Message(text=text, blocks=(section(text),))


def _decision(op: Asked) -> tuple[str, str, str]:
    """Say how the request was decided, words of others, and what it means for the data."""
    at = op.created_at
    if op.phase in (P.DENIED, P.CANCELLED, P.EXPIRED, P.VOIDED):
        told = tell(op)
        sign = "⛔" if op.phase is P.DENIED else "✖"
        return f"{sign} {told.happened}", told.quoted, told.data
    when = hour(op.when(e.Approved) or at, beside=at)
    count = f"{len(op.approvers)} of {op.plan.quorum}"
    return f"✅ Approved by {people(op.approvers)} at {when} ({count}).", "", ""


def _open_gate(op: Asked, *, over: bool) -> Message:
    until = hour(op.plan.expires_at, beside=op.created_at)
    told = tell(op).model_copy(
        update={"next": f"Please decide until {until}; without a decision the request expires."}
    )
    still = op.plan.quorum - len(op.approvers)
    count = f"Approvals: {approvals(op)}; {still} more needed."
    rule = "The requester cannot approve; one denial is enough to stop it."
    blocks: list[Block] = [
        *waiver(op),
        *stand(told),
        section(place(op)),
        *direction(op),
        section(f"*Reason*\n{quote(op.plan.reason)}"),
        *cdc(op),
        section(f"{count} {rule}"),
    ]
    if over:
        blocks.append(section("The time to decide is over; this request expires now."))
    else:
        blocks.append(
            actions(
                f"gate.{op.id}.decide",
                button(
                    "Approve", Action.APPROVE, op.id, style="primary", confirm=_are_you_sure(op)
                ),
                button("Deny…", Action.DENY, op.id, style="danger"),
                button("Cancel request", Action.CANCEL, op.id),
            )
        )
    return Message(text=f"{_unsafe(op)}{line(told)} {count}", blocks=tuple(blocks))


def _unsafe(op: Asked) -> str:
    """Warn in the notification too, which is all that a locked phone shows."""
    return "There will be no safety snapshot. " if unsafe(op) else ""


def _are_you_sure(op: Asked) -> Block:
    """Name in the dialog what is overwritten with what; Slack takes 300 characters."""
    said = words(op)
    safety = " There will be NO safety snapshot." if unsafe(op) else ""
    return confirm(
        f"{said.title.format(flat(op.plan.instance.name, 60))}?",
        f"{said.question(op)}{safety}",
        "Approve",
    )


def _cancel(op: Asked) -> Block:
    return button(
        "Cancel",
        Action.CANCEL,
        op.id,
        confirm=confirm(
            f"Cancel this {op.NOUN}?",
            "Nothing in the instance has been changed. The approval ends with it.",
            f"Cancel the {op.NOUN}",
        ),
    )
