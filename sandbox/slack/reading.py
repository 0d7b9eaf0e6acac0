"""The human reading of messages and views: what a person would read aloud from the screen."""

import re
from collections.abc import Iterator, Sequence
from html import unescape

from sandbox.slack.wire import Payload
from sandbox.slack.world import World

_TOKEN = re.compile(r"<([@#!]?)([^|<>]+)(?:\|([^<>]*))?>")


def said(world: World, text: str) -> str:
    """Slack's markup as words: names for ids, the fallback of a date, the label of a link."""

    def one(match: re.Match[str]) -> str:
        mark, target, label = match[1], match[2], match[3]
        if mark == "@" and target in world.people:
            return f"@{world.people[target].real_name}"
        if mark == "#" and target in world.channels:
            return f"#{world.channels[target].name}"
        if mark == "!" and target.startswith("subteam^"):
            group = world.groups.get(target.removeprefix("subteam^"))
            return f"@{group.handle}" if group else "@unknown-group"
        if mark == "!":
            return label if target.startswith("date^") and label else f"@{target}"
        return label or target

    return unescape(_TOKEN.sub(one, text))


def lines(world: World, blocks: Sequence[Payload]) -> list[str]:
    """What stands in each block, from top to bottom; buttons and fields in brackets."""
    return [line for block in blocks for line in _block(world, block) if line]


def _block(world: World, block: Payload) -> Iterator[str]:
    match block["type"]:
        case "header":
            yield f"# {_text(world, block['text'])}"
        case "divider":
            yield "---"
        case "section" | "alert":
            yield _text(world, block.get("text"))
            for each in block.get("fields", []):
                yield _text(world, each).replace("\n", ": ")
            yield _element(world, block.get("accessory"))
        case "context":
            yield " · ".join(_text(world, each) for each in block["elements"])
        case "actions" | "context_actions":
            yield " ".join(_element(world, each) for each in block["elements"])
        case "input":
            label = _text(world, block["label"])
            optional = " (optional)" if block.get("optional") else ""
            yield f"{label}{optional} {_element(world, block['element'])}"
            yield _text(world, block.get("hint"))
        case "rich_text":
            yield _rich(world, block)
        case "markdown":
            yield block["text"]
        case "image" | "video":
            yield f"({block['alt_text']})"
        case "table" | "data_table":
            for row in block["rows"]:
                yield " | ".join(_rich(world, cell) for cell in row)
        case "container":
            yield _text(world, block.get("title"))
            yield from lines(world, block["child_blocks"])
        case "card":
            for key in ("title", "subtitle", "body"):
                yield _text(world, block.get(key))
            yield " ".join(_element(world, each) for each in block.get("actions", []))
        case "carousel":
            yield from lines(world, block["elements"])
        case "plan":
            yield block["title"]
            yield from lines(world, block.get("tasks", []))
        case "task_card":
            yield f"({block['status']}) {block['title']}"
        case "data_visualization":
            yield f"({block['title']})"
        case other:
            yield f"({other})"


def _text(world: World, text: Payload | None) -> str:
    if not text:
        return ""
    if text["type"] == "image":
        return f"({text['alt_text']})"
    return said(world, text["text"]) if text["type"] == "mrkdwn" else str(text["text"])


def _rich(world: World, node: Payload) -> str:
    match node["type"]:
        case "text" | "raw_text":
            return str(node["text"])
        case "raw_number":
            return str(node.get("text", node["value"]))
        case "link":
            return str(node.get("text") or node["url"])
        case "user":
            return said(world, f"<@{node['user_id']}>")
        case "usergroup":
            return said(world, f"<!subteam^{node['usergroup_id']}>")
        case "channel":
            return said(world, f"<#{node['channel_id']}>")
        case "emoji":
            return f":{node['name']}:"
        case "date":
            return str(node.get("fallback", node["timestamp"]))
        case "rich_text" | "rich_text_list":
            return "\n".join(_rich(world, each) for each in node["elements"])
        case _:
            return "".join(_rich(world, each) for each in node.get("elements", []))


def _element(world: World, element: Payload | None) -> str:
    if not element:
        return ""
    if element["type"] == "image":
        return f"({element['alt_text']})"
    if element["type"] in ("button", "workflow_button", "icon_button"):
        return f"[{label_of(element)}]"
    names = [_text(world, each["text"]) for each in element.get("options", [])]
    if names and element["type"] in ("radio_buttons", "checkboxes", "overflow"):
        return f"[{' | '.join(names)}]"
    placeholder = _text(world, element.get("placeholder"))
    return f"[{placeholder or '…'}]"


def label_of(element: Payload) -> str:
    """The words on a button."""
    return str(element.get("text", {}).get("text", ""))
