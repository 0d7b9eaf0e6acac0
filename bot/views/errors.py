"""How refusals and failures are told: the one place that renders errors (promise P16)."""

import re

from bot.core.errors import AuraError, BotError, InstanceBusy
from bot.core.grammar import SLASH
from bot.views.kit import Message, bold, clean, code, context, section

_NAMED = re.compile(r"&lt;(@[UW][A-Z0-9]+|#[CG][A-Z0-9]+)&gt;")


def whisper(error: BotError) -> Message:
    """Say in one sentence what happened, and what to do next."""
    hint = error.hint
    if isinstance(error, InstanceBusy):
        hint = f"`{SLASH} job show {error.holder}` shows what holds it. {hint or ''}"
    footnote = None
    if isinstance(error, AuraError) and error.request_id:
        footnote = f"Aura's request id, for Neo4j's support: {code(error.request_id)}"
    return _told(error.summary, hint, footnote)


def unknown(reference: str) -> Message:
    """Own up to a failure nobody foresaw; ``reference`` finds it in the log."""
    return _told(
        "something went wrong that I did not expect",
        "Whoever runs Savepoint finds it in the log under the reference below.",
        f"Reference: {code(reference)}",
    )


def _told(summary: str, hint: str | None, footnote: str | None) -> Message:
    sentence = f"{_begun(summary)}."
    advice = mentioning(clean(hint or "", 500))
    blocks = [section(f"{mentioning(bold(sentence, 300))}\n{advice}".strip())]
    spoken = f"{mentioning(clean(sentence))} {advice}".strip()
    if footnote:
        blocks.append(context(footnote))
    return Message(text=spoken, blocks=tuple(blocks))


def _begun(summary: str) -> str:
    """Begin a sentence with a capital, but leave a name or an id as it is."""
    first = summary.split(" ", 1)[0]
    return summary[:1].upper() + summary[1:] if first.isalpha() else summary


def mentioning(escaped: str) -> str:
    """Bring back the people and channels that a sentence names; a whisper notifies nobody else."""
    return _NAMED.sub(r"<\1>", escaped)
