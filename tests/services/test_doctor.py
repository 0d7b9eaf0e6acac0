"""The doctor's judgement about people and Aura, on a directory and an Aura of the test's own."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from bot.core.base import ChannelId, GroupId, InstanceId, ProjectId, TeamId, UserId
from bot.core.environments import Environment, Estate
from bot.core.errors import BotError, ChatFailed, ChatUnavailable
from bot.core.findings import Finding, Level
from bot.core.instances import InstanceSummary, Project
from bot.core.people import Group, Person, Standing
from bot.ports import ChannelFacts, Identity
from bot.services.doctor import Credential, Doctor, Weakness

TEAM = TeamId("T1")
COMMERCE, LAB = ProjectId("p-commerce"), ProjectId("p-lab")
ORDERS = InstanceSummary(id=InstanceId("0d5e7a11"), name="orders", project_id=COMMERCE)


@dataclass
class Directory:
    """Members `A…` are fine, `G…` guests, `X…` unknown; ``silent`` does not answer about people."""

    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset({"chat:write"})
    silent: bool = False
    asked: list[str] = field(default_factory=list)

    async def me(self) -> Identity:
        return Identity(team_id=TEAM, user_id=UserId("UBOT"), scopes=self.scopes)

    async def standing(self, user_id: UserId, *, live: bool = True) -> Standing:
        self.asked.append(user_id)
        if self.silent:
            raise ChatUnavailable("Slack did not answer (users.info)", code="TimeoutError")
        if user_id.startswith("X"):
            raise ChatFailed("Slack refused users.info: user_not_found", code="user_not_found")
        person = Person(team_id=TEAM, user_id=user_id)
        return Standing(person=person, guest=user_id.startswith("G"))

    async def members(self, group_id: GroupId, *, live: bool = True) -> tuple[UserId, ...]:
        return tuple(UserId(user) for user in self.groups.get(group_id, ()))

    async def channel(self, channel_id: ChannelId) -> ChannelFacts:
        return ChannelFacts(id=channel_id, name="ops", member=True)


@dataclass(frozen=True)
class Report:
    name: str = "default"
    signed_in: bool = True
    projects: tuple[Project, ...] = (Project(id=COMMERCE, name="Commerce"),)
    error: str | None = None
    hint: str | None = None


async def examined(
    environment: Environment,
    directory: Directory | None = None,
    *,
    report: Report | None = None,
    instances: Sequence[InstanceSummary] | BotError = (ORDERS,),
    aliases: dict[str, InstanceId] | None = None,
    expires: str | None = None,
) -> tuple[Finding, ...]:
    async def credentials() -> Sequence[Credential]:
        return [report or Report()]

    async def listed() -> Sequence[InstanceSummary]:
        if isinstance(instances, BotError):
            raise instances
        return instances

    async def store() -> Sequence[Weakness]:
        return ()

    doctor = Doctor(
        estate=Estate(environments=(environment,), aliases=aliases or {}),
        directory=directory or Directory(),
        scopes={"chat:write"},
        open_socket=None,
        credentials=credentials,
        instances=listed,
        api_expires=lambda: expires,
        store=store,
    )
    return await doctor.examine()


def production(
    *,
    operators: tuple[str, ...] = ("A1",),
    approvers: tuple[str, ...] = (),
    groups: tuple[str, ...] = (),
    viewers: tuple[str, ...] | None = None,
    quorum: int = 1,
    instances: tuple[str, ...] = ("0d5e7a11",),
    projects: tuple[str, ...] = (),
) -> Environment:
    return Environment(
        name="production",
        channel=ChannelId("C1"),
        alert_channel=ChannelId("C2"),
        operators=Group(users=tuple(UserId(u) for u in operators)),
        approvers=Group(
            users=tuple(UserId(u) for u in approvers), groups=tuple(GroupId(g) for g in groups)
        ),
        viewers=None if viewers is None else Group(groups=tuple(GroupId(g) for g in viewers)),
        quorum=quorum,
        instances=tuple(InstanceId(i) for i in instances),
        projects=tuple(ProjectId(p) for p in projects),
    )


def about(findings: Sequence[Finding], subject: str) -> list[str]:
    return [f"{f.level}: {f.what}" for f in findings if f.subject == subject]


PEOPLE = "production: people"


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        (production(approvers=("A2",)), ["ok: every requester finds 1 to approve"]),
        (production(approvers=("A1", "A2")), ["ok: every requester finds 1 to approve"]),
        (production(approvers=()), ["wrong: nobody can approve, and 1 must agree"]),
        (
            production(approvers=("A2", "A3"), quorum=3),
            ["wrong: 2 can approve, and 3 must agree"],
        ),
        (
            production(approvers=("A1",)),
            ["wrong: nobody but themselves could complete a request of A1"],
        ),
        (
            production(approvers=("A1", "A2"), quorum=2),
            ["wrong: nobody but themselves could complete a request of A1"],
        ),
        (
            production(approvers=("A2", "G1", "X1")),
            [
                "warn: approver G1 is a guest",
                "warn: approver X1 is unknown to Slack",
                "ok: every requester finds 1 to approve",
            ],
        ),
        (
            production(operators=(), groups=("S1",)),
            [
                "warn: user group S1 is empty, disabled or unknown",
                "warn: nobody may take snapshots or ask for restores",
                "wrong: nobody can approve, and 1 must agree",
            ],
        ),
    ],
)
async def test_each_requester_must_find_enough_approvers_besides_themselves(
    environment: Environment, told: list[str]
) -> None:
    assert about(await examined(environment), PEOPLE) == told


async def test_of_a_big_group_only_as_many_are_asked_for_as_needed() -> None:
    directory = Directory(groups={"S1": tuple(f"A{n:03}" for n in range(500))})
    findings = await examined(production(groups=("S1",), quorum=2), directory)
    assert about(findings, PEOPLE) == ["ok: every requester finds 2 to approve"]
    assert len(directory.asked) == 3


async def test_a_silent_slack_is_told_and_nothing_is_concluded_from_it() -> None:
    findings = await examined(production(approvers=("A2",)), Directory(silent=True))
    assert about(findings, PEOPLE) == ["wrong: Slack did not answer (users.info)"]


@pytest.mark.parametrize(
    ("scopes", "told"),
    [
        (["chat:write"], ["ok: as the manifest says"]),
        ([], ["warn: Slack did not name them"]),
        (["files:write"], ["wrong: missing: chat:write", "warn: more than needed: files:write"]),
    ],
)
async def test_scopes_are_compared_both_ways(scopes: list[str], told: list[str]) -> None:
    findings = await examined(production(), Directory(scopes=frozenset(scopes)))
    assert about(findings, "Slack scopes") == told


async def test_what_no_credential_sees_is_wrong() -> None:
    findings = await examined(
        production(instances=("0d5e7a11", "00000000"), projects=(COMMERCE, LAB)),
        aliases={"orders": InstanceId("0d5e7a11"), "old": InstanceId("11111111")},
    )
    assert about(findings, "production: project") == ["wrong: no credential sees p-lab"]
    assert about(findings, "production: instances") == [
        "wrong: no credential sees 00000000",
        "ok: orders (0d5e7a11)",
    ]
    assert about(findings, "alias old") == ["wrong: no credential sees 11111111"]
    assert about(findings, "alias orders") == []


async def test_an_environment_without_instances_and_an_instance_without_one_are_warnings() -> None:
    findings = await examined(production(instances=()))
    assert about(findings, "production: instances") == ["warn: none belongs here"]
    assert about(findings, "Aura: instances") == [
        "warn: orders (0d5e7a11) is in no environment, so nobody may touch it"
    ]


async def test_a_credential_that_fails_is_told_with_its_hint() -> None:
    failed = Report(signed_in=False, projects=(), error="Aura does not accept it", hint="Renew it.")
    findings = await examined(
        production(), report=failed, instances=BotError("Aura does not accept it")
    )
    (credential,) = [f for f in findings if f.subject == "Aura: default"]
    assert (credential.level, credential.what, credential.mend) == (
        Level.WRONG, "Aura does not accept it", "Renew it.",
    )  # fmt: skip
    assert about(findings, "Aura: instances") == ["wrong: Aura does not accept it"]
    assert about(findings, "production: project") == []


async def test_a_credential_that_sees_no_project_says_so() -> None:
    findings = await examined(production(), report=Report(projects=()))
    assert about(findings, "Aura: default") == ["ok: sees no project"]


async def test_an_api_that_will_be_switched_off_is_a_warning_with_the_day() -> None:
    [told] = about(
        await examined(production(), expires="Wed, 03 Mar 2027 00:00:00 UTC"), "Aura: API"
    )
    assert told == (
        "warn: Aura will switch off the version of its API that I use: "
        "Wed, 03 Mar 2027 00:00:00 UTC"
    )
    assert about(await examined(production()), "Aura: API") == []


async def test_viewers_who_cannot_be_read_are_found_since_nobody_could_approve() -> None:
    class Torn(Directory):
        async def members(self, group_id: GroupId, *, live: bool = True) -> tuple[UserId, ...]:
            if group_id == "S0LOOKERS":
                raise ChatFailed("Slack refused usergroups.users.list", code="missing_scope")
            return await super().members(group_id, live=live)

    there = production(approvers=("A2", "A3"), viewers=("S0LOOKERS",))
    findings = await examined(there, Torn())
    assert about(findings, "production: people") == ["wrong: Slack refused usergroups.users.list"]
    empty = await examined(there)
    assert about(empty, "production: people")[0] == (
        "warn: user group S0LOOKERS is empty, disabled or unknown"
    )


async def test_in_http_mode_there_is_a_line_on_the_signing_secret() -> None:
    (said,) = about(await examined(production()), "Slack signing secret")
    assert said.startswith("ok: is set; if it is not the app's own")
