"""The main job in a browser: asked, approved and done; denied; failed."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from sandbox.aura.fleet import ORDERS_PROD
from tests.browser.sandbox import Tab, running

pytestmark = pytest.mark.browser


@pytest.fixture
async def tab(chromium: Browser, artifacts: Path) -> AsyncIterator[Tab]:
    async with running() as address:
        tab = await Tab.open(chromium, address, artifacts)
        yield tab
        assert tab.complaints == []
        await tab.page.close()


async def ask(tab: Tab) -> None:
    await tab.go("ops-production")
    await tab.ask_for_restore(
        "orders-prod", suffix=ORDERS_PROD[-4:], reason="Bad deploy at 07:30 emptied the cart"
    )


async def test_a_person_restores_an_instance_with_another_ones_approval(tab: Tab) -> None:
    await tab.close_control_room()
    await ask(tab)
    await tab.become("Approver One")
    thread = await tab.open_thread()
    await tab.pose("restore-waiting", height=1120)
    await tab.press(thread, "Approve")
    await expect(thread).to_contain_text("safety snapshot")
    await expect(thread).to_contain_text("is restored")
    await expect(thread.get_by_role("button", name="Undo…")).to_be_visible()
    card = tab.page.get_by_test_id("channel-pane").get_by_test_id("message").last
    await expect(card).to_contain_text("Restored orders-prod")
    await expect(card.locator("[data-action-id]")).to_have_text(["Evidence…"])
    await tab.pose("restore-done", height=1300)


async def test_a_denied_restore_changes_nothing_and_says_why(tab: Tab) -> None:
    await ask(tab)
    await tab.become("Approver Two")
    thread = await tab.open_thread()
    await tab.press(thread, "Deny…")
    modal = tab.page.get_by_test_id("modal")
    await modal.get_by_label("Reason").fill("Roll the deploy back instead")
    await modal.get_by_test_id("modal-submit").click()
    await expect(thread).to_contain_text("Roll the deploy back instead")
    await expect(thread.get_by_role("button", name="Approve")).to_have_count(0)
    await tab.picture("restore-denied")


async def test_a_failed_restore_raises_an_alert_that_says_what_to_do(tab: Tab) -> None:
    await tab.page.get_by_test_id("panel-tab-faults").click()
    fault = tab.page.get_by_test_id("fault-aura-restore_fails")
    await fault.get_by_role("button", name="Once").click()
    await ask(tab)
    await tab.become("Approver One")
    thread = await tab.open_thread()
    await tab.press(thread, "Approve")
    await expect(thread).to_contain_text("loading failed")
    await tab.go("ops-alerts")
    alert = tab.page.get_by_test_id("channel-pane").get_by_test_id("message").last
    await expect(alert).to_contain_text("orders-prod")
    await expect(alert).to_contain_text("safety snapshot")
    await tab.close_control_room()
    await tab.pose("restore-failed", height=640)


async def test_the_home_tab_shows_the_fleet(tab: Tab) -> None:
    await tab.close_control_room()
    await tab.page.locator("[data-testid=channel][data-name=Savepoint]").click()
    home = tab.page.get_by_test_id("home")
    for name in ("orders-prod", "catalog-prod", "orders-staging"):
        await expect(home).to_contain_text(name)
    await tab.pose("home", height=1120)


async def test_a_newcomer_gets_from_the_start_to_a_restore_within_two_minutes(
    chromium: Browser, artifacts: Path
) -> None:
    async with asyncio.timeout(120), running(speed=None) as address:
        tab = await Tab.open(chromium, address, artifacts)
        await follow_the_guide(tab)
        assert tab.complaints == []
        await tab.page.close()


async def follow_the_guide(tab: Tab) -> None:
    """Do what the guide says, with a look around first."""
    page = tab.page
    room = page.get_by_test_id("control-room")
    await expect(page.get_by_test_id("acting-title")).to_contain_text("Requester")
    await expect(page.get_by_test_id("channel-title")).to_contain_text("ops-production")
    await tab.go("ops-staging")  # looking around first does no harm
    await room.get_by_role("button", name="Type it for me").click()
    await expect(page.get_by_test_id("channel-title")).to_contain_text("ops-production")
    await expect(page.get_by_test_id("composer")).to_have_value("/aura restore orders-prod")
    await page.get_by_test_id("send").click()
    modal = page.get_by_test_id("modal")
    await modal.get_by_label("Reason").fill("I want to see it")
    word, suffix = await room.locator(".guide-next code").all_inner_texts()
    await modal.get_by_label(re.compile("^Type RESTORE")).fill(word)
    await modal.get_by_label(re.compile("^Last 4")).fill(suffix)
    await modal.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("waits for approval")
    await modal.get_by_test_id("modal-close").click()
    await room.get_by_role("button", name="Act as Approver One").first.click()
    thread = await tab.open_thread()
    await tab.press(thread, "Approve")
    await expect(thread.get_by_role("button", name="Undo…")).to_be_visible(timeout=120_000)
    await page.get_by_test_id("control-room-toggle").click()
    await expect(room.locator(".guide-done")).to_have_count(4)
