"""`savepoint check --data`: the checks of a graph on request, held against a snapshot's counts."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis

from bot.adapters.clock import SystemClock
from bot.adapters.graph import QueryApi
from bot.adapters.redis import RedisFingerprints
from bot.config import load
from bot.core.base import InstanceId, SnapshotId
from bot.core.errors import UnknownInstance
from bot.core.findings import Finding, Level
from bot.core.graph.fingerprint import Kept, Moment
from bot.lines.data import prove
from bot.services.counting import count
from sandbox.aura import fleet as aura
from tests.app.test_errands import change

ORDERS = InstanceId(aura.ORDERS_PROD)
MISSING = "nothing was counted when snapshot s9 was taken"


def said(findings: tuple[Finding, ...]) -> list[str]:
    return [f"{f.level} {f.subject}: {f.what}" for f in findings]


async def snapshot_counted(env: dict[str, str], store: Redis) -> None:
    door = load(env).accesses.instances[ORDERS].query
    assert door is not None
    door = type(door)(
        address=door.address.replace("{instance}", ORDERS), user=door.user, password=door.password
    )
    async with QueryApi() as graph:
        counted = await count(graph, door, ORDERS, clock=SystemClock(), timeout=10)
    counted = counted.model_copy(update={"taken_at": datetime(2026, 11, 22, 7, 41, tzinfo=UTC)})
    kept = Kept(fingerprint=counted, moment=Moment.SNAPSHOT, snapshot_id=SnapshotId("s1"))
    await RedisFingerprints(store).add(kept)


async def write(env: dict[str, str], cypher: str) -> None:
    door = load(env).accesses.instances[ORDERS].query
    assert door is not None
    answer = await asyncio.to_thread(
        httpx.post,
        f"{door.address.replace('{instance}', ORDERS)}/db/neo4j/query/v2",
        json={"statement": cypher},
        auth=("neo4j", aura.database_password(ORDERS, "neo4j")),
    )
    assert answer.status_code == 202


def cut(env: dict[str, str], mark: str) -> None:
    """End the configuration before this mark."""
    file = Path(env["SAVEPOINT_CONFIG"])
    file.write_text(file.read_text().partition(mark)[0])


@pytest.fixture
async def store(env: dict[str, str]) -> Redis:
    return Redis.from_url(env["REDIS_URL"], decode_responses=True)


async def test_graph_that_is_as_the_snapshot_left_it_passes(
    env: dict[str, str], store: Redis
) -> None:
    await snapshot_counted(env, store)
    await store.aclose()
    head, *checks = await prove(load(env), "orders-prod", None)
    assert said((head,)) == [
        f"ok orders-prod ({ORDERS}): held against snapshot s1, counted 2026-11-22 07:41 UTC"
    ]
    assert {f.level for f in checks} == {Level.OK}
    assert checks[0].subject == "every order has a number"
    assert checks[0].what == "0 (expected: 0)"


async def test_what_is_no_longer_true_is_told_by_its_severity(
    env: dict[str, str], store: Redis
) -> None:
    await snapshot_counted(env, store)
    await store.aclose()
    await write(env, "CREATE (:Order)")
    found = await prove(load(env), ORDERS, "s1")
    levels = {f.subject: f.level for f in found[1:]}
    assert levels == {
        "every order has a number": Level.WRONG,
        "there are customers": Level.OK,
        "as many orders as when the snapshot was taken": Level.WARN,
    }
    assert found[1].what == "1 (expected: 0)"


async def test_without_counts_relative_checks_do_not_run(env: dict[str, str], store: Redis) -> None:
    await store.aclose()
    found = await prove(load(env), ORDERS, None)
    assert said(found)[0] == f"warn orders-prod ({ORDERS}): no counts to hold against"
    assert said(found)[3].startswith(
        "warn as many orders as when the snapshot was taken: not run: there is no baseline"
    )
    assert said(await prove(load(env), ORDERS, "s9"))[0].endswith(MISSING)


async def test_user_who_may_write_runs_nothing_unless_that_is_allowed(
    env: dict[str, str], store: Redis
) -> None:
    await store.aclose()
    env["SANDBOX_READER"] = "neo4j"
    name = f"SANDBOX_READER_{ORDERS.upper()}"
    env[name] = aura.database_password(ORDERS, "neo4j")
    found = await prove(load(env), ORDERS, None)
    assert "may do more than read (dbms_actions, write)" in said(found)[1]
    assert "not run" in said(found)[1]
    change(env, f'password_env = "{name}"', f'password_env = "{name}"\nallow_more_rights = true')
    assert said(await prove(load(env), ORDERS, None))[1].startswith("ok every order")


async def test_instance_without_checks_says_so(env: dict[str, str], store: Redis) -> None:
    await store.aclose()
    cut(env, "[[checks]]")
    assert said(await prove(load(env), ORDERS, None))[1] == "warn checks: none is configured for it"
    with pytest.raises(UnknownInstance):
        await prove(load(env), "no-such", None)
