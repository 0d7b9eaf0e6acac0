"""Archiving: a graph read page by page and given on as one file, in constant memory."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

import structlog

from bot.core.archive import About, ArchiveManifest, ArchiveWriter, Counts, Member
from bot.core.archive.errors import NotArchivable
from bot.core.archive.members import END
from bot.core.archive.paging import Page, Paging, Part
from bot.core.errors import GraphUnavailable
from bot.ports.graph import Graph, GraphDoor, Row
from bot.ports.time import Clock

log = structlog.get_logger(__name__)

#: Seconds that one page, or one scan for the next id, may take.
PAGE = 300.0
SCAN = 3600.0
#: How often in a row a page may fail, and the seconds between: some five minutes in all.
MOST_FAILURES = 10
WAITS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
#: Rows after which other work gets its turn, and full members are written.
TURN = 500

#: https://neo4j.com/docs/cypher-manual/5/indexes/search-performance-indexes/list-indexes/: those of
#: constraints come with the constraint, and the two for lookup are in every new database.
CONSTRAINTS = "SHOW CONSTRAINTS YIELD name, createStatement RETURN createStatement ORDER BY name"
INDEXES = (
    "SHOW INDEXES YIELD name, type, owningConstraint, createStatement "
    "WHERE type <> 'LOOKUP' AND owningConstraint IS NULL RETURN createStatement ORDER BY name"
)
#: Far more than Neo4j is known to be run with.
MOST_SCHEMA = 10_000

Told = Callable[[int], None]
"""Is told, now and then, how many nodes and relationships have been read."""


class Archiving:
    """One graph on its way into one archive; `chunks` is to be read once."""

    def __init__(
        self,
        graph: Graph,
        door: GraphDoor,
        about: About,
        *,
        clock: Clock,
        expected: Counts | None = None,
        told: Told | None = None,
    ) -> None:
        self._graph = graph
        self._door = door
        self._about = about
        self._clock = clock
        self._expected = expected
        self._told = told
        self._writer = ArchiveWriter(about)
        #: What the archive says of itself, once it has been read to its end.
        self.manifest: ArchiveManifest | None = None

    @property
    def counts(self) -> Counts:
        """What has been read so far."""
        return self._writer.counts

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the archive's bytes.

        Raises GraphError when the database stays away or refuses, and NotArchivable for content
        that no archive can carry; what came before is then no archive, for its end is missing.
        """
        writer = self._writer
        async for part in self._framed(writer.begin()):
            yield part
        expected = self._expected
        for paging in (
            Paging(part=Part.NODES, expected=expected.nodes if expected else None),
            Paging(part=Part.RELATIONSHIPS, expected=expected.relationships if expected else None),
        ):
            async for _ in self._read(paging):
                async for part in self._framed(writer.ready()):
                    yield part
        constraints, indexes = await self._schema(CONSTRAINTS), await self._schema(INDEXES)
        async for part in self._framed(writer.finish(constraints=constraints, indexes=indexes)):
            yield part
        yield END

    async def _framed(self, members: Iterable[Member] | Iterator[Member]) -> AsyncIterator[bytes]:
        for member in members:
            if member.name == "manifest.json":
                self.manifest = ArchiveManifest.model_validate_json(member.text)
            # compressing four megabytes takes a tenth of a second, and lets go of Python's lock
            yield await asyncio.to_thread(member.framed, self._about.made_at)

    async def _read(self, paging: Paging) -> AsyncIterator[None]:
        """Read a part as a whole; yields now and then, for full members to be written."""
        failures = 0
        while page := paging.page():
            before = paging.seen
            try:
                if page.jump:
                    paging = paging.jumped(await self._jump(page))
                else:
                    async for row in self._graph.stream(
                        self._door, page.cypher, page.parameters, timeout=PAGE
                    ):
                        paging = self._take(paging, row)
                        if paging.seen % TURN == 0:
                            yield
                    paging = paging.turned(page, paging.seen - before)
                failures = 0
            except GraphUnavailable as absent:
                # rows that came are kept: they stand in order, and the next page goes on after
                failures = failures + 1 if paging.seen == before else 1
                if failures > MOST_FAILURES:
                    raise
                log.warning("reading again", why=absent.summary, rows=paging.seen)
                await self._clock.sleep(WAITS[min(failures, len(WAITS)) - 1])
            if self._told:
                self._told(self._writer.rows)
            yield

    def _take(self, paging: Paging, row: Row) -> Paging:
        match row:
            case (int(id_), tuple(labels), dict(properties)) if paging.part is Part.NODES:
                moved = paging.read(id_)
                self._writer.node(id_, labels, properties)  # type: ignore[arg-type]  # texts
                return moved
            case (int(start), int(id_), int(end), str(type_), dict(properties)):
                moved = paging.read(start, id_)
                self._writer.relationship(start, end, type_, properties)
                return moved
            case _:
                raise NotArchivable("the database answered with rows of another form")

    async def _jump(self, page: Page) -> int | None:
        answer = await self._graph.read(
            self._door, page.cypher, page.parameters, timeout=SCAN, most_rows=1
        )
        match answer.rows:
            case ((int(first),),):
                return first
            case _:
                return None

    async def _schema(self, cypher: str) -> tuple[str, ...]:
        answer = await self._graph.read(self._door, cypher, timeout=PAGE, most_rows=MOST_SCHEMA)
        return tuple(str(statement) for (statement,) in answer.rows)
