"""Addresses that open one thing to whoever holds them, for a while: to fetch or bring a file."""

from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from bot.core.base import Frozen


class Purpose(StrEnum):
    """What an address is for; each has its own path on the bot's web server."""

    FETCH = "fetch"
    """GET: one file, such as a report or evidence; ``subject`` names it."""
    BRING = "bring"
    """PUT: one backup file for an export; ``subject`` is the operation's id."""


class Opened(Frozen):
    """What an address stands for."""

    purpose: Purpose
    subject: str


class Addresses(Protocol):
    """One-time addresses. Whoever reads the store cannot use them: only a digest is kept.

    Methods raise StoreUnavailable.
    """

    @property
    def offered(self) -> bool:
        """Whether the bot has a public address at all."""

    async def make(self, opened: Opened, *, kept: timedelta) -> str | None:
        """Return a new address, or None where the bot has no public one.

        It works until ``kept`` is over or somebody calls `end`.
        """

    async def open(self, token: str) -> Opened | None:
        """Return what a token stands for, or None when it is unknown or over."""

    async def end(self, token: str) -> bool:
        """Let a token work no more; True for the one who ended it."""
