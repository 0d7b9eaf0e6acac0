"""What may create and delete instances, at the guard and through the client."""

from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.aura.client import AuraClient
from bot.adapters.aura.guard import Blocked, Effect, Guard
from bot.core.base import InstanceId, OperationId, ProjectId
from bot.core.copies import CopyOrder, CopyPermit, DeletePermit
from bot.core.errors import (
    AuraNotFound,
    AuraRefused,
    AuraThrottled,
    AuraUnavailable,
    AuraUnreachable,
    NotAllowed,
    StoreUnavailable,
)
from tests.adapters.aura.stage import (
    MAIN,
    NOON,
    ORDERS,
    OTHER,
    PERMIT,
    SNAPSHOT,
    URL,
    Ledger,
    MovingClock,
    ScriptedAura,
    Unlimited,
    body_of,
    data,
    error,
)

CREATE = "POST /v1/instances"
SCRATCH = InstanceId("e5f60718")
HELD = DeletePermit(name="savepoint-scratch-1", instance_id=SCRATCH)
COPY = CopyPermit(
    operation_id=OperationId("drl-1"),
    order=CopyOrder(
        name="savepoint-scratch-1",
        project_id=ProjectId("5d0e7a3e"),
        cloud="gcp",
        region="europe-west1",
        tier="business-critical",
        memory="8GB",
        version="5",
        source_instance_id=ORDERS,
        source_snapshot_id=SNAPSHOT,
    ),
    scratch=True,
    intended_at=NOON,
)
MADE = {
    "id": SCRATCH,
    "name": "savepoint-scratch-1",
    "connection_url": "neo4j+s://e5f60718.databases.neo4j.io",
    "username": "neo4j",
    "password": "made-up-once-only",
    "tenant_id": "5d0e7a3e",
}


class Book:
    """A ledger that knows one copy and one instance."""

    def __init__(self) -> None:
        self.claims: list[str] = []
        self.held = {HELD}
        self.away = False

    async def claim(self, permit: CopyPermit) -> bool:
        if self.away:
            raise StoreUnavailable("the store does not answer")
        self.claims.append(permit.order.name)
        return self.claims.count(permit.order.name) == 1

    async def holds(self, permit: DeletePermit) -> bool:
        if self.away:
            raise StoreUnavailable("the store does not answer")
        return permit in self.held


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
async def client(aura: ScriptedAura, clock: MovingClock, book: Book) -> AsyncIterator[AuraClient]:
    async with AuraClient(
        [MAIN],
        url=URL,
        clock=clock,
        allowance=Unlimited(),
        consume=Ledger(),
        transport=aura,
        ledger=book,
    ) as client:
        yield client


async def test_created_instance_is_told_with_its_password_and_never_shows_it(
    client: AuraClient, aura: ScriptedAura
) -> None:
    aura.script(CREATE, data(MADE, 202, headers={"X-Request-Id": "ab/1"}))
    made = await client.create_copy(COPY)
    assert (made.instance_id, made.username, made.request_id) == (SCRATCH, "neo4j", "ab/1")
    assert made.password.get_secret_value() == "made-up-once-only"
    assert "made-up" not in f"{made!r} {made} {made.model_dump_json()}"
    assert body_of(aura.requests[-1]) == {
        "name": "savepoint-scratch-1",
        "tenant_id": "5d0e7a3e",
        "cloud_provider": "gcp",
        "region": "europe-west1",
        "type": "business-critical",
        "memory": "8GB",
        "version": "5",
        "source_instance_id": ORDERS,
        "source_snapshot_id": SNAPSHOT,
    }


async def test_create_leaves_once_whatever_came_of_it(
    client: AuraClient, aura: ScriptedAura
) -> None:
    aura.script(CREATE, httpx.ReadTimeout("no answer"), data(MADE, 202))
    with pytest.raises(AuraUnavailable) as lost:
        await client.create_copy(COPY)
    assert not lost.value.definite
    with pytest.raises(NotAllowed):
        await client.create_copy(COPY)
    assert aura.calls == [CREATE]


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_create_is_not_repeated_on_a_bad_gateway(
    client: AuraClient, aura: ScriptedAura, status: int
) -> None:
    aura.script(CREATE, error(status), data(MADE, 202))
    with pytest.raises(AuraUnavailable):
        await client.create_copy(COPY)
    assert aura.calls == [CREATE]


async def test_create_that_the_gateway_turned_away_is_asked_for_again(
    client: AuraClient, aura: ScriptedAura, book: Book
) -> None:
    aura.script(CREATE, error(429, headers={"Retry-After": "2"}), data(MADE, 202))
    assert (await client.create_copy(COPY)).instance_id == SCRATCH
    assert aura.calls == [CREATE, CREATE]
    assert book.claims == ["savepoint-scratch-1"]


async def test_create_that_was_always_turned_away_may_be_tried_later(
    client: AuraClient, aura: ScriptedAura
) -> None:
    aura.script(CREATE, *(error(429) for _ in range(3)), data(MADE, 202))
    with pytest.raises(AuraThrottled):
        await client.create_copy(COPY)
    assert (await client.create_copy(COPY)).instance_id == SCRATCH


async def test_create_that_found_no_connection_may_be_tried_later(
    client: AuraClient, aura: ScriptedAura
) -> None:
    aura.script(CREATE, httpx.ConnectError("nobody there"), data(MADE, 202))
    with pytest.raises(AuraUnreachable):
        await client.create_copy(COPY)
    assert (await client.create_copy(COPY)).instance_id == SCRATCH


async def test_old_leave_to_create_opens_nothing(
    client: AuraClient, aura: ScriptedAura, clock: MovingClock
) -> None:
    clock.pass_by(61)
    with pytest.raises(AuraUnreachable, match="too much time"):
        await client.create_copy(COPY)
    assert aura.calls == []


async def test_refusal_of_a_create_is_told(client: AuraClient, aura: ScriptedAura) -> None:
    aura.script(CREATE, error(400, "missing-billing-details"))
    with pytest.raises(AuraRefused) as refused:
        await client.create_copy(COPY)
    assert refused.value.definite


async def test_nothing_is_sent_without_the_store(
    client: AuraClient, aura: ScriptedAura, book: Book
) -> None:
    book.away = True
    with pytest.raises(AuraUnreachable):
        await client.create_copy(COPY)
    with pytest.raises(AuraUnreachable):
        await client.delete_owned(HELD)
    assert aura.calls == []


async def test_without_a_ledger_nothing_is_created_or_deleted(
    aura: ScriptedAura, clock: MovingClock
) -> None:
    async with AuraClient(
        [MAIN], url=URL, clock=clock, allowance=Unlimited(), consume=Ledger(), transport=aura
    ) as client:
        with pytest.raises(NotAllowed):
            await client.create_copy(COPY)
        with pytest.raises(NotAllowed):
            await client.delete_owned(HELD)
    assert aura.calls == []


async def test_what_the_ledger_holds_is_deleted(client: AuraClient, aura: ScriptedAura) -> None:
    body = {"id": SCRATCH, "status": "destroying"}
    aura.script(f"DELETE /v1/instances/{SCRATCH}", error(429), data(body, 202))
    assert (await client.delete_owned(HELD)).status == "destroying"
    assert len(aura.calls) == 2


@settings(max_examples=400)
@given(
    instance=st.sampled_from(
        [SCRATCH, SCRATCH, ORDERS, "0d5e7a11", "ffffffff", "a/../b", "", "x" * 200]
    ),
    name=st.sampled_from(["savepoint-scratch-1", "orders-prod", "savepoint-scratch-2", ""]),
    path=st.sampled_from(
        [SCRATCH, SCRATCH, ORDERS, "0d5e7a11", f"{SCRATCH}/", f"{SCRATCH}/snapshots"]
    ),
    effect=st.sampled_from([Effect.DELETE_OWNED] * 10 + list(Effect)),
    content=st.sampled_from([b"", b"", b"", b"{}"]),
    other=st.sampled_from([None, None, None, COPY, PERMIT]),
)
async def test_no_delete_leaves_for_what_the_ledger_does_not_hold(
    instance: str, name: str, path: str, effect: Effect, content: bytes, other: object
) -> None:
    aura = ScriptedAura()
    aura.answer = lambda request: data({}, 202)
    guard = Guard(aura, origin=httpx.URL(URL), consume=Ledger(), clock=MovingClock(), ledger=Book())
    permit = DeletePermit(name=name, instance_id=InstanceId(instance))
    request = httpx.Request(
        "DELETE",
        f"{URL}/v1/instances/{path}",
        content=content,
        extensions={"effect": effect, "permit": other or permit},
    )
    if (
        (path, effect, content) == (SCRATCH, Effect.DELETE_OWNED, b"")
        and permit == HELD
        and not other
    ):
        await guard.handle_async_request(request)
    else:
        with pytest.raises((Blocked, NotAllowed)):
            await guard.handle_async_request(request)
        assert aura.requests == []


@pytest.mark.parametrize("permit", [None, PERMIT, HELD, "a permit"])
async def test_create_needs_a_permit_that_names_its_body(
    aura: ScriptedAura, clock: MovingClock, permit: object
) -> None:
    guard = Guard(aura, origin=httpx.URL(URL), consume=Ledger(), clock=clock, ledger=Book())
    other = COPY.order.model_copy(update={"memory": "512GB"})
    for given_permit, body in ((permit, COPY.order.body()), (COPY, other.body()), (COPY, b"{}")):
        with pytest.raises(Blocked):
            await guard.handle_async_request(
                httpx.Request(
                    "POST",
                    f"{URL}/v1/instances",
                    content=body,
                    headers={"Content-Type": "application/json"},
                    extensions={"effect": Effect.CREATE_COPY, "permit": given_permit},
                )
            )
    assert aura.requests == []


# -- what may be created ---------------------------------------------------------------------

OFFER = {
    "region": "europe-west1",
    "region_name": "Belgium (europe-west1)",
    "type": "business-critical",
    "memory": "8GB",
    "storage": "16GB",
    "version": "5",
    "cloud_provider": "gcp",
}


async def test_offers_of_a_project_are_read(client: AuraClient, aura: ScriptedAura) -> None:
    project = {"id": "p", "name": "Drills", "instance_configurations": [OFFER]}
    aura.script("GET /v1/tenants/p", data(project))
    [offer] = await client.offers(ProjectId("p"))
    assert (offer.tier, offer.memory, offer.storage) == ("business-critical", "8GB", "16GB")
    assert (offer.cloud, offer.region, offer.version) == ("gcp", "europe-west1", "5")


async def test_an_id_that_bends_the_path_is_no_project(
    client: AuraClient, aura: ScriptedAura
) -> None:
    with pytest.raises(AuraNotFound):
        await client.offers(ProjectId("../instances"))
    assert aura.calls == []


@pytest.mark.parametrize("broken", [404, 400])
async def test_offers_come_from_the_credential_that_sees_the_project(
    aura: ScriptedAura, clock: MovingClock, broken: int
) -> None:
    answers = [error(broken), data({"id": "p", "instance_configurations": [OFFER]})]
    aura.script("GET /v1/tenants/p", *answers)
    async with AuraClient(
        [MAIN, OTHER], url=URL, clock=clock, allowance=Unlimited(), consume=Ledger(), transport=aura
    ) as client:
        assert len(await client.offers(ProjectId("p"))) == 1
        aura.script("GET /v1/tenants/p", error(404, "tenant-not-found"), error(broken))
        with pytest.raises((AuraNotFound, AuraRefused)) as refused:
            await client.offers(ProjectId("p"))
        assert refused.value.status == broken
