"""Evidence: whole it is accepted, and whatever is changed in it is found and named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core.errors import BotError
from bot.core.evidence import Approval, Evidence
from bot.core.keys import BadKey
from bot.core.seal import canonical_json
from bot.core.signed import EvidenceBroken, examine, signed
from tests.core.evidences import DRILLED, KEY, OTHER_KEY, evidence
from tests.core.samples import APPROVER, NOW

WHOLE = signed(evidence(), KEY)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every single value in nested JSON."""
    if not isinstance(value, dict | list):
        return [path]
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [leaf for key, each in inner for leaf in leaves(each, (*path, key))]


def other(value: Any) -> Any:
    match value:
        case bool() | None:
            return "changed"
        case int():
            return value + 1
        case _:
            return f"{value}x"


def tampered(path: tuple[Any, ...]) -> str:
    file = json.loads(WHOLE)
    holder = file
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = other(holder[path[-1]])
    return json.dumps(file)


EVERYWHERE = leaves(json.loads(WHOLE))


def test_a_whole_file_tells_its_record_and_its_key() -> None:
    found = examine(WHOLE)
    assert found.evidence == evidence()
    assert (found.public_key, found.expected) == (KEY.public, False)
    assert examine(WHOLE, expected=f" {KEY.public}\n").expected is True


def test_a_file_from_before_events_named_snapshots_verifies_still() -> None:
    old = (Path(__file__).parent / "old_evidence.json").read_text()
    assert "snapshot_id" not in old
    record = examine(old, expected=KEY.public).evidence
    assert (record.kind, record.outcome) == ("drill", "proven")
    assert (record.snapshot and record.snapshot.snapshot_id, record.scratch_id) == (None, None)
    with pytest.raises(EvidenceBroken, match="the record was changed after it was signed"):
        examine(old.replace('"proven"', '"not proven"'))


def test_a_record_tells_which_snapshot_was_tried_and_where() -> None:
    record = evidence(kind="drill", timeline=DRILLED)
    assert record.snapshot is not None
    assert (record.snapshot.snapshot_id, record.scratch_id) == ("snap-1", "5c4a7c40")
    assert record.safety_snapshot is None
    assert evidence().safety_snapshot == "snap-9"
    assert evidence(kind="snapshot").safety_snapshot is None


def test_the_file_is_the_same_each_time_and_may_be_laid_out_anew() -> None:
    assert signed(evidence(), KEY) == WHOLE
    assert canonical_json(json.loads(WHOLE)) == WHOLE
    assert examine(json.dumps(json.loads(WHOLE), indent=4)).evidence == evidence()


def test_every_field_of_the_record_is_among_those_that_are_tampered_with() -> None:
    assert {path[1] for path in EVERYWHERE if path[0] == "evidence"} == set(Evidence.model_fields)
    assert {path[0] for path in EVERYWHERE} == {"header", "digests", "evidence", "signature"}


@pytest.mark.parametrize("path", EVERYWHERE, ids=lambda path: ".".join(map(str, path)))
def test_any_changed_value_is_found_and_its_field_is_named(path: tuple[Any, ...]) -> None:
    with pytest.raises(EvidenceBroken) as broken:
        examine(tampered(path), expected=KEY.public)
    said = f"{broken.value.summary} {broken.value.hint}"
    if path[0] == "evidence":
        assert "the record was changed after it was signed" in said
        assert f"Changed: {path[1]}." in said
    elif path[0] == "digests":
        assert "the signature does not fit" in said
    else:
        assert "signature" in said or "header" in said or "format" in said


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    file = json.loads(WHOLE)
    change(file)
    return json.dumps(file)


def test_a_field_that_was_added_or_removed_is_named() -> None:
    with pytest.raises(EvidenceBroken) as broken:
        examine(changed(lambda file: file["evidence"].update(note="fine")))
    assert broken.value.hint == "Added: note."
    with pytest.raises(EvidenceBroken) as broken:
        examine(changed(lambda file: file["evidence"].pop("checks")))
    assert broken.value.hint == "Removed: checks."


def test_a_change_that_brings_its_own_digest_breaks_the_signature() -> None:
    forged = json.loads(signed(evidence(outcome="proven"), OTHER_KEY))
    file = json.loads(WHOLE) | {"evidence": forged["evidence"], "digests": forged["digests"]}
    with pytest.raises(EvidenceBroken, match="the signature does not fit"):
        examine(json.dumps(file))


def test_a_foreign_key_is_told_apart_from_a_good_one() -> None:
    foreign = signed(evidence(), OTHER_KEY)
    assert examine(foreign).public_key == OTHER_KEY.public
    with pytest.raises(EvidenceBroken, match="signed by another key") as broken:
        examine(foreign, expected=KEY.public)
    assert KEY.public in (broken.value.hint or "")
    assert OTHER_KEY.public in (broken.value.hint or "")


def test_a_foreign_signature_under_our_key_does_not_fit() -> None:
    foreign = json.loads(signed(evidence(), OTHER_KEY))
    foreign["header"]["public_key"] = KEY.public
    with pytest.raises(EvidenceBroken, match="the signature does not fit"):
        examine(json.dumps(foreign))


def test_an_expected_key_that_is_none_is_said_as_that() -> None:
    with pytest.raises(BadKey):
        examine(WHOLE, expected="evpub-nothing")


def test_a_newer_format_is_said_as_that() -> None:
    newer = changed(lambda file: file["header"].update(format=3))
    with pytest.raises(EvidenceBroken, match="its format 3 is newer"):
        examine(newer)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        "{}",
        "[" * 100_000,
        '{"header": NaN}',
        "1" * 5_000,
        '{"header":1,"digests":{},"evidence":{},"signature":1}',
        '{"header":{},"digests":{},"evidence":{"a":"\\ud800"},"signature":""}',
        changed(lambda file: file.update(evidence=[])),
        changed(lambda file: file.update(digests=[])),
        changed(lambda file: file.update(signature=None)),
        changed(lambda file: file.update(header=None)),
    ],
    ids=range(14),
)
def test_what_is_no_evidence_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(EvidenceBroken):
        examine(text)


def test_a_field_that_stands_twice_is_refused() -> None:
    twice = WHOLE.replace('"evidence":{', '"evidence":{"outcome":"failed",', 1)
    with pytest.raises(EvidenceBroken, match="“outcome” stands in it twice"):
        examine(twice)


@given(st.text())
def test_no_text_raises_anything_but_a_known_error(text: str) -> None:
    with pytest.raises(BotError):
        examine(text)


def test_a_record_that_contradicts_itself_is_not_believed_though_it_is_signed() -> None:
    record = evidence()
    lying = record.model_copy(update={"plan": {**record.plan, "reason": "another"}})
    with pytest.raises(EvidenceBroken, match="the plan is not the one that its seal was made of"):
        examine(signed(lying, KEY))
    strange = Approval(by=APPROVER, at=NOW, seal="0" * 64)
    with pytest.raises(EvidenceBroken, match="an approval is for another plan"):
        examine(signed(record.model_copy(update={"approvals": (strange,)}), KEY))


def test_a_record_of_another_plan_cannot_be_made() -> None:
    with pytest.raises(ValidationError, match="the plan is not the one"):
        evidence(plan_seal="0" * 64)


def test_every_request_id_is_told_once_and_in_order() -> None:
    assert evidence().aura_request_ids == ("req-1/7",)
    timeline = evidence().timeline
    assert evidence(timeline=timeline + timeline).aura_request_ids == ("req-1/7",)
