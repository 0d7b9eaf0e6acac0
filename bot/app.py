"""Composition root: settings, adapters, services, Bolt; and a graceful stop."""
