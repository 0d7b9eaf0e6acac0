"""The adapters fulfil the ports: the type checker reads this, the test only runs it."""

from pydantic import SecretStr
from redis.asyncio import Redis

from bot import ports
from bot.adapters import redis as adapters


def fulfil(
    store: Redis,
) -> tuple[
    ports.Operations,
    ports.AuditLog,
    ports.Cards,
    ports.Drafts,
    ports.Catalogue,
    ports.Seen,
    ports.Budget,
    ports.Outbox,
    ports.Ledger,
    ports.Secrets,
    ports.LastDrills,
    ports.Records,
    ports.Alerts,
    ports.WatchLog,
]:
    return (
        adapters.RedisOperations(store),
        adapters.RedisAuditLog(store),
        adapters.RedisCards(store),
        adapters.RedisDrafts(store),
        adapters.RedisCatalogue(store),
        adapters.RedisSeen(store),
        adapters.RedisBudget(store, {}),
        adapters.RedisOutbox(store, "posts"),
        adapters.RedisLedger(store),
        adapters.RedisSecrets(store, key=SecretStr("k")),
        adapters.RedisLastDrills(store),
        adapters.RedisRecords(store),
        adapters.RedisAlerts(store),
        adapters.RedisWatchLog(store),
    )


async def test_adapters_fulfil_the_ports_without_touching_the_store(store: Redis) -> None:
    assert len(fulfil(store)) == 14
    assert await store.keys() == []
