"""Numbers and words out of the first bytes of a file; all numbers are big-endian."""

from bot.core.errors import NotABackup


class NeedMore(Exception):
    """The header goes on beyond the bytes at hand."""


def damaged(what: str) -> NotABackup:
    """Return the refusal of bytes that cannot be right."""
    return NotABackup(
        f"the file is damaged: {what}",
        hint="Compare its checksum with that of the original, and fetch it again.",
    )


class Reader:
    """Reads on from ``at``; raises NeedMore at the end of the bytes."""

    def __init__(self, given: bytes, at: int = 0) -> None:
        self._given = given
        self.at = at

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        end = self.at + count
        if end > len(self._given):
            raise NeedMore
        taken, self.at = self._given[self.at : end], end
        return taken

    def skip(self, count: int) -> None:
        """Pass over bytes that nobody needs."""
        self.take(count)

    def byte(self) -> int:
        """Return one byte."""
        return self.take(1)[0]

    def int32(self) -> int:
        """Return a signed number of 4 bytes."""
        return int.from_bytes(self.take(4), "big", signed=True)

    def int64(self) -> int:
        """Return a signed number of 8 bytes."""
        return int.from_bytes(self.take(8), "big", signed=True)

    def word(self, count: int, what: str) -> str:
        """Return a word in UTF-8; raises NotABackup when it is none."""
        try:
            word = self.take(count).decode()
        except UnicodeDecodeError:
            raise damaged(f"{what} is not text") from None
        if not word.isprintable():
            raise damaged(f"{what} is not text")
        return word

    def rest(self) -> bytes:
        """Return what is left without taking it."""
        return self._given[self.at :]
