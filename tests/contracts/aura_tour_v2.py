"""A tour through every v2beta1 call of the Aura double, meeting the statuses each of them has."""

from sandbox.aura import AuraDouble
from sandbox.aura.fleet import BOOKKEEPING, COMMERCE, HOME, LEDGER_PROD, LEDGERS, ORDERS_PROD
from tests.sandbox.aura.caller import HandClock
from tests.sandbox.aura.caller_v2 import PROJECT, CallerV2, order

UNKNOWN = "ffffffff"


async def tour(aura: CallerV2, double: AuraDouble, clock: HandClock) -> None:
    """Make the calls; nothing is asserted here."""
    await _turned_away(aura)
    await _organizations(aura)
    await _instances(aura, double, clock)
    await _databases(aura, clock)
    await _backups(aura, clock)


async def _turned_away(aura: CallerV2) -> None:
    one = f"{PROJECT}/instances/{LEDGER_PROD}"
    database = f"{one}/databases/x"
    calls = (
        *(("GET", path) for path in ("/organizations", f"/organizations/{BOOKKEEPING}")),
        ("GET", f"/organizations/{BOOKKEEPING}/projects"),
        *((method, f"{PROJECT}/instances") for method in ("GET", "POST")),
        *((method, one) for method in ("GET", "PATCH", "DELETE")),
        *((method, f"{one}/databases") for method in ("GET", "POST")),
        *((method, database) for method in ("GET", "DELETE")),
        *((method, f"{database}/backups") for method in ("GET", "POST")),
        ("GET", f"{database}/backups/x"),
        ("POST", f"{database}/restore"),
    )
    token = aura.http.headers["Authorization"]
    for method, path in calls:
        del aura.http.headers["Authorization"]
        await aura.request(method, path)
        aura.http.headers["Authorization"] = "Bearer unknown"
        await aura.request(method, path)
        aura.http.headers["Authorization"] = token
        await aura.request(method, path.replace(LEDGERS, "nowhere"), {})
        # Outside the reach of these credentials.
        other = path.replace(BOOKKEEPING, HOME).replace(LEDGERS, COMMERCE)
        await aura.request(method, other.replace(LEDGER_PROD, ORDERS_PROD), {})


async def _organizations(aura: CallerV2) -> None:
    await aura.get("/organizations")
    await aura.get(f"/organizations/{BOOKKEEPING}")
    await aura.get(f"/organizations/{BOOKKEEPING}/projects")
    await aura.get(f"/organizations/{BOOKKEEPING}/projects?status=deleted")


async def _instances(aura: CallerV2, double: AuraDouble, clock: HandClock) -> None:
    base = f"{PROJECT}/instances"
    made = await aura.post(base, order(multi_database=True))
    await aura.post(base, order(type="unknown"))
    for _ in range(2):  # one of them per project
        await aura.post(base, order(type="free", memory="1GB"))
    one = f"{base}/{made.json()['data']['id']}"
    clock.advance(minutes=4)
    await aura.get(base)
    await aura.get(one)
    for _ in range(2):
        await aura.patch(one, {"memory": "16GB", "storage": "32GB"})
    await aura.patch(one, {"memory": "16GB"})
    await aura.patch(one, {})
    await aura.delete(one)
    clock.advance(minutes=4)
    await aura.delete(one)
    await aura.get(one)
    for method in ("GET", "PATCH", "DELETE"):
        await aura.request(method, f"{base}/{UNKNOWN}", {"traffic_type": "hybrid"})


async def _databases(aura: CallerV2, clock: HandClock) -> None:
    base = f"{PROJECT}/instances/{LEDGER_PROD}/databases"
    listed = (await aura.get(base)).json()["data"]
    await aura.post(base, {"name": "fresh"})
    await aura.post(base, {"name": "fresh"})
    await aura.post(base, {"name": "No"})
    await aura.http.post(
        f"/v2beta1{base}", content=b"{", headers={"Content-Type": "application/json"}
    )
    clock.advance(minutes=2)
    fresh = (await aura.get(base)).json()["data"][-1]["id"]
    for database in (listed[0]["id"], fresh, UNKNOWN):
        await aura.get(f"{base}/{database}")
        await aura.delete(f"{base}/{database}")
    clock.advance(minutes=2)
    for path in (base, f"{base}/{fresh}"):
        await aura.get(path.replace(LEDGER_PROD, UNKNOWN))
    await aura.post(base.replace(LEDGER_PROD, UNKNOWN), {"name": "fresh"})


async def _backups(aura: CallerV2, clock: HandClock) -> None:
    base = f"{PROJECT}/instances/{LEDGER_PROD}/databases"
    database = f"{base}/{(await aura.get(base)).json()['data'][0]['id']}"
    taken = (await aura.post(f"{database}/backups", {})).json()["data"]["id"]
    await aura.post(f"{database}/backups", {})
    for _ in range(2):
        await aura.get(f"{database}/backups")
        await aura.get(f"{database}/backups/{taken}")
        await aura.post(f"{database}/restore", {"backup_id": taken})
        await aura.post(f"{database}/restore", {"id": taken})
        clock.advance(minutes=2)
    await aura.post(f"{database}/restore", {})
    await aura.post(f"{database}/restore", {"id": "unknown"})
    await aura.get(f"{database}/backups/unknown")
    for method, path in (("GET", "backups"), ("POST", "backups")):
        await aura.request(method, f"{base}/unknown/{path}", {})
