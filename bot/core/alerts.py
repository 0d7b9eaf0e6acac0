"""Alerts: told on transitions only, called again only while they stay open, cleared once.

A condition is something wrong that a look has found; an alert is its life from the first look to
the all-clear. `tend` is the only way to move one, and says what to do in Slack.
"""

from datetime import datetime, time, timedelta
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field

from bot.core.base import Frozen, InstanceId
from bot.core.people import Person
from bot.core.schedules import Zone


class Severity(IntEnum):
    """How much it matters, the least first."""

    NOTICE = 1
    """Worth knowing, once; waits for the end of quiet hours."""
    WARNING = 2
    """Somebody should see to it today; waits for the end of quiet hours."""
    CRITICAL = 3
    """Data or the bot itself is at risk; told at once, at any hour."""


class Kind(StrEnum):
    """What can be wrong."""

    CLOCK = "clock"
    WORK_FAILED = "work failed"
    LEAVING = "leaving"
    OUT_OF_BAND = "out of band"
    CREDENTIAL = "credential"
    QUORUM = "quorum"
    LAG = "lag"
    AUDIT = "audit"
    SILENCE = "silence"
    RETENTION = "retention"
    PAUSED_SCHEDULE = "paused schedule"


class Condition(Frozen):
    """Something wrong, as one look found it. ``key`` is the same at every look."""

    key: str
    kind: Kind
    severity: Severity
    environment: str | None = None
    instance_id: InstanceId | None = None
    name: str = ""
    """What it is about, as people call it."""
    what: str
    """One plain sentence, without a full stop; the same as long as nothing has changed."""
    means: str = ""
    """What that means for the data: whole sentences."""
    mend: str
    """What to do next: whole sentences."""


class QuietHours(Frozen):
    """From ``start`` to ``end`` each day, in ``zone``; over midnight when ``end`` is earlier."""

    start: time
    end: time
    zone: Zone = "UTC"

    def cover(self, now: datetime) -> bool:
        """Whether ``now`` is quiet."""
        local = now.astimezone(ZoneInfo(self.zone)).time()
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


class AlertRules(Frozen):
    """How alerts of an environment behave. Hours and counts; 0 hours: never called again."""

    escalate_hours: int = Field(default=4, ge=0, le=168)
    quiet: QuietHours | None = None
    per_hour: int = Field(default=12, ge=1, le=60)
    """New alerts in one channel within an hour; the rest stands in the digest."""


class Deed(StrEnum):
    """What to do in Slack about an alert."""

    OPEN = "open"
    """Post it, calling people."""
    UPDATE = "update"
    """Say in its thread what has changed."""
    ESCALATE = "escalate"
    """Say in its thread that it is still open, calling people again."""
    CLEAR = "clear"
    """Say in its thread that it is over."""


class Alert(Frozen):
    """The life of one condition."""

    condition: Condition
    opened_at: AwareDatetime
    told_at: AwareDatetime | None = None
    """When it was posted; None while it is held back."""
    called_at: AwareDatetime | None = None
    """When people were last called."""
    calls: int = 0
    acknowledged_by: Person | None = None
    assigned_to: Person | None = None
    snoozed_until: AwareDatetime | None = None
    cleared_at: AwareDatetime | None = None

    @property
    def open(self) -> bool:
        """Whether the condition still holds."""
        return self.cleared_at is None


def tend(
    alert: Alert | None, found: Condition | None, *, now: datetime, rules: AlertRules, room: bool
) -> tuple[Alert | None, Deed | None]:
    """Move an alert by what a look has found, and say what to do.

    ``found`` None means that the look found nothing wrong. ``room`` says whether the channel's
    budget still allows a new alert; without it, and in quiet hours for what is not critical, a
    new alert is held back: it stands in the digest, and is told once there is room.
    """
    if alert is None or not alert.open:
        if found is None:
            return alert, None
        return _told(Alert(condition=found, opened_at=now), now, rules, room)
    if found is None:
        cleared = alert.model_copy(update={"cleared_at": now})
        return cleared, Deed.CLEAR if alert.told_at else None
    changed = (found.what, found.severity) != (alert.condition.what, alert.condition.severity)
    worse = found.severity > alert.condition.severity
    alert = alert.model_copy(update={"condition": found})
    if alert.told_at is None:
        return _told(alert, now, rules, room)
    if worse:  # whoever acknowledged it, acknowledged something smaller
        return _called(alert.model_copy(update={"acknowledged_by": None}), now), Deed.ESCALATE
    if _calls_again(alert, now, rules):
        return _called(alert, now), Deed.ESCALATE
    return alert, Deed.UPDATE if changed else None


def _told(alert: Alert, now: datetime, rules: AlertRules, room: bool) -> tuple[Alert, Deed | None]:
    if not room or _quiet(alert.condition, now, rules):
        return alert, None
    return _called(alert.model_copy(update={"told_at": now}), now), Deed.OPEN


def _called(alert: Alert, now: datetime) -> Alert:
    return alert.model_copy(
        update={"called_at": now, "calls": alert.calls + 1, "snoozed_until": None}
    )


def _quiet(condition: Condition, now: datetime, rules: AlertRules) -> bool:
    return (
        condition.severity < Severity.CRITICAL
        and rules.quiet is not None
        and rules.quiet.cover(now)
    )


def _calls_again(alert: Alert, now: datetime, rules: AlertRules) -> bool:
    if _quiet(alert.condition, now, rules):
        return False
    if alert.snoozed_until is not None:
        return now >= alert.snoozed_until
    if alert.condition.severity is Severity.NOTICE or rules.escalate_hours == 0:
        return False
    if alert.acknowledged_by or alert.called_at is None:
        return False
    return now - alert.called_at >= timedelta(hours=rules.escalate_hours)


def acknowledge(alert: Alert, by: Person) -> Alert:
    """Return the alert with somebody who has seen it: nobody is called again by time alone."""
    return alert.model_copy(update={"acknowledged_by": by})


def assign(alert: Alert, to: Person) -> Alert:
    """Return the alert with somebody who sees to it, which acknowledges it too."""
    return alert.model_copy(update={"assigned_to": to, "acknowledged_by": to})


def snooze(alert: Alert, *, until: datetime) -> Alert:
    """Return the alert silent until then; when it is still open at that time, it calls again."""
    return alert.model_copy(update={"snoozed_until": until})
