from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.base import InstanceId
from bot.core.vault import Export, Keep, Kind, expiring, foreseen, reach, reasons
from tests.core.vault.samples import NOW, export

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOTHING = Keep(hourly=0, daily=0, weekly=0, monthly=0, yearly=0, copies=1)


def days(count: int, *, held: bool = False) -> list[Export]:
    return [export(taken=NOW - n * DAY, held=held) for n in range(3, count + 3)]


def went(exports: list[Export], keep: Keep, now: datetime = NOW) -> list[int]:
    """The ages, in days, of those that may go."""
    gone = expiring(exports, {"production": keep}, now)
    return [(NOW - e.manifest.taken_at).days for e in gone]


def test_the_newest_of_each_day_stays_and_the_others_go_oldest_first() -> None:
    twice = [*days(5), *(export(taken=NOW - n * DAY - HOUR, snapshot="s2") for n in range(3, 8))]
    gone = expiring(twice, {"production": Keep(daily=3, weekly=0, monthly=0, copies=1)}, NOW)
    assert [e.manifest.snapshot_id for e in gone if e.manifest.taken_at > NOW - 6 * DAY] == [
        "s2",
        "s2",
        "s2",
    ]
    assert [e.name for e in gone] == sorted(e.name for e in gone)
    assert len(gone) == 7


@pytest.mark.parametrize(
    ("keep", "stay"),
    [
        ({"hourly": 3}, [72, 73, 74]),
        ({"daily": 2}, [72, 85]),
        ({"weekly": 2}, [72, 157]),
        ({"monthly": 2}, [72, 517]),
        ({"yearly": 2}, [72, 7813]),
    ],
)
def test_each_length_of_period_keeps_its_newest(keep: dict[str, int], stay: list[int]) -> None:
    hours = [*range(72, 24 * 30), *range(24 * 30, 24 * 700, 13)]
    exports = [export(taken=NOW - n * HOUR) for n in hours]
    rules = {"production": NOTHING.model_copy(update=keep)}
    gone = {e.name for e in expiring(exports, rules, NOW)}
    left = [n for n, e in zip(hours, exports, strict=True) if e.name not in gone]
    assert left[: len(stay) - 1] == stay[:-1]
    assert len(left) == len(stay)


def test_the_mere_passing_of_time_takes_nothing_away() -> None:
    exports = days(7)
    assert went(exports, Keep(daily=7)) == []
    assert went(exports, Keep(daily=7), NOW + 3650 * DAY) == []


def test_the_last_verified_copies_stay_whatever_the_rules_say() -> None:
    assert went(days(4), NOTHING.model_copy(update={"copies": 3})) == [6]


def test_a_damaged_or_missing_copy_is_no_copy_and_is_left_to_a_person() -> None:
    broken = export(taken=NOW - 3 * DAY, sound=False)
    missing = export(taken=NOW - 4 * DAY, present=False)
    sound = [export(taken=NOW - n * DAY) for n in (5, 6, 7)]
    assert went([broken, missing, *sound], NOTHING) == [7, 6]


def test_a_held_export_stays() -> None:
    assert went(days(6, held=True), NOTHING) == []


def test_what_came_into_the_vault_a_moment_ago_stays_though_its_data_is_old() -> None:
    old = [export(taken=NOW - n * 100 * DAY, stored=NOW - n * HOUR) for n in range(1, 5)]
    assert went(old, NOTHING) == []
    assert len(went(old, NOTHING, NOW + DAY)) == 3


def test_nothing_goes_where_no_rules_are() -> None:
    assert expiring(days(9), {"staging": NOTHING}, NOW) == ()


def test_instances_and_kinds_do_not_crowd_each_other_out() -> None:
    others = [
        export(taken=NOW - 9 * DAY, instance_id=InstanceId("0d5e7a12")),
        export(taken=NOW - 9 * DAY, kind=Kind.ARCHIVE),
        export(taken=NOW - 9 * DAY, environment="staging"),
    ]
    rules = {"production": NOTHING, "staging": NOTHING}
    gone = expiring([*days(3), *others], rules, NOW)
    assert {e.name for e in gone}.isdisjoint(e.name for e in others)
    assert len(gone) == 2


def test_each_reason_to_stay_is_named() -> None:
    held, plain = export(taken=NOW, held=True), export(taken=NOW - 30 * DAY)
    why = reasons([held, plain], {"production": NOTHING}, NOW)
    assert why[held.name][1] == ("held", "new", "copies")
    assert why[plain.name][1] == ()


exports = st.lists(
    st.builds(
        export,
        taken=st.integers(0, 20_000).map(lambda hours: NOW - hours * HOUR),
        stored=st.integers(-50, 5_000).map(lambda hours: NOW - hours * HOUR),
        environment=st.sampled_from(["production", "staging", "elsewhere"]),
        instance_id=st.sampled_from([InstanceId("0d5e7a11"), InstanceId("0d5e7a12")]),
        kind=st.sampled_from([Kind.BACKUP, Kind.ARCHIVE]),
        held=st.booleans(),
        sound=st.booleans(),
        present=st.booleans(),
        snapshot=st.uuids().map(str),
    ),
    max_size=40,
    unique_by=lambda e: e.name,
)
small = st.integers(0, 4)
keeps = st.builds(
    Keep,
    hourly=small,
    daily=small,
    weekly=small,
    monthly=small,
    yearly=small,
    copies=st.integers(1, 4),
    days=st.integers(1, 30),
)
rules = st.fixed_dictionaries({"production": keeps, "staging": keeps})


@settings(deadline=None)
@given(exports, rules)
def test_what_must_stay_stays_and_enough_copies_do(
    held: list[Export], keep: dict[str, Keep]
) -> None:
    gone = {e.name: e for e in expiring(held, keep, NOW)}
    for e in gone.values():
        rule = keep[e.manifest.environment]
        assert e.hold is None
        assert e.sound
        assert NOW - e.manifest.stored_at >= timedelta(days=rule.days)
    groups: dict[tuple[str, str, str], list[Export]] = {}
    for e in held:
        if e.sound:
            m = e.manifest
            groups.setdefault((m.environment, m.instance_id, m.kind), []).append(e)
    for (environment, _, _), sound in groups.items():
        left = [e for e in sound if e.name not in gone]
        least = keep[environment].copies if environment in keep else len(sound)
        assert len(left) >= min(least, len(sound))
        newest = max(sound, key=lambda e: (e.manifest.taken_at, e.manifest.stored_at, e.name))
        assert newest.name not in gone


@settings(deadline=None)
@given(exports, rules)
def test_a_second_pass_finds_nothing_more(held: list[Export], keep: dict[str, Keep]) -> None:
    gone = {e.name for e in expiring(held, keep, NOW)}
    assert expiring([e for e in held if e.name not in gone], keep, NOW) == ()


@settings(deadline=None)
@given(
    exports, rules, st.sampled_from(["hourly", "daily", "weekly", "monthly", "yearly", "copies"])
)
def test_a_more_generous_rule_never_takes_more(
    held: list[Export], keep: dict[str, Keep], word: str
) -> None:
    more = {name: k.model_copy(update={word: getattr(k, word) + 1}) for name, k in keep.items()}
    before = {e.name for e in expiring(held, keep, NOW)}
    assert {e.name for e in expiring(held, more, NOW)} <= before


def archive(taken: datetime, *, held: bool = False) -> Export:
    return export(taken=taken, kind=Kind.ARCHIVE, held=held)


def ends(
    exports: list[Export], keep: Keep, *coming: datetime, within: timedelta = 2 * DAY
) -> dict[int, timedelta]:
    """When each goes, counted from now, by its age in days."""
    m = exports[0].manifest
    slots = {(m.environment, m.instance_id): coming}
    found = foreseen(exports, {m.environment: keep}, slots, now=NOW, within=within)
    by_name = {e.name: (NOW - e.manifest.taken_at).days for e in exports}
    return {by_name[name]: at - NOW for name, at in found.items()}


THREE = NOTHING.model_copy(update={"daily": 3})


def test_an_export_goes_when_a_schedule_brings_the_one_that_takes_its_place() -> None:
    held = [archive(NOW - n * DAY) for n in (1, 2, 3)]
    assert ends(held, THREE) == {}
    assert ends(held, THREE, NOW + HOUR) == {3: HOUR}
    assert ends(held, THREE, NOW + HOUR, NOW + 25 * HOUR) == {3: HOUR, 2: 25 * HOUR}
    assert ends(held, THREE, NOW + 60 * HOUR) == {}


def test_what_schedules_bring_takes_no_place_of_another_sort() -> None:
    backups = [export(taken=NOW - n * DAY, kind=Kind.BACKUP) for n in (1, 2, 3)]
    assert ends(backups, THREE, NOW + HOUR) == {}


def test_an_export_goes_when_it_is_new_no_more() -> None:
    twice = [archive(NOW - 26 * HOUR), archive(NOW - 25 * HOUR)]
    keep = NOTHING.model_copy(update={"daily": 1, "days": 2})
    found = foreseen(twice, {"production": keep}, {}, now=NOW, within=2 * DAY)
    stored = twice[0].manifest.stored_at
    assert found == {twice[0].name: stored + 2 * DAY}


def test_what_may_go_already_is_told_with_the_moment_since_when() -> None:
    held = [archive(NOW - n * DAY) for n in (3, 4, 5, 6)]
    [(_, since)] = ends(held, THREE).items()
    newest = held[0].manifest.stored_at
    assert NOW + since == newest
    later = foreseen(held, {"production": THREE}, {}, now=NOW + 5 * HOUR, within=DAY)
    assert list(later.values()) == [newest]  # the same at every look


def test_what_is_held_or_without_rules_is_foreseen_to_stay() -> None:
    held = [archive(NOW - n * DAY, held=n == 3) for n in (1, 2, 3)]
    assert ends(held, THREE, NOW + HOUR) == {}
    assert foreseen(held, {}, {}, now=NOW, within=DAY) == {}


@settings(max_examples=60, deadline=None)
@given(
    ages=st.lists(st.integers(1, 60), min_size=1, max_size=12, unique=True),
    coming=st.lists(st.integers(1, 47), max_size=3, unique=True),
    daily=st.integers(0, 4),
    weekly=st.integers(0, 2),
)
def test_what_is_foreseen_is_what_retention_does_then(
    ages: list[int], coming: list[int], daily: int, weekly: int
) -> None:
    keep = NOTHING.model_copy(update={"daily": daily, "weekly": weekly})
    rules, slots = {"production": keep}, [NOW + n * HOUR for n in coming]
    held = [archive(NOW - n * DAY) for n in ages]
    m = held[0].manifest
    found = foreseen(held, rules, {(m.environment, m.instance_id): slots}, now=NOW, within=2 * DAY)
    at = NOW + 2 * DAY
    new = [archive(slot) for slot in slots]
    going = {e.name for e in expiring([*held, *new], rules, at)}
    assert set(found) == going & {e.name for e in held}


@pytest.mark.parametrize(
    ("keep", "every", "days"),
    [
        ({"daily": 7}, DAY, 7),
        ({"daily": 7}, 7 * DAY, 49),
        ({"weekly": 4}, DAY, 22),
        ({"monthly": 12}, 7 * DAY, 337),
        ({"copies": 3}, 7 * DAY, 21),
        ({"days": 9}, HOUR, 9),
    ],
)
def test_the_reach_of_rules_follows_from_how_often_exports_come(
    keep: dict[str, int], every: timedelta, days: int
) -> None:
    assert reach(NOTHING.model_copy(update=keep), every) == timedelta(days=days)
