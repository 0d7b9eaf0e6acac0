"""`python -m benchmarks [a b c d]`: measure, print each table and keep it in RESULTS.md.

Without arguments everything is measured; exit 1 where a goal is missed.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks import archive, crowd, dispatch, start, storing, sweep, upload
from benchmarks.goals import Part, kept, missed, table
from sandbox.aura.times import utc_now

RESULTS = Path(__file__).parent / "RESULTS.md"
#: Seconds after which a part is given up: it hangs.
LIMIT = 900.0

PARTS: dict[str, Callable[[Path], Awaitable[Part]]] = {
    "a": dispatch.measure,
    "b": crowd.measure_embedded,
    "c": crowd.measure_debian,
    "d": start.measure,
    "upload": upload.measure,
    "watch": sweep.measure,
    "archive": archive.measure,
    "vault": storing.measure,
}


async def _run(names: list[str]) -> list[Part]:
    found = []
    for name in names:
        sys.stderr.write(f"measuring {name} ...\n")
        at, began = utc_now(), time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="sp-bench-") as folder:
            async with asyncio.timeout(LIMIT):
                found.append(await PARTS[name](Path(folder)))
        shown = table(found[-1], at=at, seconds=time.perf_counter() - began)
        sys.stdout.write(f"{shown}\n")
        sys.stdout.flush()
        RESULTS.write_text(kept(RESULTS.read_text(encoding="utf-8"), [shown]), encoding="utf-8")
    return found


def main() -> None:
    """Measure what is named, or everything, and keep each table."""
    misses = missed(asyncio.run(_run(sys.argv[1:] or list(PARTS))))
    for miss in misses:
        sys.stderr.write(f"goal missed: {miss}\n")
    raise SystemExit(1 if misses else 0)


if __name__ == "__main__":
    main()
