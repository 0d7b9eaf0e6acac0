"""The Vault port on real stores."""

import asyncio
import hashlib
import os
import zlib
from datetime import UTC, timedelta

import obstore
import pytest

from bot.adapters.vault.stream import LEAST_PART
from bot.core.base import SnapshotId
from bot.core.errors import AlreadyHeld, VaultDamaged, VaultUnavailable
from bot.core.vault import Facts, Hold, Manifest, UnknownExport
from bot.core.vault.names import CLAIM, MANIFEST
from bot.ports import Condemned
from tests.contracts.vaults import Stand, broken, facts, moto, operation, stand, stream, whole

__all__ = ["moto", "stand"]

LONG = os.urandom(2 * LEAST_PART + 12345)
"""Three parts of a multipart upload."""


def paths(stand: Stand) -> list[str]:
    return sorted(each["path"] for batch in obstore.list(stand.place.store) for each in batch)


def overwrite(stand: Stand, path: str, body: bytes) -> None:
    obstore.put(stand.place.store, path, body)


async def test_what_was_put_comes_back_and_its_manifest_tells_of_it(stand: Stand) -> None:
    before = stand.clock.now().replace(microsecond=0)
    told: list[int] = []
    kept = await stand.vault.put(
        facts(), stream(LONG[:777], LONG[777:]), size=len(LONG), told=told.append
    )
    assert kept.digests.size == len(LONG) == told[-1]
    assert kept.digests.sha256 == hashlib.sha256(LONG).hexdigest()
    assert kept.digests.crc32 == f"{zlib.crc32(LONG):08x}"
    moment = kept.stored_at.astimezone(UTC)
    assert kept.name.startswith("production/orders-prod-0d5e7a11/")
    assert kept.name.endswith("-7f6a9d10-0000-4000-8000-000000000001.backup")
    assert before <= moment
    assert kept.why == "before the migration"
    assert kept.encryption is None
    assert await whole(stand.vault.get(kept.name)) == LONG
    assert await whole(stand.vault.plain(kept.name)) == LONG
    assert await stand.vault.manifest(kept.name) == kept
    assert paths(stand) == [kept.name, kept.name + MANIFEST]


async def test_reading_begins_where_one_asks_for(stand: Stand) -> None:
    kept = await stand.vault.put(facts(), stream(LONG))
    for start in (1, LEAST_PART, len(LONG) - 1):
        assert await whole(stand.vault.get(kept.name, start=start)) == LONG[start:]
    assert await whole(stand.vault.get(kept.name, start=len(LONG))) == b""


async def test_an_empty_file_is_an_export_too(stand: Stand) -> None:
    kept = await stand.vault.put(facts(), stream(), size=0)
    assert kept.digests.size == 0
    assert await whole(stand.vault.get(kept.name)) == b""
    assert (await stand.vault.verify(kept.name)).sound


async def test_exports_are_listed_newest_first_and_by_folder(stand: Stand) -> None:
    old = await stand.vault.put(
        facts(taken_at=facts().taken_at - timedelta(days=1)), stream(b"old")
    )
    new = await stand.vault.put(facts(), stream(b"new"))
    other = await stand.vault.put(facts(environment="staging"), stream(b"other"))
    listed = await stand.vault.contents()
    assert [e.manifest for e in listed.exports if e.name != other.name] == [new, old]
    assert all(e.sound for e in listed.exports)
    assert [e.name for e in (await stand.vault.contents("staging")).exports] == [other.name]
    assert (await stand.vault.contents("prod")).exports == ()
    assert (listed.debris, listed.unreadable) == ((), ())


async def test_two_puts_at_the_same_moment_become_two_exports(stand: Stand) -> None:
    kept = await asyncio.gather(
        *(stand.vault.put(facts(), stream(f"body {n}".encode())) for n in range(4))
    )
    assert len({each.name for each in kept}) == 4
    for n, each in enumerate(kept):
        assert await whole(stand.vault.get(each.name)) == f"body {n}".encode()


async def test_of_many_that_create_one_file_at_once_one_does(stand: Stand) -> None:
    """Claims, manifests and holds rest on it."""
    holds = [Hold(at=stand.clock.now(), why=f"dispute {n}") for n in range(16)]
    for path in ("a", "b", "c"):
        made = await asyncio.gather(*(stand.vault._shelf.create(path, hold) for hold in holds))
        assert made.count(True) == 1
        assert await stand.vault._shelf.read(path, Hold) == holds[made.index(True)]


async def test_hostile_names_stay_in_their_folder(stand: Stand) -> None:
    for hostile in ("../../../x", "a\nb#1?*", "", "ü" * 300, ".manifest.json", "%2e%2e/%00"):
        odd = facts(instance_name=hostile, snapshot_id=SnapshotId(hostile or "."))
        kept = await stand.vault.put(odd, stream(b"body"))
        assert kept.instance_name == hostile
        assert await whole(stand.vault.get(kept.name)) == b"body"
    assert len((await stand.vault.contents("production")).exports) == 6


async def test_an_altered_export_is_found_and_no_longer_counts_as_a_copy(stand: Stand) -> None:
    kept = await stand.vault.put(facts(), stream(LONG))
    told: list[int] = []
    assert (await stand.vault.verify(kept.name, told=told.append)).sound
    assert told[-1] == len(LONG)
    overwrite(stand, kept.name, LONG[:-1] + bytes([LONG[-1] ^ 1]))
    found = await stand.vault.verify(kept.name)
    assert (found.sound, found.why) == (False, "its bytes are not those that were stored")
    [export] = (await stand.vault.contents()).exports
    assert not export.sound
    assert export == await stand.vault.export(kept.name)


async def test_a_truncated_export_is_found(stand: Stand) -> None:
    kept = await stand.vault.put(facts(), stream(b"0123456789"))
    overwrite(stand, kept.name, b"01234")
    [export] = (await stand.vault.contents()).exports
    assert not export.present
    found = await stand.vault.verify(kept.name)
    assert found.why == "it has 5 bytes, and should have 10"


async def test_an_export_whose_data_is_gone_is_found(stand: Stand) -> None:
    kept = await stand.vault.put(facts(), stream(b"0123456789"))
    obstore.delete(stand.place.store, kept.name)
    assert (await stand.vault.verify(kept.name)).why == "its data is missing"
    assert not (await stand.vault.export(kept.name)).sound
    with pytest.raises(VaultDamaged, match="missing"):
        await whole(stand.vault.get(kept.name))


async def test_a_stream_that_breaks_leaves_nothing_behind(stand: Stand) -> None:
    with pytest.raises(ConnectionResetError):
        await stand.vault.put(facts(), broken(LONG))
    assert paths(stand) == []


@pytest.mark.parametrize("announced", [9, 11])
async def test_another_number_of_bytes_than_announced_is_refused(
    stand: Stand, announced: int
) -> None:
    with pytest.raises(VaultDamaged, match="10 bytes came"):
        await stand.vault.put(facts(), stream(b"0123456789"), size=announced)
    assert paths(stand) == []


async def test_what_the_last_word_refuses_does_not_become_an_export(stand: Stand) -> None:
    async def refuse() -> Facts:
        assert len(paths(stand)) == 2  # the data and its claim
        raise VaultUnavailable("it is the backup of another database")

    with pytest.raises(VaultUnavailable, match="another database"):
        await stand.vault.put(facts(), stream(b"body"), finish=refuse)
    assert paths(stand) == []


async def test_the_last_word_may_add_what_only_the_whole_file_tells(stand: Stand) -> None:
    async def finish() -> Facts:
        return facts(fingerprint={"nodes": 42}, notes=("users are not part of it",))

    kept = await stand.vault.put(facts(), stream(b"body"), finish=finish)
    assert kept.fingerprint == {"nodes": 42}
    assert (await stand.vault.manifest(kept.name)).notes == ("users are not part of it",)


async def crash(stand: Stand, **more: object) -> str:
    """Die between the upload and the manifest; return the name of what was begun."""

    async def die() -> Facts:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await stand.vault.put(facts(**more), stream(b"half done"), finish=die)
    [debris] = (await stand.vault.contents()).debris
    return debris.name


async def test_without_a_manifest_it_is_no_export_but_debris(stand: Stand) -> None:
    name = await crash(stand)
    contents = await stand.vault.contents()
    assert contents.exports == ()
    [debris] = contents.debris
    assert debris.why == "its upload was not finished"
    assert not debris.abandoned(stand.clock.now())
    assert debris.abandoned(stand.clock.now() + timedelta(days=1, minutes=1))
    with pytest.raises(UnknownExport):
        await stand.vault.manifest(name)
    with pytest.raises(UnknownExport):
        await whole(stand.vault.get(name))
    await stand.vault.clear(name)
    assert paths(stand) == []


async def test_an_operation_that_crashed_begins_anew_and_clears_its_debris(stand: Stand) -> None:
    await crash(stand, operation_id=operation())
    other = await crash_of_another(stand)
    kept = await stand.vault.put(facts(operation_id=operation()), stream(b"complete"))
    contents = await stand.vault.contents()
    assert [e.manifest for e in contents.exports] == [kept]
    assert [d.name for d in contents.debris] == [other]


async def crash_of_another(stand: Stand) -> str:
    async def die() -> Facts:
        raise asyncio.CancelledError

    before = {d.name for d in (await stand.vault.contents()).debris}
    with pytest.raises(asyncio.CancelledError):
        await stand.vault.put(
            facts(operation_id=operation("exp-op-2")), stream(b"half"), finish=die
        )
    [name] = {d.name for d in (await stand.vault.contents()).debris} - before
    return name


async def test_an_operation_stores_its_export_once(stand: Stand) -> None:
    first = await stand.vault.put(facts(operation_id=operation()), stream(b"first"))
    again = await stand.vault.put(facts(operation_id=operation()), broken())
    assert again == first
    assert len((await stand.vault.contents()).exports) == 1


async def test_whoever_sleeps_for_a_day_does_not_finish(stand: Stand) -> None:
    async def sleep() -> Facts:
        stand.clock.ahead = timedelta(days=1, minutes=1)
        return facts()

    with pytest.raises(VaultUnavailable, match="longer than a day"):
        await stand.vault.put(facts(), stream(b"late"), finish=sleep)
    assert paths(stand) == []


async def test_what_was_cleaned_up_meanwhile_is_not_finished(stand: Stand) -> None:
    async def swept() -> Facts:
        [debris] = (await stand.vault.contents()).debris
        await stand.vault.clear(debris.name)
        return facts()

    with pytest.raises(VaultUnavailable, match="cleared away meanwhile"):
        await stand.vault.put(facts(), stream(b"late"), finish=swept)
    assert paths(stand) == []


async def test_nothing_of_an_export_is_cleared_away(stand: Stand) -> None:
    kept = await stand.vault.put(facts(), stream(b"body"))
    await stand.vault.clear(kept.name)
    overwrite(stand, kept.name + CLAIM, b'{"at": "2026-01-01T00:00:00Z", "token": "left over"}')
    await stand.vault.clear(kept.name)
    assert paths(stand) == [kept.name, kept.name + MANIFEST]


async def test_strangers_are_named_and_never_touched(stand: Stand) -> None:
    overwrite(stand, "notes.txt", b"ours")
    overwrite(stand, "production/orders-1/20260101T000000Z-s.dump", b"copied by hand")
    contents = await stand.vault.contents()
    assert [d.claimed for d in contents.debris] == [False, False]
    for debris in contents.debris:
        await stand.vault.clear(debris.name)
    assert len(paths(stand)) == 2


@pytest.mark.parametrize("body", [b"{}", b"not json", b"\xff"])
async def test_a_manifest_that_cannot_be_read_is_named_and_kept(stand: Stand, body: bytes) -> None:
    kept = await stand.vault.put(facts(), stream(b"body"))
    overwrite(stand, kept.name + MANIFEST, body)
    fresh = stand.opened()
    assert (await fresh.contents()).unreadable == (kept.name,)
    with pytest.raises(UnknownExport, match="cannot be read"):
        await fresh.delete(Condemned(name=kept.name, audit=1))


async def test_a_manifest_that_was_copied_elsewhere_is_not_believed(stand: Stand) -> None:
    kept = await stand.vault.put(facts(), stream(b"body"))
    elsewhere = kept.name.replace("production/", "staging/")
    overwrite(stand, elsewhere + MANIFEST, kept.model_dump_json().encode())
    assert (await stand.vault.contents("staging")).unreadable == (elsewhere,)


async def test_a_hold_is_set_once_seen_and_released(stand: Stand) -> None:
    kept = await stand.vault.put(facts(), stream(b"body"))
    hold = Hold(at=stand.clock.now(), why="a dispute", by="root@host")
    await stand.vault.hold(kept.name, hold)
    with pytest.raises(AlreadyHeld):
        await stand.vault.hold(kept.name, hold.model_copy(update={"why": "another"}))
    assert (await stand.vault.export(kept.name)).hold == hold
    [listed] = (await stand.vault.contents()).exports
    assert listed.hold == hold
    await stand.vault.release(kept.name)
    await stand.vault.release(kept.name)
    assert (await stand.vault.export(kept.name)).hold is None


async def test_a_held_export_is_not_deleted_whoever_condemned_it(stand: Stand) -> None:
    kept = await stand.vault.put(facts(), stream(b"body"))
    await stand.vault.hold(kept.name, Hold(at=stand.clock.now(), why="a dispute"))
    with pytest.raises(AlreadyHeld):
        await stand.vault.delete(Condemned(name=kept.name, audit=1))
    assert (await stand.vault.export(kept.name)).sound
    assert (await stand.vault.contents()).debris == ()


async def test_what_is_being_deleted_cannot_be_held_any_more(stand: Stand) -> None:
    kept = await stand.vault.put(facts(), stream(b"body"))
    claim = b'{"at": "2026-01-01T00:00:00Z", "token": "x", "deleting": 7}'
    overwrite(stand, kept.name + CLAIM, claim)
    with pytest.raises(UnknownExport, match="being deleted"):
        await stand.vault.hold(kept.name, Hold(at=stand.clock.now(), why="too late"))
    assert (await stand.vault.export(kept.name)).hold is None


async def test_a_condemned_export_goes_with_all_that_stands_beside_it(stand: Stand) -> None:
    kept = await stand.vault.put(facts(), stream(b"body"))
    await stand.vault.verify(kept.name)
    await stand.vault.delete(Condemned(name=kept.name, audit=1))
    assert paths(stand) == []
    with pytest.raises(UnknownExport):
        await stand.vault.delete(Condemned(name=kept.name, audit=1))


async def test_a_deletion_that_crashed_halfway_is_debris_to_be_finished(stand: Stand) -> None:
    kept = await stand.vault.put(facts(), stream(b"body"))
    claim = b'{"at": "2026-01-01T00:00:00Z", "token": "x", "deleting": 7}'
    overwrite(stand, kept.name + CLAIM, claim)
    obstore.delete(stand.place.store, kept.name + MANIFEST)
    [debris] = (await stand.vault.contents()).debris
    assert (debris.claimed, debris.why) == (True, "it is being deleted")
    await stand.vault.clear(debris.name)
    assert paths(stand) == []


async def test_a_store_that_keeps_other_bytes_is_found_before_the_manifest(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(name: str) -> None:
        overwrite(stand, name, b"b0dy")

    monkeypatch.setattr("bot.adapters.vault.place.Place.settle", lambda _, name: meanwhile(name))
    with pytest.raises(VaultDamaged, match="did not keep what it was given"):
        await stand.vault.put(facts(), stream(b"body"))
    assert paths(stand) == []


def test_a_manifest_reads_back_as_it_was_written() -> None:
    text = (
        '{"environment":"production","instance_id":"0d5e7a11","instance_name":"orders",'
        '"taken_at":"2026-11-22T12:00:00Z","kind":"backup","extension":"backup","name":"x",'
        '"stored_at":"2026-11-22T12:00:00Z","reread_at":"2026-11-22T12:00:00Z","tool":"t",'
        '"digests":{"size":0,"sha256":"' + "0" * 64 + '","crc32":"00000000"}}'
    )
    read = Manifest.model_validate_json(text)
    assert Manifest.model_validate_json(read.model_dump_json()) == read
