"""The official `SignatureVerifier` and the double sign alike and believe each other.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.cast import OPS_PRODUCTION, REQUESTER
from sandbox.slack.double import SlackDouble
from sandbox.slack.http_mode import signature
from tests.sandbox.slack.conftest import Clock

SECRET = "invented-signing-secret"
BUTTON = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "action_id": "approve",
            "text": {"type": "plain_text", "text": "Genehmigen ✓"},
        }
    ],
}


class VerifierClock:
    """The clock of the official verifier, set to the double's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


Post = tuple[dict[str, str], bytes]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def posts(clock: Clock) -> AsyncIterator[list[Post]]:
    """What the double posts when a person acts in every way that reaches the app."""
    received: list[Post] = []

    async def keep(request: web.Request) -> web.Response:
        received.append((dict(request.headers), await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/slack/events", keep)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    async with SlackDouble(now=clock, deliver_to=url, signing_secret=SECRET) as double:
        settings = double.settings()
        bot = AsyncWebClient(token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"])
        await bot.chat_postMessage(channel=OPS_PRODUCTION, text="Card", blocks=[BUTTON])
        requester = double.person(REQUESTER)
        await requester.types("/aura snapshot take ördérs & co", "ops-production")
        await requester.says("@Savepoint help", "ops-production")
        await requester.clicks("Genehmigen ✓")
        await requester.uses_shortcut("restore_shortcut")
        await requester.opens_home()
        yield received
    await runner.cleanup()


async def test_the_verifier_accepts_everything_that_is_posted(
    posts: list[Post], clock: Clock
) -> None:
    verifier = SignatureVerifier(SECRET, clock=VerifierClock(clock))  # type: ignore[arg-type]
    assert len(posts) == 5
    for headers, body in posts:
        assert verifier.is_valid_request(body, headers)


async def test_the_verifier_refuses_what_was_tampered_with_is_old_or_by_somebody_else(
    posts: list[Post], clock: Clock
) -> None:
    at = VerifierClock(clock)
    verifier = SignatureVerifier(SECRET, clock=at)  # type: ignore[arg-type]
    stranger = SignatureVerifier(f"not-{SECRET}", clock=at)  # type: ignore[arg-type]
    for headers, body in posts:
        assert not verifier.is_valid_request(body + b" ", headers)
        assert not stranger.is_valid_request(body, headers)
    clock.advance(minutes=5)
    assert verifier.is_valid_request(posts[0][1], posts[0][0])
    clock.advance(seconds=1)
    assert not verifier.is_valid_request(posts[0][1], posts[0][0])


@settings(deadline=None)  # a busy machine is no wrong signature
@given(
    secret=st.from_regex(r"[0-9a-f]{32}", fullmatch=True), at=st.integers(0, 2**33), body=st.text()
)
def test_both_sides_sign_alike(secret: str, at: int, body: str) -> None:
    theirs = SignatureVerifier(secret).generate_signature(timestamp=str(at), body=body)
    assert signature(secret, str(at), body.encode()) == theirs
