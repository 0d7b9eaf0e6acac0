from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.base import InstanceId
from bot.core.vault.names import BESIDE, base, escape, export_id, folder, name, parse

AT = datetime(2026, 11, 22, 22, 14, 23, tzinfo=UTC)
ID = InstanceId("0d5e7a11")


def test_a_name_is_laid_out_as_the_documentation_says() -> None:
    inside = folder("production", "orders-prod", ID)
    whole = name(inside, at=AT, snapshot="7f6a-9d", extension="backup.age")
    assert whole == "production/orders-prod-0d5e7a11/20261122T221423Z-7f6a-9d.backup.age"


def test_a_time_of_another_zone_is_written_in_utc() -> None:
    vienna = AT.astimezone(timezone(timedelta(hours=1)))
    assert "20261122T221423Z" in name("p/o-1", at=vienna, snapshot="s", extension="dump")


def test_a_file_without_a_snapshot_is_called_file() -> None:
    assert name("p/o-1", at=AT, snapshot=None, extension="tar").endswith("Z-file.tar")


@pytest.mark.parametrize("bad", ["", "../x", "Backup", "a/b", "a..b", "tar.", "x" * 17])
def test_an_odd_extension_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="extension"):
        name("p/o-1", at=AT, snapshot="s", extension=bad)


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        (
            "../../etc/passwd",
            "~2e./~2e./etc/passwd".replace("/", "~2f").replace("~2f~2e.", "~2f.."),
        ),
        ("", "~"),
        ("..", "~2e"),
        ("a b\n#1", "a~20b~0a~231"),
        ("ä", "~c3~a4"),
        ("~2e", "~7e2e"),
        ("con:<>*?|", "con~3a~3c~3e~2a~3f~7c"),
        ("x" * 500, "x" * 60),
        ("ä" * 500, "~c3~a4" * 10),
        ("\ud800", "~ed~a0~80"),
    ],
)
def test_hostile_names_become_harmless(hostile: str, harmless: str) -> None:
    assert escape(hostile) == harmless


@given(st.text(), st.text(), st.text(min_size=1), st.text())
@example("..", "../..", "a-b.c", "-.-")
@example("a", "\x00/#1", "~", ".manifest.json")
def test_every_name_is_plain_and_says_the_same_when_read(
    environment: str, label: str, instance_id: str, snapshot: str
) -> None:
    inside = folder(environment, label, InstanceId(instance_id))
    whole = name(inside, at=AT, snapshot=snapshot, extension="tar.zst")
    assert whole.isascii()
    assert not set(whole) & set("\\ #%?*:<>|\"'\n")
    assert whole.count("/") == 2
    assert not any(part in ("", ".", "..") or part[0] == "." for part in whole.split("/"))
    assert len(whole) < 300
    parts = parse(whole)
    assert parts is not None
    assert (parts.at, parts.extension) == (AT, "tar.zst")
    assert parts.instance_id == escape(instance_id, also="-.")
    assert parts.environment == escape(environment)
    for ending in BESIDE:
        assert base(whole + ending) == (whole, ending)
        assert parse(whole + ending) is None or ending.count(".") > 1


@given(st.text(max_size=15), st.text(max_size=15))
def test_short_names_that_differ_stay_different(one: str, other: str) -> None:
    assert (
        one.rstrip(".") == other.rstrip(".") or escape(one) != escape(other) or not (one and other)
    )


@pytest.mark.parametrize(
    "strange", ["", "notes.txt", "a/b/c", "p/o-1/20269922T221423Z-s.dump", "p/o-1/2026-s.dump"]
)
def test_what_is_none_of_ours_is_not_read(strange: str) -> None:
    assert parse(strange) is None


def test_an_id_follows_from_the_name_and_is_short() -> None:
    assert export_id("p/o-1/x") == export_id("p/o-1/x") != export_id("p/o-1/y")
    assert len(export_id("p/o-1/x")) == 14
