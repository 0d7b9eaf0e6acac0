import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from docket import Worker

from bot.adapters.embedded import EmbeddedStore
from bot.adapters.queue import DocketQueue, _with_limits
from bot.core.base import OperationId
from bot.core.errors import StoreUnavailable
from tests.adapters.doorbell import OP, OTHER, QUICK, Ticks, settled, working
from tests.adapters.waiting import until

ROOT = Path(__file__).parents[2]
REPLICA = """
import asyncio, sys
from datetime import timedelta
from bot.adapters.queue import DocketQueue

async def tick(op: str) -> None:
    print(op, flush=True)
    await asyncio.sleep(60)

async def main() -> None:
    async with DocketQueue(sys.argv[1], tick, redelivery=timedelta(seconds=2)) as queue:
        await queue.run()

asyncio.run(main())
"""


async def test_a_bell_starts_a_tick_within_milliseconds(queue: DocketQueue, ticks: Ticks) -> None:
    waits = []
    for number in range(1, 6):
        rung = time.monotonic()
        await queue.ring(OP)
        await until(lambda number=number: ticks.count == number)  # type: ignore[misc]
        waits.append(ticks.began[-1][1] - rung)
        await settled(queue)
    assert min(waits) < 0.05, waits


async def test_a_bell_for_later_rings_then(queue: DocketQueue, ticks: Ticks) -> None:
    rung = time.monotonic()
    await queue.ring(OP, after=1.2)
    assert await queue.depth() == 1
    await until(lambda: ticks.count == 1)
    assert 1.19 <= ticks.began[0][1] - rung < 2.2


async def test_an_earlier_bell_moves_a_later_one_forward(queue: DocketQueue, ticks: Ticks) -> None:
    await queue.ring(OP, after=3600)
    await queue.ring(OP, after=0.1)
    await until(lambda: ticks.count == 1)
    assert await queue.depth() == 0  # the later bell was moved, not doubled


async def test_a_later_bell_never_delays_an_earlier_one(queue: DocketQueue, ticks: Ticks) -> None:
    await queue.ring(OP, after=0.1)
    await queue.ring(OP, after=3600)
    await until(lambda: ticks.count == 1)
    await settled(queue)
    assert ticks.count == 1


async def test_many_bells_at_once_make_one_tick_each(queue: DocketQueue, ticks: Ticks) -> None:
    await asyncio.gather(*(queue.ring(op, after=0.2) for op in [OP, OTHER] * 20))
    await until(lambda: ticks.count == 2)
    await settled(queue)
    assert sorted(op for op, _ in ticks.began) == [OP, OTHER]


async def test_a_bell_during_a_tick_is_answered_after_it(queue: DocketQueue, ticks: Ticks) -> None:
    go_on = asyncio.Event()
    ticks.act = lambda _: until(go_on.is_set)
    await queue.ring(OP)
    await until(lambda: ticks.running == 1)
    await queue.ring(OP)
    await queue.ring(OTHER)
    await until(lambda: ticks.running == 2)  # the other was answered; ours waits
    assert [op for op, _ in ticks.began] == [OP, OTHER]
    go_on.set()
    await until(lambda: ticks.count == 3)
    await settled(queue)
    assert [op for op, _ in ticks.began] == [OP, OTHER, OP]


async def test_a_tick_rings_for_its_own_operation(queue: DocketQueue, ticks: Ticks) -> None:
    async def chain(operation_id: OperationId) -> None:
        if ticks.count < 3:
            await queue.ring(operation_id, after=(0.0, 0.15)[ticks.count - 1])

    ticks.act = chain
    await queue.ring(OP)
    await until(lambda: ticks.ended == 3)
    await settled(queue)
    assert ticks.count == 3
    assert ticks.most_at_once == 1
    assert ticks.began[2][1] - ticks.began[1][1] >= 0.14


async def test_a_tick_longer_than_its_lease_runs_once(queue: DocketQueue, ticks: Ticks) -> None:
    ticks.act = lambda _: asyncio.sleep(2.5)  # the lease: 1 s; docket's: 2 s
    await queue.ring(OP)
    await until(lambda: ticks.ended == 1)
    await settled(queue)
    assert ticks.count == 1


@pytest.mark.crash
async def test_a_tick_of_a_killed_replica_runs_elsewhere(
    store: EmbeddedStore, ticks: Ticks
) -> None:
    replica = await asyncio.create_subprocess_exec(
        sys.executable, "-c", REPLICA, store.url, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert replica.stdout is not None
    async with DocketQueue(store.url, ticks) as bell:
        await bell.ring(OP)
    assert (await replica.stdout.readline()).decode().strip() == OP
    async with working(store, ticks, mend=True) as queue:
        replica.kill()
        killed = time.monotonic()
        await until(lambda: ticks.count == 1)
        assert ticks.began[0][1] - killed < QUICK.total_seconds()
        await settled(queue)
        await replica.wait()
    assert ticks.count == 1


async def test_two_workers_share_the_work(store: EmbeddedStore) -> None:
    here, there = Ticks(), Ticks()
    both = asyncio.Event()

    async def wait_for_both(_: OperationId) -> None:
        await until(both.is_set)

    here.act = there.act = wait_for_both
    async with working(store, here) as queue, working(store, there):
        for number in range(120):  # more than one worker takes at a time
            await queue.ring(OperationId(f"rst-{number}"))
        await until(lambda: here.running + there.running == 100)
        both.set()
        await until(lambda: here.ended + there.ended == 120)
    names = [op for op, _ in here.began + there.began]
    assert len(set(names)) == len(names)
    assert here.most_at_once == there.most_at_once == 50


async def test_a_tick_that_raises_is_logged_and_left(
    queue: DocketQueue, ticks: Ticks, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(operation_id: OperationId) -> None:
        raise ValueError("no such thing")

    ticks.act = fail
    await queue.ring(OP)
    await until(lambda: "the tick of rst-one failed" in caplog.text)
    await settled(queue)
    assert ticks.count == 1
    assert "no such thing" in caplog.text
    ticks.act = None
    await queue.ring(OP)
    await until(lambda: ticks.count == 2)


async def test_a_tick_that_lost_the_store_is_told_in_one_line(
    queue: DocketQueue, ticks: Ticks, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(operation_id: OperationId) -> None:
        raise StoreUnavailable("the store does not answer")

    ticks.act = fail
    await queue.ring(OP)
    await until(lambda: "the tick of rst-one lost the store" in caplog.text)
    assert "Traceback" not in caplog.text


async def test_a_tick_that_lost_the_store_is_owed_again_though_it_never_rang(
    queue: DocketQueue, ticks: Ticks
) -> None:
    async def fail_once(operation_id: OperationId) -> None:
        if ticks.count == 1:
            raise StoreUnavailable("the store does not answer")  # and is back a moment later

    ticks.act = fail_once
    await queue.ring(OP)
    await until(lambda: ticks.count == 2, within=3)
    (_, first), (_, second) = ticks.began
    assert second - first > 0.9  # a store that keeps refusing is not run hot
    await settled(queue)
    assert ticks.count == 2


async def test_a_tick_that_hangs_is_ended(
    queue: DocketQueue, ticks: Ticks, caplog: pytest.LogCaptureFixture
) -> None:
    queue._tick_limit = 0.05
    ticks.act = lambda _: asyncio.sleep(60)
    await queue.ring(OP)
    await until(lambda: "the tick of rst-one failed" in caplog.text)
    assert ticks.ended == 1


async def test_a_lost_store_is_said_and_survived(tmp_path: Path, ticks: Ticks) -> None:
    async with (
        EmbeddedStore(tmp_path, watch=60) as store,
        working(store, ticks, mend=True) as queue,
    ):
        await queue.ring(OTHER, after=0.5)
        assert store._pid is not None
        os.kill(store._pid, signal.SIGKILL)
        await until(lambda: not store.alive())
        for ask in (queue.ring(OP), queue.lag(), queue.depth(), queue.my_turn("x", seconds=1)):
            with pytest.raises(StoreUnavailable):
                await ask
        await store._bring_up()
        await queue.ring(OP)
        await until(lambda: ticks.count == 2)
        await settled(queue)
    assert sorted(op for op, _ in ticks.began) == [OP, OTHER]


async def test_a_bell_that_docket_lost_is_rung_again(store: EmbeddedStore, ticks: Ticks) -> None:
    async with working(store, ticks, mend=True) as queue:
        await queue._bells.ring(OP, 0)  # written in the book, and the ringer died
        await until(lambda: ticks.count == 1, within=5)


async def test_nobody_listens_for_strikes(queue: DocketQueue) -> None:
    assert [t for t in asyncio.all_tasks() if "strike" in t.get_name()] == []


async def test_nothing_is_mended_while_the_store_is_away(
    tmp_path: Path, ticks: Ticks, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with DocketQueue(f"unix://{tmp_path}/nobody.sock", ticks) as queue:
        await queue.mend()
        await queue._answer(OP)
    assert "cannot look for lost bells" in caplog.text
    assert "the bell of rst-one was not answered" in caplog.text


async def test_a_worker_that_ends_is_started_again(
    store: EmbeddedStore,
    ticks: Ticks,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sound, starts = Worker.run_forever, 0

    async def failing_once(self: Worker) -> None:
        nonlocal starts
        starts += 1
        if starts == 1:
            raise KeyError("a bug")
        await sound(self)

    monkeypatch.setattr(Worker, "run_forever", failing_once)
    async with working(store, ticks) as queue:
        assert "the queue's worker failed" in caplog.text
        await queue.ring(OP)
        await until(lambda: ticks.count == 1)


async def test_a_tick_may_end_when_the_worker_stops(store: EmbeddedStore, ticks: Ticks) -> None:
    ticks.act = lambda _: asyncio.sleep(0.3)
    async with working(store, ticks) as queue:
        await queue.ring(OP)
        await until(lambda: ticks.running == 1)
    assert ticks.ended == 1
    async with DocketQueue(store.url, ticks) as queue:
        assert await queue.depth() == 0


async def test_a_tick_that_outlasts_the_grace_is_owed_to_another_worker_at_once(
    store: EmbeddedStore, ticks: Ticks
) -> None:
    ticks.act = lambda _: asyncio.sleep(60)
    async with working(store, ticks, grace=0.05) as queue:
        await queue.ring(OP)
        await until(lambda: ticks.running == 1)
    ticks.act = None
    stopped = time.monotonic()
    async with working(store, ticks):
        await until(lambda: ticks.count == 2)
    assert ticks.began[1][1] - stopped < 1


def test_the_url_gets_limits_but_keeps_its_own() -> None:
    assert _with_limits("unix:///data/a%20b.sock") == (
        "unix:///data/a%20b.sock?socket_timeout=5&socket_connect_timeout=5&max_connections=200"
    )
    own = _with_limits("rediss://:secret@redis:6380/2?socket_timeout=9")
    assert own.startswith("rediss://:secret@redis:6380/2?socket_timeout=9&"), own
    assert "max_connections=200" in own


async def test_docket_says_nothing_about_single_bells(
    queue: DocketQueue, ticks: Ticks, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        await queue.ring(OP)
        await settled(queue)
    assert [r for r in caplog.records if r.name.startswith("docket.worker")] == []
