"""Evidence as a page that people read: Markdown, made of the record alone."""

import re
from collections.abc import Sequence
from datetime import datetime

from pydantic import JsonValue

from bot.core.evidence import CheckLine, Evidence, RecoveryTime
from bot.core.people import Person
from bot.core.signed import Checked
from bot.views.kit import clean, moment, span

_SPECIAL = re.compile(r"([\\`*_{}\[\]#|~])")
_MOST = 500
_ROWS = 200


def page(evidence: Evidence, *, public_key: str | None = None) -> str:
    """Return the page: outcome, plan, approvals, times, graph before and after, checks, chain."""
    parts = [
        f"# {_text(evidence.kind).capitalize()} {_text(evidence.operation_id)}: "
        f"{_text(evidence.outcome)}",
        _table(("", ""), _facts(evidence)),
        "## Plan",
        _table(("Fact", "Value"), [(k, _text(v)) for k, v in _flat(evidence.plan)]),
        "## Approvals",
        _approvals(evidence),
        "## Times",
        _times(evidence),
        "## Graph",
        _graph(evidence),
        "## Checks",
        _checks(evidence.checks),
        "## Chain",
        _chain(evidence, public_key),
    ]
    return "\n\n".join(parts) + "\n"


def verdict(checked: Checked) -> str:
    """Say in a few lines what a file that holds what was signed says."""
    record = checked.evidence
    whose = (
        "the expected key"
        if checked.expected
        else "this key, which the file itself names: compare it, or give the one you know by --key"
    )
    return "\n".join(
        [
            f"whole: {record.kind} {record.operation_id} of {record.instance_id}: {record.outcome}",
            f"signed by {checked.public_key}",
            f"  {whose}",
            f"ended {moment(record.ended_at)}; {_passed(record.checks)}",
            f"audit log entry {record.audit.number}, {record.audit.digest}",
        ]
    )


def subjects(evidence: Evidence) -> list[tuple[str, str, datetime | None]]:
    """Name what the record is about besides its instance: what was tried and where, the way back.

    Each with its id, and a snapshot that was tried with the time of its data.
    """
    tried = evidence.snapshot
    named = (
        (
            "Snapshot tried",
            tried.snapshot_id if tried else None,
            tried.snapshot_taken_at if tried else None,
        ),
        ("Scratch instance", evidence.scratch_id, None),
        ("Safety snapshot", evidence.safety_snapshot, None),
    )
    return [(name, its_id, taken) for name, its_id, taken in named if its_id]


def _dated(told: str, taken: datetime | None) -> str:
    return f"{told} of {moment(taken)}" if taken else told


def _facts(evidence: Evidence) -> list[tuple[str, str]]:
    return [
        ("Outcome", f"**{_text(evidence.outcome)}**"),
        ("Environment", _text(evidence.environment)),
        ("Instance", _text(evidence.instance_id)),
        *((name, _dated(_text(its_id), taken)) for name, its_id, taken in subjects(evidence)),
        ("Requested by", _person(evidence.requester)),
        ("Requested", _precise(evidence.requested_at)),
        ("Ended", _precise(evidence.ended_at)),
        ("Recovery time", _recovery(evidence.recovery)),
        ("Checks", _passed(evidence.checks)),
    ]


def _recovery(time: RecoveryTime) -> str:
    if time.running is None:
        return "not measured: it did not come to run"
    verified = "not checked" if time.verified is None else f"{span(time.verified)} until checked"
    return f"{span(time.running)} until running, {verified}"


def _passed(checks: tuple[CheckLine, ...]) -> str:
    if not checks:
        return "no checks ran"
    passed = sum(line.passed for line in checks)
    return f"{passed} of {len(checks)} checks passed"


def _approvals(evidence: Evidence) -> str:
    if not evidence.approvals:
        return "None was asked for."
    rows = [(_precise(a.at), _person(a.by), a.seal[:12]) for a in evidence.approvals]
    return _table(("When", "Who", "Plan seal"), rows)


def _times(evidence: Evidence) -> str:
    rows = [
        (
            _precise(each.at),
            _text(each.event.replace("_", " ")),
            _person(each.by) if each.by else _text(each.reason),
            _dated(_text(each.snapshot_id or each.created_id), each.snapshot_taken_at),
            _text(each.aura_request_id),
        )
        for each in evidence.timeline
    ]
    return _table(("When", "Event", "Who or why", "About", "Aura's request id"), rows)


def _graph(evidence: Evidence) -> str:
    before, after = evidence.before, evidence.after
    heads = ("Before", "After")
    if evidence.kind == "drill":
        heads = ("As counted for the snapshot", "As restored")
    if before is None and after is None:
        return "No fingerprint was taken."
    sides = [dict(_flat(side or {})) for side in (before, after)]
    names = sorted({*sides[0], *sides[1]})
    rows = [(_text(n), _text(sides[0].get(n)), _text(sides[1].get(n))) for n in names[:_ROWS]]
    more = f"\n\n… and {len(names) - _ROWS} more in the record." if len(names) > _ROWS else ""
    return _table(("Fact", *heads), rows) + more


def _checks(checks: tuple[CheckLine, ...]) -> str:
    if not checks:
        return "None ran."
    rows = [
        (
            _text(check.name),
            _text(check.severity),
            f"**{_text(check.verdict)}**",
            _text(check.expected),
            _text(check.found),
        )
        for check in checks
    ]
    return _table(("Check", "Severity", "Verdict", "Expected", "Found"), rows)


def _chain(evidence: Evidence, public_key: str | None) -> str:
    rows = [
        ("Plan seal (SHA-256)", _code(evidence.plan_seal)),
        ("Audit log entry", str(evidence.audit.number)),
        ("Digest of that entry", _code(evidence.audit.digest)),
        ("Signed by", _code(public_key) if public_key else "not signed: this is the page alone"),
    ]
    return (
        _table(("", ""), rows) + "\n\nThis page is made of the signed record and is not signed "
        "itself:\n`savepoint evidence verify FILE` checks the record."
    )


def _flat(value: JsonValue, path: str = "") -> list[tuple[str, JsonValue]]:
    """List the leaves of nested facts by their dotted path."""
    match value:
        case dict():
            return [
                leaf
                for key, inner in value.items()
                for leaf in _flat(inner, f"{path}.{key}" if path else str(key))
            ]
        case list():
            return [(path, ", ".join("—" if v is None else str(v) for v in value))]
        case _:
            return [(path, value)]


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _text(value: JsonValue) -> str:
    """Disarm text from outside: it can neither break the table nor imitate a line of ours."""
    if value is None or value == "":
        return "—"
    return _SPECIAL.sub(r"\\\1", clean(str(value), _MOST))


def _code(text: str) -> str:
    """Show a digest or a key so that it can be copied."""
    return f"`{clean(text.replace('`', chr(39)).replace('|', '/'), _MOST)}`"


def _person(person: Person | None) -> str:
    return _text(f"{person.team_id}/{person.user_id}") if person else "—"


def _precise(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M:%S UTC")
