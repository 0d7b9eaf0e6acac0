"""Places for first passwords: a folder, or a KV store of HashiCorp Vault."""

from bot.adapters.passwords.folder import PasswordFolder
from bot.adapters.passwords.kv import VaultKv

__all__ = ["PasswordFolder", "VaultKv"]
