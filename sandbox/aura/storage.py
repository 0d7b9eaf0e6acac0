"""What has arrived of a file, as the storage of a cloud keeps it.

Google keeps what came in multiples of 256 KiB when a connection breaks
(https://cloud.google.com/storage/docs/performing-resumable-uploads); Amazon keeps whole parts
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html).
"""

import hashlib
import zlib
from dataclasses import dataclass, field

GRAIN = 256 * 1024
#: So much of a file is kept, to look into; of longer ones only the sum.
KEPT_MOST = 64 * 1024 * 1024


@dataclass
class Stored:
    """A file of ``size`` bytes, as far as it has come."""

    size: int
    received: int = 0
    crc32: int = 0
    content: bytes = b""
    parts: dict[int, str] = field(default_factory=dict)
    session: str | None = None
    _marks: dict[int, int] = field(default_factory=lambda: {0: 0})
    _held: bytearray = field(default_factory=bytearray)

    @property
    def whole(self) -> bool:
        """Whether all of it is there."""
        return self.received == self.size

    def add(self, piece: bytes) -> None:
        """Take the next bytes."""
        rest = memoryview(piece)  # whose parts are no copies: a piece may be a whole part
        while rest:
            step = GRAIN - self.received % GRAIN
            taken, rest = rest[:step], rest[step:]
            self.crc32 = zlib.crc32(taken, self.crc32)
            self.received += len(taken)
            if self.size <= KEPT_MOST:
                self._held += taken
            if self.received % GRAIN == 0:
                self._marks[self.received] = self.crc32
        if self.whole:
            self.content = bytes(self._held)

    def back_to(self, position: int) -> None:
        """Forget what came after a position: one of those where a grain ends."""
        self.received, self.crc32 = position, self._marks[position]
        del self._held[position:]

    def back_to_grain(self) -> None:
        """Keep whole grains only, as when a connection breaks."""
        if not self.whole:
            self.back_to(self.received - self.received % GRAIN)

    def put_part(self, number: int, content: bytes) -> str:
        """Keep a part (here they come in order); returns its ETag."""
        tag = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if number == len(self.parts) + 1:
            self.add(content)
        self.parts[number] = tag
        return tag
