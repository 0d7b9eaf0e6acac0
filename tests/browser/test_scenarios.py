"""Every scenario of the control room, watched in a browser from its first caption to its end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from sandbox.aura.fleet import SANDBOX_FREE, SANDBOX_PAID
from tests.browser.sandbox import Tab, running

pytestmark = pytest.mark.browser

ENDS = 90_000
"""The longest a scenario may take, in ms."""


@pytest.fixture
async def tab(chromium: Browser, artifacts: Path) -> AsyncIterator[Tab]:
    # one sandbox each: Slack's own limits would slow down people who do all this in a minute
    async with running(speed=30) as address:
        tab = await Tab.open(chromium, f"{address}/?pace=8", artifacts)
        yield tab
        assert tab.complaints == []
        await tab.page.close()


async def play(tab: Tab, name: str) -> Locator:
    """Start a scenario from the menu; returns its caption."""
    await tab.page.get_by_test_id("panel-tab-scenarios").click()
    await tab.page.get_by_test_id(f"play-{name}").click()
    caption = tab.page.get_by_test_id("caption")
    await expect(caption).to_have_attribute("data-state", "playing")
    return caption


async def glimpse(tab: Tab, where: str, what: str, words: str) -> None:
    """Wait for something that is there for a moment only, looking at every frame."""
    await tab.page.wait_for_function(
        "([where, what, words]) =>"
        " [...document.querySelectorAll(where)].some((el) => el[what] === words)",
        arg=[where, what, words],
        polling="raf",
    )


async def to_the_end(caption: Locator) -> None:
    await expect(caption).not_to_have_attribute("data-state", "playing", timeout=ENDS)
    await expect(caption).to_have_attribute("data-state", "done")


async def test_a_clean_restore_plays_to_its_end(tab: Tab) -> None:
    caption = await play(tab, "clean")
    await glimpse(tab, "[data-testid=composer]", "value", "/aura restore orders-prod")
    await tab.picture("scenario-clean-command")
    await glimpse(tab, "[data-testid=modal] input[type=text]", "value", "RESTORE")
    await tab.picture("scenario-clean-form")
    await glimpse(tab, ".thread .aimed", "textContent", "Approve")
    await tab.picture("scenario-clean-approve")
    await expect(tab.page.get_by_test_id("acting-as")).to_contain_text("Approver One")
    await to_the_end(caption)
    thread = tab.page.get_by_test_id("thread")
    await expect(thread.get_by_role("button", name="Undo…")).to_be_visible()
    await tab.picture("scenario-clean-done")
    await caption.get_by_role("button", name="Close").click()
    await expect(caption).to_have_count(0)


async def test_a_denied_restore_plays_to_its_end(tab: Tab) -> None:
    caption = await play(tab, "denied")
    modal = tab.page.get_by_test_id("modal")
    await expect(modal.get_by_test_id("modal-title")).to_have_text("Deny the restore")
    await tab.picture("scenario-denied-form")
    await to_the_end(caption)
    thread = tab.page.get_by_test_id("thread")
    await expect(thread).to_contain_text("Roll the deploy back instead")
    await expect(thread.get_by_role("button", name="Approve")).to_have_count(0)
    await expect(tab.page.get_by_test_id("acting-as")).to_contain_text("Requester")
    await tab.picture("scenario-denied")


async def test_of_two_approvers_one_wins_and_the_other_is_told_in_a_whisper(tab: Tab) -> None:
    caption = await play(tab, "race")
    await expect(caption).to_contain_text("Only one of them can be first")
    await caption.get_by_role("button", name="Pause").click()
    whisper = tab.page.locator("[data-ephemeral=true]").last
    await expect(whisper).to_contain_text("Only visible to you")
    await expect(whisper).to_contain_text("has already approved this restore")
    await tab.picture("scenario-race-whisper")
    await caption.get_by_role("button", name="Go on").click()
    await to_the_end(caption)
    await tab.picture("scenario-race")


async def test_a_bot_that_is_killed_in_the_middle_comes_back_and_ends_it(tab: Tab) -> None:
    caption = await play(tab, "crash")
    await expect(caption).to_contain_text("The bot is dead", timeout=ENDS)
    await tab.picture("scenario-crash-dead")
    await to_the_end(caption)
    await expect(caption).to_contain_text("Aura counts 1 restore call.")
    await tab.page.get_by_test_id("control-room-toggle").click()
    await tab.page.get_by_test_id("panel-tab-timeline").click()
    for what in ("killed (SIGKILL)", "started again"):
        entry = tab.page.locator(f"[data-service=bot][data-what='{what}']")
        await expect(entry).to_have_count(1)
    await tab.picture("scenario-crash")


async def test_a_restore_by_the_console_is_noticed_and_cleared(tab: Tab) -> None:
    caption = await play(tab, "behind")
    await expect(caption).to_contain_text("It has noticed", timeout=ENDS)
    await tab.picture("scenario-behind-alert")
    await expect(caption).not_to_have_attribute("data-state", "playing", timeout=ENDS)
    await expect(caption).to_have_attribute("data-state", "done")
    await expect(tab.page.get_by_test_id("thread")).to_contain_text("All clear")


async def test_a_restore_waits_for_an_aura_that_is_down(tab: Tab) -> None:
    caption = await play(tab, "aura-down")
    await expect(tab.page.get_by_role("button", name="1 fault on")).to_be_visible()
    await expect(caption).to_contain_text("The approval counts")
    await tab.picture("scenario-aura-down-waits")
    await to_the_end(caption)
    await expect(tab.page.get_by_role("button", name="1 fault on")).to_have_count(0)
    await tab.picture("scenario-aura-down")


async def test_a_wrong_target_is_refused_twice(tab: Tab) -> None:
    caption = await play(tab, "wrong-target")
    await expect(caption).to_contain_text("The bot does not guess")
    await caption.get_by_role("button", name="Pause").click()
    for instance in (SANDBOX_FREE, SANDBOX_PAID):
        await expect(tab.page.locator("body")).to_contain_text(instance)
    await tab.picture("scenario-wrong-target-name")
    await caption.get_by_role("button", name="Go on").click()
    await expect(caption).to_contain_text("Refused at the field")
    await caption.get_by_role("button", name="Pause").click()
    modal = tab.page.get_by_test_id("modal")
    await expect(modal.locator(".field-error")).to_have_count(1)
    await tab.picture("scenario-wrong-target-id")
    await caption.get_by_role("button", name="Go on").click()
    await to_the_end(caption)


async def test_a_scenario_can_be_stopped_and_another_one_played(tab: Tab) -> None:
    caption = await play(tab, "clean")
    await expect(tab.page.get_by_test_id("modal")).to_be_visible()
    await caption.get_by_role("button", name="Stop").click()
    await expect(caption).to_have_count(0)
    await tab.page.get_by_test_id("modal-close").click()
    caption = await play(tab, "wrong-target")
    await expect(caption).to_contain_text("The wrong target")


async def test_the_bot_can_be_killed_from_the_panel(tab: Tab) -> None:
    await tab.page.get_by_test_id("panel-tab-faults").click()
    kill = tab.page.get_by_test_id("fault-bot-crash")
    await kill.click()
    await expect(kill).to_have_text("Starting…")
    await expect(kill).to_have_text("Do it now")
    await tab.type("/aura help")
    whisper = tab.page.locator("[data-ephemeral=true]").last
    await expect(whisper).to_contain_text("/aura restore")
