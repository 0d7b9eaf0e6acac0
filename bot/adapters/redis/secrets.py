"""Secrets in Redis: each in a key of its own that ends by itself."""

from pydantic import SecretStr
from redis.asyncio import Redis

from bot.adapters.redis.connection import PREFIX, guarded


class RedisSecrets:
    """The Secrets port."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def put(self, key: str, secret: SecretStr, *, ttl: float) -> None:
        """Keep a secret for ``ttl`` seconds (at least a millisecond)."""
        with guarded():
            await self._redis.set(
                _key(key), secret.get_secret_value(), px=max(1, round(ttl * 1000))
            )

    async def get(self, key: str) -> SecretStr | None:
        """Return a secret, or None when it has gone."""
        with guarded():
            found = await self._redis.get(_key(key))
        return None if found is None else SecretStr(str(found))

    async def take(self, key: str) -> SecretStr | None:
        """Return a secret and forget it (https://redis.io/docs/latest/commands/getdel/)."""
        with guarded():
            found = await self._redis.getdel(_key(key))
        return None if found is None else SecretStr(str(found))

    async def drop(self, key: str) -> None:
        """Forget a secret."""
        with guarded():
            await self._redis.delete(_key(key))


def _key(key: str) -> str:
    return f"{PREFIX}secret:{key}"
