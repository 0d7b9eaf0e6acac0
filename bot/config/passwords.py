"""`[passwords]`: where the first password of a new instance goes."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from bot.adapters.passwords import PasswordFolder, VaultKv
from bot.config.given import Given
from bot.ports import Passwords

#: A token must not travel in the clear, so plain HTTP is for a Vault on this machine only.
PLACE = r"^(file:/.+|https://[^/@]+/?|http://(127\.0\.0\.1|localhost)(:[0-9]+)?/?)$"
_PATH = r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$"
#: What each shape means, in words.
SHAPES = {
    PLACE: "a place such as file:/var/lib/savepoint/passwords or https://vault.example.com:8200",
    _PATH: "a path: letters, digits and _ . - between slashes",
}


class PasswordTable(BaseModel):
    """`[passwords]`: without it the requester sees the password once, in private."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    place: Annotated[str, StringConstraints(pattern=PLACE)] | None = Field(
        default=None,
        description="A folder (file:/…), or the address of a HashiCorp Vault; absent: shown once.",
    )
    mount: Annotated[str, StringConstraints(pattern=_PATH)] = Field(
        default="secret", description="Of Vault: the KV store, version 2."
    )
    path: Annotated[str, StringConstraints(pattern=_PATH)] = Field(
        default="savepoint", description="Of Vault: the folder; the instance's id is added."
    )
    token_env: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")] = Field(
        default="VAULT_TOKEN", description="Of Vault: the variable that holds the token."
    )

    def token(self, given: Given) -> SecretStr | None:
        """Return the token where one is needed."""
        wanted = self.place is not None and self.place.startswith("http")
        return given.secret(self.token_env, needed=True) if wanted else None


class PasswordPlace(BaseModel):
    """The table with its token."""

    model_config = ConfigDict(frozen=True)

    table: PasswordTable = PasswordTable()
    token: SecretStr | None = None

    def port(self) -> Passwords | None:
        """Return the place, or None where passwords are shown once."""
        place = self.table.place
        if place is None:
            return None
        if place.startswith("file:"):
            return PasswordFolder(Path(place.removeprefix("file:")))
        return VaultKv(
            url=place,
            mount=self.table.mount,
            path=self.table.path,
            token=self.token or SecretStr(""),
        )
