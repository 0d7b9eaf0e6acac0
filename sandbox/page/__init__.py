"""The sandbox's web page: static files, served with a policy that lets nothing foreign in."""

from pathlib import Path

from aiohttp import web

HERE = Path(__file__).parent

CONTENT_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",  # browsers refuse modules of any other type
    ".svg": "image/svg+xml",
}

# Words on the page come from people and from the bot: even if one slipped through as markup,
# no script or style but our own files would run.
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # the files change with the checkout
}


def routes() -> list[web.RouteDef]:
    """Serve the page at `/` and its files under `/page/`; nothing else of the package is shown."""
    return [web.get("/", _index), web.get(r"/page/{path:[\w./-]+}", _file)]


async def _index(_request: web.Request) -> web.Response:
    return _answer(HERE / "index.html")


async def _file(request: web.Request) -> web.Response:
    path = (HERE / request.match_info["path"]).resolve()
    if not path.is_relative_to(HERE) or path.suffix not in CONTENT_TYPES or not path.is_file():
        raise web.HTTPNotFound(headers=HEADERS)
    return _answer(path)


def _answer(path: Path) -> web.Response:
    return web.Response(
        body=path.read_bytes(),
        content_type=CONTENT_TYPES[path.suffix],
        charset="utf-8",
        headers=HEADERS,
    )
