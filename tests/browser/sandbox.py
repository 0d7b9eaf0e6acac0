"""The whole sandbox as a newcomer starts it, and a browser tab that acts in it."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, expect

ROOT = Path(__file__).parents[2]
SECONDS = 30_000  # the slowest thing a test waits for, in ms
expect.set_options(timeout=SECONDS)


@asynccontextmanager
async def running(*, speed: int | None = 60) -> AsyncIterator[str]:
    """Start `savepoint sandbox` in a process of its own and give the address of its page.

    Without a `speed` it runs at its own, as `make sandbox` lets it.
    """
    pace = [] if speed is None else ["--speed", str(speed)]
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "sandbox", "--port", "0", *pace),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert program.stdout is not None
    try:
        async with asyncio.timeout(30):
            address = None
            while address is None:
                line = (await program.stdout.readline()).decode()
                assert line, "the sandbox ended before it was ready"
                address = re.search(r"http://127\.0\.0\.1:\d+", line)
        yield address[0]
    finally:
        program.terminate()
        async with asyncio.timeout(30):
            await program.stdout.read()
            assert await program.wait() == 0


class Tab:
    """One browser tab on the sandbox."""

    def __init__(self, page: Page, pictures: Path) -> None:
        self.page = page
        self.pictures = pictures
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    @classmethod
    async def open(cls, browser: Browser, address: str, pictures: Path, **size: int) -> "Tab":
        viewport = {"width": size.get("width", 1440), "height": size.get("height", 900)}
        page = await browser.new_page(viewport=viewport, locale="en-GB", timezone_id="UTC")  # type: ignore[arg-type]
        page.set_default_timeout(SECONDS)
        tab = cls(page, pictures)
        await page.goto(address)
        await page.get_by_test_id("channel-pane").wait_for()
        return tab

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    async def become(self, name: str) -> None:
        await self.page.get_by_test_id("acting-as").click()
        await self.page.get_by_role("menuitemradio", name=re.compile(name)).click()
        await expect(self.page.get_by_test_id("acting-as")).to_contain_text(name)

    async def go(self, channel: str) -> None:
        await self.page.locator(f"[data-testid=channel][data-name={channel}]").click()
        await expect(self.page.get_by_test_id("channel-title")).to_contain_text(channel)

    async def type(self, text: str) -> None:
        composer = self.page.get_by_test_id("composer")
        await composer.fill(text)
        await composer.press("Enter")

    async def fill_in(self, *, suffix: str, reason: str) -> None:
        """Say in the open form why, and type what a call that overwrites wants typed."""
        modal = self.page.get_by_test_id("modal")
        await modal.get_by_label("Reason").fill(reason)
        await modal.get_by_label(re.compile("^Type RESTORE")).fill("RESTORE")
        await modal.get_by_label(re.compile("^Last 4")).fill(suffix)

    async def send_form(self, *, answer: str) -> None:
        """Send the open form, wait for the answer in its place, and close it."""
        modal = self.page.get_by_test_id("modal")
        await modal.get_by_test_id("modal-submit").click()
        await expect(modal).to_contain_text(answer)
        await modal.get_by_test_id("modal-close").click()
        await expect(modal).to_have_count(0)

    async def ask_for_restore(self, instance: str, *, suffix: str, reason: str) -> None:
        """Type the command, fill in the form and send it."""
        await self.type(f"/aura restore {instance}")
        await self.fill_in(suffix=suffix, reason=reason)
        if await self.page.get_by_test_id("control-room").count() == 0:
            await self.pose("restore-form", height=1140)
        await self.send_form(answer="waits for approval")

    async def open_thread(self) -> Locator:
        await self.page.get_by_test_id("open-thread").last.click()
        return self.page.get_by_test_id("thread")

    async def press(self, place: Locator, label: str) -> None:
        """Press a button, and answer Slack's question where it asks one."""
        await place.get_by_role("button", name=label, exact=True).click()
        sure = self.page.get_by_test_id("confirm-yes")
        if await place.page.get_by_test_id("confirm").count():
            await sure.click()

    async def picture(self, name: str) -> None:
        await self.page.screenshot(path=self.pictures / f"{name}.png")

    async def pose(self, name: str, *, height: int = 900) -> None:
        """Keep a screenshot for the documentation: nothing hovered or focused, all at its end."""
        page = self.page
        await page.set_viewport_size({"width": 1440, "height": height})
        await page.mouse.move(720, 20)
        await page.evaluate("document.activeElement?.blur()")
        await page.evaluate(
            "document.querySelectorAll('[data-scroll]').forEach((el) => el.scrollTo(0, 1e6))"
        )
        await page.evaluate("document.querySelector('.modal-body')?.scrollTo(0, 0)")
        await page.screenshot(path=self.pictures / f"{name}.png", animations="disabled")

    async def close_control_room(self) -> None:
        await self.page.get_by_role("button", name="Close control room").click()
