"""`[export]`: how a person brings a backup file, and what is taken."""

from pydantic import BaseModel, ConfigDict, Field

from bot.core.exports import CONSOLE, ExportRules

_URL = r"^(https://|http://127\.0\.0\.1[:/])[^\s<>|]+$"
#: What each shape means, in words.
SHAPES = {_URL: "an address that begins with https://"}


class ExportTable(BaseModel):
    """`[export]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    open_hours: int = Field(
        default=24, ge=1, le=168, description="How long a guided export waits for its file."
    )
    remind_hours: int = Field(
        default=4, ge=1, le=168, description="How often people are told that it still waits."
    )
    most_gb: int = Field(
        default=256, ge=1, le=65_536, description="The largest file, in GiB, that is taken."
    )
    tolerance_minutes: int = Field(
        default=30,
        ge=0,
        le=1440,
        description="How far the time in a backup may be from the snapshot's.",
    )
    console_url: str = Field(
        default=CONSOLE,
        pattern=_URL,
        description="Aura's console; {project}, {instance} and {snapshot} are filled in.",
    )

    def rules(self) -> ExportRules:
        """Return it as the core knows it."""
        return ExportRules(**self.model_dump())
