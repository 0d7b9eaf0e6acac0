"""Alarms: carries alerts through their life, from the first finding to the all-clear.

What an alert owes to Slack is stored before it is said, and crossed out after. So a crash between
the two says it again, once, and says it in any case; and while Slack is away it waits.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import assert_never

import structlog

from bot.core.alerts import Alert, AlertRules, Condition, Deed, tend
from bot.core.base import ChannelId, OperationId
from bot.core.conditions import Findings
from bot.core.deeds import owe
from bot.core.environments import Environment
from bot.core.errors import ChatFailed, ChatUnavailable, UnknownAlert
from bot.core.seal import seal
from bot.ports import MessageRef, Raised
from bot.services.announce import EDITS
from bot.services.refusals import GONE
from bot.services.world import World
from bot.views import alarms as views
from bot.views.kit import Message

log = structlog.get_logger(__name__)

#: The window of the budget; an alert that is over is put away when it counts no more.
HOUR = timedelta(hours=1)


class Alarms:
    """Tends every alert, and says what is owed."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def tend(self, found: Findings) -> None:
        """Move every alert by what was found; nothing is said yet."""
        now = self._world.clock.now()
        wrong = {condition.key: condition for condition in found.wrong}
        known = await self._world.alerts.all()
        alive = {raised.key: raised for raised in known if raised.alert.open}
        spent = _Spent(known)
        gravest = sorted(wrong.values(), key=lambda c: (-c.severity, c.key))
        for condition in gravest:
            raised = alive.get(condition.key)
            place = self._place(condition)
            if place is None:
                continue
            home, channel = place
            rules = self._rules(home)
            room = spent.room(channel, rules, now - HOUR)
            if raised is None:
                alert, deed = tend(None, condition, now=now, rules=rules, room=room)
                if alert is None:  # pragma: no cover - a condition always makes an alert
                    continue
                new = Raised(
                    id=_name(condition.key, alert),
                    alert=alert,
                    home=home.name,
                    channel=channel,
                    owed=owe((), deed),
                )
                await self._world.alerts.add(new)
                spent.add(new)
            else:
                spent.add(await self._move(raised, condition, rules, room))
        for key, raised in alive.items():
            if key not in wrong and key not in found.unknown:
                home_rules = self._rules(self._world.estate.environment(raised.home))
                await self._move(raised, None, home_rules, False)

    async def _move(
        self, raised: Raised, found: Condition | None, rules: AlertRules, room: bool
    ) -> Raised:
        now = self._world.clock.now()

        def moved(stored: Raised) -> Raised:
            alert, deed = tend(stored.alert, found, now=now, rules=rules, room=room)
            kept = stored.model_copy(update={"alert": alert, "owed": owe(stored.owed, deed)})
            if alert is not None and not alert.open and alert.told_at is None:
                kept = kept.model_copy(update={"owed": ()})  # nobody heard of it, nor need
            if alert is not None and stored.alert.told_at is None and found is not None:
                place = self._place(found)
                if place is not None:  # it may have grown worse while it was held back
                    kept = kept.model_copy(update={"channel": place[1]})
            return kept

        try:
            return await self._world.alerts.update(raised.id, moved)
        except UnknownAlert:  # somebody else was faster
            return raised

    async def deliver(self) -> bool:
        """Say what is owed and show what has changed; returns whether all of it was said."""
        try:
            for raised in sorted(await self._world.alerts.all(), key=_urgency):
                if self._has_more(raised):
                    await self._say(raised.id)
        except ChatUnavailable as absent:
            log.warning("alerts wait for Slack", why=absent.summary)
            return False
        return True

    async def show(self, alert_id: str) -> None:
        """Show one as it is now, as far as the budget of edits allows; the rest comes by itself."""
        try:
            await self._say(alert_id)
        except ChatFailed as absent:
            log.info("an alert is shown later", why=absent.summary)

    async def _say(self, alert_id: str) -> None:
        async with self._world.cards.alone(OperationId(alert_id)):
            raised = await self._world.alerts.get(alert_id)
            while raised is not None and raised.owed:
                raised = await self._do(raised, raised.owed[0])
            if raised is not None and self._behind(raised):
                raised = await self._edit(raised)
            if raised is not None and self._over(raised):
                await self._world.alerts.put_away(raised)

    async def _do(self, raised: Raised, deed: Deed) -> Raised | None:
        """Do one deed and cross it out; None when Slack refuses it everywhere."""
        now = self._world.clock.now()
        alert, call = raised.alert, self._call(raised)
        match deed:
            case Deed.OPEN:
                message = self._head(raised)
            case Deed.UPDATE:
                message = views.update(alert)
            case Deed.ESCALATE:
                message = views.escalation(alert, call=call, now=now)
            case Deed.CLEAR:
                message = views.all_clear(alert)
            case unreachable:
                assert_never(unreachable)
        ref = await self._post(raised, message, root=deed is Deed.OPEN)
        if ref is None:
            return None

        def done(stored: Raised) -> Raised:
            left = list(stored.owed)
            if deed in left:
                left.remove(deed)
            found: dict[str, object] = {"owed": tuple(left)}
            if deed is Deed.OPEN:
                found |= {"head": ref, "shown": seal(message), "told_at": now}
            return stored.model_copy(update=found)

        return await self._world.alerts.update(raised.id, done)

    async def _post(self, raised: Raised, message: Message, *, root: bool) -> MessageRef | None:
        """Post a head, or a line in its thread; where that is refused, wherever it is heard."""
        home = self._world.estate.environment(raised.home)
        more = [home.alert_channel, home.channel] if home is not None else []
        places: list[tuple[ChannelId, str | None]] = [
            (place, None) for place in dict.fromkeys([raised.channel, *more])
        ]
        if not root and raised.head is not None:
            places.insert(0, (raised.head.channel, raised.head.ts))
        for place, thread in places:
            try:
                return await self._world.chat.post(place, message, thread_ts=thread)
            except ChatUnavailable:
                raise
            except ChatFailed as refusal:
                log.error("an alert is refused", code=refusal.code, channel=place)
        return None

    async def _edit(self, raised: Raised) -> Raised:
        """Let the head show the present state; where it is gone for good, let it be."""
        if raised.head is None:  # pragma: no cover - only what has a head can be behind
            return raised
        wait = await self._world.budget.take(EDITS)
        if wait > 0:
            raise ChatUnavailable("the edits of this minute are used up", code="budget")
        message = self._head(raised)
        try:
            await self._world.chat.edit(raised.head, message)
        except ChatUnavailable:
            raise
        except ChatFailed as refusal:
            if refusal.code not in GONE:
                log.warning("edit of an alert refused", code=refusal.code)
        digest = seal(message)
        return await self._world.alerts.update(
            raised.id, lambda stored: stored.model_copy(update={"shown": digest})
        )

    def _head(self, raised: Raised) -> Message:
        return views.head(raised.alert, alert_id=raised.id, call=self._call(raised))

    def _has_more(self, raised: Raised) -> bool:
        return bool(raised.owed) or self._behind(raised) or self._over(raised)

    def _behind(self, raised: Raised) -> bool:
        return raised.head is not None and raised.shown != seal(self._head(raised))

    def _over(self, raised: Raised) -> bool:
        """Whether nothing is left to say of it, and it counts no more."""
        ended = raised.alert.cleared_at
        if ended is None or raised.owed or self._behind(raised):
            return False
        return self._world.clock.now() - ended >= HOUR

    def _call(self, raised: Raised) -> str:
        return views.called(raised.alert, self._world.estate.environment(raised.home))

    def _place(self, condition: Condition) -> tuple[Environment, ChannelId] | None:
        """Return whose people see to a condition, and where; what is nobody's goes to the first."""
        estate = self._world.estate
        homes = estate.watched()
        home = next((e for e in homes if e.name == condition.environment), None)
        if home is None and (condition.environment is not None or not homes):
            return None
        home = home or homes[0]
        routes = estate.watch(home.name).routes
        return home, routes.get(condition.severity, home.alert_channel)

    def _rules(self, environment: Environment | None) -> AlertRules:
        name = environment.name if environment is not None else ""
        return self._world.estate.watch(name).alerts


class _Spent:
    """What of each channel's budget is used up."""

    def __init__(self, known: Iterable[Raised]) -> None:
        self._told = {raised.id: raised for raised in known if raised.alert.told_at is not None}

    def add(self, raised: Raised) -> None:
        """Count one more, if it is told."""
        if raised.alert.told_at is not None:
            self._told[raised.id] = raised

    def room(self, channel: ChannelId, rules: AlertRules, since: datetime) -> bool:
        """Whether another new alert may be posted there."""
        lately = [
            raised
            for raised in self._told.values()
            if raised.channel == channel
            and raised.alert.told_at is not None
            and raised.alert.told_at > since
        ]
        return len(lately) < rules.per_hour


def _urgency(raised: Raised) -> tuple[int, int, str]:
    return (0 if raised.owed else 1, -raised.alert.condition.severity, raised.id)


def _name(key: str, alert: Alert) -> str:
    """Return the id of a life of a condition: the same, whoever finds it first."""
    said = f"{key}\n{alert.opened_at.isoformat()}"
    return f"alt-{sha256(said.encode()).hexdigest()[:16]}"
