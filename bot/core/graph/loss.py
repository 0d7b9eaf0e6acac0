"""What a restore throws away, as far as anybody knows: time, and how much the graph has grown."""

from datetime import timedelta

from pydantic import AwareDatetime

from bot.core.base import Frozen, SnapshotId
from bot.core.graph.fingerprint import Difference, Kept, compare


class Loss(Frozen):
    """What is newer than the snapshot. ``difference`` None means unknown, and ``why`` says why."""

    since: timedelta
    """From the snapshot to the present."""
    difference: Difference | None = None
    why: str = ""
    measured_at: AwareDatetime | None = None
    """When the present was counted."""
    near: bool = False
    """Whether the snapshot's own counts are missing, and those of minutes nearby stand for them."""
    writing: bool | None = None
    """Whether the application is still writing; None is unknown."""


def estimate(
    snapshot_id: SnapshotId,
    taken_at: AwareDatetime,
    at: AwareDatetime,
    *,
    then: Kept | None,
    now: Kept | None,
    why_not_now: str = "",
    writing: bool | None = None,
) -> Loss:
    """Compare a snapshot with the present.

    ``then`` stands for the snapshot, ``now`` is the present; ``why_not_now`` says why it is None.
    """
    since = max(at - taken_at, timedelta(0))
    if now is None:
        return Loss(since=since, why=why_not_now or "the graph was not counted", writing=writing)
    measured = now.fingerprint.taken_at
    if then is None:
        return Loss(
            since=since,
            why="nothing was counted when the snapshot was taken",
            measured_at=measured,
            writing=writing,
        )
    return Loss(
        since=since,
        difference=compare(then.fingerprint, now.fingerprint),
        measured_at=measured,
        near=then.snapshot_id != snapshot_id,
        writing=writing,
    )
