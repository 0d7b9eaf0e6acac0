"""A restore in sentences: what happened, what it means for the data, what to do next."""

from typing import assert_never

from bot.core.base import Frozen
from bot.core.operations import Restore
from bot.core.operations import events as e
from bot.core.operations.restore import RestorePhase as P
from bot.views.kit import clean, code, moment, span, user
from bot.views.words import bullets, called, hour, people, quote, sentence

NOTHING = "Nothing in the instance was changed."


class Told(Frozen):
    """Three sentences, and words of others that belong to the first."""

    happened: str
    data: str
    next: str
    quoted: str = ""


def tell(op: Restore) -> Told:
    """Say where a restore stands."""
    instance, phase = called(op.plan.instance), op.phase
    match phase:
        case P.AWAITING_APPROVAL:
            return Told(
                happened=f"{user(op.requester.user_id)} asks to restore {instance}.",
                data="Nothing has been changed.",
                next=f"The approvers decide in the thread until {_until(op)}; "
                "without a decision the request expires.",
            )
        case P.APPROVED:
            then = "the restore goes ahead without" if op.plan.waiver else "I take"
            return Told(
                happened=f"{people(op.approvers)} approved the restore of {instance}.",
                data="Nothing has been changed yet.",
                next=f"I check everything once more, then {then} a safety snapshot.",
            )
        case P.SNAPSHOTTING:
            return Told(
                happened=f"Aura is taking the safety snapshot {_safety(op)} of {instance}.",
                data="Nothing has been changed yet.",
                next="The restore begins only when that snapshot is complete.",
            )
        case P.READY:
            return Told(
                happened="No safety snapshot is taken, as the plan says."
                if op.plan.waiver
                else f"The safety snapshot {_safety(op)} of {instance} is complete.",
                data="Nothing has been changed yet.",
                next="One last look at everything, then the restore call goes to Aura.",
            )
        case P.STARTING:
            return Told(
                happened=f"The restore call for {instance} is on its way to Aura.",
                data="From now on its present data may be gone.",
                next="Please wait, and change nothing on the instance.",
            )
        case P.UNCERTAIN:
            return Told(
                happened=f"Aura's answer to the restore call for {instance} was lost.",
                data="The restore may or may not have begun.",
                next="I look at the instance to find out, and send nothing again. Please wait.",
            )
        case P.RESTORING:
            return Told(
                happened=f"Aura is restoring {instance}.",
                data="The instance is offline until that ends, and its former data is replaced.",
                next="Nothing to do now; the thread tells how it goes on.",
            )
        case P.VERIFYING:
            return Told(
                happened=f"{instance} is running again.",
                data=_holds(op),
                next="One more reading confirms it.",
            )
        case P.DONE:
            return Told(
                happened=f"{instance} is restored.",
                data=f"{_holds(op)} What was written later is gone from it.",
                next=_after(op),
            )
        case P.DENIED | P.EXPIRED | P.CANCELLED | P.VOIDED:
            return _ended(op)
        case P.FAILED:
            return _failed(op)
        case P.STUCK:
            return _stuck(op)
        case _:  # pragma: no cover
            assert_never(phase)


def line(told: Told) -> str:
    """Join what was told into one paragraph, as it is read aloud."""
    quoted = aloud(told.quoted)
    return " ".join(each for each in (told.happened, quoted, told.data, told.next) if each)


def aloud(quoted: str) -> str:
    """Say in a line what is shown as a quotation or as bullets."""
    if quoted.startswith("> "):
        return f"“{quoted[2:]}”"
    return "; ".join(each.removeprefix("• ") for each in quoted.splitlines())


def untouched(op: Restore) -> bool:
    """Whether the restore call certainly did nothing, as far as Aura and we know."""
    return not op.touched or (op.phase is P.FAILED and op.last(e.RestoreRefused) is not None)


def lost(op: Restore) -> str:
    """Say what is lost in time, as it was when the restore was asked for."""
    return span(max(0.0, (op.plan.created_at - op.plan.snapshot.taken_at).total_seconds()))


def ask_again(op: Restore) -> str:
    """Say how to ask once more."""
    return f"If it is still needed, ask again: `/aura restore {clean(op.instance_id, 40)}`."


def request_id(op: Restore) -> str | None:
    """Return the newest request id that Aura gave, or None.

    Once the restore call was recorded only what came after counts: the safety snapshot's id
    would lead Neo4j's support astray.
    """
    for recorded in reversed(op.history):
        if given := getattr(recorded.event, "request_id", None):
            return str(given)
        if isinstance(recorded.event, e.RestoreIntended):
            return None
    return None


def _until(op: Restore) -> str:
    return hour(op.plan.expires_at, beside=op.created_at)


def _safety(op: Restore) -> str:
    return code(op.safety_snapshot or "", 80)


def _holds(op: Restore) -> str:
    return f"It holds the data of {moment(op.plan.snapshot.taken_at)}."


def _after(op: Restore) -> str:
    if op.safety_snapshot:
        return (
            "Please check your application. "
            f"The way back is the safety snapshot {_safety(op)}, taken just before."
        )
    return "Please check your application. There is no safety snapshot of what was before."


def _unchanged(op: Restore) -> str:
    if op.last(e.SnapshotCompleted):
        return f"{NOTHING} The safety snapshot {_safety(op)} was taken and stays."
    if op.safety_snapshot:
        return f"{NOTHING} The safety snapshot {_safety(op)} was begun and may still complete."
    return NOTHING


def _ended(op: Restore) -> Told:
    """Tell an end in which nothing was sent."""
    instance, then = called(op.plan.instance), ask_again(op)
    if denied := op.last(e.Denied):
        return Told(
            happened=f"{user(denied.by.user_id)} denied the restore of {instance}.",
            quoted=quote(denied.reason),
            data=_unchanged(op),
            next=f"Please talk to them first. {then}",
        )
    if cancelled := op.last(e.Cancelled):
        by = user(cancelled.by.user_id)
        return Told(
            happened=f"{by} cancelled the restore of {instance}.", data=_unchanged(op), next=then
        )
    if voided := op.last(e.Voided):
        what = "approval of the" if op.last(e.Approved) else "request for a"
        return Told(
            happened=f"The {what} restore of {instance} no longer holds, since things differ:",
            quoted=bullets(voided.differences),
            data=_unchanged(op),
            next=f"Please look at what changed. {then}",
        )
    if op.last(e.Approved):
        window = span(op.plan.execution_window)
        return Told(
            happened=f"The approved restore of {instance} could not begin within {window}, "
            "so the approval expired.",
            data=_unchanged(op),
            next=then,
        )
    return Told(
        happened=f"The request to restore {instance} expired at {_until(op)} with "
        f"{len(op.approvers)} of {op.plan.quorum} approvals.",
        data=_unchanged(op),
        next=then,
    )


def _failed(op: Restore) -> Told:
    instance = called(op.plan.instance)
    last = op.history[-1].event if op.history else None
    if isinstance(last, e.SettledNotRun):
        return Told(
            happened=f"{user(last.by.user_id)} looked: the restore of {instance} did not run.",
            data="Aura had accepted the restore, though, so please make sure what the instance "
            f"holds. {_way_back(op)}"
            if op.last(e.RestoreStarted)
            else "By their word, nothing in the instance was changed.",
            next=ask_again(op),
        )
    reason, hint = getattr(last, "reason", "no reason is recorded"), getattr(last, "hint", None)
    happened = f"The restore of {instance} failed. {sentence(reason, 240)}"
    if not untouched(op):
        return Told(
            happened=happened,
            data="The restore had begun, so the former data is gone from the instance and the "
            f"new may be incomplete. {_way_back(op)}{_command_back(op)}",
            next=sentence(hint, 240)
            if hint
            else "Please look at the instance in the Aura console.",
        )
    return Told(
        happened=happened, data=_unchanged(op), next=sentence(hint, 240) if hint else ask_again(op)
    )


def _way_back(op: Restore) -> str:
    if op.last(e.SnapshotCompleted):
        return f"The safety snapshot {_safety(op)} keeps what was there before."
    return "There is no safety snapshot of what was there before."


def _command_back(op: Restore) -> str:
    """Spell out the next request for whoever is woken by an alert."""
    if not op.last(e.SnapshotCompleted):
        return ""
    command = f"/aura restore {clean(op.instance_id, 40)} {clean(op.safety_snapshot or '', 80)}"
    return f" To ask for it: `{command}`."


def _stuck(op: Restore) -> Told:
    instance, unknown = called(op.plan.instance), op.last(e.OutcomeUnknown)
    why = sentence(unknown.reason, 240) if unknown else ""
    if op.last(e.RestoreStarted) or op.last(e.SettledRan):
        happened = f"The restore of {instance} began, but I cannot tell how it ended. {why}"
        data = "Its former data is gone from the instance, and the new may be incomplete."
    else:
        happened = f"I cannot tell whether the restore of {instance} ran. {why}"
        data = "The instance holds either its former data or that of the snapshot."
    return Told(
        happened=happened.rstrip(),
        data=f"{data} {_way_back(op)}",
        next="Nothing is sent again by itself. Please have an approver look at the instance in "
        "the Aura console and then press *It ran* or *It did not run* under the alert.",
    )
