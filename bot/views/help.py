"""Help, as the grammar tells it: in Slack, and as the table in the docs."""

from collections.abc import Sequence

from bot.core.commands import COMMANDS, SLASH, Command, near
from bot.core.policy import ROLES, Role
from bot.views.kit import Block, Message, clean, context, section
from bot.views.words import pack

_WHO = {Role.VIEWER: "viewers", Role.OPERATOR: "operators", Role.APPROVER: "approvers"}


def overview() -> Message:
    """Show every command with its help line."""
    lines = [f"{_usage(model)}\n{model.line()}" for model in COMMANDS]
    return Message(
        text="What you can type: " + ", ".join(" ".join(model.words) for model in COMMANDS),
        blocks=(
            section("*What you can type*"),
            *pack(lines),
            context(
                "`&lt;instance&gt;` is a name, an alias or an id. Put words that belong together "
                f"in quotation marks. `{SLASH} help snapshot` shows one topic.",
                "In a thread, where slash commands do not exist, mention me and type the same.",
            ),
        ),
    )


def topic(words: Sequence[str]) -> Message:
    """Show the commands that begin with these words, with examples.

    Further words are ignored, so that `help snapshot list orders-prod` works; without a match,
    the nearest command is named above the overview.
    """
    heads = tuple(word.lower() for word in words)
    for count in range(len(heads), 0, -1):
        found = [model for model in COMMANDS if model.words[:count] == heads[:count]]
        if found:
            return Message(
                text="; ".join(f"{clean(model.usage())}: {model.line()}" for model in found),
                blocks=tuple(_page(model) for model in found),
            )
    if not heads:
        return overview()
    meant = near(heads[:2])
    guess = f" Did you mean `{SLASH} help {' '.join(meant.words)}`?" if meant else ""
    sentence = f"There is no command “{clean(' '.join(heads), 80)}”.{guess}"
    everything = overview()
    return Message(text=sentence, blocks=(section(sentence), *everything.blocks))


def usage_table() -> str:
    """Return the table of all commands in Markdown, for the docs."""
    rows = []
    for model in COMMANDS:
        usage = model.usage().replace("|", r"\|")
        rows.append(f"| `{usage}` | {model.line()} | {_WHO[ROLES[model]]} |")
    return "\n".join(["| Type | What it does | Who may |", "| --- | --- | --- |", *rows])


def _usage(model: type[Command]) -> str:
    return f"`{clean(model.usage())}`"


def _page(model: type[Command]) -> Block:
    examples = "\n".join(f"• `{SLASH} {clean(example)}`" for example in model.examples)
    return section(f"{_usage(model)}\n{model.line()} Open to {_WHO[ROLES[model]]}.\n{examples}")
