"""Tokens, permissions and the rate limit."""

from email.utils import parsedate_to_datetime

import httpx
import pytest

from sandbox.aura import AuraDouble
from sandbox.aura.fleet import CLIENT_ID, CLIENT_SECRET, COMMERCE, DATA_LAB, ORDERS_PROD
from sandbox.aura.fleet import SANDBOX_PAID as LAB_INSTANCE
from tests.sandbox.aura.caller import Caller, HandClock, calling, order, reason


async def test_token_has_the_life_and_the_lower_case_type_of_the_real_one(aura: Caller) -> None:
    answer = await aura.token(CLIENT_ID, CLIENT_SECRET)
    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 3600
    assert answer.json()["token_type"] == "bearer"


@pytest.mark.parametrize(("client", "secret"), [(CLIENT_ID, "wrong"), ("nobody", CLIENT_SECRET)])
async def test_wrong_credentials_get_the_oauth_error(
    aura: Caller, client: str, secret: str
) -> None:
    answer = await aura.token(client, secret)
    assert answer.status_code == 401
    assert set(answer.json()) == {"error", "error_description"}


@pytest.mark.parametrize("authorization", ["", "Bearer abc", "Basic ???", "Basic /w=="])
async def test_credentials_come_as_basic_or_not_at_all(aura: Caller, authorization: str) -> None:
    answer = await aura.http.post("/oauth/token", headers={"Authorization": authorization})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("", "application/x-www-form-urlencoded", 404),
        ("grant_type=password", "application/x-www-form-urlencoded", 403),
        ('{"grant_type":"client_credentials"}', "application/json", 400),
    ],
)
async def test_token_refuses_a_grant_that_is_not_a_form_of_client_credentials(
    aura: Caller, body: str, content_type: str, status: int
) -> None:
    answer = await aura.http.post(
        "/oauth/token",
        auth=(CLIENT_ID, CLIENT_SECRET),
        content=body,
        headers={"Content-Type": content_type},
    )
    assert answer.status_code == status
    assert "error_description" in answer.json()


async def test_no_token_is_401_in_the_shape_of_the_gateway(aura: Caller) -> None:
    del aura.http.headers["Authorization"]
    answer = await aura.get("/instances")
    assert answer.status_code == 401
    assert set(answer.json()) == {"error"}
    assert "X-Request-Id" not in answer.headers


async def test_unknown_token_is_403(aura: Caller) -> None:
    aura.http.headers["Authorization"] = "Bearer made-up"
    assert (await aura.get("/instances")).status_code == 403


async def test_token_is_good_for_an_hour_and_then_403(aura: Caller, clock: HandClock) -> None:
    clock.advance(seconds=3599)
    assert (await aura.get("/instances")).status_code == 200
    clock.advance(seconds=1)
    answer = await aura.get("/instances")
    assert answer.status_code == 403
    assert set(answer.json()) == {"error"}


async def test_tokens_can_be_revoked(aura: Caller, double: AuraDouble) -> None:
    double.expire_tokens()
    assert (await aura.get("/instances")).status_code == 403
    await aura.log_in()
    assert (await aura.get("/instances")).status_code == 200


async def test_credentials_reach_only_their_projects(clock: HandClock) -> None:
    double = AuraDouble(now=clock, reach={CLIENT_ID: [COMMERCE]})
    async with calling(double) as aura:
        listed = (await aura.get("/instances")).json()["data"]
        assert {i["tenant_id"] for i in listed} == {COMMERCE}
        assert [p["id"] for p in (await aura.get("/tenants")).json()["data"]] == [COMMERCE]
        assert reason(await aura.get(f"/instances/{LAB_INSTANCE}"), status=403) == "unauthorized"
        assert reason(await aura.get(f"/tenants/{DATA_LAB}"), status=403) == "unauthorized"


async def test_credentials_that_may_only_look_are_refused_what_changes_something(
    aura: Caller, double: AuraDouble
) -> None:
    double.faults.forbid.always()
    assert await aura.snapshots(ORDERS_PROD) != []
    one = f"/instances/{ORDERS_PROD}"
    for answer in (
        await aura.post(f"{one}/snapshots"),
        await aura.post(f"{one}/snapshots/x/restore"),
        await aura.post(f"{one}/overwrite"),
        await aura.post(f"{one}/pause"),
        await aura.patch(one, {"name": "orders"}),
        await aura.delete(one),
        await aura.post("/instances", order()),
    ):
        assert reason(answer, status=403) == "unauthorized"
        assert "X-Request-Id" in answer.headers
    double.faults.forbid.off()
    await aura.take(ORDERS_PROD)


async def test_limit_answers_429_with_seconds_a_date_and_no_word_in_turn(clock: HandClock) -> None:
    async with calling(AuraDouble(now=clock, requests_per_minute=2)) as aura:
        await aura.get("/instances")
        clock.advance(seconds=20)
        await aura.get("/instances")
        first, second, third = [await aura.get("/instances") for _ in range(3)]
        assert {a.status_code for a in (first, second, third)} == {429}
        assert set(first.json()) == {"error"}
        assert first.headers["Retry-After"] == "40"
        assert (parsedate_to_datetime(second.headers["Retry-After"]) - clock.now).seconds == 40
        assert "Retry-After" not in third.headers
        clock.advance(seconds=40)
        assert (await aura.get("/instances")).status_code == 200
        assert (await aura.get("/instances")).status_code == 429


async def test_limit_counts_each_credential_by_itself(clock: HandClock) -> None:
    double = AuraDouble(
        now=clock, requests_per_minute=1, clients={CLIENT_ID: CLIENT_SECRET, "other": "secret"}
    )
    async with calling(double) as aura:
        assert (await aura.get("/tenants")).status_code == 200
        assert (await aura.get("/tenants")).status_code == 429
        await aura.log_in("other", "secret")
        assert (await aura.get("/tenants")).status_code == 200


async def test_authenticated_answers_carry_a_request_id_of_the_real_form(
    aura: Caller, double: AuraDouble
) -> None:
    answer = await aura.get(f"/instances/{ORDERS_PROD}")
    left, _, right = answer.headers["X-Request-Id"].partition("/")
    assert (len(left), len(right), right.isdecimal()) == (32, 19, True)
    int(left, 16)
    assert double.calls[-1].request_id == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("path", ["/snapshots", "/pause", "/snapshots/x/restore", "/overwrite"])
async def test_post_without_a_content_type_is_415(aura: Caller, path: str) -> None:
    answer = await aura.http.post(f"/v1/instances/{ORDERS_PROD}{path}")
    assert answer.status_code == 415
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize("body", [None, {}])
async def test_post_with_the_type_may_be_empty_or_an_empty_object(
    aura: Caller, body: dict[str, object] | None
) -> None:
    answer = await aura.post(f"/instances/{ORDERS_PROD}/snapshots", body)
    assert answer.status_code == 202


@pytest.mark.parametrize("raw", [b"{", b"[]", b"\xff", b"[" * 100_000])
async def test_body_that_is_no_json_object_is_400(aura: Caller, raw: bytes) -> None:
    answer = await aura.http.post(
        f"/v1/instances/{ORDERS_PROD}/snapshots",
        content=raw,
        headers={"Content-Type": "application/json"},
    )
    assert reason(answer, status=400) == "validation-error"


async def test_unknown_paths_and_methods_are_answered_by_the_gateway(aura: Caller) -> None:
    assert (await aura.get("/nothing")).json() == {"error": "Not Found"}
    answer: httpx.Response = await aura.http.put("/v1/instances")
    assert answer.status_code == 405
    assert answer.json() == {"error": "Method Not Allowed"}
