"""The vault's part of `savepoint check`: whether it answers, and what protects what is in it."""

from bot.core.errors import BotError
from bot.core.findings import Finding, ok, warn, wrong
from bot.core.vault import Contents, Protection
from bot.ports import Vault

_LOCK = "Turn on versioning and object lock, or keep a second copy that nobody here can delete."


async def examine_vault(
    vault: Vault, *, encrypted: bool, identity: bool, kept: bool
) -> tuple[Finding, ...]:
    """Look at the vault and change nothing.

    ``encrypted`` says that recipients are configured, ``identity`` that a private key is, and
    ``kept`` that at least one environment has rules of retention.
    """
    try:
        contents = await vault.contents()
        protection = await vault.protection()
    except BotError as trouble:
        mend = trouble.hint or "Compare [vault] with docs/operations.md."
        return (wrong("vault", trouble.summary, mend),)
    found = [_contents(contents), *_damage(contents), _protection(protection)]
    if not encrypted:
        mend = "Name age_recipients in [vault]; docs/operations.md says how to make a key."
        found.append(warn("vault: encryption", "exports are stored as they are", mend))
    if identity:
        mend = "Take SAVEPOINT_AGE_IDENTITY away, unless this host is there to restore."
        found.append(warn("vault: encryption", "the key that decrypts is on this host", mend))
    if not kept:
        mend = "Add [vault.keep.NAME] for an environment, or delete by hand."
        found.append(warn("vault: retention", "nothing ever expires", mend))
    return tuple(found)


def _contents(contents: Contents) -> Finding:
    count = len(contents.exports)
    return ok("vault", f"answers; {count} export{'' if count == 1 else 's'}")


def _damage(contents: Contents) -> list[Finding]:
    mend = "Look with `savepoint vault verify`, and make another copy while the snapshot lives."
    found = [
        warn("vault", f"{export.id} is damaged or missing", mend)
        for export in contents.exports
        if not export.sound
    ]
    found.extend(
        warn("vault", f"the manifest of {name} cannot be read", "Look at it; it is never touched.")
        for name in contents.unreadable
    )
    return found


def _protection(p: Protection) -> Finding:
    subject = "vault: protection"
    if p.versioning is None:
        return warn(subject, f"{p.place}: versioning and object lock are unknown: {p.why}", _LOCK)
    words = {True: "on", False: "off"}
    said = f"versioning is {words[p.versioning]}, object lock is {words[bool(p.object_lock)]}"
    if p.versioning and p.object_lock:
        return ok(subject, f"{p.place}: {said}")
    return warn(subject, f"{p.place}: {p.why or said}", _LOCK)
