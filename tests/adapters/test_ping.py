"""The ping says elsewhere that the bot lives, and never lets its address out."""

import httpx
import pytest
from pydantic import SecretStr

from bot.adapters.ping import HttpPing

URL = "https://hc.example/ping/5d0e7a3e"


async def test_a_ping_is_one_request_to_its_address() -> None:
    heard: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        heard.append(str(request.url))
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        await HttpPing(http, SecretStr(URL))()
    assert heard == [URL]


@pytest.mark.parametrize("status", [None, 404, 500])
async def test_a_ping_that_is_not_heard_is_logged_without_its_address(
    status: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if status is None:
            raise httpx.ConnectError(f"cannot reach {request.url}", request=request)
        return httpx.Response(status)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        await HttpPing(http, SecretStr(URL))()
    said = capsys.readouterr()
    assert "the ping was not heard" in said.out + said.err
    assert "5d0e7a3e" not in said.out + said.err
