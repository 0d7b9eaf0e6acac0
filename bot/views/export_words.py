"""Sentences about an export, and what a person does in the console."""

from datetime import datetime

from pydantic import SecretStr

from bot.core.exports import Way
from bot.core.operations import Export
from bot.core.operations import events as e
from bot.core.operations.export import ExportPhase as P
from bot.views.kit import Block, Message, ago, clean, code, moment, section, user
from bot.views.words import called, sentence


def tell(op: Export) -> str:
    """Say where an export stands: what happened, what it means, what is next."""
    instance = called(op.plan.instance)
    match op.phase:
        case P.ACCEPTED | P.SNAPSHOTTING:
            return (
                f"{user(op.requester.user_id)} exports {instance} into the vault. "
                "First its snapshot is made ready; the instance stays online."
            )
        case P.PICKED | P.CREATING | P.LOADING:
            return (
                f"The snapshot of {instance} is complete. A scratch instance is made of it, "
                "and your instance is not touched."
            )
        case P.AWAITING_FILE:
            until = f" until {moment(op.until)}" if op.until else ""
            return (
                f"The snapshot of {instance} can be exported in Aura's console. The file is "
                f"waited for{until}; the steps are below."
            )
        case P.CLOSING:
            return (
                f"The time to bring the file of {instance} is up, and no more is taken. One that "
                "is on its way may still arrive; the thread tells the end."
            )
        case P.READING:
            return f"The graph of {instance} is read out of a scratch instance into the vault."
        case P.DONE | P.CLEANING:
            return _kept(op)
        case P.CANCELLED | P.WITHDRAWING:
            return f"The export of {instance} was cancelled. Nothing is kept of it in the vault."
        case _:
            return _failed(op)


def steps(op: Export, *, now: datetime) -> list[Block]:
    """Say what to do in the console, step by step.

    https://neo4j.com/docs/aura/managing-instances/backup-restore-export/
    """
    plan, snapshot = op.plan, op.snapshot
    taken = f" of {moment(snapshot.taken_at)}" if snapshot else ""
    by_hand = code(f"savepoint vault bring FILE {op.id}", 200)
    hand = (
        f"5. Press *Upload address…* below and send the file as it says, or have whoever runs "
        f"Savepoint do {by_hand}."
        if plan.public
        else f"5. Give the file to whoever runs Savepoint, for {by_hand}. (The bot has no public "
        "address, so it can offer no upload address.)"
    )
    deadline = f" (in {ago(now, op.until).removesuffix(' ago')})" if op.until else ""
    page = plan.rules.console(plan.project.id, op.instance_id, op.snapshot_id)
    lines = [
        f"1. Open <{page}|the Aura console>, project {clean(plan.project.name, 80)}.",
        f"2. On {called(plan.instance)}: *…* → *Inspect* → *Snapshots*.",
        f"3. Find the snapshot{taken}: {code(op.snapshot_id or '', 80)}.",
        "4. *…* beside it → *Export*, and wait for the download. Keep the file as it is.",
        hand,
        f"It must be in by {moment(op.until)}{deadline}." if op.until else "",
    ]
    return [section("*In the console*\n" + "\n".join(line for line in lines if line))]


def address(op: Export, secret: SecretStr) -> Message:
    """Whisper an upload address to the one who asked for it: whoever has it can upload."""
    url = secret.get_secret_value()
    until = f"until {moment(op.until)}" if op.until else "for a while"
    text = (
        f"Upload address for the export of {called(op.plan.instance)}, good for one file, {until}. "
        "Whoever knows it can upload, so pass it to nobody."
    )
    command = f"```curl --fail-with-body --upload-file FILE '{url}'```"
    after = (
        "The answer says whether the file was the right one. A wrong or broken one is refused, "
        "nothing is lost, and the address stays good."
    )
    return Message(text=text, blocks=(section(text), section(command), section(after)))


def _kept(op: Export) -> str:
    kept, instance = op.stored, called(op.plan.instance)
    if kept is None:
        return f"The export of {instance} is in the vault."
    what = "The backup file"
    tail = "It was checked against the snapshot, hashed and read back."
    if op.plan.way is Way.ARCHIVE:
        what, counts = "The archive", kept.counts
        tail = "Users, roles and settings are not part of it."
        if counts:
            compared = f"{clean(kept.compared, 300)} " if kept.compared else ""
            tail = (
                f"{counts.nodes:,} nodes and {counts.relationships:,} relationships, the same in "
                f"the scratch instance before and after the reading. {compared}{tail}"
            )
    sealed = ", encrypted" if kept.encrypted else ", not encrypted: no key is configured"
    return f"{what} of {instance} is in the vault as {code(kept.export_id)}{sealed}. {tail}"


def _failed(op: Export) -> str:
    failed = op.last(e.StepFailed)
    reason = failed.reason if failed else "no reason is recorded"
    hint = failed.hint if failed and failed.hint else "Please ask again."
    return (
        f"The export of {called(op.plan.instance)} failed. {sentence(reason, 300)} Nothing is "
        f"kept of it in the vault, and the instance was not changed. {sentence(hint, 300)}"
    )
