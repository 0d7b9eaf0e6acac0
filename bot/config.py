"""Settings from the environment and `savepoint.toml`, validated once, never at import."""
