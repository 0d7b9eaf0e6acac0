"""What an environment wants of its backups."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from bot.core.protection import PRESETS, Freeze, Protection
from bot.core.schedules import Work


def test_the_presets_ask_for_what_their_names_say() -> None:
    asked = {name: {work for work, _ in wanted.timings()} for name, wanted in PRESETS.items()}
    assert asked == {
        "development": {Work.SNAPSHOT},
        "staging": {Work.SNAPSHOT, Work.EXPORT},
        "production": {Work.SNAPSHOT, Work.EXPORT, Work.DRILL},
    }


WINTER = Freeze(
    name="year end",
    start=datetime(2026, 12, 20),  # noqa: DTZ001 - local to its zone
    end=datetime(2027, 1, 4),  # noqa: DTZ001
    zone="Europe/Berlin",
)


def test_a_freeze_begins_and_ends_in_its_own_zone() -> None:
    wanted = Protection(freezes=(WINTER,))
    assert wanted.frozen(datetime(2026, 12, 19, 22, 59, tzinfo=UTC)) is None
    assert wanted.frozen(datetime(2026, 12, 19, 23, tzinfo=UTC)) is WINTER
    assert wanted.frozen(datetime(2027, 1, 3, 22, 59, tzinfo=UTC)) is WINTER
    assert wanted.frozen(datetime(2027, 1, 3, 23, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("2027-01-04T00:00", "2026-12-20T00:00", "ends before it begins"),
        ("2026-12-20T00:00Z", "2027-01-04T00:00Z", "leave the offset out"),
    ],
)
def test_a_freeze_that_means_nothing_is_refused(start: str, end: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Freeze.model_validate({"name": "x", "start": start, "end": end})
