"""A double of the Neo4j Aura API."""
