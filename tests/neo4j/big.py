"""A big graph, made as CSV and imported: 1 million nodes, 5 million relationships."""

from itertools import islice

from sandbox.neo4j import Home

NODES = {"Customer": 300_000, "Order": 600_000, "Product": 100_000}
TYPES = {"PLACED": 2_000_000, "CONTAINS": 3_000_000}
ENDS = {"PLACED": ("Customer", "Order"), "CONTAINS": ("Order", "Product")}


def load(home: Home) -> None:
    """Write the files and import them; takes about half a minute."""
    folder = home.folder / "csv"
    folder.mkdir(parents=True)
    words = ["--skip-bad-relationships=false", "--threads=2"]
    first: dict[str, int] = {}
    at = 0
    for label, many in NODES.items():
        file = folder / f"{label}.csv"
        with file.open("w") as out:
            out.write("id:ID,number:int\n")
            out.writelines(f"{n},{n}\n" for n in range(at, at + many))
        first[label], at = at, at + many
        words.append(f"--nodes={label}={file}")
    for kind, many in TYPES.items():
        (start, end), file = ENDS[kind], folder / f"{kind}.csv"
        with file.open("w") as out:
            out.write(":START_ID,:END_ID\n")
            # primes, so that the ends are spread over all nodes
            a, b, here, there = NODES[start], NODES[end], first[start], first[end]
            lines = (f"{here + n * 7919 % a},{there + n * 104_729 % b}\n" for n in range(many))
            while chunk := "".join(islice(lines, 100_000)):
                out.write(chunk)
        words.append(f"--relationships={kind}={file}")
    home.admin("database", "import", "full", "neo4j", *words)
    for file in folder.iterdir():
        file.unlink()
