"""The small engine: what it knows it answers as Neo4j does, what it does not know it refuses."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.aura.cypher import BeyondError, QueryError, parse, run
from sandbox.aura.graphs import EMPTY, Graph, shop

TOWN = """
    CREATE (ann:Person:Owner {name: 'Ann', age: 41}), (ben:Person {name: "Ben", age: 7}),
           (cat:Cat {name: 'Tom'}), (ann)-[:KNOWS {since: 2019}]->(ben), (ann)-[:OWNS]->(cat),
           (ben)-[:LIKES]->(cat)
"""


def asked(graph: Graph, statement: str, **parameters: object) -> list[list[object]]:
    return run(parse(statement), graph, parameters).values


@pytest.fixture(scope="module")
def town() -> Graph:
    return run(parse(TOWN), EMPTY, {}).graph


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("MATCH (n) RETURN count(n)", [[3]]),
        ("MATCH (n:Nobody) RETURN count(*)", [[0]]),
        ("MATCH (n:Nobody) RETURN n.name, count(*)", []),
        ("MATCH ()-[r]->() RETURN count(r) AS n", [[3]]),
        ("MATCH ()-[r]-() RETURN count(r)", [[6]]),
        ("MATCH (n:Person:Owner) RETURN n.name", [["Ann"]]),
        ("MATCH (n:Person) WHERE n.age > 10 AND NOT n.name = 'Ben' RETURN n.name", [["Ann"]]),
        ("MATCH (n) WHERE n.age IS NULL RETURN n.name", [["Tom"]]),
        ("MATCH (n) WHERE n.age < 10 OR n:Cat RETURN n.name ORDER BY n.name", [["Ben"], ["Tom"]]),
        ("MATCH (n) RETURN n.name ORDER BY n.age DESC LIMIT 2", [["Tom"], ["Ann"]]),
        ("MATCH (n) RETURN n.name AS x ORDER BY x SKIP 1 LIMIT 1", [["Ben"]]),
        ("MATCH (a)-[:OWNS|LIKES]->(c:Cat) RETURN a.name ORDER BY a.name", [["Ann"], ["Ben"]]),
        (
            "MATCH (c:Cat)<-[r]-(a) RETURN type(r), a.name ORDER BY type(r) DESC",
            [["OWNS", "Ann"], ["LIKES", "Ben"]],
        ),
        (
            "MATCH (a)-[:KNOWS]->(b)-[:LIKES]->(c) RETURN a.name, b.name, c.name",
            [["Ann", "Ben", "Tom"]],
        ),
        (
            "MATCH (a {name: 'Ann'}), (b {name: 'Tom'}) MATCH (a)-[r]->(b) RETURN type(r)",
            [["OWNS"]],
        ),
        (
            "MATCH (n) UNWIND labels(n) AS l RETURN l, count(*) AS c ORDER BY c DESC, l",
            [["Person", 2], ["Cat", 1], ["Owner", 1]],
        ),
        ("MATCH (n) RETURN sum(n.age), min(n.age), max(n.age), avg(n.age)", [[48, 7, 41, 24.0]]),
        (
            "MATCH (n) RETURN collect(n.age), count(n.age), count(DISTINCT labels(n))",
            [[[41, 7], 2, 3]],
        ),
        ("MATCH ()-->(n) RETURN DISTINCT n.name ORDER BY n.name", [["Ben"], ["Tom"]]),
        (
            "MATCH ()-[r:KNOWS]->() RETURN properties(r), keys(r), size(keys(r))",
            [[{"since": 2019}, ["since"], 1]],
        ),
        ("MATCH (n) WHERE n.name STARTS WITH 'A' OR n.name ENDS WITH 'm' RETURN count(*)", [[2]]),
        ("MATCH (n) WHERE n.name CONTAINS 'e' RETURN toUpper(n.name)", [["BEN"]]),
        ("MATCH (n) WHERE n.name IN ['Ann', 'Tom'] RETURN count(n) + 1", [[3]]),
        (
            "UNWIND range(1, 3) AS i RETURN i * 2, i % 2, -i, i / 2",
            [[2, 1, -1, 0], [4, 0, -2, 1], [6, 1, -3, 1]],
        ),
        ("RETURN 1 = null, null IS NULL, true OR null, 'it''s' = 'x'", None),
        (
            "RETURN 1 = null, null IS NULL, true OR null, false AND null",
            [[None, True, True, False]],
        ),
        ("CALL db.labels()", [["Cat"], ["Owner"], ["Person"]]),
        (
            "CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType",
            [["KNOWS"], ["LIKES"], ["OWNS"]],
        ),
        (
            "MATCH (n:Cat) RETURN n // the cat",
            [[{"elementId": "4:2", "labels": ["Cat"], "properties": {"name": "Tom"}}]],
        ),
    ],
)
def test_it_reads(town: Graph, statement: str, rows: list[list[object]] | None) -> None:
    if rows is None:
        with pytest.raises(BeyondError):
            asked(town, statement)
    else:
        assert asked(town, statement) == rows


def test_it_takes_parameters(town: Graph) -> None:
    assert asked(town, "MATCH (n {name: $who}) RETURN n.age", who="Ben") == [[7]]
    assert asked(town, "MATCH (n $what) RETURN n.age", what={"name": "Ben"}) == [[7]]
    with pytest.raises(QueryError) as missing:
        asked(town, "MATCH (n {name: $who}) RETURN n.age")
    assert missing.value.code == "Neo.ClientError.Statement.ParameterMissing"


def test_it_writes_a_new_graph_and_leaves_the_old_one(town: Graph) -> None:
    done = run(
        parse(
            "MATCH (a:Owner) CREATE (a)-[r:OWNS]->(d:Dog {name: $n}) "
            "SET a.dogs = 1, d:Good RETURN d.name"
        ),
        town,
        {"n": "Rex"},
    )
    assert done.values == [["Rex"]]
    assert (done.counters.nodes_created, done.counters.relationships_created) == (1, 1)
    assert (done.counters.labels_added, done.counters.properties_set) == (2, 2)
    assert done.graph.labels() == {"Cat": 1, "Dog": 1, "Good": 1, "Owner": 1, "Person": 2}
    assert done.graph.types() == {"KNOWS": 1, "LIKES": 1, "OWNS": 2}
    assert done.graph.find("Owner", dogs=1)
    assert town.labels() == {"Cat": 1, "Owner": 1, "Person": 2}
    assert town.find("Owner", dogs=1) == []


def test_it_deletes_nodes_only_with_their_relationships(town: Graph) -> None:
    with pytest.raises(QueryError) as refused:
        run(parse("MATCH (n:Cat) DELETE n"), town, {})
    assert refused.value.code == "Neo.ClientError.Schema.ConstraintValidationFailed"
    both = run(parse("MATCH ()-[r]->(n:Cat) DELETE r, n"), town, {})
    assert (len(both.graph.nodes), len(both.graph.relationships)) == (2, 1)
    detached = run(parse("MATCH (n) DETACH DELETE n"), town, {})
    assert detached.graph == EMPTY
    assert (detached.counters.nodes_deleted, detached.counters.relationships_deleted) == (3, 3)


def test_a_property_set_to_null_is_gone(town: Graph) -> None:
    done = run(parse("MATCH (n:Owner) SET n.age = null RETURN keys(n)"), town, {})
    assert done.values == [[["name"]]]


BUILT = """CREATE CONSTRAINT person_name FOR (p:Person) REQUIRE p.name IS UNIQUE"""
HOW = "r.`how ``well`"
KNOWN = "CREATE INDEX known IF NOT EXISTS FOR ()-[r:KNOWS]-() ON (r.since, r.`how ``well`)"


@pytest.fixture(scope="module")
def built(town: Graph) -> Graph:
    return run(parse(KNOWN), run(parse(BUILT), town, {}).graph, {}).graph


def test_constraints_and_indexes_are_shown_as_neo4j_shows_them(built: Graph) -> None:
    assert asked(built, "SHOW CONSTRAINTS YIELD createStatement RETURN createStatement") == [
        ["CREATE CONSTRAINT `person_name` FOR (n:`Person`) REQUIRE (n.`name`) IS UNIQUE"]
    ]
    own = "SHOW INDEXES YIELD name, owningConstraint WHERE owningConstraint IS NULL RETURN name"
    assert asked(built, own) == [["index_343aff4e"], ["index_f7700477"], ["known"]]
    assert len(asked(built, "SHOW INDEXES")) == 4
    written = "SHOW INDEXES YIELD name, createStatement WHERE name = 'known'"
    assert asked(built, written) == [
        ["known", f"CREATE RANGE INDEX `known` FOR ()-[r:`KNOWS`]-() ON (r.`since`, {HOW})"]
    ]


def test_unique_constraint_holds(built: Graph) -> None:
    with pytest.raises(QueryError, match="already exists"):
        run(parse("CREATE (:Person {name: 'Ann'})"), built, {})
    assert run(parse("CREATE (:Cat {name: 'Ann'}), (:Person)"), built, {}).changed


def test_what_is_there_twice_or_not_at_all_is_refused_unless_told_to_be_quiet(
    built: Graph,
) -> None:
    with pytest.raises(QueryError, match="equivalent"):
        run(parse(BUILT), built, {})
    assert not run(parse(KNOWN), built, {}).changed
    with pytest.raises(QueryError, match="no such index"):
        run(parse("DROP INDEX person_name"), built, {})
    assert not run(parse("DROP CONSTRAINT nothing IF EXISTS"), built, {}).changed
    dropped = run(parse("DROP CONSTRAINT person_name"), built, {})
    assert dropped.counters.constraints_removed == 1
    assert asked(dropped.graph, "SHOW CONSTRAINTS YIELD name") == []


def test_counts_come_from_what_the_count_store_knows(town: Graph) -> None:
    counts = (
        "RETURN COUNT { () }, COUNT { ()-->() }, COUNT { (:`Person`) }, COUNT { ()-[:OWNS]->() }, "
        "COUNT { (:`Nobody \\u0041`) }"
    )
    assert asked(town, counts) == [[3, 3, 2, 1, 0]]
    with pytest.raises(BeyondError):
        parse("RETURN COUNT { (:Person)-[:OWNS]->() }")


@pytest.mark.parametrize(
    "statement",
    [
        "MERGE (n:Person {name: 'Ann'})",
        "MATCH (n) WITH n RETURN n",
        "OPTIONAL MATCH (n) RETURN n",
        "MATCH p = (a)-->(b) RETURN p",
        "MATCH (a)-[*1..3]->(b) RETURN a",
        "MATCH (n) WHERE EXISTS { (n)-->() } RETURN n",
        "MATCH (n) RETURN n.name UNION MATCH (n) RETURN n.age",
        "MATCH (n) REMOVE n.age",
        "MATCH (n) SET n += {a: 1}",
        "CREATE CONSTRAINT FOR (n:Person) REQUIRE n.name IS UNIQUE",
        "SHOW PROCEDURES",
        "CALL apoc.meta.stats()",
        "RETURN date('2026-11-22')",
        "RETURN 1 < 2 < 3",
        "RETURN [x IN [1, 2] | x]",
        "RETURN CASE WHEN true THEN 1 END",
        "MATCH (n)",
        "RETURN 1 RETURN 2",
        "",
        "§",
    ],
)
def test_it_says_plainly_what_it_does_not_know(town: Graph, statement: str) -> None:
    with pytest.raises(BeyondError) as beyond:
        asked(town, statement)
    assert str(beyond.value)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("RETURN missing", "SyntaxError"),
        ("MATCH (n) WHERE count(n) > 1 RETURN n", "SyntaxError"),
        ("CREATE (a)-[:X]-(b)", "SyntaxError"),
        ("RETURN 1 / 0", "ArithmeticError"),
        ("RETURN 'a' - 1", "TypeError"),
        ("RETURN labels(1)", "TypeError"),
        ("RETURN NOT 1", "TypeError"),
        ("CREATE (n {a: {b: 1}})", "TypeError"),
        ("MATCH (n) RETURN n LIMIT 'x'", "TypeError"),
    ],
)
def test_it_refuses_as_neo4j_does(town: Graph, statement: str, code: str) -> None:
    with pytest.raises(QueryError) as refused:
        asked(town, statement)
    assert refused.value.code == f"Neo.ClientError.Statement.{code}"


WORDS = (
    "MATCH",
    "RETURN",
    "WHERE",
    "CREATE",
    "DELETE",
    "AS",
    "NOT",
    "count",
    "n",
    "1",
    "'a'",
    "$p",
)
SIGNS = tuple("()[]{}:->,.*=")


@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS + SIGNS), max_size=14).map(" ".join))
def test_any_text_is_answered_or_refused(statement: str) -> None:
    with contextlib.suppress(BeyondError, QueryError):
        run(parse(statement), shop("x", nodes=8, relationships=4), {"p": 1})


def test_a_shop_grows_and_keeps_what_it_had() -> None:
    sizes = {"nodes": 160, "relationships": 420}
    whole = shop("orders", **sizes)
    assert (len(whole.nodes), len(whole.relationships)) == (160, 420)
    assert whole.labels() == {"Customer": 40, "Order": 100, "Product": 20}
    younger = whole
    for percent in (90, 50, 10, 1, 0):
        older = shop("orders", **sizes, share=percent / 100)
        assert len(older.nodes) < len(younger.nodes)
        assert all(younger.nodes[i] == node for i, node in older.nodes.items())
        assert all(younger.relationships[j] == r for j, r in older.relationships.items())
        assert all({r.start, r.end} <= older.nodes.keys() for r in older.relationships.values())
        younger = older
    assert shop("other", **sizes) != whole
