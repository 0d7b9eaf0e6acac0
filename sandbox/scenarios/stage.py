"""The stage: people who act through the Slack double at a pace one can follow, and what to look at.

All a visitor needs to follow is in the `Cue`: as whom to look, at which conversation, what is
being typed or is about to be pressed, and a caption.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from sandbox.aura import AuraDouble
from sandbox.aura.fleet import ORDERS_PROD
from sandbox.slack import SlackDouble, cast
from sandbox.slack.person import ActingPerson
from sandbox.slack.sightings import Seen, SeenView
from sandbox.slack.wire import SlackSaysError

T = TypeVar("T")

STAFF = (cast.REQUESTER, cast.APPROVER_ONE, cast.APPROVER_TWO)
_LOOK = 0.1
_PATIENCE = 150.0
_STROKE = 0.16
_STROKES = 6


class StageError(Exception):
    """A play cannot go on; its words are for the visitor."""


@dataclass(frozen=True, slots=True)
class Cue:
    """What a visitor sees now. `n` grows with every change.

    `person`, `channel` and `thread` (the root's `ts`) say where to look; `typing` is what stands
    in the composer, `press` the words on the button that is pressed next, `field` the block that
    is filled in.
    """

    n: int = 0
    caption: str = ""
    look: str = ""
    person: str = ""
    channel: str = ""
    thread: str | None = None
    typing: str = ""
    press: str = ""
    field: str = ""


class Stage:
    """Where plays happen: both doubles, and, if it can be killed, the bot.

    `crash` comes back when the bot runs again. `pace` is how many times faster than calm it goes.
    """

    def __init__(
        self,
        slack: SlackDouble,
        aura: AuraDouble,
        *,
        crash: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.slack = slack
        self.aura = aura
        self.crash = crash
        self.pace = 1.0
        self.cue = Cue()
        self._skipped = asyncio.Event()
        self._going = asyncio.Event()
        self._going.set()

    @property
    def paused(self) -> bool:
        """Whether the play waits for the visitor."""
        return not self._going.is_set()

    def pause(self) -> None:
        """Stop before the next step."""
        self._going.clear()
        self.changed()

    def resume(self) -> None:
        """Go on."""
        self._going.set()
        self.changed()

    def skip(self) -> None:
        """Go on to the next step now."""
        self._skipped.set()
        self.resume()

    def changed(self) -> None:
        """Let every page look again."""
        self.slack.world.changed()

    def scene(self, person: str, channel: str, *, thread: str | None = None) -> None:
        """Look as `person` at a conversation, and at a thread in it."""
        self._show(person=person, channel=channel, thread=thread)

    async def say(self, caption: str, look: str = "") -> None:
        """Show a caption for as long as it takes to read it."""
        self.tell(caption, look)
        await self._hold(1.4 + len(caption + look) / 22)

    def tell(self, caption: str, look: str = "") -> None:
        """Show a caption and go on at once."""
        self._show(caption=caption, look=look)

    def person(self, user: str = "") -> ActingPerson:
        """Somebody to act as; the one whom the visitor looks as, if not named."""
        return self.slack.person(user or self.cue.person)

    async def types(self, text: str) -> None:
        """Type a command, letter by letter, and send it."""
        for part in _growing(text):
            self._show(typing=part)
            await self._hold(_STROKE)
        await self._hold(0.9)
        self._show(typing="")
        with contextlib.suppress(SlackSaysError):  # the visitor sees it as a notice, as in Slack
            await self.person().types(text, self.cue.channel)

    async def form(self, field: str) -> SeenView:
        """Wait for a dialog that has the field of this name."""
        return await self.until(
            lambda: self._with(field), f"the form did not come with its field “{field}”"
        )

    async def fill(self, field: str, text: str) -> None:
        """Fill in a field of the open dialog, letter by letter."""
        view = await self.form(field)
        block = _block(view, field)
        self._show(field=block)
        for part in _growing(text):
            await self.person().fills(view, {block: part})
            await self._hold(_STROKE)
        await self._hold(0.6)

    async def send(self) -> dict[str, str]:
        """Press the dialog's own button; what comes back are the errors by block."""
        view = self.person().modal
        if view is None:
            raise StageError("The form was closed. Play it again.")
        await self.aim(view.given["submit"]["text"])
        return await self.person().submits(view)

    async def aim(self, label: str) -> None:
        """Show which button is pressed next."""
        self._show(press=label)
        await self._hold(1.0)
        self._show(press="", field="")

    async def press(self, label: str, message: Seen) -> None:
        """Press a button in a message."""
        await self.aim(label)
        await self.person().clicks(label, message)

    async def close(self) -> None:
        """Close what dialogs the person has open."""
        self._show(field="", press="")
        view = self.person().modal
        if view is not None:
            with contextlib.suppress(SlackSaysError):
                await self.person().closes(view, all_=True)

    async def until(self, look: Callable[[], T | None], otherwise: str) -> T:
        """Wait until `look` sees something, and return it; StageError when it takes too long."""
        watchers, changed = self.slack.world.watchers, asyncio.Event()
        watchers.add(changed)
        try:
            async with asyncio.timeout(_PATIENCE):
                while not (seen := look()):
                    with contextlib.suppress(TimeoutError):  # some things change with time alone
                        await asyncio.wait_for(changed.wait(), _LOOK)
                    changed.clear()
        except TimeoutError:
            view = self.person().modal
            said = f" The bot said: {view.text}" if view else ""
            raise StageError(f"Something else happened: {otherwise}.{said}") from None
        finally:
            watchers.discard(changed)
        return seen

    def switch(self, service: str, name: str, *, on: bool) -> None:
        """Throw a switch of the panel to break things."""
        self.slack.fault_panels[service].set(name, on=on)
        self.changed()

    async def tidy(self) -> None:
        """Make the stage ready: nothing broken, no dialog open, no request of before waiting."""
        self._going.set()
        self._skipped.clear()
        self.cue = Cue(n=self.cue.n + 1)
        if not self.slack.connections:
            raise StageError("No bot is connected to play with.")
        for service in ("aura", "slack"):
            for name in self.slack.fault_panels[service].render():
                self.slack.fault_panels[service].set(name, on=False)
        for user in STAFF:
            self.scene(user, cast.OPS_PRODUCTION)
            await self.close()
        for user in STAFF:
            for message in self.slack.person(user).sees(cast.OPS_PRODUCTION):
                if "Cancel request" in message.buttons and f"<@{user}>" in str(message.blocks):
                    await self.slack.person(user).clicks("Cancel request", message)
        if self.aura.status_of(ORDERS_PROD) == "loading failed":
            self.aura.set_status(ORDERS_PROD, "running")
        await self.until(
            lambda: self.aura.status_of(ORDERS_PROD) == "running", "orders-prod is busy"
        )

    def curtain(self) -> None:
        """Leave nothing broken behind."""
        self.switch("aura", "unavailable", on=False)
        self._going.set()
        self._show(typing="", press="", field="")

    def _with(self, field: str) -> SeenView | None:
        view = self.person().modal
        return view if view and _block(view, field) else None

    def _show(self, **changes: str | None) -> None:
        self.cue = replace(self.cue, n=self.cue.n + 1, **changes)  # type: ignore[arg-type]
        self.changed()

    async def _hold(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._skipped.wait(), seconds / self.pace)
        self._skipped.clear()
        await self._going.wait()


def _growing(text: str) -> list[str]:
    """`text` as it comes to be under somebody's fingers."""
    step = max(1, -(-len(text) // _STROKES))
    return [text[: i + step] for i in range(0, len(text), step)]


def _block(view: SeenView, field: str) -> str:
    """The id of the block that takes a field: its name, a dot and a mark of the dialog."""
    ids = [str(b["block_id"]) for b in view.given["blocks"] if b["type"] == "input"]
    return next((i for i in ids if i.partition(".")[0] == field), "")
