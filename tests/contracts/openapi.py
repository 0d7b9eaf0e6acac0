"""Holds answers against a published OpenAPI file; the files themselves are not in the repository.

They are looked for in the folder SAVEPOINT_REFERENCE names, else in `../shared/reference` beside
the repository. Get them from https://neo4j.com/docs/aura/platform/api/specification/
(aura_api_spec_v1.yaml, save as aura-openapi-v1.yaml) and https://api.neo4j.io/v2beta1/spec.json
(save as aura-openapi-v2beta1.json). With CI=true a missing file is a failure.

Object schemas are read as closed, so that a property the file does not know is found as well.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft4Validator

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("SAVEPOINT_REFERENCE", ROOT.parent / "shared" / "reference"))
Spec = dict[str, Any]


def published(name: str) -> Path:
    """The path of a published file; without it the test skips, with CI=true it fails."""
    file = FOLDER / name
    if not file.exists():
        hint = f"{file} is missing: see the head of {Path(__file__).name} for where to get it"
        if os.environ.get("CI") == "true":
            pytest.fail(hint)
        pytest.skip(hint)
    return file


def closed(name: str) -> Spec:
    """A published file, its object schemas closed."""
    # BaseLoader keeps scalars as text: YAML 1.1 would read the CDC mode OFF as false.
    read = yaml.load(published(name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    spec: Spec = _as_schema(read)
    return spec


def _as_schema(node: Any) -> Any:
    if isinstance(node, list):
        return [_as_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _as_schema(value) for key, value in node.items()}
    for key in ("minLength", "maxLength"):
        if isinstance(kept.get(key), str):
            kept[key] = int(kept[key])
    if isinstance(kept.get("properties"), dict) and "type" not in kept["properties"]:
        kept["additionalProperties"] = False
    if kept.get("nullable") == "true" and isinstance(kept.get("type"), str):
        kept["type"] = [kept["type"], "null"]
    return kept


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """Where the double answers otherwise than the file says; the patterns match in full."""

    call: str = ".*"
    status: str = r"\d+"
    says: str
    why: str


@dataclass(frozen=True)
class Exchange:
    """An answer, with the call of the file to which it belongs."""

    call: str
    operation: dict[str, Any]
    answer: httpx.Response


class Listener:
    """Keeps the answers of a client that belong to a call of the file; `base` as in its paths."""

    def __init__(self, calls: dict[str, dict[str, Any]], base: str) -> None:
        self.met: list[Exchange] = []
        self._patterns = [
            (
                call,
                calls[call],
                re.compile(re.sub(r"\{\w+\}", r"[^/?]+", call.replace(" ", f" {base}", 1))),
            )
            # The file has literal paths beside templates: sizing is no instance.
            for call in sorted(calls, key=lambda c: c.count("{"))
        ]

    async def __call__(self, answer: httpx.Response) -> None:
        await answer.aread()
        asked = f"{answer.request.method} {answer.request.url.path}"
        for call, operation, pattern in self._patterns:
            if pattern.fullmatch(asked):
                self.met.append(Exchange(call, operation, answer))
                return


def differences(spec: Spec, exchange: Exchange) -> Iterator[str]:
    """What is wrong with one answer by the letter of the file."""
    answer = exchange.answer
    documented = exchange.operation["responses"].get(str(answer.status_code))
    if documented is None:
        yield "status is not documented"
        return
    if "$ref" in documented:
        documented = spec["components"]["responses"][documented["$ref"].rpartition("/")[2]]
    schema = documented.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        if answer.content:
            yield "body is not documented"
        return
    if answer.headers["Content-Type"] != "application/json":
        yield "body is not JSON"
        return
    whole = {**schema, "components": spec["components"]}
    for error in Draft4Validator(whole).iter_errors(answer.json()):
        where = "/".join(str(step) for step in error.absolute_path) or "body"
        yield f"{where}: {error.message}"


def judge(spec: Spec, exchanges: Iterable[Exchange], deviations: tuple[Deviation, ...]) -> None:
    """Every answer follows the file or a deviation, and every deviation occurs."""
    unexcused = set()
    used = set()
    for exchange in exchanges:
        for difference in differences(spec, exchange):
            deviation = _excuse(exchange, difference, deviations)
            used.add(deviation)
            if deviation is None:
                unexcused.add(f"{exchange.call} {exchange.answer.status_code}: {difference}")
    assert unexcused == set()
    assert [d.why for d in deviations if d not in used] == [], "a deviation that does not occur"


def _excuse(
    exchange: Exchange, difference: str, deviations: tuple[Deviation, ...]
) -> Deviation | None:
    for deviation in deviations:
        if (
            re.fullmatch(deviation.call, exchange.call)
            and re.fullmatch(deviation.status, str(exchange.answer.status_code))
            and re.fullmatch(deviation.says, difference)
        ):
            return deviation
    return None
