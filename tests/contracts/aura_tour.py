"""A tour through every v1 call of the Aura double, meeting every status each of them has."""

from sandbox.aura import AuraDouble
from sandbox.aura.fleet import (
    CATALOG_PROD,
    COMMERCE,
    DATA_LAB,
    ORDERS_PROD,
    ORDERS_STAGING,
    SANDBOX_FREE,
    SANDBOX_PAID,
    SEARCH_STAGING,
)
from tests.sandbox.aura.caller import Caller, HandClock, data, order

UNKNOWN = "ffffffff"
KEY = {
    "key_id": "arn:aws:kms:us-east-1:000000000000:key/made-up",
    "name": "Production key",
    "cloud_provider": "aws",
    "instance_type": "enterprise-db",
    "region": "us-east-1",
    "tenant_id": COMMERCE,
}
_ONE = f"/instances/{ORDERS_PROD}"
_CALLS = (
    ("GET", "/instances"),
    ("GET", _ONE),
    ("GET", _ONE + "/snapshots"),
    ("GET", _ONE + "/snapshots/x"),
    ("GET", "/tenants"),
    ("GET", f"/tenants/{COMMERCE}"),
    ("GET", f"/tenants/{COMMERCE}/metrics-integration"),
    ("GET", "/customer-managed-keys"),
    ("GET", "/customer-managed-keys/x"),
    ("POST", "/instances"),
    ("POST", "/instances/sizing"),
    ("POST", _ONE + "/pause"),
    ("POST", _ONE + "/resume"),
    ("POST", _ONE + "/overwrite"),
    ("POST", _ONE + "/upgrade"),
    ("POST", _ONE + "/snapshots"),
    ("POST", _ONE + "/snapshots/x/restore"),
    ("POST", "/customer-managed-keys"),
    ("PATCH", _ONE),
    ("DELETE", _ONE),
    ("DELETE", "/customer-managed-keys/x"),
)


async def tour(aura: Caller, double: AuraDouble, clock: HandClock) -> None:
    """Make the calls; nothing is asserted here."""
    await _turned_away(aura, double)
    await _projects_and_keys(aura, double, clock)
    await _snapshots(aura, double, clock)
    await _created(aura, double, clock)
    await _changed(aura, clock)
    await _overwritten(aura, clock)
    await _paused_and_deleted(aura, clock)


async def _turned_away(aura: Caller, double: AuraDouble) -> None:
    token = aura.http.headers["Authorization"]
    for method, path in _CALLS:
        double.faults.throttle.next()
        await aura.http.request(method, "/v1" + path)
        double.faults.unavailable.next(4)
        for _ in range(4):
            await aura.http.request(method, "/v1" + path)
        del aura.http.headers["Authorization"]
        await aura.http.request(method, "/v1" + path)
        aura.http.headers["Authorization"] = "Bearer unknown"
        await aura.http.request(method, "/v1" + path)
        aura.http.headers["Authorization"] = token
        if method in {"POST", "PATCH"}:
            await aura.http.request(method, "/v1" + path)  # no content type
            await aura.http.request(method, "/v1" + path, json=["no object"])
        if method != "GET":
            double.faults.forbid.next()
            await aura.http.request(method, "/v1" + path)


async def _projects_and_keys(aura: Caller, double: AuraDouble, clock: HandClock) -> None:
    for project in (COMMERCE, DATA_LAB, "unknown"):
        await aura.get(f"/tenants/{project}")
        await aura.get(f"/tenants/{project}/metrics-integration")
    await aura.get("/tenants")
    await aura.post("/instances/sizing", {"node_count": 10, "relationship_count": 10})
    await aura.post("/customer-managed-keys", {**KEY, "name": ""})
    key = data(await aura.post("/customer-managed-keys", KEY), status=202)["id"]
    encrypted = order(type="enterprise-db", customer_managed_key_id=key)
    fresh = data(await aura.post("/instances", encrypted), status=202)["id"]
    clock.advance(minutes=4)
    await aura.get(f"/instances/{fresh}")
    await aura.get("/customer-managed-keys")
    for path in (f"/customer-managed-keys/{key}", "/customer-managed-keys/unknown"):
        await aura.get(path)
        await aura.delete(path)
    await aura.delete(f"/instances/{fresh}")
    clock.advance(minutes=2)
    await aura.delete(f"/customer-managed-keys/{key}")


async def _snapshots(aura: Caller, double: AuraDouble, clock: HandClock) -> None:
    for instance in (ORDERS_PROD, SANDBOX_FREE, UNKNOWN):
        await aura.get(f"/instances/{instance}/snapshots", date="2026-11-21")
        await aura.get(f"/instances/{instance}/snapshots", date="no date")
    taken = await aura.take(ORDERS_PROD)
    for _ in range(3):
        await aura.snapshot(ORDERS_PROD, taken)
        await aura.snapshots(ORDERS_PROD)
        await aura.restore(ORDERS_PROD, taken)
        await aura.post(f"{_ONE}/snapshots")
        clock.advance(seconds=30)
    await aura.restore(UNKNOWN, taken)
    await aura.restore(ORDERS_PROD, "unknown")
    await aura.get(f"/instances/{ORDERS_PROD}/snapshots/unknown")
    await aura.post(f"/instances/{UNKNOWN}/snapshots")
    clock.advance(minutes=4)
    double.set_snapshot_status(ORDERS_PROD, taken, "Cancelled")
    await aura.snapshot(ORDERS_PROD, taken)
    double.world.set_billing(COMMERCE, billing=False)
    await aura.post(f"{_ONE}/snapshots")
    await aura.post("/instances", order())
    double.world.set_billing(COMMERCE, billing=True)


async def _created(aura: Caller, double: AuraDouble, clock: HandClock) -> None:
    snapshot = (await aura.snapshots(ORDERS_PROD, date="2026-11-21"))[0]["snapshot_id"]
    fresh = data(await aura.post("/instances", order(source_instance_id=ORDERS_PROD)), status=202)
    for body in (
        order(memory="3GB"),
        order(type="free-db", memory="1GB"),
        order(source_instance_id=UNKNOWN),
        order(source_instance_id=SEARCH_STAGING),
        order(source_instance_id=ORDERS_PROD, source_snapshot_id=snapshot),
    ):
        await aura.post("/instances", body)
    double.faults.restore_fails.next()
    for _ in range(4):
        await aura.get(f"/instances/{fresh['id']}")
        clock.advance(minutes=1)


async def _changed(aura: Caller, clock: HandClock) -> None:
    for instance in (ORDERS_PROD, SANDBOX_FREE, SEARCH_STAGING, UNKNOWN):
        for change in ({"name": "renamed"}, {"memory": "16GB"}, {"memory": "3GB"}):
            await aura.patch(f"/instances/{instance}", change)
    for instance in (SANDBOX_PAID, ORDERS_STAGING, UNKNOWN):
        await aura.post(f"/instances/{instance}/upgrade", {})
        await aura.post(f"/instances/{instance}/upgrade", {"memory": "4GB"})
    clock.advance(minutes=3)
    for instance in (ORDERS_PROD, CATALOG_PROD, SANDBOX_FREE, SANDBOX_PAID):
        await aura.get(f"/instances/{instance}")
    await aura.get("/instances")


async def _overwritten(aura: Caller, clock: HandClock) -> None:
    from_orders = {"source_instance_id": ORDERS_PROD}
    for target in (SANDBOX_FREE, SANDBOX_PAID, SEARCH_STAGING, UNKNOWN, CATALOG_PROD):
        await aura.post(f"/instances/{target}/overwrite", from_orders)
    await aura.get(f"/instances/{CATALOG_PROD}")
    clock.advance(minutes=5)


async def _paused_and_deleted(aura: Caller, clock: HandClock) -> None:
    for verb in ("pause", "resume"):
        for instance in (ORDERS_PROD, SANDBOX_FREE, SEARCH_STAGING, UNKNOWN):
            await aura.post(f"/instances/{instance}/{verb}")
            await aura.get(f"/instances/{instance}")
        clock.advance(minutes=2)
    for instance in (ORDERS_PROD, SANDBOX_FREE, SEARCH_STAGING, UNKNOWN):
        await aura.delete(f"/instances/{instance}")
        await aura.get(f"/instances/{instance}")
