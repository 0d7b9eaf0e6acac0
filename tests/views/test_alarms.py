"""What an alert of the watch says, as people read it."""

from datetime import UTC, datetime, timedelta

from inline_snapshot import snapshot

from bot.core.alerts import Alert, acknowledge, assign, snooze
from bot.core.base import GroupId, InstanceId, ProjectId, TeamId, UserId
from bot.core.conditions import clocks
from bot.core.environments import Environment
from bot.core.instances import Instance, InstanceSummary
from bot.core.people import Group, Person
from bot.core.protection import Protection
from bot.core.sightings import Sighting
from bot.core.snapshots import Snapshot
from bot.core.tiers import facts
from bot.views import alarms
from tests.views.reading import read

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ONCALL = Person(team_id=TeamId("T0000001"), user_id=UserId("U0000001"))


def overdue() -> Alert:
    found = Instance(
        id=InstanceId("0d5e7a11"),
        name="orders-prod",
        project_id=ProjectId("p"),
        status="running",
        tier="business-critical",
    )
    summary = InstanceSummary(id=found.id, name=found.name, project_id=found.project_id)
    seen = Sighting(instance=summary, environment="production").with_state(found, at=NOON)
    old = Snapshot.model_validate(
        {
            "id": "s1",
            "instance_id": found.id,
            "status": "Completed",
            "profile": "Scheduled",
            "taken_at": NOON - timedelta(hours=27),
        }
    )
    seen = seen.with_snapshots([old], at=NOON)
    wanted, tier = Protection(in_place_hours=26), facts(found.tier)
    [condition] = clocks(seen, seen.clocks(wanted, tier, now=NOON, vault_at=NOON)).wrong
    return Alert(condition=condition, opened_at=NOON)


def test_an_alert_says_what_since_when_what_it_means_and_what_to_do() -> None:
    assert read(alarms.head(overdue(), alert_id="alt-1", call="<@U0000001>")) == snapshot("""\
# 🟠 Backup overdue: orders-prod
The newest restorable snapshot of orders-prod is from 2026-11-21 09:00 UTC, and should be at
    most 26 h old.
*What it means:* Whatever has changed since then would be lost in a restore.
*What to do:* Take one now: `/aura snapshot take 0d5e7a11`.
Severity: warning
Environment: production
Instance: orders-prod `0d5e7a11`
Since: 2026-11-22 12:00 UTC
Reference: `alt-1`
[Acknowledge] [Assign to me] [Snooze 1 h] [Snooze 8 h] [Until tomorrow]
(For <@U0000001>)\
""")


def test_an_alert_that_is_taken_and_silent_says_so() -> None:
    alert = snooze(assign(overdue(), ONCALL), until=NOON + timedelta(hours=1))
    text = read(alarms.head(alert, alert_id="alt-1", call=""))
    assert "Sees to it" in text
    assert "2026-11-22 13:00 UTC" in text
    assert "Acknowledged by" in read(
        alarms.head(acknowledge(overdue(), ONCALL), alert_id="alt-1", call="")
    )


def test_an_alert_that_is_over_keeps_its_facts_and_loses_its_buttons() -> None:
    over = overdue().model_copy(update={"cleared_at": NOON + timedelta(minutes=95)})
    assert read(alarms.head(over, alert_id="alt-1", call="")) == snapshot("""\
# ✅ Over: Backup overdue: orders-prod
The newest restorable snapshot of orders-prod is from 2026-11-21 09:00 UTC, and should be at
    most 26 h old.
Severity: warning
Environment: production
Instance: orders-prod `0d5e7a11`
Since: 2026-11-22 12:00 UTC
Over since: 2026-11-22 13:35 UTC
Reference: `alt-1`\
""")
    assert read(alarms.all_clear(over)) == snapshot(
        "✅ All clear at 2026-11-22 13:35 UTC, after 1 h 35 min. This is mended."
    )


def test_groups_are_called_and_of_people_only_a_few() -> None:
    people = tuple(UserId(f"U000000{n}") for n in range(9))
    home = Environment.model_validate(
        {
            "name": "production",
            "channel": "C1",
            "alert_channel": "C2",
            "operators": Group(users=people, groups=(GroupId("S0000001"),)),
        }
    )
    call = alarms.called(overdue(), home)
    assert call.startswith("<!subteam^S0000001> <@U0000000>")
    assert call.count("<@") == alarms.MOST_CALLED
    assert alarms.called(assign(overdue(), ONCALL), home) == "<@U0000001>"
    assert alarms.called(overdue(), None) == ""
