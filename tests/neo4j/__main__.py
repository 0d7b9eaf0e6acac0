"""`make neo4j`: have Maven copy a real Neo4j server from Maven Central into the cache."""

import sys

from tests.neo4j.install import NotInstalled, install

try:
    print(f"Neo4j {install()}")
except NotInstalled as trouble:
    sys.exit(str(trouble))
