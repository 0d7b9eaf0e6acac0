"""The clone modal: which snapshot, what to call it, where and how large."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from pydantic import AwareDatetime

from bot.core.base import Frozen
from bot.core.clones import facet
from bot.core.copies import LONGEST_NAME
from bot.core.drills import LastDrill
from bot.core.environments import Environment
from bot.core.errors import BotError
from bot.core.instances import Instance, InstanceSummary, Project
from bot.core.offers import Offer
from bot.core.operations import Clone
from bot.core.protection import Freeze
from bot.core.snapshots import OFFER_DAYS, Exportable, Snapshot
from bot.views.asking import changed_nothing, unanswered
from bot.views.drill_words import last_warning
from bot.views.errors import whisper
from bot.views.forms import block, field, modal, text
from bot.views.freezes import frozen
from bot.views.ids import VALUE, Action, Callback, Field
from bot.views.kit import (
    Block,
    Message,
    View,
    actions,
    ago,
    bold,
    button,
    channel,
    clean,
    code,
    fields,
    moment,
    plain,
    section,
)
from bot.views.pickers import OPTIONS_MOST
from bot.views.words import called, environment_name, exportable, flat, profile, size, spoken

#: Said wherever somebody is about to ask for a new instance.
BILLED = "The new instance is billed separately, from its creation until somebody deletes it."


class CloneFacts(Frozen):
    """All that the form shows; ``offer`` None means that the project offers nothing that fits."""

    instance: Instance
    environment: Environment
    snapshot: Snapshot
    name: str
    projects: tuple[Project, ...]
    project: Project
    offers: tuple[Offer, ...]
    offer: Offer | None
    cost: str | None
    freeze: Freeze | None = None
    """The freeze that is on."""
    now: AwareDatetime
    drill: LastDrill | None = None
    """What the last drill of the source said."""


def loading(*, draft_id: str) -> View:
    """Return the modal as it opens, before anything is known."""
    return _modal(draft_id, section("⏳ Looking at the instance and at what is offered …"))


def broken(error: BotError, *, draft_id: str) -> View:
    """Return the modal when it cannot go on: what is wrong, what to do, and Close."""
    return _modal(draft_id, *whisper(error).blocks, *changed_nothing(error))


def sending(*, draft_id: str) -> View:
    """Return the modal between the submission and its outcome."""
    checking = section("⏳ Checking your request once more …")
    return _modal(draft_id, checking, unanswered("a minute"))


def sent(op: Clone, *, link: str | None) -> View:
    """Return the modal when the request is taken."""
    where = f"<{link}|its thread>" if link else f"its thread in {channel(op.channel)}"
    first = (
        f"waits for approval until {moment(op.plan.expires_at)}"
        if op.plan.quorum
        else "is on its way"
    )
    return _modal(
        op.id,
        section(
            f"✅ Your request {code(op.id)} for {bold(op.plan.order.name)}, a clone of "
            f"{called(op.plan.instance)}, {first}."
        ),
        section(f"Follow it in {where}. The source is only read. {BILLED}"),
    )


def doorway(instance: InstanceSummary, *, snapshot: str | None = None) -> Message:
    """Offer the button that opens the modal, where a typed mention cannot."""
    return Message(
        text=f"Open the form to clone {spoken(instance)}.",
        blocks=(
            section(f"To make a new instance from one of {called(instance)}, open the form."),
            actions(
                f"doorway.{instance.id}",
                button(
                    "Open the form",
                    Action.OPEN_CLONE.value,
                    f"{instance.id} {snapshot or ''}".strip(),
                ),
            ),
        ),
    )


def form(facts: CloneFacts, *, draft_id: str) -> View:
    """Return the form. Choices follow one another: another project offers other tiers.

    A select whose options have changed gets another block id, so that Slack shows the new choice
    and not the former one (https://docs.slack.dev/surfaces/modals#updating_views).
    """
    warning = last_warning(facts.drill, facts.now, of="the source")
    top = [
        section(f"Make a new instance from a snapshot of {called(facts.instance)}."),
        _source(facts),
        *([section(warning)] if warning else []),
        _snapshots(facts, draft_id),
        _projects(facts, draft_id),
    ]
    approval = facts.environment.clone_needs_approval
    submit = "Ask for approval" if approval else "Create"
    if facts.offer is None:
        nothing = section(
            f"⛔ {bold(facts.project.name)} offers nothing as large as the source "
            f"({size(facts.instance)}). Choose another project."
        )
        # Slack takes no fields without a button to send them; sent, the form says the same again
        return _modal(draft_id, *top, nothing, submit=submit)
    blocks = [
        *top,
        *_offers(facts, facts.offer, draft_id),
        _name(facts, draft_id),
        text("Reason", Field.REASON, draft_id, hint="The thread and the audit log show it."),
        section(_note(facts)),
        *frozen(facts.freeze),
    ]
    return _modal(draft_id, *blocks, submit=submit)


def snapshot_options(
    snapshots: Iterable[Snapshot], *, typed: str, now: datetime
) -> dict[str, list[Block]]:
    """Answer the snapshot picker: each says whether it is exportable, as far as Aura tells."""
    wanted = typed.lower().split()
    found = [s for s in snapshots if all(w in _searched(s) for w in wanted)]
    return {"options": [_option(s, now) for s in found[:OPTIONS_MOST]]}


def _modal(draft_id: str, *blocks: Block, submit: str | None = None) -> View:
    return modal(Callback.CLONE, "New from a snapshot", *blocks, metadata=draft_id, submit=submit)


def _source(facts: CloneFacts) -> Block:
    return fields(
        [
            ("Source", called(facts.instance)),
            ("Environment", bold(environment_name(facts.environment), 60)),
            ("Tier and size", size(facts.instance)),
            ("Region", clean(f"{facts.instance.cloud} {facts.instance.region}", 60)),
        ]
    )


def _snapshots(facts: CloneFacts, draft_id: str) -> Block:
    element: Block = {
        "type": "external_select",
        "action_id": Action.PICK_EXPORTABLE.value,
        "placeholder": plain("Choose, or type a date such as 2026-11-20"),
        "min_query_length": 0,
        "initial_option": _option(facts.snapshot, facts.now),
    }
    unknown = facts.snapshot.exportable is Exportable.UNKNOWN
    hint = f"Only exportable ones can leave their instance; of the last {OFFER_DAYS} days."
    if unknown:
        hint += " Aura does not say whether this one is; it is asked again before anything begins."
    return field("Snapshot", element, Field.SNAPSHOT, draft_id, hint=hint, dispatch=True)


def _projects(facts: CloneFacts, draft_id: str) -> Block:
    options = [(p.id, p.name) for p in facts.projects] or [(facts.project.id, facts.project.name)]
    return _select("Project", Field.PROJECT, options, facts.project.id, draft_id)


def _offers(facts: CloneFacts, chosen: Offer, draft_id: str) -> list[Block]:
    tiers = _unique((o.tier, o.tier_name) for o in facts.offers)
    of_tier = [o for o in facts.offers if o.tier == chosen.tier]
    places = _unique((facet(o, "place"), o.region_name or o.region) for o in of_tier)
    here = [o for o in of_tier if facet(o, "place") == facet(chosen, "place")]
    sizes = _unique((o.memory, _sized(o)) for o in here)
    return [
        _select("Tier", Field.TIER, tiers, chosen.tier, draft_id),
        _select(
            "Cloud and region",
            Field.PLACE,
            [(value, f"{value.partition(' ')[0]} · {words}") for value, words in places],
            facet(chosen, "place"),
            draft_id,
        ),
        _select(
            "Size",
            Field.SIZE,
            sizes,
            chosen.memory,
            draft_id,
            hint="Never smaller than the source: Aura goes by the size that it was given.",
        ),
    ]


def _sized(offer: Offer) -> str:
    storage = f" · {offer.storage} storage" if offer.storage else ""
    return f"{offer.memory} memory{storage}"


def _select(
    label: str,
    name: Field,
    options: Sequence[tuple[str, str]],
    chosen: str,
    draft_id: str,
    *,
    hint: str = "",
) -> Block:
    shown = {v: {"text": plain(flat(words)), "value": v} for v, words in options[:OPTIONS_MOST]}
    element: Block = {
        "type": "static_select",
        "action_id": f"{Action.PICK_CLONE.value}:{name.value}",
        "options": list(shown.values()),
    }
    if chosen in shown:
        element["initial_option"] = shown[chosen]
    made = field(label, element, name, draft_id, hint=hint, dispatch=True)
    marks = sha256("\n".join([chosen, *shown]).encode()).hexdigest()[:8]
    return made | {"block_id": f"{block(name, draft_id)}.{marks}"}


def _name(facts: CloneFacts, draft_id: str) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": VALUE,
        "max_length": LONGEST_NAME,
        "initial_value": facts.name,
    }
    hint = "By this name it is found again after an interruption, so it must be new there."
    return field(
        "Name of the new instance", element, Field.NAME, draft_id, hint=hint, dispatch=False
    )


def _note(facts: CloneFacts) -> str:
    price = f" It costs {clean(facts.cost, 200)}." if facts.cost else ""
    who = (
        " An approver decides first; until then nothing is created."
        if facts.environment.clone_needs_approval
        else ""
    )
    return f"💰 {BILLED}{price}\nThe source is only read and stays online.{who}"


def _option(snapshot: Snapshot, now: datetime) -> Block:
    parts = [
        f"{snapshot.taken_at:%m-%d %H:%M} UTC",
        ago(snapshot.taken_at, now),
        profile(snapshot),
        exportable(snapshot),
    ]
    return {"text": plain(flat(" · ".join(parts))), "value": snapshot.id}


def _searched(snapshot: Snapshot) -> str:
    return f"{snapshot.taken_at:%Y-%m-%d %H:%M %A %B} {profile(snapshot)} {snapshot.id}".lower()


def _unique(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(dict(pairs).items())
