"""What a change of a legal hold says in its own words."""

from bot.core.operations import Holding, Phase
from bot.core.operations import events as e
from bot.views.asked import Told, Words
from bot.views.kit import clean, code, moment, user
from bot.views.vault_text import size
from bot.views.words import bullets, called, flat, hour, people, quote, sentence

P = Phase

_SAME = "The hold is as it was."


def named(op: Holding) -> str:
    """Name the export with its instance."""
    return f"{code(op.plan.export.id)} of {called(op.plan.instance)}"


def doing(op: Holding) -> str:
    """Say what is asked: `to hold …`, `to release the hold on …`."""
    return f"{'to release the hold on' if op.plan.release else 'to hold'} export {named(op)}"


def tell(op: Holding) -> Told:
    """Say where it stands."""
    last = op.history[-1].event if op.history else None
    match op.phase:
        case P.AWAITING_APPROVAL:
            until = hour(op.plan.expires_at, beside=op.created_at)
            return Told(
                happened=f"{user(op.requester.user_id)} asks {doing(op)}.",
                data=_SAME,
                next=f"The approvers decide in the thread until {until}; without a decision the "
                "request expires.",
            )
        case P.APPROVED:
            return Told(
                happened=f"{people(op.approvers)} approved {doing(op)}.",
                data=_SAME,
                next="I check everything once more, and then write it into the vault.",
            )
        case P.DONE if op.plan.release:
            return Told(
                happened=f"The hold on export {named(op)} is released.",
                data="The export is there, unchanged.",
                next="From now on it expires when no rule of retention keeps it.",
            )
        case P.DONE:
            return Told(
                happened=f"Export {named(op)} is held.",
                data="It does not expire, whatever the rules of retention say.",
                next=f"To end that: `/aura vault release {op.plan.export.id} --reason …`.",
            )
        case P.DENIED if isinstance(last, e.Denied):
            return Told(
                happened=f"{user(last.by.user_id)} denied {doing(op)}.",
                quoted=quote(last.reason),
                data=_SAME,
                next="If it is still needed, talk to them and ask again.",
            )
        case P.VOIDED if isinstance(last, e.Voided):
            return Told(
                happened=f"The approval {doing(op)} no longer holds:",
                quoted=bullets(last.differences),
                data=_SAME,
                next="Look at the export and ask again if it is still needed.",
            )
        case P.CANCELLED:
            return Told(
                happened=f"{user(op.requester.user_id)} took back the request {doing(op)}.",
                data=_SAME,
                next="Nothing is left to do.",
            )
        case P.EXPIRED:
            return Told(
                happened=f"The request {doing(op)} expired.",
                data=_SAME,
                next="Ask again if it is still needed.",
            )
        case _:
            reason = getattr(last, "reason", "no reason is recorded")
            return Told(
                happened=f"The request {doing(op)} failed. {sentence(reason, 240)}",
                data=_SAME,
                next="Look at the export in the vault and ask again.",
            )


def facts(op: Holding) -> list[tuple[str, str]]:
    """Show which export it is, as labels and values."""
    export = op.plan.export
    return [
        ("Export", code(export.id)),
        ("Instance", called(op.plan.instance)),
        ("Data of", moment(export.taken_at)),
        ("Kind and size", f"{export.kind}, {size(export.size)}"),
        ("SHA-256", f"{code(export.sha256[:16])}…"),
    ]


def _direction(op: Holding) -> str:
    if not op.plan.release:
        return f"From then on export {named(op)} cannot expire, until two people release it."
    held = op.plan.held
    since = f" It is held since {moment(held.at)}:\n{quote(held.why)}" if held else ""
    return (
        f"After that retention may delete export {named(op)}, and then it is gone for good.{since}"
    )


def _question(op: Holding) -> str:
    export = op.plan.export
    deed = (
        "may be deleted by retention again"
        if op.plan.release
        else "may not expire until two people release it"
    )
    return f"Export {export.id} of {flat(op.plan.instance.name, 60)} {deed}."


def _command(op: Holding) -> str:
    word = "release" if op.plan.release else "hold"
    return f"/aura vault {word} {clean(op.plan.export.id, 40)} --reason …"


HOLDING = Words(
    of="hold change for an export of {}",
    ask="to change the hold on an export of {}",
    doing="changing the hold on an export of {}",
    done="Changed the hold on an export of {}",
    past="as asked",
    gone="",
    direction=_direction,
    holds=lambda op: _SAME,
    source=facts,
    title="Change the hold on an export of {}",
    question=_question,
    command=_command,
    first="it is written into the vault",
)
