"""The vault: exports under the team's own control. What they are called, what is known of them,
and how long they stay.
"""

from bot.core.vault.find import UnknownExport, find
from bot.core.vault.manifest import (
    Check,
    Contents,
    Debris,
    Digests,
    Encryption,
    Export,
    Facts,
    Hold,
    Kind,
    Manifest,
    Protection,
)
from bot.core.vault.names import export_id
from bot.core.vault.retention import Expiry, Keep, expiring, foreseen, reach, reasons

__all__ = [
    "Check",
    "Contents",
    "Debris",
    "Digests",
    "Encryption",
    "Expiry",
    "Export",
    "Facts",
    "Hold",
    "Keep",
    "Kind",
    "Manifest",
    "Protection",
    "UnknownExport",
    "expiring",
    "export_id",
    "find",
    "foreseen",
    "reach",
    "reasons",
]
