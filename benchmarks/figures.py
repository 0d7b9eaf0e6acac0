"""The arithmetic of the measurements: percentiles, windows, and who overtook whom."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` (0 to 1) of the values lie, between neighbours.

    Raises ValueError for no values.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def most_within(times: Iterable[float], window: float) -> int:
    """Return the largest number of times in any half-open window of this many seconds."""
    ordered = sorted(times)
    return max(
        (bisect_left(ordered, at + window) - index for index, at in enumerate(ordered)), default=0
    )


def overtaken(
    passing: Iterable[float],
    waiting: Mapping[str, tuple[float, float | None]],
    *,
    grace: float,
) -> int:
    """Count the ``passing`` moments at which something more urgent had been waiting.

    ``waiting`` has, by name, since when each waited and when it was served (None: not yet). What
    waited for less than ``grace`` seconds does not count: it may have been on its way.
    """
    spans = [(since + grace, served) for since, served in waiting.values()]
    return sum(
        any(since < at and (served is None or at < served) for since, served in spans)
        for at in passing
    )
