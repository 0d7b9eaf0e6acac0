"""Concerns: gathers the facts, lets the core judge them, and says what could not be judged."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

import structlog

from bot.core import conditions, housekeeping
from bot.core.alerts import Condition
from bot.core.audit import GENESIS, chain
from bot.core.base import Frozen, InstanceId, UserId
from bot.core.conditions import Findings
from bot.core.environments import Environment
from bot.core.errors import ChatFailed
from bot.core.housekeeping import Bearings
from bot.core.leaving import leaving
from bot.core.operations import Operation
from bot.core.operations import events as e
from bot.core.people import ineligible
from bot.core.retention import differences
from bot.core.sightings import Sighting
from bot.core.tiers import facts
from bot.services.gate import Gate
from bot.services.shelves import listed_at
from bot.services.witnessing import Witnessing
from bot.services.world import World

log = structlog.get_logger(__name__)

#: How often the lists of approvers are resolved; while one falls short, more often.
PEOPLE, PEOPLE_SHORT = timedelta(hours=1), timedelta(minutes=5)
#: So many audit entries are verified in a round, and how often the whole chain anew.
ENTRIES, ROUND = 1000, timedelta(days=1)
#: So many operations that ended lately are looked over for one of ours.
LATELY = 100
#: What Aura and the bot may need to see an end at different moments.
SLACK = timedelta(minutes=2)


class Concerned(Frozen):
    """What a round of thought brought."""

    findings: Findings
    bearings: Bearings


class Concerns:
    """Says what is wrong, from what is stored; asks Slack only for the lists of approvers."""

    def __init__(self, world: World, gate: Gate) -> None:
        self._world = world
        self._gate = gate

    async def __call__(self, sights: Iterable[Sighting], bearings: Bearings) -> Concerned:
        """Judge everything once."""
        world, now = self._world, self._world.clock.now()
        bearings = await self._people(await self._audit(bearings))
        found = await self._instances(tuple(sights), bearings)
        found += await self._schedules()
        found += housekeeping.aura(bearings, now=now)
        rules = world.estate.watching
        found += housekeeping.old_credentials(rules.credentials, rules.credential_days, now=now)
        found += housekeeping.approvers(bearings)
        found += housekeeping.itself(
            bearings,
            lag=await world.lag() if world.lag is not None else None,
            heard_at=(await world.watch.last_heard()).get("scheduler"),
            now=now,
        )
        found += housekeeping.retention(
            differences(await world.watch.witnesses(), world.estate.tiers)
        )
        return Concerned(findings=found, bearings=bearings)

    async def _instances(self, sights: tuple[Sighting, ...], bearings: Bearings) -> Findings:
        world, now = self._world, self._world.clock.now()
        tiers, vault_at = await Witnessing(world).tiers(), listed_at(world, bearings)
        ours = await self._ours(sights)
        wrong, unknown = list[Condition](), set[str]()
        for sight in sights:
            wanted = world.estate.watch(sight.environment).protection
            tier = facts(sight.tier, tiers)
            found = [conditions.states(sight, tier, ours=sight.id in ours)]
            if sight.gone_since is None:
                read = sight.clocks(wanted, tier, now=now, vault_at=vault_at)
                found.append(conditions.clocks(sight, read))
                found.append(leaving(sight, wanted, tier, now=now))
            blind = conditions.blind(sight, now=now)
            found.append(blind if bearings.aura_away_since is None else blind.unjudged)
            for each in found:
                wrong += each.wrong
                unknown |= each.unknown
        return Findings(wrong=tuple(wrong), unknown=frozenset(unknown))

    async def _ours(self, sights: Iterable[Sighting]) -> frozenset[InstanceId]:
        """Return the instances whose state is the work of an operation of ours."""
        asked = {s.id: s for s in sights if conditions.states(s, ours=False).wrong}
        known = {s.id for s in asked.values() if s.explained}
        unknown = {name: sight for name, sight in asked.items() if name not in known}
        if not unknown:
            return frozenset(known)
        operations, apart = self._world.operations, self._world.estate.watching.apart(len(asked))
        opened = [await operations.get(i) for i in await operations.open()]
        for op in [*(op for op in opened if op is not None), *await operations.recent(LATELY)]:
            sight = unknown.get(op.instance_id)
            if sight is not None and op.instance_id not in known and _did(op, sight, apart):
                known.add(op.instance_id)  # and it stays so, however many operations follow
                await self._world.watch.save(sight.model_copy(update={"explained": True}))
        return frozenset(known)

    async def _schedules(self) -> Findings:
        world, now = self._world, self._world.clock.now()
        schedules = (*world.estate.schedules(), *await world.schedules.all())
        watched = {environment.name for environment in world.estate.watched()}
        mine = [s for s in schedules if s.environment in watched]
        there = {schedule.id for schedule in mine}
        outcomes = [o for o in await world.watch.outcomes() if o.schedule in there]
        pauses = await world.schedules.pauses()
        return housekeeping.work(outcomes) + housekeeping.rests(mine, pauses, now=now)

    async def _audit(self, bearings: Bearings) -> Bearings:
        """Verify a stretch of the audit chain, and begin anew once a day."""
        now, begun = self._world.clock.now(), bearings.audit_round_at
        number, digest = bearings.audit_number, bearings.audit_digest or GENESIS
        broken = bearings.audit_broken  # until a round comes past it
        if begun is None or not begun <= now < begun + ROUND:
            begun, number, digest = now, 0, GENESIS
        start = number
        async for entry in self._world.audit.read(after=start):
            number += 1
            if entry.number != number or chain(digest, entry.record) != entry.digest:
                log.error("the audit log is broken", entry=number)
                found = {"audit_broken": number, "audit_round_at": begun}
                return bearings.model_copy(
                    update={**found, "audit_number": number - 1, "audit_digest": digest}
                )
            digest = entry.digest
            if number - start >= ENTRIES:
                break
        if broken is not None and number >= broken:
            broken = None
        return bearings.model_copy(
            update={
                "audit_round_at": begun,
                "audit_number": number,
                "audit_digest": digest,
                "audit_broken": broken,
            }
        )

    async def _people(self, bearings: Bearings) -> Bearings:
        """Resolve the approvers of each watched environment, now and then."""
        now, at = self._world.clock.now(), bearings.people_at
        pause = PEOPLE_SHORT if bearings.short or bearings.unread else PEOPLE
        if at is not None and at <= now < at + pause:
            return bearings
        short: dict[str, str] = {}
        unread: set[str] = set()
        for environment in self._world.estate.watched():
            try:
                why = await self._short(environment)
            except ChatFailed as silent:
                log.warning("approvers not read", why=silent.summary)
                unread.add(environment.name)
                continue
            if why is not None:
                short[environment.name] = why
        found: Mapping[str, object] = {"people_at": now, "short": short}
        return bearings.model_copy(update={**found, "unread": frozenset(unread)})

    async def _short(self, environment: Environment) -> str | None:
        """Say why no request of an environment can be approved, or None."""
        named = (await self._gate.roster(environment, live=False)).approvers
        able: set[UserId] = set()
        for user_id in sorted(named):
            if len(able) >= environment.quorum:
                return None
            try:
                standing = await self._world.directory.standing(user_id, live=False)
            except ChatFailed as unknown:
                if unknown.code not in ("user_not_found", "user_not_visible"):
                    raise
                continue
            if ineligible(standing) is None:
                able.add(user_id)
        if len(able) >= environment.quorum:
            return None
        return f"{environment.quorum} must agree, and {len(able) or 'nobody'} could"


def _did(op: Operation, sight: Sighting, apart: timedelta) -> bool:
    """Whether an operation sent what Aura is doing: it has, and had not ended long before.

    The status may be as much older than the look that found it as two looks are ``apart``.
    """
    if op.when(e.RestoreIntended) is None:
        return False
    since = sight.status_since
    return op.ended_at is None or since is None or op.ended_at >= since - apart - SLACK
