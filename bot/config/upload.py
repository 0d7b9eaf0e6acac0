"""`[upload]`: loading backup files: from which folder, and as which user of the database."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bot.adapters.aura.spending import Consume
from bot.adapters.console.client import Console, Login
from bot.adapters.console.command import Command
from bot.adapters.console.imports import Imports
from bot.adapters.folder import Folder
from bot.config.given import Given
from bot.config.shapes import InstanceText, VariableText
from bot.core.base import InstanceId
from bot.ports import Clock

#: Where Neo4j's own command uploads to (https://github.com/neo4j/neo4j, module `push-to-cloud`).
CONSOLE = "https://console.neo4j.io"


class LoginTable(BaseModel):
    """`[upload.logins.ID]`: an administrator of one instance's database."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: str = Field(default="neo4j", min_length=1, max_length=200)
    password_env: VariableText = Field(description="The variable that holds the password.")


class UploadTable(BaseModel):
    """`[upload]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: str | None = Field(
        default=None, description="The one folder from which local files are taken."
    )
    neo4j_admin: str | None = Field(
        default=None,
        description="Neo4j's own command, which loads files into instances on Azure.",
    )
    logins: dict[InstanceText, LoginTable] = Field(
        default={}, description="By instance id; files are loaded into these alone."
    )


class UploadSettings(BaseModel):
    """The table with its secrets; ``console`` is the origin of Aura's console."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    console: str = CONSOLE
    folder: Path | None = None
    neo4j_admin: Path | None = None
    logins: dict[InstanceId, Login] = Field(default={})

    def open(self, clock: Clock, consume: Consume) -> Imports:
        """Return the ways to import files; use it with `async with`."""
        console = Console(url=self.console, logins=self.logins, clock=clock, consume=consume)
        if self.neo4j_admin is None:
            return Imports(console, None)
        command = Command(
            program=self.neo4j_admin, logins=self.logins, clock=clock, consume=consume
        )
        return Imports(console, command)

    def files(self) -> Folder | None:
        """Return the folder, or None where none is named."""
        return Folder(self.folder) if self.folder else None

    def hidden(self) -> set[str]:
        """Return every value that must never be seen."""
        return {login.password.get_secret_value() for login in self.logins.values()}


def upload_settings(given: Given, table: UploadTable) -> UploadSettings:
    """Return the settings; faults join the others."""
    return UploadSettings(
        console=given.address("AURA_CONSOLE_URL", CONSOLE).rstrip("/"),
        folder=Path(table.folder) if table.folder else None,
        neo4j_admin=_program(given, table.neo4j_admin),
        logins=dict(_logins(given, table.logins)),
    )


def _program(given: Given, named: str | None) -> Path | None:
    if named is None:
        return None
    path = Path(named)
    if not (path.is_absolute() and path.is_file() and os.access(path, os.X_OK)):
        given.faults.append(
            f"[upload] neo4j_admin: “{named}” is not the absolute path of an executable file"
        )
    return path


def _logins(given: Given, tables: Mapping[str, LoginTable]) -> list[tuple[InstanceId, Login]]:
    found = []
    for name, table in tables.items():
        password = given.secret(table.password_env, needed=True)
        if password is not None:
            found.append((InstanceId(name), Login(user=table.user, password=password)))
    return found
