"""The catalogue of fingerprints on real stores."""

from datetime import timedelta

from redis.asyncio import Redis

from bot.adapters.redis import RedisFingerprints
from bot.adapters.redis import fingerprints as module
from bot.core.base import InstanceId
from tests.contracts.samples import NOW, ORDERS, fingerprint


async def test_fingerprints_come_back_newest_first_and_once(store: Redis) -> None:
    catalogue = RedisFingerprints(store)
    early, late = fingerprint(), fingerprint(NOW + timedelta(hours=1), nodes=5)
    for kept in (late, early, late):
        await catalogue.add(kept)
    await catalogue.add(fingerprint(of=InstanceId("ffffffff")))
    assert await catalogue.of(ORDERS) == (late, early)
    assert await catalogue.of(InstanceId("eeeeeeee")) == ()


async def test_only_the_newest_are_kept(store: Redis) -> None:
    catalogue = RedisFingerprints(store)
    for hours in range(module.MOST + 3):
        await catalogue.add(fingerprint(NOW + timedelta(hours=hours)))
    found = await catalogue.of(ORDERS)
    assert len(found) == module.MOST
    assert found[-1].fingerprint.taken_at == NOW + timedelta(hours=3)
