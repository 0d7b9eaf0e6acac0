"""What the console says: the JSON of its import, as Neo4j's own command reads it.

The names are those in the public source of that command
(https://github.com/neo4j/neo4j, module `push-to-cloud`); Aura documents none of it.
"""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.core.errors import AuraUnavailable

W = TypeVar("W", bound="_Wire")


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Token(_Wire):
    """The answer to a sign-in."""

    token: SecretStr = Field(alias="Token", min_length=1)


class Initiated(_Wire):
    """Where to send the file. All links are secrets: whoever has one may write there."""

    provider: str = Field(alias="Provider")
    signed_uri: SecretStr | None = Field(default=None, alias="SignedURI")
    signed_links: tuple[SecretStr, ...] | None = Field(default=None, alias="SignedLinks")
    upload_id: str | None = Field(default=None, alias="UploadID")
    total_parts: int = Field(default=0, alias="TotalParts", ge=0)


class Part(_Wire):
    """One part that Amazon has."""

    number: int = Field(alias="PartNumber")
    tag: str = Field(alias="ETag")


class Parts(_Wire):
    """All parts that Amazon has."""

    parts: tuple[Part, ...] = Field(alias="Parts")
    upload_id: str = Field(alias="UploadID")
    provider: str = Field(default="AWS", alias="Provider")


class Complaint(_Wire):
    """Why the console refuses; any of it may be absent."""

    message: str | None = Field(default=None, alias="Message")
    reason: str | None = Field(default=None, alias="Reason")


class Status(_Wire):
    """How the instance is."""

    status: str = Field(alias="Status")
    error: Complaint | None = Field(default=None, alias="Error")


def read(kind: type[W], body: bytes) -> W:
    """Read an answer; raises AuraUnavailable when it makes no sense."""
    try:
        return kind.model_validate_json(body)
    except ValidationError:
        raise AuraUnavailable("the answer of Aura's console could not be read") from None


def complaint(body: bytes) -> Complaint:
    """Read why the console refuses, from whatever it sent."""
    try:
        return Complaint.model_validate_json(body)
    except ValidationError:
        return Complaint()
