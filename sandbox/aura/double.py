"""The Aura double: a Neo4j Aura API for tests and the sandbox.

The state moves with `now` alone: nothing runs in the background, so a test's clock moves it as the
real one does.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox.aura.archives import backup_file
from sandbox.aura.calls import Call, Record
from sandbox.aura.console import Console
from sandbox.aura.console_calls import ConsoleCalls
from sandbox.aura.control import control_routes
from sandbox.aura.databases import DEFAULT
from sandbox.aura.direct import Direct, application
from sandbox.aura.faults import Faults
from sandbox.aura.fleet import (
    CLIENT_ID,
    CLIENT_SECRET,
    LEDGER_CLIENT_ID,
    LEDGER_CLIENT_SECRET,
    LEDGERS,
    Fleet,
    fleet,
)
from sandbox.aura.front import Front
from sandbox.aura.gate import Gate
from sandbox.aura.graphs import Graph
from sandbox.aura.instances import OTHER_STATUSES, STATUSES
from sandbox.aura.times import Durations, Now, Pace, utc_now
from sandbox.aura.world import Restore, World

_CLIENTS = {CLIENT_ID: CLIENT_SECRET, LEDGER_CLIENT_ID: LEDGER_CLIENT_SECRET}
SNAPSHOT_STATUSES = frozenset({"Pending", "InProgress", "Completed", "Failed", "Cancelled"})


class AuraDouble:
    """What a client takes for api.neo4j.io.

    `now`: the clock, aware UTC. `speed` divides `durations`. `seed`: what exists at first.
    `requests_per_minute`: 25 or 125 as the real tiers, None = no limit. `clients`: client id to
    secret; `reach`: client id to the projects it may see, those of home when not listed.
    `slow_by`: seconds that the fault `slow` adds. `keep_calls`: how many calls are kept in full.
    `part_size`: the bytes of a part in which Amazon's storage takes backup files.
    """

    def __init__(
        self,
        *,
        now: Now = utc_now,
        speed: float = 1.0,
        seed: Fleet | None = None,
        durations: Durations | None = None,
        requests_per_minute: int | None = 125,
        clients: Mapping[str, str] | None = None,
        reach: Mapping[str, Collection[str]] | None = None,
        slow_by: float = 3.0,
        keep_calls: int = 100_000,
        part_size: int = 8 * 1024 * 1024,
    ) -> None:
        self.now = now
        self.url = ""
        self.faults = Faults()
        self.clients = dict(_CLIENTS if clients is None else clients)
        seed = seed if seed is not None else fleet()
        self.pace = Pace(durations=durations or Durations(), speed=speed)
        self.world = World(now=now, seed=seed, pace=self.pace, faults=self.faults)
        self.gate = Gate(
            clients=self.clients,
            reach={LEDGER_CLIENT_ID: [LEDGERS], **(reach or {})},
            home=seed.home(),
            requests_per_minute=requests_per_minute,
        )
        self.record = Record(keep=keep_calls)
        self._front = Front(
            world=self.world,
            gate=self.gate,
            faults=self.faults,
            record=self.record,
            slow_by=slow_by,
        )
        self.ask = Direct(self._front)
        self.console = Console(self.world, part_size=part_size)
        self._console_calls = ConsoleCalls(
            self.console, record=self.record, number=self._front.number
        )
        self._runner: web.AppRunner | None = None

    @property
    def calls(self) -> list[Call]:
        """Every call so far, oldest first."""
        return self.record.calls

    @property
    def restores(self) -> list[Restore]:
        """Every accepted call that replaces an instance's data (`restore`, `overwrite`)."""
        return self.world.restores

    @property
    def on_call(self) -> Callable[[Call], None] | None:
        """Called with each call before its answer leaves."""
        return self.record.on_call

    @on_call.setter
    def on_call(self, hook: Callable[[Call], None] | None) -> None:
        self.record.on_call = hook

    def expire_tokens(self) -> None:
        """Let every access token given out so far be expired, the console's too."""
        self.gate.expire_tokens()
        self.console.expire_tokens()

    def status_of(self, instance_id: str) -> str:
        """The status of an instance as of now, without a call; KeyError when unknown."""
        instance = self.world.instances[instance_id]
        instance.settle(self.now())
        return instance.status

    def graph(self, instance_id: str, database: str = DEFAULT) -> Graph:
        """What is in a database as of now; KeyError when unknown."""
        instance = self.world.instances[instance_id]
        instance.settle(self.now())
        instance.snapshots(self.now())
        return instance.databases.by_name[database].graph()

    def export(self, instance_id: str, snapshot_id: str, database: str = DEFAULT) -> bytes:
        """What the console's Export button downloads; KeyError when there is no such snapshot.

        ValueError for a snapshot that is not exportable now.
        """
        now = self.now()
        snapshot = self.world.instances[instance_id].snapshots(now).get(snapshot_id, now)
        if snapshot is None:
            raise KeyError(snapshot_id)
        if not snapshot.exportable(now):
            raise ValueError("the snapshot is not exportable")
        graph = snapshot.content[database]()
        return backup_file(graph, database=database, taken_at=snapshot.at)

    def database_url(self, instance_id: str) -> str:
        """Stands for `https://<id>.databases.neo4j.io`; `/db/neo4j/query/v2` follows."""
        return f"{self.url}/databases/{instance_id}"

    def set_status(
        self, instance_id: str, status: str, *, for_seconds: float | None = None
    ) -> None:
        """Change an instance out of band, as the console or Neo4j's staff would.

        With `for_seconds` (of the double's clock, not scaled) the status before comes back by
        itself. KeyError for an unknown instance, ValueError for a status that is neither one of
        `STATUSES` nor of `OTHER_STATUSES`.
        """
        if status not in STATUSES | OTHER_STATUSES:
            raise ValueError(f"no status of an instance: {status}")
        now = self.now()
        instance = self.world.instances[instance_id]
        instance.settle(now)
        until = None if for_seconds is None else now + timedelta(seconds=for_seconds)
        instance.become(now, status, until=until)

    def set_snapshot_status(self, instance_id: str, snapshot_id: str, status: str) -> None:
        """Give a snapshot a status out of band (`Cancelled`, say); errors as `set_status`."""
        if status not in SNAPSHOT_STATUSES:
            raise ValueError(f"no status of a snapshot: {status}")
        self.world.instances[instance_id].snapshots(self.now()).settle(snapshot_id, status)

    def forget_snapshot(self, instance_id: str, snapshot_id: str) -> None:
        """Let a snapshot vanish as if its retention were over; KeyError when unknown."""
        self.world.instances[instance_id].snapshots(self.now()).forget(snapshot_id)

    def app(self) -> web.Application:
        """An application: `/oauth/token`, the APIs, and `/sandbox/aura/…` for control."""
        app = application(self._front)
        app.add_routes(self._console_calls.routes())
        app.add_routes(control_routes(self))
        return app

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve; returns the base address without `/v1`. Port 0 picks a free one."""
        runner = web.AppRunner(self.app(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        self._runner = runner
        bound = runner.addresses[0]
        self.url = f"http://{bound[0]}:{bound[1]}"
        return self.url

    async def stop(self) -> None:
        """Stop serving; the state stays, and `start` may be called again."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
