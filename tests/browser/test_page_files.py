"""The page is served as files, with a policy that runs nothing foreign, and nothing beside it."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from sandbox import page


@pytest.fixture
async def client() -> TestClient[web.Request, web.Application]:
    app = web.Application()
    app.add_routes(page.routes())
    return TestClient(TestServer(app))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/page/tokens.css", "text/css"),
        ("/page/js/main.js", "text/javascript"),
        ("/page/savepoint.svg", "image/svg+xml"),
    ],
)
async def test_each_kind_of_file_comes_with_its_type_and_the_policy(
    client: TestClient[web.Request, web.Application], path: str, kind: str
) -> None:
    async with client:
        answer = await client.get(path)
        assert answer.status == 200
        assert answer.content_type == kind
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/page/__init__.py", "/page/%2e%2e/__init__.py", "/page/js", "/page/js/absent.js"]
)
async def test_nothing_but_the_page_s_own_files_is_served(
    client: TestClient[web.Request, web.Application], path: str
) -> None:
    async with client:
        assert (await client.get(path)).status == 404


def test_no_module_turns_text_into_markup_or_reaches_outside() -> None:
    for file in page.HERE.glob("js/*.js"):
        source = file.read_text()
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert word not in source, f"{file.name} uses {word}"
        assert len(source.splitlines()) < 300, f"{file.name} has grown too long"
