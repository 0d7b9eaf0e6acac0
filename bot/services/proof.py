"""Proof: running the checks of an instance on a graph, read only, one after the other."""

from typing import Protocol

from bot.core.checks import MOST_ROWS, Check, applying, judge, not_run
from bot.core.environments import Environment, Estate
from bot.core.errors import GraphError, GraphRefused
from bot.core.evidence import CheckLine
from bot.core.graph.fingerprint import Fingerprint
from bot.core.graph.rights import PRIVILEGES, excess
from bot.core.instances import InstanceSummary
from bot.ports import Access, Accesses, Clock, Graph, GraphDoor

_PATIENCE = 10.0


class Looking(Protocol):
    """What checks need of the world."""

    @property
    def estate(self) -> Estate:
        """The environments."""

    @property
    def clock(self) -> Clock:
        """Time."""

    @property
    def graph(self) -> Graph:
        """The graphs."""

    @property
    def accesses(self) -> Accesses:
        """The ways into them."""

    @property
    def checks(self) -> tuple[Check, ...]:
        """All checks that are configured."""


#: Seconds that all checks of an instance have together: they run within one tick of the runner,
#: which is cut off after a minute.
TOGETHER = 45.0


class Proof:
    """Runs checks. Nothing is raised for what is expected: a check that cannot run says so."""

    def __init__(self, world: Looking) -> None:
        self._world = world

    def checks(self, instance: InstanceSummary) -> tuple[Check, ...]:
        """Return the checks that are configured for an instance."""
        environment = self._environment(instance)
        name = environment.name if environment else None
        return applying(self._world.checks, instance.id, name)

    def access(self, instance: InstanceSummary) -> Access:
        """Return how the instance itself may be looked at."""
        return self._world.accesses.of(instance, self._environment(instance))

    async def run(
        self, instance: InstanceSummary, *, baseline: Fingerprint | None = None
    ) -> tuple[CheckLine, ...]:
        """Run an instance's checks on the instance itself, as its configured read-only user.

        ``baseline`` is the fingerprint that relative expectations are held against.
        """
        checks = self.checks(instance)
        access = self.access(instance)
        if not checks:
            return ()
        if access.query is None:
            none = "no read-only user is configured for this instance"
            return tuple(not_run(check, none) for check in checks)
        if not access.more_rights and (why := await self._too_mighty(access.query)):
            return tuple(not_run(check, why) for check in checks)
        return await self._all(access.query, checks, baseline)

    async def run_through(
        self,
        door: GraphDoor,
        instance: InstanceSummary,
        *,
        baseline: Fingerprint | None = None,
    ) -> tuple[CheckLine, ...]:
        """Run an instance's checks on a copy of it, through the copy's own door.

        The user's rights are not asked about: the copy is ours, and goes.
        """
        return await self._all(door, self.checks(instance), baseline)

    async def _all(
        self, door: GraphDoor, checks: tuple[Check, ...], baseline: Fingerprint | None
    ) -> tuple[CheckLine, ...]:
        ends = self._world.clock.monotonic() + TOGETHER
        return tuple([await self._one(door, check, baseline, ends) for check in checks])

    async def _one(
        self, door: GraphDoor, check: Check, baseline: Fingerprint | None, ends: float
    ) -> CheckLine:
        clock = self._world.clock
        began = clock.monotonic()
        left = ends - began
        if left < 1:
            return not_run(check, f"the checks before it took the {TOGETHER:g} s that all have")

        def milliseconds() -> int:
            return round((clock.monotonic() - began) * 1000)

        try:
            answer = await self._world.graph.read(
                door, check.cypher, timeout=min(check.timeout, left), most_rows=MOST_ROWS
            )
        except GraphError as trouble:
            return not_run(check, trouble.summary, milliseconds=milliseconds())
        return judge(check, answer.rows, baseline=baseline, milliseconds=milliseconds())

    async def _too_mighty(self, door: GraphDoor) -> str | None:
        """Say why checks must not run as this user, or None when it can only read."""
        mend = "name a read-only one, or set allow_more_rights"
        try:
            answer = await self._world.graph.read(
                door, PRIVILEGES, timeout=_PATIENCE, most_rows=1000
            )
        except GraphRefused as refused:
            if "UnsupportedAdministrationCommand" in refused.code:  # Community Edition
                return f"every user of this database may write; {mend}"
            return f"the user's rights are unknown: {refused.summary}"
        except GraphError as trouble:
            return trouble.summary
        more = excess((str(access), str(action)) for access, action in answer.rows)
        return f"the user may do more than read ({', '.join(more[:5])}); {mend}" if more else None

    def _environment(self, instance: InstanceSummary) -> Environment | None:
        return self._world.estate.environment_of(instance)
