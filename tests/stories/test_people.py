"""Who may ask and who may approve: only others, only full members, only those on the list."""

from dataclasses import replace

import pytest

from bot.core.base import GroupId, UserId
from bot.core.errors import ChatFailed, ChatUnavailable
from bot.core.people import Group, Standing
from sandbox.slack import cast as slack
from tests.stories.directory import Altered
from tests.stories.harness import Actor, Story

EVERYBODY = Group(
    users=tuple(
        UserId(u)
        for u in (
            *(slack.REQUESTER, slack.APPROVER_ONE, slack.GUEST),
            *(slack.EXTERNAL, slack.DEACTIVATED, slack.BOT),
        )
    )
)


def alter(story: Story, **answers: Standing | ChatFailed) -> None:
    directory = Altered(story.bot.house.world.directory, **answers)  # type: ignore[arg-type]
    story.change_world(directory=directory)


async def refuses(story: Story, actor: Actor, said: str) -> None:
    """Nobody's click but an approver's moves anything; the refusal is whispered and kept."""
    before = len(await story.records())
    await actor.clicks("Approve", in_=story.approver.gate())
    assert said in actor.whisper
    await actor.clicks("Deny…", in_=story.approver.gate())
    assert actor.person.modal is None or "Deny" not in actor.modal.title
    assert said in actor.whisper
    op = await story.operation()
    assert (op.phase, op.history) == ("awaiting_approval", ())
    kept = (await story.records())[before:]
    assert [(r.action, r.verdict) for r in kept] == [
        ("restore.approve", "denied"),
        ("restore.deny", "denied"),
    ]
    assert {(r.actor and r.actor.user_id, r.plan) for r in kept} == {
        (actor.person.id, op.plan.seal)
    }


async def test_requester_cannot_approve_even_as_a_member_of_the_approvers(story: Story) -> None:
    everybody = [slack.REQUESTER, slack.APPROVER_ONE, slack.APPROVER_TWO]
    await story.slack.workspace.edit_group(slack.DB_APPROVERS, everybody)
    await story.requested()

    await refuses(story, story.requester, "somebody else must decide")


async def test_requester_cannot_approve_under_another_display_name(story: Story) -> None:
    story.change_environment(approvers=EVERYBODY)
    await story.requested()
    story.slack.workspace.rename(slack.REQUESTER, "Approver One")

    await refuses(story, story.requester, "somebody else must decide")


async def test_requester_from_the_payload_of_another_team_is_still_the_requester(
    story: Story,
) -> None:
    story.change_environment(approvers=EVERYBODY)
    gate = await story.requested()
    await story.guest.clicks("Approve", in_=gate)

    await forged(story, user=slack.REQUESTER, team=slack.PARTNER_TEAM_ID)

    assert (await story.operation()).approvers == ()


async def test_member_who_is_not_on_the_list_cannot_approve(story: Story) -> None:
    await story.requested()
    await story.slack.workspace.edit_group(slack.DB_APPROVERS, [slack.APPROVER_ONE])

    await refuses(story, story.second_approver, "you are not among its approvers")


async def test_guest_cannot_approve_though_the_list_names_them(story: Story) -> None:
    story.change_environment(approvers=EVERYBODY)
    await story.requested()

    await refuses(story, story.guest, "your account is a guest")


async def test_person_of_another_workspace_cannot_approve_though_the_list_names_them(
    story: Story,
) -> None:
    story.change_environment(approvers=EVERYBODY)
    story.slack.workspace.join(slack.OPS_PRODUCTION, slack.EXTERNAL)
    await story.requested()

    await refuses(story, story.external, "your account belongs to another workspace")


async def test_approver_counts_only_with_their_own_team(story: Story) -> None:
    gate = await story.requested()
    await story.guest.clicks("Approve", in_=gate)

    await forged(story, user=slack.APPROVER_ONE, team=slack.PARTNER_TEAM_ID)

    assert (await story.operation()).approvers == ()
    assert "belongs to another workspace" in (await story.records())[-1].why


@pytest.mark.parametrize(
    ("user", "why"), [(slack.DEACTIVATED, "is deactivated"), (slack.BOT, "is a bot")]
)
async def test_account_that_cannot_act_cannot_approve_by_a_forged_click(
    story: Story, user: str, why: str
) -> None:
    story.change_environment(approvers=EVERYBODY)
    gate = await story.requested()
    await story.guest.clicks("Approve", in_=gate)

    await forged(story, user=user)

    assert (await story.operation()).approvers == ()
    assert why in (await story.records())[-1].why


async def test_approver_deactivated_after_the_request_decides_nothing_and_holds_nobody_up(
    story: Story,
) -> None:
    gate = await story.requested()
    await story.guest.clicks("Approve", in_=gate)
    story.slack.workspace.deactivate(slack.APPROVER_ONE)
    await forged(story, user=slack.APPROVER_ONE)

    refused = [(call.method, call.error) for call in story.slack.calls if call.error]
    assert refused == [("chat.postEphemeral", "user_not_in_channel")]
    assert (await story.operation()).approvers == ()
    assert "is deactivated" in (await story.records())[-1].why
    await story.second_approver.clicks("Approve", in_=gate)
    await story.advance(minutes=10)
    assert (await story.operation()).phase == "done"
    invitation = story.approver.channel("dm")[0]
    assert "nothing is left to decide" in str(invitation)


async def test_invited_person_cannot_approve(story: Story) -> None:
    await story.requested()
    person = (await story.bot.house.world.directory.standing(UserId(slack.APPROVER_TWO))).person
    alter(story, standing=Standing(person=person, invited=True))

    await refuses(story, story.second_approver, "has not accepted the invitation yet")


async def test_guest_and_external_person_cannot_ask_and_learn_no_names(story: Story) -> None:
    story.change_environment(operators=EVERYBODY)
    await story.guest.types("/aura restore sandbox")
    assert "your account is a guest" in story.guest.modal.text
    assert "f2eeb0c5" not in story.guest.modal.text

    story.slack.workspace.join(slack.OPS_PRODUCTION, slack.EXTERNAL)
    await story.external.says("<@U0SAVEBOT1> restore orders-prod", "ops-production")
    assert "your account belongs to another workspace" in story.external.whisper

    assert await story.audit() == ["restore.request denied", "restore.request denied"]


async def test_member_who_is_no_operator_cannot_ask(story: Story) -> None:
    story.change_environment(operators=Group(users=(UserId(slack.APPROVER_ONE),)))

    await story.requester.types("/aura restore orders-prod")

    assert "you are not among its operators" in story.requester.modal.text


async def test_nobody_may_approve_once_the_group_is_empty(story: Story) -> None:
    await story.requested()
    await story.slack.workspace.edit_group(slack.DB_APPROVERS, [])

    await refuses(story, story.approver, "its list of approvers is empty or cannot be read")


async def test_nobody_may_approve_once_the_group_is_disabled(story: Story) -> None:
    await story.requested()
    story.slack.workspace.disable_group(slack.DB_APPROVERS)

    await refuses(story, story.approver, "its list of approvers is empty or cannot be read")


async def test_nobody_may_approve_where_the_group_does_not_exist(story: Story) -> None:
    await story.requested()
    story.change_environment(approvers=Group(groups=(GroupId("S0NOTHING1"),)))

    await refuses(story, story.approver, "its list of approvers is empty or cannot be read")


@pytest.mark.parametrize(
    "trouble",
    [
        ChatUnavailable("Slack did not answer", code="timeout"),
        ChatFailed("Slack refused usergroups.users.list: missing_scope", code="missing_scope"),
    ],
)
async def test_nobody_may_approve_while_slack_does_not_tell_who_may(
    story: Story, trouble: ChatFailed
) -> None:
    await story.requested()

    alter(story, groups=trouble)
    await refuses(story, story.approver, "I could not check with Slack who you are")


async def test_nobody_may_approve_while_slack_does_not_tell_who_they_are(story: Story) -> None:
    await story.requested()

    alter(story, standing=ChatFailed("Slack refused users.info", code="user_not_visible"))
    await refuses(story, story.approver, "I could not check with Slack who you are")


@pytest.mark.parametrize("other", [slack.GUEST, slack.EXTERNAL, slack.DEACTIVATED, "U0UNKNOWN1"])
async def test_request_that_nobody_could_ever_approve_is_refused_at_once(
    story: Story, other: str
) -> None:
    await story.slack.workspace.edit_group(slack.DB_APPROVERS, [slack.REQUESTER, other])
    await story.requester.types("/aura restore orders-prod")
    await story.requester.sends(reason="Bad deploy", suffix="7a11")

    assert "This can never be approved" in story.requester.modal.text
    assert "nobody besides you could give one" in story.requester.modal.text
    assert await story.bot.operations.recent(1) == ()
    assert await story.audit() == ["restore.request denied"]


async def test_request_is_refused_while_slack_does_not_tell_who_could_approve(
    story: Story,
) -> None:
    await story.requester.types("/aura restore orders-prod")
    modal = story.requester.modal
    alter(story, groups=ChatUnavailable("Slack did not answer", code="timeout"))
    await story.requester.sends(reason="Bad deploy", suffix="7a11")

    assert "I could not check with Slack" in story.requester.modal.text
    assert modal.id == story.requester.modal.id
    assert await story.bot.operations.recent(1) == ()


async def forged(story: Story, *, user: str, team: str = slack.TEAM_ID) -> None:
    """Deliver the last click once more as if somebody else had made it."""
    last = story.slack.sent[-1]
    who = {"id": user, "team_id": team}
    payload = {**last.payload, "user": who, "trigger_id": f"forged-{user}"}
    assert await story.slack.send_again(replace(last, id=f"forged-{user}", payload=payload))
    await story.settle()
