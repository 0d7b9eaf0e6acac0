"""The thread's lines: one for each event worth telling; ends have a message of their own."""

from bot.core.operations import Gated, Recorded
from bot.core.operations import events as e
from bot.views.kinds import of, words
from bot.views.kit import Message, code, moment, section, user
from bot.views.upload_words import by_command
from bot.views.words import called, sentence


def milestone(op: Gated, index: int) -> Message | None:
    """Return the thread line for one event of the history, or None when it needs none."""
    if op.final and index == len(op.history) - 1:
        return None  # the ending tells it
    text = _line(op, op.history[index], index)
    return Message(text=text, blocks=(section(text),)) if text else None


def _line(op: Gated, recorded: Recorded, index: int) -> str | None:
    instance = called(op.plan.instance)
    match recorded.event:
        case e.Seconded(by=by):
            given = sum(isinstance(r.event, e.Seconded) for r in op.history[: index + 1])
            return (
                f"👍 {user(by.user_id)} approved at {moment(recorded.at)}: {given} of "
                f"{op.plan.quorum}. {op.plan.quorum - given} more needed; nothing has been "
                "changed yet."
            )
        case e.Approved(by=by):
            then = f"the {op.NOUN} goes ahead" if op.plan.waiver else words(op).first
            if by_command(op) and not op.plan.waiver:
                then = "the safety snapshot is taken"
            return (
                f"✅ {user(by.user_id)} approved at {moment(recorded.at)}, which makes "
                f"{op.plan.quorum} of {op.plan.quorum}. After one more check {then}."
            )
        case e.TransferBegun() if by_command(op):
            return (
                f"📤 The file is laid ready for `neo4j-admin`. {instance} is not touched by that."
            )
        case e.TransferFinished() if by_command(op):
            return f"✅ The file lies ready. Nothing was sent to Aura yet.{words(op).arrived(op)}"
        case e.TransferBegun():
            return (
                f"📤 The file is on its way to Aura's storage, for {instance}. The instance itself "
                "is not touched by that."
            )
        case e.TransferFinished():
            arrived = "✅ The file has arrived in Aura's storage."
            return f"{arrived} {instance} is not changed yet.{words(op).arrived(op)}"
        case e.SafetyWaived():
            return f"⚠ No safety snapshot of {instance} is taken, as the approved plan says."
        case e.SnapshotStarted(snapshot_id=snapshot_id, adopted=adopted):
            found = " (found again after an interruption)" if adopted else ""
            return (
                f"📸 Aura is taking the safety snapshot {code(snapshot_id, 80)} of {instance}"
                f"{found}. The {op.NOUN} waits for it; nothing has been changed yet."
            )
        case e.SnapshotCompleted(snapshot_id=snapshot_id):
            return (
                f"✅ The safety snapshot {code(snapshot_id, 80)} is complete: there is a way back."
            )
        case e.RestoreIntended():
            return (
                f"▶ The {of(op)} begins now. It goes offline, and its present data "
                "is replaced. It is too late to cancel."
            )
        case e.RestoreStarted(adopted=False) if by_command(op):
            return (
                f"▶ `neo4j-admin` was started: it sends the file, and {instance} loads it. "
                "I tell you here when it runs again."
            )
        case e.RestoreStarted(request_id=request_id, adopted=adopted):
            doing = f"Aura was found {words(op).doing.format(instance)}"
            how = doing if adopted else f"Aura accepted the {of(op)}"
            asked = f" Aura's request id: {code(request_id, 80)}." if request_id else ""
            return f"▶ {how}.{asked} I tell you here when it runs again."
        case e.Interrupted(reason=reason):
            return (
                f"❓ Aura's answer to the {op.NOUN} call for {instance} was lost. "
                f"{sentence(reason)} I look at the instance and send nothing again."
            )
        case e.OutcomeUnknown(reason=reason):
            return (
                f"❓ I cannot tell how the {of(op)} stands. {sentence(reason)} "
                "Nothing is sent again; an approver is asked in the alert channel to look."
            )
        case e.SettledRan(by=by):
            return (
                f"🔎 {user(by.user_id)} looked and says: the {op.NOUN} ran. I watch it to its end."
            )
        case e.RestoreFinished():
            return f"✅ {instance} is running again. One more reading confirms it."
        case _:
            return None
