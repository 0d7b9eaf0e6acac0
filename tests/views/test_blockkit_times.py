"""Days and zones in pickers: those that exist pass, and no others."""

import pytest

from bot.views.blockkit import Fault, check_view
from tests.views import blocks_at_size as at


def picked(kind: str, key: str, value: object) -> list[Fault]:
    return check_view(at.modal(at.input_of({"type": kind, "action_id": "a", key: value})))


@pytest.mark.parametrize("day", ["2026-02-28", "2028-02-29", "2026-12-31", "1999-01-01"])
def test_a_day_of_the_calendar_passes(day: str) -> None:
    assert picked("datepicker", "initial_date", day) == []


@pytest.mark.parametrize(
    "day", ["2026-02-29", "2026-02-30", "2026-04-31", "2026-13-01", "2026-00-01", "2026-01-00"]
)
def test_a_day_that_no_calendar_has_is_refused(day: str) -> None:
    assert picked("datepicker", "initial_date", day) == [
        Fault("/blocks/0/element/initial_date", "must be a date that exists")
    ]


@pytest.mark.parametrize("day", ["1.2.", "2026-2-1", "20260201", "2026-W05-7", 20260201])
def test_a_day_in_another_form_is_refused(day: object) -> None:
    assert picked("datepicker", "initial_date", day) == [
        Fault("/blocks/0/element/initial_date", "must be a date as YYYY-MM-DD")
    ]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Argentina/Ushuaia", "UTC"])
def test_a_zone_of_the_iana_database_passes(zone: str) -> None:
    assert picked("timepicker", "timezone", zone) == []


@pytest.mark.parametrize(
    "zone", ["", "CEST", "Europe", "Europe/Bonn", "europe/berlin", "../etc/passwd", "+01:00", 1]
)
def test_any_other_zone_is_refused(zone: object) -> None:
    assert picked("timepicker", "timezone", zone) == [
        Fault("/blocks/0/element/timezone", "must be an IANA time zone")
    ]
