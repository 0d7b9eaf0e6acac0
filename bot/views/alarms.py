"""Alerts of the watch: one head, a thread, and buttons. Calm, and precise about what to do."""

from datetime import datetime, timedelta

from bot.core.alerts import Alert, Kind, Severity
from bot.core.environments import Environment
from bot.views.ids import Action
from bot.views.kit import (
    Block,
    Message,
    actions,
    ago,
    bold,
    button,
    clean,
    code,
    context,
    fields,
    header,
    moment,
    section,
    span,
    user,
)
from bot.views.words import flat

_SIGNS = {Severity.CRITICAL: "🔴", Severity.WARNING: "🟠", Severity.NOTICE: "🔵"}
_TITLES = {
    Kind.CLOCK: "Backup overdue",
    Kind.WORK_FAILED: "Scheduled work failed",
    Kind.LEAVING: "A last copy leaves",
    Kind.OUT_OF_BAND: "Changed without me",
    Kind.CREDENTIAL: "Credential",
    Kind.QUORUM: "Nobody can approve",
    Kind.LAG: "Work is late",
    Kind.AUDIT: "Audit log broken",
    Kind.SILENCE: "No answer",
    Kind.RETENTION: "Retention differs",
    Kind.PAUSED_SCHEDULE: "Schedule rests",
}
#: How an alert ended, where "mended" would say more than is known.
_ENDS = {
    Kind.OUT_OF_BAND: "That state has ended. If data was replaced meanwhile, it stays replaced.",
    Kind.LEAVING: "Nothing of it is about to leave any more.",
    Kind.CREDENTIAL: "Aura accepts the credential.",
}
#: At most so many people are mentioned one by one.
MOST_CALLED = 5


def title(alert: Alert) -> str:
    """Return the alert's title: what kind, and about what; plain text."""
    name = flat(alert.condition.name, 60)
    return f"{_TITLES[alert.condition.kind]}{f': {name}' if name else ''}"


def called(alert: Alert, environment: Environment | None) -> str:
    """Return mentions of those who see to it; empty where nobody is to be disturbed."""
    if alert.assigned_to is not None:
        return user(alert.assigned_to.user_id)
    if environment is None or alert.condition.severity is Severity.NOTICE:
        return ""
    group = environment.operators
    people = [user(user_id) for user_id in group.users[:MOST_CALLED]]
    return " ".join([*(f"<!subteam^{group_id}>" for group_id in group.groups), *people])


def head(alert: Alert, *, alert_id: str, call: str) -> Message:
    """Show what is wrong, since when, what it means and what to do; ``call`` are mentions."""
    condition = alert.condition
    sign = "✅" if not alert.open else _SIGNS[condition.severity]
    over = "" if alert.open else "Over: "
    what = clean(condition.what, 600)
    blocks: list[Block] = [
        header(f"{sign} {over}{title(alert)}"),
        section(f"{_capital(what, condition.name)}."),
    ]
    if alert.open and condition.means:
        blocks.append(section(f"*What it means:* {clean(condition.means, 600)}"))
    if alert.open:
        blocks.append(section(f"*What to do:* {clean(condition.mend, 900)}"))
    blocks.append(fields(_facts(alert, alert_id)))
    if alert.open:
        blocks.append(buttons(alert, alert_id))
        if call:
            blocks.append(context(f"For {call}"))
    word = "Alert" if alert.open else "Over"
    return Message(text=f"{word}: {title(alert)}. {what}.", blocks=tuple(blocks))


def _capital(what: str, name: str) -> str:
    """Begin with a capital, unless it begins with a name."""
    named = bool(name) and what.startswith(clean(name, 60))
    return what if named else f"{what[:1].upper()}{what[1:]}"


def _facts(alert: Alert, alert_id: str) -> list[tuple[str, str]]:
    condition = alert.condition
    facts = [("Severity", condition.severity.name.lower())]
    if condition.environment:
        facts.append(("Environment", clean(condition.environment, 60)))
    if condition.instance_id:
        facts.append(("Instance", f"{clean(condition.name, 60)} {code(condition.instance_id)}"))
    facts.append(("Since", moment(alert.opened_at)))
    if alert.cleared_at is not None:
        facts.append(("Over since", moment(alert.cleared_at)))
    if alert.assigned_to is not None:
        facts.append(("Sees to it", user(alert.assigned_to.user_id)))
    elif alert.acknowledged_by is not None:
        facts.append(("Acknowledged by", user(alert.acknowledged_by.user_id)))
    if alert.open and alert.snoozed_until is not None:
        facts.append(("Silent until", moment(alert.snoozed_until)))
    facts.append(("Reference", code(alert_id)))
    return facts


def buttons(alert: Alert, alert_id: str) -> Block:
    """Return what people can do about an open alert, as a row of buttons."""
    row = []
    if alert.acknowledged_by is None:
        row.append(button("Acknowledge", Action.ALERT_ACKNOWLEDGE, alert_id))
    row += [
        button("Assign to me", Action.ALERT_ASSIGN, alert_id),
        button("Snooze 1 h", f"{Action.ALERT_SNOOZE}:1", f"{alert_id} 1"),
        button("Snooze 8 h", f"{Action.ALERT_SNOOZE}:8", f"{alert_id} 8"),
        button("Until tomorrow", f"{Action.ALERT_SNOOZE}:tomorrow", f"{alert_id} tomorrow"),
    ]
    return actions(f"alert.{alert_id}", *row)


def brief(alert: Alert, *, home: str, now: datetime) -> str:
    """Show an open alert in two lines, for where many stand; ``home`` is its environment."""
    condition = alert.condition
    facts = [
        f"{_SIGNS[condition.severity]} {bold(title(alert))}",
        clean(home, 60),
        f"since {ago(alert.opened_at, now)}",
    ]
    if alert.assigned_to is not None:
        facts.append(f"{user(alert.assigned_to.user_id)} sees to it")
    elif alert.acknowledged_by is not None:
        facts.append(f"acknowledged by {user(alert.acknowledged_by.user_id)}")
    if alert.snoozed_until is not None:
        facts.append(f"silent until {moment(alert.snoozed_until)}")
    if alert.told_at is None:
        facts.append("held back so far")
    return f"{' · '.join(facts)}\n{_capital(clean(condition.what, 300), condition.name)}."


def update(alert: Alert) -> Message:
    """Say in the thread what has changed."""
    what = clean(alert.condition.what, 600)
    return _line(f"↪ Now: {what}.")


def escalation(alert: Alert, *, call: str, now: datetime) -> Message:
    """Say in the thread that it is still open, and call people again."""
    lasted = span(_rounded(now - alert.opened_at))
    what = clean(alert.condition.what, 600)
    return _line(" ".join(part for part in (f"⏰ Open for {lasted}: {what}.", call) if part))


def all_clear(alert: Alert) -> Message:
    """Say in the thread that it is over."""
    end = alert.cleared_at or alert.opened_at
    lasted = span(_rounded(end - alert.opened_at))
    how = _ENDS.get(alert.condition.kind, "This is mended.")
    return _line(f"✅ All clear at {moment(end)}, after {lasted}. {how}")


def _line(text: str) -> Message:
    return Message(text=text, blocks=(section(text),))


def _rounded(length: timedelta) -> timedelta:
    return timedelta(minutes=max(1, round(length.total_seconds() / 60)))


def acknowledged(alert: Alert) -> Message:
    """Answer who pressed Acknowledge."""
    return _line(f"“{title(alert)}” is acknowledged. Nobody is called again, unless it gets worse.")


def assigned(alert: Alert) -> Message:
    """Answer who took it."""
    return _line(f"“{title(alert)}” is yours. Its thread tells you when it is over.")


def snoozed(alert: Alert) -> Message:
    """Answer who silenced it."""
    until = moment(alert.snoozed_until) if alert.snoozed_until else "then"
    return _line(f"“{title(alert)}” is silent until {until}. If it is open then, it calls again.")
