"""Copies: the one body that may create an instance, and the permits around copies.

A CopyPermit names the whole body and is consumed before the call leaves, so a bug above can
create nothing else and nothing twice (promise P6). A DeletePermit names an instance of the ledger
and is looked up there again before the call leaves (promise P13).
"""

import json

from pydantic import AwareDatetime

from bot.core.base import Frozen, InstanceId, OperationId, ProjectId, SnapshotId

#: What Aura takes as a name: 1 to 30 characters, no blank at either end
#: (https://neo4j.com/docs/aura/platform/api/specification/, POST /instances).
LONGEST_NAME = 30


class CopyOrder(Frozen):
    """A new instance made from a snapshot, exactly as Aura is asked for it."""

    name: str
    project_id: ProjectId
    cloud: str
    region: str
    tier: str
    memory: str
    version: str
    source_instance_id: InstanceId
    source_snapshot_id: SnapshotId

    def body(self) -> bytes:
        """Return the body of the call, always the same bytes."""
        asked = {
            "name": self.name,
            "tenant_id": self.project_id,
            "cloud_provider": self.cloud,
            "region": self.region,
            "type": self.tier,
            "memory": self.memory,
            "version": self.version,
            "source_instance_id": self.source_instance_id,
            "source_snapshot_id": self.source_snapshot_id,
        }
        return json.dumps(asked, ensure_ascii=True, separators=(",", ":")).encode()


class CopyPermit(Frozen):
    """Leave to create one instance, once."""

    operation_id: OperationId
    order: CopyOrder
    scratch: bool
    """Whether the ledger must know it (a scratch instance), or its operation (a clone)."""
    intended_at: AwareDatetime


class DeletePermit(Frozen):
    """Leave to delete one instance that the ledger holds. Get one from `scratch.deletable`."""

    name: str
    instance_id: InstanceId
