"""Whose checks run, as whom, and what is said when they cannot."""

from types import SimpleNamespace
from typing import cast

import pytest

from bot.core.checks import Check, NoRows
from bot.core.environments import Estate
from bot.core.errors import BotError, GraphRefused, GraphUnavailable
from bot.core.graph.rights import PRIVILEGES
from bot.ports import Access, Accesses
from bot.ports.graph import Row
from bot.services.proof import Proof
from bot.services.world import World
from tests.adapters.aura.stage import MovingClock
from tests.services.test_fingerprints import DOOR, ORDERS, Counts

READER: list[Row] = [("GRANTED", "access"), ("GRANTED", "match")]
CHECK = Check(name="orphans", cypher="MATCH …", expectation=NoRows())


def proof(privileges: list[Row] | BotError, *checks: Check) -> tuple[Proof, Counts]:
    clock = MovingClock()
    graph = Counts(clock, {PRIVILEGES: privileges})
    world = SimpleNamespace(
        graph=graph,
        clock=clock,
        estate=Estate(),
        checks=checks,
        accesses=Accesses(instances={ORDERS.id: Access(query=DOOR)}),
    )
    return Proof(cast(World, world)), graph


async def test_read_only_user_runs_the_checks() -> None:
    prover, graph = proof(READER, CHECK)
    [line] = await prover.run(ORDERS)
    assert (line.verdict, line.milliseconds) == ("passed", 100)
    assert graph.asked == [PRIVILEGES, "MATCH …"]


@pytest.mark.parametrize(
    ("privileges", "said"),
    [
        (
            [*READER, ("GRANTED", "write")],
            "the user may do more than read (write); name a read-only one, or set "
            "allow_more_rights",
        ),
        (
            GraphRefused("no", code="Neo.ClientError.Statement.UnsupportedAdministrationCommand"),
            "every user of this database may write; name a read-only one, or set allow_more_rights",
        ),
        (GraphRefused("no", code="Neo.X"), "the user's rights are unknown: no"),
        (GraphUnavailable("it is away"), "it is away"),
    ],
)
async def test_user_who_is_not_known_to_be_harmless_runs_none(
    privileges: list[Row] | BotError, said: str
) -> None:
    prover, graph = proof(privileges, CHECK)
    [line] = await prover.run(ORDERS)
    assert (line.verdict, line.found) == ("not run", said)
    assert graph.asked == [PRIVILEGES]


async def test_instance_without_checks_is_not_even_asked() -> None:
    prover, graph = proof(READER, CHECK.model_copy(update={"environments": ("elsewhere",)}))
    assert await prover.run(ORDERS) == ()
    assert graph.asked == []


async def test_without_a_way_in_no_check_runs() -> None:
    prover, graph = proof(READER, CHECK)
    prover._world.accesses = Accesses()  # type: ignore[misc]
    [line] = await prover.run(ORDERS)
    assert line.found == "no read-only user is configured for this instance"
    assert graph.asked == []


async def test_copy_is_checked_through_its_own_door_whoever_its_user_is() -> None:
    prover, graph = proof([], CHECK, CHECK.model_copy(update={"name": "b", "cypher": "b"}))
    graph.script["b"] = GraphUnavailable("it is away")
    found = await prover.run_through(DOOR, ORDERS)
    assert [(line.verdict, line.found) for line in found] == [
        ("passed", "no rows"),
        ("not run", "it is away"),
    ]
    assert graph.asked == ["MATCH …", "b"]
