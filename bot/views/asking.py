"""The parts that the modals share which ask to replace an instance's data."""

from dataclasses import dataclass

from bot.core.environments import Environment
from bot.core.errors import BotError, Unsure
from bot.core.instances import Instance, Project
from bot.core.operations import Asked
from bot.core.typed import SUFFIX_LENGTH, WORD
from bot.views.errors import whisper
from bot.views.forms import modal, text
from bot.views.ids import Callback, Field
from bot.views.kinds import ask
from bot.views.kit import (
    Block,
    View,
    bold,
    channel,
    clean,
    code,
    context,
    fields,
    moment,
    section,
)
from bot.views.words import called, environment_name, flat, size


@dataclass(frozen=True, kw_only=True)
class Form:
    """The modal of one kind: ``title`` of at most 24 characters, ``noun`` as people say it.

    ``looking`` stands there while facts are read, ``sending`` while the request is made.
    """

    callback: Callback
    title: str
    noun: str
    looking: str
    sending: str = "⏳ Putting your request before the approvers …"
    answered: str = "a minute"
    """Within what time the outcome follows, if one follows at all."""

    def modal(self, draft_id: str, *blocks: Block, submit: str | None = None) -> View:
        """Return the modal with these blocks."""
        return modal(self.callback, self.title, *blocks, metadata=draft_id, submit=submit)

    def loading_view(self, *, draft_id: str) -> View:
        """Return the modal as it opens, before anything is known."""
        return self.modal(draft_id, section(f"⏳ {self.looking} …"))

    def sending_view(self, *, draft_id: str) -> View:
        """Return the modal between the submission and its outcome."""
        return self.modal(draft_id, section(self.sending), unanswered(self.answered))

    def broken_view(self, error: BotError, *, draft_id: str) -> View:
        """Return the modal when it cannot go on: what is wrong, what to do, and Close."""
        return self.modal(draft_id, *whisper(error).blocks, *changed_nothing(error))

    def sent_view(self, op: Asked, *, link: str | None) -> View:
        """Return the modal when the request stands before the approvers."""
        where = f"<{link}|its thread>" if link else f"its thread in {channel(op.channel)}"
        return self.modal(
            op.id,
            section(
                f"✅ Your request {code(op.id)} {ask(op)} waits for "
                f"approval until {moment(op.plan.expires_at)}."
            ),
            section(f"Follow it in {where}. Nothing changes until somebody approves it."),
        )

    def asks(self, environment: Environment, draft_id: str, *, obstacle: str | None) -> list[Block]:
        """Return the fields to fill in: why without a way back, reason, the word, the suffix."""
        blocks = _waiver(obstacle, draft_id) if obstacle else []
        blocks += [
            text("Reason", Field.REASON, draft_id, hint="The approvers and the audit log see it."),
            text(
                f"Type {WORD} to ask for this {self.noun}",
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
                    hint=f"{flat(environment.name, 60)} asks for them, so that no two instances "
                    "are mixed up.",
                )
            )
        return blocks


def unanswered(within: str) -> Block:
    """Say what it means when nothing follows: the bot may stop before it has stored a request.

    See docs/adr/0011.
    """
    return context(
        f"If nothing follows here within {within}, look at `/aura job list`: "
        "a request that is not there was not made, and nothing was changed."
    )


def changed_nothing(error: BotError) -> list[Block]:
    """Assure a person that nothing was asked for, unless nobody can know."""
    if isinstance(error, Unsure):
        return []
    return [context("Nothing was asked for, and nothing was changed.")]


def facts(
    instance: Instance, project: Project, environment: Environment | None, *more: tuple[str, str]
) -> Block:
    """Show what the target is, so that nobody can mistake it (promise P14)."""
    return fields(
        [
            ("Instance", called(instance)),
            ("Environment", bold(environment_name(environment), 60)),
            ("Project", f"{clean(project.name, 80)} {code(project.id, 60)}"),
            ("Tier and size", size(instance)),
            *more,
        ]
    )


def cdc(instance: Instance, what: str) -> list[Block]:
    """Warn of change data capture; ``what`` makes earlier change ids invalid."""
    if not instance.cdc_on:
        return []
    return [
        section(
            f"⚠ *Change data capture is on ({clean(instance.cdc_mode or '', 20)}).* {what} "
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
