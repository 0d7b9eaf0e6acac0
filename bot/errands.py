"""What the command line does beside a running bot: examine everything, read the audit log."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from functools import partial
from urllib.parse import quote

from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.aura.auth import Credential
from bot.adapters.aura.client import AuraClient
from bot.adapters.clock import SystemClock, new_id
from bot.adapters.embedded import DataInUse
from bot.adapters.redis import (
    RedisAlerts,
    RedisAuditLog,
    RedisFingerprints,
    RedisLeases,
    RedisOperations,
    RedisRecords,
    RedisWatchLog,
    Weakness,
    connect,
    durability,
)
from bot.adapters.slack import SlackDirectory
from bot.adapters.slack_door import SlackDoor
from bot.app import store_url
from bot.config import Settings
from bot.core.audit import AuditEntry, Verdict
from bot.core.base import Frozen, InstanceId, OperationId
from bot.core.errors import AlreadyDecided, BotError, IllegalTransition, UnknownInstance
from bot.core.findings import Finding
from bot.core.instances import find
from bot.core.operations import Export, advance
from bot.core.operations.events import Event
from bot.core.report_lines import Report
from bot.core.retention import learned
from bot.core.tiers import TierFacts
from bot.core.vault import Export as Kept
from bot.core.wishes import Means
from bot.manifest import SCOPES
from bot.services.arrivals import Arrivals
from bot.services.doctor import Doctor
from bot.services.exports import Exports
from bot.services.protection_doctor import ProtectionDoctor
from bot.services.record import keep
from bot.services.reports import Compiler, named, period
from bot.services.vault_doctor import examine_vault


async def diagnose(settings: Settings) -> tuple[Finding, ...]:
    """Examine everything that was configured; nothing is changed anywhere."""
    clock = SystemClock()
    client = AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=10,
    )
    door = SlackDoor(client, clock, _uncounted)
    app_token = settings.slack_app_token
    secret = app_token.get_secret_value() if app_token else ""

    async def open_socket() -> None:
        await door.open_socket(secret)

    async def store() -> Sequence[Weakness]:
        async with beside(settings) as url, connect(url) as redis:
            return await durability(redis)

    async with open_aura(settings) as aura:
        doctor = Doctor(
            estate=settings.estate,
            directory=SlackDirectory(door, clock),
            scopes=SCOPES,
            open_socket=open_socket if app_token else None,
            credentials=aura.probe,
            instances=aura.instances,
            api_expires=aura.expires,
            store=store,
        )
        findings = await doctor.examine()
        wanted = await _protection(settings, aura).examine()
    return (*findings, *wanted, *await _vault(settings))


def _protection(settings: Settings, aura: AuraClient) -> ProtectionDoctor:
    vault = settings.vault.table if settings.vault else None

    async def tiers() -> Mapping[str, TierFacts]:
        written = settings.estate.tiers
        try:
            async with beside(settings) as url, connect(url) as redis:
                return learned(await RedisWatchLog(redis).witnesses(), written)
        except BotError:  # the store's own trouble is a finding of its own
            return written

    return ProtectionDoctor(
        estate=settings.estate,
        means=Means(
            vault=vault is not None,
            encrypted=bool(vault and vault.age_recipients),
            scratch=settings.scratch.project is not None,
        ),
        keep=vault.keep if vault else {},
        instances=aura.instances,
        instance=partial(aura.instance, background=True),
        tiers=tiers,
    )


async def _vault(settings: Settings) -> tuple[Finding, ...]:
    chosen = settings.vault
    if chosen is None:
        return ()
    return await examine_vault(
        chosen.open(clock=SystemClock(), new_id=new_id),
        encrypted=bool(chosen.table.age_recipients),
        identity=chosen.identity is not None,
        kept=bool(chosen.table.keep),
    )


async def verify_audit(settings: Settings) -> int | None:
    """Return the number of the first entry that does not fit the chain, or None."""
    async with _audit(settings) as audit:
        return await audit.verify()


async def export_audit(settings: Settings, *, after: int) -> AsyncIterator[AuditEntry]:
    """Yield the audit log's entries in order, from number ``after + 1``."""
    async with _audit(settings) as audit:
        async for entry in audit.read(after=after):
            yield entry


async def stored_evidence(settings: Settings, operation_id: str) -> str | None:
    """Return the signed record of an operation, or None when there is none."""
    async with beside(settings) as url, connect(url) as redis:
        return await RedisRecords(redis).get(OperationId(operation_id))


@asynccontextmanager
async def beside(settings: Settings) -> AsyncIterator[str]:
    """Give the address of the store, also when a running bot holds the embedded one."""
    async with AsyncExitStack() as stack:
        try:
            url = await stack.enter_async_context(store_url(settings))
        except DataInUse:
            socket = (settings.data.expanduser() / "socket").read_text(encoding="utf-8")
            url = f"unix://{quote(socket)}"
        yield url


class Source(Frozen):
    """Where a file is from."""

    environment: str
    instance_id: InstanceId
    name: str
    tier: str = ""


async def source(settings: Settings, wanted: str, environment: str | None) -> Source:
    """Return the instance that a person means, as Aura knows it.

    With ``environment`` Aura is not asked: the instance may be gone, and ``wanted`` is its id.
    Raises UnknownInstance and AmbiguousInstance.
    """
    estate = settings.estate
    if environment is not None:
        if estate.environment(environment) is None:
            raise UnknownInstance(f"there is no environment “{environment[:40]}”")
        known = InstanceId(estate.aliases.get(wanted.lower(), wanted.lower()))
        return Source(environment=environment, instance_id=known, name=wanted)
    async with open_aura(settings) as aura:
        found = find(wanted, await aura.instances(), estate.aliases)
        instance = await aura.instance(found.id)
    home = estate.environment_of(instance)
    if home is None:
        raise UnknownInstance(
            f"{instance.name} ({instance.id}) is in no environment", hint="Name it in one."
        )
    return Source(
        environment=home.name, instance_id=instance.id, name=instance.name, tier=instance.tier
    )


async def report(
    settings: Settings, environment: str, *, since: date | None, until: date | None
) -> Report:
    """Compile the report of an environment; raises UnknownEnvironment, BadCommand, AuraError."""
    clock = SystemClock()
    within = period(since, until, today=clock.now().date())
    async with (
        beside(settings) as url,
        connect(url) as redis,
        open_aura(settings) as aura,
        exports(settings) as vault,
    ):

        async def copies() -> tuple[Kept, ...]:
            return (await vault.contents()).exports if vault.vault else ()

        compiler = Compiler(
            estate=settings.estate,
            clock=clock,
            aura=aura,
            operations=RedisOperations(redis),
            audit=RedisAuditLog(redis),
            exports=copies,
            watch=RedisWatchLog(redis),
            alerts=RedisAlerts(redis),
            vault=settings.vault.table.url if settings.vault else "",
            keep=vault.rules,
        )
        return await compiler(named(settings.estate, environment), within)


@asynccontextmanager
async def exports(settings: Settings) -> AsyncIterator[Exports]:
    """Give the vault with its audit log, also beside a running bot."""
    clock = SystemClock()
    chosen = settings.vault
    async with _audit(settings) as audit:
        yield Exports(
            vault=chosen.open(clock=clock, new_id=new_id) if chosen else None,
            audit=audit,
            clock=clock,
            rules=chosen.table.keep if chosen else {},
        )


@asynccontextmanager
async def arrivals(settings: Settings) -> AsyncIterator[Arrivals]:
    """Give the way of a file into the vault, for an export that a running bot knows.

    The bot finds at its next sweep what is recorded here, and tells it.
    """
    async with beside(settings) as url, connect(url) as redis, exports(settings) as vault:
        operations = RedisOperations(redis)

        async def record(operation_id: OperationId, event: Event) -> None:
            def move(current: Export) -> Export:
                return advance(current, event, now=vault.clock.now())

            op = await operations.get(operation_id)
            try:
                if isinstance(op, Export):
                    move(op)  # refuse before anything is written
                    await keep(vault, op, "export.stored", None, verdict=Verdict.DONE)
                    await operations.update(operation_id, move)
            except (IllegalTransition, AlreadyDecided):
                return  # it has ended meanwhile, which is looked at next

        yield Arrivals(
            exports=vault,
            operations=operations,
            leases=RedisLeases(redis),
            fingerprints=RedisFingerprints(redis),
            new_id=new_id,
            record=record,
        )


def open_aura(settings: Settings) -> AuraClient:
    """Return a client of the configured Aura, which can restore nothing."""
    return AuraClient(
        settings.credentials,
        url=settings.aura_api_url,
        clock=SystemClock(),
        allowance=_Unlimited(),  # a handful of calls, and the store may be what is broken
        consume=_never,
    )


@asynccontextmanager
async def _audit(settings: Settings) -> AsyncIterator[RedisAuditLog]:
    async with beside(settings) as url, connect(url) as redis:
        yield RedisAuditLog(redis)


class _Unlimited:
    """An allowance that nobody shares."""

    async def take(self, credential: Credential, *, background: bool, patience: float) -> None:
        """Grant it."""


async def _never(operation_id: OperationId) -> bool:
    """Grant no permit: an errand restores nothing."""
    return False


def _uncounted(method: str, outcome: str, seconds: float) -> None:
    """Count nothing."""
