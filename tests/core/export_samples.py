"""Exports for tests: plans, and the events of a whole one, each way."""

from datetime import timedelta
from typing import Any

from bot.core.archive import Counts
from bot.core.base import ChannelId, OperationId, SnapshotId
from bot.core.exports import Estimate, ExportPlan, Way, why
from bot.core.operations import Export, advance
from bot.core.operations import events as e
from tests.core.drill_samples import CREATED, GONE, PLANNED, RUNNING
from tests.core.samples import NOW, PROJECT, REQUESTER, instance, snapshot

PICKED = e.SnapshotPicked(snapshot=snapshot())
OPENED = e.UploadOpened(until=NOW + timedelta(hours=24))
CLOSED = e.UploadClosed()
STORED = e.ExportStored(
    export_id="exp-3f9a1c2b04",
    name="production/orders-prod-a1b2c3d4/20261122T074500Z-5afe.backup",
    stored_bytes=3 * 2**30,
    sha256="5e" * 32,
    encrypted=True,
)
READ = STORED.model_copy(update={"counts": Counts(nodes=41_200, relationships=180_000)})
PROGRESSED = e.Progressed(done=110_600, total=221_200)
REFUSED = e.FileRefused(reason="the file ends too early", hint="Fetch it again.")

GUIDED: tuple[e.Event, ...] = (PICKED, OPENED, REFUSED, e.Reminded(), STORED)
ARCHIVED: tuple[e.Event, ...] = (PICKED, PLANNED, CREATED, RUNNING, PROGRESSED, READ, GONE)


def export_plan(**facts: Any) -> ExportPlan:
    way = facts.get("way", Way.GUIDED)
    known = {
        "operation_id": OperationId("exp-1"),
        "requester": REQUESTER,
        "instance": instance(),
        "project": PROJECT,
        "environment": "production",
        "created_at": NOW,
        "way": way,
        "why": why(way),
        "wanted": snapshot().id,
        "estimate": Estimate(size="8GB", lives_minutes=240) if way is Way.ARCHIVE else None,
        "public": True,
    }
    return ExportPlan.model_validate(known | facts)


def export(*events: e.Event, **facts: Any) -> Export:
    """An export to which these things happened, a minute apart; ``facts`` go into its plan."""
    sealed = export_plan(**facts)
    op = Export(
        id=OperationId("exp-1"),
        environment=sealed.environment,
        requester=REQUESTER,
        instance_id=sealed.instance.id,
        channel=ChannelId("C0PROD"),
        created_at=NOW,
        plan=sealed,
    )
    for minute, event in enumerate(events, start=1):
        op = advance(op, event, now=NOW + timedelta(minutes=minute))
    return op


def other_snapshot() -> e.SnapshotPicked:
    return e.SnapshotPicked(snapshot=snapshot().model_copy(update={"id": SnapshotId("another")}))
