"""A double of Neo4j Aura: v1, v2beta1, tokens, small graphs, and switches to make it misbehave.

Where an answer differs from the published files, the contract tests name it with its reason. What
nobody documents is decided where the code does it, and says so. Left out altogether:

* redirects of plain http (308): the double speaks nothing else, on loopback;
* v1beta5, graph analytics sessions, import jobs, people, billing: nothing to do with backups;
* ids of snapshots that are time stamps, as in old examples: the service gives UUIDs;
* scheduled snapshots around changes of the system, and the backup behind a pause: when they come,
  and whether they show, is not documented;
* instances marked as production in the console: what the API then says is not known;
* errors of v2beta1 that are plain text, or have names in capitals, and its 500 for instances made
  through v1: seen on some day of a beta, and no promise of anything;
* the console's 301 and 429 for imports: the first is for clients of old protocols, and of the
  second nothing more is known than that one tries again.
"""

from sandbox.aura.calls import Call
from sandbox.aura.double import AuraDouble
from sandbox.aura.faults import Fault, Faults
from sandbox.aura.fleet import Fleet
from sandbox.aura.times import Durations
from sandbox.aura.world import Restore

__all__ = ["AuraDouble", "Call", "Durations", "Fault", "Faults", "Fleet", "Restore"]
