"""The world as the services see it: every port in one frozen bundle, passed by hand."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot import ports
from bot.core.checks import Check
from bot.core.environments import Estate
from bot.core.exports import ExportRules
from bot.core.keys import EvidenceKey
from bot.core.scratch import ScratchRules
from bot.core.vault import Keep


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How patiently the runner watches Aura, in seconds."""

    poll_least: float = 2.0
    poll_most: float = 15.0
    #: An intent older than this whose answer is not recorded counts as interrupted; longer than
    #: the client's own timeouts together.
    send_grace: float = 45.0
    #: How long to look for `restoring` after a lost answer before a person is called.
    look: float = 60.0
    #: How long to go on looking while Aura itself does not answer.
    look_unanswered: float = 3600.0
    #: The time between the first reading of `running` and the one that confirms it.
    settle: float = 10.0
    #: How long to wait for the database of an instance that runs already.
    database: float = 300.0

    def poll(self, age: float) -> float:
        """Seconds to the next look at something that began ``age`` seconds ago."""
        return min(max(self.poll_least, age / 10), self.poll_most)

    def calm(self, age: float) -> float:
        """Seconds to the next look at something that nobody waits for."""
        return min(max(2 * self.poll_most, age / 10), 4 * self.poll_most)


@dataclass(frozen=True, kw_only=True)
class World:
    """What services act on."""

    estate: Estate
    clock: ports.Clock
    new_id: ports.NewId
    aura: ports.Aura
    chat: ports.Chat
    directory: ports.Directory
    operations: ports.Operations
    queue: ports.Queue
    audit: ports.AuditLog
    cards: ports.Cards
    drafts: ports.Drafts
    catalogue: ports.Catalogue
    schedules: ports.Schedules
    addresses: ports.Addresses
    seen: ports.Seen
    budget: ports.Budget
    posts: ports.Outbox
    edits: ports.Outbox
    meter: ports.Meter
    ledger: ports.Ledger
    secrets: ports.Secrets
    graph: ports.Graph
    gauging: ports.Gauging
    fingerprints: ports.Fingerprints
    imports: ports.FileImports
    sendings: ports.Sendings
    readings: ports.Readings
    leases: ports.Leases
    keep: Mapping[str, Keep] = field(default_factory=dict)
    export: ExportRules = field(default_factory=ExportRules)
    drills: ports.LastDrills
    records: ports.Records
    accesses: ports.Accesses = field(default_factory=ports.Accesses)
    checks: tuple[Check, ...] = ()
    vault: ports.Vault | None = None
    vault_url: str = ""
    """Where the vault is, as the configuration says it; there is no secret in it."""
    files: ports.Files | None = None
    """The folder from which people may load files."""
    watch: ports.WatchLog
    alerts: ports.Alerts
    lag: Callable[[], Awaitable[float]] | None = None
    """Seconds that the oldest due bell has waited; None where nobody knows."""
    ping: ports.Ping | None = None
    passwords: ports.Passwords | None = None
    """The place for first passwords; None: the requester sees each once."""
    pace: Pace = field(default_factory=Pace)
    evidence_key: EvidenceKey | None = None
    scratch: ScratchRules = field(default_factory=ScratchRules)
