"""Members: the files inside an archive, framed as POSIX tar (ustar) one after the other.

A member is whole in memory before its length is known, which the frame says first; so no member
grows beyond `CHUNK` (and the one row that crosses it), and an archive of any size is a stream.
"""

import gzip
import tarfile
from dataclasses import dataclass, field
from datetime import datetime

#: Characters of CSV text after which a chunk of rows becomes a member.
CHUNK = 4 * 2**20
#: zlib's level: above it time grows faster than the file shrinks.
LEVEL = 4
#: The two empty blocks that end a tar file.
END = bytes(1024)

_BLOCK = 512


@dataclass(frozen=True)
class Member:
    """A file in the archive; names that end in `.gz` are compressed when they are framed."""

    name: str
    text: str = field(repr=False)

    def framed(self, at: datetime) -> bytes:
        """Return the member as it stands in the archive, header first; ``at`` is its date."""
        content = self.text.encode()
        if self.name.endswith(".gz"):
            content = gzip.compress(content, LEVEL, mtime=0)
        info = tarfile.TarInfo(self.name)
        info.size = len(content)
        info.mtime = int(at.timestamp())
        info.mode = 0o644
        return info.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % _BLOCK)
