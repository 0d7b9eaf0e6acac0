"""Who may do what: every role against every kind of person and list."""

from collections.abc import Callable

import pytest

from bot.core.base import TeamId, UserId
from bot.core.environments import Environment
from bot.core.errors import NotAllowed
from bot.core.people import Person, Standing
from bot.core.policy import (
    Role,
    Roster,
    check_approver,
    check_quorum,
    decide,
    eligible_approvers,
)
from tests.core.samples import (
    APPROVER,
    REQUESTER,
    SECOND,
    environment,
    person,
    restore,
    standing,
)

VIEWER, OPERATOR, STRANGER = person("U04VIE"), person("U05OPE"), person("U06STR")
PRODUCTION = environment()
OPEN = Roster(operators=frozenset({OPERATOR.user_id}), approvers=frozenset({APPROVER.user_id}))
CLOSED = OPEN.model_copy(update={"viewers": frozenset({VIEWER.user_id})})
EMPTY = Roster(viewers=frozenset())


def refused(decision: Callable[[], None]) -> str | None:
    """Return the sentence of a refusal, or None when the decision lets the person pass."""
    try:
        decision()
    except NotAllowed as refusal:
        return refusal.summary if refusal.hint else "a refusal without a hint"
    return None


@pytest.mark.parametrize(
    ("who", "roster", "allowed"),
    [
        (STRANGER, OPEN, {Role.VIEWER}),
        (OPERATOR, OPEN, {Role.VIEWER, Role.OPERATOR}),
        (APPROVER, OPEN, {Role.VIEWER, Role.APPROVER}),
        (STRANGER, CLOSED, set()),
        (VIEWER, CLOSED, {Role.VIEWER}),
        (OPERATOR, CLOSED, {Role.VIEWER, Role.OPERATOR}),
        (APPROVER, CLOSED, {Role.VIEWER, Role.APPROVER}),
        (APPROVER, Roster(), {Role.VIEWER}),
        (APPROVER, EMPTY, set()),
    ],
)
def test_a_person_has_the_roles_of_their_lists(
    who: Person, roster: Roster, allowed: set[Role]
) -> None:
    def may(role: Role) -> bool:
        return refused(lambda: decide(role, standing(who), PRODUCTION, roster)) is None

    assert {role for role in Role if may(role)} == allowed


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"bot": True}, "is a bot"),
        ({"deactivated": True}, "is deactivated"),
        ({"external": True}, "belongs to another workspace"),
        ({"guest": True}, "is a guest"),
        ({"invited": True}, "has not accepted the invitation yet"),
    ],
)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("where", [PRODUCTION, None])
def test_who_is_no_full_member_takes_no_part_though_listed(
    facts: dict[str, bool], why: str, role: Role, where: Environment | None
) -> None:
    everyone = frozenset({APPROVER.user_id})
    roster = Roster(viewers=everyone, operators=everyone, approvers=everyone)
    known = standing(APPROVER, **facts)
    sentence = f"you may not use this: your account {why}"
    assert refused(lambda: decide(role, known, where, roster)) == sentence
    assert refused(lambda: check_approver(restore(), known, roster)) == sentence


def test_an_instance_of_no_environment_may_be_seen_but_not_changed() -> None:
    assert refused(lambda: decide(Role.VIEWER, standing(STRANGER), None, EMPTY)) is None
    for role in (Role.OPERATOR, Role.APPROVER):
        with pytest.raises(NotAllowed, match="belongs to no environment") as refusal:
            decide(role, standing(APPROVER), None, OPEN)
        assert "savepoint.toml" in (refusal.value.hint or "")


@pytest.mark.parametrize(
    ("role", "roster", "sentence"),
    [
        (
            Role.VIEWER,
            CLOSED,
            "you may not look into production: you are not among its viewers",
        ),
        (
            Role.OPERATOR,
            OPEN,
            "you may not take snapshots or ask for restores in production: "
            "you are not among its operators",
        ),
        (
            Role.OPERATOR,
            Roster(),
            "nobody may take snapshots or ask for restores in production: "
            "its list of operators is empty or cannot be read",
        ),
        (
            Role.APPROVER,
            Roster(),
            "nobody may decide about restores in production: "
            "its list of approvers is empty or cannot be read",
        ),
    ],
)
def test_a_refusal_says_which_list_is_meant(role: Role, roster: Roster, sentence: str) -> None:
    assert refused(lambda: decide(role, standing(STRANGER), PRODUCTION, roster)) == sentence


def test_an_approver_may_decide_about_anothers_restore() -> None:
    assert refused(lambda: check_approver(restore(), standing(APPROVER), OPEN)) is None


@pytest.mark.parametrize(
    "who",
    [
        standing(REQUESTER),
        standing(REQUESTER, name="A new display name"),
        standing(person("U01REQ", team=TeamId("T99"))),
    ],
    ids=["requester", "renamed", "under another team"],
)
def test_requester_cannot_approve_their_own_restore_under_any_name(who: Standing) -> None:
    roster = Roster(approvers=frozenset({REQUESTER.user_id, APPROVER.user_id}))
    sentence = "you asked for this yourself, so somebody else must decide"
    assert refused(lambda: check_approver(restore(), who, roster)) == sentence


def test_a_renamed_approver_is_the_same_approver() -> None:
    assert refused(lambda: check_approver(restore(), standing(APPROVER, name="New"), OPEN)) is None


@pytest.mark.parametrize("roster", [Roster(), EMPTY])
def test_an_empty_list_of_approvers_means_nobody(roster: Roster) -> None:
    sentence = refused(lambda: check_approver(restore(), standing(APPROVER), roster))
    assert sentence is not None
    assert sentence.startswith("nobody may decide about restores in production")


def test_an_operator_is_no_approver() -> None:
    sentence = refused(lambda: check_approver(restore(), standing(OPERATOR), OPEN))
    assert sentence is not None
    assert sentence.endswith("you are not among its approvers")


BOTH = Roster(approvers=frozenset({APPROVER.user_id, SECOND.user_id, REQUESTER.user_id}))


@pytest.mark.parametrize(
    ("standings", "eligible"),
    [
        ([], ()),
        ([standing(SECOND), standing(APPROVER)], (APPROVER.user_id, SECOND.user_id)),
        ([standing(APPROVER), standing(APPROVER, name="Again")], (APPROVER.user_id,)),
        ([standing(APPROVER), standing(REQUESTER)], (APPROVER.user_id,)),
        ([standing(APPROVER), standing(STRANGER)], (APPROVER.user_id,)),
        ([standing(APPROVER), standing(SECOND, guest=True)], (APPROVER.user_id,)),
        ([standing(APPROVER, deactivated=True), standing(SECOND, external=True)], ()),
    ],
)
def test_eligible_approvers_are_listed_known_full_members_other_than_the_requester(
    standings: list[Standing], eligible: tuple[UserId, ...]
) -> None:
    assert eligible_approvers(BOTH, REQUESTER, standings) == eligible


@pytest.mark.parametrize(
    ("quorum", "eligible", "sentence"),
    [
        (1, (), "production wants 1 approval, and nobody besides you could give one"),
        (2, ("A",), "production wants 2 approvals, and only one person besides you could give one"),
        (
            3,
            ("A", "B"),
            "production wants 3 approvals, and only 2 people besides you could give one",
        ),
    ],
)
def test_a_quorum_out_of_reach_is_refused_at_once(
    quorum: int, eligible: tuple[str, ...], sentence: str
) -> None:
    where = environment(quorum=quorum)
    able = tuple(UserId(u) for u in eligible)
    assert refused(lambda: check_quorum(where, able)) == f"this can never be approved: {sentence}"
    more = (*able, UserId("Y"), UserId("Z"))
    assert refused(lambda: check_quorum(where, more)) is None
