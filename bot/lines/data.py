"""`savepoint check --data`: the checks of an instance's graph, on request."""

from dataclasses import dataclass

from bot.adapters.clock import SystemClock
from bot.adapters.graph import QueryApi
from bot.adapters.redis import RedisFingerprints, connect
from bot.config import Settings
from bot.core.checks import Check
from bot.core.environments import Estate
from bot.core.evidence import CheckLine
from bot.core.findings import Finding, ok, warn, wrong
from bot.core.graph.fingerprint import Kept, with_snapshot
from bot.core.instances import InstanceSummary, find
from bot.errands import beside, open_aura
from bot.ports import Accesses, Clock, Graph
from bot.services.proof import Proof

_NAME_SOME = "Write some under [[checks]]; docs/operations.md shows how."


@dataclass(frozen=True, kw_only=True)
class Looking:
    """What checks need of the world."""

    estate: Estate
    clock: Clock
    graph: Graph
    accesses: Accesses
    checks: tuple[Check, ...]


async def prove(settings: Settings, wanted: str, snapshot: str | None) -> tuple[Finding, ...]:
    """Run the checks of the instance that a person means, and tell each one's result.

    They are held against the counts taken with ``snapshot``, or else with the newest one that has
    any. Raises UnknownInstance, AmbiguousInstance, AuraError or StoreUnavailable.
    """
    async with open_aura(settings) as aura:
        instance = find(wanted, await aura.instances(), settings.estate.aliases)
    async with beside(settings) as url, connect(url) as redis:
        kept = await RedisFingerprints(redis).of(instance.id)
    baseline = with_snapshot(kept, snapshot)
    async with QueryApi() as graph:
        proof = Proof(
            Looking(
                estate=settings.estate,
                clock=SystemClock(),
                graph=graph,
                accesses=settings.accesses,
                checks=settings.checks,
            )
        )
        lines = await proof.run(instance, baseline=baseline.fingerprint if baseline else None)
    none = () if lines else (warn("checks", "none is configured for it", _NAME_SOME),)
    return (_head(instance, baseline, snapshot), *map(_finding, lines), *none)


def _head(instance: InstanceSummary, baseline: Kept | None, snapshot: str | None) -> Finding:
    subject = f"{instance.name} ({instance.id})"
    if baseline is not None:
        when = baseline.fingerprint.taken_at.strftime("%Y-%m-%d %H:%M UTC")
        return ok(subject, f"held against snapshot {baseline.snapshot_id}, counted {when}")
    if snapshot is not None:
        what = f"nothing was counted when snapshot {snapshot} was taken"
        return wrong(subject, what, "Name another one, or leave it out.")
    mend = "`/aura snapshot take` counts where a way into the graph is configured."
    return warn(subject, "no counts to hold against", mend)


def _finding(line: CheckLine) -> Finding:
    found = f"{line.found} (expected: {line.expected})"
    if line.passed:
        return ok(line.name, found)
    what = f"not run: {found}" if line.verdict == "not run" else found
    mend = "Look at the data before you rely on it."
    return wrong(line.name, what, mend) if line.serious else warn(line.name, what, mend)
