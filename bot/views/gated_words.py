"""A gated operation in sentences: what happened, what it means for the data, what to do next."""

from bot.core.evidence import unrun
from bot.core.operations import Gated, Phase
from bot.core.operations import events as e
from bot.views.asked import Told
from bot.views.kinds import ask, of, words
from bot.views.kit import clean, code, span, user
from bot.views.upload_words import by_command
from bot.views.words import article, bullets, called, hour, people, quote, sentence

P = Phase

NOTHING = "Nothing in the instance was changed."


def tell(op: Gated) -> Told:
    """Say where it stands."""
    instance, phase = called(op.plan.instance), op.phase
    match phase:
        case P.AWAITING_APPROVAL:
            return Told(
                happened=f"{user(op.requester.user_id)} asks {ask(op)}.",
                data="Nothing has been changed.",
                next=f"The approvers decide in the thread until {_until(op)}; "
                "without a decision the request expires.",
            )
        case P.APPROVED:
            then = f"the {op.NOUN} goes ahead without" if op.plan.waiver else "I take"
            if P.TRANSFERRING in op.TABLE:
                deed = "laid ready for `neo4j-admin`" if by_command(op) else "sent"
                then = f"the file is {deed}; then {then}"
            return Told(
                happened=f"{people(op.approvers)} approved the {of(op)}.",
                data="Nothing has been changed yet.",
                next=f"I check everything once more, then {then} a safety snapshot.",
            )
        case P.TRANSFERRING | P.STAGED if by_command(op):
            return Told(
                happened="The file is laid ready for `neo4j-admin`; nothing was sent to Aura yet.",
                data=f"Nothing in {instance} has been changed yet.",
                next="It may still be taken back. The safety snapshot comes next.",
            )
        case P.RESTORING if by_command(op):
            return Told(
                happened=f"`neo4j-admin` sends the file, and {instance} loads it.",
                data="From now on its present data may be gone; it goes offline for the load.",
                next="Nothing to do now; the thread tells how it goes on.",
            )
        case P.TRANSFERRING:
            return Told(
                happened=f"The file is on its way to Aura's storage, for {instance}.",
                data="Nothing in the instance has been changed yet.",
                next="It may still be taken back. The safety snapshot follows when it has arrived.",
            )
        case P.STAGED:
            then = "no safety snapshot is taken" if op.plan.waiver else "a safety snapshot is taken"
            return Told(
                happened="The file has arrived in Aura's storage.",
                data=f"Nothing in {instance} has been changed yet.",
                next=f"Everything is checked once more, then {then}.",
            )
        case P.SNAPSHOTTING:
            return Told(
                happened=f"Aura is taking the safety snapshot {_safety(op)} of {instance}.",
                data="Nothing has been changed yet.",
                next=f"The {op.NOUN} begins only when that snapshot is complete.",
            )
        case P.READY:
            return Told(
                happened="No safety snapshot is taken, as the plan says."
                if op.plan.waiver
                else f"The safety snapshot {_safety(op)} of {instance} is complete.",
                data="Nothing has been changed yet.",
                next=f"One last look at everything, then the {op.NOUN} call goes to Aura.",
            )
        case P.STARTING:
            return Told(
                happened=f"The {op.NOUN} call for {instance} is on its way to Aura.",
                data="From now on its present data may be gone.",
                next="Please wait, and change nothing on the instance.",
            )
        case P.UNCERTAIN:
            return Told(
                happened=f"Aura's answer to the {op.NOUN} call for {instance} was lost.",
                data=f"The {op.NOUN} may or may not have begun.",
                next="I look at the instance to find out, and send nothing again. Please wait.",
            )
        case P.RESTORING:
            return Told(
                happened=f"Aura is {words(op).doing.format(instance)}.",
                data="The instance is offline until that ends, and its former data is replaced.",
                next="Nothing to do now; the thread tells how it goes on.",
            )
        case P.VERIFYING:
            return Told(
                happened=f"{instance} is running again.",
                data=words(op).holds(op),
                next="One more reading confirms it.",
            )
        case P.DONE if missing := unrun(op.checks):
            again = f"savepoint check --data {clean(op.instance_id, 40)}"
            return Told(
                happened=f"{instance} is {words(op).past}, but {missing}.",
                data=f"{words(op).holds(op)} {words(op).gone} "
                "Whether it is what it should be is not known: what could not run has not passed.",
                next=f"`{again}`, where the bot runs, repeats the checks. {_after(op)}",
            )
        case P.DONE:
            return Told(
                happened=f"{instance} is {words(op).past}.",
                data=f"{words(op).holds(op)} {words(op).gone}",
                next=_after(op),
            )
        case P.DONE_CHECKS_FAILED:
            failed = op.last(e.ChecksFailed)
            why = sentence(failed.reason, 160) if failed else ""
            return Told(
                happened=f"{instance} is {words(op).past}, and checks failed. {why}",
                data=f"{words(op).holds(op)} It is not what it should be.",
                next=_after(op),
            )
        case P.DENIED | P.EXPIRED | P.CANCELLED | P.VOIDED:
            return _ended(op)
        case P.FAILED:
            return _failed(op)
        case P.STUCK:
            return _stuck(op)
        case _:  # pragma: no cover -- a test walks the table
            raise NotImplementedError(phase)


def line(told: Told) -> str:
    """Join what was told into one paragraph, as it is read aloud."""
    quoted = aloud(told.quoted)
    return " ".join(each for each in (told.happened, quoted, told.data, told.next) if each)


def aloud(quoted: str) -> str:
    """Say in a line what is shown as a quotation or as bullets."""
    if quoted.startswith("> "):
        return f"“{quoted[2:]}”"
    return "; ".join(each.removeprefix("• ") for each in quoted.splitlines())


def ask_again(op: Gated) -> str:
    """Say how to ask once more."""
    return f"If it is still needed, ask again: `{words(op).command(op)}`."


def request_id(op: Gated) -> str | None:
    """Return the newest request id that Aura gave, or None.

    Once the one call was recorded only what came after counts: the safety snapshot's id
    would lead Neo4j's support astray.
    """
    for recorded in reversed(op.history):
        if given := getattr(recorded.event, "request_id", None):
            return str(given)
        if isinstance(recorded.event, e.RestoreIntended):
            return None
    return None


def _until(op: Gated) -> str:
    return hour(op.plan.expires_at, beside=op.created_at)


def _safety(op: Gated) -> str:
    return code(op.safety_snapshot or "", 80)


def _after(op: Gated) -> str:
    if op.safety_snapshot:
        return (
            "Please check your application. "
            f"The way back is the safety snapshot {_safety(op)}, taken just before."
        )
    return "Please check your application. There is no safety snapshot of what was before."


def _unchanged(op: Gated) -> str:
    if op.last(e.SnapshotCompleted):
        return f"{NOTHING} The safety snapshot {_safety(op)} was taken and stays."
    if op.safety_snapshot:
        return f"{NOTHING} The safety snapshot {_safety(op)} was begun and may still complete."
    return NOTHING


def _ended(op: Gated) -> Told:
    """Tell an end in which nothing was sent."""
    then = ask_again(op)
    if denied := op.last(e.Denied):
        return Told(
            happened=f"{user(denied.by.user_id)} denied the {of(op)}.",
            quoted=quote(denied.reason),
            data=_unchanged(op),
            next=f"Please talk to them first. {then}",
        )
    if cancelled := op.last(e.Cancelled):
        by = user(cancelled.by.user_id)
        return Told(happened=f"{by} cancelled the {of(op)}.", data=_unchanged(op), next=then)
    if voided := op.last(e.Voided):
        named = of(op)
        what = (
            f"approval of the {named}" if op.last(e.Approved) else f"request for {article(named)}"
        )
        return Told(
            happened=f"The {what} no longer holds, since things differ:",
            quoted=bullets(voided.differences),
            data=_unchanged(op),
            next=f"Please look at what changed. {then}",
        )
    if op.last(e.Approved):
        window = span(op.plan.execution_window)
        return Told(
            happened=f"The approved {of(op)} could not begin within {window}, "
            "so the approval expired.",
            data=_unchanged(op),
            next=then,
        )
    return Told(
        happened=f"The request {ask(op)} expired at {_until(op)} with "
        f"{len(op.approvers)} of {op.plan.quorum} approvals.",
        data=_unchanged(op),
        next=then,
    )


def _failed(op: Gated) -> Told:
    last = op.history[-1].event if op.history else None
    if isinstance(last, e.SettledNotRun):
        return Told(
            happened=f"{user(last.by.user_id)} looked: the {of(op)} did not run.",
            data=f"Aura had accepted the {op.NOUN}, though, so please make sure what the instance "
            f"holds. {_way_back(op)}"
            if op.last(e.RestoreStarted)
            else "By their word, nothing in the instance was changed.",
            next=ask_again(op),
        )
    reason, hint = getattr(last, "reason", "no reason is recorded"), getattr(last, "hint", None)
    happened = f"The {of(op)} failed. {sentence(reason, 240)}"
    if not op.untouched:
        return Told(
            happened=happened,
            data=f"The {op.NOUN} had begun, so the former data is gone from the instance and the "
            f"new may be incomplete. {_way_back(op)}{_command_back(op)}",
            next=sentence(hint, 240)
            if hint
            else "Please look at the instance in the Aura console.",
        )
    return Told(
        happened=happened, data=_unchanged(op), next=sentence(hint, 240) if hint else ask_again(op)
    )


def _way_back(op: Gated) -> str:
    if op.last(e.SnapshotCompleted):
        return f"The safety snapshot {_safety(op)} keeps what was there before."
    return "There is no safety snapshot of what was there before."


def _command_back(op: Gated) -> str:
    """Spell out the next request for whoever is woken by an alert."""
    if not op.last(e.SnapshotCompleted):
        return ""
    command = f"/aura restore {clean(op.instance_id, 40)} {clean(op.safety_snapshot or '', 80)}"
    return f" To ask for it: `{command}`."


def _stuck(op: Gated) -> Told:
    unknown = op.last(e.OutcomeUnknown)
    why = sentence(unknown.reason, 240) if unknown else ""
    if op.last(e.RestoreStarted) or op.last(e.SettledRan):
        happened = f"The {of(op)} began, but I cannot tell how it ended. {why}"
        data = "Its former data is gone from the instance, and the new may be incomplete."
    else:
        happened = f"I cannot tell whether the {of(op)} ran. {why}"
        data = "The instance holds either its former data or that of the snapshot."
    return Told(
        happened=happened.rstrip(),
        data=f"{data} {_way_back(op)}",
        next="Nothing is sent again by itself. Please have an approver look at the instance in "
        "the Aura console and then press *It ran* or *It did not run* under the alert.",
    )
