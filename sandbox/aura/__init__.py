"""A double of Neo4j Aura: v1, v2beta1, tokens, small graphs, and switches to make it misbehave."""

from sandbox.aura.calls import Call
from sandbox.aura.double import AuraDouble
from sandbox.aura.faults import Fault, Faults
from sandbox.aura.fleet import Fleet
from sandbox.aura.times import Durations
from sandbox.aura.world import Restore

__all__ = ["AuraDouble", "Call", "Durations", "Fault", "Faults", "Fleet", "Restore"]
