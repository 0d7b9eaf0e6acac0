"""The upload modal: what the file is, whose data it replaces, why, and the word to type."""

from pydantic import AwareDatetime

from bot.core.backups import Inspection
from bot.core.base import Frozen
from bot.core.environments import Environment
from bot.core.graph.loss import Loss
from bot.core.instances import Instance, InstanceSummary, Project
from bot.core.protection import Freeze
from bot.core.uploads import Exported, Reading
from bot.views import asking
from bot.views.asking import Form
from bot.views.freezes import frozen
from bot.views.graph import lost
from bot.views.ids import Action, Callback
from bot.views.kit import (
    Block,
    Message,
    View,
    actions,
    button,
    clean,
    code,
    fields,
    moment,
    section,
)
from bot.views.upload_words import facts as file_facts
from bot.views.upload_words import of_what
from bot.views.words import called, leaving, spoken


class UploadFacts(Frozen):
    """All that the form shows; ``obstacle`` says why no safety snapshot can be taken."""

    instance: Instance
    project: Project
    environment: Environment
    name: str
    place: str
    inspection: Inspection
    exported: Exported | None = None
    holds_data: bool
    obstacle: str | None
    loss: Loss | None = None
    freeze: Freeze | None = None
    """The freeze that is on."""
    now: AwareDatetime


def command_line(instance: InstanceSummary) -> str:
    """Spell out Neo4j's own command for an instance, without any password."""
    return (
        "neo4j-admin database upload neo4j --from-path=FOLDER-OF-THE-FILE "
        f"--to-uri=neo4j+s://{instance.id}.databases.neo4j.io --overwrite-destination=true"
    )


FORM = Form(
    callback=Callback.UPLOAD,
    title="Load a backup file",
    noun="upload",
    looking="Looking at the instance and into the file",
    sending="⏳ Reading the whole file, then putting your request before the approvers …\n"
    "A large file takes minutes. You can close this; the request appears when it is read. Should I "
    "be stopped before, I tell you.",
    answered="an hour",
)


def doorway(instance: InstanceSummary, *, file: str, draft_id: str) -> Message:
    """Offer the button that opens the modal, where a typed mention cannot."""
    return Message(
        text=f"Open the form to load a file into {spoken(instance)}.",
        blocks=(
            section(f"To load {code(file, 120)} into {called(instance)}, open the form."),
            actions(
                f"doorway.{instance.id}",
                button("Open the form", Action.OPEN_UPLOAD.value, draft_id),
            ),
        ),
    )


def unread(reading: Reading) -> Message:
    """Tell whoever asked that their file was not read to its end."""
    instance, file = reading.instance, reading.file
    return Message(
        text=f"I was stopped while I read the file to load into {spoken(instance)}. "
        "Nothing was asked for; please ask again.",
        blocks=(
            section(
                f"❓ I was stopped while I read {code(file, 120)}, which you wanted to load into "
                f"{called(instance)} at {moment(reading.since)}.\n"
                "Nothing was asked for, and nothing was changed. Ask again: "
                f"`/aura upload {clean(instance.id, 40)} {clean(file, 120)}`."
            ),
        ),
    )


def form(facts: UploadFacts, *, draft_id: str) -> View:
    """Return the form: what the file is, what is lost, warnings, reason and the word to type."""
    return FORM.modal(
        draft_id,
        section(f"Load the file {code(facts.name, 120)} into {called(facts.instance)}."),
        asking.facts(facts.instance, facts.project, facts.environment),
        fields([*_origin(facts), *file_facts(facts.inspection)]),
        section(_loss(facts)),
        *_leaving(facts),
        *(lost(facts.loss, asked=False) if facts.holds_data else []),
        *frozen(facts.freeze),
        *asking.cdc(facts.instance, "Loading a file"),
        *FORM.asks(facts.environment, draft_id, obstacle=facts.obstacle),
        submit="Ask for approval",
    )


def _origin(facts: UploadFacts) -> list[tuple[str, str]]:
    return [("Export of", of_what(facts.exported))] if facts.exported else []


def _leaving(facts: UploadFacts) -> list[Block]:
    if facts.exported is None:
        return []
    return leaving(facts.exported.environment, facts.environment.name, facts.instance)


def _loss(facts: UploadFacts) -> str:
    lead = f"Data flows *from* the file *to* {called(facts.instance)}, "
    if not facts.holds_data:
        return f"{lead}which is empty at present."
    return f"{lead}whose present data is lost, whatever it was made from."
