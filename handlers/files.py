"""Files that somebody was given an address of: one GET each, and nothing without the address."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web

from bot.core.base import Frozen
from bot.core.errors import BotError, NotAllowed
from bot.ports.addresses import Purpose
from bot.services.house import House
from bot.views import report as reports

log = structlog.get_logger(__name__)


class File(Frozen):
    """What is fetched."""

    name: str
    media: str
    content: bytes


async def _report(house: House, subject: str) -> File:
    report = await house.reports.again(subject)
    name = f"{report.environment}-{report.since:%Y-%m-%d}.html"
    return File(name=name, media="text/html", content=reports.html(report).encode())


async def _evidence(house: House, subject: str) -> File:
    name, text = await house.evidence.fetched(subject)
    media = "application/json" if name.endswith(".json") else "text/markdown"
    return File(name=name, media=media, content=text.encode())


#: By what the subject begins with, up to its first colon.
FILES: Mapping[str, Callable[[House, str], Awaitable[File]]] = {
    "report": _report,
    "evidence": _evidence,
}

#: Nothing that is fetched may run, load or be framed anywhere.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def routes(house: House) -> list[web.RouteDef]:
    """Return the route; HEAD is none, since previews of a chat must not use an address up."""

    async def fetch(request: web.Request) -> web.Response:
        token = request.match_info["token"]
        try:
            opened = await house.world.addresses.open(token)
            if opened is None or opened.purpose is not Purpose.FETCH:
                raise web.HTTPNotFound(text="This address is used up, or has never been one.\n")
            kind, _, subject = opened.subject.partition(":")
            file = await FILES[kind](house, subject)
            if not await house.world.addresses.end(token):
                raise web.HTTPNotFound(text="This address is used up.\n")
        except NotAllowed as refusal:
            raise web.HTTPForbidden(
                text=f"This is not for you any more: {refusal.summary}.\n"
            ) from None
        except BotError as trouble:
            log.warning("not fetched", why=trouble.summary)
            raise web.HTTPServiceUnavailable(text=f"{trouble.summary}. Try again.\n") from None
        disposition = f'attachment; filename="{file.name}"'
        if file.media == "text/html":
            disposition = f'inline; filename="{file.name}"'
        return web.Response(
            body=file.content,
            content_type=file.media,
            charset="utf-8" if file.media.startswith("text/") else None,
            headers={**_HEADERS, "Content-Disposition": disposition},
        )

    return [web.get(f"/{Purpose.FETCH}/{{token}}", fetch, allow_head=False)]
