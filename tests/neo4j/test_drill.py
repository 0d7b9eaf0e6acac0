"""A drill from Slack on real servers: one holds the source, another one the restored copy."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.core.evidence import Evidence
from bot.core.operations import Drill
from bot.core.operations import events as e
from bot.core.operations.drill import DrillPhase as P
from bot.core.signed import examine
from sandbox.aura.databases import DEFAULT
from sandbox.neo4j import Backed, Home, Neo4j, running
from tests.neo4j.install import wanted
from tests.stories.drilling import ORDERS, ended, until
from tests.stories.harness import Story, stage
from tests.stories.looking import look_in
from tests.stories.props import Cued


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4j]:
    """A server of its own for the copy: Community holds one graph."""
    wanted()
    with running(Home(tmp_path_factory.mktemp("second"))) as started:
        yield started


@pytest.fixture
async def story(valkey_url: str, tmp_path: Path, neo4j: Neo4j) -> AsyncIterator[Story]:
    async with stage(valkey_url, tmp_path) as told:
        look_in(told, tmp_path)
        await back(told, ORDERS, neo4j)
        yield told


async def back(story: Story, instance: str, server: Neo4j) -> None:
    """Let a server hold the database of an instance."""
    databases = story.aura.world.instances[instance].databases.by_name
    databases[DEFAULT] = await asyncio.to_thread(Backed, databases[DEFAULT], server)


async def drilled(story: Story, second: Neo4j, *harm: str) -> Drill:
    """Drill orders-prod; its copy is restored into the second server, and harmed there."""
    await story.requester.types(f"/aura snapshot take {ORDERS}")
    await story.advance(minutes=3)
    await story.requester.types("/aura drill orders-prod")
    created = (await until(story, P.LOADING)).last(e.ScratchCreated)
    assert created is not None
    await back(story, created.scratch_id, second)
    left = list(harm)

    async def first(_: str) -> None:
        while left:
            await asyncio.to_thread(second.run, left.pop())

    story.change_world(graph=Cued(story.bot.house.world.graph, before=first))
    return await ended(story)


async def evidence(story: Story, op: Drill) -> Evidence:
    """The record of a drill; its signature and digests are good, or this raises."""
    file = await story.bot.house.world.records.get(op.id)
    assert file is not None
    return examine(file).evidence


async def test_copy_that_holds_what_its_source_held_is_proven(
    story: Story, second: Neo4j, neo4j: Neo4j
) -> None:
    op = await drilled(story, second)
    assert op.phase is P.PROVEN, op.checks
    assert {line.verdict for line in op.checks} == {"passed"}
    assert "proven" in str(story.approver.card())
    [[nodes]] = neo4j.run("MATCH (n) RETURN count(n)")
    assert op.fingerprint is not None
    assert nodes == op.fingerprint.nodes > 0
    assert second.run("MATCH (n) RETURN count(n)") == [[nodes]]
    record = await evidence(story, op)
    assert (record.outcome, record.checks) == ("proven", op.checks)


async def test_copy_with_other_data_and_a_lost_constraint_is_not_proven(
    story: Story, second: Neo4j, neo4j: Neo4j
) -> None:
    [name, *_], *_ = neo4j.run("SHOW CONSTRAINTS YIELD name")
    numberless = "MATCH (o:Order) WITH o ORDER BY o.number LIMIT 3 REMOVE o.number"
    op = await drilled(story, second, numberless, f"DROP CONSTRAINT `{name}`")
    assert op.phase is P.NOT_PROVEN
    found = {line.name: line.found for line in op.checks if not line.passed}
    assert found.pop("every order has a number") == "3"
    assert found.pop("all constraints and indexes").startswith("1 missing: ")
    assert found == {}
    assert "❌ *every order has a number* · expected 0 · found 3" in str(story.approver.card())
    record = await evidence(story, op)
    assert (record.outcome, record.checks) == ("not proven", op.checks)
