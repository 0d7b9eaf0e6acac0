"""A browser for the page's tests: Debian's Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from tests.browser.mock_state import World, application

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """A running Chromium; skips without one, except in CI, where it must be there."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have Chromium: apt-get install chromium")
        pytest.skip("needs Chromium: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A Chromium for one test."""
    async with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """The directory for screenshots; git does not follow it."""
    directory = Path(__file__).parents[2] / "artifacts"
    directory.mkdir(exist_ok=True)
    return directory


class Desk:
    """One browser page on a world of canned state."""

    def __init__(self, world: World, address: str, browser: Browser, pictures: Path) -> None:
        self.world = world
        self.pictures = pictures
        self.complaints: list[str] = []
        self._address = address
        self._browser = browser

    async def open(
        self, *, width: int = 1280, height: int = 800, dark: bool = False, query: str = ""
    ) -> Page:
        """Open the page; whatever the browser complains of is kept, and fails the test."""
        page = await self._browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            timezone_id="UTC",
        )
        page.set_default_timeout(10_000)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto(f"{self._address}/{query}")
        await page.get_by_test_id("channel-pane").wait_for()
        return page

    async def picture(self, page: Page, name: str) -> None:
        """Keep a screenshot beside the test results."""
        await page.screenshot(path=self.pictures / f"page-{name}.png")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.fixture
async def desk(chromium: Browser, artifacts: Path) -> AsyncIterator[Desk]:
    """The page over canned state; at the end nothing may have been written to the console."""
    world = World()
    runner = web.AppRunner(application(world), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    desk = Desk(world, f"http://{host}:{port}", chromium, artifacts)
    try:
        yield desk
        assert desk.complaints == []
    finally:
        await chromium.close()
        await runner.cleanup()
