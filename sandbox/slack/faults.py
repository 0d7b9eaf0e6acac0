"""The panel to break things: named switches that stay on, or that count down."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sandbox.slack.wire import Payload


class FaultPanel(Protocol):
    """What the page needs of any service's panel of faults."""

    def render(self) -> Payload:
        """Each fault by name: its `label`, whether it is `on`, and the `count` left or null."""
        ...

    def set(self, name: str, *, on: bool | None = None, count: int | None = None) -> None:
        """Switch a fault on or off, or let it happen `count` times; KeyError for no such fault."""
        ...


@dataclass(slots=True)
class _Switch:
    label: str
    on: bool = False
    count: int | None = None
    at_once: Callable[[], None] | None = None


class SlackFaults:
    """Slack's own panel. A fault with an action happens at once and is never on."""

    def __init__(
        self,
        *,
        disconnect: Callable[[], None],
        drop: Callable[[], None],
        silence: Callable[[], None],
    ) -> None:
        self._switches = {
            "redeliver": _Switch("Deliver every envelope again after 3 s"),
            "disconnect": _Switch("Ask the bot to reconnect now", at_once=disconnect),
            "drop_socket": _Switch("Cut the bot's socket without a word", at_once=drop),
            "silent_socket": _Switch(
                "Let the bot's socket fall silent, and leave it open", at_once=silence
            ),
            "ratelimit": _Switch("Answer the next calls with 429"),
            "unavailable": _Switch("Answer every call with 503, and no JSON"),
            "drop_answer": _Switch("Do what is called for, then cut the line"),
            "slow": _Switch("Answer every call 2 s late"),
            "no_charts": _Switch("Refuse charts, like a workspace without them"),
        }

    def render(self) -> Payload:
        """Every switch as the page shows it."""
        return {
            name: {"label": switch.label, "on": switch.on, "count": switch.count}
            for name, switch in self._switches.items()
        }

    def set(self, name: str, *, on: bool | None = None, count: int | None = None) -> None:
        """Throw one switch; `count` wins over `on`. KeyError for a name not on the panel."""
        switch = self._switches[name]
        if switch.at_once:
            if on or count:
                switch.at_once()
        elif count is not None:
            switch.on, switch.count = count > 0, max(count, 0) or None
        else:
            switch.on, switch.count = bool(on), None

    def take(self, name: str) -> bool:
        """Whether the fault happens now; a counted one has then happened once more."""
        switch = self._switches[name]
        if switch.on and switch.count is not None:
            self.set(name, count=switch.count - 1)
            return True
        return switch.on
