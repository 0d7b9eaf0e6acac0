"""Shapes of text that several tables of `savepoint.toml` share."""

from typing import Annotated

from pydantic import StringConstraints

INSTANCE = r"^[0-9a-f]{8}$"
VARIABLE = r"^[A-Z][A-Z0-9_]*$"
NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"

InstanceText = Annotated[str, StringConstraints(pattern=INSTANCE)]
VariableText = Annotated[str, StringConstraints(pattern=VARIABLE)]
NameText = Annotated[str, StringConstraints(pattern=NAME)]
