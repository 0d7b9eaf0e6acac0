"""`schemathesis` reads Neo4j's published v1 file and asks the double what the file allows and not.

It runs as a program of its own, with a fixed seed and few examples, through all its phases, the
links of the state machine included. What it finds fault with must stand in DEVIATIONS with its
reason.
"""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sandbox.aura.fleet import COMMERCE, ORDERS_PROD
from tests.contracts.openapi import published
from tests.contracts.outside.outsiders import Address, environment, run, standalone_double

pytestmark = pytest.mark.timeout(300)

SEED = "1"
EXAMPLES = "8"  # for each call in each phase that draws at random

# The file links to calls by names that it does not have.
SLIPS = {
    "operationId: pause-instance-id": "operationId: post-pause-instance",
    "operationId: resume-instance-id": "operationId: post-resume-instance",
    "YOUR_PROJECT_ID": COMMERCE,
}
CONFIG = f"""
[parameters]
instanceId = "{ORDERS_PROD}"
tenantId = "{COMMERCE}"
"""


@dataclass(frozen=True, order=True)
class Fault:
    """A finding: the call, the kind of fault, the status of the answer, its reason."""

    call: str
    kind: str
    status: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """A fault that is none; the patterns match in full."""

    call: str = ".*"
    kind: str
    status: int
    reason: str = ".*"
    why: str


DEVIATIONS = (
    Deviation(
        kind="UndefinedStatusCode",
        status=400,
        reason="validation-error",
        call="(POST .*|GET .*/snapshots)",
        why="a malformed body or date must be answered somehow; the file names 400 on some calls",
    ),
    Deviation(
        kind="UndefinedStatusCode",
        status=415,
        call="POST .*",
        why="every POST wants the content type, says the file's text; it lists 415 on some only",
    ),
    Deviation(
        kind="UndefinedStatusCode",
        status=404,
        reason="db-not-found",
        call="POST /instances",
        why="a clone may name an unknown source; the file forgets it",
    ),
    Deviation(
        kind="JsonSchemaError",
        status=202,
        call="DELETE /instances/{instanceId}",
        why="`memory` is missing while an instance is deleted, seen on the live service",
    ),
    Deviation(
        kind="JsonSchemaError",
        status=202,
        call="POST .*/resume",
        why="`connection_url` is null while an instance resumes, seen on the live service",
    ),
    Deviation(
        kind="RejectedPositiveData",
        status=400,
        reason="validation-error",
        call="(POST|PATCH) .*",
        why="the file's schemas allow blanks and any words where its text asks for real ones",
    ),
    Deviation(
        kind="RejectedPositiveData",
        status=400,
        reason="invalid-memory-size",
        call="(POST|PATCH) .*",
        why="for the schema a size is any text; what is on offer depends on the project",
    ),
    Deviation(
        kind="RejectedPositiveData",
        status=400,
        reason="database-incapable-of-action",
        call="PATCH .*",
        why="no schema knows that only some tiers have secondaries and change data capture",
    ),
    Deviation(
        kind="RejectedPositiveData",
        status=400,
        reason="encryption-key-not-found",
        call="POST /instances",
        why="the key must exist",
    ),
    Deviation(
        kind="RejectedPositiveData",
        status=400,
        reason="encryption-key-is-active",
        call="DELETE /customer-managed-keys/.*",
        why="a key in use stays, as the file's own example says",
    ),
    Deviation(
        kind="RejectedPositiveData",
        status=405,
        reason="instance-limit-reached",
        call="POST /instances",
        why="one free instance per project: a good order at the wrong time",
    ),
    Deviation(
        kind="RejectedPositiveData",
        status=415,
        call="POST .*",
        why="a call without a body still wants the content type, which no schema can say",
    ),
    Deviation(
        kind="AcceptedNegativeData",
        status=202,
        call="PATCH .*",
        why="null stands for what is not set: neo4j-aura-sdk sends it so",
    ),
    Deviation(
        kind="AllowHeaderMismatch",
        status=405,
        call="POST /instances/sizing",
        why="`sizing` also fits the path of an instance, whose methods are named with its own",
    ),
)


@dataclass(frozen=True)
class Run:
    """One run of the program: what it found, and what the double was asked."""

    faults: frozenset[Fault]
    calls: tuple[tuple[str, str, int], ...]
    phases: frozenset[str]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Run:
    spec = published("aura-openapi-v1.yaml").read_text(encoding="utf-8")
    folder = tmp_path_factory.mktemp("schemathesis")
    for slip, mended in SLIPS.items():
        assert slip in spec
        spec = spec.replace(slip, mended)
    (folder / "spec.yaml").write_text(spec, encoding="utf-8")
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    program = environment("schemathesis") / "st"
    with standalone_double(speed=100_000) as aura:
        command = [
            *(str(program), "--config-file", "config.toml", "run", "spec.yaml"),
            *("--url", f"{aura.url}/v1", "--header", f"Authorization: Bearer {_token(aura)}"),
            *("--exclude-path-regex", "^/graph-analytics", "--seed", SEED),
            *("--max-examples", EXAMPLES, "--phases", "examples,coverage,fuzzing,stateful"),
            *("--continue-on-failure", "--no-shrink", "--report", "ndjson"),
            *("--report-ndjson-path", "report.ndjson"),
        ]
        ended = run(command, env={"HOME": str(folder), "NO_COLOR": "1"}, cwd=folder)
        report = folder / "report.ndjson"
        assert report.exists(), ended.out + ended.err
        calls = tuple((c["method"], c["path"], c["status"]) for c in aura.calls())
    lines = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert not [line for line in lines if "NonFatalError" in line or "FatalError" in line]
    scenarios = [line["ScenarioFinished"] for line in lines if "ScenarioFinished" in line]
    faults = frozenset(fault for scenario in scenarios for fault in _faults(scenario["recorder"]))
    return Run(faults, calls, frozenset(scenario["phase"] for scenario in scenarios))


def _token(aura: Address) -> str:
    answer = httpx.post(
        f"{aura.url}/oauth/token",
        auth=(aura.client_id, aura.client_secret),
        data={"grant_type": "client_credentials"},
    )
    return str(answer.json()["access_token"])


def _faults(recorder: dict[str, Any]) -> Iterator[Fault]:
    for case, made in recorder.get("checks", {}).items():
        for check in made:
            if "failure_info" not in check:
                continue
            failure = check["failure_info"]["failure"]
            answer = recorder["interactions"][case]["response"]
            content = (answer.get("content") or {}).get("$base64", "")
            yield Fault(
                failure["operation"],
                failure["type"],
                answer["status_code"],
                _reason(base64.b64decode(content)),
            )


def _reason(content: bytes) -> str:
    try:
        body = json.loads(content)
        return str(body["errors"][0]["reason"]) if "errors" in body else str(body.get("error", ""))
    except ValueError:
        return ""


def _excuse(fault: Fault) -> Deviation | None:
    for deviation in DEVIATIONS:
        if (
            re.fullmatch(deviation.call, fault.call)
            and deviation.kind == fault.kind
            and deviation.status == fault.status
            and re.fullmatch(deviation.reason, fault.reason)
        ):
            return deviation
    return None


def test_it_finds_no_fault_but_reasoned_deviations(found: Run) -> None:
    assert sorted(fault for fault in found.faults if _excuse(fault) is None) == []


def test_every_deviation_occurs(found: Run) -> None:
    used = {_excuse(fault) for fault in found.faults}
    assert [d.why for d in DEVIATIONS if d not in used] == []


def test_it_comes_through_to_every_call(found: Run) -> None:
    assert found.phases == {"examples", "coverage", "fuzzing", "stateful"}
    accepted = {
        f"{method} {re.sub('[0-9a-f]{8}(-[0-9a-f-]{27})?', '*', path.partition('?')[0])}"
        for method, path, status in found.calls
        if status < 300
    }
    one, keys = "/v1/instances/*", "/v1/customer-managed-keys"
    assert accepted == {
        "GET /v1/instances",
        "POST /v1/instances",
        "POST /v1/instances/sizing",
        *(f"{method} {one}" for method in ("GET", "PATCH", "DELETE")),
        *(f"POST {one}/{verb}" for verb in ("pause", "resume", "snapshots")),
        *(f"GET {one}/{what}" for what in ("snapshots", "snapshots/*")),
        f"POST {one}/snapshots/*/restore",
        "GET /v1/tenants",
        "GET /v1/tenants/*",
        "GET /v1/tenants/*/metrics-integration",
        f"GET {keys}",
        f"POST {keys}",
        f"GET {keys}/*",
        f"DELETE {keys}/*",
    }, "all but overwrite and upgrade, which need two instances of the right kinds"
