"""The window behind *Evidence…*: what it says, and pieces that are the record again."""

import json
from html import unescape

from inline_snapshot import snapshot
from pydantic import SecretStr

from bot.core.evidence import CheckLine, RecoveryTime
from bot.core.signed import examine, signed
from bot.views.evidence_window import Links, pieces, shown
from tests.core.evidences import KEY, evidence
from tests.views.reading import read


def test_it_says_what_the_record_says_and_how_to_take_it_along() -> None:
    file = signed(evidence(), KEY)
    told = read(shown(examine(file), file))
    assert told.split("```")[0] == snapshot("""\
Evidence [Close]
*Restore `rst-1`: done*
Environment: production
Instance: `ab12cd34`
Safety snapshot: `snap-9`
Requested by: <@U01REQ>
Approved by: <@U02APP>
Ended: 2026-11-22 12:20 UTC
Recovery time: 14 min 10 s until running, 15 min until checked
Checks: 1 of 1 passed
Aura's request ids: `req-1/7`
✓ *orders have customers* · found 0 rows
(Signed by `evpub-A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg` · audit log entry 17
    `aaaaaaaaaaaa` · plan `6814a1e771b1`)
Copy what follows into `evidence.json`, in order (2 pieces), and check it anywhere with
    `savepoint evidence verify evidence.json`. From a shell: `savepoint evidence export
    rst-1 > evidence.json`.
""")


def test_with_addresses_it_offers_both_files_and_no_pieces() -> None:
    file = signed(evidence(), KEY)
    links = Links(record=SecretStr("https://a/1"), page=SecretStr("https://a/2"), minutes=15)
    assert "https://a" not in repr(links)
    told = read(shown(examine(file), file, links))
    assert "```" not in told
    assert told.split("`6814a1e771b1`)\n")[1] == snapshot("""\
*Take it along:* <https://a/1|rst-1.json> · <https://a/2|rst-1.md>. Each address opens once,
    within 15 minutes, and only while you may look at this. Whoever has one can open it in
    your place: pass on the file and not the address. *Evidence…* gives new ones.
Check the record anywhere with `savepoint evidence verify rst-1.json`; the page is for
    reading, and not signed.\
""")


def test_the_pieces_in_order_are_the_record_again() -> None:
    line = CheckLine(
        name="`<!channel>` & so", severity="error", verdict="passed", expected="a", found="ü"
    )
    file = signed(evidence(checks=(line,) * 40), KEY)
    found = pieces(file)
    assert found is not None
    assert len(found) > 1
    assert all(len(piece) <= 2_900 for piece in found)
    assert not any(mark in piece for piece in found for mark in "<>&`")
    again = "\n".join(unescape(piece) for piece in found)
    assert json.loads(again) == json.loads(file)
    assert examine(again).evidence == evidence(checks=(line,) * 40)


def test_a_record_that_is_too_large_names_the_command() -> None:
    long = CheckLine(name="a", severity="error", verdict="passed", expected="x" * 4_000, found="y")
    many = CheckLine(name="n" * 500, severity="error", verdict="passed", expected="a", found="b")
    for lines in ((long,), (many,) * 400):
        file = signed(evidence(checks=lines), KEY)
        assert pieces(file) is None
        assert "savepoint evidence export rst-1" in read(shown(examine(file), file))


def test_what_was_not_done_is_said_in_the_window() -> None:
    record = evidence(approvals=(), checks=(), recovery=RecoveryTime())
    file = signed(record, KEY)
    told = read(shown(examine(file), file))
    for words in ("nobody was asked", "none ran", "not measured"):
        assert words in told
