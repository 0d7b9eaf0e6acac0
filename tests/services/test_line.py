"""The line of the scheduler against the rate limit, which all calls of a credential share."""

import math
from collections import deque
from datetime import datetime, timedelta
from itertools import count

import pytest

from bot.adapters.aura.bucket import MINUTE, RESERVE
from bot.adapters.aura.session import BACKGROUND_PATIENCE
from bot.config.watch import WatchTable
from bot.core.schedules import CALLS, Work, free_at, takes
from bot.services.scheduler import EVERY
from tests.stories.harness import START, StoryClock


class Bucket:
    """The tokens of a credential, each of which comes back a while after it was taken."""

    def __init__(self, per_minute: int) -> None:
        self._room = per_minute
        self._out = deque[float]()
        self.most = 0
        """The most calls that any minute saw."""

    def take(self, now: float, *, background: bool) -> bool:
        while self._out and self._out[0] <= now - MINUTE:
            self._out.popleft()
        if len(self._out) >= self._room - background * math.ceil(self._room * RESERVE):
            return False
        self._out.append(now)
        self.most = max(self.most, len(self._out))
        return True


@pytest.mark.parametrize(("per_minute", "instances"), [(125, 1000), (25, 200)])
def test_a_fleet_due_at_once_stays_within_the_limit_and_keeps_nobody_waiting(
    per_minute: int, instances: int
) -> None:
    clock, bucket = StoryClock(), Bucket(per_minute)
    rules = WatchTable().rules(per_minute=per_minute, made={})
    begun, work = list[tuple[Work, datetime]](), Work.SNAPSHOT
    waiting = deque[float]()
    late = watched = 0.0
    for second in count():
        now = clock.monotonic()
        if second % EVERY == 0:  # a round of the scheduler
            free = max(clock.now(), free_at(begun[-99:], per_minute=rules.begins) or START)
            while len(begun) < instances and (free - clock.now()).total_seconds() < EVERY:
                begun.append((work, clock.now()))
                waiting.extend([now] * CALLS[work])  # as bad as it can be
                free += takes(work, per_minute=rules.begins)
        watched += rules.calls / 60
        waiting.extend([now] * int(watched))
        watched -= int(watched)
        if second % 60 == 0:
            assert bucket.take(now, background=False), "a person had to wait"
        while waiting and bucket.take(now, background=True):
            late = max(late, now - waiting.popleft())
        if len(begun) == instances and not waiting:
            break
        clock.at += timedelta(seconds=1)
    assert bucket.most <= per_minute
    assert late < BACKGROUND_PATIENCE
    minutes = instances * CALLS[work] / rules.begins
    assert clock.monotonic() / 60 == pytest.approx(minutes, rel=0.1)
