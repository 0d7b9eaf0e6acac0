"""Secrets in Redis: each in a key of its own that ends by itself, and encrypted.

A store writes every command to its disk, where one stays readable long after its key has gone. So
what is stored can be read only with another secret, which the store does not hold.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr
from redis.asyncio import Redis

from bot.adapters.redis.connection import PREFIX, guarded


class RedisSecrets:
    """The Secrets port. ``key`` is any secret that all replicas have and the store has not."""

    def __init__(self, redis: Redis, *, key: SecretStr) -> None:
        self._redis = redis
        derived = HKDF(SHA256(), 32, None, b"savepoint secrets").derive(
            key.get_secret_value().encode()
        )
        self._cipher = Fernet(urlsafe_b64encode(derived))

    async def put(self, key: str, secret: SecretStr, *, ttl: float) -> None:
        """Keep a secret for ``ttl`` seconds (at least a millisecond)."""
        sealed = self._cipher.encrypt(secret.get_secret_value().encode()).decode()
        with guarded():
            await self._redis.set(_key(key), sealed, px=max(1, round(ttl * 1000)))

    async def get(self, key: str) -> SecretStr | None:
        """Return a secret, or None when it has gone."""
        with guarded():
            found = await self._redis.get(_key(key))
        return self._opened(found)

    async def take(self, key: str) -> SecretStr | None:
        """Return a secret and forget it (https://redis.io/docs/latest/commands/getdel/)."""
        with guarded():
            found = await self._redis.getdel(_key(key))
        return self._opened(found)

    async def drop(self, key: str) -> None:
        """Forget a secret."""
        with guarded():
            await self._redis.delete(_key(key))

    def _opened(self, sealed: object) -> SecretStr | None:
        if sealed is None:
            return None
        try:
            return SecretStr(self._cipher.decrypt(str(sealed).encode()).decode())
        except InvalidToken:  # the other secret has been replaced since
            return None


def _key(key: str) -> str:
    return f"{PREFIX}secret:{key}"
