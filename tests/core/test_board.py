"""The Home board: who needs somebody, what comes next, and where a page begins."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.base import InstanceId
from bot.core.board import (
    ALL,
    ATTENTION,
    PAGE,
    Place,
    Row,
    Run,
    coming,
    key,
    turn,
    watched,
)
from bot.core.clocks import Clock, Reading
from bot.core.drills import Outcome
from bot.core.instances import Instance
from bot.core.schedules import After, Schedule, Timing, Work
from bot.core.sightings import Sighting
from tests.core.samples import NOW, instance
from tests.views.drill_views import last

DAY = timedelta(days=1)


def row(number: int = 0, environment: str | None = "production", **changes: Any) -> Row:
    of = instance(id=InstanceId(f"{number:08x}"), name=f"orders-{number:03d}")
    return Row(**{"instance": of, "environment": environment, **changes})


def clock(age: timedelta | None) -> Reading:
    since = None if age is None else NOW - age
    return Reading(clock=Clock.IN_PLACE, at=NOW, since=since, target=DAY)


@pytest.mark.parametrize(
    ("changes", "needs"),
    [
        ({}, False),
        ({"clocks": (clock(DAY / 2),)}, False),
        ({"clocks": (clock(DAY * 0.9),)}, False),  # due is the daily round of a daily snapshot
        ({"clocks": (clock(DAY * 2),)}, True),
        ({"clocks": (clock(None),)}, True),
        ({"alerts": 1}, True),
        ({"trouble": "Aura did not answer"}, True),
        ({"drill": last("x", Outcome.PROVEN)}, False),
        ({"drill": last("x", Outcome.COULD_NOT_RUN)}, True),
        ({"last": Run(work=Work.EXPORT, at=NOW)}, False),
        ({"last": Run(work=Work.EXPORT, at=NOW, failed=True)}, True),
        ({"instance": instance(status="paused")}, False),
        ({"instance": instance(status="loading failed")}, True),
        ({"instance": instance(status="destroying")}, True),
    ],
)
def test_an_instance_needs_somebody_when_something_is_wrong(
    changes: dict[str, Any], needs: bool
) -> None:
    assert row(**changes).needs_somebody is needs


def test_every_instance_is_on_one_page_and_in_order() -> None:
    rows = [row(n, f"env-{n % 3}" if n % 4 else None) for n in reversed(range(65))]
    pages = [turn(rows, Place(page=n)) for n in range(4)]
    shown = [r for page in pages for r in page.rows]
    assert {page.pages for page in pages} == {4}
    assert [len(page.rows) for page in pages] == [PAGE, PAGE, PAGE, 5]
    assert {r.instance.id for r in shown} == {r.instance.id for r in rows}
    assert [r.environment or "~" for r in shown] == sorted(r.environment or "~" for r in rows)


def test_a_part_holds_its_environment_or_what_needs_somebody() -> None:
    rows = [row(n, "staging" if n % 2 else "production", alerts=int(n == 3)) for n in range(6)]
    parts = {part.key: part.instances for part in turn(rows, Place()).parts}
    assert parts == {ALL: 6, ATTENTION: 1, key("production"): 3, key("staging"): 3}
    for part, count in parts.items():
        page = turn(rows, Place(part=part))
        assert (page.place.part, len(page.rows), page.instances) == (part, count, count)


def test_a_place_that_is_no_more_means_the_beginning_of_all() -> None:
    rows = [row(n) for n in range(45)]
    assert turn(rows, Place(part="gone", page=2)).place == Place()
    assert turn(rows, Place(page=7)).place == Place(page=2)
    assert turn([], Place(page=7)).place == Place()


@pytest.mark.parametrize("place", [Place(), Place(part=ATTENTION, page=3), Place(part=key("x"))])
def test_a_place_is_read_as_it_was_written(place: Place) -> None:
    assert Place.read(place.words) == place


@pytest.mark.parametrize("text", ["", " ", "all", "all -1", "all x", f"all {'9' * 5000}"])
def test_what_is_no_place_means_the_beginning(text: str) -> None:
    assert Place.read(text) == Place()


def schedule(work: Work, cron: str, **changes: Any) -> Schedule:
    return Schedule(
        id=f"{work}-{cron}",
        **{"environment": "production", "work": work, "timing": Timing(cron=cron), **changes},
    )


def test_the_next_run_is_the_first_of_those_that_concern_the_instance() -> None:
    schedules = [
        schedule(Work.DRILL, "0 0 1 * *"),
        schedule(Work.SNAPSHOT, "0 0 1 1 *"),
        schedule(Work.EXPORT, "0 * * * *", environment="staging"),
        schedule(Work.EXPORT, "0 * * * *", instance_id=InstanceId("ffffffff")),
        schedule(Work.SNAPSHOT, "0 0 * * *", timing=Timing(after=After.DEPLOY)),
    ]
    found = coming(schedules, row(), {}, now=NOW)
    assert found is not None
    assert found.work is Work.DRILL
    assert found.at > NOW
    assert coming([], row(), {}, now=NOW) is None


def test_a_slot_that_has_not_begun_yet_is_still_the_next() -> None:
    hourly = schedule(Work.EXPORT, "0 * * * *")
    found = coming([hourly], row(), {hourly.id: NOW - timedelta(hours=3)}, now=NOW)
    assert found is not None
    assert found.at < NOW


def test_what_was_never_looked_at_is_not_called_watched() -> None:
    of = Sighting(instance=instance(), environment="production")
    assert not watched(of, ()).watched
    looked = of.with_state(instance(status="paused", tier="professional-db"), at=NOW)
    seen = watched(looked, (clock(DAY),))
    assert seen.watched
    assert isinstance(seen.instance, Instance)
    assert (seen.instance.status, seen.instance.tier_name) == ("paused", "AuraDB Professional")
    assert not seen.old(NOW + timedelta(minutes=59))
    assert seen.old(NOW + timedelta(hours=2))
