"""Everything that was configured.

Every fault is reported at once, each with its variable, or its key and line, so that one round
of mending is enough. Secrets come from the environment only: ``NAME`` or the file ``NAME_FILE``.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr

from bot.adapters.aura.auth import Credential
from bot.config.evidence import evidence_key
from bot.config.file import read
from bot.config.given import Given
from bot.config.graph import secrets_of
from bot.config.passwords import PasswordPlace
from bot.config.robots import RobotTable
from bot.config.tables import CredentialTable, RunnerTable
from bot.config.upload import UploadSettings, UploadTable, upload_settings
from bot.config.vault import VaultSettings, vault_settings
from bot.config.watch import ping_url
from bot.core.checks import Check
from bot.core.environments import Estate
from bot.core.exports import ExportRules
from bot.core.keys import EvidenceKey
from bot.core.people import Robot
from bot.core.scratch import ScratchRules
from bot.ports import Accesses


class ConfigError(Exception):
    """The configuration cannot be used; ``faults`` has a line for every reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Settings(BaseModel):
    """What the bot runs by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slack_bot_token: SecretStr
    slack_app_token: SecretStr | None
    slack_signing_secret: SecretStr | None
    slack_api_url: str
    aura_api_url: str
    credentials: tuple[Credential, ...]
    redis_url: SecretStr | None
    data: Path
    host: str
    port: int
    public_url: str | None = None
    """Where the bot's web server is reached from outside; None where it is not."""
    estate: Estate
    runner: RunnerTable
    robots: tuple[tuple[Robot, SecretStr], ...] = ()
    """Each pipeline with its token."""
    evidence_key: EvidenceKey | None = None
    scratch: ScratchRules = ScratchRules()
    export: ExportRules = ExportRules()
    vault: VaultSettings | None = None
    accesses: Accesses = Accesses()
    checks: tuple[Check, ...] = ()
    upload: UploadSettings = UploadSettings()
    ping_url: SecretStr | None = None
    passwords: PasswordPlace = PasswordPlace()

    def secrets(self) -> frozenset[str]:
        """Return every value that must never be seen, for the redaction of logs."""
        held = [
            self.slack_bot_token,
            self.slack_app_token,
            self.slack_signing_secret,
            self.ping_url,
            self.passwords.token,
        ]
        held.extend(credential.client_secret for credential in self.credentials)
        held.extend(token for _, token in self.robots)
        found = {secret.get_secret_value() for secret in held if secret is not None}
        if self.redis_url is not None:
            password = urlsplit(self.redis_url.get_secret_value()).password
            found |= {password, unquote(password)} if password else set()
        if self.evidence_key is not None:
            found.add(self.evidence_key.text)
        found |= self.vault.hidden() if self.vault else set()
        found |= self.upload.hidden()
        return frozenset(found) | secrets_of(self.accesses)


def load(env: Mapping[str, str]) -> Settings:
    """Read and check everything; raises ConfigError with every fault at once."""
    given = Given(env)
    bot_token = given.token("SLACK_BOT_TOKEN", "xoxb-", "xoxe.xoxb-", needed=True)
    app_token = given.token("SLACK_APP_TOKEN", "xapp-")
    signing_secret = given.secret("SLACK_SIGNING_SECRET")
    if not (given.has("SLACK_APP_TOKEN") or given.has("SLACK_SIGNING_SECRET")):
        given.faults.append(
            "SLACK_APP_TOKEN: not set; Socket Mode needs it (or SLACK_SIGNING_SECRET for HTTP mode)"
        )
    redis_url = given.store("REDIS_URL")
    slack_api_url = given.address("SLACK_API_URL", "https://slack.com/api/")
    aura_api_url = given.address("AURA_API_URL", "https://api.neo4j.io")
    public_url = given.public("SAVEPOINT_PUBLIC_URL")
    port = given.port("SAVEPOINT_PORT", "8080")
    file, faults = read(Path(given.text("SAVEPOINT_CONFIG", "savepoint.toml")))
    given.faults.extend(faults)
    signer = evidence_key(given)
    vault = vault_settings(given, file.vault, file.environments) if file else None
    ping = ping_url(given)
    credentials = _credentials(given, file.credentials) if file else ()
    robots = _robots(given, file.robots) if file else ()
    accesses = file.graph.accesses(given) if file else Accesses()
    upload = upload_settings(given, file.upload if file else UploadTable())
    password_token = file.passwords.token(given) if file else None
    if given.faults or file is None or bot_token is None:
        raise ConfigError(given.faults)
    return Settings(
        slack_bot_token=bot_token,
        slack_app_token=app_token,
        slack_signing_secret=signing_secret,
        # the client joins addresses: without the slash the last part would be replaced
        slack_api_url=f"{slack_api_url.rstrip('/')}/",
        aura_api_url=aura_api_url.rstrip("/"),
        credentials=credentials,
        redis_url=redis_url,
        data=Path(given.text("SAVEPOINT_DATA", ".savepoint")),
        host=given.text("SAVEPOINT_HOST", "127.0.0.1"),
        port=port,
        public_url=public_url,
        estate=file.estate(),
        runner=file.runner,
        robots=robots,
        evidence_key=signer,
        scratch=file.scratch.rules(),
        export=file.export.rules(),
        vault=vault,
        accesses=accesses,
        checks=tuple(table.check() for table in file.checks),
        upload=upload,
        ping_url=ping,
        passwords=PasswordPlace(table=file.passwords, token=password_token),
    )


def _credentials(given: Given, tables: Mapping[str, CredentialTable]) -> tuple[Credential, ...]:
    found = []
    for name, table in tables.items():
        client_id = given.secret(table.client_id_env, needed=True)
        client_secret = given.secret(table.client_secret_env, needed=True)
        if client_id and client_secret:
            found.append(
                Credential(
                    name=name,
                    client_id=client_id.get_secret_value(),
                    client_secret=client_secret,
                    per_minute=table.requests_per_minute,
                )
            )
    return tuple(found)


#: A token that can be guessed is none.
SHORTEST_TOKEN = 32


def _robots(given: Given, tables: Mapping[str, RobotTable]) -> tuple[tuple[Robot, SecretStr], ...]:
    found = []
    for name, table in tables.items():
        if table.token_env is None:
            continue
        token = given.secret(table.token_env, needed=True)
        if token is None:
            continue
        if len(token.get_secret_value()) < SHORTEST_TOKEN:
            given.faults.append(f"{table.token_env}: is shorter than {SHORTEST_TOKEN} characters")
        found.append((table.robot(name), token))
    values = [token.get_secret_value() for _, token in found]
    if len(set(values)) < len(values):
        given.faults.append("robots: two of them share a token")
    return tuple(found)
