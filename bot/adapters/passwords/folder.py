"""First passwords as files, each for one instance, readable by the bot's own user alone."""

import asyncio
import os
from pathlib import Path

from bot.core.base import InstanceId
from bot.core.errors import PasswordNotKept
from bot.ports import FirstPassword

_ONLY_OWNER = 0o600
#: The last line that is written: a file without it was cut short.
_LAST = "AURA_INSTANCENAME="


class PasswordFolder:
    """The Passwords port. The folder must be there; files are created, never replaced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, first: FirstPassword) -> str:
        """Write ``<instance id>.env`` and return its path in words; raises PasswordNotKept."""
        path = self._path(first.instance_id)
        try:
            await asyncio.to_thread(_write, path, _text(first))
        except OSError as trouble:
            raise PasswordNotKept(
                f"the first password could not be written to {path}: {trouble.strerror}"
            ) from None  # the traceback would show the text
        return self.where(first.instance_id)

    def where(self, instance_id: InstanceId) -> str:
        """Return the path in words."""
        return f"in the file {self._path(instance_id)}"

    async def has(self, instance_id: InstanceId) -> bool | None:
        """Whether the file is there and whole; None where the folder cannot be read."""
        try:
            text = await asyncio.to_thread(self._path(instance_id).read_text, encoding="utf-8")
        except FileNotFoundError:
            return False
        except (OSError, ValueError):
            return None
        return text.endswith("\n") and _LAST in text

    def _path(self, instance_id: InstanceId) -> Path:
        return self._folder / f"{instance_id}.env"


def _write(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, _ONLY_OWNER), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _text(first: FirstPassword) -> str:
    """Write it as Neo4j's own tools read it (https://neo4j.com/docs/aura/)."""
    lines = {
        "NEO4J_URI": first.url,
        "NEO4J_USERNAME": first.username,
        "NEO4J_PASSWORD": first.password.get_secret_value(),
        "AURA_INSTANCEID": first.instance_id,
        "AURA_INSTANCENAME": first.name,
    }
    return "".join(f"{key}={' '.join(value.split())}\n" for key, value in lines.items())
