"""The vault in Slack: all exports, one of them, and what retention would take."""

from datetime import datetime

from bot.core.vault import Contents, Expiry, Export, Protection
from bot.views.kit import (
    Message,
    ago,
    bold,
    clean,
    code,
    context,
    fields,
    header,
    moment,
    section,
    user,
)
from bot.views.vault_text import protected, reasons, size, state
from bot.views.words import aged, count, fitting, pack, quote

_LETTERS = 10_000
_EMPTY = "The vault is empty, or holds nothing of an environment that you may look at."


def listing(contents: Contents, *, now: datetime) -> Message:
    """List the exports, newest first, and what is none."""
    if not (contents.exports or contents.debris or contents.unreadable):
        return Message(text=_EMPTY, blocks=(section(_EMPTY),))
    lines = [line(export, now) for export in contents.exports]
    fits = fitting(lines, most=_LETTERS)
    total = size(sum(export.manifest.digests.size for export in contents.exports))
    text = f"{count(len(lines), 'export')} in the vault, {total}."
    blocks = [header(f"🗄 {text.rstrip('.')}"), *pack(lines[:fits])]
    if fits < len(lines):
        older = f"… and {len(lines) - fits} older ones that do not fit here; "
        blocks.append(section(f"{older}`savepoint vault list` shows all."))
    strange = len(contents.debris) + len(contents.unreadable)
    if strange:
        text = f"{text} {count(strange, 'other thing')} in it."
        blocks.append(section(_strange(contents, now)))
    blocks.append(
        context("One of them: `/aura vault show` and its id. Times are those of the data.")
    )
    return Message(text=text, blocks=tuple(blocks))


def line(export: Export, now: datetime) -> str:
    """Show an export in one line."""
    m = export.manifest
    said = state(export)
    marked = f" · *{said}*" if said else ""
    return (
        f"• {code(export.id)} {bold(m.instance_name, 80)} {code(m.instance_id, 40)} · "
        f"{clean(m.environment, 60)} · {m.kind} · {aged(m.taken_at, now)} · "
        f"{size(m.digests.size)}{marked}"
    )


def shown(export: Export, protection: Protection, *, now: datetime) -> Message:
    """Show everything that is known of one export."""
    m = export.manifest
    name = f"{clean(m.instance_name, 80)} ({clean(m.instance_id, 40)})"
    how = state(export) or "whole"
    text = f"Export {export.id} of {name}, data of {moment(m.taken_at)}: {how}."
    who = user(m.who.user_id) if m.who else clean(m.by, 80) or "unknown"
    blocks = [
        header(f"🗄 Export {export.id}"),
        fields(
            [
                ("Instance", f"{bold(m.instance_name, 80)} {code(m.instance_id, 40)}"),
                ("Environment", clean(m.environment, 60)),
                ("Data of", aged(m.taken_at, now)),
                ("Stored", aged(m.stored_at, now)),
                ("Kind", f"{m.kind} `.{clean(m.extension, 20)}`"),
                ("Size", f"{size(m.digests.size)} ({m.digests.size:,} bytes)"),
                ("Snapshot", code(m.snapshot_id, 80) if m.snapshot_id else "none: from elsewhere"),
                ("Stored by", who),
                ("Last read as a whole", aged(export.verified_at, now)),
                ("State", how),
            ]
        ),
        section(f"*Reason*\n{quote(m.why)}"),
        section(f"*SHA-256* {code(m.digests.sha256)}\n*CRC-32* {code(m.digests.crc32)}"),
        section(f"*Encryption* {_encryption(export)}"),
        section(f"*Hold* {_hold(export, now)}"),
    ]
    if export.check is not None and export.check.why:
        blocks.append(section(f"⚠ *Damaged:* {clean(export.check.why)}. Do not count on it."))
    blocks += [section(f"• {clean(note)}") for note in m.notes[:10]]
    blocks.append(context(f"Stands at {code(m.name, 250)}", clean(protected(protection))))
    return Message(text=text, blocks=tuple(blocks))


def expiry(found: Expiry, *, asked: bool, now: datetime) -> Message:
    """Show what the next pass would delete, and why the rest stays."""
    every = len(found.going) + len(found.staying)
    text = f"Retention would delete {len(found.going)} of {count(every, 'export')}."
    done = "Nothing was deleted by this: the bot's own daily pass deletes, each after its record."
    lines = [f"🗑 {_brief(export, now)}: no rule keeps it" for export in found.going]
    lines += [
        f"• {_brief(export, now)}: stays, {reasons(found.why.get(export.name, ()))}"
        for export in found.staying
    ]
    fits = fitting(lines, most=_LETTERS)
    blocks = [header(f"🗄 {text.rstrip('.')}"), *pack(lines[:fits])]
    if fits < len(lines):
        left = f"… and {len(lines) - fits} more; `savepoint vault expire --dry-run` shows all."
        blocks.append(section(left))
    if found.abandoned:
        text = f"{text} {count(len(found.abandoned), 'unfinished upload')} would be cleared."
        blocks.append(
            section(
                f"{count(len(found.abandoned), 'unfinished upload')} or deletion older than a day "
                "would be cleared away."
            )
        )
    blocks.append(context(done if asked else f"{done} `--dry-run` says so, too."))
    return Message(text=f"{text} {done}", blocks=tuple(blocks))


def _brief(export: Export, now: datetime) -> str:
    m = export.manifest
    where = f"{clean(m.environment, 60)}/{clean(m.instance_name, 80)}"
    return f"{code(export.id)} {where}, {ago(m.taken_at, now)}, {size(m.digests.size)}"


def _strange(contents: Contents, now: datetime) -> str:
    lines = []
    for debris in contents.debris[:5]:
        after = "cleared a day after it began" if debris.claimed else "never touched"
        lines.append(
            f"• {code(debris.name, 200)}: {clean(debris.why, 200)}, {size(debris.size)}, "
            f"{ago(debris.since, now)}; {after}"
        )
    lines += [f"• {code(n, 200)}: its manifest cannot be read" for n in contents.unreadable[:5]]
    more = len(contents.debris) + len(contents.unreadable) - len(lines)
    lines += [f"• … and {more} more"] if more > 0 else []
    return "*No exports, but there:*\n" + "\n".join(lines)


def _encryption(export: Export) -> str:
    seal = export.manifest.encryption
    if seal is None:
        return "none: whoever reads the store reads the data"
    to = ", ".join(code(recipient, 120) for recipient in seal.recipients[:5])
    return f"{clean(seal.scheme, 20)} to {to}; {seal.plain.size:,} bytes decrypted"


def _hold(export: Export, now: datetime) -> str:
    if export.hold is None:
        return "none: retention may delete it when its time has come"
    hold = export.hold
    who = user(hold.who.user_id) if hold.who else clean(hold.by, 80) or "unknown"
    return f"since {aged(hold.at, now)} by {who}; it does not expire\n{quote(hold.why)}"
