"""The Slack double alone: `python -m sandbox.slack --port 8484` prints its settings and serves."""

import argparse
import asyncio
import signal
import sys
from datetime import UTC, datetime

from sandbox.slack.double import SlackDouble


def _clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - this program is where the double meets real time


async def serve(port: int) -> None:
    """Serve on loopback until SIGTERM or SIGINT."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, ended.set)
    double = SlackDouble(now=_clock)
    await double.start(port=port)
    try:
        for key, value in double.settings().items():
            sys.stdout.write(f"{key}={value}\n")
        sys.stdout.flush()
        await ended.wait()
    finally:
        await double.stop()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.slack", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    asyncio.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
