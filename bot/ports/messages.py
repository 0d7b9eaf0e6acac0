"""What is remembered around messages: cards, drafts, outboxes, budgets."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from pydantic import AwareDatetime, Field

from bot.core.base import Frozen, InstanceId, OperationId, SnapshotId
from bot.core.clones import CloneChoice
from bot.core.operations import Origin
from bot.core.people import Person
from bot.core.snapshots import SnapshotNote
from bot.ports.chat import MessageRef


class Card(Frozen):
    """The messages that follow an operation, and how far they have been told."""

    root: MessageRef | None = None
    gate: MessageRef | None = None
    """The thread message with the Approve and Deny buttons."""
    copies: dict[str, MessageRef] = Field(default={})
    """Direct messages to approvers, by user id."""
    others: MessageRef | None = None
    """The line in the thread that more people may approve than were written to."""
    link: str | None = None
    """The address of ``root``."""
    unseen: MessageRef | None = None
    """The message to the requester that no card can be posted, so that nobody decides."""
    told: int = 0
    """How many events of the history have their line in the thread."""
    ended: MessageRef | None = None
    """The new message about the end."""
    echoed: bool = False
    """Whether the thread of another channel, where the request came from, has heard the end."""
    answered: bool = False
    """Whether the step of a workflow, which waited for the end, has heard it."""
    alert: MessageRef | None = None
    past_alerts: tuple[MessageRef, ...] = ()
    """Earlier alerts: what goes wrong after somebody settled it is told anew."""
    offered: MessageRef | None = None
    """The message that offers the requester a first password."""
    complete: bool = False
    """Whether everything was posted that an ended operation has to say."""
    settled: bool = False
    """Whether nothing is left to post or edit."""
    shown: dict[str, str] = Field(default={})
    """Digest of what each message (by ts) shows."""
    version: int = 0
    """How often it has been stored."""


class Cards(Protocol):
    """Where the messages of operations stand. Each card has a TTL after its operation's end."""

    async def get(self, operation_id: OperationId) -> Card:
        """Return the card, an empty one when none is stored."""

    async def save(self, operation_id: OperationId, card: Card) -> Card:
        """Store the card and return it as stored.

        Raises ChatUnavailable, and stores nothing, when somebody else stored it since it was read:
        a reference to a message is never overwritten.
        """

    def alone(self, operation_id: OperationId) -> AbstractAsyncContextManager[None]:
        """Keep all others, in any process, from telling of an operation meanwhile.

        The hold lasts for as long as its holder lives, and ends by itself with it. Raises
        ChatUnavailable when another one goes on for more than some seconds.
        """


class Draft(Frozen):
    """A modal or a paged list in the making: everything but the opaque id stays on our side."""

    id: str
    person: Person
    origin: Origin = Origin()
    view_id: str | None = None
    instance_id: InstanceId | None = None
    source_id: InstanceId | None = None
    """Where the data comes from, when that is another instance."""
    snapshot_id: SnapshotId | None = None
    text: str = ""
    """The command that a paged list answers."""
    clone: CloneChoice | None = None
    opened_at: AwareDatetime


class Drafts(Protocol):
    """Drafts, kept for an hour."""

    async def get(self, draft_id: str) -> Draft | None:
        """Return the draft, or None when it is gone."""

    async def save(self, draft: Draft) -> None:
        """Store the draft."""


class Catalogue(Protocol):
    """What Aura does not keep: who asked for a snapshot, and why."""

    async def add(self, note: SnapshotNote) -> None:
        """Remember a note."""

    async def notes(self, instance_id: InstanceId) -> dict[SnapshotId, SnapshotNote]:
        """Return the notes of an instance's snapshots."""


class Seen(Protocol):
    """De-duplication of deliveries."""

    async def first(self, key: str, *, ttl: float) -> bool:
        """Return True once for a key within ``ttl`` seconds."""


class Budget(Protocol):
    """A shared allowance, such as 40 message edits a minute for the workspace."""

    async def take(self, name: str) -> float:
        """Take one unit; returns 0.0 when granted, else the seconds to wait before asking again."""


class Outbox(Protocol):
    """Operations whose messages are behind their state; final ones come out first.

    There are two: one for messages still to be posted, one for messages to be edited, since
    edits are scarce and must never hold back a new message.
    """

    async def mark(self, operation_id: OperationId, *, final: bool) -> None:
        """Say that an operation's messages are behind."""

    async def take(self) -> OperationId | None:
        """Take the most urgent one out, or None when there is nothing to tell now.

        It stays with the taker, and nobody else gets it, until ``done``; a taker that dies
        without ``done`` loses nothing: after a deadline it comes out again.
        """

    async def done(self, operation_id: OperationId) -> None:
        """Say that what was taken is told; a mark that was set since stays."""
