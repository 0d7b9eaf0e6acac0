"""What a pass of the watch found, in numbers: for gauges, and as few as a page can bear."""

from collections.abc import Iterable, Mapping

from pydantic import AwareDatetime, Field

from bot.core.base import Frozen, InstanceId
from bot.core.clocks import Clock, Reading
from bot.core.sightings import Sighting


class Vitals(Frozen):
    """What the latest pass found, in numbers; of clocks the worst ones only."""

    passed_at: AwareDatetime
    instances: int = 0
    states: Mapping[str, int] = Field(default={})
    """How many clocks stand how, by ``environment|clock|state``."""
    oldest: tuple[tuple[InstanceId, Clock, float], ...] = ()
    """Instance, clock, age in seconds: those nearest to or farthest beyond their targets."""
    alerts: Mapping[str, int] = Field(default={})
    """Open alerts by severity."""
    held: int = 0


#: So many clocks are told one by one.
MOST_TOLD = 50


def summed(
    readings: Iterable[tuple[Sighting, tuple[Reading, ...]]],
) -> tuple[Mapping[str, int], tuple[tuple[InstanceId, Clock, float], ...]]:
    """Count the clocks of a fleet, and pick the worst ones."""
    states: dict[str, int] = {}
    ranked: list[tuple[float, InstanceId, Clock, float]] = []
    for sight, clocks in readings:
        for reading in clocks:
            if reading.target is None:
                continue
            name = f"{sight.environment}|{reading.clock}|{reading.state}"
            states[name] = states.get(name, 0) + 1
            if reading.age is not None:
                share = reading.age / reading.target
                ranked.append((share, sight.id, reading.clock, reading.age.total_seconds()))
    worst = sorted(ranked, key=lambda entry: (-entry[0], entry[1], entry[2]))[:MOST_TOLD]
    return states, tuple((instance, clock, age) for _, instance, clock, age in worst)
