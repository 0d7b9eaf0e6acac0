from datetime import timedelta
from typing import Any

from inline_snapshot import snapshot

from bot.core.snapshots import Exportable
from bot.views.restore import instance_options, snapshot_options
from tests.views.samples import NOW, instance, taken

HOURLY = [
    taken(
        id=f"snap-{hour:04d}",
        taken_at=NOW - timedelta(hours=hour),
        profile="Scheduled" if hour % 3 else "AdHoc",
        exportable=list(Exportable)[hour % 3],
    )
    for hour in range(500)
]


def picked(answer: dict[str, list[dict[str, Any]]]) -> list[str]:
    lines = []
    for group in answer.get("option_groups", []):
        lines += [f"[{group['label']['text']}]", *(o["text"]["text"] for o in group["options"])]
    return lines


def test_snapshots_are_offered_by_day_newest_first() -> None:
    found = [HOURLY[30], HOURLY[0], HOURLY[5], HOURLY[80]]
    assert picked(snapshot_options(found, typed="", now=NOW)) == snapshot(
        [
            "[Sunday, 2026-11-22 UTC · today]",
            "07:41 UTC · just now · on demand · exportable",
            "02:41 UTC · 5 h ago · scheduled",
            "[Saturday, 2026-11-21 UTC · yesterday]",
            "01:41 UTC · 1 d 6 h ago · on demand · exportable",
            "[Wednesday, 2026-11-18 UTC · 4 days ago]",
            "23:41 UTC · 3 d 8 h ago · scheduled",
        ]
    )


def test_at_most_a_hundred_are_offered_in_all() -> None:
    answer = snapshot_options(HOURLY, typed="", now=NOW)
    offered = [o["value"] for group in answer["option_groups"] for o in group["options"]]
    assert offered == [f"snap-{hour:04d}" for hour in range(100)]


def test_an_old_one_is_found_by_its_date_and_time() -> None:
    answer = snapshot_options(HOURLY, typed="2026-11-05 13:41", now=NOW)
    assert picked(answer) == snapshot(
        [
            "[Thursday, 2026-11-05 UTC · 17 days ago]",
            "13:41 UTC · 16 d 18 h ago · on demand · exportable",
        ]
    )


def test_profile_and_id_are_searched_too() -> None:
    assert picked(snapshot_options(HOURLY[:8], typed="ON demand", now=NOW)) == snapshot(
        [
            "[Sunday, 2026-11-22 UTC · today]",
            "07:41 UTC · just now · on demand · exportable",
            "04:41 UTC · 3 h ago · on demand · exportable",
            "01:41 UTC · 6 h ago · on demand · exportable",
        ]
    )
    assert picked(snapshot_options(HOURLY[:8], typed="snap-0007", now=NOW)) == snapshot(
        ["[Sunday, 2026-11-22 UTC · today]", "00:41 UTC · 7 h ago · scheduled · not exportable"]
    )


def test_only_completed_snapshots_are_offered() -> None:
    running = taken(status="InProgress")
    assert snapshot_options([running], typed="", now=NOW) == {"options": []}


def test_instances_are_found_by_name_id_or_environment() -> None:
    fleet = [
        (instance(name="orders-staging", id="ffff0000"), "staging"),
        (instance(), "production"),
        (instance(name="scratch", id="0000aaaa"), None),
    ]

    def found(typed: str) -> list[str]:
        return [o["text"]["text"] for o in instance_options(fleet, typed=typed)["options"]]

    assert found("") == snapshot(
        [
            "orders-prod · a1b2c3d4 · production",
            "orders-staging · ffff0000 · staging",
            "scratch · 0000aaaa · no environment",
        ]
    )
    assert found("orders PROD") == found("a1b2c3d4") == ["orders-prod · a1b2c3d4 · production"]
    assert found("nothing like it") == []
