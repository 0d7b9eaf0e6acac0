"""The report of an environment: what the records show of its backups, and nothing else.

Counts are of operations that ended within the period, copies of exports whose manifest stands in
the vault. Each answer carries the ids of what it rests on; where nothing is recorded, it says so.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from pydantic import AwareDatetime

from bot.core.audit import AuditEntry, Verdict
from bot.core.base import Frozen, InstanceId, OperationId
from bot.core.instances import Instance, InstanceSummary
from bot.core.operations import Asked, Operation
from bot.core.people import Person
from bot.core.protection import Protection
from bot.core.vault import Export

#: What takes a copy, what overwrites, what proves, by the operations' own words.
TAKES, OVERWRITES, PROVES = "snapshot", ("restore", "overwrite", "upload"), "drill"
#: Phases in which an operation has done what it was asked for.
DONE = ("done", "proven", "proven_with_warnings")
#: So many ids stand beside an answer; the rest is counted.
MOST_IDS = 20


class InstanceLine(Frozen):
    """One instance in the period. ``longest`` is the longest time without a completed snapshot
    of ours, None with fewer than two; ``copies`` are the exports that stand in the vault.
    """

    id: InstanceId
    name: str
    tier: str
    cloud: str
    region: str
    taken: int
    failed: int
    longest: timedelta | None
    newest: AwareDatetime | None
    copies: int
    copied_bytes: int
    encrypted_copies: int
    proven_at: AwareDatetime | None


class WorkLine(Frozen):
    """One restore or drill."""

    id: OperationId
    kind: str
    instance_id: InstanceId
    requester: Person
    approvers: tuple[Person, ...]
    asked_at: AwareDatetime
    ended_at: AwareDatetime | None
    took: timedelta | None
    outcome: str


class ExceptionLine(Frozen):
    """What did not go as it should: a failure or a refusal. ``number`` is that of the audit log."""

    at: AwareDatetime
    number: int
    action: str
    what: str
    instance_id: InstanceId | None
    operation_id: OperationId | None


class Answer(Frozen):
    """A usual question of an audit, what the records answer, and what that rests on."""

    clause: str
    question: str
    answer: str
    evidence: tuple[str, ...]


class Chain(Frozen):
    """The audit log at the time of the report."""

    entries: int
    head: str
    broken_at: int | None


class Report(Frozen):
    """Everything that one page says."""

    environment: str
    since: AwareDatetime
    until: AwareDatetime
    made_at: AwareDatetime
    chain: Chain
    instances: tuple[InstanceLine, ...]
    restores: tuple[WorkLine, ...]
    drills: tuple[WorkLine, ...]
    exceptions: tuple[ExceptionLine, ...]
    answers: tuple[Answer, ...]


def compiled(
    environment: str,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    instances: Sequence[Instance | InstanceSummary],
    operations: Iterable[Operation],
    exports: Sequence[Export],
    entries: Sequence[AuditEntry],
    chain: Chain,
    wanted: Protection,
) -> Report:
    """Compile the report of [since, until); everything given may be wider than that."""
    ended = [
        op
        for op in operations
        if op.environment == environment and op.ended_at and since <= op.ended_at < until
    ]
    ended.sort(key=lambda op: (op.ended_at or op.created_at, op.id))
    here = [e for e in exports if e.manifest.environment == environment]
    restores = tuple(_work(op) for op in ended if op.kind in OVERWRITES)
    drills = tuple(_work(op) for op in ended if op.kind == PROVES)
    lines = tuple(_instance(i, ended, here) for i in sorted(instances, key=lambda i: i.name))
    exceptions = tuple(
        ExceptionLine(
            at=entry.record.at,
            number=entry.number,
            action=entry.record.action,
            what=entry.record.why or entry.record.action,
            instance_id=entry.record.instance_id,
            operation_id=entry.record.operation_id,
        )
        for entry in entries
        if entry.record.environment == environment
        and since <= entry.record.at < until
        and (entry.record.verdict is Verdict.DENIED or _went_wrong(entry.record.action))
    )
    return Report(
        environment=environment,
        since=since,
        until=until,
        made_at=now,
        chain=chain,
        instances=lines,
        restores=restores,
        drills=drills,
        exceptions=exceptions,
        answers=_answers(lines, ended, here, restores, drills, exceptions, chain, wanted),
    )


def _went_wrong(action: str) -> bool:
    return action.rpartition(".")[2] in ("failed", "stuck", "interrupted", "refused")


def _instance(
    instance: Instance | InstanceSummary, ended: list[Operation], exports: Sequence[Export]
) -> InstanceLine:
    ours = [op for op in ended if op.instance_id == instance.id]
    taken = [op for op in ours if op.kind == TAKES and op.phase in DONE]
    copies = [e.manifest for e in exports if e.manifest.instance_id == instance.id]
    times = [op.ended_at for op in taken if op.ended_at]
    gaps = [later - one for one, later in pairwise(times)]
    proven = [op.ended_at for op in ours if op.kind == PROVES and op.phase in DONE]
    return InstanceLine(
        id=instance.id,
        name=instance.name,
        tier=instance.tier_name if isinstance(instance, Instance) else "unknown",
        cloud=instance.cloud or "unknown",
        region=(instance.region if isinstance(instance, Instance) else "") or "unknown",
        taken=len(taken),
        failed=sum(op.kind == TAKES and op.phase == "failed" for op in ours),
        longest=max(gaps, default=None),
        newest=max(times, default=None),
        copies=len(copies),
        copied_bytes=sum(manifest.digests.size for manifest in copies),
        encrypted_copies=sum(manifest.encryption is not None for manifest in copies),
        proven_at=max((at for at in proven if at), default=None),
    )


def _work(op: Operation) -> WorkLine:
    return WorkLine(
        id=op.id,
        kind=op.kind,
        instance_id=op.instance_id,
        requester=op.requester,
        approvers=op.approvers if isinstance(op, Asked) else (),
        asked_at=op.created_at,
        ended_at=op.ended_at,
        took=op.duration,
        outcome=str(op.phase).replace("_", " "),
    )


def _answers(
    lines: Sequence[InstanceLine],
    ended: Sequence[Operation],
    exports: Sequence[Export],
    restores: Sequence[WorkLine],
    drills: Sequence[WorkLine],
    exceptions: Sequence[ExceptionLine],
    chain: Chain,
    wanted: Protection,
) -> tuple[Answer, ...]:
    taken = [op.id for op in ended if op.kind == TAKES and op.phase in DONE]
    copies = [e.manifest.name for e in exports]
    proven = [line.id for line in drills if line.outcome.replace(" ", "_") in DONE]
    done = [line for line in restores if line.outcome == "done"]
    alone = [line.id for line in done if not line.approvers]
    bare = [line.id for line in lines if not (line.taken or line.copies)]
    untried = [line.id for line in lines if line.proven_at is None]
    encrypted = sum(e.manifest.encryption is not None for e in exports)
    schedule = "; ".join(f"{work}: {timing.words}" for work, timing in wanted.timings())
    intact = chain.broken_at is None
    return (
        Answer(
            clause="SOC 2 A1.2 · ISO 27001 A.8.13 · DORA Art. 12(1)",
            question="Is there a backup policy, and what does it ask for?",
            answer=schedule or "No schedule is configured for this environment.",
            evidence=(),
        ),
        Answer(
            clause="SOC 2 A1.2 · ISO 27001 A.8.13",
            question="Are backups taken as the policy says?",
            answer=f"{len(taken)} on-demand snapshots completed; "
            f"{sum(line.failed for line in lines)} failed. Aura's own scheduled snapshots come "
            "besides and are not counted. "
            + (f"Without any: {', '.join(bare)}." if bare else "Every instance has one."),
            evidence=_ids(taken),
        ),
        Answer(
            clause="ISO 27001 A.8.13 · DORA Art. 12(3)",
            question="Are there copies apart from the source?",
            answer=f"{len(copies)} exports stand in the vault, {encrypted} of them encrypted."
            if copies
            else "No export stands in a vault: all copies are within Aura.",
            evidence=_ids(copies),
        ),
        Answer(
            clause="SOC 2 A1.3 · ISO 27001 A.8.13 · DORA Art. 12(2)",
            question="Is it tested that backups restore?",
            answer=f"{len(drills)} drills ended, {len(proven)} of them proved the backup. "
            + (f"Never proven in the period: {', '.join(untried)}." if untried else ""),
            evidence=_ids([line.id for line in drills]),
        ),
        Answer(
            clause="SOC 2 CC8.1 · ISO 27001 A.8.32",
            question="Are restores authorised by somebody else than who asks?",
            answer=f"{len(restores)} were asked for, {len(done)} done; "
            + ("none of them without an approver." if not alone else f"unapproved: {alone}."),
            evidence=_ids([line.id for line in restores]),
        ),
        Answer(
            clause="SOC 2 CC7.2 · DORA Art. 17",
            question="Are failures and refusals recorded?",
            answer=f"{len(exceptions)} are in the audit log of this period.",
            evidence=_ids([f"audit {line.number}" for line in exceptions]),
        ),
        Answer(
            clause="ISO 27001 A.8.15",
            question="Is the log protected from changes?",
            answer=f"The chain of {chain.entries} entries is whole; its head is {chain.head[:16]}…."
            if intact
            else f"The chain is broken from entry {chain.broken_at} on.",
            evidence=(chain.head,),
        ),
    )


def _ids(found: Sequence[str]) -> tuple[str, ...]:
    shown = tuple(found[:MOST_IDS])
    left = len(found) - len(shown)
    return (*shown, f"and {left} more") if left else shown
