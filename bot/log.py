"""Logs: JSON lines with the operation id, secrets redacted."""
