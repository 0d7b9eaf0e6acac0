"""Charts of the digest: how old the clocks are, and how long the drills took.

Slack draws them (https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block): at
most 20 points and 6 series, names and labels of 20 characters. Where a workspace has no charts yet,
the same is told in lines of text.
"""

from collections import Counter
from collections.abc import Sequence

from bot.core.clocks import Clock, Reading
from bot.core.drills import LastDrill
from bot.core.instances import InstanceSummary
from bot.views.clocks import bar
from bot.views.kit import Block, context, section, span
from bot.views.words import called, count, flat

#: Instances in a chart, and in the lines that stand in for it.
POINTS, LINES = 20, 8
_SERIES, _LABEL = 6, 20
#: Ages are drawn up to so many percent of their target, or one of them would flatten the rest.
CAP = 200

Clocks = Sequence[tuple[InstanceSummary, tuple[Reading, ...]]]
Drills = Sequence[tuple[InstanceSummary, LastDrill]]


def ages(clocks: Clocks, *, drawn: bool) -> list[Block]:
    """Show how much of its targets each instance has used up, those nearest to them first."""
    ranked = sorted(
        ((i, r) for i, r in clocks if _share(r) is not None), key=lambda c: -(_share(c[1]) or 0)
    )
    if not ranked:
        return []
    if not drawn:
        lines = []
        for instance, readings in ranked[:LINES]:
            late = max(readings, key=lambda r: _used(r) or -1)
            lines.append(f"{bar(late)}  {_plain(instance)}, {late.clock}")
        more = [f"… and {len(ranked) - LINES} more"] if len(ranked) > LINES else []
        told = "\n".join([*lines, *more])
        return [section(f"*Of each instance, the clock nearest to its target*\n```{told}```")]
    wanted = [c for c in Clock if any(_of(r, c) is not None for _, r in ranked)][:_SERIES]
    whole = [(i, r) for i, r in ranked if all(_of(r, clock) is not None for clock in wanted)]
    if not whole:  # clocks that are not known have no place in a chart: draw the worst of each
        return ages(clocks, drawn=False)
    shown = whole[:POINTS]
    series: dict[str, list[float]] = {
        str(clock): [min(CAP, round(100 * (_of(r, clock) or 0))) for _, r in shown]
        for clock in wanted
    }
    note = _left(
        [i for i, _ in clocks], len(shown), "nearest to their targets whose clocks are all known"
    )
    return [
        _chart("How old the clocks are", [i for i, _ in shown], series, "Percent of the target"),
        context(f"100 is overdue; drawn up to {CAP}.{note}"),
    ]


def times(drills: Drills, *, drawn: bool) -> list[Block]:
    """Show how long the last drill of each instance took until the data was back."""
    timed = sorted(
        ((i, drill.seconds) for i, drill in drills if drill.seconds is not None),
        key=lambda each: -each[1],
    )
    if not timed:
        return []
    if not drawn:
        lines = [f"• {called(i)}: {span(seconds)}" for i, seconds in timed[:LINES]]
        more = [f"… and {len(timed) - LINES} more"] if len(timed) > LINES else []
        told = "\n".join([*lines, *more])
        return [section(f"*How long the last drills took until the data was back*\n{told}")]
    shown = timed[:POINTS]
    minutes: list[float] = [round(seconds / 60, 1) for _, seconds in shown]
    note = _left([i for i, _ in timed], len(shown), "which took longest")
    return [
        _chart(
            "How long the last drills took",
            [i for i, _ in shown],
            {"last drill": minutes},
            "Minutes",
        ),
        *([context(note.strip())] if note else []),
    ]


def _chart(
    title: str,
    instances: Sequence[InstanceSummary],
    series: dict[str, list[float]],
    unit: str,
) -> Block:
    labels = _labels(instances)
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {
            "type": "bar",
            "series": [
                {
                    "name": name[:_LABEL],
                    "data": [
                        {"label": label, "value": value}
                        for label, value in zip(labels, values, strict=True)
                    ],
                }
                for name, values in series.items()
            ],
            "axis_config": {"categories": labels, "y_label": unit},
        },
    }


def _labels(instances: Sequence[InstanceSummary]) -> list[str]:
    """Name each differently in 20 characters; where names are alike, by their ids."""
    names = [_bounded(flat(instance.name, _LABEL)) for instance in instances]
    alike = Counter(names)
    return [
        name if alike[name] == 1 else _bounded(f"{name[:11]} {instance.id[:8]}")
        for name, instance in zip(names, instances, strict=True)
    ]


def _bounded(text: str) -> str:
    return text[:_LABEL]


def _plain(instance: InstanceSummary) -> str:
    return flat(instance.name, 28).replace("`", "'")


def _left(every: Sequence[InstanceSummary], shown: int, which: str) -> str:
    if len(every) == shown:
        return ""
    return f" Shown are {shown} of {count(len(every), 'instance')}, those {which}."


def _used(reading: Reading) -> float | None:
    if reading.target is None or reading.age is None:
        return None
    return reading.age / reading.target


def _of(readings: Sequence[Reading], clock: Clock) -> float | None:
    return next((_used(r) for r in readings if r.clock is clock), None)


def _share(readings: Sequence[Reading]) -> float | None:
    """How much of its target the clock nearest to it has used up."""
    return max((used for r in readings if (used := _used(r)) is not None), default=None)
