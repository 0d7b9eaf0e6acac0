"""Each action beside the restore, clicked through on the real page to what people read last.

One sandbox serves the whole file; every test has a tab of its own.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from sandbox.aura.fleet import CATALOG_PROD, ORDERS_PROD
from tests.browser import axe
from tests.browser.conftest import launched
from tests.browser.sandbox import Tab, running

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module")
async def place() -> AsyncIterator[tuple[Browser, str]]:
    """A Chromium, and the address of a sandbox of its own: what one test does binds no other."""
    async with launched() as browser, running() as address:
        yield browser, address


@pytest_asyncio.fixture(loop_scope="module")
async def tab(place: tuple[Browser, str], artifacts: Path) -> AsyncIterator[Tab]:
    """The requester's tab, in the channel of production."""
    tab = await Tab.open(*place, artifacts)
    await tab.close_control_room()
    await tab.go("ops-production")
    yield tab
    assert tab.complaints == []
    await tab.page.close()


async def thread_of(tab: Tab, words: str | re.Pattern[str]) -> Locator:
    """Open the thread of the newest card that says this."""
    said_to_all = "[data-testid=message]:not([data-ephemeral=true])"
    card = tab.page.get_by_test_id("channel-pane").locator(said_to_all)
    await card.filter(has_text=words).last.get_by_test_id("open-thread").click()
    return tab.page.get_by_test_id("thread")


async def approved(tab: Tab, reason: str) -> Locator:
    """Let another person approve in the thread of the request; returns the thread."""
    await tab.become("Approver One")
    thread = await thread_of(tab, reason)
    await tab.press(thread, "Approve")
    return thread


def whisper(tab: Tab) -> Locator:
    """What the bot said last to this person alone."""
    pane = tab.page.get_by_test_id("channel-pane")
    return pane.locator("[data-ephemeral=true]").last


async def test_a_clone_runs_and_its_first_password_is_seen_once(tab: Tab) -> None:
    page, reason = tab.page, "Look into the bad deploy"
    await tab.type("/aura clone orders-prod")
    modal = page.get_by_test_id("modal")
    await modal.get_by_label("Name of the new instance").fill("orders-copy")
    await modal.get_by_label("Reason").fill(reason)
    await tab.send_form(answer="is on its way")
    thread = await thread_of(tab, reason)
    await expect(thread).to_contain_text("Cloned orders-prod")
    last = thread.get_by_test_id("message").last
    await expect(last).to_contain_text(re.compile(r"orders-copy.* is running"))
    await expect(last).to_contain_text("billed until somebody deletes it")
    await tab.picture("clone-done")

    await page.locator("[data-testid=channel][data-name=Savepoint]").click()
    await page.get_by_role("tab", name="Messages").click()
    offer = page.get_by_test_id("message").last
    await expect(offer).to_contain_text("You alone can see it, once")
    await offer.get_by_role("button", name="Show it once…").click()
    await expect(modal).to_contain_text("First password")
    await expect(modal).to_contain_text("When you close this, it is gone")
    await tab.picture("clone-password")
    await modal.get_by_test_id("modal-close").click()
    await expect(offer).to_contain_text("and is forgotten here")
    await expect(offer.get_by_role("button", name="Show it once…")).to_have_count(0)


async def test_an_overwrite_is_typed_approved_and_done(tab: Tab) -> None:
    page, reason = tab.page, "Refresh of the catalogue"
    await tab.type("/aura overwrite catalog-prod --from orders-prod")
    modal = page.get_by_test_id("modal")
    await modal.get_by_role("combobox", name="Snapshot of the source").click()
    await page.get_by_role("option").first.click()
    await expect(modal).to_contain_text("Data flows from snapshot")
    await tab.fill_in(suffix=CATALOG_PROD[-4:], reason=reason)
    await tab.picture("overwrite-form")
    await tab.send_form(answer="waits for approval")
    thread = await approved(tab, reason)
    last = thread.get_by_test_id("message").last
    await expect(last).to_contain_text("is overwritten")
    await expect(last).to_contain_text("It holds the data of orders-prod")
    await expect(last.get_by_role("button", name="Undo…")).to_be_visible()
    await tab.picture("overwrite-done")


async def test_an_archive_is_stored_in_the_vault_and_found_there(tab: Tab) -> None:
    await tab.type("/aura export orders-prod --archive")
    thread = await thread_of(tab, re.compile(r"Way\s*archive"))
    last = thread.get_by_test_id("message").last
    await expect(last).to_contain_text("is in the vault as")
    await expect(last).to_contain_text("the same in the scratch instance before and after")
    await tab.picture("export-archive")
    found = re.search(r"exp-[0-9a-f]{10}\b", await last.inner_text())
    assert found
    await tab.type("/aura vault list")
    await expect(whisper(tab)).to_contain_text("in the vault")
    await expect(whisper(tab)).to_contain_text(found[0])
    await tab.picture("vault-list")
    await tab.type(f"/aura vault show {found[0]}")
    await expect(whisper(tab)).to_contain_text("SHA-256")
    await expect(whisper(tab)).to_contain_text(found[0])
    await tab.picture("vault-show")


async def test_a_person_brings_the_file_of_a_guided_export(tab: Tab) -> None:
    await tab.type("/aura export orders-prod")
    thread = await thread_of(tab, re.compile(r"Way\s*guided"))
    await expect(thread).to_contain_text("In the console")
    upload = thread.get_by_role("button", name="Upload address…")
    await expect(upload).to_be_visible()
    console = await thread.get_by_role("link", name="the Aura console").get_attribute("href")
    assert console
    await upload.click()
    said = tab.page.locator("[data-ephemeral=true]").filter(has_text="curl").last
    await expect(said).to_contain_text("good for one file")
    await tab.picture("export-guided")
    address = re.search(r"http://127\.0\.0\.1:\d+/bring/[\w-]+", await said.inner_text())
    assert address
    answer = await bring(console, address[0])
    last = thread.get_by_test_id("message").last
    await expect(last).to_contain_text("is in the vault as")
    await expect(upload).to_have_count(0)
    await tab.picture("export-brought")
    stored = re.search(r"exp-[0-9a-f]{10}\b", answer)
    assert stored
    await expect(last).to_contain_text(stored[0])


async def bring(console: str, address: str) -> str:
    """Download the file where the console's link leads, send it to the address; the answer."""
    async with httpx.AsyncClient() as client:
        file = (await client.get(console)).raise_for_status().content
        return (await client.put(address, content=file)).raise_for_status().text


async def test_a_file_is_sent_and_loaded_after_approval(tab: Tab) -> None:
    reason = "Back to the data of the sample"
    await tab.type("/aura upload orders-prod sample.backup")
    await tab.fill_in(suffix=ORDERS_PROD[-4:], reason=reason)
    await tab.picture("upload-form")
    await tab.send_form(answer="waits for approval")
    thread = await approved(tab, reason)
    last = thread.get_by_test_id("message").last
    await expect(last).to_contain_text("sample.backup")
    await expect(last.get_by_role("button", name="Undo…")).to_be_visible()
    await tab.picture("upload-done")


async def test_a_drill_proves_the_backup_and_offers_the_evidence(tab: Tab) -> None:
    await tab.type("/aura drill orders-prod")
    thread = await thread_of(tab, "Drill of orders-prod")
    last = thread.get_by_test_id("message").last
    await expect(last).to_contain_text("The backup of orders-prod")
    await expect(last).to_contain_text("is proven")
    await tab.picture("drill-done")
    await last.get_by_role("button", name="Evidence…").click()
    modal = tab.page.get_by_test_id("modal")
    await expect(modal).to_contain_text("Signed")
    await tab.picture("drill-evidence")
    await modal.get_by_test_id("modal-close").click()
    await expect(modal).to_have_count(0)


async def test_a_finished_restore_has_no_serious_finding_of_accessibility(tab: Tab) -> None:
    reason, checker = "Bad deploy at 07:30", await axe.source()
    await tab.ask_for_restore("orders-prod", suffix=ORDERS_PROD[-4:], reason=reason)
    thread = await approved(tab, reason)
    await expect(thread.get_by_role("button", name="Undo…")).to_be_visible()
    found = {"thread": await axe.grave_findings(tab.page, checker)}
    await tab.page.locator("[data-testid=channel][data-name=Savepoint]").click()
    await expect(tab.page.get_by_test_id("home")).to_contain_text("orders-prod")
    found["home"] = await axe.grave_findings(tab.page, checker)
    assert [line for lines in found.values() for line in lines] == []
