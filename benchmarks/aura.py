"""The Aura double as a process of its own.

`python -m benchmarks.aura <instances> <credentials> <speed>`
"""

import asyncio
import signal
import sys

from benchmarks.setting import KEYS, fleet
from sandbox.aura import AuraDouble


async def serve(instances: int, credentials: int, speed: float) -> None:
    """Serve on loopback until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    double = AuraDouble(
        seed=fleet(instances, credentials),
        speed=speed,
        requests_per_minute=None,
        clients={key.client: key.secret for key in KEYS},
        reach={key.client: [key.project] for key in KEYS},
        keep_calls=1,
    )
    async with double:
        sys.stdout.write(f"AURA_API_URL={double.url}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
