"""Environments: which one an instance belongs to, and the fingerprint of its rules."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.core.base import ProjectId, UserId
from bot.core.environments import Estate
from bot.core.people import Group
from tests.core.samples import environment, instance

BY_PROJECT = environment()
BY_ID = environment(name="special", projects=(), instances=(instance().id,))
ESTATE = Estate(environments=(BY_PROJECT, BY_ID))


def test_an_instance_named_by_id_leaves_the_environment_of_its_project() -> None:
    assert ESTATE.environment_of(instance()) == BY_ID
    assert ESTATE.environment_of(instance(id="ffff0001")) == BY_PROJECT


def test_an_instance_of_an_unnamed_project_belongs_nowhere() -> None:
    stray = instance(id="ffff0001", project_id=ProjectId("project-9"))
    assert ESTATE.environment_of(stray) is None


def test_environments_are_found_by_name() -> None:
    assert ESTATE.environment("special") == BY_ID
    assert ESTATE.environment("Special") is None


def test_windows_are_minutes() -> None:
    assert environment().approval_window == timedelta(minutes=30)
    assert environment().execution_window == timedelta(minutes=10)


@pytest.mark.parametrize(
    "change",
    [
        {"quorum": 2},
        {"approvers": Group(users=(UserId("U9"),))},
        {"approvers": Group()},
        {"approval_minutes": 31},
        {"confirm_instance_suffix": True},
        {"viewers": Group()},
    ],
)
def test_any_change_of_the_rules_changes_the_fingerprint(change: dict[str, Any]) -> None:
    assert environment(**change).policy_version != environment().policy_version
    assert environment().policy_version == environment().policy_version


@pytest.mark.parametrize("change", [{"quorum": 0}, {"quorum": 10}, {"approval_minutes": 0}])
def test_rules_out_of_range_are_refused(change: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        environment(**change)
