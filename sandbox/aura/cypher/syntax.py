"""What a statement is made of, once it has been read."""

from dataclasses import dataclass

from sandbox.aura.graphs import Definition


class QueryError(Exception):
    """The statement is refused as Neo4j would; `code` is Neo4j's status code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class BeyondError(Exception):
    """The statement may be good Cypher, but the double's engine does not know it."""


@dataclass(frozen=True)
class Literal:
    """A number, string, truth value or null."""

    value: object


@dataclass(frozen=True)
class Parameter:
    """`$name`."""

    name: str


@dataclass(frozen=True)
class Variable:
    """A name bound earlier."""

    name: str


@dataclass(frozen=True)
class Property:
    """`of.key`."""

    of: "Expression"
    key: str


@dataclass(frozen=True)
class HasLabels:
    """`of:Label`, true when the node has them all."""

    of: "Expression"
    labels: tuple[str, ...]


@dataclass(frozen=True)
class ListOf:
    """`[…]`."""

    items: tuple["Expression", ...]


@dataclass(frozen=True)
class MapOf:
    """`{key: …}`."""

    items: tuple[tuple[str, "Expression"], ...]


@dataclass(frozen=True)
class Call:
    """A function; `name` in lower case. `star` is `count(*)`."""

    name: str
    arguments: tuple["Expression", ...]
    distinct: bool = False
    star: bool = False


@dataclass(frozen=True)
class Unary:
    """`NOT`, `-`, `IS NULL`, `IS NOT NULL`."""

    operator: str
    operand: "Expression"


@dataclass(frozen=True)
class Binary:
    """Two operands and what joins them, in upper case."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Counted:
    """`COUNT { (:Label) }` or `COUNT { ()-[:TYPE]->() }`: what the count store knows.

    `name` None is all of them.
    """

    relationships: bool
    name: str | None


Expression = (
    Literal
    | Parameter
    | Variable
    | Property
    | HasLabels
    | ListOf
    | MapOf
    | Call
    | Unary
    | Binary
    | Counted
)


@dataclass(frozen=True)
class NodePattern:
    """`(name:Label {…})`; `properties` is a map or a parameter."""

    name: str | None
    labels: tuple[str, ...]
    properties: Expression | None


@dataclass(frozen=True)
class RelationshipPattern:
    """`-[name:TYPE|OTHER {…}]->`; `direction` is `>`, `<` or empty for either."""

    name: str | None
    types: tuple[str, ...]
    properties: Expression | None
    direction: str


@dataclass(frozen=True)
class Path:
    """Nodes, and one relationship less."""

    nodes: tuple[NodePattern, ...]
    relationships: tuple[RelationshipPattern, ...]


@dataclass(frozen=True)
class Match:
    """`MATCH … WHERE …`."""

    paths: tuple[Path, ...]
    where: Expression | None


@dataclass(frozen=True)
class Unwind:
    """`UNWIND list AS name`."""

    items: Expression
    name: str


@dataclass(frozen=True)
class Create:
    """`CREATE …`."""

    paths: tuple[Path, ...]


@dataclass(frozen=True)
class SetProperty:
    """`SET name.key = value`; null takes the property away."""

    name: str
    key: str
    value: Expression


@dataclass(frozen=True)
class SetLabels:
    """`SET name:Label`."""

    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Delete:
    """`DELETE` or, with `detach`, `DETACH DELETE`."""

    targets: tuple[Expression, ...]
    detach: bool


@dataclass(frozen=True)
class Procedure:
    """`CALL name()`, in lower case; it yields one column."""

    name: str


@dataclass(frozen=True)
class Item:
    """One column of `RETURN`."""

    expression: Expression
    title: str


@dataclass(frozen=True)
class Return:
    """`RETURN`; `order` holds (expression, descending). No items: `*`."""

    items: tuple[Item, ...]
    distinct: bool
    order: tuple[tuple[Expression, bool], ...]
    skip: Expression | None
    limit: Expression | None


@dataclass(frozen=True)
class Show:
    """`SHOW CONSTRAINTS` or `SHOW INDEXES`, with the columns that it yields."""

    constraints: bool
    columns: tuple[str, ...]
    where: Expression | None


@dataclass(frozen=True)
class Define:
    """`CREATE CONSTRAINT` or `CREATE INDEX`; `quiet` is `IF NOT EXISTS`."""

    definition: Definition
    quiet: bool


@dataclass(frozen=True)
class Drop:
    """`DROP CONSTRAINT` or `DROP INDEX`; `quiet` is `IF EXISTS`."""

    constraint: bool
    name: str
    quiet: bool


Clause = (
    Match
    | Unwind
    | Create
    | SetProperty
    | SetLabels
    | Delete
    | Procedure
    | Return
    | Show
    | Define
    | Drop
)


@dataclass(frozen=True)
class Statement:
    """Clauses in order."""

    clauses: tuple[Clause, ...]

    @property
    def writes(self) -> bool:
        """True when it could change the graph."""
        changing = Create | SetProperty | SetLabels | Delete | Define | Drop
        return any(isinstance(c, changing) for c in self.clauses)
