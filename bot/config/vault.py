"""`[vault]`: where exports are kept, for whom they are encrypted, and how long they stay.

Credentials come from the environment, by the names that the clouds' own tools use, each also as
`NAME_FILE`; without any, obstore asks the machine it runs on for its role.
"""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

from bot.adapters.vault import ObstoreVault, age, open_place
from bot.config.given import Given
from bot.core.vault import Keep
from bot.ports import Clock, NewId

#: The variables of each sort of store, and what obstore calls them.
SECRETS: dict[str, dict[str, str]] = {
    "s3": {
        "AWS_ACCESS_KEY_ID": "access_key_id",
        "AWS_SECRET_ACCESS_KEY": "secret_access_key",
        "AWS_SESSION_TOKEN": "session_token",
    },
    "gs": {"GOOGLE_SERVICE_ACCOUNT_KEY": "service_account_key"},
    "az": {
        "AZURE_STORAGE_ACCOUNT_KEY": "account_key",
        "AZURE_STORAGE_SAS_KEY": "sas_key",
        "AZURE_CLIENT_SECRET": "client_secret",
    },
    "file": {},
}
#: The key that decrypts; only where people restore, never where the bot runs every day.
IDENTITY = "SAVEPOINT_AGE_IDENTITY"
_URL = r"^(file:///|s3://|gs://|az://)[^\s@]+$"
_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"
#: What each shape means, in words. What stands in an address may be a secret, so it is not shown.
SHAPES = {_URL: "a vault's url, such as file:///backups or s3://bucket/exports"}
_Option = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class VaultTable(BaseModel):
    """`[vault]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(
        pattern=_URL,
        description="file:///folder, s3://bucket/prefix, gs://bucket/prefix or "
        "az://container/prefix.",
    )
    options: dict[str, _Option] = Field(
        default={},
        description="obstore's options that are no secrets, such as region, endpoint or "
        "account_name.",
    )
    age_recipients: tuple[str, ...] = Field(
        default=(), description="age public keys; exports are encrypted before they leave."
    )
    keep: dict[Annotated[str, StringConstraints(pattern=_NAME)], Keep] = Field(
        default={},
        description="Retention by environment; nothing expires in one that has no table here.",
    )

    @field_validator("options")
    @classmethod
    def _no_secrets(cls, options: dict[str, str]) -> dict[str, str]:
        for names in SECRETS.values():
            for variable, option in names.items():
                if option in options:
                    raise ValueError(f"{option} is a secret: set {variable} instead")
        return options

    @field_validator("age_recipients")
    @classmethod
    def _recipients(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        age.recipients(texts)
        return texts

    @property
    def sort(self) -> str:
        """The scheme of the URL."""
        return urlsplit(self.url).scheme


class VaultSettings(BaseModel):
    """The table with its secrets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: VaultTable
    secrets: dict[str, SecretStr] = Field(default={})
    identity: SecretStr | None = None

    def open(self, *, clock: Clock, new_id: NewId) -> ObstoreVault:
        """Return the vault; its store is opened when it is first used."""
        table = self.table
        secrets = {option: secret.get_secret_value() for option, secret in self.secrets.items()}
        return ObstoreVault(
            lambda: open_place(table.url, options=table.options, secrets=secrets, clock=clock),
            clock=clock,
            new_id=new_id,
            tool=f"savepoint {_version()}",
            recipients=table.age_recipients,
            identity=self.identity.get_secret_value() if self.identity else None,
        )

    def hidden(self) -> set[str]:
        """Return every value that must never be seen."""
        held = [*self.secrets.values(), *([self.identity] if self.identity else [])]
        return {secret.get_secret_value() for secret in held}


def _version() -> str:
    try:
        return version("savepoint-bot")
    except PackageNotFoundError:  # a checkout that was not installed
        return "0"


def vault_settings(
    given: Given, table: VaultTable | None, environments: Mapping[str, object]
) -> VaultSettings | None:
    """Return the vault's settings, or None without a table; faults join the others."""
    if table is None:
        return None
    unknown = sorted(set(table.keep) - set(environments))
    given.faults.extend(f"vault.keep.{name}: there is no such environment" for name in unknown)
    secrets = {}
    for variable, option in SECRETS[table.sort].items():
        secret = given.secret(variable)
        if secret is not None:
            secrets[option] = secret
    identity = given.secret(IDENTITY)
    if identity is not None:
        try:
            age.identities(identity.get_secret_value())
        except ValueError as trouble:
            given.faults.append(f"{IDENTITY}: {trouble}")
    return VaultSettings(table=table, secrets=secrets, identity=identity)
