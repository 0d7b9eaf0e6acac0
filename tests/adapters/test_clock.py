import asyncio
import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from bot.adapters.clock import SystemClock, new_id
from bot.adapters.periodic import every


def test_the_present_is_aware_and_in_utc() -> None:
    with freeze_time("2026-03-29 01:30:00", real_asyncio=True):
        now = SystemClock().now()
    assert now == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert now.utcoffset() == timedelta(0)


async def test_measured_time_grows_while_one_sleeps() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.01)
    assert clock.monotonic() - before >= 0.01


def test_an_id_carries_at_least_64_bits_without_look_alikes() -> None:
    ids = [new_id("rst") for _ in range(500)]
    assert all(re.fullmatch(r"rst-[0-9a-hjkmnp-tv-z]{13}", one) for one in ids)
    assert len(set(ids)) == len(ids)
    assert len({letter for one in ids for letter in one[4:]}) == 32  # 5 bits each, 65 together


class Hurried(SystemClock):
    """A clock whose sleeps take no time, and that remembers them."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


async def test_periodic_work_comes_round_until_it_is_stopped() -> None:
    clock, stop, rounds = Hurried(), asyncio.Event(), 0

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 3:
            stop.set()

    await every(60, work, name="the sweep", clock=clock, stop=stop)
    assert rounds == 3
    assert clock.slept[:2] == [60, 60]


async def test_periodic_work_goes_on_after_an_error(caplog: pytest.LogCaptureFixture) -> None:
    clock, stop, rounds = Hurried(), asyncio.Event(), 0

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise ValueError("the store has gone")
        stop.set()

    with caplog.at_level(logging.ERROR):
        await every(60, work, name="the sweep", clock=clock, stop=stop)
    assert rounds == 2
    assert "the sweep failed; again in 60 s" in caplog.text


async def test_periodic_work_ends_at_once_in_the_middle_of_a_pause() -> None:
    stop, worked = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        worked.set()

    loop = asyncio.create_task(every(3600, work, name="the sweep", clock=SystemClock(), stop=stop))
    await worked.wait()
    stop.set()
    await asyncio.wait_for(loop, 5)
