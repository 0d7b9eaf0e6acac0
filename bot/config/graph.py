"""`[graph…]`: how the graphs themselves may be looked at, read only."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.config.given import Given
from bot.config.shapes import InstanceText, NameText, VariableText
from bot.ports import Access, Accesses, GraphDoor, MetricsDoor
