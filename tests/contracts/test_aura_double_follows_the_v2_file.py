"""Every answer of the Aura double is held against Neo4j's published specification of v2beta1."""

import re
from typing import Any

import pytest

from sandbox.aura import AuraDouble
from tests.contracts.aura_tour_v2 import tour
from tests.contracts.openapi import Deviation, Exchange, Listener, Spec, closed, judge
from tests.sandbox.aura.caller import HandClock
from tests.sandbox.aura.caller_v2 import calling_v2

IN_SCOPE = re.compile(
    r"/organizations(/{organization_id}(/projects(/{project_id}/instances(/{instance_id}(/databases"
    r"(/{database_id}(/(restore|backups(/{backup_id})?))?)?)?)?)?)?)?"
)

DEVIATIONS = (
    Deviation(
        status="4..",
        says="body is not documented",
        why="the file gives refusals no body at all; their shapes are known from the live service",
    ),
    Deviation(
        call="GET /organizations.*",
        status="40[134]",
        says="status is not documented",
        why="the file forgets refusals of organizations and projects altogether",
    ),
    Deviation(
        call="POST .*/restore",
        status="202",
        says="body is not documented",
        why="a restore shows only in this answer, seen on the live service",
    ),
    Deviation(
        call=".*/databases/{database_id}",
        status="403",
        says="status is not documented",
        why="an expired token is 403 everywhere; the file forgets it here",
    ),
    Deviation(
        call="PATCH /organizations/{organization_id}/projects/{project_id}/instances/{instance_id}",
        status="409",
        says="status is not documented",
        why="one operation per instance; the file names 409 on other calls only",
    ),
)


@pytest.fixture(scope="module")
def spec() -> Spec:
    return closed("aura-openapi-v2beta1.json")


def operations(spec: Spec) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, item in spec["paths"].items()
        for method, operation in item.items()
        if IN_SCOPE.fullmatch(path)
    }


@pytest.fixture
async def exchanges(spec: Spec) -> list[Exchange]:
    listener = Listener(operations(spec), "/v2beta1")
    clock = HandClock()
    double = AuraDouble(now=clock, requests_per_minute=None)
    async with calling_v2(double, event_hooks={"response": [listener]}) as caller:
        await tour(caller, double, clock)
    return listener.met


async def test_every_answer_follows_the_file_or_a_reasoned_deviation(
    spec: Spec, exchanges: list[Exchange]
) -> None:
    judge(spec, exchanges, DEVIATIONS)


async def test_every_call_in_scope_answers_with_every_status_of_the_file(
    spec: Spec, exchanges: list[Exchange]
) -> None:
    calls = operations(spec)
    assert len(calls) == 16
    met = {(e.call, str(e.answer.status_code)) for e in exchanges}
    wanted = {(call, status) for call, of in calls.items() for status in of["responses"]}
    assert wanted - met == set()
