"""The console's import in the double: each call as Neo4j's own command sends it."""

import zlib
from collections.abc import AsyncIterator

import httpx
import pytest

from sandbox.aura import AuraDouble
from sandbox.aura.archives import backup_file, dump_file, graph_in
from sandbox.aura.fleet import (
    ORDERS_PROD,
    ORDERS_STAGING,
    SANDBOX_FREE,
    SANDBOX_PAID,
    database_password,
)
from sandbox.aura.graphs import EMPTY, Graph, shop
from tests.sandbox.aura.caller import HandClock

GRAPH = shop("uploaded", nodes=40, relationships=80)
FILE = dump_file(GRAPH)
GRAIN = 256 * 1024


class Official:
    """Speaks the protocol the way `neo4j-admin database upload` does, and never tries again."""

    def __init__(self, http: httpx.AsyncClient, instance_id: str, content: bytes = FILE) -> None:
        self.http = http
        self.instance_id = instance_id
        self.content = content
        self.crc = zlib.crc32(content)
        self.token = "none yet"

    def path(self, version: int, rest: str = "") -> str:
        return f"/v{version}/databases/{self.instance_id}/import{rest}"

    async def auth(
        self, *, confirmed: bool = True, user: str = "neo4j", password: str | None = None
    ) -> httpx.Response:
        answer = await self.http.post(
            self.path(1, "/auth"),
            auth=(user, password or database_password(self.instance_id, user)),
            headers={"Confirmed": "true" if confirmed else "false"},
        )
        if answer.status_code == 200:
            self.token = answer.json()["Token"]
        return answer

    async def post(self, path: str, **said: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Neo4j-Version": "5.26.0"}
        return await self.http.post(path, json=said, headers=headers)

    async def initiate(self) -> httpx.Response:
        size = len(self.content)
        return await self.post(self.path(2), Crc32=self.crc, DumpSize=size, FullSize=size * 3)

    async def complete(self, **said: object) -> httpx.Response:
        return await self.post(self.path(1, "/upload-complete"), Crc32=self.crc, **said)

    async def status(self) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = await self.http.get(self.path(1, "/status"), headers=headers)
        found: dict[str, object] = answer.json()
        return found

    async def location(self) -> str:
        signed = (await self.initiate()).json()["SignedURI"]
        begun = await self.http.post(
            signed, headers={"x-goog-resumable": "start", "Content-Type": ""}
        )
        assert begun.status_code == 201
        return begun.headers["Location"]

    async def position(self, location: str) -> httpx.Response:
        asked = {"Content-Range": f"bytes */{len(self.content)}"}
        return await self.http.put(location, headers=asked)

    async def put(self, location: str, at: int = 0) -> httpx.Response:
        size = len(self.content)
        said = {"Content-Range": f"bytes {at}-{size - 1}/{size}"} if at else {}
        return await self.http.put(location, headers=said, content=self.content[at:])


@pytest.fixture
def double(clock: HandClock) -> AuraDouble:
    return AuraDouble(now=clock, requests_per_minute=None, part_size=1000)


@pytest.fixture
async def http(double: AuraDouble) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=await double.start()) as client:
        yield client
    await double.stop()


async def test_google_a_file_becomes_the_graph_of_the_instance(
    double: AuraDouble, http: httpx.AsyncClient, clock: HandClock
) -> None:
    client = Official(http, ORDERS_PROD)
    await client.auth()
    assert (await client.post(client.path(1, "/size"), FullSize=1 << 30)).status_code == 200
    location = await client.location()
    assert (await client.put(location)).status_code == 200
    assert (await client.position(location)).status_code == 200
    assert (await client.complete()).status_code == 200
    assert await client.status() == {"Status": "running"}
    clock.advance(seconds=10)
    assert await client.status() == {"Status": "loading"}
    assert double.graph(ORDERS_PROD) != GRAPH
    clock.advance(seconds=150)
    assert await client.status() == {"Status": "running"}
    assert double.graph(ORDERS_PROD) == GRAPH
    assert [(r.kind, r.instance_id) for r in double.restores] == [("upload", ORDERS_PROD)]


async def test_amazon_takes_parts_and_hands_out_links_for_those_left(
    double: AuraDouble, http: httpx.AsyncClient, clock: HandClock
) -> None:
    client = Official(http, SANDBOX_PAID)
    await client.auth()
    said = (await client.initiate()).json()
    total, chunk = said["TotalParts"], -(-len(FILE) // said["TotalParts"])
    assert total == len(said["SignedLinks"]) > 1
    first = await http.put(said["SignedLinks"][0], content=FILE[:chunk])
    assert first.status_code == 200
    assert first.headers["ETag"]
    left = (await client.initiate()).json()["SignedLinks"]
    assert left == said["SignedLinks"][1:]
    for n, link in enumerate(left, start=1):
        await http.put(link, content=FILE[chunk * n : chunk * (n + 1)])
    upload = {"Crc32": client.crc, "UploadID": said["UploadID"]}
    parts = (await client.post(client.path(1, "/multipart-upload-status"), **upload)).json()
    assert len(parts["Parts"]) == total
    assert (await client.complete(**{**parts, "Parts": parts["Parts"][:1]})).status_code == 400
    assert (await client.complete(**parts)).status_code == 200
    clock.advance(seconds=200)
    assert double.graph(SANDBOX_PAID) == GRAPH


async def test_who_may_upload_into_what(http: httpx.AsyncClient) -> None:
    client = Official(http, ORDERS_PROD)
    assert (await client.auth(confirmed=False)).status_code == 409
    assert (await client.auth(password="wrong")).status_code == 401
    assert (await client.auth(user="reader")).status_code == 403
    assert (await Official(http, "deadbeef").auth()).status_code == 404
    assert (await Official(http, ORDERS_STAGING).auth()).status_code == 404  # paused
    assert (await client.initiate()).status_code == 401
    other = Official(http, SANDBOX_FREE)
    await other.auth()
    client.token = other.token
    assert (await client.initiate()).status_code == 401


async def test_what_does_not_fit_is_refused(http: httpx.AsyncClient) -> None:
    client = Official(http, ORDERS_PROD)
    await client.auth()
    refused = await client.post(client.path(1, "/size"), FullSize=17 << 30)
    assert (refused.status_code, refused.json()["Reason"]) == (422, "ImportExceedsMaxSize")


async def test_without_consent_nothing_is_loaded(
    double: AuraDouble, http: httpx.AsyncClient
) -> None:
    empty = Official(http, ORDERS_PROD)
    double.world.instances[ORDERS_PROD].databases.default.graph = lambda: EMPTY
    assert (await empty.auth(confirmed=False)).status_code == 200
    await empty.put(await empty.location())
    double.world.instances[ORDERS_PROD].databases.default.graph = lambda: GRAPH
    assert (await empty.complete()).status_code == 409
    assert double.restores == []


async def test_google_forgets_and_refuses_what_it_has(
    double: AuraDouble, http: httpx.AsyncClient
) -> None:
    content = FILE + bytes(2 * GRAIN)
    client = Official(http, ORDERS_PROD, content)
    await client.auth()
    location = await client.location()
    double.faults.storage_drops.next()
    with pytest.raises(httpx.TransportError):
        await client.put(location)
    there = await client.position(location)
    assert (there.status_code, there.headers["Range"]) == (308, f"bytes=0-{GRAIN - 1}")
    assert (await client.put(location, at=2 * GRAIN)).status_code == 503
    double.faults.storage_forgets.next()
    forgot = await client.position(location)
    assert (forgot.status_code, "Range" in forgot.headers) == (308, False)
    assert (await client.put(location)).status_code == 200
    again = await client.put(location)
    assert again.status_code == 403
    assert "<Code>AccessDenied</Code>" in again.text
    assert "storage.objects.delete" in again.text


async def test_google_goes_on_in_the_middle(double: AuraDouble, http: httpx.AsyncClient) -> None:
    client = Official(http, ORDERS_PROD, bytes(3 * GRAIN))
    await client.auth()
    location = await client.location()
    double.faults.storage_drops.next()
    with pytest.raises(httpx.TransportError):
        await client.put(location)
    assert (await client.put(location, at=GRAIN)).status_code == 200


async def test_an_incomplete_or_foreign_file_is_not_loaded(
    double: AuraDouble, http: httpx.AsyncClient, clock: HandClock
) -> None:
    client = Official(http, ORDERS_PROD, b"DZV1 of somebody else")
    await client.auth()
    location = await client.location()
    assert (await client.complete()).status_code == 400
    await client.put(location)
    assert (await client.complete()).status_code == 200
    clock.advance(seconds=200)
    said = await client.status()
    assert said["Status"] == "loading failed"
    assert said["Error"]
    assert double.status_of(ORDERS_PROD) == "loading failed"


async def test_a_load_may_fail_or_never_begin(
    double: AuraDouble, http: httpx.AsyncClient, clock: HandClock
) -> None:
    client = Official(http, ORDERS_PROD)
    await client.auth()
    await client.put(await client.location())
    double.faults.load_stays.next()
    assert (await client.complete()).status_code == 200
    clock.advance(seconds=600)
    assert await client.status() == {"Status": "running"}
    await client.put(await client.location())
    double.faults.load_fails.next()
    await client.complete()
    clock.advance(seconds=200)
    assert (await client.status())["Status"] == "loading failed"


async def test_links_without_their_signature_open_nothing(
    double: AuraDouble, http: httpx.AsyncClient
) -> None:
    client = Official(http, ORDERS_PROD)
    await client.auth()
    signed = (await client.initiate()).json()["SignedURI"]
    assert (await http.post(signed.split("?")[0])).status_code == 403
    assert (await http.put(f"{signed.split('?')[0]}/wrong")).status_code == 404
    paid = Official(http, SANDBOX_PAID)
    await paid.auth()
    link = (await paid.initiate()).json()["SignedLinks"][0]
    assert (await http.put(link.split("?")[0], content=b"x")).status_code == 403
    assert (await http.put(link, content=b"x")).status_code == 400
    secrets = [i.secret for i in double.console.imports.values()]
    assert not [c for c in double.calls for s in secrets if s in c.path]


async def test_it_can_be_down(double: AuraDouble, http: httpx.AsyncClient) -> None:
    client = Official(http, ORDERS_PROD)
    double.faults.console_down.next(3)
    assert [(await client.auth()).status_code for _ in range(3)] == [502, 503, 504]
    await client.auth()
    location = await client.location()
    double.faults.storage_down.next(5)
    met = [(await client.put(location)).status_code for _ in range(4)]
    assert met == [503, 500, 502, 504]
    signed = (await client.initiate()).json()["SignedURI"]
    assert (await http.post(signed, headers={"x-goog-resumable": "start"})).status_code == 503


async def test_a_snapshot_is_exported_as_a_backup_that_loads_again(
    double: AuraDouble, http: httpx.AsyncClient, clock: HandClock
) -> None:
    snapshots = double.world.instances[ORDERS_PROD].snapshots(clock())
    wanted = next(s for s in snapshots.all(clock()) if s.exportable(clock()))
    told = {"instance_id": ORDERS_PROD, "snapshot_id": wanted.id}
    content = (await http.get("/sandbox/aura/export", params=told)).content
    assert graph_in(content) == wanted.content["neo4j"]()
    hourly = next(s for s in snapshots.all(clock()) if not s.exportable(clock()))
    told["snapshot_id"] = hourly.id
    assert (await http.get("/sandbox/aura/export", params=told)).status_code == 400


@pytest.mark.parametrize("graph", [EMPTY, GRAPH], ids=["empty", "small"])
def test_files_carry_the_graph_there_and_back(graph: Graph, clock: HandClock) -> None:
    assert graph_in(dump_file(graph)) == graph
    assert graph_in(backup_file(graph, database="neo4j", taken_at=clock())) == graph
    assert graph_in(b"DZV1" + dump_file(graph)[20:]) is None
