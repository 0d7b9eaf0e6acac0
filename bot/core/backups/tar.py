"""Tar archives, as far as a backup needs them: their entries' names and sizes, and their end.

Neo4j writes POSIX archives, whose entries above 8 GiB have their size in an extended header
(https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html).
"""

import re
from typing import NamedTuple

from bot.core.backups.ends import cut_short
from bot.core.backups.reading import NeedMore, damaged

BLOCK = 512
_MAGIC = slice(257, 262)
_SUM = slice(148, 156)
_EXTENDED = b"x"
_EXTENDED_MOST = 64 * 1024
_FILES = (b"0", b"\0", b"7")
_SIZE_RECORD = re.compile(rb"(?:^|\n)\d+ size=(\d{1,19})\n")


class Entry(NamedTuple):
    """One entry's header; ``size`` in bytes."""

    name: str
    type: bytes
    size: int

    @property
    def padded(self) -> int:
        """The bytes until the next header."""
        return -(-self.size // BLOCK) * BLOCK


def is_tar(head: bytes, at: int = 0) -> bool:
    """Whether a tar begins here; raises NeedMore when too few bytes are at hand."""
    if len(head) < at + BLOCK:
        raise NeedMore
    return head[at + _MAGIC.start : at + _MAGIC.stop] == b"ustar"


def entry(block: bytes) -> Entry:
    """Read a header of 512 bytes; raises NotABackup when its sum is wrong."""
    own = _number(block[_SUM])
    counted = sum(block) - sum(block[_SUM]) + 8 * ord(" ")
    if own != counted:
        raise damaged("an entry of the tar archive has the wrong sum")
    name = block[:100].split(b"\0", 1)[0].decode("utf-8", "replace")
    return Entry(name, block[156:157], _number(block[124:136]))


def first_file(head: bytes) -> tuple[str, int]:
    """Return the name of the first file of a tar, and where its content begins."""
    at = 0
    while True:
        if len(head) < at + BLOCK:
            raise NeedMore
        block = head[at : at + BLOCK]
        if not any(block):
            raise damaged("the tar archive is empty")
        found = entry(block)
        at += BLOCK
        if found.type in _FILES:
            return found.name, at
        at += found.padded


class TarEnd:
    """Walks the entries of a tar archive to the block of zeros behind the last one."""

    def __init__(self) -> None:
        self.unpacked: int | None = 0
        self._held = bytearray()
        self._skip = 0
        self._extension: int | None = None
        self._real_size: int | None = None
        self._ended = False

    def feed(self, piece: bytes) -> None:
        """Look at the next bytes."""
        at, end = 0, len(piece)
        while at < end and not self._ended:
            if self._skip:
                step = min(self._skip, end - at)
                self._skip -= step
            else:
                wanted = BLOCK if self._extension is None else self._extension
                step = min(wanted - len(self._held), end - at)
                self._held += piece[at : at + step]
                if len(self._held) == wanted:
                    block, self._held = bytes(self._held), bytearray()
                    self._read(block)
            at += step

    def finish(self) -> None:
        """Say that no more will come."""
        if not self._ended:
            raise cut_short()

    def _read(self, block: bytes) -> None:
        if self._extension is not None:
            self._extension = None
            told = _SIZE_RECORD.search(block)
            self._real_size = int(told[1]) if told else None
        elif not any(block):
            self._ended = True
        else:
            self._enter(entry(block))

    def _enter(self, found: Entry) -> None:
        if found.type == _EXTENDED:
            if found.padded > _EXTENDED_MOST:
                raise damaged("an entry of the tar archive has an impossible extension")
            self._extension = found.padded or None
            return
        if self._real_size is not None:
            found = found._replace(size=self._real_size)
            self._real_size = None
        if found.type in _FILES:
            self.unpacked = (self.unpacked or 0) + found.size
        self._skip = found.padded


def _number(field: bytes) -> int:
    """Read a number: octal digits, or binary behind a set first bit where it is large."""
    if field[0] & 0x80:
        number = int.from_bytes(bytes((field[0] & 0x7F,)) + field[1:], "big")
        if number >= 1 << 62:
            raise damaged("an entry of the tar archive has an impossible size")
        return number
    digits = field.strip(b"\0 ")
    if not re.fullmatch(rb"[0-7]*", digits):
        raise damaged("an entry of the tar archive has an impossible number")
    return int(digits or b"0", 8)
