"""What a person sees of a message or a view, as lines of text."""

from collections.abc import Iterator, Mapping
from html import unescape
from textwrap import wrap
from typing import Any

from bot.views.kit import Block, Message, View


def read(shown: Message | View | None) -> str:
    """Flatten a message or a view to lines: buttons in [brackets], inputs as `label: ____`.

    Long lines are wrapped with an indent, as a narrow screen does.
    """
    if shown is None:
        return "(nothing)"
    if isinstance(shown, Message):
        return _wrapped([line for block in shown.blocks for line in lines(block)])
    head = []
    if "title" in shown:
        buttons = [shown[key]["text"] for key in ("submit", "close") if key in shown]
        head = [f"{shown['title']['text']} " + " ".join(f"[{text}]" for text in buttons)]
    return _wrapped([*head, *(line for block in shown["blocks"] for line in lines(block))])


def heard(message: Message) -> str:
    """What a notification or a screen reader says."""
    return _wrapped(unescape(message.text).splitlines())


def top(message: Message) -> str:
    """The first lines of a message: all above its facts."""
    return "\n".join(read(message).split("\nInstance: ")[0].splitlines())


def _wrapped(every: list[str]) -> str:
    return "\n".join(
        part
        for line in every
        for part in wrap(
            line,
            92,
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
        )
    )


def lines(block: Block) -> Iterator[str]:
    """Flatten one block."""
    match block["type"]:
        case "header":
            yield f"# {block['text']['text']}"
        case "section":
            if "text" in block:
                yield from unescape(block["text"]["text"]).splitlines()
            if "accessory" in block:
                yield f"  {_field(block['accessory'])}"
            for field in block.get("fields", ()):
                label, _, value = unescape(field["text"]).partition("\n")
                yield f"{label.strip('*')}: {value.replace(chr(10), ' / ')}"
        case "context":
            yield from (f"({unescape(e['text'])})" for e in block["elements"])
        case "divider":
            yield "---"
        case "actions":
            yield " ".join(_field(element) for element in block["elements"])
            for element in block["elements"]:
                if asked := element.get("confirm"):
                    yield f"  [{element['text']['text']}] asks: {_asked(asked)}"
        case "input":
            yield f"{block['label']['text']}: {_field(block['element'])}"
            if "hint" in block:
                yield f"  {block['hint']['text']}"
        case "data_visualization":
            chart = block["chart"]
            yield f"[{chart['type']} chart: {block['title']}, {chart['axis_config']['y_label']}]"
            for at, label in enumerate(chart["axis_config"]["categories"]):
                values = (f"{s['name']} {s['data'][at]['value']}" for s in chart["series"])
                yield f"  {label}: {', '.join(values)}"
        case other:
            raise AssertionError(f"nobody taught me to read {other}")


def _asked(dialog: Mapping[str, Any]) -> str:
    words = " ".join(dialog[key]["text"] for key in ("title", "text"))
    return f"{words} [{dialog['confirm']['text']}] [{dialog['deny']['text']}]"


def _field(element: Mapping[str, Any]) -> str:
    if element["type"] == "button":
        return f"[{element['text']['text']}]"
    if "initial_option" in element:
        return f"{element['initial_option']['text']['text']} ▾"
    if element["type"] == "external_select":
        return f"({element['placeholder']['text']}) ▾"
    return "____"


def strings(value: object) -> Iterator[str]:
    """Every string of a payload."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)
