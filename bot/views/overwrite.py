"""The overwrite modal: which instance gives, which one loses, and the word to type."""

from pydantic import AwareDatetime

from bot.core.base import Frozen
from bot.core.drills import LastDrill
from bot.core.environments import Environment
from bot.core.graph.loss import Loss
from bot.core.instances import Instance, InstanceSummary, Project
from bot.core.overwriting import contrasts
from bot.core.protection import Freeze
from bot.core.snapshots import OFFER_DAYS, Exportable, Snapshot
from bot.views import asking
from bot.views.asking import Form
from bot.views.drill_words import last_warning
from bot.views.forms import field
from bot.views.freezes import frozen
from bot.views.graph import lost
from bot.views.ids import Action, Callback, Field
from bot.views.kit import (
    Block,
    Message,
    View,
    actions,
    button,
    code,
    moment,
    plain,
    section,
    span,
)
from bot.views.pickers import snapshot_option
from bot.views.words import bullets, called, environment_name, leaving, spoken

FORM = Form(
    callback=Callback.OVERWRITE,
    title="Overwrite an instance",
    noun="overwrite",
    looking="Looking at both instances and the source's snapshots",
)


class OverwriteFacts(Frozen):
    """All that the form shows."""

    target: Instance
    environment: Environment
    project: Project
    source: Instance
    source_environment: str | None
    snapshot: Snapshot | None
    loss: Loss | None = None
    freeze: Freeze | None = None
    """The freeze that is on."""
    now: AwareDatetime
    drill: LastDrill | None = None
    """What the last drill of the source said."""


def doorway(target: InstanceSummary, source: InstanceSummary, *, snapshot: str | None) -> Message:
    """Offer the button that opens the modal, where a typed mention cannot."""
    return Message(
        text=f"Open the form to overwrite {spoken(target)}.",
        blocks=(
            section(f"To overwrite {called(target)}, open the form."),
            actions(
                f"doorway.{target.id}",
                button(
                    "Open the form",
                    Action.OPEN_OVERWRITE.value,
                    f"{target.id} {source.id} {snapshot or ''}".strip(),
                ),
            ),
        ),
    )


def form(facts: OverwriteFacts, *, draft_id: str) -> View:
    """Return the form: both instances, the snapshot, the direction, and what differs."""
    source, target = facts.source, facts.target
    return FORM.modal(
        draft_id,
        section(f"Replace the data of {called(target)} by data of {called(source)}."),
        asking.facts(
            target,
            facts.project,
            facts.environment,
            ("Source", f"{called(source)}\n{environment_name(facts.source_environment)}"),
        ),
        _picker(facts, draft_id),
        section(_direction(facts)),
        *lost(facts.loss, asked=False),
        *_warnings(facts),
        *frozen(facts.freeze),
        *asking.cdc(target, "An overwrite"),
        *FORM.asks(facts.environment, draft_id, obstacle=None),
        submit="Ask for approval",
    )


def _picker(facts: OverwriteFacts, draft_id: str) -> Block:
    element: Block = {
        "type": "external_select",
        "action_id": Action.PICK_SOURCE.value,
        "placeholder": plain("Choose, or type a date such as 2026-11-20"),
        "min_query_length": 0,
    }
    if facts.snapshot:
        element["initial_option"] = snapshot_option(facts.snapshot, facts.now)
    return field(
        "Snapshot of the source",
        element,
        Field.SNAPSHOT,
        draft_id,
        hint=f"Of the last {OFFER_DAYS} days, and such as can leave their instance. None is "
        "chosen for you.",
        dispatch=True,
    )


def _direction(facts: OverwriteFacts) -> str:
    target = called(facts.target)
    lost = f"*to* {target}, whose data is lost: *all* of it, since this is another instance's data."
    if facts.snapshot is None:
        return f"Data flows *from* {called(facts.source)} {lost}\nChoose a snapshot to go on."
    snapshot = facts.snapshot
    age = span(max(0.0, (facts.now - snapshot.taken_at).total_seconds()))
    return (
        f"Data flows *from* snapshot {code(snapshot.id, 80)} of {called(facts.source)}, taken "
        f"{moment(snapshot.taken_at)} ({age} ago), {lost}"
    )


def _warnings(facts: OverwriteFacts) -> list[Block]:
    found = leaving(facts.source_environment, facts.environment.name, facts.target)
    if warning := last_warning(facts.drill, facts.now, of="the source"):
        found = [section(warning), *found]
    if facts.snapshot and facts.snapshot.exportable is Exportable.UNKNOWN:
        found.append(
            section(
                "⚠ Aura does not say whether this snapshot can leave its instance. If it cannot, "
                "Aura refuses the overwrite, and nothing is changed."
            )
        )
    if differing := contrasts(facts.target, facts.source):
        found.append(section(f"Source → target:\n{bullets(differing)}"))
    return found
