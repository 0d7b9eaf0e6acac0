"""What each kind says in its own words where the messages are the same for all.

A kind that people ask for and approve has one `Words`, in a file of its own, and one line in
`bot.views.kinds`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.core.base import Frozen
from bot.core.operations import Gated, Phase
from bot.views.kit import Block
from bot.views.words import called


class Told(Frozen):
    """Three sentences, and words of others that belong to the first."""

    happened: str
    data: str
    next: str
    quoted: str = ""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What one kind says differently; braces stand for the instance."""

    #: What it is called beside its instance: `restore of {}`.
    of: str
    #: What the requester asks: `to restore {}`.
    ask: str
    #: While Aura is at it: `restoring {}`.
    doing: str
    #: Once it is done, as a headline: `Restored {}`.
    done: str
    #: What the instance is then: `restored`.
    past: str
    #: What became of the rest once it is done, a sentence.
    gone: str
    #: From where to where data flows, and what is lost.
    direction: Callable[[Any], str]
    #: What the instance holds once it is done, a sentence.
    holds: Callable[[Any], str]
    #: What is shown of the source in the card, as labels and values.
    source: Callable[[Any], list[tuple[str, str]]]
    #: What the approver's dialog asks: `Overwrite {}`.
    title: str
    #: The sentences that the approver's dialog says, in plain text.
    question: Callable[[Any], str]
    #: The command that asks for the same once more.
    command: Callable[[Any], str]
    #: What happens first once it is approved: `the safety snapshot begins`.
    first: str = "the safety snapshot begins"
    #: What is said besides once a file has arrived.
    arrived: Callable[[Any], str] = lambda _op: ""
    #: What else an approver must see before deciding.
    notes: Callable[[Any], list[Block]] = lambda _op: []


def flow(op: Gated, source: str, *, present: str, former: str) -> str:
    """Spell out from where to where data flows; what is lost before and after the call."""
    target = called(op.plan.instance)
    if op.replaced:
        return f"Data flowed *from* {source} *to* {target}; what it held before is gone."
    if op.final or op.phase is Phase.STUCK:
        outcome = " It did not happen." if op.untouched else ""
        return f"Asked for: data *from* {source} *to* {target}.{outcome}"
    if op.touched:
        return f"Data flows *from* {source} *to* {target}, whose former data is lost{former}."
    return f"Data flows *from* {source} *to* {target}, whose present data is lost.{present}"
