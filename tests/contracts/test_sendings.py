"""How far an upload has come outlives the process, and its secret stays one."""

from datetime import timedelta

from pydantic import SecretStr
from redis.asyncio import Redis

from bot.adapters.redis import RedisSendings
from bot.core.base import OperationId
from bot.core.uploads import Sending

ONE = OperationId("upl-1")
GOOGLE = Sending(
    provider="GCP", sent=7, size=9, location=SecretStr("https://storage.test/session-secret")
)
AMAZON = Sending(provider="AWS", sent=8, size=9, upload_id="u-1")


async def test_what_was_kept_comes_back_until_it_is_forgotten(store: Redis) -> None:
    sendings = RedisSendings(store)
    assert await sendings.get(ONE) is None
    for sending in (GOOGLE, AMAZON):
        await sendings.put(ONE, sending)
        assert await sendings.get(ONE) == sending
        assert "session-secret" not in repr(await sendings.get(ONE))
    await sendings.forget(ONE)
    assert await sendings.get(ONE) is None


async def test_it_ends_by_itself(store: Redis) -> None:
    await RedisSendings(store, life=timedelta(hours=1)).put(ONE, GOOGLE)
    [key] = await store.keys("sp:sending:*")
    assert 0 < await store.ttl(key) <= 3600
