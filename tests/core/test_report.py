"""The report counts what the records show, and nothing else."""

from datetime import UTC, date, datetime, timedelta

from bot.core.alerts import Alert, Condition, Severity
from bot.core.alerts import Kind as AlertKind
from bot.core.answers import MOST_IDS
from bot.core.audit import AuditEntry, AuditRecord, Verdict
from bot.core.base import InstanceId, OperationId, ProjectId
from bot.core.instances import Instance, InstanceSummary
from bot.core.operations import Operation, TakeSnapshot, advance
from bot.core.operations import events as e
from bot.core.protection import PRESETS
from bot.core.report import compiled
from bot.core.report_lines import Answer, Chain, Report, Setting
from bot.core.sightings import Sighting
from bot.core.tiers import FACTS
from bot.core.vault import Encryption, Export, Keep
from tests.core.samples import (
    APPROVER,
    COMPLETED,
    INTENDED,
    NOW,
    STARTED,
    approved,
    instance,
    play,
    restore,
    take,
)
from tests.core.vault.samples import export

SINCE = datetime(2026, 9, 1, tzinfo=UTC)
UNTIL = datetime(2026, 12, 1, tzinfo=UTC)
WHOLE = Chain(entries=7, head="a" * 64, broken_at=None)
SETTING = Setting(
    wanted=PRESETS["production"], vault="s3://backups/neo4j", keep=Keep(), tiers=FACTS
)
RESTORED = (
    STARTED,
    COMPLETED,
    INTENDED,
    e.RestoreStarted(),
    e.RestoreFinished(),
    e.Verified(),
)


def report(
    *operations: Operation,
    entries: tuple[AuditEntry, ...] = (),
    exports: tuple[Export, ...] = (),
    instances: tuple[Instance, ...] | None = None,
    chain: Chain = WHOLE,
    setting: Setting = SETTING,
) -> Report:
    return compiled(
        "production",
        since=SINCE,
        until=UNTIL,
        now=UNTIL,
        instances=(instance(),) if instances is None else instances,
        operations=operations,
        exports=exports,
        entries=entries,
        chain=chain,
        setting=setting,
    )


def taken(at: datetime, *, name: str = "snp-1", fails: bool = False) -> TakeSnapshot:
    op = take().model_copy(update={"id": OperationId(name), "created_at": at})
    op = advance(op, STARTED, now=at)
    return advance(op, e.StepFailed(reason="no") if fails else COMPLETED, now=at)


def restored() -> Operation:
    op = restore()
    return play(op, approved(op), *RESTORED)


def entry(number: int, action: str, verdict: Verdict, at: datetime = NOW) -> AuditEntry:
    record = AuditRecord(
        at=at, action=action, verdict=verdict, environment="production", why="so it was"
    )
    return AuditEntry(number=number, record=record, digest="b" * 64)


def answer(found: Report, question: str) -> Answer:
    (one,) = [a for a in found.answers if question in a.question]
    return one


def test_snapshots_are_counted_by_how_they_ended() -> None:
    (line,) = report(
        taken(NOW), taken(NOW - timedelta(days=3), name="snp-2"), taken(NOW, fails=True)
    ).instances
    assert (line.taken, line.failed) == (2, 1)
    assert line.longest == timedelta(days=3)
    assert line.newest == NOW


def test_only_what_ended_within_the_period_counts() -> None:
    before = taken(SINCE - timedelta(seconds=1), name="snp-1")
    first = taken(SINCE, name="snp-2")
    after = taken(UNTIL, name="snp-3")
    running = take()
    (line,) = report(before, first, after, running).instances
    assert line.taken == 1
    assert line.newest == SINCE


def test_another_environments_work_is_none_of_this() -> None:
    elsewhere = taken(NOW).model_copy(update={"environment": "staging"})
    assert report(elsewhere).instances[0].taken == 0


def test_a_restore_is_told_with_who_approved_it_and_how_long_it_took() -> None:
    (line,) = report(restored()).restores
    assert line.approvers == (APPROVER,)
    assert (line.outcome, line.took) == ("done", timedelta(0))
    said = answer(report(restored()), "authorised")
    assert said.answer == "1 were asked for, 1 done; none of them without an approver."
    assert said.evidence == ("rst-1",)


def test_refusals_and_failures_are_told_and_what_went_well_is_not() -> None:
    found = report(
        entries=(
            entry(1, "restore.request", Verdict.ALLOWED),
            entry(2, "restore.approve", Verdict.DENIED),
            entry(3, "operation.failed", Verdict.DONE),
            entry(4, "restore.stuck", Verdict.DONE),
            entry(5, "restore.done", Verdict.DONE),
            entry(6, "restore.approve", Verdict.DENIED, at=UNTIL),
            entry(7, "schedule.missed", Verdict.DONE),
        )
    )
    assert [line.number for line in found.exceptions] == [2, 3, 4, 7]
    assert answer(found, "refusals").evidence == ("audit 2", "audit 3", "audit 4", "audit 7")


def with_setting(**changes: object) -> Setting:
    return SETTING.model_copy(update=changes)


def test_what_aura_took_by_itself_counts_as_far_as_the_watch_saw_it() -> None:
    days = {SINCE.date(): 24, NOW.date(): 10, UNTIL.date(): 24, date(2026, 8, 31): 24}
    found = report(setting=with_setting(seen={instance().id: days}))
    assert (found.instances[0].seen, found.instances[0].seen_days) == (34, 2)
    said = answer(found, "as the policy says").answer
    assert "at least 34 that Aura took by itself, of 1 instances on 2 to 2 of 91 days" in said
    assert said.endswith("Every instance has one.")


def test_how_long_copies_are_kept_is_told_from_policy_tier_and_vault() -> None:
    said = answer(report(), "How long are copies")
    assert said.answer == (
        "Copies are wanted for 30 days. AuraDB Virtual Dedicated Cloud keeps: restorable 60 days, "
        "exportable 60 days, on demand 90 days. The vault keeps 7 daily, 4 weekly, 12 monthly, "
        "and always the newest 2."
    )
    assert said.evidence[0].startswith("policy ")
    assert "as of 2026-11-22" in said.evidence[1]
    for_ever = report(setting=with_setting(keep=None))
    assert "Nothing in the vault expires." in answer(for_ever, "How long are copies").answer


def test_where_copies_are_and_which_were_stored_in_the_period_is_told() -> None:
    old, new, later = (
        export(taken=at, stored=at, instance_id=instance().id, snapshot=f"s{n}")
        for n, at in enumerate((SINCE - timedelta(days=1), NOW, UNTIL))
    )
    found = report(exports=(old, new, later))
    assert (found.instances[0].copies, found.instances[0].older) == (1, 1)
    said = answer(found, "apart from")
    assert "2 exports stand in the vault (s3://backups/neo4j), 1 of them stored" in said.answer
    assert f"{instance().cloud} {instance().region}" in said.answer
    assert said.evidence == (old.manifest.name, new.manifest.name)


def test_with_what_and_for_whom_is_encrypted_is_told() -> None:
    plain = export(taken=NOW, stored=NOW, instance_id=instance().id)
    sealed = Encryption(recipients=("age1team",), plain=plain.manifest.digests)
    manifest = plain.manifest.model_copy(update={"encryption": sealed, "name": "x/y/z.age"})
    found = report(
        exports=(plain, plain.model_copy(update={"manifest": manifest})),
        instances=(instance(key_id="k-1"),),
    )
    said = answer(found, "encrypted")
    assert said.answer == (
        "At rest: 1 instances with a key of the customer's, 0 with one of Aura's. "
        "Exports: 1 of 2 are encrypted, for age1team."
    )
    assert said.evidence[0] == "own key k-1"


def test_an_instance_that_was_deleted_in_the_period_still_stands_there() -> None:
    summary = InstanceSummary(id=InstanceId("b0000002"), name="old-prod", project_id=ProjectId("p"))
    watched = Sighting(instance=summary, environment="production").gone(at=NOW)
    lost = export(taken=NOW, stored=NOW, instance_id=InstanceId("c0000003"))
    found = report(
        taken(NOW), exports=(lost,), instances=(), setting=with_setting(sights=(watched,))
    )
    assert [(x.id, x.there, x.taken) for x in found.instances] == [
        ("b0000002", False, 0),
        ("c0000003", False, 0),
        ("ab12cd34", False, 1),
    ]
    assert "Never proven" not in answer(found, "tested").answer  # there is nothing left to prove


def alert(opened: datetime, cleared: datetime | None) -> Alert:
    late = Condition(
        key="clock:x",
        kind=AlertKind.CLOCK,
        severity=Severity.WARNING,
        name="orders-prod",
        what="too old",
        mend="-",
    )
    return Alert(condition=late, opened_at=opened, cleared_at=cleared)


def test_alerts_that_were_open_in_the_period_are_told_with_their_references() -> None:
    day = timedelta(days=1)
    found = report(
        setting=with_setting(
            alerts=(
                ("alt-4", alert(UNTIL, None)),
                ("alt-3", alert(NOW, None)),
                ("alt-2", alert(SINCE - day, SINCE + day)),
                ("alt-1", alert(SINCE - 2 * day, SINCE - day)),
            )
        )
    )
    assert [line.id for line in found.alerts] == ["alt-2", "alt-3"]
    said = answer(found, "refusals")
    assert "2 alerts were open in it, 1 of them still are." in said.answer
    assert said.evidence == ("alt-2", "alt-3")


def test_a_restore_that_nobody_approved_is_named() -> None:
    lone = restored()
    bare = lone.model_copy(update={"history": lone.history[1:]})
    assert answer(report(bare), "authorised").answer == (
        "1 were asked for, 1 done; without an approver: rst-1."
    )


def test_every_answer_names_what_it_rests_on() -> None:
    day = {instance().id: {NOW.date(): 3}}
    held = export(taken=NOW, stored=NOW, instance_id=instance().id)
    found = report(
        taken(NOW),
        restored(),
        exports=(held,),
        entries=(entry(2, "restore.approve", Verdict.DENIED),),
        setting=with_setting(seen=day),
    )
    without = [a.question for a in found.answers if not a.evidence]
    assert without == ["Are copies encrypted, and for whom?", "Is it tested that backups restore?"]
    for said in found.answers:
        assert "[" not in said.answer


def test_where_nothing_is_recorded_it_says_so() -> None:
    empty = report(setting=Setting())
    assert (
        answer(empty, "backup policy").answer == "No schedule is configured for this environment."
    )
    assert "all copies are within Aura" in answer(empty, "apart from").answer
    assert "The watch saw none" in answer(empty, "as the policy says").answer
    assert "Without any record: orders-prod (ab12cd34)." in (
        answer(empty, "as the policy says").answer
    )
    assert answer(empty, "How long are copies").answer == (
        "No length is asked for. There is no vault."
    )
    assert answer(empty, "does a restore take").answer == "Nothing was restored in the period."
    assert "0 drills ended" in answer(empty, "tested").answer
    assert empty.instances[0].longest is None


def test_a_broken_chain_stands_in_the_answer() -> None:
    broken = Chain(entries=7, head="a" * 64, broken_at=3)
    assert answer(report(chain=broken), "log").answer == "The chain is broken from entry 3 on."
    assert "is whole" in answer(report(), "log").answer


def test_many_ids_are_counted_after_the_first_ones() -> None:
    many = [taken(NOW, name=f"snp-{n:03}") for n in range(MOST_IDS + 5)]
    assert answer(report(*many), "as the policy says").evidence[-1] == "and 5 more"
