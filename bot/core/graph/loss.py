"""What overwriting an instance throws away, as far as anybody knows: time, and what was counted."""

from pydantic import AwareDatetime

from bot.core.base import Frozen, SnapshotId
from bot.core.graph.fingerprint import Difference, Kept, compare


class Loss(Frozen):
    """What is there now, and what of it is newer than the snapshot; None is unknown.

    ``why`` says why ``difference``, or all of it, is unknown. Where the data comes from another
    instance nothing can be newer, all is replaced: ``compared`` is False then.
    """

    nodes: int | None = None
    relationships: int | None = None
    measured_at: AwareDatetime | None = None
    compared: bool = True
    difference: Difference | None = None
    why: str = ""
    near: bool = False
    """Whether the snapshot's own counts are missing, and those of minutes nearby stand for them."""
    writing: bool | None = None
    """Whether the application is still writing."""


def estimate(
    now: Kept,
    *,
    snapshot_id: SnapshotId,
    then: Kept | None,
    writing: bool | None = None,
) -> Loss:
    """Compare the present with what stands for the snapshot."""
    loss = _present(now, writing)
    if then is None:
        why = "nothing was counted when the snapshot was taken"
        return loss.model_copy(update={"why": why})
    return loss.model_copy(
        update={
            "difference": compare(then.fingerprint, now.fingerprint),
            "near": then.snapshot_id != snapshot_id,
        }
    )


def replaced(now: Kept, *, writing: bool | None = None) -> Loss:
    """Say what is there now, all of which is replaced by data from elsewhere."""
    return _present(now, writing).model_copy(update={"compared": False})


def _present(now: Kept, writing: bool | None) -> Loss:
    return Loss(
        nodes=now.fingerprint.nodes,
        relationships=now.fingerprint.relationships,
        measured_at=now.fingerprint.taken_at,
        writing=writing,
    )
