"""The words for where an operation stands that people asked for and others approve.

One word means one thing in every kind; the table of each machine says which of them it uses.
"""

from enum import StrEnum


class Phase(StrEnum):
    """Where an operation stands."""

    AWAITING_APPROVAL = "awaiting_approval"
    """Asked for; approvers may decide, the requester may cancel."""
    APPROVED = "approved"
    """The quorum agreed; everything is checked again before anything begins."""
    TRANSFERRING = "transferring"
    """The file is being sent; the instance is not touched."""
    STAGED = "staged"
    """The file lies whole in Aura's storage; the way back is made safe next."""
    SNAPSHOTTING = "snapshotting"
    """The safety snapshot is being taken."""
    READY = "ready"
    """The way back is safe; the last look before the one call."""
    STARTING = "starting"
    """The intent is recorded, the one call is on its way."""
    UNCERTAIN = "uncertain"
    """The answer was lost; we look at the instance and send nothing."""
    RESTORING = "restoring"
    """Aura is replacing the data; the instance is offline."""
    BUILDING = "building"
    """Aura is creating the new instance."""
    VERIFYING = "verifying"
    """Running again; one more reading confirms it."""
    DONE = "done"
    """Done as planned."""
    DONE_CHECKS_FAILED = "done_checks_failed"
    """Done as planned, and the data is not what it should be."""
    DENIED = "denied"
    """An approver said no."""
    EXPIRED = "expired"
    """Nobody decided, or what was approved did not begin, in time."""
    CANCELLED = "cancelled"
    """Taken back by the requester."""
    VOIDED = "voided"
    """Something changed after the approval, so it no longer holds."""
    FAILED = "failed"
    """Ended without its effect, or with an instance that did not come back."""
    STUCK = "stuck"
    """Nobody can know from here; an approver looks and settles it."""
