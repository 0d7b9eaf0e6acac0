"""Who somebody is, and whether they may act at all.

Identity is (team id, user id); names are for display only (promise P2). What Slack says about a
person is read at the moment of decision (https://docs.slack.dev/reference/objects/user-object).
"""

from typing import Literal

from bot.core.base import Frozen, GroupId, TeamId, UserId


class Person(Frozen):
    """A person's identity."""

    team_id: TeamId
    user_id: UserId


class Standing(Frozen):
    """What Slack knows of a person right now."""

    person: Person
    name: str = ""
    deactivated: bool = False
    bot: bool = False
    guest: bool = False
    invited: bool = False
    external: bool = False


class Group(Frozen):
    """People named in the configuration, directly or through Slack user groups."""

    users: tuple[UserId, ...] = ()
    groups: tuple[GroupId, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nobody is named; an empty list means nobody, never everybody (promise P3)."""
        return not (self.users or self.groups)


class Robot(Frozen):
    """A pipeline that acts with a token: no person of Slack's, so it can never approve (P3)."""

    name: str
    role: Literal["viewer", "operator"] = "operator"
    environments: tuple[str, ...] = ()

    @property
    def person(self) -> Person:
        """Who it is in operations and in the audit log."""
        return Person(team_id=ROBOTS, user_id=UserId(f"{ROBOT}{self.name}"))


#: Stands where a person has a workspace; none of Slack's is called so.
ROBOTS = TeamId("robots")
#: The robot as which the step of a workflow acts: whoever builds one names no person.
WORKFLOW = "workflow"
#: Begins a robot's user id; none of Slack's begins so.
ROBOT = "robot:"

SLACKBOT = UserId("USLACKBOT")  # is_bot is false for it


def ineligible(standing: Standing) -> str | None:
    """Say why this person may never operate or approve, or None when nothing speaks against it."""
    if standing.bot or standing.person.user_id == SLACKBOT:
        return "is a bot"
    if standing.deactivated:
        return "is deactivated"
    if standing.external:
        return "belongs to another workspace"
    if standing.guest:
        return "is a guest"
    if standing.invited:
        return "has not accepted the invitation yet"
    return None
