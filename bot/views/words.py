"""Turns of phrase that the views share: names, times, people, quotes and long lists."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.core.environments import Environment
from bot.core.instances import Instance, InstanceSummary
from bot.core.operations import Operation
from bot.core.people import Person
from bot.core.snapshots import ON_DEMAND, Exportable, Snapshot
from bot.views.ids import Action
from bot.views.kit import (
    Block,
    actions,
    ago,
    bold,
    button,
    clean,
    code,
    context,
    moment,
    section,
    span,
    user,
)

#: Brackets and ampersands have no short escape in plain text objects, so others stand in.
_STAND_INS = str.maketrans({"<": "(", ">": ")", "&": "+"})
_SECTION = 2900  # Slack takes 3,000 characters in a section

_EXPORTABLE = {
    Exportable.YES: "exportable",
    Exportable.NO: "not exportable",
    Exportable.UNKNOWN: "exportable: unknown",
}


def flat(text: str, most: int = 75) -> str:
    """Bound and disarm text from outside for a plain text object; never longer than ``most``."""
    return clean(text.translate(_STAND_INS), most) or "?"


def sentence(clause: str, most: int = 500) -> str:
    """Make a lower-case clause a sentence: disarmed, with a capital and a full stop."""
    words = clean(clause, most)
    end = "" if words.endswith((".", "!", "?", "…")) else "."
    return f"{words[:1].upper()}{words[1:]}{end}"


def quote(text: str, most: int = 500) -> str:
    """Set a person's own words apart as a quotation, so that they cannot pass for ours."""
    return f"> {clean(text, most) or '…'}"


def called(instance: InstanceSummary) -> str:
    """Name an instance so that nobody can mistake it: name in bold and id to copy."""
    return f"{bold(instance.name, 80)} {code(instance.id, 40)}"


def spoken(instance: InstanceSummary) -> str:
    """Name an instance in a sentence that is read aloud: name and id."""
    return f"{clean(instance.name, 80)} ({clean(instance.id, 40)})"


def environment_name(environment: Environment | str | None) -> str:
    """Name an environment, or say that there is none."""
    name = environment.name if isinstance(environment, Environment) else environment
    return clean(name, 60) if name else "no environment"


def hour(when: datetime, *, beside: datetime) -> str:
    """Show the time alone, with the date only when it is another day than ``beside``."""
    return when.strftime("%H:%M UTC") if when.date() == beside.date() else moment(when)


def aged(when: datetime, now: datetime) -> str:
    """Show a time in UTC with its age."""
    return f"{moment(when)} ({ago(when, now)})"


def people(persons: Iterable[Person]) -> str:
    """Mention people: `A`, `A and B`, `A, B and C`; `nobody` when there are none."""
    named = [user(p.user_id) for p in persons]
    if len(named) < 2:
        return "".join(named) or "nobody"
    return f"{', '.join(named[:-1])} and {named[-1]}"


def size(instance: Instance) -> str:
    """Say tier, memory and storage in Aura's words."""
    parts = [instance.tier_name]
    parts += [f"{instance.memory} memory"] if instance.memory else []
    parts += [f"{instance.storage} storage"] if instance.storage else []
    return " · ".join(clean(p, 60) for p in parts)


def state(snapshot: Snapshot) -> str:
    """Say a snapshot's status in plain words: `completed`, `in progress`."""
    return clean(snapshot.status.replace("InProgress", "in progress"), 30).lower() or "unknown"


def profile(snapshot: Snapshot) -> str:
    """Say what caused a snapshot; Aura's words for it are not ours."""
    if snapshot.profile == ON_DEMAND:
        return "on demand"
    return clean(snapshot.profile, 30).lower() or "profile unknown"


def exportable(snapshot: Snapshot) -> str:
    """Say whether a snapshot can leave the instance."""
    return _EXPORTABLE[snapshot.exportable]


def count(number: int, noun: str) -> str:
    """Say a number with its noun: `1 snapshot`, `3 snapshots`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def leaving(source: str | None, target: str, instance: InstanceSummary) -> list[Block]:
    """Warn where data would leave its environment for another one; ``source`` None is none."""
    if source == target:
        return []
    return [
        section(
            f"⚠ *Data leaves {environment_name(source)}* for {environment_name(target)}: whoever "
            f"reads {called(instance)} can then read it."
        )
    ]


def bullets(clauses: Sequence[str], most: int = 2000) -> str:
    """List clauses from outside line by line in ``most`` characters, counting those left out."""
    lines = [f"• {clean(clause, 200)}" for clause in clauses]
    shown = fitting(lines, most=most)
    left_out = [f"• … and {len(lines) - shown} more"] if shown < len(lines) else []
    return "\n".join([*lines[:shown], *left_out])


def article(noun: str) -> str:
    """Put the indefinite article before a noun: `a restore`, `an overwrite`."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def pack(lines: Iterable[str]) -> list[Block]:
    """Put many lines into as few sections as Slack's 3,000 characters allow."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(line) < _SECTION:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return [section(text) for text in texts]


def fitting(lines: Sequence[str], *, most: int) -> int:
    """Count how many of the lines fit into ``most`` characters."""
    length = 0
    for index, line in enumerate(lines):
        length += len(line) + 1
        if length > most:
            return index
    return len(lines)


def foot(op: Operation, now: datetime) -> Block:
    """Give the reference; while it moves, also its age, stamped since edits stop at times."""
    reference = f"Reference {code(op.id)}"
    if op.duration is not None:
        return context(f"{reference} · took {span(op.duration)} in all")
    return context(f"{reference} · asked {ago(op.created_at, now)}, as of {moment(now)}")


def linked(link: str | None, words: str) -> list[Block]:
    """Offer a link as a line, or nothing when there is none."""
    return [section(f"<{link}|{words}>")] if link else []


def link_button(link: str | None, words: str, *, block_id: str) -> list[Block]:
    """Offer a link as a button, or nothing when there is none."""
    if not link:
        return []
    return [actions(block_id, {**button(words, Action.OPEN_CARD), "url": link})]


def evidence(op: Operation) -> list[Block]:
    """Offer the signed record of what has ended; nothing before."""
    if not op.final:
        return []
    return [actions(f"evidence.{op.id}", button("Evidence…", Action.EVIDENCE, op.id))]
