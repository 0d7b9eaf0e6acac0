"""What may befall the bot itself, for the page's panel: it is killed, and started again."""

import asyncio
from collections.abc import Awaitable, Callable

from sandbox.slack import SlackDouble
from sandbox.slack.wire import Payload


class BotFaults:
    """The bot's own panel, with one fault that happens at once and is over.

    `kill` ends the bot without a word and comes back when it runs again; `double` shows it in the
    timeline.
    """

    def __init__(self, kill: Callable[[], Awaitable[None]], double: SlackDouble) -> None:
        self._kill = kill
        self._double = double
        self._killing: asyncio.Task[None] | None = None

    def render(self) -> Payload:
        """The switch as the page shows it; `on` while the bot is away."""
        away = self._killing is not None and not self._killing.done()
        return {"crash": {"label": "Kill the bot and start it again", "on": away, "count": None}}

    def set(self, name: str, *, on: bool | None = None, count: int | None = None) -> None:
        """Kill the bot now; KeyError for any other name."""
        if name != "crash":
            raise KeyError(name)
        if on or count:
            self._begin()

    async def crash(self) -> None:
        """Kill the bot now, and wait until it runs again."""
        await asyncio.shield(self._begin())

    async def stop(self) -> None:
        """Wait until the bot is back, if it is on its way."""
        if self._killing is not None:
            await asyncio.gather(self._killing, return_exceptions=True)

    def _begin(self) -> asyncio.Task[None]:
        if self._killing is None or self._killing.done():
            self._killing = asyncio.create_task(self._kill_and_tell())
        return self._killing

    async def _kill_and_tell(self) -> None:
        self._double.add_timeline(service="bot", direction="in", what="killed (SIGKILL)")
        try:
            await self._kill()
        except Exception:
            self._double.add_timeline(
                service="bot", direction="in", what="did not start again", status="gone"
            )
            raise
        self._double.add_timeline(service="bot", direction="in", what="started again")
