"""Alerts speak on transitions, call again only while they stay open, and clear once."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.alerts import (
    Alert,
    AlertRules,
    Condition,
    Deed,
    Kind,
    QuietHours,
    Severity,
    acknowledge,
    assign,
    snooze,
    tend,
)
from bot.core.base import TeamId, UserId
from bot.core.people import Person

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = AlertRules(escalate_hours=4)
ONCALL = Person(team_id=TeamId("T0000001"), user_id=UserId("U0000001"))


def late(severity: Severity = Severity.WARNING, what: str = "it is overdue") -> Condition:
    return Condition(
        key="clock:in place:a0000001",
        kind=Kind.CLOCK,
        severity=severity,
        what=what,
        mend="Take a snapshot.",
    )


def opened(condition: Condition | None = None) -> Alert:
    alert, deed = tend(None, condition or late(), now=NOON, rules=RULES, room=True)
    assert deed is Deed.OPEN
    assert alert is not None
    return alert


def test_an_alert_opens_once_and_then_keeps_silent() -> None:
    alert = opened()
    for minutes in (1, 60, 200):
        later = NOON + timedelta(minutes=minutes)
        assert tend(alert, late(), now=later, rules=RULES, room=True) == (alert, None)


def test_nothing_wrong_is_nothing_to_say() -> None:
    assert tend(None, None, now=NOON, rules=RULES, room=True) == (None, None)


def test_it_clears_once() -> None:
    cleared, deed = tend(opened(), None, now=NOON + HOUR, rules=RULES, room=True)
    assert deed is Deed.CLEAR
    assert cleared is not None
    assert not cleared.open
    assert tend(cleared, None, now=NOON + 2 * HOUR, rules=RULES, room=True) == (cleared, None)


def test_what_comes_back_after_the_all_clear_is_a_new_alert() -> None:
    cleared, _ = tend(opened(), None, now=NOON + HOUR, rules=RULES, room=True)
    again, deed = tend(cleared, late(), now=NOON + 2 * HOUR, rules=RULES, room=True)
    assert deed is Deed.OPEN
    assert again is not None
    assert again.opened_at == NOON + 2 * HOUR


def test_it_calls_again_while_nobody_has_seen_it() -> None:
    alert = opened()
    called, deed = tend(alert, late(), now=NOON + 4 * HOUR, rules=RULES, room=True)
    assert deed is Deed.ESCALATE
    assert called is not None
    assert called.calls == 2
    assert tend(called, late(), now=NOON + 5 * HOUR, rules=RULES, room=True)[1] is None
    assert tend(called, late(), now=NOON + 8 * HOUR, rules=RULES, room=True)[1] is Deed.ESCALATE


@pytest.mark.parametrize("seen", [acknowledge, assign])
def test_whoever_has_seen_it_is_not_called_again_until_it_gets_worse(seen: object) -> None:
    alert = seen(opened(), ONCALL)  # type: ignore[operator]
    assert tend(alert, late(), now=NOON + 40 * HOUR, rules=RULES, room=True)[1] is None
    worse = late(Severity.CRITICAL, "it is very much overdue")
    called, deed = tend(alert, worse, now=NOON + 41 * HOUR, rules=RULES, room=True)
    assert deed is Deed.ESCALATE
    assert called is not None
    assert called.acknowledged_by is None


def test_a_snooze_ends() -> None:
    alert = snooze(opened(), until=NOON + 6 * HOUR)
    assert tend(alert, late(), now=NOON + 5 * HOUR, rules=RULES, room=True)[1] is None
    called, deed = tend(alert, late(), now=NOON + 6 * HOUR, rules=RULES, room=True)
    assert deed is Deed.ESCALATE
    assert called is not None
    assert called.snoozed_until is None


def test_a_change_is_told_in_the_thread_without_calling_anybody() -> None:
    changed, deed = tend(
        opened(), late(what="it is overdue by 2 h"), now=NOON + HOUR, rules=RULES, room=True
    )
    assert deed is Deed.UPDATE
    assert changed is not None
    assert changed.calls == 1


def test_without_escalation_nobody_is_called_twice() -> None:
    never = AlertRules(escalate_hours=0)
    assert tend(opened(), late(), now=NOON + 900 * HOUR, rules=never, room=True)[1] is None


def test_beyond_the_budget_it_is_held_back_and_told_when_there_is_room() -> None:
    held, deed = tend(None, late(), now=NOON, rules=RULES, room=False)
    assert deed is None
    assert held is not None
    assert held.told_at is None
    told, deed = tend(held, late(), now=NOON + HOUR, rules=RULES, room=True)
    assert deed is Deed.OPEN
    assert told is not None
    assert told.opened_at == NOON


def test_what_was_never_told_is_not_called_over() -> None:
    held, _ = tend(None, late(), now=NOON, rules=RULES, room=False)
    assert tend(held, None, now=NOON + HOUR, rules=RULES, room=True)[1] is None


NIGHT = AlertRules(quiet=QuietHours(start=time(22), end=time(6), zone="Europe/Berlin"))


@pytest.mark.parametrize(
    ("utc_hour", "severity", "deed"),
    [
        (23, Severity.WARNING, None),
        (4, Severity.NOTICE, None),
        (5, Severity.WARNING, Deed.OPEN),  # 06:00 in Berlin
        (20, Severity.WARNING, Deed.OPEN),  # 21:00 in Berlin
        (23, Severity.CRITICAL, Deed.OPEN),
    ],
)
def test_the_lesser_ones_wait_for_the_morning(
    utc_hour: int, severity: Severity, deed: Deed | None
) -> None:
    now = NOON.replace(hour=utc_hour)
    assert tend(None, late(severity), now=now, rules=NIGHT, room=True)[1] is deed


def test_nobody_is_called_again_at_night() -> None:
    alert = opened()
    night = NOON.replace(hour=23)
    assert tend(alert, late(), now=night, rules=NIGHT, room=True)[1] is None


def test_quiet_hours_may_lie_within_a_day() -> None:
    siesta = QuietHours(start=time(13), end=time(15))
    assert siesta.cover(NOON.replace(hour=14))
    assert not siesta.cover(NOON)
    assert not siesta.cover(NOON.replace(hour=15))


@given(
    st.lists(st.tuples(st.sampled_from([None, *Severity]), st.booleans(), st.integers(1, 600))),
    st.sampled_from([RULES, NIGHT, AlertRules(escalate_hours=0)]),
)
def test_opens_and_clears_alternate_whatever_is_found(
    looks: list[tuple[Severity | None, bool, int]], rules: AlertRules
) -> None:
    alert: Alert | None = None
    now, deeds = NOON, []
    for severity, room, minutes in looks:
        now += timedelta(minutes=minutes)
        found = None if severity is None else late(severity)
        alert, deed = tend(alert, found, now=now, rules=rules, room=room)
        assert (alert is not None and alert.open) is (found is not None)
        deeds.append(deed)
    edges = [d for d in deeds if d in (Deed.OPEN, Deed.CLEAR)]
    assert edges[::2] == [Deed.OPEN] * len(edges[::2])
    assert edges[1::2] == [Deed.CLEAR] * len(edges[1::2])
