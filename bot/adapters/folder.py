"""The one folder from which people may load files, and nothing beside or above it."""

import asyncio
import re
import stat
from collections.abc import AsyncIterator
from pathlib import Path

from bot.core.errors import UnknownFile

#: A file's own name: no folders, nothing that a shell or a person could read in two ways.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,199}")
_PIECE = 1024 * 1024


class Folder:
    """The Files port."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def size(self, name: str) -> int:
        """Return the bytes of a file."""
        return (await asyncio.to_thread(self._find, name)).stat().st_size

    async def read(self, name: str, *, start: int = 0) -> AsyncIterator[bytes]:
        """Yield a file from an offset on, in pieces of a megabyte."""
        path = await asyncio.to_thread(self._find, name)
        file = await asyncio.to_thread(path.open, "rb")
        try:
            file.seek(start)
            while piece := await asyncio.to_thread(file.read, _PIECE):
                yield piece
        finally:
            file.close()

    def _find(self, name: str) -> Path:
        """Return where a file lies; what leads out of the folder is not there."""
        unknown = UnknownFile(
            f"there is no file “{name[:80]}” in the folder for uploads",
            hint="Give the plain name of a file that lies in the folder which `[upload]` names.",
        )
        if not _NAME.fullmatch(name):
            raise unknown
        try:
            folder = self._path.resolve(strict=True)
            path = (folder / name).resolve(strict=True)
            plain = stat.S_ISREG(path.stat().st_mode)
        except OSError:
            raise unknown from None
        if path.parent != folder or not plain:
            raise unknown
        return path
