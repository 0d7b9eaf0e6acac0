"""From an HTTP answer of Aura to what it says, or to the error that a person should read.

Aura speaks several dialects of error: the API's list of reasons, the gateway's bare word, the
OAuth pair of the token endpoint, and pages that are no JSON at all on 5xx
(https://neo4j.com/docs/aura/platform/api/specification/). Nothing is assumed of any of them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pydantic import JsonValue

from bot.core.errors import (
    AuraAuthFailed,
    AuraConflict,
    AuraError,
    AuraNotFound,
    AuraRefused,
    AuraThrottled,
    AuraUnavailable,
)

#: Seconds to wait after a 429 that does not say how long; the limits count per minute.
DEFAULT_WAIT = 10.0
MOST_TEXT = 200

#: Texts of a 500 that states a rule instead of a failure
#: (specification v1, "Overwrite an instance").
_RULES_BEHIND_500 = (
    re.compile(r"cannot clone database .* into smaller database", re.IGNORECASE | re.DOTALL),
)

_UNKNOWN_THINGS = {
    "db-not-found": "Aura knows no such instance",
    "snapshot-not-found": "Aura knows no such snapshot",
    "tenant-not-found": "Aura knows no such project",
}
_CONFLICTS = {
    "ongoing-database-operation": "another operation is running on the instance",
    "snapshot-not-allowed": "Aura takes no snapshot of the instance at the moment",
    "instance-action-unavailable": "the state of the instance does not allow this",
}
_REFUSALS = {
    308: "Aura wants to be called at another address",
    402: "Aura wants payment details first",
    405: "Aura does not allow this here",
    420: "Aura does not offer this for the tier of the instance",
}


@dataclass(frozen=True)
class Answer:
    """An answer that Aura meant as a success; ``expires``: when this version of its API ends."""

    status: int
    document: JsonValue = field(repr=False)  # a token or a first password may stand in it
    request_id: str | None = None
    expires: str | None = None


@dataclass(frozen=True)
class _Complaint:
    reason: str | None = None
    message: str | None = None


class AuraAsksToWait(AuraUnavailable):
    """A 5xx that names the seconds after which to come back."""

    def __init__(
        self,
        summary: str,
        *,
        retry_after: float,
        hint: str | None,
        status: int,
        request_id: str | None,
    ) -> None:
        super().__init__(summary, hint=hint, status=status, request_id=request_id)
        self.retry_after = retry_after


def decode(status: int, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Answer:
    """Return the answer of a 2xx, or raise the AuraError that fits.

    ``headers`` must be looked up without regard to case, as `httpx.Headers` does; ``now`` is
    aware and is needed for a ``Retry-After`` that is a date.
    """
    request_id = headers.get("x-request-id")
    document = _parse(body)
    if 200 <= status < 300:
        if document is None:
            raise AuraUnavailable(
                "the answer of Aura could not be read", status=status, request_id=request_id
            )
        return Answer(
            status=status,
            document=document,
            request_id=request_id,
            # reserved for the day when this version is deprecated, and shown as Aura writes it
            expires=_text(headers.get("x-tyk-api-expires")),
        )
    wait = retry_after(headers, now=now)
    raise _error(status, _complaint(document, body), wait=wait, request_id=request_id)


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Read ``Retry-After`` as seconds from now, or None when it is absent or makes no sense.

    It comes as seconds or as an HTTP date
    (https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Retry-After).
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text, re.ASCII):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:  # "-0000" says: UTC, zone of origin unknown
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _error(
    status: int, said: _Complaint, *, wait: float | None, request_id: str | None
) -> AuraError:
    quote = f"Aura says: “{said.message}”." if said.message else ""
    reason = said.reason

    def build(kind: type[AuraError], summary: str, advice: str = "") -> AuraError:
        hint = " ".join(part for part in (quote, advice) if part) or None
        return kind(summary, hint=hint, status=status, reason=reason, request_id=request_id)

    match status:
        case 401:
            return build(
                AuraAuthFailed,
                "Aura does not accept the API credential",
                "Check that the credential still exists in the Aura console.",
            )
        case 403:
            return build(
                AuraAuthFailed,
                "Aura does not permit this with the API credential",
                "Check the role of the person who created the credential.",
            )
        case 404:
            return build(
                AuraNotFound, _UNKNOWN_THINGS.get(reason or "", "Aura found nothing there")
            )
        case 409:
            return build(
                AuraConflict,
                _CONFLICTS.get(reason or "", "the instance cannot do this at the moment"),
                "Try again when the instance is at rest.",
            )
        case 429:
            return AuraThrottled(
                "Aura gets too many requests from us",
                retry_after=DEFAULT_WAIT if wait is None else wait,
                request_id=request_id,
            )
        case 500 if any(rule.search(said.message or "") for rule in _RULES_BEHIND_500):
            return build(
                AuraRefused,
                "the target is smaller than the source",
                "Resize the target in the Aura console first.",
            )
        case _ if status >= 500 or status == 408:  # a 408 comes from between, like a 504
            summary = f"Aura did not answer properly ({status})"
            if wait is None:
                return build(AuraUnavailable, summary)
            return AuraAsksToWait(
                summary, retry_after=wait, hint=quote or None, status=status, request_id=request_id
            )
        case _:
            advice = "Set the address of Aura to the https one." if 300 <= status < 400 else ""
            return build(AuraRefused, _REFUSALS.get(status, "Aura refused the request"), advice)


def _parse(body: bytes) -> JsonValue:
    try:
        parsed: JsonValue = json.loads(body)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError too
        return None
    return parsed


def _complaint(document: JsonValue, body: bytes) -> _Complaint:
    if not isinstance(document, dict):
        return _Complaint(message=_plain_text(body) if document is None else None)
    lower = {key.lower(): value for key, value in document.items()}  # v2beta1 shouts at times
    entries = lower.get("errors")
    if isinstance(entries, list) and (listed := [e for e in entries if isinstance(e, dict)]):
        messages = [text for e in listed if (text := _text(e.get("message")))]
        return _Complaint(reason=_text(listed[0].get("reason")), message=_text("; ".join(messages)))
    if description := _text(lower.get("error_description")):
        return _Complaint(reason=_text(lower.get("error")), message=description)
    return _Complaint(
        reason=_text(lower.get("reason")),
        message=_text(lower.get("message")) or _text(lower.get("error")),
    )


def _plain_text(body: bytes) -> str | None:
    text = body.decode("utf-8", errors="replace").strip()
    return None if text.startswith("<") else _text(text)  # a web page tells people nothing


def _text(value: object) -> str | None:
    """Return one bounded line of printable text, or None when there is none."""
    if not isinstance(value, str):
        return None
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return line.rstrip(".")[:MOST_TEXT] or None
