"""The bot's own web server on a port of its own, where its addresses are fetched."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.adapters.redis import RedisAddresses
from handlers import files
from tests.stories.harness import Story


@asynccontextmanager
async def served(story: Story) -> AsyncIterator[None]:
    """Serve the files of a story at the public address of its bot."""
    app = web.Application()
    app.router.add_routes(files.routes(story.bot.house))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    reached_at(story, f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        yield
    finally:
        await runner.cleanup()


def reached_at(story: Story, public: str | None) -> None:
    """Say where the bot is reached from outside; None: nowhere."""
    addresses = story.bot.house.world.addresses
    assert isinstance(addresses, RedisAddresses)
    story.change_world(addresses=RedisAddresses(addresses._redis, public=public))
