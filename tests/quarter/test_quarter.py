"""A quarter of 200 instances: every slot once, every fault told and cleared once, true numbers.

What is expected is reckoned from a calendar written by hand and from the list of faults; what
happened, from the logs of the two doubles and the folder of the vault.
"""

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile

import pytest

from bot.core.schedules import Timing
from tests.quarter import expected
from tests.quarter.almanac import CLOSING, OPENING, instant
from tests.quarter.expected import Run
from tests.quarter.faults import DEPLOYS, DOWN, KILLS, LOST, UP
from tests.quarter.fleet import (
    DEVELOPMENT,
    ENVIRONMENTS,
    MORNING,
    PER_HOUR,
    Environment,
)
from tests.quarter.lived import Lived
from tests.quarter.witness import Made, Taken

pytestmark = [pytest.mark.quarter, pytest.mark.timeout(1800)]

by_environment = pytest.mark.parametrize("of", ENVIRONMENTS, ids=lambda of: of.name)


def test_the_calendar_by_hand_knows_what_the_clocks_do() -> None:
    sydney, berlin = ("Australia/Sydney", "Europe/Berlin")
    left_out, twice = date(2026, 10, 4), date(2026, 10, 25)
    at = time(2, 30)
    assert instant(sydney, left_out, at) == datetime(2026, 10, 3, 16, tzinfo=UTC)
    assert instant(berlin, twice, at) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    for of in ENVIRONMENTS:
        for rhythm in [*of.work.values(), MORNING]:
            read = Timing(cron=rhythm.cron, zone=rhythm.zone).slots(OPENING)
            assert list(rhythm.slots()) == list(takewhile(lambda slot: slot <= CLOSING, read))


@by_environment
def test_every_slot_began_exactly_once(lived: Lived, of: Environment) -> None:
    begun: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for op in lived.operations:
        if op.environment == of.name and op.origin.schedule in of.work:
            begun[op.origin.schedule, op.instance_id].append(op.created_at)
    wanted: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in expected.runs(of):
        wanted[run.schedule, run.instance].append(run)
    assert {key: len(times) for key, times in begun.items()} == {
        key: len(runs) for key, runs in wanted.items()
    }
    for key, runs in wanted.items():
        for run, at in zip(sorted(runs, key=lambda r: r.slot), sorted(begun[key]), strict=True):
            assert run.slot <= at <= run.latest, (run, at)


@by_environment
def test_every_slot_reached_aura_exactly_once(lived: Lived, of: Environment) -> None:
    takes, makes = _by_instance(lived.witness.taken), _by_source(lived.witness.made)
    runs: dict[str, list[Run]] = defaultdict(list)
    for run in expected.runs(of):
        runs[run.instance].append(run)
    for number, instance in enumerate(of.ids):
        deploys = [at for at, which in DEPLOYS.items() if of is DEVELOPMENT and which == number]
        taking = sorted(
            [*deploys, *(r.slot for r in runs[instance] if r.work in ("snapshot", "export"))]
        )
        making = sorted(r.slot for r in runs[instance] if r.work in ("drill", "export"))
        _matches(instance, taking, [take.at for take in takes[instance]])
        _matches(instance, making, [made.at for made in makes[instance]])
    assert Counter(lived.witness.deleted) == Counter(made.instance for made in lived.witness.made)
    assert lived.witness.others == []


def _matches(instance: str, slots: list[datetime], calls: list[datetime]) -> None:
    """One call for each slot: after it, and before the next."""
    assert len(calls) == len(slots), (instance, slots, calls)
    for slot, at, then in zip(slots, sorted(calls), [*slots[1:], CLOSING], strict=False):
        assert slot <= at <= then, (instance, slot, at)


def test_what_was_missed_without_a_bot_was_counted_and_said_once(lived: Lived) -> None:
    assert [number for _, number in lived.board.missed] == list(expected.missed().values())
    assert all(UP <= at <= UP + expected.PROMPT for at, _ in lived.board.missed)


def test_replicas_ended_in_the_middle_of_it(lived: Lived) -> None:
    assert lived.killed == len(KILLS)


def test_every_fault_was_told_once_and_cleared_once(lived: Lived) -> None:
    alerts = sorted(lived.board.alerts, key=lambda told: (told.title, told.at))
    wanted = expected.told()
    assert [told.title for told in alerts] == [title for title, _ in wanted]
    for told, (_, fault) in zip(alerts, wanted, strict=True):
        assert told.over, told
        [cleared] = told.cleared
        assert fault.begins <= told.at < cleared, told
        assert fault.ends <= cleared <= fault.over, told
    assert lived.board.others == ()


def test_no_channel_heard_more_new_alerts_in_an_hour_than_its_budget(lived: Lived) -> None:
    fullest = 0
    for times in lived.board.heads.values():
        for first in times:
            hour = [at for at in times if first <= at < first + timedelta(hours=1)]
            fullest = max(fullest, len(hour))
    assert fullest == PER_HOUR  # the budget was met, and never passed


@by_environment
def test_every_morning_was_told_once(lived: Lived, of: Environment) -> None:
    mornings = [slot for slot in MORNING.slots() if not DOWN < slot <= UP]
    missed = list(MORNING.slots(DOWN, UP))
    wanted, told = sorted([*mornings, *missed[-1:]]), sorted(lived.board.digests[of.channel])
    assert len(told) == len(wanted)
    for slot, at in zip(wanted, told, strict=True):
        assert slot <= at < slot + timedelta(days=1)


@by_environment
def test_the_report_counts_what_aura_and_the_vault_count(lived: Lived, of: Environment) -> None:
    report = lived.reports[of.name]
    takes, makes = _by_instance(lived.witness.taken), _by_source(lived.witness.made)
    stored = _stored(lived, of)
    assert report.chain.broken_at is None
    assert {line.id for line in report.instances} == {*of.ids} - {LOST}
    for line in report.instances:
        exported = {made.snapshot for made in makes[line.id]}
        plain = [take for take in takes[line.id] if take.snapshot not in exported]
        failed = [take for take in plain if take.snapshot in lived.witness.spoilt]
        assert (line.taken, line.failed) == (len(plain) - len(failed), len(failed)), line
        sizes = stored[line.id]
        assert (line.copies, line.copied_bytes) == (len(sizes), sum(sizes)), line
        assert line.encrypted_copies == 0
    _drills(lived, of)


def _drills(lived: Lived, of: Environment) -> None:
    """A drill is an instance made of a snapshot that was not taken for it."""
    taken = {take.snapshot for take in lived.witness.taken}
    drills = [
        made for made in lived.witness.made if made.source in of.ids and made.snapshot not in taken
    ]
    report = lived.reports[of.name]
    assert Counter(line.instance_id for line in report.drills) == Counter(m.source for m in drills)
    failed = Counter(m.source for m in drills if m.instance in lived.witness.spoilt)
    outcomes = Counter(
        line.instance_id for line in report.drills if not line.outcome.startswith("proven")
    )
    assert outcomes == failed
    assert report.restores == ()


def _by_instance(taken: list[Taken]) -> dict[str, list[Taken]]:
    found: dict[str, list[Taken]] = defaultdict(list)
    for take in taken:
        found[take.instance].append(take)
    return found


def _by_source(made: list[Made]) -> dict[str, list[Made]]:
    found: dict[str, list[Made]] = defaultdict(list)
    for each in made:
        found[each.source].append(each)
    return found


def _stored(lived: Lived, of: Environment) -> dict[str, list[int]]:
    """The sizes of the files in the vault, by instance, as the folder has them."""
    found: dict[str, list[int]] = defaultdict(list)
    for manifest in (lived.vault / of.name).glob("*/*.manifest.json"):
        file = manifest.with_name(manifest.name.removesuffix(".manifest.json"))
        said = json.loads(manifest.read_text(encoding="utf-8"))
        found[said["instance_id"]].append(file.stat().st_size)
    return found
