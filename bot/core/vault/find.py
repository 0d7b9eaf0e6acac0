"""How what a person types finds one export."""

from collections.abc import Sequence

from bot.core.errors import BotError
from bot.core.vault.manifest import Export


class UnknownExport(BotError):
    """Nothing in the vault has this id or name, or more than one thing does."""


def find(wanted: str, exports: Sequence[Export]) -> Export:
    """Return the one export of this id, name or file name; raises UnknownExport."""
    word = wanted.strip()
    found = [e for e in exports if word.lower() == e.id or word in (e.name, e.name.split("/")[-1])]
    match found:
        case [export]:
            return export
        case []:
            raise UnknownExport(
                f"the vault has no export “{word[:80]}”", hint="`vault list` shows all of them."
            )
        case _:
            ids = ", ".join(f"`{export.id}`" for export in found[:5])
            raise UnknownExport(
                f"{len(found)} exports are called “{word[:80]}”", hint=f"Use the id: {ids}."
            )
