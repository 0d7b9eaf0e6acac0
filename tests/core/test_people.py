"""Standing: what speaks against a person."""

from typing import Any

import pytest

from bot.core.base import GroupId, UserId
from bot.core.people import SLACKBOT, Group, ineligible
from tests.core.samples import person, standing


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, None),
        ({"name": "Anything"}, None),
        ({"bot": True, "guest": True}, "is a bot"),
        ({"deactivated": True, "external": True}, "is deactivated"),
        ({"external": True, "guest": True}, "belongs to another workspace"),
        ({"guest": True, "invited": True}, "is a guest"),
        ({"invited": True}, "has not accepted the invitation yet"),
    ],
)
def test_the_gravest_objection_is_named(facts: dict[str, Any], why: str | None) -> None:
    assert ineligible(standing(**facts)) == why


def test_slackbot_is_a_bot_though_slack_denies_it() -> None:
    assert ineligible(standing(person(SLACKBOT), bot=False)) == "is a bot"


@pytest.mark.parametrize(
    ("group", "empty"),
    [
        (Group(), True),
        (Group(users=(UserId("U1"),)), False),
        (Group(groups=(GroupId("S1"),)), False),
    ],
)
def test_a_group_is_empty_when_it_names_nobody(group: Group, empty: bool) -> None:
    assert group.empty is empty
