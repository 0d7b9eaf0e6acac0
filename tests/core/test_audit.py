"""The audit chain: whatever is changed, removed or put in between shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audit import GENESIS, AuditEntry, AuditRecord, Verdict, chain, first_break
from tests.core.samples import APPROVER, NOW, REQUESTER


def entries(count: int) -> list[AuditEntry]:
    found, previous = [], GENESIS
    for number in range(1, count + 1):
        record = AuditRecord(
            at=NOW,
            action="restore.approve",
            verdict=Verdict.ALLOWED,
            actor=APPROVER,
            requester=REQUESTER,
            why=f"decision {number}",
        )
        previous = chain(previous, record)
        found.append(AuditEntry(number=number, record=record, digest=previous))
    return found


@given(st.integers(0, 6))
def test_an_untouched_chain_holds(count: int) -> None:
    assert first_break(entries(count)) is None


@given(st.integers(0, 4), st.sampled_from(["verdict", "why", "actor"]))
def test_a_changed_record_breaks_the_chain_there(at: int, field: str) -> None:
    log = entries(5)
    changed = {"verdict": Verdict.DENIED, "why": "another", "actor": REQUESTER}[field]
    forged = log[at].record.model_copy(update={field: changed})
    log[at] = log[at].model_copy(update={"record": forged})
    assert first_break(log) == at + 1


@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_a_removed_record_breaks_the_chain_there(at: int) -> None:
    log = entries(5)
    del log[at]
    assert first_break(log) == at + 1


def test_a_removed_record_shows_though_the_rest_is_numbered_anew() -> None:
    log = entries(3)
    del log[0]
    log = [entry.model_copy(update={"number": n}) for n, entry in enumerate(log, start=1)]
    assert first_break(log) == 1


def test_a_record_put_in_between_breaks_the_chain_there() -> None:
    log = entries(3)
    log.insert(1, log[0].model_copy(update={"number": 2}))
    assert first_break(log) == 2
