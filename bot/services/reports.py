"""Reports: the records of a period, compiled; asked for in Slack or from a shell."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from bot.core.audit import GENESIS, AuditEntry, chain
from bot.core.base import Frozen
from bot.core.environments import Environment, Estate
from bot.core.errors import AuraError, BadCommand, UnknownEnvironment
from bot.core.instances import Instance, InstanceSummary
from bot.core.people import Person
from bot.core.policy import Role
from bot.core.report import compiled
from bot.core.report_lines import Chain, Report, Setting
from bot.core.retention import learned
from bot.core.vault import Export, Keep
from bot.ports import Alerts, AuditLog, Aura, Clock, Operations, WatchLog
from bot.ports.addresses import Opened, Purpose
from bot.services.gate import Gate
from bot.services.world import World

#: Without other words, the days before today.
USUAL_DAYS = 90
#: Longer ago nothing is kept but the audit log.
MOST_DAYS = 400
#: How long the address of a page works.
KEPT = timedelta(minutes=15)


class Period(Frozen):
    """From the first moment of ``since`` to the end of ``until``, as UTC days."""

    since: date
    until: date

    @property
    def begin(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.since, time(), UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.until, time(), UTC) + timedelta(days=1)


def period(since: date | None, until: date | None, *, today: date) -> Period:
    """Return the period that is meant; raises BadCommand for one that cannot be."""
    until = until or today
    since = since or until - timedelta(days=USUAL_DAYS - 1)
    if since > until:
        raise BadCommand(f"{since} is after {until}", hint="Give the earlier day as --from.")
    if until > today:
        raise BadCommand(
            f"{until} is in the future", hint=f"Days are counted in UTC, where today is {today}."
        )
    if (today - since).days > MOST_DAYS:
        raise BadCommand(
            f"{since} is more than {MOST_DAYS} days back", hint="Operations are kept that long."
        )
    return Period(since=since, until=until)


class Compiler:
    """Compiles reports out of the store, the vault and the fleet as it is."""

    def __init__(
        self,
        *,
        estate: Estate,
        clock: Clock,
        aura: Aura,
        operations: Operations,
        audit: AuditLog,
        exports: Callable[[], Awaitable[tuple[Export, ...]]],
        watch: WatchLog,
        alerts: Alerts,
        vault: str,
        keep: Mapping[str, Keep],
    ) -> None:
        self._estate = estate
        self._clock = clock
        self._aura = aura
        self._operations = operations
        self._audit = audit
        self._exports = exports
        self._watch = watch
        self._alerts = alerts
        self._vault = vault
        self._keep = keep

    async def __call__(self, environment: Environment, within: Period) -> Report:
        """Return the report of an environment; raises AuraError, StoreUnavailable."""
        entries, chain = await self._entries(environment, within)
        instances = await self._instances(environment)
        return compiled(
            environment.name,
            since=within.begin,
            until=within.end,
            now=self._clock.now(),
            instances=instances,
            operations=await self._operations.since(within.begin - timedelta(days=2)),
            exports=await self._exports(),
            entries=entries,
            chain=chain,
            setting=await self._setting(environment, within, instances),
        )

    async def _setting(
        self, environment: Environment, within: Period, instances: Iterable[InstanceSummary]
    ) -> Setting:
        name = environment.name
        sights = tuple(s for s in await self._watch.sightings() if s.environment == name)
        raised = (*await self._alerts.all(), *await self._alerts.past(since=within.begin))
        known = {i.id for i in instances} | {sight.id for sight in sights}
        return Setting(
            wanted=self._estate.watch(name).protection,
            vault=self._vault,
            keep=self._keep.get(name),
            tiers=learned(await self._watch.witnesses(), self._estate.tiers),
            sights=sights,
            seen={each: await self._watch.days(each) for each in sorted(known)},
            alerts=tuple({r.id: (r.id, r.alert) for r in raised if r.home == name}.values()),
        )

    async def _instances(self, environment: Environment) -> list[Instance | InstanceSummary]:
        found: list[Instance | InstanceSummary] = []
        for summary in await self._aura.instances():
            home = self._estate.environment_of(summary)
            if home is None or home.name != environment.name:
                continue
            try:
                found.append(await self._aura.instance(summary.id, background=True))
            except AuraError:  # its name and id are known all the same
                found.append(summary)
        return found

    async def _entries(
        self, environment: Environment, within: Period
    ) -> tuple[list[AuditEntry], Chain]:
        """Walk the whole log, checking each link; keep what concerns this report."""
        kept: list[AuditEntry] = []
        number, head, broken_at = 0, GENESIS, None
        async for entry in self._audit.read():
            number += 1
            fits = entry.number == number and chain(head, entry.record) == entry.digest
            if not fits and broken_at is None:
                broken_at = number
            head = entry.digest
            if (
                entry.record.environment == environment.name
                and within.begin <= entry.record.at < within.end
            ):
                kept.append(entry)
        return kept, Chain(entries=number, head=head if number else "", broken_at=broken_at)


class Reports:
    """Reports as people ask for them."""

    def __init__(self, world: World, gate: Gate, compiler: Compiler) -> None:
        self._world = world
        self._gate = gate
        self._compiler = compiler

    async def asked(
        self, person: Person, name: str, *, since: date | None, until: date | None
    ) -> tuple[Report, str | None]:
        """Return a report for somebody who may look, and an address of the whole page.

        Raises NotAllowed, UnknownEnvironment, BadCommand or AuraError.
        """
        await self._gate.require(person, Role.VIEWER, None, action="report.view")
        within = period(since, until, today=self._world.clock.now().date())
        environment = named(self._world.estate, name)
        await self._gate.require(person, Role.VIEWER, environment, action="report.view")
        report = await self._compiler(environment, within)
        subject = f"report:{environment.name}:{within.since}:{within.until}"
        opened = Opened(purpose=Purpose.FETCH, subject=subject)
        return report, await self._world.addresses.make(opened, kept=KEPT)

    async def again(self, subject: str) -> Report:
        """Return the report that an address stands for, as the records are now."""
        name, since, until = subject.split(":")
        within = Period(since=date.fromisoformat(since), until=date.fromisoformat(until))
        return await self._compiler(named(self._world.estate, name), within)


def named(estate: Estate, name: str) -> Environment:
    """Return the environment of this name; raises UnknownEnvironment with those there are."""
    found = estate.environment(name.strip())
    if found is None:
        known = ", ".join(f"`{environment.name}`" for environment in estate.environments)
        raise UnknownEnvironment(
            f"there is no environment “{name.strip()[:40]}”", hint=f"There are: {known}."
        )
    return found
