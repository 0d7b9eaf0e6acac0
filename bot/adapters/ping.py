"""The ping: tells a listener elsewhere that the bot lives, so that its silence is an alarm there.

Any address that takes a GET will do; healthchecks.io and its likes count the time between two
(https://healthchecks.io/docs/http_api/). The address is a secret: who knows it can keep the alarm
silent.
"""

import httpx
import structlog
from pydantic import SecretStr

log = structlog.get_logger(__name__)

#: Seconds; a pass of the watch waits for it.
TIMEOUT = 5.0


class HttpPing:
    """Fulfils `bot.ports.Ping`."""

    def __init__(self, http: httpx.AsyncClient, url: SecretStr) -> None:
        self._http = http
        self._url = url

    async def __call__(self) -> None:
        """Say that all is well; what goes wrong is logged without the address."""
        try:
            answer = await self._http.get(self._url.get_secret_value(), timeout=TIMEOUT)
        except (httpx.HTTPError, httpx.InvalidURL) as trouble:
            log.warning("the ping was not heard", why=type(trouble).__name__)
            return
        if not answer.is_success:
            log.warning("the ping was not heard", why=f"status {answer.status_code}")
