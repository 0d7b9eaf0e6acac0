"""The vault's use cases on a real store and a real audit log."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import obstore
import pytest
from redis.asyncio import Redis

from bot.adapters.redis import RedisAuditLog, connect
from bot.core.audit import AuditEntry, AuditRecord
from bot.core.errors import AlreadyHeld, NotABackup, NotConfigured, StoreUnavailable
from bot.core.vault import Facts, Keep, Manifest
from bot.services.exports import Actor, Exports
from tests.contracts.vaults import Stand, facts, stream, whole
from tests.core.backups.writer import backup, dump

SHELL = Actor(by="root@host, from a shell")
LEAST = Keep(daily=0, weekly=0, monthly=0, copies=1)
DAY = timedelta(days=1)


@pytest.fixture
def stand() -> Stand:
    return Stand("memory:///", {}, sort="memory")


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    async with connect(valkey_url) as client:
        yield client


@pytest.fixture
def exports(stand: Stand, redis: Redis) -> Exports:
    return Exports(
        vault=stand.vault,
        audit=RedisAuditLog(redis),
        clock=stand.clock,
        rules={"production": LEAST},
    )


async def records(exports: Exports) -> list[AuditRecord]:
    return [entry.record async for entry in exports.audit.read()]


async def told(exports: Exports) -> list[str]:
    return [f"{r.action} {r.verdict}: {r.why}" for r in await records(exports)]


async def three(stand: Stand) -> list[Manifest]:
    """Three exports of the last three days, stored long enough ago; newest first."""
    at = facts().taken_at
    kept = [
        await stand.vault.put(facts(taken_at=at - n * DAY), stream(b"body %d" % n))
        for n in range(3)
    ]
    stand.clock.ahead = timedelta(days=2)
    return kept


def unkept(exports: Exports, redis: Redis) -> Exports:
    """The same with an audit log that takes nothing more."""

    class Full(RedisAuditLog):
        async def append(self, record: AuditRecord) -> AuditEntry:
            raise StoreUnavailable("the store is full")

    return Exports(vault=exports.vault, audit=Full(redis), clock=exports.clock, rules=exports.rules)


async def test_a_backup_is_added_with_what_it_says_of_itself(exports: Exports) -> None:
    body = backup()
    kept = await exports.add(facts(), stream(body[:10], body[10:]), actor=SHELL, size=len(body))
    assert kept.header["kind"] == "backup"
    assert kept.header["size"] == len(body)
    assert str(kept.taken_at) != str(facts().taken_at)  # the file's own word
    assert await whole(exports.open.plain(kept.name)) == body
    assert await told(exports) == [
        "vault.add allowed: before the migration (root@host, from a shell)",
        f"vault.add done: {kept.id} {kept.name} sha256 {kept.digests.sha256}"
        " (root@host, from a shell)",
    ]


@pytest.mark.parametrize(
    ("body", "why"),
    [(backup()[:-5], "ends too early"), (b"<html>", "web page"), (dump(), "not by its name")],
    ids=["cut short", "no backup", "another kind"],
)
async def test_a_wrong_file_is_refused_and_nothing_is_kept(
    exports: Exports, body: bytes, why: str
) -> None:
    with pytest.raises(NotABackup, match=why):
        await exports.add(facts(), stream(body), actor=SHELL)
    contents = await exports.contents()
    assert (contents.exports, contents.debris) == ((), ())


async def test_a_check_is_recorded_sound_or_not(exports: Exports, stand: Stand) -> None:
    kept = await stand.vault.put(facts(), stream(b"body"))
    assert (await exports.verify(await exports.find(kept.id), actor=SHELL)).sound
    obstore.put(stand.place.store, kept.name, b"b0dy")
    assert not (await exports.verify(await exports.find(kept.id), actor=SHELL)).sound
    first, second = await told(exports)
    assert first == f"vault.verify done: {kept.id}: whole (root@host, from a shell)"
    assert "its bytes are not those that were stored" in second


async def test_a_hold_stops_expiry_until_it_is_released(exports: Exports, stand: Stand) -> None:
    _, _, oldest = await three(stand)
    export = await exports.find(oldest.id)
    await exports.hold(export, why="a dispute", actor=SHELL)
    with pytest.raises(AlreadyHeld):
        await exports.hold(await exports.find(oldest.id), why="again", actor=SHELL)
    assert oldest.name not in [e.name for e in (await exports.expire()).going]
    await exports.release(await exports.find(oldest.id), why="settled", actor=SHELL)
    assert oldest.name in [e.name for e in (await exports.expire()).going]
    assert [r.action for r in await records(exports)] == [
        "vault.hold",
        "vault.expire",
        "vault.release",
        "vault.expire",
    ]


async def test_a_dry_run_touches_nothing(exports: Exports, stand: Stand) -> None:
    newest, *others = await three(stand)
    found = await exports.expiry()
    assert [e.name for e in found.going] == [o.name for o in reversed(others)]
    assert found.why[newest.name] == ("copies",)
    assert len((await exports.contents()).exports) == 3
    assert await told(exports) == []


async def test_each_deletion_follows_its_own_record(exports: Exports, stand: Stand) -> None:
    _, *others = await three(stand)
    gone = await exports.expire()
    assert {e.name for e in gone.going} == {o.name for o in others}
    assert len((await exports.contents()).exports) == 1
    assert [r.why for r in await records(exports)] == [
        f"{o.id} {o.name}: no rule keeps it (the daily pass)" for o in reversed(others)
    ]
    assert all(r.environment == "production" for r in await records(exports))


async def test_nothing_happens_that_cannot_be_recorded(
    exports: Exports, stand: Stand, redis: Redis
) -> None:
    _, _, oldest = await three(stand)
    silent = unkept(exports, redis)
    export = await silent.find(oldest.id)
    with pytest.raises(StoreUnavailable):
        await silent.expire()
    with pytest.raises(StoreUnavailable):
        await silent.hold(export, why="x", actor=SHELL)
    with pytest.raises(StoreUnavailable):
        await silent.add(facts(), stream(backup()), actor=SHELL)
    contents = await silent.contents()
    assert len(contents.exports) == 3
    assert all(e.hold is None for e in contents.exports)
    await exports.hold(export, why="x", actor=SHELL)
    with pytest.raises(StoreUnavailable):
        await silent.release(export, why="x", actor=SHELL)
    assert (await exports.find(oldest.id)).hold is not None


async def test_what_was_left_half_done_is_cleared_after_a_day(
    exports: Exports, stand: Stand
) -> None:
    async def die() -> Facts:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await stand.vault.put(facts(), stream(b"half"), finish=die)
    assert (await exports.expire()).abandoned == ()
    stand.clock.ahead = timedelta(days=1, hours=1)
    [debris] = (await exports.expire()).abandoned
    assert debris.name.startswith("production/")
    assert (await exports.contents()).debris == ()
    assert await told(exports) == [
        f"vault.clear allowed: {debris.name}: its upload was not finished"
    ]


async def test_without_a_vault_every_use_says_so(exports: Exports) -> None:
    bare = Exports(vault=None, audit=exports.audit, clock=exports.clock, rules={})
    with pytest.raises(NotConfigured, match="no vault"):
        await bare.contents()
