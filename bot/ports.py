"""Ports: what the services need of the world, as protocols that adapters fulfil."""

from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from typing import Protocol, TypeVar

from pydantic import AwareDatetime, Field

from bot.core.audit import AuditEntry, AuditRecord
from bot.core.base import (
    ChannelId,
    Frozen,
    GroupId,
    InstanceId,
    OperationId,
    SnapshotId,
    TeamId,
    UserId,
)
from bot.core.instances import Instance, InstanceSummary, Project
from bot.core.operations import Operation, Origin, Restore, TakeSnapshot
from bot.core.people import Person, Standing
from bot.core.permits import Permit
from bot.core.snapshots import Snapshot, SnapshotNote
from bot.views.kit import Message, View

Op = TypeVar("Op", bound=Operation)


class Clock(Protocol):
    """Time."""

    def now(self) -> datetime:
        """Return the present, aware and in UTC."""

    def monotonic(self) -> float:
        """Return seconds that only grow, for measuring."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class NewId(Protocol):
    """Fresh ids: short, unguessable (at least 64 bits), safe to copy, such as ``rst-9k2m…``."""

    def __call__(self, prefix: str) -> str:
        """Return a new id with this prefix."""


class Accepted(Frozen):
    """Aura said 202."""

    status: str
    request_id: str | None = None


class SnapshotAccepted(Frozen):
    """Aura accepted a snapshot."""

    snapshot_id: SnapshotId
    request_id: str | None = None


class Aura(Protocol):
    """The Aura API, by effect. Every method may raise AuraError.

    Reads wait for the shared rate limit; ``background`` ones let interactive work go first.
    """

    async def projects(self) -> tuple[Project, ...]:
        """Return every project that the credentials see."""

    async def instances(self) -> tuple[InstanceSummary, ...]:
        """Return every instance that the credentials see, without their state."""

    async def instance(self, instance_id: InstanceId, *, background: bool = False) -> Instance:
        """Return one instance with its state; AuraNotFound when it has gone."""

    async def snapshots(
        self, instance_id: InstanceId, day: date, *, background: bool = False
    ) -> tuple[Snapshot, ...]:
        """Return the snapshots of one UTC day."""

    async def snapshot(
        self, instance_id: InstanceId, snapshot_id: SnapshotId, *, background: bool = False
    ) -> Snapshot:
        """Return one snapshot; AuraNotFound when there is none."""

    async def take_snapshot(self, instance_id: InstanceId) -> SnapshotAccepted:
        """Ask for an on-demand snapshot; sent once, never repeated by itself."""

    async def overwrite_in_place(self, permit: Permit) -> Accepted:
        """Restore the permit's snapshot over its instance; the permit is consumed first.

        Sent at most once. An AuraError with ``definite`` False means that nobody can know
        whether it was done. Raises NotAllowed when the permit has been consumed before.
        """


class MessageRef(Frozen):
    """Where a message stands in Slack."""

    channel: ChannelId
    ts: str


class ChannelFacts(Frozen):
    """What Slack knows of a channel."""

    id: ChannelId
    name: str
    member: bool
    archived: bool = False
    external: bool = False


class Identity(Frozen):
    """Who the bot is in Slack."""

    team_id: TeamId
    user_id: UserId
    scopes: frozenset[str] = frozenset()


class Chat(Protocol):
    """Everything that leaves for Slack. Methods raise ChatFailed or ChatUnavailable."""

    async def post(
        self, channel: ChannelId, message: Message, *, thread_ts: str | None = None
    ) -> MessageRef:
        """Post a message, or a reply in a thread."""

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """Replace a message of ours; the caller has taken an edit from the budget."""

    async def whisper(
        self, channel: ChannelId, to: UserId, message: Message, *, thread_ts: str | None = None
    ) -> None:
        """Show a message to one person in a channel."""

    async def dm(self, to: UserId, message: Message) -> MessageRef:
        """Write to one person."""

    async def respond(self, response_url: str, message: Message) -> None:
        """Whisper where the bot may not be a member; 5 uses within 30 minutes."""

    async def open_view(self, trigger_id: str, view: View) -> str:
        """Open a modal and return its view id; the trigger lives 3 s and works once."""

    async def update_view(self, view_id: str, view: View, *, hash: str | None = None) -> None:
        """Replace a modal; with ``hash``, only if nobody changed it meanwhile."""

    async def publish_home(self, to: UserId, view: View) -> None:
        """Show a person's Home tab."""

    async def permalink(self, ref: MessageRef) -> str:
        """Return the address of a message."""


class Directory(Protocol):
    """Who people are, read live; methods raise ChatFailed, and the caller fails closed."""

    async def me(self) -> Identity:
        """Return the bot's own identity."""

    async def standing(self, user_id: UserId) -> Standing:
        """Return what Slack says of a person now."""

    async def members(self, group_id: GroupId) -> tuple[UserId, ...]:
        """Return the members of a user group now; empty when it is disabled or unknown."""

    async def channel(self, channel_id: ChannelId) -> ChannelFacts:
        """Return what Slack says of a channel now."""


class Operations(Protocol):
    """The truth about operations. Methods raise StoreUnavailable."""

    async def create(self, op: Operation) -> None:
        """Store a new operation; with EXCLUSIVE it takes the instance's lease in the same step.

        Raises InstanceBusy naming the holder when another operation holds the instance.
        """

    async def get(self, operation_id: OperationId) -> Restore | TakeSnapshot | None:
        """Return an operation, or None."""

    async def update(self, operation_id: OperationId, modify: Callable[[Op], Op]) -> Op:
        """Change an operation by compare-and-swap and return it as stored.

        ``modify`` is pure and may run several times; what it raises leaves the store untouched.
        Reaching a final phase gives the lease back in the same step; a writer whose lease was
        taken (fencing token) is refused with AlreadyDecided. Raises UnknownOperation.
        """

    async def open(self) -> tuple[OperationId, ...]:
        """Return the ids of all operations that are not final."""

    async def recent(self, limit: int = 50) -> tuple[Restore | TakeSnapshot, ...]:
        """Return the newest operations first, finished ones included."""

    async def holder(self, instance_id: InstanceId) -> OperationId | None:
        """Return which operation holds an instance, or None."""

    async def stumbled(self, operation_id: OperationId) -> int:
        """Count a tick that failed for no known reason; returns how many since the last event."""


class Queue(Protocol):
    """The doorbell: wakes the runner for an operation, at least once."""

    async def ring(self, operation_id: OperationId, *, after: float = 0.0) -> None:
        """Wake the runner for it after ``after`` seconds; a later bell never delays an earlier."""


class AuditLog(Protocol):
    """The hash-chained audit log. No record, no action (promise P11)."""

    async def append(self, record: AuditRecord) -> AuditEntry:
        """Append a record; raises StoreUnavailable, and the caller must not act then."""

    def read(self, *, after: int = 0) -> AsyncIterator[AuditEntry]:
        """Yield the entries in order, from number ``after + 1``."""


class Card(Frozen):
    """The messages that follow an operation, and how far they have been told."""

    root: MessageRef | None = None
    gate: MessageRef | None = None
    """The thread message with the Approve and Deny buttons."""
    copies: tuple[MessageRef, ...] = ()
    """Direct messages to approvers."""
    told: int = 0
    """How many events of the history have their line in the thread."""
    ended: MessageRef | None = None
    """The new message about the end."""
    alert: MessageRef | None = None
    settled: bool = False
    """Whether nothing is left to post or edit."""
    shown: dict[str, str] = Field(default={})
    """Digest of what each message (by ts) shows."""


class Cards(Protocol):
    """Where the messages of operations stand. Each card has a TTL after its operation's end."""

    async def get(self, operation_id: OperationId) -> Card:
        """Return the card, an empty one when none is stored."""

    async def save(self, operation_id: OperationId, card: Card) -> None:
        """Store the card."""

    async def find(self, ref: MessageRef) -> OperationId | None:
        """Return the operation whose message this is, or None."""


class Draft(Frozen):
    """A restore modal in the making: everything but the opaque id stays on our side."""

    id: str
    person: Person
    origin: Origin = Origin()
    view_id: str | None = None
    instance_id: InstanceId | None = None
    snapshot_id: SnapshotId | None = None
    opened_at: AwareDatetime


class Drafts(Protocol):
    """Drafts of modals, kept for an hour."""

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
    """Operations whose messages are behind their state; final ones come out first."""

    async def mark(self, operation_id: OperationId, *, final: bool) -> None:
        """Say that an operation's messages are behind."""

    async def take(self) -> OperationId | None:
        """Take the most urgent one out, or None when all messages are up to date."""


class Meter(Protocol):
    """What is counted for `/metrics`."""

    def recorded(self, op: Operation) -> None:
        """An event of this operation was recorded."""
