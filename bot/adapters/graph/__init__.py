"""Reading graphs: over Neo4j's Query API, and from Aura's metrics endpoint."""

from bot.adapters.graph.metrics import AuraMetrics
from bot.adapters.graph.query import QueryApi

__all__ = ["AuraMetrics", "QueryApi"]
