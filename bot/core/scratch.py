"""Scratch instances: what the bot creates for a drill, an archive or a rehearsal, and deletes.

Rules
  * The ledger has the entry before Aura is asked, and DELETE is sent for its instances alone
    (promise P13): the id stands in the ledger, the name is the one written there and has our
    prefix, the project is the same, and it is no older than the entry.
  * Each has a time to die, and only so many live at once.
  * Prices are configuration: Aura's API tells none.
"""

from base64 import b32encode
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from pydantic import AwareDatetime, Field

from bot.core.base import Frozen, InstanceId, OperationId, ProjectId, SnapshotId
from bot.core.copies import LONGEST_NAME, CopyOrder, CopyPermit, DeletePermit
from bot.core.errors import NotAllowed
from bot.core.instances import Instance
from bot.core.offers import Offer, gigabytes

PREFIX = "savepoint-scratch-"
#: How far Aura's clock may be behind ours.
SKEW = timedelta(minutes=5)


class Purpose(StrEnum):
    """What a scratch instance is for."""

    DRILL = "drill"
    ARCHIVE = "archive"
    REHEARSAL = "rehearsal"


class ScratchRules(Frozen):
    """`[scratch]` of the configuration. ``prices`` are per GB of memory and hour, by tier."""

    project: ProjectId | None = None
    mark: str = Field(default="", pattern=r"^[a-z0-9]{0,3}$")
    most: int = Field(default=2, ge=1, le=20)
    life_minutes: int = Field(default=240, ge=15, le=7 * 24 * 60)
    prices: dict[str, float] = Field(default={})
    currency: str = "USD"
    query: str | None = None
    """Where the Query API of one answers, ``{instance}`` being its id; None: as Aura says."""

    @property
    def prefix(self) -> str:
        """What the names of our scratch instances begin with; ``mark`` tells two bots apart."""
        return f"{PREFIX}{self.mark}-" if self.mark else PREFIX

    def query_address(self, entry: "ScratchEntry") -> str:
        """Return where the Query API of an entry's instance answers."""
        if self.query is not None:
            return self.query.replace("{instance}", entry.instance_id or "")
        return query_address(entry.url)

    @property
    def life(self) -> timedelta:
        """How long a scratch instance may live."""
        return timedelta(minutes=self.life_minutes)

    def place(self) -> ProjectId:
        """Return the project for scratch instances; raises NotAllowed when none is configured."""
        if self.project is None:
            raise NotAllowed(
                "no project for scratch instances is configured",
                hint="Whoever runs Savepoint must name one: `project` in the table `[scratch]`.",
            )
        return self.project

    def name(self, operation_id: OperationId) -> str:
        """Return the name of an operation's scratch instance, the same each time."""
        token = b32encode(sha256(operation_id.encode()).digest()).decode().lower()
        return f"{self.prefix}{token}"[:LONGEST_NAME]

    def cost(self, offer: Offer) -> str | None:
        """Say what an hour of such an instance costs, or None where no price is configured."""
        price, size = self.prices.get(offer.tier), gigabytes(offer.memory)
        if price is None or size is None:
            return None
        return (
            f"about {price * size:.2f} {self.currency} an hour "
            f"({offer.memory} at {price:g} {self.currency} per GB and hour, as configured)"
        )


def query_address(connection_url: str) -> str:
    """Return where the Query API answers for an address that Aura calls a connection URL.

    ``neo4j+s://0a1b2c3d.databases.neo4j.io`` answers at ``https://`` of the same host
    (https://neo4j.com/docs/query-api/current/).
    """
    scheme, _, rest = connection_url.partition("://")
    return f"{'https' if scheme.endswith(('+s', '+ssc')) else 'http'}://{rest}".rstrip("/")


class ScratchEntry(Frozen):
    """One line of the ledger, written before Aura is asked. The name is its id."""

    name: str
    purpose: Purpose
    operation_id: OperationId
    environment: str
    order: CopyOrder
    created_at: AwareDatetime
    dies_at: AwareDatetime
    instance_id: InstanceId | None = None
    url: str = ""
    """The connection URL that Aura told."""
    condemned_at: AwareDatetime | None = None
    """When the audit log was told that it is to be deleted."""
    deleting_at: AwareDatetime | None = None
    """When Aura last accepted its deletion."""
    alerted_at: AwareDatetime | None = None
    """When people were told that it cannot be deleted."""
    gone_at: AwareDatetime | None = None


def planned(
    rules: ScratchRules,
    *,
    operation_id: OperationId,
    environment: str,
    purpose: Purpose,
    offer: Offer,
    source: InstanceId,
    snapshot: SnapshotId,
    now: datetime,
) -> ScratchEntry:
    """Return the entry to be written; raises NotAllowed when no project is configured."""
    name = rules.name(operation_id)
    return ScratchEntry(
        name=name,
        purpose=purpose,
        operation_id=operation_id,
        environment=environment,
        order=CopyOrder(
            name=name,
            project_id=rules.place(),
            cloud=offer.cloud,
            region=offer.region,
            tier=offer.tier,
            memory=offer.memory,
            version=offer.version,
            source_instance_id=source,
            source_snapshot_id=snapshot,
        ),
        created_at=now,
        dies_at=now + rules.life,
    )


def creatable(entry: ScratchEntry, now: datetime) -> CopyPermit:
    """Return leave to create the instance of an entry; raises NotAllowed when it is over."""
    if entry.gone_at or entry.instance_id or now >= entry.dies_at:
        raise NotAllowed(f"the ledger does not wait for {entry.name} any more")
    return CopyPermit(
        operation_id=entry.operation_id, order=entry.order, scratch=True, intended_at=now
    )


def ours(entry: ScratchEntry, found: Instance) -> bool:
    """Whether an instance, as just read, is the one that this entry had created."""
    return (
        entry.name.startswith(PREFIX)
        and found.name == entry.name
        and found.project_id == entry.order.project_id
        and found.id != entry.order.source_instance_id
        and found.created_at is not None
        and found.created_at >= entry.created_at - SKEW
    )


def deletable(entry: ScratchEntry, found: Instance) -> DeletePermit:
    """Return leave to delete; raises NotAllowed unless entry and instance agree in everything."""
    if entry.gone_at is None and entry.instance_id == found.id and ours(entry, found):
        return DeletePermit(name=entry.name, instance_id=found.id)
    raise NotAllowed(
        f"instance `{found.id}` is not the one that the ledger calls {entry.name}",
        hint="It was not deleted. Look at it in the Aura console.",
    )
