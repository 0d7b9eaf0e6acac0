"""Signed evidence: the file, how it is written, and how anybody checks it without us.

The signature covers the header and a SHA-256 of each field of the record, so that a check can
say which field was changed, and not only that one was. A signature proves no more than that the
owner of a key made it: whose key it is, the reader must know (``expected``).
"""

import json
from hashlib import sha256
from typing import Any, Literal, cast

from pydantic import JsonValue, ValidationError

from bot.core.base import Frozen
from bot.core.errors import BotError
from bot.core.evidence import Evidence
from bot.core.keys import BadKey, EvidenceKey, fits, public_key
from bot.core.seal import canonical_json

#: 2 since the timeline names snapshots and what was created.
FORMAT = 2
ALGORITHM = "Ed25519"
#: Begins what is signed, so that no signature of ours can be taken for one of something else.
_DOMAIN = b"savepoint evidence 1\n"
_PARTS = ("header", "digests", "evidence", "signature")


class EvidenceBroken(BotError):
    """The file is not what was signed, or was not signed by the key that is expected."""


class Header(Frozen):
    """How the file was signed; the public key is published here."""

    format: int = FORMAT
    algorithm: Literal["Ed25519"] = "Ed25519"
    public_key: str


class Checked(Frozen):
    """A file that holds what was signed; ``expected`` says whether its key was the named one."""

    evidence: Evidence
    public_key: str
    expected: bool


def signed(evidence: Evidence, key: EvidenceKey) -> str:
    """Return the file of a record: one line of canonical JSON."""
    record = cast(dict[str, JsonValue], evidence.model_dump(mode="json"))
    header = cast(JsonValue, Header(public_key=key.public).model_dump())
    digests = _digests(record)
    return canonical_json(
        {
            "header": header,
            "digests": cast(JsonValue, digests),
            "evidence": record,
            "signature": key.sign(_statement(header, digests)),
        }
    )


def examine(text: str, *, expected: str | None = None) -> Checked:
    """Check a file; ``expected`` is the public key that must have signed it.

    Raises EvidenceBroken, saying what is wrong, and BadKey when ``expected`` is no key.
    """
    wanted = None if expected is None else public_key(expected)
    file = _read(text)
    header, record = _header(file["header"]), file["evidence"]
    given = file["digests"]
    if not isinstance(record, dict) or not isinstance(given, dict):
        raise EvidenceBroken("the record or its digests are missing")
    if not fits(header.public_key, str(file["signature"]), _statement(file["header"], given)):
        raise EvidenceBroken(
            "the signature does not fit: header, digests or signature were changed",
            hint=_changed(record, given),
        )
    if changes := _changed(record, given):
        raise EvidenceBroken("the record was changed after it was signed", hint=changes)
    if wanted is not None and header.public_key != wanted:
        raise EvidenceBroken(
            "it was signed by another key than the expected one",
            hint=f"Signed by {header.public_key}, expected {wanted}.",
        )
    return Checked(
        evidence=_record(record), public_key=header.public_key, expected=wanted is not None
    )


def _read(text: str) -> dict[str, Any]:
    try:
        file = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        canonical_json(file).encode()  # a lone surrogate has no UTF-8
    except (ValueError, RecursionError) as trouble:
        why = str(trouble) if isinstance(trouble, _Twice) else "it is not JSON"
        raise EvidenceBroken(f"this is no evidence of Savepoint: {why}") from None
    if not isinstance(file, dict) or set(file) != set(_PARTS):
        raise EvidenceBroken(
            f"this is no evidence of Savepoint: it wants exactly {', '.join(_PARTS)}"
        )
    return file


class _Twice(ValueError):
    """A key stands twice: two readers would see two records."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Twice(f"“{key[:40]}” stands in it twice")
        found[key] = value
    return found


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _header(given: object) -> Header:
    form = given.get("format") if isinstance(given, dict) else None
    if isinstance(form, int) and form > FORMAT:
        raise EvidenceBroken(
            f"its format {form} is newer than this version of Savepoint",
            hint="Check it with a newer version.",
        )
    try:
        header = Header.model_validate(given)
        public_key(header.public_key)
    except (ValidationError, BadKey):
        raise EvidenceBroken("the header was changed: it names no key of ours") from None
    return header


def _record(record: dict[str, JsonValue]) -> Evidence:
    try:
        return Evidence.model_validate_json(canonical_json(record))
    except ValidationError as trouble:
        first = trouble.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EvidenceBroken(
            f"the record contradicts itself: {where} {first['msg']}".replace("  ", " "),
            hint="It was signed like this: ask whoever runs Savepoint.",
        ) from None


def _digests(record: dict[str, JsonValue]) -> dict[str, str]:
    return {
        name: sha256(canonical_json(value).encode()).hexdigest() for name, value in record.items()
    }


def _statement(header: JsonValue, digests: object) -> bytes:
    said = canonical_json({"header": header, "digests": cast(JsonValue, digests)})
    return _DOMAIN + said.encode()


def _changed(record: dict[str, JsonValue], given: dict[str, Any]) -> str | None:
    """Name the fields that are not what their digests say, or None."""
    found = _digests(record)
    changed = sorted(name for name in found if name in given and found[name] != given[name])
    added = sorted(set(found) - set(given))
    gone = sorted(set(given) - set(found))
    said = [
        f"{words}: {', '.join(str(name)[:40] for name in names)}."
        for words, names in (("Changed", changed), ("Added", added), ("Removed", gone))
        if names
    ]
    return " ".join(said) or None
