"""The report of an environment: what the records show of its backups, and nothing else.

Counts are of operations that ended within the period, copies of exports whose manifest stands in
the vault, and of snapshots that the watch saw. Each answer carries the ids of what it rests on;
where nothing is recorded, it says so. An instance that is gone stands there all the same.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from bot.core.alerts import Alert
from bot.core.answers import Records, answers
from bot.core.audit import AuditEntry, Verdict
from bot.core.base import InstanceId, ProjectId
from bot.core.instances import Instance, InstanceSummary
from bot.core.operations import Asked, Operation
from bot.core.report_lines import (
    DONE,
    TAKES,
    AlertLine,
    Chain,
    ExceptionLine,
    InstanceLine,
    Report,
    Setting,
    WorkLine,
)
from bot.core.tiers import TierFacts
from bot.core.vault import Export

#: What overwrites, what proves, by the operations' own words.
OVERWRITES, PROVES = ("restore", "overwrite", "upload"), "drill"
#: Of what only its exports are left, the project is not recorded.
UNKNOWN = ProjectId("unknown")


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
    setting: Setting,
) -> Report:
    """Compile the report of [since, until); everything given may be wider than that."""
    ended = [
        op
        for op in operations
        if op.environment == environment and op.ended_at and since <= op.ended_at < until
    ]
    ended.sort(key=lambda op: (op.ended_at or op.created_at, op.id))
    here = [
        e for e in exports if e.manifest.environment == environment and e.manifest.stored_at < until
    ]
    restores = tuple(_work(op) for op in ended if op.kind in OVERWRITES)
    drills = tuple(_work(op) for op in ended if op.kind == PROVES)
    alerts = tuple(
        _alert(alert_id, alert)
        for alert_id, alert in sorted(setting.alerts, key=lambda a: (a[1].opened_at, a[0]))
        if alert.opened_at < until and (alert.cleared_at is None or alert.cleared_at >= since)
    )
    known = _known(instances, ended, here, setting)
    lines = tuple(
        _instance(i, there, ended, here, setting, since=since, until=until) for i, there in known
    )
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
        alerts=alerts,
        answers=answers(
            Records(
                since=since,
                until=until,
                lines=lines,
                ended=tuple(ended),
                exports=tuple(here),
                restores=restores,
                drills=drills,
                exceptions=exceptions,
                alerts=alerts,
                chain=chain,
                setting=setting,
            )
        ),
    )


def _went_wrong(action: str) -> bool:
    return action.rpartition(".")[2] in ("failed", "stuck", "interrupted", "refused", "missed")


def _known(
    instances: Iterable[Instance | InstanceSummary],
    ended: Iterable[Operation],
    exports: Iterable[Export],
    setting: Setting,
) -> list[tuple[Instance | InstanceSummary, bool]]:
    """Return the instances there are, and those of which only the records still tell."""
    found: dict[InstanceId, tuple[Instance | InstanceSummary, bool]] = {}
    for export in exports:
        m = export.manifest
        gone = InstanceSummary(id=m.instance_id, name=m.instance_name, project_id=UNKNOWN)
        found[gone.id] = (gone, False)
    for sight in setting.sights:
        found[sight.id] = (sight.instance, False)
    for op in ended:
        of = getattr(op.plan, "instance", None)
        if isinstance(of, InstanceSummary) and of.id == op.instance_id:
            found[of.id] = (of, False)
    found.update((instance.id, (instance, True)) for instance in instances)
    return sorted(found.values(), key=lambda pair: (pair[0].name, pair[0].id))


def _instance(
    instance: Instance | InstanceSummary,
    there: bool,
    ended: list[Operation],
    exports: Sequence[Export],
    setting: Setting,
    *,
    since: datetime,
    until: datetime,
) -> InstanceLine:
    ours = [op for op in ended if op.instance_id == instance.id]
    taken = [op for op in ours if op.kind == TAKES and op.phase in DONE]
    copies = [e.manifest for e in exports if e.manifest.instance_id == instance.id]
    new = [manifest for manifest in copies if manifest.stored_at >= since]
    times = [op.ended_at for op in taken if op.ended_at]
    gaps = [later - one for one, later in pairwise(times)]
    proven = [op.ended_at for op in ours if op.kind == PROVES and op.phase in DONE]
    days = {
        day: count
        for day, count in setting.seen.get(instance.id, {}).items()
        if count and since.date() <= day < until.date()
    }
    full = instance if isinstance(instance, Instance) else None
    return InstanceLine(
        id=instance.id,
        name=instance.name,
        there=there,
        tier=full.tier_name if full else "unknown",
        cloud=instance.cloud or "unknown",
        region=(full.region if full else "") or "unknown",
        key=_key(full),
        kept=_kept(setting.tiers.get(full.tier) if full else None),
        taken=len(taken),
        failed=sum(op.kind == TAKES and op.phase == "failed" for op in ours),
        longest=max(gaps, default=None),
        newest=max(times, default=None),
        seen=sum(days.values()),
        seen_days=len(days),
        copies=len(new),
        older=len(copies) - len(new),
        copied_bytes=sum(manifest.digests.size for manifest in copies),
        encrypted_copies=sum(manifest.encryption is not None for manifest in copies),
        proven_at=max((at for at in proven if at), default=None),
    )


def _key(instance: Instance | None) -> str:
    if instance is None:
        return "unknown"
    return f"own key {instance.key_id}" if instance.key_id else "a key of Aura's"


def _kept(facts: TierFacts | None) -> str:
    known = [
        f"{what} {days} days"
        for what, days in (
            ("restorable", facts.restorable_days if facts else None),
            ("exportable", facts.exportable_days if facts else None),
            ("on demand", facts.on_demand_days if facts else None),
        )
        if days is not None
    ]
    if facts is not None and facts.only_latest:
        return "the latest only"
    return ", ".join(known) or "unknown"


def _alert(alert_id: str, alert: Alert) -> AlertLine:
    return AlertLine(
        id=alert_id,
        severity=alert.condition.severity.name.lower(),
        name=alert.condition.name,
        what=alert.condition.what,
        opened_at=alert.opened_at,
        ended_at=alert.cleared_at,
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
