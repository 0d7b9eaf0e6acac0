"""Whether a stream was there to its end, told from its bytes as they go by.

A Zstandard stream is walked by the lengths that stand before its blocks, without unpacking it
(https://www.rfc-editor.org/rfc/rfc8878#section-3.1). A gzip stream has no such lengths and is
unpacked piece by piece, which checks its sum too (https://www.rfc-editor.org/rfc/rfc1952). A tar
ends with blocks of zeros (`bot.core.backups.tar`). Only a few bytes are ever kept.
"""

import zlib
from enum import Enum, auto
from typing import Protocol, assert_never

from bot.core.backups.reading import damaged
from bot.core.errors import NotABackup

ZSTD_MAGIC = bytes.fromhex("28b52ffd")
GZIP_MAGIC = bytes.fromhex("1f8b")
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_BLOCK_MOST = 128 * 1024
_PIECE = 64 * 1024
_OUTPUT_MOST = 1024 * 1024


def cut_short() -> NotABackup:
    """Return the refusal of a file whose end is missing."""
    return NotABackup(
        "the file ends too early: its last part is missing",
        hint="The copy was probably interrupted. Fetch it again and compare the sizes.",
    )


class End(Protocol):
    """Watches a stream for its end."""

    @property
    def unpacked(self) -> int | None:
        """How many bytes came out, where that is known."""
        ...

    def feed(self, piece: bytes) -> None:
        """Look at the next bytes; raises NotABackup when they cannot be right."""
        ...

    def finish(self) -> None:
        """Say that no more will come; raises NotABackup when the end is missing."""
        ...


class _At(Enum):
    MAGIC = auto()
    DESCRIPTOR = auto()
    BLOCK = auto()
    SKIPPABLE = auto()


_LENGTHS = {_At.MAGIC: 4, _At.DESCRIPTOR: 1, _At.BLOCK: 3, _At.SKIPPABLE: 4}


class ZstdEnd:
    """Walks the frames and blocks of a Zstandard stream."""

    unpacked: int | None = None

    def __init__(self) -> None:
        self._at = _At.MAGIC
        self._held = bytearray()
        self._skip = 0
        self._checksum = False
        self._frames = 0

    def feed(self, piece: bytes) -> None:
        """Look at the next bytes."""
        at, end = 0, len(piece)
        while at < end:
            if self._skip:
                step = min(self._skip, end - at)
                self._skip -= step
            else:
                step = min(_LENGTHS[self._at] - len(self._held), end - at)
                self._held += piece[at : at + step]
                if len(self._held) == _LENGTHS[self._at]:
                    word, self._held = int.from_bytes(self._held, "little"), bytearray()
                    self._read(word)
            at += step

    def finish(self) -> None:
        """Say that no more will come."""
        if self._skip or self._held or self._at is not _At.MAGIC or not self._frames:
            raise cut_short()

    def _read(self, word: int) -> None:
        match self._at:
            case _At.MAGIC:
                if word.to_bytes(4, "little") == ZSTD_MAGIC:
                    self._at = _At.DESCRIPTOR
                elif word in _SKIPPABLE:
                    self._at = _At.SKIPPABLE
                else:
                    raise damaged("bytes that do not belong to it stand in the zstd stream")
            case _At.DESCRIPTOR:
                single, self._checksum = bool(word & 0x20), bool(word & 0x04)
                content = (int(single), 2, 4, 8)[word >> 6]
                self._skip = int(not single) + (0, 1, 2, 4)[word & 3] + content
                self._at = _At.BLOCK
            case _At.BLOCK:
                self._block(last=bool(word & 1), kind=(word >> 1) & 3, size=word >> 3)
            case _At.SKIPPABLE:
                self._skip, self._at = word, _At.MAGIC
            case _ as never:
                assert_never(never)

    def _block(self, *, last: bool, kind: int, size: int) -> None:
        repeated, reserved = 1, 3
        if kind == reserved or size > _BLOCK_MOST:
            raise damaged("a block of the zstd stream is impossible")
        self._skip = 1 if kind == repeated else size
        if last:
            self._skip += 4 if self._checksum else 0
            self._at = _At.MAGIC
            self._frames += 1


class GzipEnd:
    """Unpacks a gzip stream and throws it away, to meet its end and to check its sum."""

    def __init__(self) -> None:
        self.unpacked: int | None = 0
        self._members = 0
        self._inflate = self._fresh()
        self._begun = False

    def feed(self, piece: bytes) -> None:
        """Look at the next bytes."""
        for at in range(0, len(piece), _PIECE):
            self._feed(piece[at : at + _PIECE])

    def finish(self) -> None:
        """Say that no more will come."""
        if self._begun or not self._members:
            raise cut_short()

    def _feed(self, piece: bytes) -> None:
        while piece:
            if not self._begun:
                piece = piece.lstrip(b"\0") if self._members else piece  # padding after the end
                if not piece:
                    return
                self._inflate, self._begun = self._fresh(), True
            try:
                came = len(self._inflate.decompress(piece, _OUTPUT_MOST))
            except zlib.error:
                raise damaged("the gzip stream cannot be unpacked") from None
            self.unpacked = (self.unpacked or 0) + came
            if self._inflate.eof:
                piece, self._begun = self._inflate.unused_data, False
                self._members += 1
            else:
                piece = self._inflate.unconsumed_tail

    def _fresh(self) -> "zlib._Decompress":
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
