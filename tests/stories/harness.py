"""The stage for stories: the whole bot on real doubles, with a clock that a test moves.

Slack and Aura are the sandbox's doubles over real HTTP and a real Socket Mode connection, the
store is a real Valkey. Only two ports are the test's own: the clock, and the queue, which rings
when the story's clock says so.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.adapters.socket import SocketMode
from bot.app import Savepoint, assemble
from bot.config import load
from bot.core.audit import AuditRecord
from bot.core.base import OperationId
from bot.core.environments import Estate
from bot.core.operations import Restore
from bot.services.house import furnish
from sandbox.aura import AuraDouble
from sandbox.aura import fleet as aura
from sandbox.slack import Cast, SlackDouble
from sandbox.slack import cast as slack
from sandbox.slack.person import ActingPerson
from sandbox.slack.sightings import Place, Seen, SeenView
from sandbox.town import EVIDENCE_KEY, configuration
from sandbox.uploads import passwords, sample_files

START = datetime(2026, 11, 22, 7, 41, tzinfo=UTC)
PLENTY = {"chat.update": (10_000, 60.0), "chat.postMessage": (10_000, 1.0)}


@dataclass
class StoryClock:
    """Time that moves when the story says so; sleeping moves it too."""

    at: datetime = START
    _runs: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._runs.set()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let whoever sleeps meanwhile sleep on."""
        self._runs.clear()
        try:
            yield
        finally:
            self._runs.set()

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - START).total_seconds()

    async def sleep(self, seconds: float) -> None:
        await self._runs.wait()
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@dataclass
class StoryQueue:
    """Bells that ring when the story's clock reaches them."""

    clock: StoryClock
    bells: dict[OperationId, datetime] = field(default_factory=dict)

    async def ring(self, operation_id: OperationId, *, after: float = 0.0) -> None:
        due = self.clock.now() + timedelta(seconds=after)
        self.bells[operation_id] = min(due, self.bells.get(operation_id, due))

    def take(self) -> OperationId | None:
        due = [(at, op) for op, at in self.bells.items() if at <= self.clock.now()]
        if not due:
            return None
        operation_id = min(due)[1]
        del self.bells[operation_id]
        return operation_id

    def next_at(self) -> datetime | None:
        return min(self.bells.values(), default=None)


class Story:
    """Everything a story acts on."""

    def __init__(
        self, bot: Savepoint, double: SlackDouble, service: AuraDouble, queue: StoryQueue
    ) -> None:
        self.bot = bot
        self.slack = double
        self.aura = service
        self.queue = queue
        self.clock = queue.clock
        self.requester = Actor(self, slack.REQUESTER)
        self.approver = Actor(self, slack.APPROVER_ONE)
        self.second_approver = Actor(self, slack.APPROVER_TWO)
        self.guest = Actor(self, slack.GUEST)
        self.external = Actor(self, slack.EXTERNAL)

    async def settle(self) -> None:
        """Let everything happen that needs no time to pass."""
        while True:
            await self.bot.tasks.drain()
            await self.bot.house.hauls.idle()
            await asyncio.sleep(0)
            operation_id = self.queue.take()
            if operation_id is not None:
                await self.bot.house.runner.tick(operation_id)
            elif not await self._messages():
                return

    async def _messages(self) -> bool:
        office = self.bot.house.post_office
        moved = False
        while not await office.deliver():
            moved = True
        while not await office.revise():
            moved = True
        return moved

    async def advance(self, **span: float) -> None:
        """Move the clock, stopping at every bell on the way, as a running bot would."""
        end = self.clock.now() + timedelta(**span)
        await self.settle()
        while (at := self.queue.next_at()) is not None and at <= end:
            self.clock.at = max(self.clock.at, at)
            await self.settle()
        self.clock.at = max(self.clock.at, end)
        await self.settle()

    async def restart(self) -> None:
        """Forget everything that is not in the store, as a crash would; then sweep."""
        self.queue.bells.clear()
        await self.bot.house.hauls.close()
        await self.bot.house.world.imports.tidy(())
        await self.bot.house.sweep(forced=True)

    def change_estate(self, estate: Estate) -> None:
        """Go on with another configuration, as a restart with an edited file would."""
        self.change_world(estate=estate)

    def change_environment(self, name: str = "production", /, **changes: object) -> None:
        """Edit one environment of the configuration."""
        environments = tuple(
            e.model_copy(update=changes) if e.name == name else e for e in self.estate.environments
        )
        self.change_estate(self.estate.model_copy(update={"environments": environments}))

    def change_world(self, **ports: object) -> None:
        """Put other ports in the place of the real ones."""
        house = furnish(replace(self.bot.house.world, **ports))  # type: ignore[arg-type]
        for name in house.__dataclass_fields__:
            object.__setattr__(self.bot.house, name, getattr(house, name))

    @property
    def estate(self) -> Estate:
        return self.bot.house.world.estate

    async def operation(self) -> Restore:
        """The newest restore as it is stored."""
        found = await self.bot.operations.recent(1)
        assert isinstance(found[0], Restore)
        return found[0]

    async def audit(self) -> list[str]:
        """The audit log as `action verdict` lines."""
        return [f"{record.action} {record.verdict}" for record in await self.records()]

    async def records(self) -> list[AuditRecord]:
        """The audit log."""
        return [entry.record async for entry in self.bot.house.world.audit.read()]

    @property
    def restores(self) -> int:
        """How many restores Aura accepted."""
        return len(self.aura.restores)

    @property
    def writes(self) -> list[str]:
        """The calls that change something at Aura, as `snapshots <id>` and `restore <id>`."""
        calls = [c for c in self.aura.calls if c.method != "GET" and "oauth" not in c.path]
        return [f"{c.path.rpartition('/')[2]} {c.path.split('/')[3]}" for c in calls]

    def snapshots(self, instance: str = aura.ORDERS_PROD) -> list[str]:
        """The ids of an instance's snapshots on demand, newest first."""
        log = self.aura.world.instances[instance].snapshots(self.clock.now())
        found = [s for s in log.all(self.clock.now()) if s.profile == "AdHoc"]
        return [s.id for s in sorted(found, key=lambda s: s.at, reverse=True)]

    async def read(self, seen: Seen | SeenView) -> str:
        """What a person reads, with words for the ids that differ in every run."""
        [op] = await self.bot.operations.recent(1)
        text = str(seen).replace(op.id, "(id)").replace(op.plan.seal[:12], "(seal)")
        return re.sub(r"[0-9a-f]{32}/\d+", "(request)", text)

    def messages(self) -> list[Seen]:
        """Every message of the bot anywhere, whispers included, as those who get it see it."""
        world = self.slack.world
        found = {m.ts: m for p in self.people for c in world.channels for m in p.person.sees(c)}
        return [found[ts] for ts in sorted(found) if found[ts].author == "Savepoint"]

    @property
    def people(self) -> list["Actor"]:
        return [self.requester, self.approver, self.second_approver, self.guest, self.external]

    async def requested(
        self,
        instance: str = aura.ORDERS_PROD,
        *,
        reason: str = "Bad deploy at 07:30",
        **more: str,
    ) -> Seen:
        """Let the requester ask for a restore; returns the message with the buttons."""
        await self.requester.types(f"/aura restore {instance}")
        errors = await self.requester.sends(reason=reason, suffix=instance[-4:], **more)
        assert errors == {}, errors
        return self.approver.gate()

    async def approved(self) -> None:
        """Let an approver press Approve."""
        await self.approver.clicks("Approve", in_=self.approver.gate())


class Actor:
    """A person on the stage; whatever they do is followed to its end."""

    def __init__(self, story: Story, user: str) -> None:
        self._story = story
        self._user = user

    @property
    def person(self) -> ActingPerson:
        return self._story.slack.person(self._user)

    async def types(self, text: str, channel: str = slack.OPS_PRODUCTION) -> None:
        await self.person.types(text, channel)
        await self._story.settle()

    async def says(self, text: str, channel: str, thread_ts: str | None = None) -> None:
        await self.person.says(text, channel, thread_ts)
        await self._story.settle()

    async def clicks(self, label: str, in_: Place | None = None) -> None:
        await self.person.clicks(label, in_)
        await self._story.settle()

    async def sends(
        self,
        *,
        reason: str = "",
        word: str = "RESTORE",
        suffix: str = "",
        waiver: str = "",
        rehearse: str = "",
    ) -> dict[str, str]:
        """Fill in the fields that the open modal shows, and submit it."""
        view = self.modal
        wanted: dict[str, object] = {
            "reason": reason,
            "word": word,
            "suffix": suffix,
            "waiver": waiver,
            "rehearse": [rehearse] if rehearse else "",
        }
        shown = {b["block_id"] for b in view.given["blocks"] if b["type"] == "input"}
        values: Mapping[str, object] = {
            block_id: wanted[block_id.partition(".")[0]]
            for block_id in shown
            if block_id.partition(".")[0] in wanted and wanted[block_id.partition(".")[0]]
        }
        with self._story.clock.stopped():
            errors = await self.person.submits(view, values)
        await self._story.settle()
        return {block_id.partition(".")[0]: said for block_id, said in errors.items()}

    async def picks(self, label: str, option: object) -> None:
        """Choose an option in the open modal."""
        await self.person.picks(self.modal, label, option)
        await self._story.settle()

    async def denies(self, reason: str) -> dict[str, str]:
        """Press Deny and give a reason; returns the errors under it."""
        await self.clicks("Deny…", in_=self.gate())
        errors = await self.person.submits(self.modal, {"Reason": reason})
        await self._story.settle()
        return errors

    async def opens_home(self) -> SeenView:
        await self.person.opens_home()
        await self._story.settle()
        assert self.person.home is not None
        return self.person.home

    @property
    def modal(self) -> SeenView:
        assert self.person.modal is not None, self.person.notices
        return self.person.modal

    @property
    def whisper(self) -> str:
        """The newest message that only this person sees: ephemeral, or from the bot directly."""
        direct = [m for m in self.person.sees("dm")]
        return str(max([*self.person.whispers, *direct], key=lambda m: m.ts))

    def fields(self, name: str) -> list[str]:
        """The block ids of a field of the open modal."""
        shown = [str(b.get("block_id")) for b in self.modal.given["blocks"]]
        return [b for b in shown if b.partition(".")[0] == name]

    @property
    def dm(self) -> Seen:
        """The newest direct message of the bot."""
        return self.person.sees("dm")[-1]

    def channel(self, channel: str = slack.OPS_PRODUCTION) -> list[Seen]:
        return self.person.sees(channel)

    def card(self, channel: str = slack.OPS_PRODUCTION) -> Seen:
        """The newest root message of the bot in a channel."""
        return [m for m in self.person.sees(channel) if m.thread_ts in (None, m.ts)][-1]

    def thread(self, channel: str = slack.OPS_PRODUCTION) -> list[Seen]:
        """The replies under the newest card."""
        root = self.card(channel)
        return [m for m in self.person.sees(channel, root.ts) if m.ts != root.ts]

    def gate(self, channel: str = slack.OPS_PRODUCTION) -> Seen:
        """The newest message that asks for a decision, or else the one that did in the thread."""
        asking = [m for m in self.channel(channel) if "Approve" in m.buttons]
        return asking[-1] if asking else self.thread(channel)[0]


@asynccontextmanager
async def stage(
    url: str, folder: Path, *, neo4j_admin: Path | None = None, **more: str
) -> AsyncIterator[Story]:
    """Set the stage on an empty store."""
    clock = StoryClock()
    config = folder / "savepoint.toml"
    (folder / "vault").mkdir()
    async with (
        AuraDouble(now=clock.now, requests_per_minute=None) as service,
        SlackDouble(now=clock.now, limits=False) as double,
    ):
        sample_files(folder / "uploads", clock.now())
        uploads, vault = folder / "uploads", folder / "vault"
        text = configuration(speed=1.0, graphs=service.url, uploads=uploads, vault=vault)
        if neo4j_admin is not None:
            text = text.replace("[upload]\n", f'[upload]\nneo4j_admin = "{neo4j_admin}"\n')
        config.write_text(text)
        settings = load(
            {
                **double.settings(),
                "AURA_API_URL": service.url,
                "AURA_CLIENT_ID": aura.CLIENT_ID,
                "AURA_CLIENT_SECRET": aura.CLIENT_SECRET,
                "REDIS_URL": url,
                "AURA_CONSOLE_URL": service.url,
                "SAVEPOINT_CONFIG": str(config),
                **passwords(),
                "SAVEPOINT_PUBLIC_URL": "https://savepoint.example.com",
                "SAVEPOINT_EVIDENCE_KEY": EVIDENCE_KEY,
                **more,
            }
        )
        settings = settings.model_copy(
            update={
                "credentials": tuple(
                    c.model_copy(update={"per_minute": 1_000_000}) for c in settings.credentials
                )
            }
        )
        queue = StoryQueue(clock)
        async with assemble(settings, url, queue=queue, clock=clock, budgets=PLENTY) as bot:
            socket = SocketMode(bot.bolt, Cast().app.app_token, bot.client, clock)
            await socket.connect()
            try:
                yield Story(bot, double, service, queue)
            finally:
                await socket.close()
                await bot.tasks.drain()
