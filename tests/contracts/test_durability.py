"""What `savepoint check` asks of a store."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from redis.asyncio import Redis

from bot.adapters.redis import connect, durability

DEFAULTS = {"appendonly": "no", "appendfsync": "everysec", "maxmemory-policy": "noeviction"}


@pytest.fixture
async def configured(store: Redis) -> AsyncIterator[Redis]:
    """A store whose settings are put back afterwards."""
    yield store
    for name, value in DEFAULTS.items():
        await store.config_set(name, value)


async def weaknesses(store: Redis, **settings: str) -> list[str]:
    for name, value in settings.items():
        await store.config_set(name.replace("_", "-"), value)
    return [weakness.what for weakness in await durability(store)]


async def test_durable_store_has_no_weakness(configured: Redis) -> None:
    assert await weaknesses(configured, appendonly="yes", appendfsync="always") == []


async def test_store_without_append_only_file_is_reported(configured: Redis) -> None:
    [what] = await weaknesses(configured, appendonly="no")
    assert what.startswith("appendonly is off")


async def test_lazy_append_only_file_is_reported(configured: Redis) -> None:
    [what] = await weaknesses(configured, appendonly="yes", appendfsync="everysec")
    assert what.startswith("appendfsync is everysec")


async def test_evicting_store_is_reported(configured: Redis) -> None:
    durable = {"appendonly": "yes", "appendfsync": "always"}
    [what] = await weaknesses(configured, **durable, maxmemory_policy="allkeys-lru")
    assert what.startswith("maxmemory-policy is allkeys-lru")


async def test_store_that_hides_its_settings_is_unknown(store: Redis, store_url: str) -> None:
    await store.acl_setuser(
        "bot", enabled=True, passwords=["+pw"], categories=["+@all", "-@dangerous"]
    )
    async with aclosing(connect(f"{store_url}?username=bot&password=pw")) as limited:
        [what] = await weaknesses(limited)
    await store.acl_deluser("bot")
    assert "does not show its settings" in what


async def test_store_that_is_too_old_is_reported(
    configured: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.redis.persistence.OLDEST", (99, 0))
    [what] = await weaknesses(configured, appendonly="yes", appendfsync="always")
    assert "6.2 is the oldest" in what
