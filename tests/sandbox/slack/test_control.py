"""The control interface, as the page uses it."""

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.cast import APPROVER_ONE, EXTERNAL, GUEST, OPS_PRODUCTION, REQUESTER
from sandbox.slack.double import SlackDouble
from sandbox.slack.wire import Payload
from tests.sandbox.slack.conftest import Bot, settled
from tests.sandbox.slack.test_bolt import approval, modal, typed


class Page:
    """What a browser would do."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session = session
        self.base = base

    async def get(self, path: str) -> Payload:
        async with self.session.get(f"{self.base}/sandbox/{path}") as answer:
            found: Payload = await answer.json()
            return found

    async def post(self, path: str, **body: object) -> Payload:
        async with self.session.post(f"{self.base}/sandbox/{path}", json=body) as answer:
            assert answer.status == 200
            found: Payload = await answer.json()
            return found

    async def act(self, user: str, kind: str, /, **body: object) -> Payload:
        return await self.post("act", **{"as": user, "kind": kind, **body})


@pytest.fixture
async def page(double: SlackDouble) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession() as session:
        yield Page(session, double.base_url)


async def test_the_state_is_what_one_person_sees(
    double: SlackDouble, page: Page, web: AsyncWebClient
) -> None:
    await web.chat_postMessage(channel=OPS_PRODUCTION, text=f"<@{GUEST}> look")
    await web.chat_postEphemeral(channel=OPS_PRODUCTION, user=GUEST, text="psst")
    state = await page.get(f"state?as={GUEST}")
    assert set(state) == {
        *("rev", "now", "speed", "me", "team", "people", "channels", "messages", "views", "home"),
        *("usergroups", "commands", "shortcuts", "notices"),
    }
    production = next(c for c in state["channels"] if c["id"] == OPS_PRODUCTION)
    assert production == {
        "id": OPS_PRODUCTION,
        "name": "ops-production",
        "kind": "channel",
        "member": True,
        "archived": False,
        "read_only": False,
        "bot_in": True,
        "unread": 1,
        "mentions": 1,
    }
    assert [m["ephemeral"] for m in state["messages"][OPS_PRODUCTION]] == [False, True]
    others = await page.get(f"state?as={REQUESTER}")
    assert [m["text"] for m in others["messages"][OPS_PRODUCTION]] == [f"<@{GUEST}> look"]
    assert "ops-alerts" not in [c["name"] for c in state["channels"]]
    assert "ops-alerts" in [c["name"] for c in others["channels"]]
    assert [c["kind"] for c in others["channels"]].count("app") == 1
    assert (await page.get("state"))["me"] == REQUESTER
    assert not (await page.get("state?as=U404"))["ok"]
    partner = await page.get(f"state?as={EXTERNAL}")
    assert partner["commands"] == []


async def test_a_restore_is_clicked_through(
    double: SlackDouble, page: Page, bot: Bot, web: AsyncWebClient
) -> None:
    @bot.app.command("/aura")
    async def aura(ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(typed("gate")))

    @bot.app.view("restore")
    async def restore(ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await client.chat_postMessage(channel=OPS_PRODUCTION, text="Card", blocks=approval())

    pressed: list[Payload] = []

    @bot.app.action("approve")
    async def approve(ack: AsyncAck, body: Payload) -> None:
        await ack()
        pressed.append(body)

    command = {"channel": OPS_PRODUCTION, "text": "/aura restore"}
    assert await page.act(REQUESTER, "command", **command) == {"ok": True}
    await settled(double, "views.open")
    (view,) = (await page.get(f"state?as={REQUESTER}"))["views"]
    empty = await page.act(REQUESTER, "submit", view_id=view["id"], state={})
    assert empty == {"ok": True, "errors": {"gate": "Please complete this required field."}}
    word = {"gate": {"word": {"type": "plain_text_input", "value": "RESTORE"}}}
    assert await page.act(REQUESTER, "submit", view_id=view["id"], state=word) == {"ok": True}
    await settled(double, "chat.postMessage")

    state = await page.get(f"state?as={APPROVER_ONE}")
    (card,) = state["messages"][OPS_PRODUCTION]
    at = {"block_id": card["blocks"][1]["block_id"], "action_id": "approve"}
    press = {"channel": OPS_PRODUCTION, "ts": card["ts"], **at}
    assert await page.act(APPROVER_ONE, "press", **press) == {"ok": True}
    assert pressed[0]["user"]["id"] == APPROVER_ONE

    entries = (await page.get("timeline?after=0"))["entries"]
    told = [(e["direction"], e["what"]) for e in entries]
    assert ("in", "/aura") in told
    assert ("out", "views.open") in told
    assert ("in", "view_submission") in told
    assert ("in", "block_actions") in told
    last = entries[-1]["n"]
    assert (await page.get(f"timeline?after={last}"))["entries"] == []


async def test_a_failure_is_told_and_stands_among_the_notices(page: Page) -> None:
    words = '/aura failed with the error "dispatch_failed"'
    answer = await page.act(REQUESTER, "command", channel=OPS_PRODUCTION, text="/aura help")
    assert answer == {"ok": False, "error": words, "noticed": True}
    state = await page.get(f"state?as={REQUESTER}")
    assert [notice["text"] for notice in state["notices"]] == [words]


@pytest.mark.parametrize(
    "act",
    [
        {"kind": "fly"},
        {"kind": "say", "channel": "C404", "text": "a"},
        {"kind": "say", "channel": OPS_PRODUCTION},
        {
            "kind": "press",
            "channel": OPS_PRODUCTION,
            "ts": "1.0",
            "block_id": "b",
            "action_id": "a",
        },
        {"kind": "submit", "view_id": "V404"},
        {"kind": "rename", "user": "U404", "name": "Nobody"},
    ],
)
async def test_what_cannot_be_done_is_refused_in_words(page: Page, act: Payload) -> None:
    kind = act.pop("kind")
    answer = await page.act(REQUESTER, kind, **act)
    assert not answer["ok"]
    assert answer["error"]
    assert not answer.get("noticed")


async def test_every_change_is_announced(double: SlackDouble, page: Page) -> None:
    async with page.session.get(f"{page.base}/sandbox/events") as stream:
        first = await stream.content.readline()
        assert json.loads(first.removeprefix(b"data: "))["rev"] == double.world.rev
        await stream.content.readline()
        await page.act(REQUESTER, "say", channel=OPS_PRODUCTION, text="hello")
        second = await stream.content.readline()
        assert json.loads(second.removeprefix(b"data: "))["rev"] > 1


async def test_small_acts_change_the_state(page: Page) -> None:
    said = await page.act(REQUESTER, "say", channel=OPS_PRODUCTION, text="hello")
    await page.act(APPROVER_ONE, "read", channel=OPS_PRODUCTION)
    await page.act(REQUESTER, "rename", user=REQUESTER, name="Night Shift")
    state = await page.get(f"state?as={APPROVER_ONE}")
    production = next(c for c in state["channels"] if c["id"] == OPS_PRODUCTION)
    assert production["unread"] == 0
    assert state["people"][0]["real_name"] == "Night Shift"
    await page.act(REQUESTER, "delete", channel=OPS_PRODUCTION, ts=said["ts"])
    assert (await page.get(f"state?as={APPROVER_ONE}"))["messages"][OPS_PRODUCTION] == []


async def test_faults_of_all_services_are_on_one_panel(double: SlackDouble, page: Page) -> None:
    class OtherPanel:
        def __init__(self) -> None:
            self.on = False

        def render(self) -> Payload:
            return {"slow": {"label": "Slow", "on": self.on, "count": None}}

        def set(self, name: str, *, on: bool | None = None, count: int | None = None) -> None:
            self.on = bool(on)

    double.fault_panels["aura"] = OtherPanel()
    faults = await page.get("faults")
    assert list(faults["slack"]) == [
        *("redeliver", "disconnect", "drop_socket", "silent_socket"),
        *("ratelimit", "unavailable", "drop_answer", "slow", "no_charts"),
    ]
    assert (await page.post("faults", service="aura", name="slow", on=True))["ok"]
    assert (await page.post("faults", service="slack", name="ratelimit", count=3))["ok"]
    assert (await page.post("faults", service="slack", name="disconnect", on=True))["ok"]
    faults = await page.get("faults")
    assert faults["aura"]["slow"]["on"]
    assert faults["slack"]["ratelimit"]["count"] == 3
    assert not faults["slack"]["disconnect"]["on"]
    assert not (await page.post("faults", service="slack", name="quake", on=True))["ok"]
    assert not (await page.post("faults", service="moon", name="slow", on=True))["ok"]


async def test_other_services_write_into_the_timeline(double: SlackDouble, page: Page) -> None:
    double.add_timeline(service="aura", direction="out", what="GET /v1/instances", status="503")
    (entry,) = (await page.get("timeline"))["entries"]
    assert (entry["service"], entry["what"], entry["status"]) == (
        *("aura", "GET /v1/instances", "503"),
    )


async def test_a_foreign_page_cannot_act(double: SlackDouble, page: Page) -> None:
    body = json.dumps({"as": REQUESTER, "kind": "say", "channel": OPS_PRODUCTION, "text": "a"})
    async with page.session.post(
        f"{page.base}/sandbox/act", data=body, headers={"Content-Type": "text/plain"}
    ) as answer:
        assert answer.status == 415
    assert double.person(REQUESTER).sees("ops-production") == []
