"""One-time addresses in Redis: a digest of the token leads to what it opens."""

import secrets
from datetime import timedelta
from hashlib import sha256

from redis.asyncio import Redis

from bot.adapters.redis.connection import PREFIX, guarded
from bot.ports.addresses import Opened

#: Bytes of chance in a token: 256 bits, so that nobody finds one by trying.
CHANCE = 32


class RedisAddresses:
    """The Addresses port. ``public`` is where the bot's web server is reached from outside."""

    def __init__(self, redis: Redis, *, public: str | None) -> None:
        self._redis = redis
        self._public = public

    @property
    def offered(self) -> bool:
        """Whether the bot has a public address at all."""
        return self._public is not None

    async def make(self, opened: Opened, *, kept: timedelta) -> str | None:
        """Return a new address, or None where the bot has no public one."""
        if self._public is None:
            return None
        token = secrets.token_urlsafe(CHANCE)
        with guarded():
            await self._redis.set(_key(token), opened.model_dump_json(), ex=kept)
        return f"{self._public}/{opened.purpose}/{token}"

    async def open(self, token: str) -> Opened | None:
        """Return what a token stands for, or None when it is unknown or over."""
        with guarded():
            stored = await self._redis.get(_key(token))
            return None if stored is None else Opened.model_validate_json(stored)

    async def end(self, token: str) -> bool:
        """Let a token work no more; True for the one who ended it."""
        with guarded():
            return bool(await self._redis.delete(_key(token)))


def _key(token: str) -> str:
    return f"{PREFIX}address:{sha256(token.encode()).hexdigest()}"
