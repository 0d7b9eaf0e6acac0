"""The restore modal: choose, see the facts, say why, type the word."""

from pydantic import AwareDatetime

from bot.core.base import Frozen
from bot.core.drills import LastDrill
from bot.core.environments import Environment
from bot.core.graph.loss import Loss
from bot.core.instances import Instance, InstanceSummary, Project
from bot.core.operations import Drill, Restore
from bot.core.protection import Freeze
from bot.core.snapshots import OFFER_DAYS, Snapshot
from bot.views import asking
from bot.views.asking import Form
from bot.views.drill_words import last_line, last_warning
from bot.views.forms import block, field
from bot.views.freezes import frozen
from bot.views.graph import lost
from bot.views.ids import VALUE, Action, Callback, Field
from bot.views.kit import (
    Block,
    Message,
    View,
    actions,
    button,
    channel,
    clean,
    code,
    context,
    moment,
    plain,
    section,
    span,
)
from bot.views.pickers import instance_options, snapshot_option, snapshot_options
from bot.views.words import called, flat, spoken

__all__ = [
    "FORM",
    "RestoreFacts",
    "choose",
    "doorway",
    "form",
    "instance_options",
    "rehearsing",
    "snapshot_option",
    "snapshot_options",
    "submitted",
]


class RestoreFacts(Frozen):
    """All that the form shows; ``obstacle`` says why no safety snapshot can be taken."""

    instance: Instance
    project: Project
    environment: Environment | None
    snapshot: Snapshot | None
    obstacle: str | None
    loss: Loss | None = None
    freeze: Freeze | None = None
    """The freeze that is on."""
    now: AwareDatetime
    drill: LastDrill | None = None
    """What the last drill of the instance said."""
    rehearsal: str | None = None
    """What a rehearsal would cost; None where none is possible."""


FORM = Form(
    callback=Callback.RESTORE,
    title="Restore an instance",
    noun="restore",
    looking="Looking at the instance and its snapshots",
)


def choose(*, draft_id: str) -> View:
    """Return the modal that asks for the instance alone."""
    picker = {
        "type": "external_select",
        "action_id": Action.PICK_INSTANCE.value,
        "placeholder": plain("Type a name or an id"),
        "min_query_length": 0,
    }
    return FORM.modal(
        draft_id,
        section(
            "Which instance shall be restored? Its present data will be replaced.",
            block_id=block(Field.INSTANCE, draft_id),
            accessory=picker,
        ),
    )


def submitted(op: Restore | Drill, *, link: str | None) -> View:
    """Return the modal when what it asked for has begun."""
    return rehearsing(op, link=link) if isinstance(op, Drill) else FORM.sent_view(op, link=link)


def rehearsing(op: Drill, *, link: str | None) -> View:
    """Return the modal when the rehearsal has begun."""
    where = f"<{link}|its thread>" if link else f"its thread in {channel(op.channel)}"
    return FORM.modal(
        op.id,
        section(
            f"▶ The rehearsal {code(op.id)} of {called(op.plan.instance)} has begun. When it has "
            "proven the snapshot, the restore is asked for with what it found."
        ),
        section(f"Follow it in {where}. The instance itself is not touched."),
    )


def doorway(instance: InstanceSummary, *, snapshot: str | None = None) -> Message:
    """Offer the button that opens the modal, where a typed mention cannot."""
    return Message(
        text=f"Open the form to restore {spoken(instance)}.",
        blocks=(
            section(f"To restore {called(instance)}, open the form."),
            actions(
                f"doorway.{instance.id}",
                button(
                    "Open the form",
                    Action.OPEN_RESTORE.value,
                    f"{instance.id} {snapshot or ''}".strip(),
                ),
            ),
        ),
    )


def form(facts: RestoreFacts, *, draft_id: str) -> View:
    """Return the form: facts, snapshot, loss, warnings, reason and the word to type.

    Block ids stay the same for a draft, so what was typed survives a new rendering
    (https://docs.slack.dev/surfaces/modals#updating_views).
    """
    instance, environment = facts.instance, facts.environment
    top = [
        section(f"Restore {called(instance)} in place."),
        asking.facts(
            instance, facts.project, environment, ("Status now", clean(instance.status, 40))
        ),
    ]
    if environment is None:
        return FORM.modal(
            draft_id,
            *top,
            section(
                "⛔ This instance belongs to no environment, so nobody may approve a restore of "
                "it. Ask whoever keeps the bot's configuration to add it."
            ),
        )
    return FORM.modal(
        draft_id,
        *top,
        _picker(facts, draft_id),
        *_loss(facts),
        *_drill(facts),
        *frozen(facts.freeze),
        *asking.cdc(instance, "A restore"),
        *FORM.asks(environment, draft_id, obstacle=facts.obstacle),
        *([_rehearse(facts.rehearsal, draft_id)] if facts.rehearsal else []),
        submit="Ask for approval",
    )


def _picker(facts: RestoreFacts, draft_id: str) -> Block:
    element: Block = {
        "type": "external_select",
        "action_id": Action.PICK_SNAPSHOT.value,
        "placeholder": plain("Choose, or type a date such as 2026-11-20"),
        "min_query_length": 0,
    }
    if facts.snapshot:
        element["initial_option"] = snapshot_option(facts.snapshot, facts.now)
    return field(
        "Snapshot",
        element,
        Field.SNAPSHOT,
        draft_id,
        hint=f"Of the last {OFFER_DAYS} days. For an older one, give its id to /aura restore.",
        dispatch=True,
    )


def _loss(facts: RestoreFacts) -> list[Block]:
    snapshot = facts.snapshot
    if snapshot is None:
        return [section("Choose a snapshot to see what would be lost.")]
    since = span(max(0.0, (facts.now - snapshot.taken_at).total_seconds()))
    return [
        section(
            f"Data flows *from* snapshot {code(snapshot.id, 80)} of {moment(snapshot.taken_at)} "
            f"*to* {called(facts.instance)}, whose present data is lost.\n"
            f"Lost is all that was written since: *{since}* until now, and more until it begins."
        ),
        *lost(facts.loss, asked=False),
    ]


def _drill(facts: RestoreFacts) -> list[Block]:
    """Say what the last drill said of this instance's backups."""
    if warning := last_warning(facts.drill, facts.now):
        return [section(warning)]
    return [context(last_line(facts.drill, facts.now))] if facts.drill else []


def _rehearse(cost: str, draft_id: str) -> Block:
    option = {
        "text": plain("Rehearse first"),
        "value": Field.REHEARSE.value,
        "description": plain("Restore it beside the instance, check and time it, then ask."),
    }
    element = {"type": "checkboxes", "action_id": VALUE, "options": [option]}
    made = field(
        "Rehearsal", element, Field.REHEARSE, draft_id, hint=flat(cost, 150), dispatch=False
    )
    return {**made, "optional": True}
