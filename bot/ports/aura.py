"""The Aura API, by effect."""

from datetime import date
from typing import Protocol

from pydantic import SecretStr

from bot.core.base import Frozen, InstanceId, ProjectId, SnapshotId
from bot.core.copies import CopyPermit, DeletePermit
from bot.core.instances import Instance, InstanceSummary, Project
from bot.core.offers import Offer
from bot.core.permits import Permit
from bot.core.snapshots import Snapshot


class Accepted(Frozen):
    """Aura said 202."""

    status: str
    request_id: str | None = None


class SnapshotAccepted(Frozen):
    """Aura accepted a snapshot."""

    snapshot_id: SnapshotId
    request_id: str | None = None


class Created(Frozen):
    """Aura accepted a new instance. The password is told here, once, and never again."""

    instance_id: InstanceId
    name: str
    connection_url: str
    username: str
    password: SecretStr
    request_id: str | None = None


class Aura(Protocol):
    """The Aura API, by effect. Every method may raise AuraError.

    Reads wait for the shared rate limit; ``background`` ones let interactive work go first.
    """

    async def projects(self, *, background: bool = False) -> tuple[Project, ...]:
        """Return every project that the credentials see."""

    async def instances(self, *, background: bool = False) -> tuple[InstanceSummary, ...]:
        """Return every instance that the credentials see, without their state."""

    async def instance(self, instance_id: InstanceId, *, background: bool = False) -> Instance:
        """Return one instance with its state; AuraNotFound when it has gone."""

    async def snapshots(
        self, instance_id: InstanceId, day: date, *, background: bool = False
    ) -> tuple[Snapshot, ...]:
        """Return the snapshots of one UTC day."""

    async def snapshot(
        self, instance_id: InstanceId, snapshot_id: SnapshotId, *, background: bool = False
    ) -> Snapshot:
        """Return one snapshot; AuraNotFound when there is none."""

    async def take_snapshot(self, instance_id: InstanceId) -> SnapshotAccepted:
        """Ask for an on-demand snapshot; sent once, never repeated by itself."""

    async def overwrite_in_place(self, permit: Permit) -> Accepted:
        """Restore the permit's snapshot over its instance; the permit is consumed first.

        Sent at most once. An AuraError with ``definite`` False means that nobody can know
        whether it was done. Raises NotAllowed when the permit has been consumed before.
        """

    async def overwrite_from(self, permit: Permit) -> Accepted:
        """Replace the data of the permit's instance with a snapshot of another one.

        Sent at most once; fails as `overwrite_in_place` does.
        """

    async def offers(self, project_id: ProjectId, *, background: bool = False) -> tuple[Offer, ...]:
        """Return what may be created in a project; AuraNotFound when nobody sees it."""

    async def create_copy(self, permit: CopyPermit) -> Created:
        """Create the permit's instance from its snapshot; the permit is consumed first.

        Sent at most once, but for a 429 of the gateway. An AuraError with ``definite`` False means
        that nobody can know whether it was done; look for it by its name then. Raises NotAllowed
        when the permit has been consumed before.
        """

    async def delete_owned(self, permit: DeletePermit) -> Accepted:
        """Delete an instance of the ledger; raises NotAllowed when the ledger does not hold it."""
