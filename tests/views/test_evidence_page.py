"""The page of evidence, as a person reads it."""

from inline_snapshot import snapshot

from bot.core.evidence import CheckLine, RecoveryTime
from bot.core.signed import examine, signed
from bot.views.evidence import page, verdict
from tests.core.evidences import DRILLED, KEY, evidence


def test_the_page_tells_everything_in_order() -> None:
    assert page(evidence(), public_key=KEY.public) == snapshot("""\
# Restore rst-1: done

|  |  |
| --- | --- |
| Outcome | **done** |
| Environment | production |
| Instance | ab12cd34 |
| Safety snapshot | snap-9 |
| Requested by | T01/U01REQ |
| Requested | 2026-11-22 12:00:00 UTC |
| Ended | 2026-11-22 12:20:00 UTC |
| Recovery time | 14 min 10 s until running, 15 min until checked |
| Checks | 1 of 1 checks passed |

## Plan

| Fact | Value |
| --- | --- |
| kind | restore |
| operation_id | rst-1 |
| requester.team_id | T01 |
| requester.user_id | U01REQ |
| instance.id | ab12cd34 |
| instance.name | orders-prod |
| instance.project_id | project-1 |
| instance.cloud | — |
| instance.created_at | — |
| instance.status | running |
| instance.tier | enterprise-db |
| instance.region | — |
| instance.memory | 8GB |
| instance.storage | 16GB |
| instance.cdc_mode | OFF |
| project.id | project-1 |
| project.name | Orders |
| environment | production |
| created_at | 2026-11-22T12:00:00Z |
| reason | a bad migration |
| quorum | 1 |
| policy_version | 9c7dfced9eac |
| expires_at | 2026-11-22T12:30:00Z |
| execution_window | PT10M |
| waiver | — |
| snapshot.id | snap-1 |
| snapshot.instance_id | ab12cd34 |
| snapshot.status | Completed |
| snapshot.profile | Scheduled |
| snapshot.taken_at | 2026-11-22T09:00:00Z |
| snapshot.exportable | unknown |

## Approvals

| When | Who | Plan seal |
| --- | --- | --- |
| 2026-11-22 12:02:00 UTC | T01/U02APP | 6814a1e771b1 |

## Times

| When | Event | Who or why | About | Aura's request id |
| --- | --- | --- | --- | --- |
| 2026-11-22 12:02:00 UTC | approved | T01/U02APP | — | — |
| 2026-11-22 12:03:00 UTC | snapshot started | — | snap-9 | — |
| 2026-11-22 12:05:00 UTC | restore started | — | — | req-1/7 |
| 2026-11-22 12:19:00 UTC | verified | — | — | — |

## Graph

| Fact | Before | After |
| --- | --- | --- |
| labels.Customer | 1200 | 1200 |
| labels.Order | 40000 | 39800 |
| nodes | 41200 | 41000 |

## Checks

| Check | Severity | Verdict | Expected | Found |
| --- | --- | --- | --- | --- |
| orders have customers | error | **passed** | no rows | 0 rows |

## Chain

|  |  |
| --- | --- |
| Plan seal (SHA-256) | `6814a1e771b17f59bbccd27dd375accd1badadc9eb3da695d9563b0df589b499` |
| Audit log entry | 17 |
| Digest of that entry | `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` |
| Signed by | `evpub-A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg` |

This page is made of the signed record and is not signed itself:
`savepoint evidence verify FILE` checks the record.
""")


def test_the_page_of_a_drill_names_the_snapshot_that_it_tried_and_the_instance() -> None:
    told = page(evidence(kind="drill", timeline=DRILLED))
    assert "| Snapshot tried | snap-1 of 2026-11-22 09:00 UTC |" in told
    assert "| Scratch instance | 5c4a7c40 |" in told
    assert "| snapshot picked | — | snap-1 of 2026-11-22 09:00 UTC | — |" in told
    assert "| scratch created | — | 5c4a7c40 | req-2/1 |" in told
    assert "Safety snapshot" not in told


def test_what_was_not_done_is_said() -> None:
    bare = evidence(
        approvals=(), before=None, after=None, checks=(), recovery=RecoveryTime(), kind="drill"
    )
    told = page(bare)
    for line in (
        "# Drill rst-1: done",
        "None was asked for.",
        "No fingerprint was taken.",
        "None ran.",
        "not measured: it did not come to run",
        "not signed: this is the page alone",
    ):
        assert line in told
    assert "14 min 10 s until running, not checked" in page(
        evidence(recovery=RecoveryTime(running=850))
    )


def test_text_from_people_cannot_break_the_page() -> None:
    nasty = "x | **proven** |\n# Signed by <script>\u202e`evil`"
    line = CheckLine(name=nasty, severity="error", verdict="failed", expected=nasty, found=nasty)
    told = page(evidence(checks=(line,), outcome=nasty))
    rows = [row for row in told.splitlines() if "evil" in row]
    assert len(rows) == 3
    assert all("<script>" not in row and "\u202e" not in row for row in rows)
    assert all("\\*\\*proven\\*\\*" in row for row in rows)
    assert not any(row.startswith("# Signed") for row in told.splitlines())


def test_a_graph_of_many_labels_is_cut_and_the_rest_is_counted() -> None:
    labels = {f"Label{n:04}": n for n in range(250)}
    told = page(evidence(before={"labels": labels}, after=None))
    assert "… and 50 more in the record." in told


def test_lists_stand_in_one_cell() -> None:
    told = page(evidence(before={"indexes": ["a", None, "b"]}, after=None))
    assert "| indexes | a, —, b | — |" in told


def test_the_verdict_says_whose_key_it_was() -> None:
    file = signed(evidence(), KEY)
    assert verdict(examine(file)) == snapshot("""\
whole: restore rst-1 of ab12cd34: done
signed by evpub-A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg
  this key, which the file itself names: compare it, or give the one you know by --key
ended 2026-11-22 12:20 UTC; 1 of 1 checks passed
audit log entry 17, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
""")
    assert "  the expected key" in verdict(examine(file, expected=KEY.public))
