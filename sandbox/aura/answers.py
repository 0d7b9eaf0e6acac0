"""What the double says: answers, refusals, and the two shapes an error may have.

The application refuses with `{"errors": [{message, reason, field?}]}`, the gateway before it with
`{"error": "…"}`; a client must read both (https://neo4j.com/docs/aura/api/overview/, schemas
`Error` and `MiddlewareError` of the published specification).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Json = Mapping[str, object] | list[object]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request, as the part behind the gateway sees it."""

    n: int  # the number of the call
    now: datetime
    request_id: str
    projects: frozenset[str]  # what the credentials may see
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, object]

    def text(self, key: str) -> str | None:
        """A string out of the body; None when missing or null; 400 when it is something else."""
        value = self.body.get(key)
        if value is None or isinstance(value, str):
            return value
        raise invalid(key, f"{key} must be a string")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A status with its JSON body; None sends no body at all."""

    status: int
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """Carries the answer by which a call is refused."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.body}")
        self.answer = answer


def found(data: object, *, status: int = 200) -> Answer:
    """Success: everything comes wrapped in `data`."""
    return Answer(status=status, body={"data": data})


def refused(status: int, reason: str, message: str, *, field: str | None = None) -> RefusedError:
    """Refuse in the application's shape; `reason` is the machine-readable word."""
    error = {"message": message, "reason": reason}
    if field is not None:
        error["field"] = field
    return RefusedError(Answer(status=status, body={"errors": [error]}))


def turned_away(
    status: int, message: str, *, headers: Mapping[str, str] | None = None
) -> RefusedError:
    """Refuse in the gateway's shape."""
    return RefusedError(Answer(status=status, body={"error": message}, headers=headers or {}))


def invalid(field: str, message: str, *, status: int = 400) -> RefusedError:
    """400 (v2beta1 has 422 as well) about one property of the request body."""
    return refused(status, "validation-error", message, field=field)


def as_v2(answer: Answer) -> Answer:
    """The application's refusal in the shape of v2beta1: plain, or by property."""
    errors = answer.body.get("errors") if isinstance(answer.body, dict) else None
    if not errors:
        return answer
    [error] = errors
    plain = {"message": error["message"], "reason": error["reason"]}
    if error["reason"] != "validation-error":
        return Answer(status=answer.status, body=plain)
    by_property = {error.get("field", "body"): [error["message"]]}
    return Answer(
        status=answer.status,
        body={**plain, "message": "The request is not valid", "errors": by_property},
    )


def forbidden() -> RefusedError:
    """403 `unauthorized`: the credentials are good, but not for this."""
    return refused(403, "unauthorized", "Insufficient permissions")


def no_instance(instance_id: str) -> RefusedError:
    """404 `db-not-found`."""
    return refused(404, "db-not-found", f"DB not found: {instance_id}")


def no_snapshot(snapshot_id: str) -> RefusedError:
    """404 `snapshot-not-found`."""
    return refused(404, "snapshot-not-found", f"Snapshot not found: {snapshot_id}")


def no_project() -> RefusedError:
    """404 `tenant-not-found`."""
    return refused(404, "tenant-not-found", "The tenant you specified could not be found")


def ongoing(operation: str) -> RefusedError:
    """409: one operation at a time; the message names the one that runs."""
    return refused(
        409,
        "ongoing-database-operation",
        f"The database is currently undergoing an operation: {operation}",
    )


def unavailable_while(action: str, status: str) -> RefusedError:
    """409: nothing runs, but the action makes no sense in this state."""
    return refused(
        409, "instance-action-unavailable", f"Cannot {action} an instance which is {status}"
    )


def wrong_tier(status: int, action: str, tier: str) -> RefusedError:
    """4xx: this tier does not have the action."""
    return refused(status, "db-tier-invalid", f"Cannot {action} an instance of type {tier}")
