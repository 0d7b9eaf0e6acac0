"""Signed HTTP delivery, which a real Bolt app accepts."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from slack_bolt.app.async_server import AsyncSlackAppServer
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.cast import REQUESTER
from sandbox.slack.double import SlackDouble
from sandbox.slack.wire import Payload, SlackSaysError
from tests.sandbox.slack.conftest import Clock

SECRET = "sandbox-signing-secret"


class Endpoint:
    """A request URL that keeps what it is sent, and answers as told."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.answer: tuple[int, str, dict[str, str]] = (200, "", {})
        self.hops = 0
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        if self.hops:
            self.hops -= 1
            raise web.HTTPTemporaryRedirect(self.url)
        self.received.append((dict(request.headers), await request.read()))
        status, text, headers = self.answer
        return web.Response(status=status, text=text, headers=headers)


async def served(app: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    made = Endpoint()
    app = web.Application()
    app.router.add_post("/slack/events", made.handle)
    runner, base = await served(app)
    made.url = f"{base}/slack/events"
    yield made
    await runner.cleanup()


@pytest.fixture
async def signed(clock: Clock, endpoint: Endpoint) -> AsyncIterator[SlackDouble]:
    async with SlackDouble(now=clock, deliver_to=endpoint.url) as running:
        yield running


async def test_an_event_is_retried_with_its_count_and_reason(
    signed: SlackDouble, endpoint: Endpoint
) -> None:
    endpoint.answer = (500, "", {})
    await signed.person(REQUESTER).says("@Savepoint help", "ops-production")
    assert await signed.redeliver_due() == 1
    headers = endpoint.received[-1][0]
    assert headers["X-Slack-Retry-Num"] == "1"
    assert headers["X-Slack-Retry-Reason"] == "http_error"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_an_event_is_taken_by_any_good_status(
    signed: SlackDouble, endpoint: Endpoint, status: int
) -> None:
    endpoint.answer = (status, "", {})
    await signed.person(REQUESTER).says("@Savepoint help", "ops-production")
    assert await signed.redeliver_due() == 0


@pytest.mark.parametrize("status", [201, 202, 204])
async def test_a_command_or_an_interaction_is_taken_by_200_alone(
    signed: SlackDouble, endpoint: Endpoint, status: int
) -> None:
    endpoint.answer = (status, "", {"X-Slack-No-Retry": "1"})
    person = signed.person(REQUESTER)
    with pytest.raises(SlackSaysError, match="http_service_error"):
        await person.types("/aura help", "ops-production")
    with pytest.raises(SlackSaysError, match="not reachable"):
        await person.uses_shortcut("restore_shortcut")
    assert await signed.redeliver_due() == 0


async def test_two_redirects_are_followed_and_no_third(
    signed: SlackDouble, endpoint: Endpoint
) -> None:
    endpoint.hops = 2
    await signed.person(REQUESTER).says("@Savepoint help", "ops-production")
    assert await signed.redeliver_due() == 0
    endpoint.hops = 3
    await signed.person(REQUESTER).says("@Savepoint help", "ops-production")
    assert signed.sent[-1].retry_attempt == 0
    endpoint.hops = 0
    assert await signed.redeliver_due() == 1
    assert endpoint.received[-1][0]["X-Slack-Retry-Reason"] == "too_many_redirects"


async def test_a_request_url_without_a_certificate_gets_nothing(endpoint: Endpoint) -> None:
    secure = endpoint.url.replace("http:", "https:")
    clock = Clock()
    async with SlackDouble(now=clock, deliver_to=secure) as double:
        await double.person(REQUESTER).says("@Savepoint help", "ops-production")
        assert await double.redeliver_due() == 1
        assert double.sent[-1].retry_reason == "ssl_error"
    assert endpoint.received == []


async def test_an_event_is_not_retried_against_the_apps_wish(
    signed: SlackDouble, endpoint: Endpoint
) -> None:
    endpoint.answer = (500, "", {"X-Slack-No-Retry": "1"})
    await signed.person(REQUESTER).says("@Savepoint help", "ops-production")
    assert await signed.redeliver_due() == 0


async def test_a_refused_command_fails_before_the_persons_eyes(
    signed: SlackDouble, endpoint: Endpoint
) -> None:
    endpoint.answer = (500, "", {})
    with pytest.raises(SlackSaysError, match="http_service_error"):
        await signed.person(REQUESTER).types("/aura help", "ops-production")


async def test_plain_text_is_an_answer_too(signed: SlackDouble, endpoint: Endpoint) -> None:
    endpoint.answer = (200, "Six instances.", {})
    await signed.person(REQUESTER).types("/aura instance list", "ops-production")
    assert [str(w) for w in signed.person(REQUESTER).whispers] == ["Six instances."]


async def test_a_bolt_app_answers_signed_requests() -> None:
    from datetime import UTC, datetime

    def now() -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - Bolt's verifier lives by the real clock

    async with SlackDouble(now=now) as api:
        settings = api.settings()
        client = AsyncWebClient(
            token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"]
        )
        bolt = AsyncApp(client=client, signing_secret=SECRET)

        @bolt.command("/aura")
        async def aura(ack: AsyncAck, body: Payload) -> None:
            await ack(f"heard: {body['text']}")

        server = AsyncSlackAppServer(port=0, path="/slack/events", app=bolt)
        runner, base = await served(server.web_app)
        async with SlackDouble(now=now, deliver_to=f"{base}/slack/events") as double:
            person = double.person(REQUESTER)
            await person.types("/aura help", "ops-production")
            assert [str(w) for w in person.whispers] == ["heard: help"]
        await runner.cleanup()
