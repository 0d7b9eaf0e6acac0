"""The vault on obstore, with hashing, reading back and age encryption around it."""

from bot.adapters.vault.place import Place, open_place
from bot.adapters.vault.vault import ObstoreVault

__all__ = ["ObstoreVault", "Place", "open_place"]
