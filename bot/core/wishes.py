"""Wishes: what of a protection an instance cannot be given as things are, and what would help.

Compared are the policy of the configuration, the tier's own backups, and what is set up beside
it. Schedules that people add in Slack come and go, so they are not counted on.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from bot.core.base import Frozen
from bot.core.instances import FREE, Instance
from bot.core.protection import Encryption, Protection
from bot.core.schedules import Timing
from bot.core.tiers import TierFacts
from bot.core.vault import Keep, reach

#: Where the look at a schedule's slots begins, how far it goes, and how many it takes at most.
_BEGIN, _SPAN, _MOST = datetime(2027, 1, 1, tzinfo=UTC), timedelta(days=800), 750
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class Means(Frozen):
    """What is set up beside the tier.

    ``encrypted``: exports are encrypted to recipients of our own. ``scratch``: there is a project
    for scratch instances. ``keep``: the vault's rules for the environment; None: nothing expires.
    """

    vault: bool = False
    encrypted: bool = False
    scratch: bool = False
    keep: Keep | None = None


class Wish(Frozen):
    """A wish that cannot be fulfilled as things are: what, why not, and what would."""

    subject: str
    why: str
    mend: str


def unmet(
    wanted: Protection, instance: Instance, *, facts: TierFacts, means: Means
) -> tuple[Wish, ...]:
    """Compare what an environment wants with what this instance can be given."""
    return (
        *_ages(wanted, instance, facts),
        *_kept(wanted, instance, facts, means),
        *_needs(wanted, means),
        *_placed(wanted, instance, means),
    )


def widest(timings: Iterable[Timing]) -> timedelta | None:
    """Return the longest time between two slots of all these together.

    None without a cron time: what comes after a deploy comes when it comes. The hour of a change
    of clocks is not counted.
    """
    cron = [timing for timing in timings if timing.cron is not None]
    if not cron:
        return None
    slots, end = {_BEGIN}, _BEGIN + _SPAN
    for timing in cron:
        shift = _BEGIN.astimezone(ZoneInfo(timing.zone)).utcoffset() or timedelta(0)
        level = timing.model_copy(update={"zone": "UTC"}).slots(_BEGIN + shift)
        found = [at - shift for at in islice(level, _MOST) if at < _BEGIN + _SPAN]
        if len(found) == _MOST:
            end = min(end, found[-1])
        slots.update(found)
    within = sorted(at for at in slots if at <= end)
    return max(later - one for one, later in pairwise([*within, end]))


def _ages(wanted: Protection, instance: Instance, facts: TierFacts) -> Iterable[Wish]:
    """Compare the targets of the clocks with what comes by itself."""
    snapshots, exports = widest(wanted.snapshots), widest(wanted.exports)
    own, full = _hours(facts.any_hours), _hours(facts.full_hours)
    if wanted.in_place_hours is not None:
        yield from _age(
            f"a snapshot every {wanted.in_place_hours} h",
            wanted.in_place_hours * _HOUR,
            _least(own, snapshots),
            never=f"{instance.tier_name} takes none by itself, and the policy has no snapshot "
            "schedule",
            often="snapshots come only every {}",
            mend='Add a snapshot schedule as often as that, such as { cron = "0 2 * * *" }'
            + (", or choose a paid tier." if own is None else "."),
        )
    if wanted.off_instance_hours is not None and instance.tier != FREE:
        yield from _age(
            f"a copy that can leave the instance every {wanted.off_instance_hours} h",
            wanted.off_instance_hours * _HOUR,
            _least(full if facts.exportable_days else None, snapshots, exports),
            never=f"{instance.tier_name} takes none by itself, and the policy has neither a "
            "snapshot nor an export schedule",
            often="exportable snapshots and exports come only every {}",
            mend="Add a snapshot schedule as often as that: those on demand can be exported.",
        )
    if wanted.export_hours is not None and instance.tier != FREE:
        yield from _age(
            f"an export every {wanted.export_hours} h",
            wanted.export_hours * _HOUR,
            exports,
            never="the policy has no export schedule",
            often="exports come only every {}",
            mend='Add exports = [{ cron = "0 4 * * SUN" }], or as often as that.',
        )
    if wanted.proven_days is not None and instance.tier != FREE:
        yield from _age(
            f"a proven snapshot every {wanted.proven_days} days",
            wanted.proven_days * _DAY,
            widest(wanted.drills),
            never="the policy has no drill schedule",
            often="drills come only every {}",
            mend='Add drills = [{ cron = "0 6 * * MON" }], or as often as that.',
        )


def _age(
    subject: str, goal: timedelta, every: timedelta | None, *, never: str, often: str, mend: str
) -> Iterable[Wish]:
    if every is None:
        yield Wish(subject=subject, why=never, mend=mend)
    elif every > goal:
        yield Wish(subject=subject, why=often.format(_long(every)), mend=mend)


def _kept(wanted: Protection, instance: Instance, facts: TierFacts, means: Means) -> Iterable[Wish]:
    """Compare how long copies are wanted with how long they stay."""
    longest = facts.kept_days(on_demand=bool(wanted.snapshots))
    if wanted.keep_days is None or longest >= wanted.keep_days:
        return
    subject = f"copies kept for {wanted.keep_days} days"
    if facts.only_latest:
        aura = f"{instance.tier_name} keeps only the latest snapshot"
    elif longest:
        aura = f"{instance.tier_name} keeps none longer than {longest} days"
    else:
        aura = f"how long {instance.tier_name} keeps any is not known"
    if instance.tier == FREE:
        yield Wish(subject=subject, why=aura, mend="Choose AuraDB Professional or above.")
    elif not means.vault:
        yield Wish(
            subject=subject,
            why=f"{aura}, and there is no vault",
            mend="Set up a [vault] and an export schedule; exports are kept as you say.",
        )
    elif not wanted.exports:
        yield Wish(
            subject=subject,
            why=f"{aura}, and the policy has no export schedule",
            mend='Add exports = [{ cron = "0 4 * * SUN" }]; exports are kept as you say.',
        )
    elif means.keep is not None:
        stays = reach(means.keep, widest(wanted.exports) or _HOUR)
        if stays < wanted.keep_days * _DAY:
            yield Wish(
                subject=subject,
                why=f"{aura}, and the vault lets exports go after about {_long(stays)}",
                mend="Raise daily, weekly or monthly in this environment's [vault.keep].",
            )


def _needs(wanted: Protection, means: Means) -> Iterable[Wish]:
    """Say what scheduled work lacks to be done at all."""
    if wanted.exports and not means.vault:
        yield Wish(
            subject="exports",
            why="there is no vault to put them in",
            mend="Set [vault] url to a folder or a bucket.",
        )
    for subject, timings, why in (
        ("exports", wanted.exports, "an export by schedule is read out of a scratch instance"),
        ("drills", wanted.drills, "a drill restores into a scratch instance"),
    ):
        if timings and not means.scratch:
            yield Wish(
                subject=subject,
                why=f"{why}, and no project for those is set",
                mend="Set [scratch] project to one in which instances may be created.",
            )


def _placed(wanted: Protection, instance: Instance, means: Means) -> Iterable[Wish]:
    """Say what speaks against the place, the tier or the encryption."""
    leaves = wanted.exports or wanted.off_instance_hours or wanted.export_hours
    if instance.tier == FREE and (leaves or wanted.drills or wanted.proven_days):
        yield Wish(
            subject="copies outside the instance",
            why=f"{instance.tier_name} keeps only the latest snapshot",
            mend="Choose AuraDB Professional or above, or take these wishes back.",
        )
    if wanted.regions and instance.region and instance.region not in wanted.regions:
        yield Wish(
            subject=f"regions {', '.join(wanted.regions)}",
            why=f"the instance is in {instance.region}, and so are its snapshots",
            mend="Copy it into an allowed region, or allow this one.",
        )
    if Encryption.CUSTOMER_KEY in wanted.encryption and instance.key_id is None:
        yield Wish(
            subject="a key of your own",
            why="the instance is encrypted with a key of Aura's",
            mend="A key is chosen when an instance is made; copy it into one that has it.",
        )
    if Encryption.EXPORTS in wanted.encryption and means.vault and not means.encrypted:
        yield Wish(
            subject="encrypted exports",
            why="the vault names nobody to encrypt them to, so they are stored as they are",
            mend="Name age_recipients in [vault]; docs/operations.md says how to make a key.",
        )


def _least(*spans: timedelta | None) -> timedelta | None:
    return min((span for span in spans if span is not None), default=None)


def _hours(hours: int | None) -> timedelta | None:
    return None if hours is None else hours * _HOUR


def _long(span: timedelta) -> str:
    hours = round(span / _HOUR)
    return f"{hours} h" if hours < 72 else f"{round(span / _DAY)} days"
