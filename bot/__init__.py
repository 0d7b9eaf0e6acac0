"""Savepoint: backup and restore of Neo4j Aura from Slack."""
