"""Every message and view once, with one text from outside put wherever the outside has a say."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bot.core.alerts import Alert, Condition, Kind, Severity
from bot.core.base import InstanceId, OperationId, SnapshotId
from bot.core.drills import Outcome
from bot.core.environments import Environment
from bot.core.errors import BotError
from bot.core.exports import Estimate, Way
from bot.core.instances import Instance, Project
from bot.core.operations import AnyOperation, Export, Restore
from bot.core.operations import events as e
from bot.core.plan import Rehearsed, Waiver
from bot.core.signed import examine, signed
from bot.core.snapshots import Exportable, Snapshot, SnapshotNote
from bot.views import (
    alarms,
    evidence_window,
    forms,
    instances,
    jobs,
    operations,
    overwrite,
    snapshots,
)
from bot.views import restore as modal
from bot.views.instances import InstanceRow
from bot.views.kit import Message, View
from tests.core.evidences import KEY, evidence
from tests.core.export_samples import ARCHIVED, CLOSED, GUIDED, export
from tests.core.samples import instance as sample
from tests.views import board_views, upload_views, vault_views
from tests.views.drill_views import drill, drills, last, line
from tests.views.samples import (
    APPROVER,
    COMPLETED,
    INTENDED,
    LINK,
    NOW,
    PRODUCTION,
    REQUESTER,
    STARTED,
    approval,
    instance,
    minutes,
    plan,
    restore,
    take,
    taken,
    to_done,
    to_ready,
    to_restoring,
)

Shown = tuple[str, Message | View]
#: The instance of the exports, whose snapshot it must be.
OF = sample().id


def restores(said: str) -> Iterator[Restore]:
    """A restore at each turn of its life, with the text in every place it can take."""
    of = plan(
        instance=stranger(said),
        project=Project(id=plan().project.id, name=said),
        environment=said,
        reason=said,
    )
    bare = of.model_copy(update={"waiver": Waiver(obstacle=said, reason=said)})
    failed = e.StepFailed(reason=said, hint=said, request_id=said)
    lost = e.Interrupted(reason=said, request_id=said)
    unknown = e.OutcomeUnknown(reason=said)
    stuck = (*to_ready(of), e.RestoreIntended(status_before=said), lost, unknown)
    for events in (
        (),
        (e.Denied(by=APPROVER, reason=said),),
        (e.Cancelled(by=REQUESTER),),
        (e.Expired(),),
        (e.Voided(differences=(said,) * 20),),
        (approval(of), failed),
        to_ready(of),
        stuck,
        (*stuck, e.SettledRan(by=APPROVER)),
        (*stuck, e.SettledNotRun(by=APPROVER)),
        (*to_ready(of), INTENDED, e.RestoreRefused(reason=said, hint=said, request_id=said)),
        (*to_restoring(of), failed),
        to_done(of),
        (*to_done(of)[:-1], e.ChecksFailed(checks=(line(said),) * 30, reason=said)),
    ):
        yield restore(*events, plan=of)
    yield restore(plan=bare)
    rehearsed = Rehearsed(
        operation_id=OperationId("drl-9k2m4c7x"), outcome=said, at=NOW, passed=6, checks=7
    )
    yield restore(plan=of.model_copy(update={"rehearsed": rehearsed}))
    yield restore(approval(bare), e.SafetyWaived(), plan=bare)


def exports(said: str) -> Iterator[Export]:
    """An export both ways, with the text in every place it can take."""
    failed = e.StepFailed(reason=said, hint=said)
    for way, lives in ((Way.GUIDED, GUIDED), (Way.ARCHIVE, ARCHIVED)):
        facts: dict[str, Any] = {
            "way": way,
            "instance": stranger(said, id=OF),
            "project": Project(id=plan().project.id, name=said),
            "environment": said,
        }
        if way is Way.ARCHIVE:
            facts["estimate"] = Estimate(size=said, cost=said, lives_minutes=240)
        for events in (
            *(lives[:n] for n in range(len(lives) + 1)),
            (failed,),
            (e.Cancelled(by=REQUESTER),),
        ):
            yield export(*events, **facts)
    refused = e.FileRefused(reason=said, hint=said)
    yield export(*GUIDED[:2], refused, e.Reminded(), public=False)
    yield export(*GUIDED[:2], CLOSED, refused)
    left = e.ScratchLeft(name=said, reason=said)
    yield export(*ARCHIVED[:3], failed, left, way=Way.ARCHIVE)


def stranger(said: str, **changes: Any) -> Instance:
    """An instance whose every word comes from outside."""
    words = {"name": said, "memory": said, "storage": said, "cdc_mode": said, "region": said}
    return instance(**{**words, "tier": said, "status": said, "cloud": said, **changes})


def rows(said: str, count: int) -> list[InstanceRow]:
    """Many instances, each in an environment of its own."""
    return [
        InstanceRow(
            instance=stranger(said, id=InstanceId(f"{n:08x}")),
            environment=f"{n} {said}" if n else None,
            newest=taken(profile=said) if n % 2 else None,
            trouble=said,
            drill=last(said, list(Outcome)[n % 4]) if n % 5 else None,
        )
        for n in range(count)
    ]


def history(said: str, count: int) -> list[Snapshot]:
    """Many snapshots, one every eight hours."""
    return [
        taken(
            id=SnapshotId(f"snap-{n}"),
            taken_at=NOW - timedelta(hours=8 * n),
            profile=said,
            status="Completed" if n % 3 else said,
            exportable=list(Exportable)[n % 3],
        )
        for n in range(count)
    ]


def every(said: str, *, fleet: int = 3, many: int = 5) -> Iterator[Shown]:
    """Yield each view by name."""
    ops: list[AnyOperation] = [*restores(said)]
    taking = {"note": said, "name": said, "tier": said}
    failed = e.StepFailed(reason=said, hint=said, request_id=said)
    ops += [take(*events, **taking) for events in ((), (STARTED,), (STARTED, COMPLETED), (failed,))]
    ops += exports(said)
    ops += [*drills(said, stranger(said))]
    ops += vault_views.operations(said)
    for op in ops:
        yield from _of(op)
    yield from vault_views.views(said, many=many)
    yield "evidence, loading", evidence_window.loading()
    yield "broken", evidence_window.broken(BotError(said, hint=said))
    for asked, outcome in ((said, said), (said * 400, "proven")):
        record = evidence(outcome=outcome, checks=(line(asked),) * 3, environment=said)
        file = signed(record, KEY)
        yield "evidence", evidence_window.shown(examine(file), file)
    error = BotError(said, hint=said)
    yield "note", operations.note(error)
    yield "sentence", operations.note(said)
    yield "loading", modal.FORM.loading_view(draft_id="d")
    yield "choose", modal.choose(draft_id="d")
    yield "broken", modal.FORM.broken_view(error, draft_id="d")
    rehearsal = drill(said, stranger(said))
    yield "rehearsing", modal.submitted(rehearsal, link=LINK)
    yield "rehearsing, no link", modal.submitted(rehearsal, link=None)
    strict = Environment(
        **{**PRODUCTION.model_dump(), "name": said, "confirm_instance_suffix": True}
    )
    for snapshot in (None, taken(profile=said)):
        wide = overwrite.OverwriteFacts(
            target=stranger(said),
            environment=strict,
            project=Project(id=plan().project.id, name=said),
            source=stranger(said, tier=f"{said}!", id=InstanceId("0d5e7a12")),
            source_environment=None,
            snapshot=snapshot,
            now=NOW,
            drill=last(said, Outcome.NOT_PROVEN) if snapshot else None,
        )
        yield "overwrite", overwrite.form(wide, draft_id="d")
    yield "overwrite doorway", overwrite.doorway(stranger(said), stranger(said), snapshot="s")
    for environment in (strict, None):
        facts = modal.RestoreFacts(
            instance=stranger(said),
            project=Project(id=plan().project.id, name=said),
            environment=environment,
            snapshot=taken(profile=said),
            obstacle=said,
            now=NOW,
            drill=last(said, Outcome.NOT_PROVEN if environment else Outcome.PROVEN),
            rehearsal=said,
        )
        yield "form", modal.form(facts, draft_id="d")
    project = Project(id=plan().project.id, name=said)
    fleet_rows = rows(said, fleet)
    yield "instances", instances.listing(fleet_rows, now=NOW)
    yield (
        "instance",
        instances.shown(fleet_rows[-1], project=project, running=restore(), now=NOW),
    )
    yield from _snapshots(said, many)
    yield from _alarms(said)
    yield from upload_views.views(said, stranger(said), strict)
    yield "jobs", jobs.listing(ops * (1 + fleet // 20), now=NOW)
    yield from board_views.views(said, ops, [row.instance for row in fleet_rows])


def _alarms(said: str) -> Iterator[Shown]:
    condition = Condition(
        key="key",
        kind=Kind.CLOCK,
        severity=Severity.CRITICAL,
        environment=said,
        instance_id=InstanceId("a0000001"),
        name=said,
        what=said,
        means=said,
        mend=said,
    )
    alert = Alert(condition=condition, opened_at=NOW, acknowledged_by=REQUESTER)
    for kind in Kind:
        alert = alert.model_copy(update={"condition": condition.model_copy(update={"kind": kind})})
        over = alert.model_copy(update={"cleared_at": minutes(20)})
        yield f"alarm: {kind}", alarms.head(alert, alert_id="alt-1", call="")
        yield f"alarm over: {kind}", alarms.head(over, alert_id="alt-1", call="")
        yield f"all clear: {kind}", alarms.all_clear(over)
    yield "alarm update", alarms.update(alert)
    yield "alarm calls", alarms.escalation(alert, call="", now=minutes(20))
    for answer in (alarms.acknowledged, alarms.assigned, alarms.snoozed):
        yield f"alarm {answer.__name__}", answer(alert)


def _of(op: AnyOperation) -> Iterator[Shown]:
    now, name = minutes(20), f"{op.kind} {op.phase}"
    yield f"card: {name}", operations.card(op, now=now)
    yield f"alert: {name}", operations.alert(op, link=LINK, now=now)
    yield f"receipt: {name}", operations.receipt(op, link=LINK)
    yield f"job: {name}", jobs.shown(op, link=LINK, now=now)
    if op.final:
        yield f"ending: {name}", operations.ending(op, now=now)
    lines = [operations.milestone(op, index) for index in range(len(op.history))]
    told = [line for line in lines if line]
    yield from ((f"milestone {index}: {name}", line) for index, line in enumerate(told))
    if told:
        yield f"meanwhile: {name}", operations.meanwhile(told[:20])
    if isinstance(op, Restore):
        yield f"gate: {name}", operations.gate(op, now=now)
        yield f"invitation: {name}", operations.invitation(op, link=LINK)
        yield f"unseen: {name}", operations.unseen(op)
        yield f"deny: {name}", forms.deny_form(op)


def _snapshots(said: str, many: int) -> Iterator[Shown]:
    found = history(said, many)
    days = {s.taken_at.date(): () for s in found}
    for each in found:
        days[each.taken_at.date()] = (*days[each.taken_at.date()], each)  # type: ignore[assignment]
    notes = {
        s.id: SnapshotNote(
            snapshot_id=s.id, instance_id=s.instance_id, by=REQUESTER, at=NOW, note=said
        )
        for s in found
    }
    for page, only in ((0, False), (1, False), (0, True)):
        listing = snapshots.listing(
            stranger(said),
            days,
            notes=notes,
            page=page,
            listing_id="ls",
            exportable_only=only,
            now=NOW,
            drill=last(said, Outcome.COULD_NOT_RUN),
        )
        yield f"snapshots {page} {only}", listing
    for one in found[:3]:
        drilled = last(said, Outcome.NOT_PROVEN)
        shown = snapshots.shown(stranger(said), one, notes[one.id], now=NOW, drill=drilled)
        yield f"snapshot {one.id}", shown
