"""What an examination finds: one line for each thing that was looked at."""

from enum import StrEnum

from bot.core.base import Frozen


class Level(StrEnum):
    """How serious a finding is; only ``WRONG`` keeps the bot from doing its work."""

    OK = "ok"
    WARN = "warn"
    WRONG = "wrong"


class Finding(Frozen):
    """``subject`` was looked at, ``what`` was found, and ``mend`` is what to do about it."""

    level: Level
    subject: str
    what: str
    mend: str = ""


def ok(subject: str, what: str) -> Finding:
    """All is well."""
    return Finding(level=Level.OK, subject=subject, what=what)


def warn(subject: str, what: str, mend: str) -> Finding:
    """It works, and yet somebody should look."""
    return Finding(level=Level.WARN, subject=subject, what=what, mend=mend)


def wrong(subject: str, what: str, mend: str) -> Finding:
    """It does not work."""
    return Finding(level=Level.WRONG, subject=subject, what=what, mend=mend)
