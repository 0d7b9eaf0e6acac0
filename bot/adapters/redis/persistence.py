"""Whether a store keeps what it accepted: the questions of `savepoint check`.

Snapshot-only persistence, the default of distributions, loses everything since the last snapshot
when the server dies (https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/);
an evicting one forgets operations (https://redis.io/docs/latest/develop/reference/eviction/).
"""

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.adapters.redis.connection import guarded
from bot.core.base import Frozen

OLDEST = (6, 2)


class Weakness(Frozen):
    """One way in which a store may lose what it accepted, and how to mend it."""

    what: str
    mend: str


async def durability(redis: Redis) -> tuple[Weakness, ...]:
    """Return every weakness found; raises StoreUnavailable when the store does not answer."""
    found = []
    version = await _version(redis)
    if version is not None and _numbers(version) < OLDEST:
        found.append(
            Weakness(
                what=f"the store speaks Redis {version}, and 6.2 is the oldest that works",
                mend="Use Redis 6.2 or newer, or Valkey.",
            )
        )
    settings = await _settings(redis)
    match settings.get("appendonly"), settings.get("appendfsync"):
        case "yes", "always":
            pass
        case "yes", fsync:
            found.append(
                Weakness(
                    what=f"appendfsync is {fsync}: a power loss can take back the last moments",
                    mend="Set `appendfsync always`.",
                )
            )
        case None, _:
            found.append(
                Weakness(
                    what="the store does not show its settings, so nobody can tell whether it "
                    "keeps what it accepts",
                    mend="Allow CONFIG GET, or make sure that the append-only file is on and "
                    "maxmemory-policy is noeviction.",
                )
            )
        case _:
            found.append(
                Weakness(
                    what="appendonly is off: a restart of the store loses operations",
                    mend="Set `appendonly yes` and `appendfsync always`.",
                )
            )
    policy = settings.get("maxmemory-policy", "noeviction")
    if policy != "noeviction":
        found.append(
            Weakness(
                what=f"maxmemory-policy is {policy}: a full store forgets operations",
                mend="Set `maxmemory-policy noeviction`.",
            )
        )
    return tuple(found)


async def _version(redis: Redis) -> str | None:
    with guarded():
        try:
            return str((await redis.info("server"))["redis_version"])
        except ResponseError:  # an ACL without `@dangerous` refuses INFO
            return None


async def _settings(redis: Redis) -> dict[str, str]:
    settings: dict[str, str] = {}
    with guarded():
        try:
            for name in ("appendonly", "appendfsync", "maxmemory-policy"):
                found = await redis.config_get(name)
                settings |= {str(key): str(value) for key, value in found.items()}
        except ResponseError:  # so do managed servers with CONFIG
            return {}
    return settings


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
