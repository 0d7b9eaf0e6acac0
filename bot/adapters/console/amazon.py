"""Sending a file to Amazon's storage, which takes it in parts, each at a link of its own.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from collections.abc import Sequence

import httpx
from pydantic import SecretStr

from bot.adapters.console.line import Line
from bot.adapters.console.tap import Tap
from bot.core.errors import AuraRefused, AuraUnavailable
from bot.core.uploads import Sending
from bot.ports.imports import Keep

#: So often one part is tried before it is left to a later time.
MOST_TRIES = 5


class AmazonUpload:
    """The parts that are left: one for each link, the last of them the rest of the file."""

    def __init__(
        self,
        line: Line,
        sending: Sending,
        tap: Tap,
        keep: Keep,
        *,
        links: Sequence[SecretStr],
        total: int,
    ) -> None:
        if not 0 <= len(links) <= total or not total:
            raise AuraUnavailable("the links to Amazon's storage make no sense")
        self._line = line
        self._tap = tap
        self._keep = keep
        self._links = links
        self._chunk = -(-sending.size // total)
        self._sending = sending.at(min(sending.size, self._chunk * (total - len(links))))

    async def send(self) -> Sending:
        """Send to the end; raises AuraUnavailable where trouble lasts, else AuraError."""
        now = self._sending
        for link in self._links:
            count = min(self._chunk, now.size - now.sent)
            await self._part(link.get_secret_value(), now.sent, count)
            now = now.at(now.sent + count)
            await self._keep(now)
        return now

    async def _part(self, link: str, at: int, count: int) -> None:
        tried = 0
        while True:
            try:
                response = await self._line.store(
                    "PUT", link, headers={}, content=self._tap.draw(at, count), length=count
                )
                return _check(response)
            except AuraUnavailable:
                wait = self._line.backoff(tried)
                tried += 1
                if tried == MOST_TRIES:
                    raise
                await self._line.clock.sleep(wait)


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if response.is_success:
        return
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.FORBIDDEN:
        # a link that has expired is forbidden too: the next time there is a new one
        raise AuraUnavailable(f"Amazon's storage does not work at the moment ({status})")
    raise AuraRefused(
        f"Amazon's storage refuses a part of the file ({status})",
        hint="Nothing was loaded. Ask once more.",
        status=status,
    )
