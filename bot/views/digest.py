"""The digest of an environment: what needs a person, what ran, how old everything is."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.core.alerts import Alert
from bot.core.base import Frozen, OperationId
from bot.core.clocks import Reading
from bot.core.drills import LastDrill
from bot.core.instances import InstanceSummary
from bot.views import charts
from bot.views.alarms import title
from bot.views.clocks import line, urgency
from bot.views.drill_words import last_line
from bot.views.kit import Block, Message, ago, clean, code, context, header, moment, section
from bot.views.words import called, count, fitting, flat, hour

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
    alerts: tuple[Alert, ...]
    """The open ones that were posted, the gravest first."""
    held: tuple[Alert, ...] = ()
    """Those that nobody was told of, the gravest first; some may be over."""
    cleared: int
    """How many that were posted have ended."""
    done: Mapping[str, int]
    """By kind, how many operations did what they were begun for."""
    late: tuple[Late, ...]
    clocks: tuple[tuple[InstanceSummary, tuple[Reading, ...]], ...]
    drills: tuple[tuple[InstanceSummary, LastDrill], ...] = ()
    """The last drill of each instance that had one."""
    waiting: int
    """How many requests wait for an approver."""


def digest(told: Digest, *, drawn: bool = True) -> Message:
    """Return the digest: short, what needs a person first.

    With ``drawn`` the ages are charts, which Slack refuses where a workspace has none yet; without,
    they are lines of text.
    """
    late = [(u, i, r) for i, r in told.clocks if (u := urgency(r)) is not None]
    needy = [(i, r) for _, i, r in sorted(late, key=lambda each: each[0])]
    unproven = [(i, drill) for i, drill in told.drills if not drill.outcome.proves]
    held = any(alert.open for alert in told.held)
    calm = not (told.alerts or held or told.late or needy or unproven or told.waiting)
    head = "nothing needs you" if calm else "please look"
    name = flat(told.environment, 60)
    blocks: list[Block] = [header(f"{'✅' if calm else '🔎'} {name}: {head}")]
    blocks += _alerts(told)
    blocks += _held(told)
    if told.waiting:
        waits = "request waits" if told.waiting == 1 else "requests wait"
        blocks.append(section(f"⏳ {told.waiting} {waits} for an approver."))
    if unproven:
        lines = [f"• {called(i)}: {last_line(drill, told.now)}" for i, drill in unproven]
        blocks.append(section("*The last drill did not prove these*\n" + _cut(lines)))
    if told.late:
        lines = [f"• {code(x.id)} · {clean(x.kind, 30)}: {clean(x.outcome, 60)}" for x in told.late]
        blocks.append(section("*Did not come to a good end*\n" + _cut(lines)))
    if needy:
        lines = [f"• {called(i)}: {line(r)}" for i, r in needy]
        blocks.append(section("*Clocks that need somebody*\n" + _cut(lines)))
    blocks += charts.ages(told.clocks, drawn=drawn)
    blocks += charts.times(told.drills, drawn=drawn)
    blocks.append(section(_ran(told)))
    span = f"From {moment(told.since)} to {moment(told.now)}"
    blocks.append(context(f"{span} · `/aura report` says it at length"))
    text = f"{clean(told.environment, 60)}: {head}. {_ran(told)}"
    return Message(text=text, blocks=tuple(blocks))


def _alerts(told: Digest) -> list[Block]:
    if not told.alerts:
        return []
    lines = [f"• {title(alert)}, since {ago(alert.opened_at, told.now)}" for alert in told.alerts]
    return [section(f"*{count(len(lines), 'open alert')}*\n{_cut(lines)}")]


def _held(told: Digest) -> list[Block]:
    """List what nobody was told of, also what was over before anybody could be."""
    if not told.held:
        return []
    lines = []
    for alert in told.held:
        since = hour(alert.opened_at, beside=told.now)
        until = f"over at {hour(alert.cleared_at, beside=told.now)}" if alert.cleared_at else "open"
        lines.append(f"• {title(alert)}, since {since}, {until}")
    number = count(len(lines), "alert")
    lead = f"*{number} held back*: it was quiet hours, or the channel had its fill"
    return [section(f"{lead}\n{_cut(lines)}")]


def _ran(told: Digest) -> str:
    parts = [count(number, kind) for kind, number in sorted(told.done.items())]
    ran = f"Done: {', '.join(parts)}." if parts else "Nothing ran."
    ends = {0: "", 1: " 1 alert ended."}.get(told.cleared, f" {told.cleared} alerts ended.")
    return f"{ran}{ends}"


def _cut(lines: Sequence[str]) -> str:
    shown = lines[: min(MOST, fitting(lines, most=_LETTERS))]
    left = len(lines) - len(shown)
    return "\n".join([*shown, *([f"… and {left} more"] if left else [])])
