"""Blocks: what each may hold and how much.

Source: https://docs.slack.dev/reference/block-kit/blocks
"""

from collections.abc import Iterator, Mapping

from bot.views.blockkit import objects as obj
from bot.views.blockkit.elements import (
    ACCESSORIES,
    ELEMENTS,
    ID_MAX,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    button,
    image,
)
from bot.views.blockkit.figures import data_table, data_visualization, table
from bot.views.blockkit.rich_text import parts, rich_text
from bot.views.blockkit.rules import (
    Check,
    Fault,
    at_least_one,
    boolean,
    exactly_one,
    integer,
    items,
    kinds,
    matching,
    one_of,
    shape,
    string,
)

MARKDOWN_MAX = 12_000
_block: dict[str, Check] = {"block_id": string(1, ID_MAX)}
_https = matching(r"https://.{1,2992}", "must be an https address")


def _held(block: Mapping[str, object]) -> list[dict[str, object]]:
    """The elements of a section or actions block that are objects at all."""
    elements = block.get("elements")
    found = [block.get("accessory"), *(elements if isinstance(elements, list) else [])]
    return [each for each in found if isinstance(each, dict)]


def _no_response_url(block: Mapping[str, object], at: str) -> Iterator[Fault]:
    """`response_url_enabled` works on a select inside an input only."""
    if any("response_url_enabled" in each for each in _held(block)):
        yield Fault(at, "response_url_enabled is allowed in input blocks only")


def _one_primary(block: Mapping[str, object], at: str) -> Iterator[Fault]:
    """One primary button a set, as the button's page asks."""
    if sum(each.get("style") == "primary" for each in _held(block)) > 1:
        yield Fault(f"{at}/elements", "no more than 1 primary button allowed")


def _no_confirm_on_text(block: Mapping[str, object], at: str) -> Iterator[Fault]:
    """Elements inside an input never ask for confirmation: nothing is sent when they change."""
    element = block.get("element")
    if isinstance(element, dict) and "confirm" in element:
        yield Fault(f"{at}/element", "invalid additional property: confirm")


def _divider_when_open(block: Mapping[str, object], at: str) -> Iterator[Fault]:
    if "has_header_divider" in block and block.get("is_collapsible"):
        yield Fault(at, "has_header_divider is not allowed with is_collapsible")


_card = shape(
    "card",
    {},
    {
        **_block,
        "hero_image": image,
        "icon": image,
        "title": obj.words(150),
        "subtitle": obj.words(150),
        "body": obj.mrkdwn(200),
        "actions": items(button, 1, 5),
    },
    at_least_one("hero_image", "title", "actions", "body"),
)
_source = shape("url", {"url": obj.url, "text": string(1, 3000)})
_task_card = shape(
    "task_card",
    {
        "task_id": string(1, ID_MAX),
        "title": string(1, 3000),
        "status": one_of("pending", "in_progress", "complete", "error"),
    },
    {**_block, "details": rich_text, "output": rich_text, "sources": items(_source, 1, 100)},
)

BLOCKS: dict[str, Check] = {
    "section": shape(
        "section",
        {},
        {
            **_block,
            "text": obj.words(),
            "fields": items(obj.words(2000), 1, 10),
            "accessory": kinds(ELEMENTS, ACCESSORIES),
            "expand": boolean,
        },
        at_least_one("text", "fields"),
        _no_response_url,
    ),
    "header": shape("header", {"text": obj.plain(150)}, {**_block, "level": integer(1, 4)}),
    "divider": shape("divider", {}, _block),
    "context": shape(
        "context",
        {
            "elements": items(
                kinds({"image": image, "plain_text": obj.plain(), "mrkdwn": obj.mrkdwn()}), 1, 10
            )
        },
        _block,
    ),
    "actions": shape(
        "actions",
        {"elements": items(kinds(ELEMENTS, IN_ACTIONS), 1, 25)},
        _block,
        _one_primary,
        _no_response_url,
    ),
    "image": shape(
        "image",
        {"alt_text": string(1, 2000)},
        {
            **_block,
            "image_url": obj.url,
            "slack_file": obj.slack_file,
            "title": obj.plain(2000),
        },
        exactly_one("image_url", "slack_file"),
    ),
    "input": shape(
        "input",
        {"label": obj.plain(2000), "element": kinds(ELEMENTS, IN_INPUT)},
        {**_block, "hint": obj.plain(2000), "optional": boolean, "dispatch_action": boolean},
        _no_confirm_on_text,
    ),
    "rich_text": shape("rich_text", {"elements": parts}, _block),
    "markdown": shape("markdown", {"text": string(1, MARKDOWN_MAX)}, _block),
    "video": shape(
        "video",
        {
            "alt_text": string(1, 2000),
            "title": obj.plain(199),
            "thumbnail_url": obj.url,
            "video_url": _https,
        },
        {
            **_block,
            "author_name": string(1, 49),
            "description": obj.plain(200),
            "provider_icon_url": obj.url,
            "provider_name": string(1, 49),
            "title_url": _https,
        },
    ),
    "context_actions": shape(
        "context_actions", {"elements": items(kinds(ELEMENTS, IN_CONTEXT_ACTIONS), 1, 5)}, _block
    ),
    "table": table,
    "data_table": data_table,
    "data_visualization": data_visualization,
    "alert": shape(
        "alert",
        {"text": obj.words()},
        {**_block, "level": one_of("default", "info", "warning", "error", "success")},
    ),
    "card": _card,
    "carousel": shape("carousel", {"elements": items(_card, 1, 10)}, _block),
    "task_card": _task_card,
    "plan": shape(
        "plan", {"title": string(1, 3000)}, {**_block, "tasks": items(_task_card, 1, 50)}
    ),
}

_CHILDREN = frozenset(
    {
        *("actions", "context", "divider", "header", "image", "input"),
        *("rich_text", "section", "table", "video"),
    }
)
BLOCKS["container"] = shape(
    "container",
    {"child_blocks": items(kinds(BLOCKS, _CHILDREN), 1, 10)},
    {
        **_block,
        "title": obj.plain(150),
        "rich_text_title": rich_text,
        "subtitle": obj.plain(150),
        "icon": image,
        "width": one_of("narrow", "standard", "wide", "full"),
        "is_collapsible": boolean,
        "default_collapsed": boolean,
        "has_header_divider": boolean,
    },
    exactly_one("title", "rich_text_title"),
    _divider_when_open,
)

_EVERYWHERE = frozenset(
    {"section", "header", "divider", "context", "actions", "image", "rich_text", "video"}
)
IN_MESSAGE = frozenset(BLOCKS) - {"input"}
IN_MODAL = _EVERYWHERE | {"input"}
IN_HOME = IN_MODAL | {"table"}
