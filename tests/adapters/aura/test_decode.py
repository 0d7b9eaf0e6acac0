from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.aura.decode import AuraAsksToWait, decode, retry_after
from bot.core.errors import (
    AuraAuthFailed,
    AuraConflict,
    AuraError,
    AuraNotFound,
    AuraRefused,
    AuraThrottled,
    AuraUnavailable,
)
from tests.adapters.aura.stage import NOON


def refused(status: int, body: bytes | str = b"", **headers: str) -> AuraError:
    raw = body.encode() if isinstance(body, str) else body
    named = httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()})
    with pytest.raises(AuraError) as caught:
        decode(status, named, raw, now=NOON)
    return caught.value


def test_success_keeps_the_document_and_the_request_id() -> None:
    answer = decode(202, httpx.Headers({"X-Request-Id": "ab/1"}), b'{"data": {}}', now=NOON)
    assert (answer.status, answer.document, answer.request_id) == (202, {"data": {}}, "ab/1")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (None, None),
        ("Mon, 03 Mar 2025 00:00:00 UTC", "Mon, 03 Mar 2025 00:00:00 UTC"),
        ("some day", "some day"),
        (" ", None),
    ],
)
def test_success_keeps_when_this_version_of_the_api_ends(
    written: str | None, read: str | None
) -> None:
    headers = httpx.Headers({} if written is None else {"X-Tyk-Api-Expires": written})
    assert decode(200, headers, b"{}", now=NOON).expires == read


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe\xff", b"[" * 100_000, b"null"])
def test_success_that_cannot_be_read_leaves_the_outcome_open(body: bytes) -> None:
    error = refused(202, body)
    assert isinstance(error, AuraUnavailable)
    assert not error.definite


@pytest.mark.parametrize(
    ("status", "kind", "definite"),
    [
        (308, AuraRefused, True),
        (400, AuraRefused, True),
        (401, AuraAuthFailed, True),
        (402, AuraRefused, True),
        (403, AuraAuthFailed, True),
        (404, AuraNotFound, True),
        (405, AuraRefused, True),
        (408, AuraUnavailable, False),
        (409, AuraConflict, True),
        (415, AuraRefused, True),
        (420, AuraRefused, True),
        (429, AuraThrottled, True),
        (500, AuraUnavailable, False),
        (502, AuraUnavailable, False),
        (503, AuraUnavailable, False),
        (504, AuraUnavailable, False),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[AuraError], definite: bool) -> None:
    error = refused(status, "<html>oops</html>", x_request_id="ab/1")
    assert type(error) is kind
    assert (error.definite, error.status, error.request_id) == (definite, status, "ab/1")
    assert "oops" not in f"{error.summary}{error.hint}"


@pytest.mark.parametrize(
    ("body", "reason", "quoted"),
    [
        ('{"errors":[{"message":"Too small.","reason":"size"}]}', "size", "Too small"),
        (
            '{"errors":[{"message":"a","reason":"x"},{"message":"b"}, 3]}',
            "x",
            "a; b",
        ),
        ('{"errors":[{"reason":"x"}]}', "x", None),
        ('{"error":"Header missing"}', None, "Header missing"),
        ('{"error":"invalid","error_description":"Wrong id"}', "invalid", "Wrong id"),
        ('{"message":"Plain","reason":"p"}', "p", "Plain"),
        ('{"Message":"Loud","Reason":"l"}', "l", "Loud"),
        ('{"errors":{"name":["bad"]},"message":"M","reason":"v"}', "v", "M"),
        ('{"errors":[], "message":"M"}', None, "M"),
        ("- at '': missing property 'id'", None, "- at '': missing property 'id'"),
        ('["odd"]', None, None),
        ('{"message": 7, "reason": null}', None, None),
        ('{"message": "two\\nlines\\u202e and\\u0000 more"}', None, "two lines and more"),
        ("", None, None),
    ],
)
def test_every_dialect_of_error_is_read(body: str, reason: str | None, quoted: str | None) -> None:
    error = refused(400, body)
    assert error.summary == "Aura refused the request"
    assert error.reason == reason
    assert error.hint == (f"Aura says: “{quoted}”." if quoted else None)


def test_long_text_of_aura_is_bounded() -> None:
    assert len(refused(400, "x" * 5000).hint or "") < 250


@pytest.mark.parametrize(
    ("status", "reason", "summary"),
    [
        (404, "db-not-found", "Aura knows no such instance"),
        (404, "snapshot-not-found", "Aura knows no such snapshot"),
        (409, "ongoing-database-operation", "another operation is running on the instance"),
        (409, "new-word", "the instance cannot do this at the moment"),
    ],
)
def test_reasons_become_plain_sentences(status: int, reason: str, summary: str) -> None:
    error = refused(status, f'{{"errors":[{{"message":"m","reason":"{reason}"}}]}}')
    assert (error.summary, error.reason) == (summary, reason)


def test_a_500_that_states_the_size_rule_is_a_refusal() -> None:
    body = '{"errors":[{"message":"Cannot clone database a1 into smaller database b2."}]}'
    error = refused(500, body)
    assert isinstance(error, AuraRefused)
    assert error.summary == "the target is smaller than the source"
    assert isinstance(refused(503, body), AuraUnavailable)


def test_redirects_are_refused_with_a_hint_about_the_address() -> None:
    assert "https" in (refused(308).hint or "")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("1.5", 1.5),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 12:00:30 -0000", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-3", None),
        ("inf", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: float | None) -> None:
    assert retry_after(httpx.Headers({"Retry-After": header}), now=NOON) == seconds
    error = refused(429, Retry_After=header)
    assert isinstance(error, AuraThrottled)
    assert error.retry_after == (10.0 if seconds is None else seconds)


def test_a_5xx_may_ask_to_wait_as_well() -> None:
    error = refused(503, '{"error":"down"}', Retry_After="4")
    assert isinstance(error, AuraAsksToWait)
    assert (error.retry_after, error.definite, error.hint) == (4.0, False, "Aura says: “down”.")
    assert refused(503, Retry_After="4").hint is None


@given(st.integers(300, 599), st.binary(max_size=200), st.text(max_size=40))
def test_nothing_but_aura_errors_comes_out(status: int, body: bytes, header: str) -> None:
    with pytest.raises(AuraError) as caught:
        decode(status, {"retry-after": header}, body, now=NOON)
    assert caught.value.summary
    later = {"retry-after": header}
    assert (retry_after(later, now=NOON + timedelta(days=1)) or 0.0) >= 0.0
