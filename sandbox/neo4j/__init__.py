"""A real Neo4j Community server on this machine, where the built-in graph is not proof enough."""

from sandbox.neo4j.backed import Backed
from sandbox.neo4j.jars import JARS, Missing, jars
from sandbox.neo4j.server import Home, Neo4j, NotStarted, running

__all__ = ["JARS", "Backed", "Home", "Missing", "Neo4j", "NotStarted", "jars", "running"]
