"""`/aura vault …`."""

from typing import Annotated

from bot.core.commands.fields import Name, Note
from bot.core.grammar import Option, Place, Typed

#: An export's id, name or file name as typed.
Wanted = Annotated[Name, Place("<export>")]


class VaultList(Typed):
    """List the exports in the vault, newest first."""

    words = ("vault", "list")
    aliases = (("vault",),)
    examples = ("vault list", "vault list --environment production")

    environment: Annotated[Name | None, Option("E")] = None


class VaultShow(Typed):
    """Show one export: what it holds, its hashes, who put it there, and whether it is held."""

    words = ("vault", "show")
    examples = ("vault show exp-3f9a1c2b04",)

    export: Wanted


class VaultVerify(Typed):
    """Read an export as a whole and compare it with its manifest."""

    words = ("vault", "verify")
    examples = ("vault verify exp-3f9a1c2b04",)

    export: Wanted


class VaultHold(Typed):
    """Ask that an export may not expire; somebody else approves it."""

    words = ("vault", "hold")
    examples = ('vault hold exp-3f9a1c2b04 --reason "the audit of 2026"',)

    export: Wanted
    reason: Annotated[Note, Option('"…"')] = ""


class VaultRelease(Typed):
    """Ask that a held export may expire again; somebody else approves it."""

    words = ("vault", "release")
    examples = ('vault release exp-3f9a1c2b04 --reason "the audit is over"',)

    export: Wanted
    reason: Annotated[Note, Option('"…"')] = ""


class VaultExpire(Typed):
    """Show what retention would delete, and why the rest stays; nothing is deleted."""

    words = ("vault", "expire")
    examples = ("vault expire --dry-run",)

    dry_run: Annotated[bool, Option()] = False
