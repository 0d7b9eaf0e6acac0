"""From what is known of work, people and the bot itself to what is wrong with them. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from pydantic import AwareDatetime, Field

from bot.core.alerts import Condition, Kind, Severity
from bot.core.base import Frozen, InstanceId, OperationId
from bot.core.conditions import Findings, when
from bot.core.retention import Difference
from bot.core.schedules import Pause, Schedule, Work

#: When a schedule that rests is spoken of as forgotten; it reminds of itself every day besides.
PAUSED_LONG = timedelta(days=7)
#: Seconds of lag from which bells count as answered late, or not at all.
LAG, LAG_GRAVE = 120.0, 900.0
#: After so long without a word of the scheduler it counts as silent; it looks twice a minute.
SCHEDULER_SILENT = timedelta(minutes=10)
#: For so long Aura may be away before that is spoken of, and before it is grave.
AURA_AWAY, AURA_AWAY_LONG = timedelta(minutes=15), timedelta(hours=2)


class Outcome(Frozen):
    """How the latest run of a schedule on an instance ended."""

    schedule: str
    work: Work
    environment: str
    instance_id: InstanceId
    name: str
    at: AwareDatetime
    failed: bool = False
    why: str = ""
    operation_id: OperationId | None = None
    """None where the slot was refused before an operation began."""

    @property
    def key(self) -> str:
        """One for each schedule and instance."""
        return f"{self.schedule}|{self.instance_id}"


class Bearings(Frozen):
    """What one pass of the watch tells the next about everything but instances."""

    began_at: AwareDatetime | None = None
    """When the first pass ever began."""
    passed_at: AwareDatetime | None = None
    listed_at: AwareDatetime | None = None
    """When the fleet was last listed."""
    aura_away_since: AwareDatetime | None = None
    aura_why: str = ""
    refused_since: AwareDatetime | None = None
    refused_why: str = ""
    vault_at: AwareDatetime | None = None
    """When the vault was last listed."""
    audit_number: int = 0
    """Up to which entry, and which digest, the audit chain was verified in this round."""
    audit_digest: str = ""
    audit_broken: int | None = None
    audit_round_at: AwareDatetime | None = None
    people_at: AwareDatetime | None = None
    """When the lists of approvers were last resolved."""
    short: Mapping[str, str] = Field(default={})
    """What is wrong with the approvers of an environment, by its name."""
    unread: frozenset[str] = frozenset()
    """The environments whose approvers could not be read."""


def work(outcomes: Iterable[Outcome]) -> Findings:
    """Say which scheduled work failed at its latest run."""
    return Findings(wrong=tuple(_failed(outcome) for outcome in outcomes if outcome.failed))


def _failed(outcome: Outcome) -> Condition:
    subject = f"the scheduled {outcome.work} of {outcome.name}"
    if outcome.operation_id is None:
        what = f"{subject} was refused at {when(outcome.at)}: {outcome.why}"
        mend = f"Mend the cause, then run it: `/aura schedule run {outcome.schedule}`."
    else:
        what = f"{subject} failed at {when(outcome.at)}: {outcome.why}"
        mend = (
            f"`/aura job show {outcome.operation_id}` tells more; "
            f"`/aura schedule run {outcome.schedule}` tries again."
        )
    return Condition(
        key=f"work:{outcome.key}",
        kind=Kind.WORK_FAILED,
        severity=Severity.WARNING,
        environment=outcome.environment,
        instance_id=outcome.instance_id,
        name=outcome.name,
        what=what,
        means="What the schedule was to protect is as old as before. No data was changed.",
        mend=mend,
    )


def rests(schedules: Iterable[Schedule], pauses: Mapping[str, Pause], *, now: datetime) -> Findings:
    """Say which schedules have rested for long."""
    return Findings(
        wrong=tuple(
            Condition(
                key=f"paused:{schedule.id}",
                kind=Kind.PAUSED_SCHEDULE,
                severity=Severity.NOTICE,
                environment=schedule.environment,
                instance_id=schedule.instance_id,
                name=schedule.id,
                what=f"the schedule {schedule.id} ({schedule.work}, {schedule.timing.words}) "
                f"rests since {when(pauses[schedule.id].at)}",
                means="Nothing begins by itself while it rests.",
                mend=f"Let it go on, `/aura schedule resume {schedule.id}`, or remove it.",
            )
            for schedule in schedules
            if schedule.id in pauses and now - pauses[schedule.id].at >= PAUSED_LONG
        )
    )


def aura(bearings: Bearings, *, now: datetime) -> Findings:
    """Say that Aura refuses the credential, or is away."""
    wrong = []
    if bearings.refused_since is not None:
        wrong.append(
            Condition(
                key="credential:refused",
                kind=Kind.CREDENTIAL,
                severity=Severity.CRITICAL,
                name="Aura credential",
                what=f"{bearings.refused_why}, since {when(bearings.refused_since)}",
                means="I see nothing of its instances, and can neither back up nor restore them.",
                mend="Make a new API key in the Aura console, set it, and restart the bot; "
                "`savepoint check` says whether it works.",
            )
        )
    away = bearings.aura_away_since
    if away is not None and now - away >= AURA_AWAY:
        grave = now - away >= AURA_AWAY_LONG
        wrong.append(
            Condition(
                key="aura:away",
                kind=Kind.SILENCE,
                severity=Severity.CRITICAL if grave else Severity.WARNING,
                name="Aura",
                what=f"Aura's API does not answer since {when(away)}: {bearings.aura_why}",
                means="How old snapshots are is unknown meanwhile. Instances themselves may well "
                "run, and Aura's own snapshots go on.",
                mend="Look at https://status.neo4j.io. Nothing has to be done here: slots that "
                "are missed meanwhile are made up for once.",
            )
        )
    return Findings(wrong=tuple(wrong))


def old_credentials(made: Mapping[str, date], most_days: int | None, *, now: datetime) -> Findings:
    """Say which credentials are older than they may become."""
    if most_days is None:
        return Findings()
    return Findings(
        wrong=tuple(
            Condition(
                key=f"credential:old:{name}",
                kind=Kind.CREDENTIAL,
                severity=Severity.WARNING,
                name=name,
                what=f"the Aura API credential “{name}” is from {day}, and should be replaced "
                f"after {most_days} days",
                means="It still works. An old one is more likely to be known to others.",
                mend="Make a new one in the Aura console, set it, correct `made_on`, restart the "
                "bot, and delete the old one.",
            )
            for name, day in sorted(made.items())
            if (now.date() - day).days > most_days
        )
    )


def approvers(bearings: Bearings) -> Findings:
    """Say where no request could be approved any more."""
    return Findings(
        wrong=tuple(
            Condition(
                key=f"quorum:{name}",
                kind=Kind.QUORUM,
                severity=Severity.WARNING,
                environment=name,
                name=name,
                what=f"no restore of {name} can be approved any more: {why}",
                means="In an emergency nobody could restore through me.",
                mend=f"Name more approvers in `environments.{name}.approvers`, or in the user "
                "group that stands there; guests and deactivated people do not count.",
            )
            for name, why in sorted(bearings.short.items())
        ),
        unknown=frozenset(f"quorum:{name}" for name in bearings.unread),
    )


def itself(
    bearings: Bearings, *, lag: float | None, heard_at: datetime | None, now: datetime
) -> Findings:
    """Say what is wrong with the bot: late bells, a broken audit chain, a silent scheduler.

    ``lag`` in seconds, None when not known; ``heard_at`` is when a round last ended well.
    """
    wrong = []
    if lag is not None and lag >= LAG:
        wrong.append(
            Condition(
                key="lag",
                kind=Kind.LAG,
                severity=Severity.CRITICAL if lag >= LAG_GRAVE else Severity.WARNING,
                name="Savepoint",
                what=f"work waits for more than {'15' if lag >= LAG_GRAVE else '2'} minutes "
                "before I get to it",
                means="Operations that were accepted are safe, and late.",
                mend="Look whether every replica lives and the store is fast; a restart loses "
                "nothing.",
            )
        )
    if bearings.audit_broken is not None:
        wrong.append(
            Condition(
                key="audit",
                kind=Kind.AUDIT,
                severity=Severity.CRITICAL,
                name="Audit log",
                what=f"the audit log is broken at entry {bearings.audit_broken}",
                means="Somebody or something changed records after they were written.",
                mend="Keep the store as it is, compare with your last `savepoint audit export`, "
                "and tell whoever answers for security.",
            )
        )
    heard = max((t for t in (heard_at, bearings.began_at) if t is not None), default=None)
    if heard is not None and now - heard >= SCHEDULER_SILENT:
        wrong.append(
            Condition(
                key="scheduler",
                kind=Kind.SILENCE,
                severity=Severity.CRITICAL,
                name="Scheduler",
                what=f"nothing was heard of the scheduler since {when(heard)}",
                means="What is scheduled may not begin meanwhile; Aura's own snapshots go on.",
                mend="Look into the log for “scheduler failed”, and restart the bot. The latest "
                "slot that was missed is made up for.",
            )
        )
    return Findings(wrong=tuple(wrong))


def retention(found: Iterable[Difference]) -> Findings:
    """Say where Aura keeps snapshots shorter or longer than is written."""
    return Findings(wrong=tuple(_differs(difference) for difference in found))


def _differs(found: Difference) -> Condition:
    days = found.said.days
    # the same words for as long as it lasts, however much more is learned: it is told once
    shorter = found.most is not None and found.most < found.said
    return Condition(
        key=f"retention:{found.tier}:{found.sort}:{'shorter' if shorter else 'longer'}",
        kind=Kind.RETENTION,
        severity=Severity.NOTICE,
        name=found.tier,
        what=f"Aura keeps {found.sort} snapshots of {found.tier} "
        f"{'for less' if shorter else 'for more'} than the {days} days that are written",
        means="Copies leave sooner than planned for." if shorter else "Nothing is at risk.",
        mend=f"Correct `[tiers.{found.tier}]` in `savepoint.toml`; `savepoint check` compares it "
        "with what is wanted.",
    )
