"""Attention: what people do with an alert by its buttons. Each is checked, audited, and once."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.alerts import Alert, QuietHours, acknowledge, assign, snooze
from bot.core.audit import AuditRecord, Verdict
from bot.core.environments import Environment
from bot.core.errors import AlreadyDecided, BadCommand, UnknownAlert
from bot.core.people import Person
from bot.core.policy import Role
from bot.ports import Raised
from bot.services.alarms import Alarms
from bot.services.gate import Gate
from bot.services.world import World

#: When tomorrow begins, where no quiet hours say when people are back.
MORNING = time(8)


class Attention:
    """Acknowledge, assign, snooze."""

    def __init__(self, world: World, gate: Gate, alarms: Alarms) -> None:
        self._world = world
        self._gate = gate
        self._alarms = alarms

    async def acknowledge(self, person: Person, alert_id: str) -> Alert:
        """Say that somebody has seen it; raises AlreadyDecided when somebody had."""

        def seen(alert: Alert) -> Alert:
            if alert.acknowledged_by is not None:
                raise AlreadyDecided(
                    f"<@{alert.acknowledged_by.user_id}> has acknowledged this already",
                    hint="“Assign to me” takes it over.",
                )
            return acknowledge(alert, person)

        return await self._change(person, alert_id, "alert.acknowledge", seen)

    async def assign(self, person: Person, alert_id: str) -> Alert:
        """Let this person see to it, whoever did before."""

        def taken(alert: Alert) -> Alert:
            if alert.assigned_to == person:
                raise AlreadyDecided("this is yours already")
            return assign(alert, person)

        return await self._change(person, alert_id, "alert.assign", taken)

    async def snooze(self, person: Person, alert_id: str, long: str) -> Alert:
        """Let it be silent for ``1`` or ``8`` hours, or until ``tomorrow``."""
        raised = await self._found(alert_id)
        now = self._world.clock.now()
        quiet = self._world.estate.watch(raised.home).alerts.quiet
        match long:
            case "1" | "8":
                until = now + timedelta(hours=int(long))
            case "tomorrow":
                until = tomorrow(now, quiet)
            case _:
                raise BadCommand("there is no such span", hint="Press one of the buttons.")

        def silent(alert: Alert) -> Alert:
            if alert.snoozed_until is not None and alert.snoozed_until >= until:
                raise AlreadyDecided("it is silent for at least as long already")
            return snooze(alert, until=until)

        return await self._change(person, alert_id, "alert.snooze", silent)

    async def _change(
        self, person: Person, alert_id: str, action: str, change: Callable[[Alert], Alert]
    ) -> Alert:
        raised = await self._found(alert_id)
        environment = self._world.estate.environment(raised.home)
        await self._gate.require(person, Role.OPERATOR, environment, action=action)

        def changed(stored: Raised) -> Raised:
            if not stored.alert.open:
                raise _over()
            return stored.model_copy(update={"alert": change(stored.alert)})

        changed(raised)  # refuse before anything is written
        await self._keep(person, action, raised, environment)
        done = await self._world.alerts.update(alert_id, changed)
        await self._alarms.show(alert_id)
        return done.alert

    async def _found(self, alert_id: str) -> Raised:
        raised = await self._world.alerts.get(alert_id)
        if raised is None or not raised.alert.open:
            raise _over()
        return raised

    async def _keep(
        self, person: Person, action: str, raised: Raised, environment: Environment | None
    ) -> None:
        await self._world.audit.append(
            AuditRecord(
                at=self._world.clock.now(),
                action=action,
                verdict=Verdict.ALLOWED,
                actor=person,
                instance_id=raised.alert.condition.instance_id,
                environment=environment.name if environment else raised.home,
                why=f"{raised.id}: {raised.key}",
            )
        )


def tomorrow(now: datetime, quiet: QuietHours | None) -> datetime:
    """Return when people are back tomorrow: the end of quiet hours, or 8 o'clock UTC."""
    zone, morning = (ZoneInfo(quiet.zone), quiet.end) if quiet else (ZoneInfo("UTC"), MORNING)
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, morning, tzinfo=zone).astimezone(ZoneInfo("UTC"))


def _over() -> UnknownAlert:
    return UnknownAlert(
        "this alert is over", hint="If it comes back, there will be a new one with buttons."
    )
