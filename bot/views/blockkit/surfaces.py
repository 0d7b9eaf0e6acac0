"""Surfaces: a message, a modal and the Home tab as wholes, and the rules that span their blocks.

Sources: https://docs.slack.dev/reference/methods/chat.postMessage,
https://docs.slack.dev/reference/methods/chat.update and
https://docs.slack.dev/reference/views
"""

import json
from collections.abc import Collection, Iterator, Mapping

from bot.views.blockkit.blocks import BLOCKS, IN_HOME, IN_MESSAGE, IN_MODAL, MARKDOWN_MAX
from bot.views.blockkit.elements import ELEMENTS, ID_MAX
from bot.views.blockkit.figures import CELLS_MAX, DATA_CELLS_MAX
from bot.views.blockkit.objects import plain
from bot.views.blockkit.rules import Check, Fault, boolean, items, kinds, shape, string

MESSAGE_BLOCKS_MAX = 50
VIEW_BLOCKS_MAX = 100
TEXT_MAX = 4000
ATTACHMENTS_MAX = 100
VIEW_BYTES_MAX = 250_000
CHARTS_MAX = 2
#: Which blocks hold other blocks, and under which key.
INSIDE = {"container": "child_blocks", "carousel": "elements", "plan": "tasks"}


def check_message(payload: Mapping[str, object]) -> list[Fault]:
    """What Slack would refuse of a message's `text`, `blocks`, `attachments` and `markdown_text`.

    `text` is held to 4,000 characters, the limit of `chat.update`, since a message that was
    posted will be edited. Pointers below `/blocks` answer as `invalid_blocks`.
    """
    faults: list[Fault] = []
    text, blocks = payload.get("text"), payload.get("blocks")
    markdown = payload.get("markdown_text")
    if not (text or blocks or payload.get("attachments") or markdown):
        faults.append(Fault("", "no_text"))
    if text is not None:
        faults += string(0, TEXT_MAX)(text, "/text")
    if markdown is not None:
        faults += string(1, MARKDOWN_MAX)(markdown, "/markdown_text")
        if text or blocks:
            faults.append(Fault("/markdown_text", "not allowed beside text or blocks"))
    if payload.get("attachments") is not None:
        faults += items(_attachment, 0, ATTACHMENTS_MAX)(payload["attachments"], "/attachments")
    if blocks is not None:
        faults += _message_blocks(blocks, "/blocks")
        faults += _across(blocks)
    return faults


def check_view(view: Mapping[str, object]) -> list[Fault]:
    """What Slack would refuse of a modal or a Home tab, as `views.*` methods take them."""
    kind = view.get("type")
    if kind not in ("modal", "home"):
        return [Fault("/type", f"unsupported type: {kind}")]
    faults = list((_MODAL if kind == "modal" else _HOME)(dict(view), ""))
    faults += _across(view.get("blocks"))
    if kind == "modal" and "submit" not in view and _has_input(view.get("blocks")):
        faults.append(Fault("", "missing required field: submit"))
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES_MAX:
        faults.append(Fault("", "view_too_large"))
    return faults


_message_blocks = items(kinds(BLOCKS, IN_MESSAGE), 0, MESSAGE_BLOCKS_MAX)


def _attachment(value: object, at: str) -> Iterator[Fault]:
    """An attachment: of its many older keys only the blocks are looked at."""
    if not isinstance(value, dict):
        yield Fault(at, "must be an object")
    elif "blocks" in value:
        yield from _message_blocks(value["blocks"], f"{at}/blocks")


def _view_keys(allowed: Collection[str]) -> tuple[dict[str, Check], dict[str, Check]]:
    blocks = items(kinds(BLOCKS, allowed), 1, VIEW_BLOCKS_MAX)
    return {"blocks": blocks}, {
        "private_metadata": string(0, 3000),
        "callback_id": string(0, ID_MAX),
        "external_id": string(0, ID_MAX),
    }


_required, _optional = _view_keys(IN_MODAL)
_MODAL = shape(
    "modal",
    {**_required, "title": plain(24)},
    {
        **_optional,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
_HOME = shape("home", *_view_keys(IN_HOME))


def _has_input(blocks: object) -> bool:
    return any(block.get("type") == "input" for block, _ in _walk(blocks, "/blocks"))


def _walk(blocks: object, at: str) -> Iterator[tuple[dict[str, object], str]]:
    """Every block with its pointer, those inside other blocks too."""
    for index, block in enumerate(blocks if isinstance(blocks, list) else []):
        if isinstance(block, dict):
            yield block, f"{at}/{index}"
            inside = INSIDE.get(str(block.get("type")), "")
            yield from _walk(block.get(inside), f"{at}/{index}/{inside}")


def _elements(value: object, at: str) -> Iterator[tuple[dict[str, object], str]]:
    """Every block element below a block, whatever key it stands under."""
    if isinstance(value, dict):
        kind = value.get("type")
        if isinstance(kind, str) and kind in ELEMENTS:
            yield value, at
        for key, each in value.items():
            if key != INSIDE.get(str(kind)):
                yield from _elements(each, f"{at}/{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _elements(each, f"{at}/{index}")


def _across(blocks: object) -> Iterator[Fault]:
    """The rules that no single block can break."""
    block_ids: set[object] = set()
    focused = 0
    for block, at in _walk(blocks, "/blocks"):
        block_id = block.get("block_id")
        if isinstance(block_id, str):
            if block_id in block_ids:
                yield Fault(f"{at}/block_id", f"block_id must be unique: {block_id}")
            block_ids.add(block_id)
        action_ids: set[object] = set()
        for element, where in _elements(block, at):
            action_id = element.get("action_id")
            if isinstance(action_id, str):
                if action_id in action_ids:
                    yield Fault(f"{where}/action_id", f"action_id must be unique: {action_id}")
                action_ids.add(action_id)
            focused += element.get("focus_on_load") is True
            if focused > 1 and element.get("focus_on_load") is True:
                yield Fault(f"{where}/focus_on_load", "only one element may have focus_on_load")
    yield from _sums(list(_walk(blocks, "/blocks")))


def _sums(blocks: list[tuple[dict[str, object], str]]) -> Iterator[Fault]:
    """The limits on all blocks of one kind together, at the first one that goes beyond."""
    for kind, most, size, rule in _TOGETHER:
        total = 0
        for block, at in blocks:
            if block.get("type") == kind:
                total += size(block)
                if total > most:
                    yield Fault(at, rule)
                    break


def _letters(value: object) -> int:
    """How many characters of text stand below a value."""
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(_letters(each) for each in value.values())
    if isinstance(value, list):
        return sum(_letters(each) for each in value)
    return 0


def _written(block: dict[str, object]) -> int:
    return len(str(block.get("text", "")))


def _in_cells(block: dict[str, object]) -> int:
    return _letters(block.get("rows"))


def _itself(block: dict[str, object]) -> int:
    return 1


#: By kind: the most of all together, what one block counts, and what Slack says.
_TOGETHER = (
    ("markdown", MARKDOWN_MAX, _written, "all markdown must be less than 12001 characters"),
    ("table", 1, _itself, "only_one_table_allowed"),
    ("table", CELLS_MAX, _in_cells, "all table cells must be less than 10001 characters"),
    (
        "data_table",
        DATA_CELLS_MAX,
        _in_cells,
        "all data_table cells must be less than 20001 characters",
    ),
    ("data_visualization", CHARTS_MAX, _itself, "no more than 2 data_visualization blocks allowed"),
)
