"""Names of clones: what is proposed, what Aura takes, and what is reserved while one is made.

Aura does not hold names to be unique; the bot does within a project, for by its name a clone is
found again whose answer was lost.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from string import Formatter

from bot.core.base import ProjectId
from bot.core.copies import LONGEST_NAME
from bot.core.instances import InstanceSummary
from bot.core.scratch import PREFIX

#: How a clone is called unless the configuration or somebody says otherwise.
TEMPLATE = "{instance}-{day}"
#: What a template may hold: the source's name and id, the UTC date as 2026-11-22 and as 11-22.
PARTS = ("instance", "id", "date", "day")
#: So many names are proposed, counting on, before a person must think of one.
MOST_PROPOSALS = 99
#: What a template leaves free: three letters of the source's name, and the count.
_ROOM = 3 + len(f"-{MOST_PROPOSALS}")
_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def proposals(template: str, source: InstanceSummary, now: datetime) -> Iterator[str]:
    """Fill a template; then the same with -2, -3 … behind. Each has at most 30 characters."""
    for number in range(1, MOST_PROPOSALS + 1):
        yield _filled(template, source, now, f"-{number}" if number > 1 else "")


def template_fault(template: str) -> str | None:
    """Say what is wrong with a template, or None: whatever it is filled with, Aura takes."""
    known = ", ".join(f"{{{part}}}" for part in PARTS)
    try:
        for _, part, spec, conversion in Formatter().parse(template):
            if part is not None and (part not in PARTS or spec or conversion):
                return f"“{{{part}}}” is not one of {known}"
    except ValueError:
        return "its braces do not match"
    fixed = template.format(**_values("", "0" * 8, _ANY_DAY))
    if len(fixed) > LONGEST_NAME - _ROOM:
        return (
            f"it leaves no room for the instance's name: Aura takes at most {LONGEST_NAME} "
            "characters"
        )
    fault = name_fault(template.format(**_values("x", "0" * 8, _ANY_DAY)))
    return fault[:1].lower() + fault[1:].rstrip(".") if fault else None


def name_fault(name: str) -> str | None:
    """Say what is wrong with a name for a clone, or None.

    Aura takes 1 to 30 characters without a blank at either end
    (https://neo4j.com/docs/aura/platform/api/specification/, POST /instances).
    """
    if not name.strip():
        return "The new instance needs a name."
    if len(name.strip()) > LONGEST_NAME:
        return f"Aura takes at most {LONGEST_NAME} characters."
    if not name.isprintable():
        return "The name has characters that cannot be seen."
    if name.strip().startswith(PREFIX):
        return f"Names that begin with {PREFIX} are for instances that I delete by myself."
    return None


def taken(name: str, project: ProjectId, fleet: Sequence[InstanceSummary]) -> bool:
    """Whether a project has an instance of this name; a lost answer is looked for by it."""
    wanted = reserved(project, name)
    return any(reserved(i.project_id, i.name) == wanted for i in fleet)


def reserved(project: ProjectId, name: str) -> str:
    """Return what one clone at a time may hold: a name in a project, whatever its capitals."""
    return f"{project}/{name.strip().casefold()}"


def _filled(template: str, source: InstanceSummary, now: datetime, count: str) -> str:
    """Cut the source's name, and only where that is not enough, the end of what was made."""
    most = LONGEST_NAME - len(count)
    rest = len(template.format(**_values("", source.id, now)))
    name = source.name[: max(1, most - rest)]
    return template.format(**_values(name, source.id, now))[:most].strip() + count


def _values(name: str, instance_id: str, now: datetime) -> dict[str, str]:
    return {
        "instance": name,
        "id": instance_id,
        "date": f"{now:%Y-%m-%d}",
        "day": f"{now:%m-%d}",
    }
