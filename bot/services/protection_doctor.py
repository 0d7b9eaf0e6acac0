"""The policy's part of `savepoint check`: what of each protection cannot be had as things are."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.base import InstanceId
from bot.core.environments import Environment, Estate
from bot.core.errors import BotError
from bot.core.findings import Finding, ok, warn
from bot.core.instances import Instance, InstanceSummary
from bot.core.scratch import PREFIX
from bot.core.tiers import TierFacts, facts
from bot.core.vault import Keep
from bot.core.wishes import Means, Wish, unmet

#: So many instances are named that lack the same; the rest is counted.
MOST_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class ProtectionDoctor:
    """Compares what is wanted with what each instance can be given; changes nothing."""

    estate: Estate
    means: Means
    """What is set up, whatever the environment."""
    keep: Mapping[str, Keep]
    """The vault's rules, by environment."""
    instances: Callable[[], Awaitable[Sequence[InstanceSummary]]]
    instance: Callable[[InstanceId], Awaitable[Instance]]
    tiers: Callable[[], Awaitable[Mapping[str, TierFacts]]]
    """What is known of every tier, what the watch has learned included."""

    async def examine(self) -> tuple[Finding, ...]:
        """Return a finding for each wish that cannot be had; nothing where nothing is wanted."""
        environments = self.estate.watched()
        if not environments:
            return ()
        try:
            listed, tiers = await self.instances(), await self.tiers()
        except BotError as trouble:
            what = f"not compared with the tiers: {trouble.summary}"
            return tuple(
                warn(_subject(e), what, trouble.hint or "Try again in a minute.")
                for e in environments
            )
        found: list[Finding] = []
        for environment in environments:
            mine = [
                each
                for each in sorted(listed, key=lambda i: (i.name, i.id))
                if self.estate.environment_of(each) == environment
                and not each.name.startswith(PREFIX)
            ]
            found += await self._environment(environment, mine, tiers)
        return tuple(found)

    async def _environment(
        self,
        environment: Environment,
        instances: Sequence[InstanceSummary],
        tiers: Mapping[str, TierFacts],
    ) -> list[Finding]:
        wanted = self.estate.watch(environment.name).protection
        means = self.means.model_copy(update={"keep": self.keep.get(environment.name)})
        lacking: dict[Wish, list[InstanceSummary]] = {}
        unread: list[Finding] = []
        for summary in instances:
            try:
                instance = await self.instance(summary.id)
            except BotError as trouble:
                what = f"{_named([summary])} could not be read: {trouble.summary}"
                mend = trouble.hint or "Try again in a minute."
                unread.append(warn(_subject(environment), what, mend))
                continue
            known = facts(instance.tier, tiers)
            for wish in unmet(wanted, instance, facts=known, means=means):
                lacking.setdefault(wish, []).append(summary)
        found = [
            warn(_subject(environment), f"{w.subject}: {w.why}; {_named(those)}", w.mend)
            for w, those in lacking.items()
        ]
        if instances and not (found or unread):
            found.append(ok(_subject(environment), "every wish can be had"))
        return [*found, *unread]


def _subject(environment: Environment) -> str:
    return f"{environment.name}: protection"


def _named(instances: Sequence[InstanceSummary]) -> str:
    shown = ", ".join(f"{each.name} ({each.id})" for each in instances[:MOST_NAMED])
    left = len(instances) - MOST_NAMED
    return f"{shown} and {left} more" if left > 0 else shown
