"""`[scratch]`: the instances that the bot itself creates for drills and archives, and deletes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.core.base import ProjectId
from bot.core.scratch import ScratchRules

PROJECT = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
MARK = r"^[a-z0-9]{0,3}$"
CURRENCY = r"^[A-Z]{3}$"
QUERY = r"^(https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/])\S*\{instance\}\S*$"
#: What each shape means, in words.
SHAPES = {
    MARK: "up to 3 lower-case letters or digits",
    CURRENCY: "a currency such as USD",
    QUERY: "an address that begins with https:// and holds {instance}",
}

_Price = Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]


class ScratchTable(BaseModel):
    """`[scratch]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    project: Annotated[str, StringConstraints(pattern=PROJECT)] | None = Field(
        default=None,
        description="The Aura project in which scratch instances are created; absent means none.",
    )
    mark: Annotated[str, StringConstraints(pattern=MARK)] = Field(
        default="", description="Stands in their names, to tell two bots in one project apart."
    )
    most: int = Field(default=2, ge=1, le=20, description="How many may live at once.")
    life_minutes: int = Field(
        default=240, ge=15, le=10_080, description="When one is deleted at the latest."
    )
    prices: dict[str, _Price] = Field(
        default={},
        description="By tier, such as professional-db: the price of a GB of memory for an hour.",
    )
    currency: Annotated[str, StringConstraints(pattern=CURRENCY)] = Field(
        default="USD", description="What the prices are in."
    )
    query: Annotated[str, StringConstraints(pattern=QUERY)] | None = Field(
        default=None,
        description="Where the Query API of one answers, with {instance} for its id, such as "
        "behind a private endpoint; absent means the host that Aura names.",
    )

    def rules(self) -> ScratchRules:
        """Return it as the core knows it."""
        return ScratchRules(
            project=ProjectId(self.project.lower()) if self.project else None,
            mark=self.mark,
            most=self.most,
            life_minutes=self.life_minutes,
            prices=dict(self.prices),
            currency=self.currency,
            query=self.query,
        )
