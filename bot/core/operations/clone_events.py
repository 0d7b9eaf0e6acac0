"""Events of clones; `events` knows them by the same names."""

from typing import Literal

from pydantic import AwareDatetime

from bot.core.base import Frozen, InstanceId


class ApprovalNotNeeded(Frozen):
    """The rules of the environment ask for nobody's approval, as the sealed plan says."""

    kind: Literal["approval_not_needed"] = "approval_not_needed"


class CloneIntended(Frozen):
    """About to send the one call that creates it; recorded before it leaves (promise P6)."""

    kind: Literal["clone_intended"] = "clone_intended"


class CloneAccepted(Frozen):
    """Aura accepted the new instance, or it was found by its name after we lost the answer.

    Where its first password went: ``place`` names where it lies, ``once_until`` until when the
    requester may see it once, ``perhaps`` where it may lie, as nobody can look; none of them means
    that it was lost.
    """

    kind: Literal["clone_accepted"] = "clone_accepted"
    clone_id: InstanceId
    request_id: str | None = None
    adopted: bool = False
    place: str | None = None
    perhaps: str = ""
    once_until: AwareDatetime | None = None
    trouble: str = ""
    """Why it is not at the place that the configuration names."""


class CloneRunning(Frozen):
    """The new instance runs and holds the snapshot's data."""

    kind: Literal["clone_running"] = "clone_running"
