import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.aura.client import AuraClient, CredentialReport
from bot.core.base import InstanceId, ProjectId, SnapshotId
from bot.core.errors import (
    AuraAuthFailed,
    AuraConflict,
    AuraError,
    AuraNotFound,
    AuraUnavailable,
    AuraUnreachable,
)
from bot.core.instances import Project
from bot.ports import Aura
from tests.adapters.aura.stage import (
    INSTANCE,
    MAIN,
    ORDERS,
    OTHER,
    PERMIT,
    RESTORE,
    SNAPSHOT,
    SNAPSHOT_JSON,
    MovingClock,
    Reply,
    ScriptedAura,
    a_client,
    body_of,
    data,
    error,
)

LIST = "GET /v1/instances"
BILLING = InstanceId("0ther000")
SEEN = {"main": [INSTANCE], "other": [{**INSTANCE, "id": BILLING, "name": "billing"}]}


async def test_the_client_fulfils_the_port(client: AuraClient, aura: ScriptedAura) -> None:
    port: Aura = client
    aura.script("GET /v1/tenants", data([{"id": "p", "name": "Data platform"}]))
    aura.script(LIST, data([INSTANCE]))
    aura.script(f"GET /v1/instances/{ORDERS}/snapshots?date=2026-11-22", data([SNAPSHOT_JSON]))
    aura.script(f"GET /v1/instances/{ORDERS}/snapshots/{SNAPSHOT}", data(SNAPSHOT_JSON))
    assert await port.projects() == (Project(id=ProjectId("p"), name="Data platform"),)
    [listed] = await port.instances()
    assert (listed.id, listed.project_id, listed.cloud) == (ORDERS, "5d0e7a3e", "gcp")
    [of_day] = await port.snapshots(ORDERS, date(2026, 11, 22))
    assert of_day == await port.snapshot(ORDERS, SNAPSHOT)
    assert of_day.taken_at == datetime(2026, 11, 22, 7, 41, 9, tzinfo=UTC)


async def test_an_accepted_restore_tells_status_and_request_id(
    client: AuraClient, aura: ScriptedAura
) -> None:
    body = {**INSTANCE, "status": "restoring"}
    aura.script(f"POST {RESTORE}", data(body, 202, headers={"X-Request-Id": "ab/1"}))
    accepted = await client.overwrite_in_place(PERMIT)
    assert (accepted.status, accepted.request_id) == ("restoring", "ab/1")
    assert body_of(aura.requests[-1]) == {}


async def test_an_accepted_snapshot_tells_its_id(client: AuraClient, aura: ScriptedAura) -> None:
    aura.script(
        f"POST /v1/instances/{ORDERS}/snapshots",
        data({"snapshot_id": "s-1"}, 202, headers={"X-Request-Id": "ab/1"}),
    )
    accepted = await client.take_snapshot(ORDERS)
    assert (accepted.snapshot_id, accepted.request_id) == ("s-1", "ab/1")
    assert aura.requests[-1].headers["content-type"] == "application/json"


async def test_cookies_of_the_gateway_are_not_kept(client: AuraClient, aura: ScriptedAura) -> None:
    aura.answer = lambda request: data(INSTANCE, headers={"Set-Cookie": "a=b; Path=/"})
    await client.instance(ORDERS)
    await client.instance(ORDERS)
    assert "cookie" not in aura.requests[-1].headers


# -- several credentials ---------------------------------------------------------------------


class TwoAccounts(ScriptedAura):
    """Each credential sees what is in ``seen`` under its name, unless ``broken`` says otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, list[dict[str, object]]] = {k: list(v) for k, v in SEEN.items()}
        self.broken: dict[str, Reply] = {}
        self.answer = self._answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            pair = b64decode(request.headers["authorization"].split()[1]).decode()
            name = pair.split(":")[0].removeprefix("id-")
            body = {"access_token": f"token-{name}", "expires_in": 3600}
            self.requests.append(request)
            return httpx.Response(200, json=body)
        return await super().handle_async_request(request)

    def _answer(self, request: httpx.Request) -> Reply:
        name = request.headers["authorization"].removeprefix("Bearer token-")
        if name in self.broken:
            return self.broken[name]
        if request.url.path == "/v1/tenants":
            both = {"id": "shared", "name": "Shared"}
            return data([{"id": name, "name": name.title()}, both])
        if request.url.path == "/v1/instances":
            return data(self.seen[name])
        for one in self.seen[name]:
            if request.url.path == f"/v1/instances/{one['id']}":
                return data({**one, "status": f"seen by {name}"})
        return error(404, "db-not-found")


@pytest.fixture
def accounts() -> TwoAccounts:
    return TwoAccounts()


@pytest.fixture
async def both(accounts: TwoAccounts, clock: MovingClock) -> AsyncIterator[AuraClient]:
    async with a_client(accounts, clock, credentials=(MAIN, OTHER)) as client:
        yield client


async def test_what_all_credentials_see_is_one_list(both: AuraClient) -> None:
    assert [p.id for p in await both.projects()] == ["main", "shared", "other"]
    assert [i.id for i in await both.instances()] == [ORDERS, BILLING]


async def test_each_instance_is_asked_by_the_credential_that_sees_it(
    both: AuraClient, accounts: TwoAccounts
) -> None:
    assert (await both.instance(BILLING)).status == "seen by other"
    assert (await both.instance(ORDERS)).status == "seen by main"
    assert accounts.calls.count(LIST) == 2


async def test_the_first_credential_that_sees_an_instance_serves_it(
    both: AuraClient, accounts: TwoAccounts
) -> None:
    accounts.seen["other"].append(dict(INSTANCE))
    assert [i.id for i in await both.instances()] == [ORDERS, BILLING]
    assert (await both.instance(ORDERS)).status == "seen by main"


async def test_many_callers_cause_one_search(both: AuraClient, accounts: TwoAccounts) -> None:
    await asyncio.gather(*(both.instance(ORDERS) for _ in range(10)))
    assert accounts.calls.count(LIST) == 2
    lost = await asyncio.gather(
        *(both.instance(InstanceId("gone0000")) for _ in range(5)), return_exceptions=True
    )
    assert {type(outcome) for outcome in lost} == {AuraNotFound}
    assert accounts.calls.count(LIST) == 4


async def test_an_instance_that_moved_is_found_again(
    both: AuraClient, accounts: TwoAccounts
) -> None:
    await both.instance(ORDERS)
    accounts.seen = {"main": [], "other": [INSTANCE]}
    with pytest.raises(AuraNotFound):
        await both.instance(ORDERS)
    assert (await both.instance(ORDERS)).status == "seen by other"


async def test_a_missing_snapshot_does_not_forget_the_instance(
    both: AuraClient, accounts: TwoAccounts
) -> None:
    accounts.script(
        f"GET /v1/instances/{ORDERS}/snapshots/{SNAPSHOT}", error(404, "snapshot-not-found")
    )
    with pytest.raises(AuraNotFound):
        await both.snapshot(ORDERS, SNAPSHOT)
    await both.instance(ORDERS)
    assert accounts.calls.count(LIST) == 2


async def test_a_broken_credential_hides_nothing_in_lists(
    both: AuraClient, accounts: TwoAccounts
) -> None:
    accounts.broken["other"] = error(403)
    with pytest.raises(AuraAuthFailed):
        await both.instances()
    with pytest.raises(AuraAuthFailed):
        await both.projects()


async def test_a_broken_credential_does_not_stop_the_other(
    both: AuraClient, accounts: TwoAccounts
) -> None:
    accounts.broken["other"] = error(503)
    assert (await both.instance(ORDERS)).status == "seen by main"


@pytest.mark.parametrize(
    ("broken", "kind"), [(error(403), AuraAuthFailed), (error(503), AuraUnreachable)]
)
async def test_while_a_credential_is_broken_an_unknown_instance_has_not_gone(
    both: AuraClient, accounts: TwoAccounts, broken: Reply, kind: type[AuraError]
) -> None:
    accounts.broken["other"] = broken
    permit = PERMIT.model_copy(update={"names": {**PERMIT.names, "instance": BILLING}})
    with pytest.raises(kind) as caught:
        await both.overwrite_in_place(permit)
    assert caught.value.definite
    assert not any("restore" in call for call in accounts.calls)


# -- the doctor ------------------------------------------------------------------------------


async def test_the_probe_reports_on_every_credential(
    both: AuraClient, accounts: TwoAccounts
) -> None:
    accounts.broken["other"] = error(403)
    good, bad = await both.probe()
    assert (good.name, good.signed_in, [p.id for p in good.projects]) == (
        "main",
        True,
        ["main", "shared"],
    )
    assert (bad.name, bad.signed_in, bad.projects) == ("other", True, ())
    assert bad.error == "Aura does not permit this with the API credential"
    assert bad.hint


async def test_the_probe_tells_a_wrong_secret(client: AuraClient, aura: ScriptedAura) -> None:
    aura.script("POST /oauth/token", error(401))
    [report] = await client.probe()
    assert report == CredentialReport(
        name="main",
        signed_in=False,
        error="Aura does not accept the API credential “main”",
        hint="Check its client id and secret, and that it still exists in the console.",
    )


# -- nothing else can be destructive ---------------------------------------------------------

WILD = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            f"{SNAPSHOT}/restore",
            f"{SNAPSHOT}%2Frestore",
            f"../{ORDERS}/snapshots/{SNAPSHOT}/restore",
            "..",
            f"{ORDERS}/overwrite",
            f"{ORDERS}?x=",
            f"{ORDERS}#",
            f"{ORDERS}\n",
            "https://elsewhere.test/",
            "x" * 5000,
        ]
    ),
)


@given(instance_id=WILD, snapshot_id=WILD, day=st.dates())
async def test_no_other_method_sends_anything_destructive(
    instance_id: str, snapshot_id: str, day: date
) -> None:
    aura = ScriptedAura()
    aura.answer = lambda request: error(409)
    one, taken = InstanceId(instance_id), SnapshotId(snapshot_id)
    async with a_client(aura, MovingClock()) as client:
        for call in (
            client.projects(),
            client.instances(),
            client.instance(one),
            client.snapshots(one, day),
            client.snapshot(one, taken),
            client.snapshot(ORDERS, taken),
            client.take_snapshot(one),
        ):
            with pytest.raises((AuraConflict, AuraNotFound)):
                await call
    for request in aura.requests:
        path = request.url.raw_path.decode()
        assert request.method in ("GET", "POST")
        if request.method == "POST":
            assert path == "/oauth/token" or path.count("/") == 4
            assert path.endswith(("/oauth/token", "/snapshots"))


@given(instance_id=WILD, snapshot_id=WILD)
async def test_a_restore_goes_to_the_permits_path_or_nowhere(
    instance_id: str, snapshot_id: str
) -> None:
    aura = ScriptedAura()
    aura.answer = lambda request: error(409)
    names = {"instance": instance_id, "snapshot": snapshot_id}
    permit = PERMIT.model_copy(update={"names": names})
    async with a_client(aura, MovingClock()) as client:
        with pytest.raises((AuraConflict, AuraNotFound)):
            await client.overwrite_in_place(permit)
    expected = f"POST /v1/instances/{instance_id}/snapshots/{snapshot_id}/restore"
    assert aura.calls in ([], [expected])


@pytest.mark.parametrize("crossed", ["instance", "snapshot"])
async def test_an_answer_about_something_else_is_not_taken_for_what_was_asked(
    client: AuraClient, aura: ScriptedAura, crossed: str
) -> None:
    path = f"/v1/instances/{ORDERS}"
    aura.script(f"GET {path}", data({**INSTANCE, "id": "ffff0000"}))
    aura.script(f"GET {path}/snapshots/{SNAPSHOT}", data({**SNAPSHOT_JSON, "snapshot_id": "other"}))
    ask = client.instance(ORDERS) if crossed == "instance" else client.snapshot(ORDERS, SNAPSHOT)
    with pytest.raises(AuraUnavailable, match="something else"):
        await ask
