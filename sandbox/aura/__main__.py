"""The Aura double as a process of its own: `python -m sandbox.aura --port 0`.

It prints the settings of a client as KEY=VALUE lines and serves until SIGTERM or SIGINT.
"""

import argparse
import asyncio
import contextlib
import signal
import sys

from sandbox.aura.double import AuraDouble
from sandbox.aura.fleet import fleet, synthetic


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.aura", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--speed", type=float, default=1.0, help="20 = twenty times faster")
    parser.add_argument(
        "--instances", type=int, default=None, help="that many alike, instead of the small fleet"
    )
    parser.add_argument(
        "--requests-per-minute", type=int, default=125, help="per credential; 0 = no limit"
    )
    return parser.parse_args(argv)


async def serve(argv: list[str]) -> None:
    """Serve until told to stop."""
    given = _arguments(argv)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stopped.set)
    double = AuraDouble(
        speed=given.speed,
        seed=fleet() if given.instances is None else synthetic(given.instances),
        requests_per_minute=given.requests_per_minute or None,
    )
    url = await double.start(given.host, given.port)
    client_id, secret = next(iter(double.clients.items()))
    lines = (f"AURA_API_URL={url}", f"AURA_CLIENT_ID={client_id}", f"AURA_CLIENT_SECRET={secret}")
    print(*lines, sep="\n", flush=True)
    await stopped.wait()
    await double.stop()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(sys.argv[1:]))
