"""Where the server's Java archives lie: `make neo4j` has Maven copy them there."""

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
JARS = Path(os.environ.get("SAVEPOINT_CACHE", ROOT / ".cache")) / "neo4j"
#: Written last, so that a copy that broke off does not count.
READY = "ready"


class Missing(Exception):
    """There is no server to start; the text says how to get one."""


def jars() -> Path:
    """Return the folder of the archives; raises Missing."""
    if shutil.which("java") is None:
        raise Missing("Java is missing; install it with: apt-get install default-jre-headless")
    if not (JARS / READY).exists():
        raise Missing(f"there is no Neo4j server in {JARS}; get it with: make neo4j")
    return JARS
