"""The digest of an environment: what needs a person, what ran, how old everything is."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.core.alerts import Alert
from bot.core.base import Frozen, OperationId
from bot.core.clocks import Clock, Reading
from bot.core.instances import InstanceSummary
from bot.views.alarms import title
from bot.views.clocks import bar, line, worst
from bot.views.kit import Block, Message, ago, clean, code, context, header, moment, section
from bot.views.words import called, count, fitting

#: Alerts, instances and late runs shown each; the rest is counted.
MOST = 8
_LETTERS = 2600


class Late(Frozen):
    """An operation that did not do what it was begun for."""

    id: OperationId
    kind: str
    outcome: str


class Digest(Frozen):
    """Everything that one digest tells; from ``since`` to ``now``."""

    environment: str
    since: datetime
    now: datetime
    alerts: tuple[tuple[Alert, bool], ...]
    """The open ones, the gravest first, and whether each was held back."""
    cleared: int
    done: Mapping[str, int]
    """By kind, how many operations did what they were begun for."""
    late: tuple[Late, ...]
    clocks: tuple[tuple[InstanceSummary, tuple[Reading, ...]], ...]
    waiting: int
    """How many requests wait for an approver."""


def digest(told: Digest) -> Message:
    """Return the digest: short, what needs a person first."""
    needy = [(i, r, w) for i, r in told.clocks if (w := worst(r)) is not None]
    calm = not (told.alerts or told.late or needy or told.waiting)
    head = "nothing needs you" if calm else "please look"
    blocks: list[Block] = [header(f"{'✅' if calm else '🔎'} {_flat(told.environment)}: {head}")]
    blocks += _alerts(told)
    if told.waiting:
        waits = "request waits" if told.waiting == 1 else "requests wait"
        blocks.append(section(f"⏳ {told.waiting} {waits} for an approver."))
    if told.late:
        lines = [f"• {code(x.id)} · {clean(x.kind, 30)}: {clean(x.outcome, 60)}" for x in told.late]
        blocks.append(section("*Did not come to a good end*\n" + _cut(lines)))
    if needy:
        lines = [f"• {called(i)}: {line(r)}" for i, r, _ in needy]
        blocks.append(section("*Clocks that need somebody*\n" + _cut(lines)))
    if chart := _chart(told):
        blocks.append(section(chart))
    blocks.append(section(_ran(told)))
    span = f"From {moment(told.since)} to {moment(told.now)}"
    blocks.append(context(f"{span} · `/aura report` says it at length"))
    text = f"{clean(told.environment, 60)}: {head}. {_ran(told)}"
    return Message(text=text, blocks=tuple(blocks))


def _alerts(told: Digest) -> list[Block]:
    if not told.alerts:
        return []
    lines = [
        f"• {clean(title(alert), 100)}, since {ago(alert.opened_at, told.now)}"
        + (" (held back until now)" if held else "")
        for alert, held in told.alerts
    ]
    return [section(f"*{count(len(lines), 'open alert')}*\n{_cut(lines)}")]


def _chart(told: Digest) -> str:
    """Draw the first clock that has a target, per instance: a picture that every client shows."""
    rows = []
    for instance, readings in told.clocks:
        for reading in readings:
            if reading.clock is Clock.OFF_INSTANCE and (drawn := bar(reading)):
                rows.append(f"{drawn}  {_flat(instance.name)[:28]}")
    if not rows:
        return ""
    left = len(rows) - MOST
    more = f"\n… and {left} more" if left > 0 else ""
    shown = "\n".join(rows[:MOST])
    return f"*Age of the newest copy that can leave, of its target*\n```{shown}{more}```"


def _ran(told: Digest) -> str:
    parts = [count(number, kind) for kind, number in sorted(told.done.items())]
    ran = f"Done: {', '.join(parts)}." if parts else "Nothing ran."
    ends = {0: "", 1: " 1 alert ended."}.get(told.cleared, f" {told.cleared} alerts ended.")
    return f"{ran}{ends}"


def _cut(lines: Sequence[str]) -> str:
    shown = lines[: min(MOST, fitting(lines, most=_LETTERS))]
    left = len(lines) - len(shown)
    return "\n".join([*shown, *([f"… and {left} more"] if left else [])])


def _flat(text: str) -> str:
    return clean(text, 60).replace("`", "'").replace("&lt;", "(").replace("&gt;", ")")
