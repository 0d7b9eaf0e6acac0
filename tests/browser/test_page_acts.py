"""What people do on the page reaches the double as Slack would send it; nothing typed is lost."""

import pytest
from playwright.async_api import Page, expect

from tests.browser import canned
from tests.browser.canned import Json
from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser


def last(desk: Desk, kind: str) -> Json:
    """The newest act of a kind."""
    return [act for act in desk.world.acts if act["kind"] == kind][-1]


async def with_form(desk: Desk) -> Page:
    page = await desk.open()
    desk.world.show(canned.REQUESTER, canned.restore_form())
    await page.get_by_test_id("modal").wait_for()
    return page


async def test_a_command_is_completed_and_sent_by_keyboard(desk: Desk) -> None:
    page = await desk.open()
    composer = page.get_by_test_id("composer")
    await composer.press_sequentially("/au")
    await expect(page.get_by_role("option", name="/aura")).to_be_visible()
    await composer.press("Enter")
    await expect(composer).to_have_value("/aura ")
    await expect(page.get_by_test_id("usage-hint")).to_contain_text("restore <instance>")
    await composer.press_sequentially("restore orders-prod")
    await composer.press("Enter")
    await page.get_by_test_id("modal").wait_for()
    assert last(desk, "command") == {
        "as": canned.REQUESTER,
        "kind": "command",
        "channel": canned.OPS,
        "text": "/aura restore orders-prod",
    }


async def test_names_become_mentions_and_shift_enter_breaks_the_line(desk: Desk) -> None:
    page = await desk.open()
    composer = page.get_by_test_id("composer")
    await composer.press_sequentially("@Savep")
    await composer.press("Tab")
    await composer.press_sequentially("job list")
    await composer.press("Shift+Enter")
    await composer.press_sequentially("please")
    await composer.press("Enter")
    await expect(page.get_by_test_id("message").last).to_contain_text("@Savepoint job list")
    assert last(desk, "say")["text"] == f"<@{canned.BOT}> job list\nplease"


async def test_a_slash_command_in_a_thread_is_refused_and_kept(desk: Desk) -> None:
    page = await desk.open()
    await page.get_by_test_id("open-thread").click()
    composer = page.get_by_test_id("thread-composer")
    await composer.fill("/aura help")
    await composer.press("Enter")
    await expect(page.get_by_test_id("toast")).to_contain_text("does not work in threads")
    await expect(composer).to_have_value("/aura help")
    await composer.fill("done")
    await composer.press("Enter")
    await expect(page.get_by_test_id("thread").get_by_text("done")).to_be_visible()
    assert last(desk, "say")["thread_ts"] == canned.ts(900)


async def test_a_refused_message_is_not_lost(desk: Desk) -> None:
    page = await desk.open()
    await page.get_by_test_id("composer").fill("refused")
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("toast")).to_contain_text("You are not in that conversation")
    await expect(page.get_by_test_id("composer")).to_have_value("refused")


async def test_keyboard_alone_fills_and_sends_a_dialog(desk: Desk) -> None:
    page = await with_form(desk)
    await expect(page.get_by_role("combobox", name="Snapshot")).to_be_focused()
    keys = page.keyboard
    await keys.type("yester")
    await expect(page.get_by_role("option")).to_have_count(2)
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(page.get_by_role("combobox", name="Snapshot")).to_have_value("Yesterday 06:00")
    await keys.press("Tab")
    if not await page.get_by_role("combobox", name="Window").evaluate(
        "el => el === document.activeElement"
    ):
        await keys.press("Tab")
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await page.get_by_role("textbox", name="Reason").focus()
    await keys.type("bad migration")
    await keys.press("Enter")  # a new line: many lines are allowed here
    await page.get_by_label("Waive it").focus()
    await keys.press("Space")
    await page.get_by_role("textbox", name="Type RESTORE").focus()
    await keys.type("RESTORE")
    await keys.press("Enter")
    await page.get_by_test_id("modal").wait_for(state="detached")
    state = last(desk, "submit")["state"]
    assert state["snapshot"]["value"]["selected_option"]["value"] == "Yesterday-6"
    assert state["speed"]["value"]["selected_option"]["value"] == "now"
    assert state["reason"]["value"] == {"type": "plain_text_input", "value": "bad migration\n"}
    assert [o["value"] for o in state["waive"]["value"]["selected_options"]] == ["waive"]
    assert state["after"]["value"]["selected_option"]["value"] == "none"
    assert state["word"]["value"]["value"] == "RESTORE"
    assert state["day"]["value"] == {"type": "datepicker", "selected_date": None}


async def test_an_option_chosen_in_a_dispatching_input_is_pressed_with_the_state(
    desk: Desk,
) -> None:
    page = await with_form(desk)
    await page.get_by_role("textbox", name="Reason").fill("why")
    await page.get_by_role("combobox", name="Snapshot").click()
    await page.get_by_role("option", name="Today 18:00").click()
    await expect(page.get_by_role("combobox", name="Snapshot")).to_have_value("Today 18:00")
    press = last(desk, "press")
    assert (press["block_id"], press["action_id"]) == ("snapshot", "value")
    assert press["selected_option"]["value"] == "Today-18"
    assert press["state"]["reason"]["value"]["value"] == "why"


async def test_focus_stays_in_the_dialog_and_escape_closes_it(desk: Desk) -> None:
    page = await with_form(desk)
    await page.get_by_test_id("modal-submit").focus()
    await page.keyboard.press("Tab")
    await expect(page.get_by_test_id("modal-close")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_test_id("modal-submit")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.get_by_test_id("modal").wait_for(state="detached")
    assert last(desk, "close")["all"] is False


async def test_typed_values_survive_an_update_where_the_ids_stay(desk: Desk) -> None:
    page = await with_form(desk)
    reason = page.get_by_role("textbox", name="Reason")
    await reason.press_sequentially("half a sen")
    await page.get_by_role("textbox", name="Type RESTORE").fill("REST")
    await reason.focus()
    view = desk.world.views[canned.REQUESTER][-1]["id"]
    form = canned.restore_form(facts="3 h 13 min of changes are lost.")
    form["blocks"][-1]["block_id"] = "word2"  # a new id clears the field on purpose
    desk.world.show(canned.REQUESTER, form, of=view)
    await expect(page.get_by_test_id("modal")).to_contain_text("3 h 13 min")
    await expect(reason).to_be_focused()
    await page.keyboard.type("tence")
    await expect(reason).to_have_value("half a sentence")
    await expect(page.get_by_role("textbox", name="Type RESTORE")).to_have_value("")


async def test_a_loading_dialog_becomes_the_form_and_is_ready_to_type(desk: Desk) -> None:
    page = await desk.open()
    desk.world.show(canned.REQUESTER, canned.LOADING)
    await expect(page.get_by_test_id("modal")).to_contain_text("Asking Aura")
    await expect(page.get_by_test_id("modal-submit")).to_have_count(0)
    view = desk.world.views[canned.REQUESTER][-1]["id"]
    desk.world.show(canned.REQUESTER, canned.restore_form(), of=view)
    await expect(page.get_by_role("combobox", name="Snapshot")).to_be_focused()


async def test_what_is_wrong_is_said_under_its_field(desk: Desk) -> None:
    page = await with_form(desk)
    await page.get_by_test_id("modal-submit").click()
    await expect(page.get_by_test_id("field-error")).to_have_count(3)
    assert all(act["kind"] != "submit" for act in desk.world.acts)
    await page.get_by_role("combobox", name="Snapshot").click()
    await page.get_by_role("option").first.click()
    await page.get_by_role("textbox", name="Reason").fill("why")
    word = page.get_by_role("textbox", name="Type RESTORE")
    await word.fill("restore")
    desk.world.errors = {"word": "Type RESTORE in capital letters."}
    await page.get_by_test_id("modal-submit").click()
    await expect(page.get_by_test_id("field-error")).to_have_text(
        "Type RESTORE in capital letters."
    )
    await expect(word).to_be_focused()
    await expect(word).to_have_value("restore")
    await expect(word).to_have_attribute("aria-invalid", "true")


async def test_the_top_of_a_stack_is_shown_and_back_uncovers_the_one_below(desk: Desk) -> None:
    page = await with_form(desk)
    desk.world.show(canned.REQUESTER, canned.LOADING | {"title": canned.plain("Details")})
    await expect(page.get_by_test_id("modal-title")).to_have_text("Details")
    await page.get_by_test_id("modal-back").click()
    await expect(page.get_by_test_id("modal-title")).to_have_text("Restore")
    await page.get_by_test_id("modal-close").click()
    await page.get_by_test_id("modal").wait_for(state="detached")
    assert last(desk, "close")["all"] is True


async def test_a_button_that_asks_first_is_pressed_only_after_yes(desk: Desk) -> None:
    page = await desk.open()
    await page.get_by_test_id("open-thread").click()
    approve = page.get_by_test_id("thread").get_by_role("button", name="Approve")
    await approve.click()
    await expect(page.get_by_test_id("confirm")).to_contain_text("will be overwritten")
    await page.get_by_test_id("confirm-no").click()
    await page.get_by_test_id("confirm").wait_for(state="detached")
    assert all(act["kind"] != "press" for act in desk.world.acts)
    await approve.click()
    await page.get_by_test_id("confirm-yes").click()
    await page.get_by_test_id("confirm").wait_for(state="detached")
    await expect(approve).not_to_have_attribute("aria-busy", "true")
    assert last(desk, "press") == {
        "as": canned.REQUESTER,
        "kind": "press",
        "channel": canned.OPS,
        "ts": canned.ts(880),
        "block_id": "decide",
        "action_id": "approve",
        "value": "op-1",
    }


async def test_menus_in_messages_send_what_was_chosen(desk: Desk) -> None:
    page = await desk.open()
    card = page.get_by_test_id("message").filter(has_text="asks to put")
    await card.locator("[data-action-id='card.more']").click()
    await page.get_by_role("menuitem", name="Cancel the request").click()
    await expect(page.get_by_role("menu")).to_have_count(0)
    assert last(desk, "press")["selected_option"]["value"] == "cancel"
    await card.hover()
    await card.get_by_test_id("message-menu").click()
    await page.get_by_role("menuitem", name="About this operation").click()
    await expect(page.get_by_role("menu")).to_have_count(0)
    assert last(desk, "message_shortcut")["ts"] == canned.ts(900)


async def test_another_person_can_be_acted_as_and_is_always_named(desk: Desk) -> None:
    page = await desk.open()
    await expect(page.get_by_test_id("acting-title")).to_have_text("Requester · on-call engineer")
    await page.get_by_test_id("acting-as").click()
    await expect(page.get_by_role("menuitemradio", name="Former Colleague")).to_be_disabled()
    await page.get_by_role("menuitemradio", name="Ada Quist").click()
    await expect(page.get_by_test_id("acting-title")).to_have_text("Approver · database lead")
    await page.get_by_test_id("composer").fill("hello")
    await page.get_by_test_id("composer").press("Enter")
    await expect(page.get_by_test_id("composer")).to_have_value("")
    assert last(desk, "say")["as"] == canned.APPROVER


async def test_faults_are_switched_off_on_and_counted(desk: Desk) -> None:
    page = await desk.open()
    await page.get_by_test_id("panel-tab-faults").click()
    down = page.get_by_role("group", name="Aura is down")
    await expect(down.get_by_role("button", name="Always")).to_have_attribute(
        "aria-pressed", "true"
    )
    await down.get_by_role("button", name="Off").click()
    await expect(down.get_by_role("button", name="Off")).to_have_attribute("aria-pressed", "true")
    throttle = page.get_by_test_id("fault-aura-throttle")
    await throttle.get_by_role("button", name="Once").click()
    await throttle.get_by_role("button", name="Once", pressed=True).click()
    await expect(throttle.get_by_role("button", name="2 times", pressed=True)).to_be_visible()
    await page.get_by_role("button", name="Slack asks the bot to reconnect").click()
    await expect(page.get_by_role("button", name="faults on")).to_be_visible()
    assert desk.world.faults["aura"]["throttle"] == {"label": "429", "on": True, "count": 2}
    assert desk.world.faults["aura"]["unavailable"]["on"] is False
    assert desk.world.faults["slack"]["disconnect"]["on"] is True


async def test_the_timeline_shows_calls_under_their_cause_and_can_be_filtered(desk: Desk) -> None:
    page = await desk.open()
    await page.get_by_test_id("panel-tab-timeline").click()
    entries = page.get_by_test_id("timeline-entry")
    await expect(entries).to_have_count(3)
    await expect(page.locator(".effects-caused").get_by_test_id("timeline-entry")).to_have_count(2)
    await expect(entries.last).to_contain_text("ratelimited")
    await page.get_by_role("button", name="Aura", exact=True).click()
    await expect(entries).to_have_count(1)
    desk.world.record("aura", "out (bot called)", "POST /v1/instances/db1d1234/snapshots")
    desk.world.change()
    await expect(entries).to_have_count(2)
    await desk.picture(page, "timeline")


async def test_the_timeline_is_filtered_by_direction_and_by_word(desk: Desk) -> None:
    page = await desk.open()
    await page.get_by_test_id("panel-tab-timeline").click()
    entries = page.get_by_test_id("timeline-entry")
    await page.get_by_role("button", name="Received", exact=True).click()
    await expect(entries).to_have_count(1)
    await expect(entries).to_contain_text("slash_commands")
    await page.get_by_role("button", name="Called", exact=True).click()
    await expect(entries).to_have_count(2)
    await expect(page.locator("[data-direction=in]")).to_have_count(0)
    await page.get_by_role("button", name="Both", exact=True).click()
    word = page.get_by_role("searchbox", name="Filter by word")
    for typed, found in [("RateLimited", "chat.postMessage"), ("help", "slash_commands")]:
        await word.fill(typed)  # a status in any case; a word of the details
        await expect(entries).to_have_count(1)
        await expect(entries).to_contain_text(found)
    await page.get_by_role("button", name="Called", exact=True).click()
    await expect(page.get_by_test_id("control-room")).to_contain_text("Nothing fits the filter.")
    await expect(word).to_have_value("help")


async def test_the_guide_types_the_command_and_ticks_what_was_done(desk: Desk) -> None:
    page = await desk.open()
    await page.get_by_role("button", name="Type it for me").click()
    await expect(page.get_by_test_id("composer")).to_have_value("/aura restore orders-prod")
    await expect(page.get_by_test_id("composer")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_test_id("modal").wait_for()
    await expect(page.locator(".guide-done")).to_have_count(1)
