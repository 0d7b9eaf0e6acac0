"""What a clone says in its own words: how it is asked for, and where it stands."""

from bot.core.operations import Clone, Phase
from bot.core.operations import events as e
from bot.views.asked import Told, Words
from bot.views.kit import bold, clean, code, moment, user
from bot.views.words import bullets, called, exportable, flat, hour, people, quote, sentence

P = Phase

NOTHING = "Nothing was created, and nothing is billed."


def target(op: Clone) -> str:
    """Name the new instance: by its name, and by its id once known."""
    made = f" {code(op.clone_id, 40)}" if op.clone_id else ""
    return f"{bold(op.plan.order.name)}{made}"


def _direction(op: Clone) -> str:
    plan = op.plan
    taken = moment(plan.snapshot.taken_at)
    return (
        f"Data flows *from* snapshot {code(plan.snapshot.id, 80)} of {taken} of "
        f"{called(plan.instance)} *to* a new instance, {bold(plan.order.name)}, in project "
        f"{clean(plan.into.name, 80)} {code(plan.into.id, 60)}. The source is only read; whoever "
        "may look into that project can reach the copy.\n"
        f"It is billed separately until somebody deletes it{_cost(op)}."
    )


def _cost(op: Clone) -> str:
    return f": {clean(op.plan.cost, 200)}" if op.plan.cost else ""


def source(op: Clone) -> list[tuple[str, str]]:
    """Show what it is made of and what it will be, as labels and values."""
    plan, offer = op.plan, op.plan.offer
    storage = f" · {offer.storage} storage" if offer.storage else ""
    return [
        ("Snapshot", f"{code(plan.snapshot.id, 80)}\n{exportable(plan.snapshot)}"),
        ("New instance", f"{target(op)}\n{clean(plan.into.name, 80)}"),
        ("Its tier and size", clean(f"{offer.tier_name} · {offer.memory} memory{storage}", 150)),
        ("Its region", clean(f"{offer.cloud} {offer.region}", 80)),
    ]


def _question(op: Clone) -> str:
    plan = op.plan
    return (
        f"A new {plan.offer.tier_name} instance {flat(plan.order.name, 40)} is created in "
        f"{flat(plan.into.name, 40)} with the data of {flat(plan.instance.name, 40)}, "
        "and is billed separately."
    )


CLONE = Words(
    of="clone of {}",
    ask="to clone {}",
    doing="cloning {}",
    done="Cloned {}",
    past="cloned",
    gone="",
    direction=_direction,
    holds=lambda op: f"{target(op)} holds the data of {called(op.plan.instance)}.",
    source=source,
    title="Clone {}",
    question=_question,
    command=lambda op: again(op),
    first="the new instance is asked for",
)


def again(op: Clone) -> str:
    """Return the command that asks for the same once more."""
    return f"/aura clone {clean(op.instance_id, 40)} {clean(op.plan.snapshot.id, 80)}"


def tell(op: Clone) -> Told:
    """Say where it stands."""
    of = f"clone of {called(op.plan.instance)}"
    match op.phase:
        case P.AWAITING_APPROVAL:
            return Told(
                happened=f"{user(op.requester.user_id)} asks to clone {called(op.plan.instance)}.",
                data="Nothing has been created.",
                next=f"The approvers decide in the thread until {_until(op)}; "
                "without a decision the request expires.",
            )
        case P.APPROVED:
            who = (
                f"{people(op.approvers)} approved the {of}."
                if op.approvers
                else f"{user(op.requester.user_id)} clones {called(op.plan.instance)}."
            )
            return Told(
                happened=who,
                data="Nothing has been created yet.",
                next="I check everything once more, then Aura is asked for the new instance.",
            )
        case P.STARTING:
            return Told(
                happened=f"Aura is asked for {target(op)}.",
                data="The source is only read.",
                next="Please wait.",
            )
        case P.UNCERTAIN:
            return Told(
                happened=f"Aura's answer about {target(op)} was lost.",
                data="The new instance may or may not exist. The source is only read.",
                next="I look for it by its name, and ask for nothing again. Please wait.",
            )
        case P.BUILDING:
            return Told(
                happened=f"Aura is creating {target(op)}.",
                data="The source is only read, and stays online. The new instance is billed.",
                next=f"Nothing to do now; the thread tells when it runs. {fate(op)}",
            )
        case P.DONE:
            return Told(
                happened=f"{target(op)} is running.",
                data=f"It holds the data of {called(op.plan.instance)} as of "
                f"{moment(op.plan.snapshot.taken_at)}, and is billed until somebody deletes it.",
                next=fate(op),
            )
        case _:
            return _ended(op, of)


def fate(op: Clone) -> str:
    """Say where the first password went; never what it is."""
    made = op.accepted
    if made is None:
        return ""
    if made.place:
        return f"Its first password lies {clean(made.place, 300)}."
    if made.once_until:
        return (
            f"Its first password goes to {user(op.requester.user_id)} alone, once, in a direct "
            f"message, until {moment(made.once_until)}."
        )
    if made.perhaps:
        return (
            "Aura's answer was lost, and its first password perhaps with it, for Aura tells it "
            f"only once: look whether it lies {clean(made.perhaps, 300)}. If it does not and you "
            "need to sign in, delete the instance in the Aura console and clone again."
        )
    return (
        "Its first password was lost with Aura's answer, and Aura tells it only once. If you need "
        "to sign in, delete the instance in the Aura console and clone again."
    )


def left(op: Clone) -> str:
    """Say what an end left behind."""
    if op.clone_id:
        return f"{target(op)} exists, and is billed until somebody deletes it in the Aura console."
    if op.last(e.Interrupted):
        return "I do not know of a new instance. The source was only read."
    return NOTHING


def _ended(op: Clone, of: str) -> Told:
    then = f"If it is still needed, ask again: `{again(op)}`."
    last = op.history[-1].event if op.history else None
    match last:
        case e.Denied(by=by, reason=reason):
            return Told(
                happened=f"{user(by.user_id)} denied the {of}.",
                quoted=quote(reason),
                data=NOTHING,
                next=f"Please talk to them first. {then}",
            )
        case e.Cancelled(by=by):
            return Told(happened=f"{user(by.user_id)} cancelled the {of}.", data=NOTHING, next=then)
        case e.Voided(differences=differences):
            return Told(
                happened=f"The {of} does not go ahead, since things differ from what was asked:",
                quoted=bullets(differences),
                data=NOTHING,
                next=f"Please look at what changed. {then}",
            )
        case e.StepFailed(reason=reason, hint=hint):
            return Told(
                happened=f"The {of} failed. {sentence(reason, 240)}",
                data=left(op),
                next=sentence(hint, 300) if hint else then,
            )
        case _:
            return Told(
                happened=f"The request to clone {called(op.plan.instance)} expired at {_until(op)}."
                if not op.last(e.Approved) and op.plan.quorum
                else f"The {of} could not begin in time, so it expired.",
                data=NOTHING,
                next=then,
            )


def _until(op: Clone) -> str:
    return hour(op.plan.expires_at, beside=op.created_at)
