"""Reads a backup file as its bytes go by, with a few megabytes of memory at most.

Meant to run beside the hashing of the same bytes: feed every chunk, in order, then finish.
"""

from bot.core.backups.ends import End, cut_short
from bot.core.backups.header import Header, read
from bot.core.backups.inspection import Inspection
from bot.core.backups.reading import NeedMore, damaged

#: A header is looked for whenever this many bytes have come, then twice as many, and so on.
_FIRST_LOOK = 4 * 1024
_HEAD_MOST = 8 * 1024 * 1024


class Inspector:
    """``feed`` each chunk, then ``finish``. All raise NotABackup, as early as it is known."""

    def __init__(self) -> None:
        self.size = 0
        self._head = bytearray()
        self._look_at = _FIRST_LOOK
        self._known: tuple[Header, End] | None = None

    def feed(self, chunk: bytes | bytearray | memoryview) -> None:
        """Take the next bytes of the file; raises NotABackup."""
        self.size += len(chunk)
        if self._known is not None:
            self._known[1].feed(bytes(chunk))
            return
        self._head += chunk
        if len(self._head) >= self._look_at:
            try:
                self._look()
            except NeedMore:
                self._wait()

    @property
    def so_far(self) -> Inspection | None:
        """What the header says, as soon as enough of it was fed; the end is not checked yet."""
        return None if self._known is None else self._inspection(*self._known)

    def finish(self) -> Inspection:
        """Say that no more will come, and learn what it was; raises NotABackup."""
        try:
            header, end = self._known or self._look(last=True)
        except NeedMore:
            raise cut_short() from None
        end.finish()
        return self._inspection(header, end)

    def _inspection(self, header: Header, end: End) -> Inspection:
        return Inspection(size=self.size, **({"unpacked": end.unpacked} | header.fields))

    def _look(self, *, last: bool = False) -> tuple[Header, End]:
        head = bytes(self._head)
        header = read(head, last=last)
        end = header.end()
        self._head = bytearray()
        end.feed(head[header.offset :])
        self._known = header, end
        return self._known

    def _wait(self) -> None:
        held = len(self._head)
        if held >= _HEAD_MOST:
            raise damaged("its header does not end")
        self._look_at = min(held * 2, _HEAD_MOST)
