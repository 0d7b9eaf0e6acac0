"""The page draws what the double tells: every block, every mark, every width, light and dark."""

import pytest
from playwright.async_api import Page, expect

from tests.browser import canned
from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser


async def test_every_block_and_element_is_drawn(desk: Desk) -> None:
    page = await desk.open()
    await page.get_by_test_id("open-thread").click()
    await page.get_by_test_id("composer").fill("/aura restore orders-prod")
    await page.get_by_test_id("composer").press("Enter")
    await page.get_by_test_id("modal").wait_for()
    for block in [*canned.CARD, *canned.SHOWCASE, canned.DECIDE, *canned.restore_form()["blocks"]]:
        where = f"[data-block-id={block['block_id']}][data-block-type={block['type']}]"
        assert await page.locator(where).count() > 0, where
    # Only the block that nobody draws is left out, and the page says so.
    assert await page.locator(".unknown").all_inner_texts() == [
        "[The block “video” is not drawn here.]"
    ]
    modal = page.get_by_test_id("modal")
    for role, name in [
        ("combobox", "Snapshot"),
        ("combobox", "Window (optional)"),
        ("textbox", "Reason"),
        ("combobox", "Ask first (optional)"),
        ("group", "Safety snapshot (optional)"),
        ("radiogroup", "Afterwards"),
        ("textbox", "Type RESTORE"),
        ("button", "Look again"),
    ]:
        await expect(modal.get_by_role(role, name=name, exact=True)).to_have_count(1)  # type: ignore[arg-type]
    await expect(modal.get_by_label("Not before (optional)")).to_have_attribute("type", "date")
    await expect(modal.get_by_label("Compare counts")).to_have_attribute("type", "radio")
    await desk.picture(page, "modal")


async def test_marks_become_elements_and_unknown_ones_stay_text(desk: Desk) -> None:
    page = await desk.open()
    text = page.get_by_test_id("message").first.locator(".text")
    for tag, words in [
        ("strong", "bold"),
        ("em", "italic"),
        ("s", "gone"),
        ("code", "code <b>"),
        ("a", "a link"),
        ("blockquote", "quoted"),
        ("pre", "MATCH (n)"),
    ]:
        await expect(text.locator(tag)).to_have_text(words)
    await expect(text.get_by_label("white check mark")).to_be_visible()
    await expect(text.locator(".mention")).to_have_text(["@Robin Hale", "#aura-staging", "@here"])
    await expect(text).to_contain_text(":no_such_emoji: <!channel> 5 < 6 && snake_case_stays 2*3*4")


async def test_markup_in_a_message_stays_text(desk: Desk) -> None:
    page = await desk.open()
    hostile = page.get_by_test_id("message").filter(has_text="onerror")
    await expect(hostile.locator(".text")).to_have_text(canned.HOSTILE)
    assert await page.locator("#app script, #app img[src=x], a[href^=javascript]").count() == 0


async def test_whispers_edits_and_deletions_can_be_told_apart(desk: Desk) -> None:
    page = await desk.open()
    messages = page.get_by_test_id("message")
    whisper = messages.filter(has_text="the instance is busy")
    await expect(whisper).to_contain_text("Only visible to you")
    await expect(messages.filter(has_text="second line")).to_contain_text("(edited)")
    await expect(messages.filter(has_text="This message was deleted.")).to_have_count(1)
    await expect(messages.filter(has_text="Looking at it now.")).to_have_count(0)
    await page.get_by_role("button", name="2 replies").click()
    thread = page.get_by_test_id("thread")
    await expect(thread.get_by_test_id("message").last).to_contain_text("Looking at it now.")
    await expect(thread.get_by_role("button", name="Approve")).to_be_visible()
    await desk.picture(page, "thread")


async def test_the_rail_marks_what_is_unread_until_it_is_opened(desk: Desk) -> None:
    page = await desk.open()
    await expect(page.get_by_role("button", name="incident-room, unread")).to_be_visible()
    await page.get_by_role("button", name="aura-staging, 2 mentions, unread").click()
    await expect(page.get_by_test_id("channel-title")).to_have_text("aura-staging")
    await expect(page.get_by_role("button", name="aura-staging", exact=True)).to_be_visible()
    assert [a["channel"] for a in desk.world.acts if a["kind"] == "read"] == [canned.STAGING]


async def test_nobody_can_write_in_an_archived_channel(desk: Desk) -> None:
    page = await desk.open()
    await page.get_by_role("button", name="old-project").click()
    await expect(page.get_by_text("nobody can write here")).to_be_visible()
    await expect(page.get_by_test_id("composer")).to_have_count(0)


async def test_the_messages_of_the_app_are_read_and_not_answered(desk: Desk) -> None:
    page = await desk.open()
    await page.get_by_role("button", name="Savepoint", exact=True).click()
    await page.get_by_test_id("app-tab-messages").click()
    await expect(page.get_by_text("Sending messages to this app has been")).to_be_visible()
    await expect(page.get_by_test_id("composer")).to_have_count(0)


async def test_the_home_tab_asks_for_the_view_and_draws_it(desk: Desk) -> None:
    page = await desk.open()
    await page.get_by_role("button", name="Savepoint", exact=True).click()
    home = page.get_by_test_id("home")
    await expect(home.get_by_role("heading", name="Your instances")).to_be_visible()
    await home.get_by_role("button", name="Restore…").first.click()
    await expect(home.get_by_role("button", name="Restore…").first).not_to_have_attribute(
        "aria-busy", "true"
    )
    press = desk.world.acts[-1]
    assert (press["view_id"], press["action_id"], press["value"]) == (
        "VHOME",
        "home.restore",
        "op-1",
    )


async def test_what_slack_says_appears_as_a_notice(desk: Desk) -> None:
    page = await desk.open()
    said = '/aura failed with the error "operation_timeout"'
    desk.world.notices.append({"at": canned.ts(0), "text": said})
    desk.world.change()
    await expect(page.get_by_test_id("toast")).to_contain_text("operation_timeout")
    await page.get_by_role("button", name="Dismiss").click()
    await expect(page.get_by_test_id("toast")).to_have_count(0)


async def test_a_link_to_a_message_opens_it_here(desk: Desk) -> None:
    reply = desk.world.messages[canned.OPS][-2]
    words = f"Please look: <{reply['permalink']}|the request>"
    desk.world.messages[canned.DM] = [canned.message(canned.ts(10), canned.BOT, words)]
    page = await desk.open()
    await page.get_by_role("button", name="Ada Quist", exact=True).click()
    await page.get_by_role("link", name="the request").click()
    await expect(page.get_by_test_id("channel-title")).to_have_text("aura-production")
    await expect(page.get_by_test_id("thread")).to_contain_text("Looking at it now.")


@pytest.mark.parametrize("width", [360, 390, 768, 1024, 1440])
async def test_nothing_spills_sideways_at_any_width(desk: Desk, width: int) -> None:
    page = await desk.open(width=width, height=780)
    assert await _spills(page) == []
    await page.get_by_test_id("open-thread").click()
    assert await _spills(page) == []
    await desk.picture(page, f"{width}-thread")
    await page.get_by_test_id("close-thread").click()
    if width < 720:
        await page.get_by_test_id("open-rail").click()
        await page.get_by_test_id("rail").get_by_role("button", name="aura-staging").click()
        await expect(page.get_by_test_id("channel-title")).to_have_text("aura-staging")
        await page.get_by_test_id("control-room-toggle").click()
        await expect(page.get_by_test_id("control-room")).to_be_visible()
        await expect(page.get_by_test_id("acting-title")).to_contain_text("Requester")
        assert await _spills(page) == []


async def _spills(page: Page) -> list[str]:
    """The visible elements that reach beyond the right edge of the window."""
    found: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll("#app *")]
          .filter((el) => !el.closest(".table-scroll, svg, .rail:not(.rail-open), .sr-only"))
          .filter((el) => el.checkVisibility() && el.getBoundingClientRect().right > innerWidth + 1)
          .map((el) => el.className)"""
    )
    return found


async def test_dark_follows_the_system_and_the_switch_overrides_it(desk: Desk) -> None:
    page = await desk.open(width=1440, height=900, dark=True)
    ground = "getComputedStyle(document.body).backgroundColor"
    assert await page.evaluate(ground) == "rgb(22, 25, 29)"
    await desk.picture(page, "dark")
    await page.get_by_test_id("theme").click()
    assert await page.evaluate(ground) == "rgb(255, 255, 255)"
    await page.reload()
    await page.get_by_test_id("channel-pane").wait_for()
    assert await page.evaluate(ground) == "rgb(255, 255, 255)"
