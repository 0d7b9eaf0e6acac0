"""From what was seen to what is wrong: each condition, its words, and when it is silent."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core import conditions, housekeeping
from bot.core.alerts import Deed, Severity
from bot.core.base import InstanceId, OperationId, ProjectId
from bot.core.conditions import BLIND, Findings
from bot.core.deeds import owe
from bot.core.housekeeping import AURA_AWAY, AURA_AWAY_LONG, Bearings, Outcome
from bot.core.instances import InstanceSummary
from bot.core.retention import Difference, Sort
from bot.core.schedules import Work
from bot.core.sightings import Look, Sighting
from bot.core.tiers import facts

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def sight(**changes: object) -> Sighting:
    summary = InstanceSummary(id=InstanceId("a0000001"), name="orders", project_id=ProjectId("p"))
    known = Sighting(instance=summary, environment="production", status="running")
    return known.model_copy(update=changes)


def only(found: Findings) -> str:
    [condition] = found.wrong
    assert condition.mend
    assert condition.means
    assert not condition.what.endswith(".")
    return condition.what


@pytest.mark.parametrize("status", ["running", "updating", "creating", "resuming", "who knows"])
def test_a_state_of_everyday_is_nothing_wrong(status: str) -> None:
    assert conditions.states(sight(status=status), ours=False) == Findings()


def test_a_state_that_we_asked_for_is_nothing_wrong() -> None:
    restoring = sight(status="restoring", status_since=NOON)
    assert conditions.states(restoring, ours=True) == Findings()
    assert "no operation of mine" in only(conditions.states(restoring, ours=False))


def test_a_paused_instance_that_aura_will_delete_is_told_with_the_last_moment() -> None:
    paused = sight(status="paused", status_since=NOON)
    free, paid = (
        conditions.states(paused, facts(tier), ours=False).wrong[0]
        for tier in ("free-db", "professional-db")
    )
    assert "Aura deletes it by 2026-12-22 12:00 UTC if it stays so" in free.means
    assert free.mend == "Resume it in the Aura console before then."
    assert "deletes" not in paid.means


def test_one_instance_out_of_sight_is_told_after_an_hour() -> None:
    blind = sight().troubled("no permission", Look.STATE, at=NOON)
    assert conditions.blind(blind, now=NOON + BLIND - HOUR / 60) == Findings()
    assert "no permission" in only(conditions.blind(blind, now=NOON + BLIND))


def test_aura_away_is_told_after_a_while_and_grows_grave() -> None:
    away = Bearings(aura_away_since=NOON, aura_why="no answer")
    assert housekeeping.aura(away, now=NOON + AURA_AWAY / 2) == Findings()
    told = housekeeping.aura(away, now=NOON + AURA_AWAY)
    assert [c.severity for c in told.wrong] == [Severity.WARNING]
    assert [c.severity for c in housekeeping.aura(away, now=NOON + AURA_AWAY_LONG).wrong] == [
        Severity.CRITICAL
    ]


def test_credentials_age_only_against_a_limit() -> None:
    made = {"default": date(2026, 1, 1)}
    assert housekeeping.old_credentials(made, None, now=NOON) == Findings()
    assert housekeeping.old_credentials(made, 400, now=NOON) == Findings()
    assert "“default” is from 2026-01-01" in only(housekeeping.old_credentials(made, 90, now=NOON))


def test_an_unread_list_of_approvers_is_neither_wrong_nor_mended() -> None:
    found = housekeeping.approvers(Bearings(unread=frozenset({"production"})))
    assert found == Findings(unknown=frozenset({"quorum:production"}))


def test_work_that_went_well_is_nothing_wrong() -> None:
    outcome = Outcome(
        schedule="sch-1",
        work=Work.EXPORT,
        environment="production",
        instance_id=InstanceId("a0000001"),
        name="orders",
        at=NOON,
        operation_id=OperationId("exp-1"),
    )
    assert housekeeping.work([outcome]) == Findings()
    failed = outcome.model_copy(update={"failed": True, "why": "no room"})
    assert "the scheduled export of orders failed" in only(housekeeping.work([failed]))


@pytest.mark.parametrize(("most", "word"), [(3 * DAY, "for less"), (None, "for more")])
def test_a_difference_of_retention_is_told_in_words_that_stay_the_same(
    most: timedelta | None, word: str
) -> None:
    one, two = (
        Difference(tier="free-db", sort=Sort.SCHEDULED, said=7 * DAY, least=days * DAY, most=most)
        for days in (1, 2)
    )
    assert housekeeping.retention([one]) == housekeeping.retention([two])
    assert word in only(housekeeping.retention([one]))


@pytest.mark.parametrize(
    ("owed", "deed", "left"),
    [
        ((), None, ()),
        ((), Deed.OPEN, (Deed.OPEN,)),
        ((Deed.OPEN,), Deed.UPDATE, (Deed.OPEN,)),
        ((), Deed.UPDATE, (Deed.UPDATE,)),
        ((Deed.UPDATE,), Deed.UPDATE, (Deed.UPDATE,)),
        ((Deed.UPDATE,), Deed.ESCALATE, (Deed.ESCALATE,)),
        ((Deed.OPEN,), Deed.ESCALATE, (Deed.OPEN,)),
        ((Deed.ESCALATE,), Deed.CLEAR, (Deed.CLEAR,)),
        ((Deed.OPEN,), Deed.CLEAR, (Deed.OPEN, Deed.CLEAR)),
    ],
)
def test_what_is_owed_is_as_few_messages_as_tell_it(
    owed: tuple[Deed, ...], deed: Deed | None, left: tuple[Deed, ...]
) -> None:
    assert owe(owed, deed) == left
