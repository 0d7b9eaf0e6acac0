"""Who may do what: roles per command, and pure decisions over lists that were just resolved.

Rules
  * Fail closed: a list that is empty, or that could not be read, means nobody (promise P3).
  * The requester never approves, whatever the lists say (promise P2). Whoever has the
    requester's user id counts as the requester; names decide nothing.
  * Guests, bots, deactivated, invited and external people take no part at all.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import assert_never

from bot.core import commands as c
from bot.core.base import Frozen, UserId
from bot.core.environments import Environment
from bot.core.errors import NotAllowed
from bot.core.operations.base import Operation
from bot.core.people import Person, Robot, Standing, ineligible


class Role(IntEnum):
    """What one must be named as."""

    VIEWER = 1
    """May look."""
    OPERATOR = 2
    """May take snapshots and ask for restores."""
    APPROVER = 3
    """Decides about restores, and settles those that are stuck."""


#: The role of each command. Taking back asks for the requester besides, who keeps that right
#: after leaving the list of operators; so it is a viewer's.
ROLES: Mapping[type[c.Command], Role] = {
    c.Help: Role.VIEWER,
    c.InstanceList: Role.VIEWER,
    c.InstanceShow: Role.VIEWER,
    c.SnapshotList: Role.VIEWER,
    c.SnapshotTake: Role.OPERATOR,
    c.SnapshotShow: Role.VIEWER,
    c.RestoreStart: Role.OPERATOR,
    c.CloneStart: Role.OPERATOR,
    c.UploadStart: Role.OPERATOR,
    c.ExportStart: Role.OPERATOR,
    c.DrillStart: Role.OPERATOR,
    c.OverwriteStart: Role.OPERATOR,
    c.VaultList: Role.VIEWER,
    c.VaultShow: Role.VIEWER,
    c.VaultVerify: Role.OPERATOR,
    c.VaultHold: Role.OPERATOR,
    c.VaultRelease: Role.OPERATOR,
    c.VaultExpire: Role.VIEWER,
    c.ScheduleList: Role.VIEWER,
    c.ScheduleAdd: Role.OPERATOR,
    c.SchedulePause: Role.OPERATOR,
    c.ScheduleResume: Role.OPERATOR,
    c.ScheduleRemove: Role.OPERATOR,
    c.ScheduleRun: Role.OPERATOR,
    c.ScheduleDeployed: Role.OPERATOR,
    c.ReportShow: Role.VIEWER,
    c.JobList: Role.VIEWER,
    c.JobShow: Role.VIEWER,
    c.JobCancel: Role.VIEWER,
}


class Roster(Frozen):
    """An environment's people, user groups resolved to members just now.

    ``viewers`` None means every full member of the workspace. A list that could not be read is
    an empty one.
    """

    viewers: frozenset[UserId] | None = None
    operators: frozenset[UserId] = frozenset()
    approvers: frozenset[UserId] = frozenset()

    def of(self, role: Role) -> frozenset[UserId] | None:
        """Return who has a role; operators and approvers may look, too. None means everybody."""
        match role:
            case Role.APPROVER:
                return self.approvers
            case Role.OPERATOR:
                return self.operators
            case Role.VIEWER if self.viewers is None:
                return None
            case Role.VIEWER:
                return self.viewers | self.operators | self.approvers
            case unreachable:
                assert_never(unreachable)


_DEEDS = {
    Role.VIEWER: "look into",
    Role.OPERATOR: "take snapshots or ask for restores in",
    Role.APPROVER: "decide about restores in",
}


def decide(role: Role, standing: Standing, environment: Environment | None, roster: Roster) -> None:
    """Let a person act in a role in an environment, or raise NotAllowed.

    ``environment`` is None for what belongs to none: every full member may look at that, and
    nobody may change it; ``roster`` is then not read.
    """
    _take_part(standing)
    if environment is None:
        if role is Role.VIEWER:
            return
        raise NotAllowed(
            "this instance belongs to no environment, so nobody may change it",
            hint="Add the instance, or its project, to an environment in `savepoint.toml`.",
        )
    _listed(role, standing, environment.name, roster)


def decide_robot(robot: Robot | None, role: Role, environment: Environment | None) -> None:
    """Let a pipeline act in a role in an environment, or raise NotAllowed.

    ``robot`` None means that it is configured no more. There is no way to the role of approver.
    """
    if robot is None:
        raise NotAllowed(
            "this pipeline is not configured any more",
            hint="`[robots.NAME]` in `savepoint.toml` names those that are.",
        )
    if role > Role[robot.role.upper()]:
        raise NotAllowed(
            f"the pipeline {robot.name} is only a {robot.role}",
            hint="Its role stands in `savepoint.toml`; a pipeline can never approve.",
        )
    if environment is None and role is Role.VIEWER:
        return
    if environment is None or environment.name not in robot.environments:
        where = environment.name if environment else "what belongs to no environment"
        raise NotAllowed(
            f"the pipeline {robot.name} has no part in {where}",
            hint="Its environments stand in `savepoint.toml`.",
        )


def check_approver(op: Operation, standing: Standing, roster: Roster) -> None:
    """Let a person decide about an operation or settle it, or raise NotAllowed.

    ``roster`` is that of the operation's environment as it is now, empty when that has gone.
    """
    _take_part(standing)
    if standing.person.user_id == op.requester.user_id:
        raise NotAllowed(
            "you asked for this yourself, so somebody else must decide",
            hint=f"Ask another approver of {op.environment}.",
        )
    _listed(Role.APPROVER, standing, op.environment, roster)


def eligible_approvers(
    roster: Roster, requester: Person, standings: Iterable[Standing]
) -> tuple[UserId, ...]:
    """Return who could approve for this requester, sorted.

    ``standings`` are those of the approvers as read just now; one without a standing, because
    it could not be read, is not eligible.
    """
    found = {
        standing.person.user_id
        for standing in standings
        if standing.person.user_id in roster.approvers
        and standing.person.user_id != requester.user_id
        and ineligible(standing) is None
    }
    return tuple(sorted(found))


def check_quorum(environment: Environment, eligible: tuple[UserId, ...]) -> None:
    """Refuse a request that can never be approved; raises NotAllowed."""
    if len(eligible) >= environment.quorum:
        return
    have = {0: "nobody", 1: "only one person"}.get(len(eligible), f"only {len(eligible)} people")
    need = "1 approval" if environment.quorum == 1 else f"{environment.quorum} approvals"
    raise NotAllowed(
        f"this can never be approved: {environment.name} wants {need}, and {have} "
        "besides you could give one",
        hint="Guests, bots, deactivated and external people do not count. "
        f"Name more approvers of {environment.name} in `savepoint.toml`.",
    )


def _take_part(standing: Standing) -> None:
    why = ineligible(standing)
    if why is not None:
        raise NotAllowed(
            f"you may not use this: your account {why}",
            hint="Ask a full member of this workspace.",
        )


def _listed(role: Role, standing: Standing, environment: str, roster: Roster) -> None:
    named = roster.of(role)
    if named is None or standing.person.user_id in named:
        return
    kind = f"{role.name.lower()}s"
    if not named:
        raise NotAllowed(
            f"nobody may {_DEEDS[role]} {environment}: its list of {kind} is empty or "
            "cannot be read",
            hint=f"Name {kind} of {environment} in `savepoint.toml`; "
            "`savepoint check` tells what is wrong with a list.",
        )
    raise NotAllowed(
        f"you may not {_DEEDS[role]} {environment}: you are not among its {kind}",
        hint="Who is stands in `savepoint.toml`; ask whoever keeps it.",
    )
