"""The listeners that Bolt calls: one per kind of input, each in the same order.

Read the payload, acknowledge, drop a repeat, find the route, work in a task of its own. The two
exceptions must answer inside the ack: a modal's field errors and the options of a select.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.core.commands import Command, mention, parse
from bot.services.house import House
from bot.views.ids import Action, Callback
from bot.views.kit import Message
from bot.views.pickers import READING, still_reading
from handlers import payloads, workflow
from handlers.edge import Context, Tasks, answer, once, told
from handlers.payloads import Body, Click, Shortcut, StepRun, Submission, Suggestion

log = structlog.get_logger(__name__)

Ack = dict[str, Any]

#: Seconds for which options are waited for; Slack waits for 3
#: (https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element).
PATIENCE = 2.0


@dataclass(frozen=True, kw_only=True)
class Routes:
    """Which function serves what."""

    commands: Mapping[type[Command], Callable[[Context, Any], Awaitable[Message | None]]]
    buttons: Mapping[Action, Callable[[Context, Click], Awaitable[Message | None]] | None]
    modals: Mapping[
        Callback,
        tuple[
            Callable[[Context, Submission], Awaitable[Ack]],
            Callable[[Context, Submission], Awaitable[Message | None]],
        ],
    ]
    options: Mapping[Action, Callable[[Context, Suggestion], Awaitable[Ack]]]
    shortcuts: Mapping[Callback, Callable[[Context, Shortcut], Awaitable[None]]]
    home: Callable[[Context, str], Awaitable[None]]
    home_changes: frozenset[Action]
    """What, pressed on the Home tab, changes what it shows."""
    steps: Mapping[str, Callable[[Context, StepRun], Awaitable[None]]]


class Listener:
    """Carries payloads to their routes."""

    def __init__(self, house: House, routes: Routes) -> None:
        self._house = house
        self._routes = routes
        self.tasks = Tasks()

    @staticmethod
    def pattern(action: Action) -> re.Pattern[str]:
        """An action id, alone or with a suffix that keeps it unique within its block."""
        return re.compile(rf"^{re.escape(action)}(:.*)?$")

    async def command(self, ack: AsyncAck, body: Body) -> None:
        """`/aura …`."""
        await ack()
        self.tasks.spawn(self._typed(payloads.command(body)))

    async def mention(self, ack: AsyncAck, body: Body) -> None:
        """`@Savepoint …`: the same grammar, also in threads, where commands do not exist."""
        await ack()
        if "bot_id" not in body["event"]:  # two bots could talk for ever
            self.tasks.spawn(self._typed(payloads.mentioned(body), mentioned=True))

    async def home(self, ack: AsyncAck, body: Body) -> None:
        """The Home tab was opened."""
        await ack()
        if body["event"].get("tab", "home") != "home":
            return
        person, place = payloads.opened_home(body)
        ctx = Context(person=person, house=self._house)
        self.tasks.spawn(answer(ctx, lambda: self._routes.home(ctx, place)))

    async def click(self, ack: AsyncAck, body: Body) -> None:
        """A button, or an input that reports a choice."""
        await ack()
        click = payloads.click(body)
        handler = self._routes.buttons[click.action]
        if handler is not None and click.value != READING:
            self.tasks.spawn(self._clicked(click, handler))

    async def submission(self, ack: AsyncAck, body: Body) -> None:
        """A modal: its fields are checked inside the ack, its work follows."""
        sent = payloads.submission(body)
        ctx = Context(person=sent.person, house=self._house)
        check, work = self._routes.modals[Callback(sent.callback_id)]
        try:
            verdict = await check(ctx, sent)
        except Exception as trouble:
            errors = {next(iter(sent.typed), "none"): told(trouble)}
            verdict = {"response_action": "errors", "errors": errors}
        await ack(**verdict)
        if verdict.get("response_action") != "errors":
            self.tasks.spawn(self._once(sent.key, ctx, lambda: work(ctx, sent)))

    async def suggestion(self, ack: AsyncAck, body: Body) -> None:
        """The options of a select; what takes longer than Slack waits is read on for the next."""
        reading = self.tasks.spawn(self._options(payloads.suggestion(body)))
        done, _ = await asyncio.wait({reading}, timeout=PATIENCE)
        await ack(**(reading.result() if done else still_reading()))

    async def shortcut(self, ack: AsyncAck, body: Body) -> None:
        """A global or message shortcut."""
        await ack()
        used = payloads.shortcut(body)
        ctx = Context(
            person=used.person, house=self._house, origin=used.origin, trigger_id=used.trigger_id
        )
        handler = self._routes.shortcuts[Callback(used.callback_id)]
        self.tasks.spawn(self._once(used.key, ctx, lambda: handler(ctx, used)))

    async def step(self, ack: AsyncAck, body: Body) -> None:
        """A step of a workflow; it ends when its work has ended, perhaps much later."""
        await ack()
        ran = payloads.step_run(body)
        ctx = Context(person=workflow.ROBOT.person, house=self._house)
        handler = self._routes.steps[ran.callback_id]
        self.tasks.spawn(self._once(ran.execution, ctx, lambda: handler(ctx, ran)))

    async def _options(self, asked: Suggestion) -> Ack:
        """Return the options; trouble shows as none."""
        ctx = Context(person=asked.person, house=self._house)
        try:
            return await self._routes.options[Action(asked.action_id)](ctx, asked)
        except Exception as trouble:
            log.info("no options", why=told(trouble))
            return {"options": []}

    async def _typed(self, typed: payloads.Typed, *, mentioned: bool = False) -> None:
        ctx = Context(
            person=typed.person,
            house=self._house,
            origin=typed.origin,
            trigger_id=typed.trigger_id,
            response_url=typed.response_url,
        )

        async def work() -> Message | None:
            text = typed.text
            if mentioned:
                text = mention(text, (await self._house.world.directory.me()).user_id)
            command = parse(text)
            return await self._routes.commands[type(command)](replace(ctx, text=text), command)

        await self._once(typed.key, ctx, work)

    async def _clicked(
        self, click: Click, handler: Callable[[Context, Click], Awaitable[Message | None]]
    ) -> None:
        ctx = Context(
            person=click.person,
            house=self._house,
            origin=click.origin,
            trigger_id=click.trigger_id,
            response_url=click.response_url,
        )
        await self._once(click.key, ctx, lambda: handler(ctx, click))
        if click.at_home and click.action in self._routes.home_changes:
            await answer(ctx, lambda: self._routes.home(ctx, click.metadata))

    async def _once(
        self, key: str, ctx: Context, work: Callable[[], Awaitable[Message | None]]
    ) -> None:
        async def first() -> Message | None:
            return await work() if await once(self._house, key) else None

        await answer(ctx, first)
