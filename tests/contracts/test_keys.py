"""Every key has an end or an owner, as the table in the package's docstring says."""

import re
from datetime import timedelta

from pydantic import SecretStr
from redis.asyncio import Redis

import bot.adapters.redis as package
from bot.core.audit import AuditRecord
from bot.core.base import ChannelId, InstanceId, OperationId, ProjectId, SnapshotId
from bot.core.drills import LastDrill, Outcome
from bot.core.housekeeping import Bearings
from bot.core.instances import InstanceSummary
from bot.core.schedules import Pause, Schedule, Timing, Work
from bot.core.sightings import Copy
from bot.core.snapshots import SnapshotNote
from bot.core.uploads import Reading, Sending
from bot.core.vitals import Vitals
from bot.ports import Card, Draft, MessageRef
from bot.ports.addresses import Opened, Purpose
from tests.contracts.samples import (
    NOW,
    ORDERS,
    REQUESTER,
    deny,
    fingerprint,
    record,
    restore,
    scratch,
    starting,
    take_snapshot,
)
from tests.contracts.test_watch import outcome, raised, sight, witness

NIGHTLY = Schedule(
    id="sch-1",
    environment="production",
    work=Work.SNAPSHOT,
    timing=Timing(cron="0 3 * * *"),
    by=REQUESTER,
)
ROW = re.compile(r"^``(?P<key>sp:\S+)``\s+(?P<type>\w+)\s+(?P<kept>owner|ttl): ", re.MULTILINE)


def rows() -> dict[re.Pattern[str], tuple[str, str]]:
    """Return the table as {pattern of the key: (type, owner or ttl)}."""
    found = ROW.finditer(package.__doc__ or "")
    return {
        re.compile(re.sub(r"<\w+>", "[^:]+", row["key"])): (row["type"], row["kept"])
        for row in found
    }


async def live_through(store: Redis) -> None:
    """Do everything that the store can be asked to do."""
    operations = package.RedisOperations(store)
    await operations.create(restore())
    await operations.update(OperationId("rst-1"), deny)
    await operations.create(restore("rst-2"))
    await operations.create(take_snapshot())
    await operations.stumbled(OperationId("snp-1"))
    entry: AuditRecord = record()
    await package.RedisAuditLog(store).append(entry)
    card = Card(root=MessageRef(channel=ChannelId("C1"), ts="1.1"))
    await package.RedisCards(store).save(OperationId("rst-1"), card)
    draft = Draft(id="d1", person=REQUESTER, opened_at=NOW)
    await package.RedisDrafts(store).save(draft)
    note = SnapshotNote(snapshot_id=SnapshotId("s1"), instance_id=ORDERS, by=REQUESTER, at=NOW)
    await package.RedisCatalogue(store).add(note)
    addresses = package.RedisAddresses(store, public="https://savepoint.example.com")
    await addresses.make(Opened(purpose=Purpose.FETCH, subject="x"), kept=timedelta(hours=1))
    await package.RedisLeases(store).take("haul-exp-1", "process-1", ttl=60)
    schedules = package.RedisSchedules(store)
    await schedules.save(NIGHTLY)
    await schedules.pause(NIGHTLY.id, Pause(by=REQUESTER, at=NOW))
    await schedules.move(NIGHTLY.id, ORDERS, NOW)
    await package.RedisFingerprints(store).add(fingerprint())
    await package.RedisSeen(store).first("Ev1", ttl=60)
    await operations.create(starting(restore("rst-3", on=InstanceId("0a1b2c3e"))))
    await package.RedisPermits(store).consume(OperationId("rst-3"))
    await package.RedisBudget(store, {"edits": (1, 60)}).take("edits")
    proven = LastDrill(
        instance_id=ORDERS, operation_id=OperationId("drl-1"), outcome=Outcome.PROVEN, at=NOW
    )
    await package.RedisLastDrills(store).keep(proven)
    await package.RedisRecords(store).keep(OperationId("drl-1"), "{}")
    outbox = package.RedisOutbox(store, "posts")
    await outbox.mark(OperationId("rst-1"), final=True)
    await outbox.mark(OperationId("rst-2"), final=False)
    await outbox.take()
    ledger = package.RedisLedger(store)
    for number in (1, 2):
        await ledger.enter(scratch(number), most=2)
    await ledger.update(scratch(1).name, lambda e: e.model_copy(update={"gone_at": NOW}))
    await package.RedisSecrets(store, key=SecretStr("k")).put(
        "scratch-1", SecretStr("hush"), ttl=60
    )
    sending = Sending(provider="GCP", size=9, location=SecretStr("https://storage.test/1"))
    await package.RedisSendings(store).put(OperationId("upl-1"), sending)
    read = Reading(
        operation_id=OperationId("upl-2"),
        person=REQUESTER,
        instance=InstanceSummary(id=ORDERS, name="orders-prod", project_id=ProjectId("p")),
        file="orders.backup",
        since=NOW,
    )
    await package.RedisReadings(store).keep(read)
    await watch_and_alarm(store)


async def watch_and_alarm(store: Redis) -> None:
    """Do everything that the watch can ask for."""
    log = package.RedisWatchLog(store)
    await log.save(sight())
    await log.copied(ORDERS, "exp-1", Copy(snapshot_at=NOW))
    await log.proved(ORDERS, NOW)
    await log.ended(outcome())
    await log.witness(witness())
    await log.bear(Bearings())
    await log.heard("scheduler", NOW)
    await log.tell(Vitals(passed_at=NOW))
    alerts = package.RedisAlerts(store)
    await alerts.add(raised("alt-1"))
    await alerts.put_away(raised("alt-2"))


async def test_every_key_has_an_end_or_an_owner(store: Redis) -> None:
    await live_through(store)
    table, used = rows(), set[re.Pattern[str]]()
    for key in [str(key) async for key in store.scan_iter()]:
        name = key
        if key.startswith("sp:op:"):
            final = await store.hget(key, "final") == "1"
            name = f"{key}:{'final' if final else 'open'}"
        [pattern] = [pattern for pattern in table if pattern.fullmatch(name)]
        kind, kept = table[pattern]
        assert await store.type(key) == kind, key
        assert (await store.ttl(key) > 0) is (kept == "ttl"), key
        used.add(pattern)
    assert used == set(table), "a row of the table that nothing writes"
