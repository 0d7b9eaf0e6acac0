"""(d) From the start of the process to `/readyz`, with the embedded store."""

import time
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.bots import serving
from benchmarks.figures import percentile
from benchmarks.goals import Part, Row
from benchmarks.processes import computed, python, told
from benchmarks.setting import cast, configure, fleet
from sandbox.aura.times import utc_now
from sandbox.slack import SlackDouble

TIMES = 5
FLOOR = "import slack_bolt, httpx, pydantic, redis"


async def measure(folder: Path) -> Part:
    """Start both in turns; each start of the bot finds an empty data directory."""
    ours: list[float] = []
    floor: list[float] = []
    busy: list[float] = []
    async with AsyncExitStack() as stack:
        aura = await stack.enter_async_context(
            python("-m", "benchmarks.aura", "10", "1", "1", env={})
        )
        double = await stack.enter_async_context(SlackDouble(now=utc_now, cast=cast(1)))
        settings = {
            **double.settings(),
            **await told(aura, 1),
            **configure(folder, fleet(10).seeds),
        }
        for number in range(TIMES + 1):
            fresh = folder / str(number)
            fresh.mkdir()
            began = time.perf_counter()
            async with python("-c", FLOOR, env={}) as process:
                await process.wait()
            floor.append(time.perf_counter() - began)
            async with serving(settings, fresh) as bot:
                ours.append(bot.seconds)
                busy.append(computed(bot.pid))
    ours, floor, busy = (
        ours[1:],
        floor[1:],
        busy[1:],
    )  # the first one reads everything from the disk
    median, least = percentile(ours, 0.5), percentile(floor, 0.5)
    return Part(
        title="Start to `/readyz`",
        rows=[
            Row(
                what="seconds to ready, p50",
                value=f"{median:.2f}",
                floor=f"{least:.2f}",
                ratio=median / least,
                goal="seconds to ready p50",
                measured=median,
            ),
            Row(what="of which it computed, p50", value=f"{percentile(busy, 0.5):.2f}"),
        ],
        notes=[
            f"{TIMES} starts of each in turns, after one that is not counted; ours from "
            f"{min(ours):.2f} to {max(ours):.2f} s, the floor from {min(floor):.2f} to "
            f"{max(floor):.2f} s.",
            f'The floor is `python -c "{FLOOR}"`.',
        ],
    )
