"""The edge: acknowledge, drop repeats, do the work apart, and always answer the person.

Slack wants an answer within 3 s and may deliver twice, so each kind of input passes one wrapper
here: ack first, then a task of its own with its own error handling. Bolt loses an ack whose
listener raises right after it, hence nothing is ever raised in a listener
(https://docs.slack.dev/interactivity/handling-user-interaction).
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog

from bot.core.errors import BotError, ChatFailed
from bot.core.operations import Origin
from bot.core.people import Person
from bot.services.house import House
from bot.views import errors as views
from bot.views.kit import Message, View

log = structlog.get_logger(__name__)
T = TypeVar("T")

#: Slack redelivers events up to an hour later, and once an hour for a day where that is enabled
#: (https://docs.slack.dev/apis/events-api#retries).
REMEMBER = 24 * 3600.0
#: Slack's words for a trigger that is too old, or has opened a form already
#: (https://docs.slack.dev/reference/methods/views.open#errors).
OVER = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})
#: Slack's words for a view that has been closed, or changed meanwhile
#: (https://docs.slack.dev/reference/methods/views.update#errors).
PAST = frozenset({"not_found", "hash_conflict"})


@dataclass(frozen=True, kw_only=True)
class Context:
    """Who is served, where answers go, and what can be done for them."""

    person: Person
    house: House
    origin: Origin = field(default_factory=Origin)
    trigger_id: str | None = None
    response_url: str | None = None
    text: str = ""

    async def whisper(self, message: Message) -> None:
        """Answer this person alone, at the place where they acted."""
        chat, origin = self.house.world.chat, self.origin
        try:
            if origin.channel and origin.thread_ts:
                await chat.whisper(
                    origin.channel, self.person.user_id, message, thread_ts=origin.thread_ts
                )
            elif self.response_url:
                await chat.respond(self.response_url, message)
            else:
                await chat.dm(self.person.user_id, message)
        except ChatFailed:
            await chat.dm(self.person.user_id, message)

    async def open_view(self, view: View) -> str:
        """Open a modal and return its view id; the trigger of what was pressed lives 3 s."""
        try:
            return await self.house.world.chat.open_view(self.trigger_id or "", view)
        except ChatFailed as refusal:
            if refusal.code not in OVER:
                raise
            raise ChatFailed(
                "I was too slow, and Slack did not open the form any more",
                code=refusal.code,
                hint="Nothing has changed. Please try again.",
            ) from refusal

    async def update_view(self, view_id: str, view: View, *, hash: str | None = None) -> bool:
        """Replace a modal; False when it was closed, or shows something newer than ``hash``."""
        try:
            await self.house.world.chat.update_view(view_id, view, hash=hash)
        except ChatFailed as refusal:
            if refusal.code not in PAST:
                raise
            return False
        return True


class Tasks:
    """The tasks that outlive their listener; kept, so that none is lost at a stop."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start a task."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def drain(self) -> None:
        """Wait until every task has ended."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)


async def answer(ctx: Context, work: Callable[[], Awaitable[Message | None]]) -> None:
    """Do the work and whisper its result, or the reason why not (promise P16)."""
    try:
        message = await work()
    except BotError as trouble:
        log.info("refused", why=trouble.summary, kind=type(trouble).__name__)
        message = views.whisper(trouble)
    except Exception:
        message = views.unknown(reference("unexpected"))
    if message is None:
        return
    try:
        await ctx.whisper(message)
    except ChatFailed as silent:
        log.error("no answer possible", why=silent.summary)


def told(trouble: Exception) -> str:
    """Return one plain sentence about a failure, for where no message can stand."""
    if not isinstance(trouble, BotError):
        return f"Something went wrong that I did not expect. Reference: {reference('unexpected')}."
    clauses = [f"{trouble.summary[:1].upper()}{trouble.summary[1:]}.", trouble.hint or ""]
    return " ".join(clauses).strip()


def reference(event: str) -> str:
    """Log the present exception under a number that the person is given."""
    reference = f"ref-{secrets.token_hex(4)}"
    log.exception(event, reference=reference)
    return reference


async def once(house: House, key: str) -> bool:
    """Return whether this delivery is the first of its kind."""
    return await house.world.seen.first(key, ttl=REMEMBER)
