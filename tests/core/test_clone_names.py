"""Names of clones: proposals out of a template, and what a template may be."""

from datetime import UTC, datetime

import pytest

from bot.core.clone_names import (
    MOST_PROPOSALS,
    TEMPLATE,
    name_fault,
    proposals,
    reserved,
    taken,
    template_fault,
)
from bot.core.environments import Environment
from tests.core.samples import environment, instance

NOW = datetime(2026, 11, 22, 7, 41, tzinfo=UTC)


def test_names_that_aura_does_not_take_are_refused() -> None:
    assert name_fault("orders-copy") is None
    for wrong in ("", " ", "x" * 31, "savepoint-scratch-1", "a\x00b"):
        assert name_fault(wrong)


def test_the_second_clone_of_a_day_is_counted_on() -> None:
    found = list(proposals(TEMPLATE, instance(name="orders-prod"), NOW))
    assert found[:3] == ["orders-prod-11-22", "orders-prod-11-22-2", "orders-prod-11-22-3"]
    assert len(set(found)) == MOST_PROPOSALS


@pytest.mark.parametrize("template", [TEMPLATE, "{id} of {date}", "copy", "{instance}{instance}"])
def test_whatever_it_is_made_of_a_proposal_is_a_name_that_aura_takes(template: str) -> None:
    assert template_fault(template) is None
    for name in ("o", "a-name-of-thirty-characters-ok"):
        found = list(proposals(template, instance(name=name), NOW))
        assert [n for n in found if name_fault(n) or n != n.strip()] == []
        assert len(set(found)) == MOST_PROPOSALS


def test_a_template_fills_in_name_id_date_and_day() -> None:
    [name, *_] = proposals("{instance} {day}", instance(name="orders"), NOW)
    assert name == "orders 11-22"
    [name, *_] = proposals("{id} {date}", instance(), NOW)
    assert name == f"{instance().id} 2026-11-22"


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("{name}", "“{name}” is not one of {instance}, {id}, {date}, {day}"),
        ("{instance.id}", "is not one of"),
        ("{instance:>20}", "is not one of"),
        ("{instance!r}", "is not one of"),
        ("{", "its braces do not match"),
        ("a copy of the one called {instance}", "it leaves no room for the instance's name"),
        ("savepoint-scratch-{id}", "it leaves no room"),
        ("savepoint-scratch-", "names that begin with savepoint-scratch- are for instances"),
        ("   ", "the new instance needs a name"),
    ],
)
def test_a_template_that_makes_no_name_is_refused_with_the_reason(
    template: str, fault: str
) -> None:
    assert fault in (template_fault(template) or "")


def test_capitals_make_no_other_name() -> None:
    source = instance(name="Orders")
    assert taken("orders ", source.project_id, (source,))
    assert reserved(source.project_id, "ORDERS") == reserved(source.project_id, "orders")


def test_a_template_is_no_rule_and_voids_no_approval() -> None:
    plain = environment()
    assert plain.clone_name == TEMPLATE
    other: Environment = plain.model_copy(update={"clone_name": "{id}"})
    assert other.policy_version == plain.policy_version
