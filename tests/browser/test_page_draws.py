"""The page draws whatever the bot's own messages and views are made of."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import expect

from bot.views.kit import Message, View
from tests.browser import canned
from tests.browser.conftest import Desk
from tests.views.every_view import every

pytestmark = pytest.mark.browser


def kinds(value: Any) -> Iterator[str]:
    """The types of blocks and elements in a payload; text objects are in all of them."""
    if isinstance(value, dict):
        if value.get("type") not in (None, "plain_text", "mrkdwn"):
            yield str(value["type"])
        for each in value.values():
            yield from kinds(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from kinds(each)


def blocks(shown: Message | View) -> list[Any]:
    return list(shown.blocks if isinstance(shown, Message) else shown["blocks"])


async def test_every_block_and_element_of_the_bot_is_drawn(desk: Desk) -> None:
    seen: set[str] = set()
    specimens: list[tuple[str, list[Any]]] = []
    for name, shown in every("orders"):
        found = set(kinds(blocks(shown)))
        if not found <= seen:
            seen |= found
            specimens.append((name, blocks(shown)))
    assert {"data_visualization", "static_select", "external_select", "checkboxes"} <= seen

    desk.world.messages[canned.OPS] = [
        canned.message(canned.ts(1000 - n), canned.BOT, name, blocks=each)
        for n, (name, each) in enumerate(specimens)
    ]
    page = await desk.open()
    await expect(page.get_by_test_id("message")).to_have_count(len(specimens))
    assert await page.locator(".unknown").all_inner_texts() == []
    drawn = {
        await block.get_attribute("data-block-type")
        for block in await page.locator("[data-block-type]").all()
    }
    assert {block["type"] for _, each in specimens for block in each} == drawn


async def test_every_emoji_of_the_bot_is_drawn_where_no_font_has_it(desk: Desk) -> None:
    said = "".join(
        json.dumps(blocks(shown), ensure_ascii=False)
        + (shown.text if isinstance(shown, Message) else "")
        for _, shown in every("orders")
    )
    emoji = sorted({char for char in said if ord(char) >= 0x1F000 or char in "⏰⏳⌛⛔✅❌❓"})
    assert {"📥", "🗄", "⏰"} <= set(emoji)
    page = await desk.open()
    undrawn = """async (all) => {
      const { isDrawn } = await import("/page/js/pictures.js");
      return all.filter((each) => !isDrawn(each));
    }"""
    assert await page.evaluate(undrawn, emoji) == []


async def test_a_chart_says_its_values_to_those_who_do_not_see_it(desk: Desk) -> None:
    [chart] = [
        block
        for name, shown in every("orders")
        if name == "digest"
        for block in blocks(shown)
        if block["type"] == "data_visualization" and "clocks" in block["title"]
    ]
    desk.world.messages[canned.OPS] = [
        canned.message(canned.ts(10), canned.BOT, "Digest", blocks=[chart])
    ]
    page = await desk.open()
    figure = page.get_by_role("figure")
    await expect(figure.get_by_text("How old the clocks are")).to_be_visible()
    first = chart["chart"]["axis_config"]["categories"][0]
    await expect(figure.locator("dt").first).to_have_text(first)
    await expect(figure.locator("dd").first).to_contain_text("129")
