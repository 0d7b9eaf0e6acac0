"""The upload modal: what the file is, whose data it replaces, why, and the word to type."""

from pydantic import AwareDatetime

from bot.core.backups import Inspection
from bot.core.base import Frozen
from bot.core.environments import Environment
from bot.core.errors import BotError
from bot.core.graph.loss import Loss
from bot.core.instances import Instance, InstanceSummary, Project
from bot.core.operations import Asked
from bot.core.typed import SUFFIX_LENGTH, WORD
from bot.views.errors import whisper
from bot.views.forms import modal, text
from bot.views.graph import lost
from bot.views.ids import Action, Callback, Field
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
    section,
)
from bot.views.upload_words import facts as file_facts
from bot.views.words import called, environment_name, flat, size, spoken


class UploadFacts(Frozen):
    """All that the form shows; ``obstacle`` says why no safety snapshot can be taken."""

    instance: Instance
    project: Project
    environment: Environment
    name: str
    place: str
    inspection: Inspection
    holds_data: bool
    obstacle: str | None
    loss: Loss | None = None
    now: AwareDatetime


def command_line(instance: InstanceSummary) -> str:
    """Spell out Neo4j's own command for an instance, without any password."""
    return (
        "neo4j-admin database upload neo4j --from-path=FOLDER-OF-THE-FILE "
        f"--to-uri=neo4j+s://{instance.id}.databases.neo4j.io --overwrite-destination=true"
    )


def loading(*, draft_id: str) -> View:
    """Return the modal as it opens, before anything is known."""
    return _modal(draft_id, section("⏳ Looking at the instance and into the file …"))


def broken(error: BotError, *, draft_id: str) -> View:
    """Return the modal when it cannot go on: what is wrong, what to do, and Close."""
    nothing = context("Nothing was asked for, and nothing was changed.")
    return _modal(draft_id, *whisper(error).blocks, nothing)


def sending(*, draft_id: str) -> View:
    """Return the modal between the submission and its outcome."""
    return _modal(
        draft_id,
        section(
            "⏳ Reading the whole file, then putting your request before the approvers …\n"
            "A large file takes minutes. You can close this; the request appears when it is read."
        ),
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


def doorway(instance: InstanceSummary, *, file: str) -> Message:
    """Offer the button that opens the modal, where a typed mention cannot."""
    return Message(
        text=f"Open the form to load a file into {spoken(instance)}.",
        blocks=(
            section(f"To load {code(file, 120)} into {called(instance)}, open the form."),
            actions(
                f"doorway.{instance.id}",
                button("Open the form", Action.OPEN_UPLOAD.value, f"{instance.id} {file}"),
            ),
        ),
    )


def form(facts: UploadFacts, *, draft_id: str) -> View:
    """Return the form: what the file is, what is lost, warnings, reason and the word to type."""
    instance = facts.instance
    blocks: list[Block] = [
        section(f"Load the file {code(facts.name, 120)} into {called(instance)}."),
        fields(
            [
                ("Instance", called(instance)),
                ("Environment", bold(environment_name(facts.environment), 60)),
                ("Project", f"{clean(facts.project.name, 80)} {code(facts.project.id, 60)}"),
                ("Tier and size", size(instance)),
            ]
        ),
        fields(file_facts(facts.inspection)),
        section(_loss(facts)),
        *(lost(facts.loss, asked=False) if facts.holds_data else []),
        *_cdc(instance),
    ]
    if facts.obstacle:
        blocks += _waiver(facts.obstacle, draft_id)
    blocks += [
        text("Reason", Field.REASON, draft_id, hint="The approvers and the audit log see it."),
        text(
            f"Type {WORD} to ask for this upload",
            Field.WORD,
            draft_id,
            most=20,
            hint="In capital letters. An approver decides next; until then nothing changes.",
        ),
    ]
    if facts.environment.confirm_instance_suffix:
        blocks.append(
            text(
                f"Last {SUFFIX_LENGTH} characters of the instance's id",
                Field.SUFFIX,
                draft_id,
                most=20,
                hint=f"{flat(facts.environment.name, 60)} asks for them, so that no two instances "
                "are mixed up.",
            )
        )
    return _modal(draft_id, *blocks, submit="Ask for approval")


def _loss(facts: UploadFacts) -> str:
    lead = f"Data flows *from* the file *to* {called(facts.instance)}, "
    if not facts.holds_data:
        return f"{lead}which is empty at present."
    return f"{lead}whose present data is lost, whatever it was made from."


def _cdc(instance: Instance) -> list[Block]:
    if not instance.cdc_on:
        return []
    return [
        section(
            f"⚠ *Change data capture is on ({clean(instance.cdc_mode or '', 20)}).* Loading a "
            "file makes earlier change ids invalid: its consumers must be set up anew afterwards."
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
    return modal(Callback.UPLOAD, "Load a backup file", *blocks, metadata=draft_id, submit=submit)
