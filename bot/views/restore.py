"""The restore modal: choose, see the facts, say why, type the word."""

from pydantic import AwareDatetime

from bot.core.base import Frozen
from bot.core.drills import LastDrill
from bot.core.environments import Environment
from bot.core.errors import BotError
from bot.core.graph.loss import Loss
from bot.core.instances import Instance, InstanceSummary, Project
from bot.core.operations import Asked, Drill, Restore
from bot.core.snapshots import OFFER_DAYS, Snapshot
from bot.core.typed import SUFFIX_LENGTH, WORD
from bot.views.drill_words import last_line, last_warning
from bot.views.errors import whisper
from bot.views.forms import block, field, modal, text
from bot.views.graph import lost
from bot.views.ids import VALUE, Action, Callback, Field
from bot.views.kinds import ask
from bot.views.kit import (
    Block,
    Message,
    View,
    actions,
    bold,
    button,
    channel,
    clean,
    code,
    context,
    fields,
    moment,
    plain,
    section,
    span,
)
from bot.views.pickers import instance_options, snapshot_option, snapshot_options
from bot.views.words import called, environment_name, flat, size, spoken

__all__ = [
    "RestoreFacts",
    "broken",
    "choose",
    "doorway",
    "form",
    "instance_options",
    "loading",
    "rehearsing",
    "sending",
    "sent",
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
    now: AwareDatetime
    drill: LastDrill | None = None
    """What the last drill of the instance said."""
    rehearsal: str | None = None
    """What a rehearsal would cost; None where none is possible."""


def loading(*, draft_id: str) -> View:
    """Return the modal as it opens, before anything is known."""
    return _modal(draft_id, section("⏳ Looking at the instance and its snapshots …"))


def broken(error: BotError, *, draft_id: str) -> View:
    """Return the modal when it cannot go on: what is wrong, what to do, and Close."""
    nothing = context("Nothing was asked for, and nothing was changed.")
    return _modal(draft_id, *whisper(error).blocks, nothing)


def choose(*, draft_id: str) -> View:
    """Return the modal that asks for the instance alone."""
    picker = {
        "type": "external_select",
        "action_id": Action.PICK_INSTANCE.value,
        "placeholder": plain("Type a name or an id"),
        "min_query_length": 0,
    }
    return _modal(
        draft_id,
        section(
            "Which instance shall be restored? Its present data will be replaced.",
            block_id=block(Field.INSTANCE, draft_id),
            accessory=picker,
        ),
    )


def sending(*, draft_id: str) -> View:
    """Return the modal between the submission and its outcome."""
    return _modal(draft_id, section("⏳ Putting your request before the approvers …"))


def submitted(op: Restore | Drill, *, link: str | None) -> View:
    """Return the modal when what it asked for has begun."""
    return rehearsing(op, link=link) if isinstance(op, Drill) else sent(op, link=link)


def rehearsing(op: Drill, *, link: str | None) -> View:
    """Return the modal when the rehearsal has begun."""
    where = f"<{link}|its thread>" if link else f"its thread in {channel(op.channel)}"
    return _modal(
        op.id,
        section(
            f"▶ The rehearsal {code(op.id)} of {called(op.plan.instance)} has begun. When it has "
            "proven the snapshot, the restore is asked for with what it found."
        ),
        section(f"Follow it in {where}. The instance itself is not touched."),
    )


def sent(op: Asked, *, link: str | None) -> View:
    """Return the modal when the request stands before the approvers."""
    where = f"<{link}|its thread>" if link else f"its thread in {channel(op.channel)}"
    return _modal(
        op.id,
        section(
            f"✅ Your request {code(op.id)} {ask(op)} waits for "
            f"approval until {moment(op.plan.expires_at)}."
        ),
        section(f"Follow it in {where}. Nothing changes until somebody approves it."),
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
    top = [section(f"Restore {called(instance)} in place."), _facts(facts)]
    if environment is None:
        return _modal(
            draft_id,
            *top,
            section(
                "⛔ This instance belongs to no environment, so nobody may approve a restore of "
                "it. Ask whoever keeps the bot's configuration to add it."
            ),
        )
    blocks = [*top, _picker(facts, draft_id), *_loss(facts), *_drill(facts), *_cdc(instance)]
    if facts.obstacle:
        blocks += _waiver(facts.obstacle, draft_id)
    blocks += [
        text("Reason", Field.REASON, draft_id, hint="The approvers and the audit log see it."),
        text(
            f"Type {WORD} to ask for this restore",
            Field.WORD,
            draft_id,
            most=20,
            hint="In capital letters. An approver decides next; until then nothing changes.",
        ),
    ]
    if environment.confirm_instance_suffix:
        blocks.append(
            text(
                f"Last {SUFFIX_LENGTH} characters of the instance's id",
                Field.SUFFIX,
                draft_id,
                most=20,
                hint=f"{flat(environment.name, 60)} asks for them, so that no two instances are "
                "mixed up.",
            )
        )
    if facts.rehearsal:
        blocks.append(_rehearse(facts.rehearsal, draft_id))
    return _modal(draft_id, *blocks, submit="Ask for approval")


def _facts(facts: RestoreFacts) -> Block:
    instance = facts.instance
    return fields(
        [
            ("Instance", called(instance)),
            ("Environment", bold(environment_name(facts.environment), 60)),
            ("Project", f"{clean(facts.project.name, 80)} {code(facts.project.id, 60)}"),
            ("Tier and size", size(instance)),
            ("Status now", clean(instance.status, 40)),
        ]
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


def _cdc(instance: Instance) -> list[Block]:
    if not instance.cdc_on:
        return []
    return [
        section(
            f"⚠ *Change data capture is on ({clean(instance.cdc_mode or '', 20)}).* A restore "
            "makes earlier change ids invalid: its consumers must be set up anew afterwards."
        )
    ]


def _waiver(obstacle: str, draft_id: str) -> list[Block]:
    return [
        section(
            f"⚠ *No safety snapshot can be taken:* {clean(obstacle)}. "
            "There will be no way back to the present data."
        ),
        text(
            "Why go ahead without a safety snapshot?",
            Field.WAIVER,
            draft_id,
            hint="The approvers see this first, and the audit log keeps it.",
        ),
    ]


def _modal(draft_id: str, *blocks: Block, submit: str | None = None) -> View:
    return modal(Callback.RESTORE, "Restore an instance", *blocks, metadata=draft_id, submit=submit)
