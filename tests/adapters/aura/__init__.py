"""The Aura adapter."""
