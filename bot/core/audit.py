"""The audit record: who decided what about which plan, each bound to the one before.

``digest = SHA-256(previous digest + canonical JSON of the record)``; a record that is changed,
removed or put in between breaks the chain from there on (promise P11).
"""

from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256

from pydantic import AwareDatetime

from bot.core.base import Frozen, InstanceId, OperationId
from bot.core.people import Person
from bot.core.seal import canonical

GENESIS = "0" * 64


class Verdict(StrEnum):
    """How a decision ended."""

    ALLOWED = "allowed"
    DENIED = "denied"
    DONE = "done"
    """A fact rather than a decision: something was sent, answered or ended."""


class AuditRecord(Frozen):
    """One line of the audit log, before it is chained.

    ``action`` is a dotted word such as ``restore.approve``; ``why`` one plain clause.
    """

    at: AwareDatetime
    action: str
    verdict: Verdict
    actor: Person | None = None
    requester: Person | None = None
    approvers: tuple[Person, ...] = ()
    operation_id: OperationId | None = None
    instance_id: InstanceId | None = None
    environment: str | None = None
    plan: str | None = None
    aura_request_id: str | None = None
    why: str = ""


class AuditEntry(Frozen):
    """A record in its place in the chain; ``number`` counts from 1."""

    number: int
    record: AuditRecord
    digest: str


def chain(previous: str, record: AuditRecord) -> str:
    """Return the digest of a record that follows ``previous``."""
    return sha256(f"{previous}{canonical(record)}".encode()).hexdigest()


def first_break(entries: Iterable[AuditEntry]) -> int | None:
    """Return the number of the first entry that does not fit the chain, or None."""
    previous, expected = GENESIS, 1
    for entry in entries:
        if entry.number != expected or chain(previous, entry.record) != entry.digest:
            return expected
        previous, expected = entry.digest, expected + 1
    return None
