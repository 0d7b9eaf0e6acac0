"""axe-core finds nothing serious in any of the page's main states, light, dark and small."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser


@pytest.fixture
async def checker() -> str:
    return await axe.source()


async def channel(_page: Page) -> None:
    """As it opens."""


async def thread(page: Page) -> None:
    await page.get_by_test_id("open-thread").click()
    await page.get_by_test_id("thread").wait_for()


async def modal(page: Page) -> None:
    await page.get_by_test_id("composer").fill("/aura restore orders-prod")
    await page.get_by_test_id("composer").press("Enter")
    await page.get_by_test_id("modal").wait_for()


async def refused_modal(page: Page) -> None:
    await modal(page)
    await page.get_by_test_id("modal-submit").click()
    await expect(page.locator(".field-error").first).to_be_visible()


async def home(page: Page) -> None:
    rail = page.get_by_test_id("open-rail")
    if await rail.is_visible():
        await rail.click()
    await page.get_by_role("button", name="Savepoint", exact=True).click()
    await page.get_by_test_id("home").get_by_role("heading").first.wait_for()


async def people(page: Page) -> None:
    await page.get_by_test_id("acting-as").click()
    await page.get_by_role("menu").wait_for()


def tab(name: str) -> Callable[[Page], Awaitable[None]]:
    async def open_tab(page: Page) -> None:
        if not await page.get_by_test_id("control-room").count():
            await page.get_by_test_id("control-room-toggle").click()
        await page.get_by_test_id(f"panel-tab-{name}").click()

    open_tab.__name__ = f"control_room_{name}"
    return open_tab


STATES: list[Callable[[Page], Awaitable[None]]] = [
    channel,
    thread,
    modal,
    refused_modal,
    home,
    people,
]
STATES += [tab(name) for name in ("guide", "scenarios", "faults", "timeline")]


@pytest.mark.parametrize(
    ("width", "dark"), [(1440, False), (1440, True), (390, False)], ids=["light", "dark", "phone"]
)
async def test_no_state_has_a_serious_finding(
    desk: Desk, checker: str, width: int, dark: bool
) -> None:
    found = {}
    for state in STATES:
        desk.world.views.clear()
        page = await desk.open(width=width, height=900 if width > 720 else 780, dark=dark)
        await state(page)
        found[state.__name__] = await axe.grave_findings(page, checker)
        await page.close()
    lines = [f"{state}: {line}" for state, every in found.items() for line in every]
    assert not lines, "\n".join(lines)


async def test_a_finding_would_be_seen(desk: Desk, checker: str) -> None:
    page = await desk.open()
    await page.evaluate("document.querySelector('[data-testid=theme]').ariaLabel = ''")
    await page.evaluate("document.querySelector('[data-testid=theme]').title = ''")
    assert any("button-name" in line for line in await axe.grave_findings(page, checker))
