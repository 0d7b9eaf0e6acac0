"""The vault for a terminal: plain text, one export to a line or one fact to a line."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.core.vault import Contents, Debris, Expiry, Export, Manifest, Protection
from bot.views.kit import ago

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_WHY = {
    "held": "held",
    "damaged": "damaged: for a person to look at",
    "new": "too new to go",
    "no rules": "no rules for its environment",
    "copies": "among the last verified copies",
    "hourly": "newest of its hour",
    "daily": "newest of its day",
    "weekly": "newest of its week",
    "monthly": "newest of its month",
    "yearly": "newest of its year",
}


def size(count: int) -> str:
    """Say a number of bytes in binary units: `1.5 GiB`."""
    value, unit = float(count), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{count} B" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"


def reasons(why: Sequence[str]) -> str:
    """Say why an export stays."""
    return ", ".join(_WHY.get(each, each) for each in why)


def state(export: Export) -> str:
    """Say in a word or two how an export is."""
    words = []
    if not export.present:
        words.append("its data is missing or cut short")
    elif not export.sound:
        words.append("damaged")
    if export.hold is not None:
        words.append("held")
    if export.manifest.encryption is not None:
        words.append("encrypted")
    return ", ".join(words)


def listing(contents: Contents, now: datetime) -> str:
    """Render the whole vault: exports newest first, then what is none."""
    rows = [
        (
            export.id,
            export.manifest.environment,
            f"{export.manifest.instance_name} ({export.manifest.instance_id})",
            export.manifest.kind.value,
            stamp(export.manifest.taken_at),
            ago(export.manifest.taken_at, now),
            size(export.manifest.digests.size),
            state(export),
        )
        for export in contents.exports
    ]
    lines = _table(rows) or ["the vault is empty"]
    for debris in contents.debris:
        lines.append(f"no export: {debris.name}: {_debris(debris, now)}")
    lines += [f"no export: {name}: its manifest cannot be read" for name in contents.unreadable]
    return _plain(lines)


def facts(export: Export, protection: Protection, now: datetime) -> str:
    """Render everything that is known of one export."""
    m = export.manifest
    who = m.who.user_id if m.who else m.by
    lines = [
        ("export", m.id),
        ("name", m.name),
        ("instance", f"{m.instance_name} ({m.instance_id}), {m.environment}"),
        ("snapshot", m.snapshot_id or "none: the file came from elsewhere"),
        ("data of", f"{stamp(m.taken_at)} ({ago(m.taken_at, now)})"),
        ("stored", f"{stamp(m.stored_at)} ({ago(m.stored_at, now)}) by {m.tool}"),
        ("kind", f"{m.kind.value} (.{m.extension})"),
        ("tier, version", ", ".join(word for word in (m.tier, m.version) if word) or "unknown"),
        ("size", f"{size(m.digests.size)} ({m.digests.size:,} bytes)"),
        ("SHA-256", m.digests.sha256),
        ("CRC-32", m.digests.crc32),
        ("encryption", _encryption(m)),
        ("who, why", f"{who or 'unknown'}: {m.why or 'no reason given'}"),
        ("verified", f"{stamp(export.verified_at)} ({ago(export.verified_at, now)})"),
        ("state", state(export) or "whole"),
        ("hold", _hold(export)),
        ("store", protected(protection)),
    ]
    if export.check is not None and export.check.why:
        lines.append(("damage", export.check.why))
    lines += [("note", note) for note in m.notes]
    wide = max(len(word) for word, _ in lines) + 2
    return _plain([f"{word:<{wide}}{said}" for word, said in lines])


def expiry(found: Expiry, now: datetime, *, done: bool) -> str:
    """Render what retention took (``done``) or would take, and why the rest stays."""
    word = "gone" if done else "would go"
    rows = [(word, *_brief(export, now), "no rule keeps it") for export in found.going]
    rows += [(word, d.name, "", "", size(d.size), d.why) for d in found.abandoned]
    rows += [
        ("stays", *_brief(export, now), reasons(found.why.get(export.name, ())))
        for export in found.staying
    ]
    every = len(found.going) + len(found.staying)
    total = f"{len(found.going)} of {every} exports {'went' if done else 'would go'}"
    return _plain([*_table(rows), total])


def stamp(when: datetime) -> str:
    """Write a time in UTC to the minute."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _brief(export: Export, now: datetime) -> tuple[str, str, str, str]:
    m = export.manifest
    where = f"{m.environment}/{m.instance_name} ({m.instance_id})"
    return m.id, where, f"{stamp(m.taken_at)}, {ago(m.taken_at, now)}", size(m.digests.size)


def _debris(debris: Debris, now: datetime) -> str:
    after = "cleared a day after it began" if debris.claimed else "never touched"
    return f"{debris.why}, {size(debris.size)}, {ago(debris.since, now)}; {after}"


def _encryption(m: Manifest) -> str:
    if m.encryption is None:
        return "none"
    plain = m.encryption.plain
    to = ", ".join(m.encryption.recipients)
    return f"{m.encryption.scheme} to {to}; decrypted {plain.size:,} bytes, SHA-256 {plain.sha256}"


def _hold(export: Export) -> str:
    if export.hold is None:
        return "none"
    who = export.hold.who.user_id if export.hold.who else export.hold.by
    return f"since {stamp(export.hold.at)} by {who or 'unknown'}: {export.hold.why}"


def protected(p: Protection) -> str:
    """Say what the store does against deletion."""

    def said(flag: bool | None) -> str:
        return {True: "on", False: "off", None: "unknown"}[flag]

    why = f" ({p.why})" if p.why else ""
    return f"{p.place}: versioning {said(p.versioning)}, object lock {said(p.object_lock)}{why}"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    wide = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return ["  ".join(f"{cell:<{w}}" for cell, w in zip(row, wide, strict=True)) for row in rows]


def _plain(lines: Sequence[str]) -> str:
    # names come from other people's systems, and a terminal obeys control characters
    def shown(line: str) -> str:
        return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)

    return "".join(f"{shown(line).rstrip()}\n" for line in lines)
