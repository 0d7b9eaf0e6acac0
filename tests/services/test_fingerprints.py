"""Taking fingerprints: never in the way, from whatever may be asked, kept and compared."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import cast

import pytest
from pydantic import SecretStr

from bot.core.base import InstanceId, OperationId, ProjectId, SnapshotId
from bot.core.environments import Estate
from bot.core.errors import (
    BotError,
    GraphGarbled,
    GraphRefused,
    GraphTooMuch,
    GraphUnavailable,
    StoreUnavailable,
)
from bot.core.graph import cypher
from bot.core.graph.fingerprint import Kept, Moment, Source
from bot.core.graph.loss import Loss
from bot.core.graph.values import Value
from bot.core.instances import InstanceSummary
from bot.core.snapshots import Snapshot
from bot.ports import Access, Accesses, Gauges, GraphDoor, MetricsDoor, Rows
from bot.ports.graph import Row
from bot.services import counting
from bot.services.fingerprints import Fingerprints, Unknown
from bot.services.world import World
from tests.adapters.aura.stage import NOON, MovingClock

ORDERS = InstanceSummary(id=InstanceId("0d5e7a11"), name="orders", project_id=ProjectId("p"))
DOOR = GraphDoor(address="https://g.test", user="reader", password=SecretStr("hush"))
METRICS = MetricsDoor(address="https://m.test", client_id="m", client_secret=SecretStr("hush"))
FORBIDDEN = GraphRefused("no", code="Neo.ClientError.Security.Forbidden")
SNAPSHOT = Snapshot(
    id=SnapshotId("s1"),
    instance_id=ORDERS.id,
    status="Completed",
    profile="AdHoc",
    taken_at=NOON,
)


@dataclass
class Counts:
    """A graph that answers by a script: a statement's rows, or what it raises."""

    clock: MovingClock
    script: dict[str, list[Row] | BotError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def read(
        self,
        door: GraphDoor,
        cypher_text: str,
        parameters: Mapping[str, Value] | None = None,
        *,
        timeout: float,
        most_rows: int,
    ) -> Rows:
        self.asked.append(cypher_text)
        self.clock.pass_by(0.1)
        said = self.script.get(cypher_text, [])
        if isinstance(said, BotError):
            raise said
        if len(said) > most_rows:
            raise GraphTooMuch("too many")
        return Rows(fields=(), rows=tuple(said))

    async def stream(
        self,
        door: GraphDoor,
        cypher_text: str,
        parameters: Mapping[str, Value] | None = None,
        *,
        timeout: float,
    ) -> AsyncIterator[Row]:
        raise NotImplementedError
        yield ()


@dataclass
class Page:
    """A metrics endpoint."""

    says: Gauges | BotError = field(default_factory=Gauges)

    async def read(self, door: MetricsDoor, instance_id: InstanceId, database: str) -> Gauges:
        if isinstance(self.says, BotError):
            raise self.says
        return self.says


@dataclass
class Catalogue:
    """A catalogue in memory, which can be away."""

    kept: list[Kept] = field(default_factory=list)
    away: bool = False

    async def add(self, kept: Kept) -> None:
        if self.away:
            raise StoreUnavailable("the store does not answer")
        self.kept.insert(0, kept)

    async def of(self, instance_id: InstanceId) -> tuple[Kept, ...]:
        if self.away:
            raise StoreUnavailable("the store does not answer")
        return tuple(k for k in self.kept if k.fingerprint.instance_id == instance_id)


@dataclass
class Seen:
    """What was seen before; it can be away, or broken."""

    keys: set[str] = field(default_factory=set)
    trouble: Exception | None = None

    async def first(self, key: str, *, ttl: float) -> bool:
        if self.trouble:
            raise self.trouble
        new = key not in self.keys
        self.keys.add(key)
        return new


@dataclass
class Parts:
    """The parts of a world that fingerprints need."""

    clock: MovingClock
    graph: Counts
    accesses: Accesses
    gauging: Page = field(default_factory=Page)
    fingerprints: Catalogue = field(default_factory=Catalogue)
    estate: Estate = field(default_factory=Estate)
    seen: Seen = field(default_factory=Seen)


def shop(orders: int) -> dict[str, list[Row] | BotError]:
    return {
        cypher.TOTALS: [(orders + 1, orders)],
        cypher.LABELS: [("Order",), ("Customer",), ("Gone",)],
        cypher.count_labels(["Order", "Customer", "Gone"]): [(orders, 1, 0)],
        cypher.TYPES: [("PLACED",)],
        cypher.count_types(["PLACED"]): [(orders,)],
        cypher.CONSTRAINTS: [("CREATE CONSTRAINT b",), ("CREATE CONSTRAINT a",)],
        cypher.INDEXES: [],
    }


@pytest.fixture
def parts() -> Parts:
    clock = MovingClock()
    accesses = Accesses(instances={ORDERS.id: Access(query=DOOR)})
    return Parts(clock=clock, graph=Counts(clock, shop(7)), accesses=accesses)


def service(parts: Parts) -> Fingerprints:
    return Fingerprints(cast(World, parts))


async def test_fingerprint_is_taken_and_kept_with_what_it_is_for(parts: Parts) -> None:
    taken = await service(parts).take(
        ORDERS,
        Moment.SNAPSHOT,
        snapshot_id=SNAPSHOT.id,
        operation_id=OperationId("snp-1"),
    )
    assert isinstance(taken, Kept)
    found = taken.fingerprint
    assert (found.nodes, found.relationships, found.source) == (8, 7, Source.QUERY)
    assert found.labels == {"Customer": 1, "Order": 7}
    assert found.types == {"PLACED": 7}
    assert found.constraints == ("CREATE CONSTRAINT a", "CREATE CONSTRAINT b")
    assert found.seconds == pytest.approx(0.7)
    assert found.taken_at == NOON
    assert await service(parts).kept(OperationId("snp-1"), ORDERS.id) == (taken,)
    assert await service(parts).kept(OperationId("snp-2"), ORDERS.id) == ()


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (GraphUnavailable("the database cannot be reached"), "the database cannot be reached"),
        (GraphRefused("Neo4j refused: no", code="Neo.X"), "Neo4j refused: no"),
    ],
)
async def test_graph_that_does_not_tell_is_unknown_and_nothing_fails(
    parts: Parts, trouble: BotError, why: str
) -> None:
    parts.graph.script[cypher.TOTALS] = trouble
    assert await service(parts).take(ORDERS, Moment.BEFORE) == Unknown(why=why)
    assert parts.fingerprints.kept == []


async def test_store_that_is_away_fails_nothing_either(parts: Parts) -> None:
    parts.fingerprints.away = True
    taken = await service(parts).take(ORDERS, Moment.BEFORE)
    assert taken == Unknown(why="the store does not answer")
    loss = await service(parts).loss(ORDERS, SNAPSHOT)
    assert loss.why == "the store does not answer"


async def test_instance_that_nothing_is_configured_for_is_unknown(parts: Parts) -> None:
    parts.accesses = Accesses()
    taken = await service(parts).take(ORDERS, Moment.BEFORE)
    assert taken == Unknown(why="no way into the graph is configured")
    assert parts.graph.asked == []


async def test_user_who_may_not_see_definitions_leaves_them_unknown(parts: Parts) -> None:
    parts.graph.script[cypher.CONSTRAINTS] = FORBIDDEN
    taken = await service(parts).take(ORDERS, Moment.BEFORE)
    assert isinstance(taken, Kept)
    assert taken.fingerprint.constraints is None
    parts.graph.script[cypher.CONSTRAINTS] = GraphRefused("odd", code="Neo.Other")
    assert await service(parts).take(ORDERS, Moment.BEFORE) == Unknown(why="odd")


async def test_graph_that_makes_labels_of_its_contents_is_counted_in_all_only(
    parts: Parts,
) -> None:
    parts.graph.script[cypher.LABELS] = [(f"L{n}",) for n in range(counting.MOST_NAMES + 1)]
    taken = await service(parts).take(ORDERS, Moment.BEFORE)
    assert isinstance(taken, Kept)
    assert taken.fingerprint.labels is None
    assert taken.fingerprint.types == {"PLACED": 7}


async def test_many_labels_are_counted_in_batches(parts: Parts) -> None:
    names = [f"L{n}" for n in range(counting.BATCH + 1)]
    parts.graph.script |= {
        cypher.LABELS: [(name,) for name in names],
        cypher.count_labels(names[:-1]): [(1,) * counting.BATCH],
        cypher.count_labels(names[-1:]): [(2,)],
    }
    taken = await service(parts).take(ORDERS, Moment.BEFORE)
    assert isinstance(taken, Kept)
    assert taken.fingerprint.labels == {name: 1 for name in names} | {names[-1]: 2}


async def test_counting_stops_when_its_time_is_over(parts: Parts) -> None:
    parts.accesses = Accesses(instances={ORDERS.id: Access(query=DOOR, timeout=0.35)})
    taken = await service(parts).take(ORDERS, Moment.BEFORE)
    assert taken == Unknown(why="counting took too long")
    assert len(parts.graph.asked) == 4


@pytest.mark.parametrize("row", [[], [("seven", 1)], [(-1, 1)], [(True, 1)]])
async def test_what_is_no_count_is_unknown(parts: Parts, row: list[Row]) -> None:
    parts.graph.script[cypher.TOTALS] = row
    assert isinstance(await service(parts).take(ORDERS, Moment.BEFORE), Unknown)


FULL = Gauges(nodes=9, relationships=8, store_bytes=1000, last_transaction=5, active_writes=0)


async def test_metrics_alone_tell_totals(parts: Parts) -> None:
    parts.accesses = Accesses(instances={ORDERS.id: Access(metrics=METRICS)})
    parts.gauging.says = FULL
    taken = await service(parts).take(ORDERS, Moment.BEFORE)
    assert isinstance(taken, Kept)
    assert taken.fingerprint.source is Source.METRICS
    assert (taken.fingerprint.nodes, taken.fingerprint.labels) == (9, None)
    parts.gauging.says = Gauges(nodes=9)
    assert await service(parts).take(ORDERS, Moment.BEFORE) == Unknown(
        why="the metrics endpoint tells no counts of this database"
    )


async def test_both_sources_complete_each_other_and_stand_in_for_each_other(
    parts: Parts,
) -> None:
    parts.accesses = Accesses(instances={ORDERS.id: Access(query=DOOR, metrics=METRICS)})
    parts.gauging.says = FULL
    both = await service(parts).take(ORDERS, Moment.BEFORE)
    assert isinstance(both, Kept)
    assert (both.fingerprint.nodes, both.fingerprint.store_bytes) == (8, 1000)
    parts.gauging.says = GraphUnavailable("the metrics endpoint does not answer")
    counted = await service(parts).take(ORDERS, Moment.BEFORE)
    assert isinstance(counted, Kept)
    assert counted.fingerprint.store_bytes is None
    parts.gauging.says = FULL
    parts.graph.script[cypher.TOTALS] = GraphGarbled("odd")
    gauged = await service(parts).take(ORDERS, Moment.BEFORE)
    assert isinstance(gauged, Kept)
    assert gauged.fingerprint.source is Source.METRICS
    parts.gauging.says = GraphUnavailable("away")
    assert await service(parts).take(ORDERS, Moment.BEFORE) == Unknown(why="odd")


async def test_loss_is_what_grew_since_the_snapshot(parts: Parts) -> None:
    await service(parts).take(ORDERS, Moment.SNAPSHOT, snapshot_id=SNAPSHOT.id)
    parts.clock.pass_by(3600)
    parts.graph.script |= shop(17)
    loss = await service(parts).loss(ORDERS, SNAPSHOT)
    assert loss.difference is not None
    assert (loss.difference.nodes, loss.difference.relationships) == (10, 10)
    assert loss.writing is None
    asked = len(parts.graph.asked)
    assert await service(parts).loss(ORDERS, SNAPSHOT) == loss  # of the same minute
    assert len(parts.graph.asked) == asked
    parts.clock.pass_by(60)
    assert await service(parts).loss(ORDERS, SNAPSHOT) != loss
    assert len(parts.graph.asked) > asked


async def test_loss_to_data_from_elsewhere_is_all_that_is_there(parts: Parts) -> None:
    loss = await service(parts).loss(ORDERS, None)
    assert (loss.nodes, loss.relationships, loss.compared) == (8, 7, False)
    parts.graph.script[cypher.TOTALS] = GraphGarbled("odd")
    parts.clock.pass_by(60)
    assert await service(parts).loss(ORDERS, None) == Loss(why="odd", compared=False)


async def test_newest_count_of_an_instance_is_its_own_and_unknown_without_a_store(
    parts: Parts,
) -> None:
    assert await service(parts).newest(ORDERS.id) is None
    own = await service(parts).take(ORDERS, Moment.CHECK)
    parts.clock.pass_by(60)
    await service(parts).take(ORDERS, Moment.DRILL)
    assert isinstance(own, Kept)
    assert await service(parts).newest(ORDERS.id) == own.fingerprint
    parts.fingerprints.away = True
    assert await service(parts).newest(ORDERS.id) is None


async def test_each_moment_of_an_operation_is_counted_once(parts: Parts) -> None:
    async def count(moment: Moment) -> None:
        await service(parts).once(
            ORDERS, moment, snapshot_id=None, operation_id=OperationId("rst-1")
        )

    for moment in (Moment.BEFORE, Moment.BEFORE, Moment.AFTER, Moment.BEFORE):
        await count(moment)
    assert [k.moment for k in parts.fingerprints.kept] == [Moment.AFTER, Moment.BEFORE]


@pytest.mark.parametrize("trouble", [StoreUnavailable("away"), RuntimeError("a bug")])
async def test_count_that_fails_for_whatever_reason_fails_nothing_else(
    parts: Parts, trouble: Exception
) -> None:
    parts.seen.trouble = trouble
    await service(parts).once(
        ORDERS, Moment.AFTER, snapshot_id=None, operation_id=OperationId("rst-1")
    )
    assert parts.fingerprints.kept == []


async def test_what_an_operation_left_is_counted_until_that_succeeds_and_then_no_more(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def left() -> int:
        await service(parts).after(ORDERS, OperationId("rst-1"))
        return len([k for k in parts.fingerprints.kept if k.moment is Moment.AFTER])

    with monkeypatch.context() as patch:
        patch.setattr(parts.graph, "script", {cypher.TOTALS: GraphUnavailable("away")})
        assert await left() == 0
        patch.setattr(parts, "graph", None)  # a bug must not fail a restore either
        assert await left() == 0
    assert [await left(), await left()] == [1, 1]
    parts.fingerprints.away = True
    with pytest.raises(StoreUnavailable):
        await left()


async def test_loss_since_a_snapshot_that_nobody_counted_is_unknown(parts: Parts) -> None:
    parts.clock.pass_by(3600)
    loss = await service(parts).loss(ORDERS, SNAPSHOT)
    assert (loss.difference, loss.why) == (
        None,
        "nothing was counted when the snapshot was taken",
    )


async def test_transactions_between_two_looks_say_that_the_application_writes(
    parts: Parts,
) -> None:
    parts.accesses = Accesses(instances={ORDERS.id: Access(metrics=METRICS)})
    parts.gauging.says = FULL
    await service(parts).take(ORDERS, Moment.CHECK)
    parts.clock.pass_by(60)
    parts.gauging.says = Gauges(nodes=9, relationships=8, last_transaction=6)
    assert (await service(parts).loss(ORDERS, SNAPSHOT)).writing is True
