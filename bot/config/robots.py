"""`[robots.NAME]`: pipelines that may use `savepoint do`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.core.people import Robot


class RobotTable(BaseModel):
    """`[robots.NAME]`: a pipeline's token, role and environments."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token_env: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = Field(
        default=None,
        description="The variable that holds its token, 32 characters at least; "
        "the robot `workflow`, as which steps of workflows act, needs none.",
    )
    role: Literal["viewer", "operator"] = "operator"
    environments: tuple[str, ...] = Field(min_length=1, description="Where it may act.")

    def robot(self, name: str) -> Robot:
        """Return it as the core knows it."""
        return Robot(name=name, role=self.role, environments=self.environments)
