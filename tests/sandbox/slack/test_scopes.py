"""What an app is not sent because it was not granted the scope for it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import aiohttp
import pytest

from sandbox.slack.acts import EVENT_SCOPES
from sandbox.slack.cast import DB_APPROVERS, OPS_ALERTS, OPS_PRODUCTION, REQUESTER
from sandbox.slack.double import SlackDouble
from sandbox.slack.wire import SlackSaysError

Do = Callable[[SlackDouble], Awaitable[object]]
HAPPENS: dict[str, Do] = {
    "app_mention": lambda slack: slack.person(REQUESTER).says("@Savepoint hi", OPS_PRODUCTION),
    "message.channels": lambda slack: slack.person(REQUESTER).says("hi", OPS_PRODUCTION),
    "message.groups": lambda slack: slack.person(REQUESTER).says("hi", OPS_ALERTS),
    "message.im": lambda slack: slack.person(REQUESTER).says("hi", "dm"),
    "subteam_members_changed": lambda slack: slack.workspace.edit_group(DB_APPROVERS, []),
}


@pytest.mark.parametrize("event", sorted(EVENT_SCOPES))
async def test_an_event_comes_with_its_scope_and_not_without(
    double: SlackDouble, event: str
) -> None:
    cast = double.world.cast
    cast.app = replace(cast.app, events=(event,))
    double.ack_seconds = 0.1
    double.scopes = tuple({*double.scopes, *EVENT_SCOPES.values()} - {EVENT_SCOPES[event]})
    await HAPPENS[event](double)
    assert double.sent == []
    double.scopes += (EVENT_SCOPES[event],)
    await HAPPENS[event](double)
    assert [each.kind for each in double.sent] == ["events_api"]


async def test_an_event_that_needs_no_scope_comes_without_any(double: SlackDouble) -> None:
    double.scopes = ()
    await double.person(REQUESTER).opens_home()
    assert [each.payload["event"]["type"] for each in double.sent] == ["app_home_opened"]


async def test_commands_and_shortcuts_do_not_exist_without_their_scope(
    double: SlackDouble,
) -> None:
    double.scopes = tuple(scope for scope in double.scopes if scope != "commands")
    requester = double.person(REQUESTER)
    said = await requester.says("hello", OPS_PRODUCTION)
    with pytest.raises(SlackSaysError, match="/aura is not a valid command"):
        await requester.types("/aura help", OPS_PRODUCTION)
    with pytest.raises(SlackSaysError, match="does not exist"):
        await requester.uses_shortcut("restore_shortcut")
    with pytest.raises(SlackSaysError, match="does not exist"):
        await requester.uses_message_shortcut("thread_shortcut", said)
    assert double.sent == []
    async with aiohttp.ClientSession() as session:
        answer = await session.get(f"{double.base_url}/sandbox/state?as={REQUESTER}")
        page = await answer.json()
    assert (page["commands"], page["shortcuts"]) == ([], [])
