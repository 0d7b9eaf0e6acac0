"""Messages and views as a person sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.slack.inputs import elements_in, offered
from sandbox.slack.reading import label_of
from sandbox.slack.wire import Payload


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as a person reads it. `text` is the human reading of the whole."""

    channel: str
    ts: str
    thread_ts: str | None
    author: str
    text: str
    buttons: tuple[str, ...]
    ephemeral: bool
    edited: bool
    blocks: tuple[Payload, ...]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class SeenView:
    """A modal or Home tab as a person reads it; `errors` are those under its fields."""

    id: str
    title: str
    text: str
    buttons: tuple[str, ...]
    errors: Mapping[str, str]
    given: Payload

    def __str__(self) -> str:
        return self.text


Place = Seen | SeenView


def buttons(blocks: Sequence[Payload]) -> tuple[str, ...]:
    """The words on all buttons, from top to bottom."""
    found = [label_of(e) for _, e in elements_in(blocks) if e["type"] == "button"]
    return tuple(found)


def option_of(element: Payload, wanted: object) -> Payload:
    """The option of an element by its words or its value; LookupError with what there is."""
    options = offered(element)
    for option in options:
        if wanted in (option["text"]["text"], option["value"]):
            return option
    raise LookupError(f"no option {wanted!r} among {[o['text']['text'] for o in options]}")
