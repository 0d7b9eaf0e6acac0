"""Every view of an upload, with the text in every place it can take."""

from collections.abc import Iterator

from bot.core.backups import Inspection, Kind, StoreFormat
from bot.core.environments import Environment
from bot.core.instances import Instance, Project
from bot.core.operations import Upload, advance
from bot.core.operations import events as e
from bot.core.plan import UploadPlan, Waiver
from bot.core.uploads import BackupFile, Exported, Reading
from bot.views import forms, jobs, operations, upload
from bot.views.kit import Message, View
from tests.views.samples import APPROVER, LINK, NOW, REQUESTER, minutes, plan


def uploads(said: str, instance: Instance) -> Iterator[Upload]:
    """An upload at each turn of its life."""
    inspection = Inspection(
        kind=Kind.BACKUP,
        form="BZV3",
        size=10**12,
        compressed=True,
        database=said,
        taken_at=NOW,
        full=True,
        recovered=False,
        highest_transaction=10**15,
        store=StoreFormat(engine=said, name=said, major=1, minor=1),
        unpacked=10**13,
        with_users=True,
    )
    file = BackupFile(
        place="vault",
        name=said,
        sha256="0" * 64,
        crc32=0,
        inspection=inspection,
        exported=Exported(environment=said, instance_id=instance.id, instance_name=said),
    )
    facts = plan().model_dump(exclude={"kind", "snapshot", "rehearsed"}) | {
        "instance": instance,
        "project": Project(id=plan().project.id, name=said),
        "environment": said,
        "reason": said,
        "file": file,
    }
    for waiver in (None, Waiver(obstacle=said, reason=said)):
        fields = {k: v for k, v in facts.items() if k in UploadPlan.model_fields}
        sealed = UploadPlan.model_validate(fields | {"waiver": waiver})
        op = Upload(
            id=sealed.operation_id,
            environment=said,
            requester=REQUESTER,
            instance_id=instance.id,
            channel="C01",
            created_at=NOW,
            plan=sealed,
        )
        yield op
        yield advance(op, e.Denied(by=APPROVER, reason=said), now=minutes(1))
        approved = e.Approved(by=APPROVER, seal=sealed.seal)
        sent: tuple[e.Event, ...] = (
            approved,
            e.TransferBegun(),
            e.Transferred(sent=10**11),
            e.TransferFinished(),
        )
        for number, event in enumerate(sent):
            op = advance(op, event, now=minutes(number + 1))
            yield op
        yield advance(op, e.StepFailed(reason=said, hint=said, request_id=said), now=minutes(9))


def views(
    said: str, instance: Instance, environment: Environment
) -> Iterator[tuple[str, Message | View]]:
    """Everything that is shown of uploads."""
    now = minutes(20)
    by_command = instance.model_copy(update={"cloud": "azure"})
    for op in [*uploads(said, by_command), *uploads(said, instance)]:
        name = f"upload ({op.plan.instance.cloud}) {op.phase}"
        yield f"card: {name}", operations.card(op, now=now)
        yield f"alert: {name}", operations.alert(op, link=LINK, now=now)
        yield f"receipt: {name}", operations.receipt(op, link=LINK)
        yield f"job: {name}", jobs.shown(op, link=LINK, now=now)
        yield f"gate: {name}", operations.gate(op, now=now)
        yield f"invitation: {name}", operations.invitation(op, link=LINK)
        yield f"deny: {name}", forms.deny_form(op)
        yield f"sent: {name}", upload.FORM.sent_view(op, link=LINK)
        if op.final:
            yield f"ending: {name}", operations.ending(op, now=now)
        for index in range(len(op.history)):
            if line := operations.milestone(op, index):
                yield f"milestone {index}: {name}", line
    facts = upload.UploadFacts(
        instance=instance,
        project=Project(id=plan().project.id, name=said),
        environment=environment,
        name=said,
        place="vault",
        exported=op.plan.file.exported,
        inspection=op.plan.file.inspection,
        holds_data=True,
        obstacle=said,
        now=NOW,
    )
    yield "upload form", upload.form(facts, draft_id="d")
    yield "upload doorway", upload.doorway(instance, file=said[:200], draft_id="d")
    reading = Reading(operation_id=op.id, person=REQUESTER, instance=instance, file=said, since=NOW)
    yield "upload unread", upload.unread(reading)
    yield "upload loading", upload.FORM.loading_view(draft_id="d")
    yield "upload sending", upload.FORM.sending_view(draft_id="d")
