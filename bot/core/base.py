"""The ground everything stands on: frozen models and the names of ids."""

from typing import NewType

from pydantic import BaseModel, ConfigDict

InstanceId = NewType("InstanceId", str)
SnapshotId = NewType("SnapshotId", str)
ProjectId = NewType("ProjectId", str)
OperationId = NewType("OperationId", str)
TeamId = NewType("TeamId", str)
UserId = NewType("UserId", str)
GroupId = NewType("GroupId", str)
ChannelId = NewType("ChannelId", str)


class Frozen(BaseModel):
    """A value: compared by content, never changed, closed against unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
