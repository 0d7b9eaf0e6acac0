"""What a pipeline gets: a message as plain text, and an operation as a few fields of JSON."""

import re
from html import unescape

from bot.core.base import SnapshotId
from bot.core.operations import Drill, Export, Operation, Restore, TakeSnapshot
from bot.core.operations import events as e
from bot.core.report_lines import DONE
from bot.core.snapshots import Snapshot
from bot.views.kit import Block, Message


def plain(message: Message) -> str:
    """Return what a message says, line by line, without Slack's marks; buttons are left out."""
    lines = [line for block in message.blocks for line in _lines(block)]
    return "\n".join(lines) or _text(message.text)


def _lines(block: Block) -> list[str]:
    match block["type"]:
        case "header":
            return [_text(block["text"]["text"])]
        case "section":
            texts = [block["text"]] if "text" in block else []
            return [_text(t["text"]) for t in (*texts, *block.get("fields", ()))]
        case "context":
            return [_text(element["text"]) for element in block["elements"] if "text" in element]
        case _:
            return []


def _text(mrkdwn: str) -> str:
    words = re.sub(r"<[^<>|]*\|([^<>]*)>", r"\1", mrkdwn)  # links keep their words
    words = re.sub(r"<([@#])([A-Z0-9]+)>", r"\1\2", words)
    words = re.sub(r"(?<!\w)\*([^*\n]+)\*(?!\w)", r"\1", words)
    return unescape(words.replace("`", ""))


def state(op: Operation, *, link: str | None) -> dict[str, object]:
    """Return where an operation stands: ids, phase, times in ISO 8601, and why it failed."""
    kind = getattr(op, "kind", "operation")
    return {
        "operation": op.id,
        "kind": kind,
        "phase": str(op.phase),
        "final": op.final,
        "ok": op.final and str(op.phase) in DONE,
        "instance": op.instance_id,
        "environment": op.environment,
        "snapshot": _snapshot(op),
        "asked_at": op.created_at.isoformat(),
        "ended_at": op.ended_at.isoformat() if op.ended_at else None,
        "why": _why(op) if op.final else None,
        "link": link,
    }


def _snapshot(op: Operation) -> SnapshotId | None:
    match op:
        case TakeSnapshot() | Export():
            return op.snapshot_id
        case Restore():
            return op.plan.snapshot.id
        case Drill(snapshot=Snapshot() as tried):
            return tried.id
        case _:
            return None


def _why(op: Operation) -> str | None:
    """Return what went wrong: of a drill what its checks found, of others where they failed."""
    said = (
        op.last(e.DrillNotProven)
        or op.last(e.DrillCouldNotRun)
        or op.last(e.DrillWarned)
        or op.last(e.StepFailed)
        or op.last(e.RestoreRefused)
    )
    return said.reason if said else None
