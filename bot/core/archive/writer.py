"""The writer: entities in, members of the archive out, in constant memory."""

from collections.abc import Iterator, Mapping, Sequence

from bot.core.archive.cells import DELIMITER, cell, quoted
from bot.core.archive.counts import Counts, Tally
from bot.core.archive.cypher import line, named
from bot.core.archive.errors import NotArchivable
from bot.core.archive.guide import arguments, readme
from bot.core.archive.leftovers import MARK, MARKED, NODE, Leftovers
from bot.core.archive.manifest import About, ArchiveManifest
from bot.core.archive.members import Member
from bot.core.archive.sheets import Sheets
from bot.core.graph.values import Value

_NODE_FIELDS = (":ID", ":LABEL")
_RELATIONSHIP_FIELDS = (":START_ID", ":END_ID", ":TYPE")

Cells = dict[str, tuple[str, str]]


class ArchiveWriter:
    """Turns a graph into the members of an archive.

    First `begin`, then every node and relationship with `ready` in between, last `finish`.
    """

    def __init__(self, about: About) -> None:
        self._about = about
        self._nodes = Sheets("nodes", _NODE_FIELDS)
        self._relationships = Sheets("relationships", _RELATIONSHIP_FIELDS)
        self._leftovers = Leftovers()
        self._tally = Tally()
        self._labels: dict[tuple[str, ...], str] = {}
        self._members = 0

    @property
    def counts(self) -> Counts:
        """What has gone in so far."""
        return self._tally.counts()

    @property
    def rows(self) -> int:
        """How many nodes and relationships have gone in so far."""
        return self._tally.nodes + self._tally.relationships

    @property
    def held(self) -> int:
        """Characters that wait for their member."""
        return self._nodes.held + self._relationships.held

    def begin(self) -> Iterator[Member]:
        """Yield what stands first."""
        yield from self._counted([Member("README.txt", readme(self._about))])

    def node(self, id_: int, labels: tuple[str, ...], properties: Mapping[str, Value]) -> None:
        """Add a node; raises NotArchivable."""
        if MARKED in labels:
            raise NotArchivable(
                f"the graph has nodes with the label {MARKED}, left from reading an archive back",
                hint="Run the statements of that archive's folder “restore” first.",
            )
        cells, missing = self._cells(properties, "(e)")
        names = labels
        if missing:
            names = (*labels, MARKED)
            cells[MARK] = "long", str(self._leftovers.keep(missing, NODE))
        self._nodes.add(names, [str(id_), self._labelled(names)], cells)
        self._tally.node(labels)

    def relationship(
        self, start: int, end: int, type_: str, properties: Mapping[str, Value]
    ) -> None:
        """Add a relationship between two nodes' ids; raises NotArchivable."""
        cells, missing = self._cells(properties, "()-[e]->()")
        if missing:
            pattern = f"()-[e:{named(type_)}]->()"
            cells[MARK] = "long", str(self._leftovers.keep(missing, pattern))
            self._leftovers.types.add(type_)
        self._relationships.add(type_, [str(start), str(end), quoted(type_)], cells)
        self._tally.relationship(type_)

    def ready(self) -> Iterator[Member]:
        """Yield the members that are full; to be called often, for nothing else bounds memory."""
        yield from self._counted(self._nodes.ready())
        yield from self._counted(self._relationships.ready())
        yield from self._counted(self._leftovers.ready())

    def finish(
        self, *, constraints: Sequence[str] = (), indexes: Sequence[str] = ()
    ) -> Iterator[Member]:
        """Yield all that is left, the manifest last; the schema as statements of Cypher."""
        nodes, relationships, leftovers = self._nodes, self._relationships, self._leftovers
        yield from self._counted(nodes.rest())
        yield from self._counted(relationships.rest())
        yield from self._counted(leftovers.rest())
        if not nodes.headers:  # the import tool wants a header even for nothing
            yield from self._counted([Member("nodes/h0000.csv", ",".join(_NODE_FIELDS) + "\n")])
        arguments_ = arguments(
            nodes.files() if nodes.headers else ("nodes/h0000.csv",),
            relationships.files(),
            longest=max(nodes.longest, relationships.longest),
            multiline=nodes.multiline or relationships.multiline,
        )
        schema = [line(statement) for statement in (*constraints, *indexes)]
        yield from self._counted(
            [
                Member("import.args", arguments_),
                Member("schema.cypher", "".join(f"{statement}\n" for statement in schema)),
            ]
        )
        changed = {"empty byte array became an empty list": leftovers.empty_bytes}
        manifest = ArchiveManifest(
            about=self._about,
            counts=self.counts,
            constraints=len(constraints),
            indexes=len(indexes),
            members=self._members + 1,
            restore_needed=leftovers.any,
            changed={what: number for what, number in changed.items() if number},
        )
        yield from self._counted(
            [Member("manifest.json", manifest.model_dump_json(indent=2) + "\n")]
        )

    def _cells(
        self, properties: Mapping[str, Value], pattern: str
    ) -> tuple[Cells, dict[str, Value]]:
        cells: Cells = {}
        missing: dict[str, Value] = {}
        for name, value in properties.items():
            found = cell(value)
            if found is None:
                missing[name] = value
            else:
                cells[self._leftovers.column(name, pattern)] = found
        return cells, missing

    def _labelled(self, names: tuple[str, ...]) -> str:
        """The field of labels, remembered: there are far fewer sets of labels than nodes."""
        text = self._labels.get(names)
        if text is None:
            if any(DELIMITER in name for name in names):
                raise NotArchivable("a label holds the control character U+001F")
            text = quoted(DELIMITER.join(names)) if names else ""
            self._labels[names] = text
        return text

    def _counted(self, members: Iterator[Member] | list[Member]) -> Iterator[Member]:
        for member in members:
            self._members += 1
            yield member
