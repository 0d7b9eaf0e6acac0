"""`[watch]`, and the address to ping: `SAVEPOINT_PING_URL`, or `…_FILE`."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.config.given import Given
from bot.core.watch import WatchRules

VARIABLE = "SAVEPOINT_PING_URL"
#: The part of the rate limit that the watch may use, and the part with which scheduled work may
#: begin; the rest is for people. What has begun goes on by whatever is left.
SHARE, BEGINS = 0.5, 0.2


class WatchTable(BaseModel):
    """`[watch]`: how often instances are looked at."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    poll_seconds: int = Field(
        default=300,
        ge=10,
        le=3600,
        description="How often the state of each watched instance is read, in seconds; large "
        "fleets are read as often as half the rate limit allows.",
    )
    credential_days: int | None = Field(
        default=None, ge=1, description="Warn when an API credential is older than this."
    )

    def rules(self, *, per_minute: int, made: Mapping[str, date]) -> WatchRules:
        """Return how the watch works, by what the credentials allow and when they were made."""
        return WatchRules(
            poll=self.poll_seconds,
            calls=max(1, round(per_minute * SHARE)),
            begins=max(1, int(per_minute * BEGINS)),
            credential_days=self.credential_days,
            credentials=made,
        )


def ping_url(given: Given) -> SecretStr | None:
    """Return the address to ping, or None; it is a secret, and does not stand in the fault."""
    url = given.secret(VARIABLE)
    if url is None:
        return None
    parts = urlsplit(url.get_secret_value())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        given.faults.append(f"{VARIABLE}: is not an http(s) address")
        return None
    return url
