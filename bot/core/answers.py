"""Answers of a report: the usual questions of an audit, and what the records say to each."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from pydantic import AwareDatetime

from bot.core.base import Frozen
from bot.core.operations import Operation
from bot.core.report_lines import (
    DONE,
    TAKES,
    AlertLine,
    Answer,
    Chain,
    ExceptionLine,
    InstanceLine,
    Setting,
    WorkLine,
)
from bot.core.seal import seal
from bot.core.vault import Export, Keep

#: So many ids stand beside an answer; the rest is counted.
MOST_IDS = 20


class Records(Frozen):
    """Everything of the period that an answer may rest on."""

    since: AwareDatetime
    until: AwareDatetime
    lines: tuple[InstanceLine, ...]
    ended: tuple[Operation, ...]
    exports: tuple[Export, ...]
    restores: tuple[WorkLine, ...]
    drills: tuple[WorkLine, ...]
    exceptions: tuple[ExceptionLine, ...]
    alerts: tuple[AlertLine, ...]
    chain: Chain
    setting: Setting


def answers(r: Records) -> tuple[Answer, ...]:
    """Answer every question; the clauses are those that usually ask it."""
    return (
        _policy(r),
        _taken(r),
        _kept(r),
        _apart(r),
        _encrypted(r),
        _tested(r),
        _fast(r),
        _authorised(r),
        _failures(r),
        _log(r),
    )


def _policy(r: Records) -> Answer:
    wanted = r.setting.wanted
    schedule = "; ".join(f"{work}: {timing.words}" for work, timing in wanted.timings())
    goals = [
        f"{what} {amount} {unit}"
        for what, amount, unit in (
            ("a restorable snapshot every", wanted.in_place_hours, "h"),
            ("one that can leave every", wanted.off_instance_hours, "h"),
            ("an export every", wanted.export_hours, "h"),
            ("a proven one every", wanted.proven_days, "days"),
        )
        if amount is not None
    ]
    said = schedule or "No schedule is configured for this environment"
    least = f" Wanted at least: {', '.join(goals)}." if goals else ""
    return Answer(
        clause="SOC 2 A1.2 · ISO 27001 A.8.13 · DORA Art. 12(1)",
        question="Is there a backup policy, and what does it ask for?",
        answer=f"{said}.{least}",
        evidence=(f"policy {seal(wanted)[:12]}",),
    )


def _taken(r: Records) -> Answer:
    taken = [op.id for op in r.ended if op.kind == TAKES and op.phase in DONE]
    seen, days = sum(x.seen for x in r.lines), (r.until - r.since).days
    bare = [_named(x) for x in r.lines if not (x.taken or x.seen or x.copies)]
    on = sorted(x.seen_days for x in r.lines if x.seen)
    by_aura = (
        f"The watch saw at least {seen} that Aura took by itself, of {len(on)} instances "
        f"on {on[0]} to {on[-1]} of {days} days. "
        if seen
        else "The watch saw none that Aura took by itself. "
    )
    return Answer(
        clause="SOC 2 A1.2 · ISO 27001 A.8.13 · DORA Art. 12(2)",
        question="Are backups taken as the policy says?",
        answer=f"{len(taken)} on-demand snapshots completed; "
        f"{sum(x.failed for x in r.lines)} failed. {by_aura}"
        + (f"Without any record: {', '.join(bare)}." if bare else "Every instance has one."),
        evidence=_ids([*taken, *(x.id for x in r.alerts)]),
    )


def _kept(r: Records) -> Answer:
    wanted, keep = r.setting.wanted.keep_days, r.setting.keep
    tiers = {x.tier: x.kept for x in r.lines if x.kept != "unknown"}
    facts = {f.source: f"{f.source} as of {f.as_of}" for f in r.setting.tiers.values()}
    parts = [
        f"Copies are wanted for {wanted} days." if wanted else "No length is asked for.",
        *(f"{tier} keeps: {kept}." for tier, kept in sorted(tiers.items())),
        _rules(keep) if r.setting.vault else "There is no vault.",
    ]
    return Answer(
        clause="SOC 2 A1.2 · ISO 27001 A.8.13 · DORA Art. 12(1)",
        question="How long are copies kept?",
        answer=" ".join(parts),
        evidence=_ids(
            [f"policy {seal(r.setting.wanted)[:12]}", *(facts.values() if tiers else ())]
        ),
    )


def _rules(keep: Keep | None) -> str:
    if keep is None:
        return "Nothing in the vault expires."
    periods = ("hourly", "daily", "weekly", "monthly", "yearly")
    rules = [f"{getattr(keep, word)} {word}" for word in periods if getattr(keep, word)]
    return f"The vault keeps {', '.join([*rules, f'and always the newest {keep.copies}'])}."


def _apart(r: Records) -> Answer:
    new = sum(x.copies for x in r.lines)
    places = sorted({f"{x.cloud} {x.region}" for x in r.lines if x.region != "unknown"})
    inside = f"Snapshots are where their instances are: {', '.join(places)}. " if places else ""
    return Answer(
        clause="SOC 2 A1.2 · ISO 27001 A.8.13 · DORA Art. 12(3)",
        question="Where are copies, and are there any apart from the source?",
        answer=inside
        + (
            f"{len(r.exports)} exports stand in the vault ({r.setting.vault}), {new} of them "
            "stored in the period."
            if r.exports
            else "No export stands in a vault: all copies are within Aura."
        ),
        evidence=_ids([e.manifest.name for e in r.exports]),
    )


def _encrypted(r: Records) -> Answer:
    keys = [x for x in r.lines if x.key.startswith("own key")]
    unknown = [_named(x) for x in r.lines if x.key == "unknown"]
    sealed = [e.manifest.encryption for e in r.exports if e.manifest.encryption]
    to = sorted({recipient for encryption in sealed for recipient in encryption.recipients})
    parts = [
        f"At rest: {len(keys)} instances with a key of the customer's, "
        f"{len(r.lines) - len(keys) - len(unknown)} with one of Aura's.",
        *([f"Not known: {', '.join(unknown)}."] if unknown else []),
        f"Exports: {len(sealed)} of {len(r.exports)} are encrypted"
        + (f", for {', '.join(to)}." if to else "."),
    ]
    return Answer(
        clause="SOC 2 CC6.1 · ISO 27001 A.8.24",
        question="Are copies encrypted, and for whom?",
        answer=" ".join(parts),
        evidence=_ids(
            [*(x.key for x in keys), *(e.id for e in r.exports if e.manifest.encryption)]
        ),
    )


def _tested(r: Records) -> Answer:
    proven = [x.id for x in r.drills if x.outcome.replace(" ", "_") in DONE]
    untried = [_named(x) for x in r.lines if x.proven_at is None and x.there]
    return Answer(
        clause="SOC 2 A1.3 · ISO 27001 A.8.13 · DORA Art. 12(2)",
        question="Is it tested that backups restore?",
        answer=f"{len(r.drills)} drills ended, {len(proven)} of them proved the backup. "
        + (f"Never proven in the period: {', '.join(untried)}." if untried else ""),
        evidence=_ids([x.id for x in r.drills]),
    )


def _fast(r: Records) -> Answer:
    done = [x for x in r.restores if x.outcome == "done"]
    proven = [x for x in r.drills if x.outcome.replace(" ", "_") in DONE]
    parts = [
        f"{what} took at most {_minutes(longest)}."
        for what, longest in (
            ("Restores, their approval included,", _longest(done)),
            ("Drills", _longest(proven)),
        )
        if longest is not None
    ]
    return Answer(
        clause="SOC 2 A1.3 · DORA Art. 12(6)",
        question="How long does a restore take?",
        answer=" ".join(parts) or "Nothing was restored in the period.",
        evidence=_ids([x.id for x in (*done, *proven)]),
    )


def _authorised(r: Records) -> Answer:
    done = [x for x in r.restores if x.outcome == "done"]
    alone = [x.id for x in done if not x.approvers]
    return Answer(
        clause="SOC 2 CC8.1 · ISO 27001 A.8.32",
        question="Are restores authorised by somebody else than who asks?",
        answer=f"{len(r.restores)} were asked for, {len(done)} done; "
        + (
            f"without an approver: {', '.join(alone)}."
            if alone
            else "none of them without an approver."
        ),
        evidence=_ids([x.id for x in r.restores]),
    )


def _failures(r: Records) -> Answer:
    opened = sum(x.ended_at is None for x in r.alerts)
    return Answer(
        clause="SOC 2 CC7.2 · DORA Art. 17",
        question="Are failures and refusals recorded, and gaps noticed?",
        answer=f"{len(r.exceptions)} failures and refusals are in the audit log of this period. "
        f"{len(r.alerts)} alerts were open in it, {opened} of them still are.",
        evidence=_ids([*(f"audit {x.number}" for x in r.exceptions), *(x.id for x in r.alerts)]),
    )


def _log(r: Records) -> Answer:
    chain = r.chain
    return Answer(
        clause="ISO 27001 A.8.15",
        question="Is the log protected from changes?",
        answer=f"The chain of {chain.entries} entries is whole; its head is {chain.head[:16]}…."
        if chain.broken_at is None
        else f"The chain is broken from entry {chain.broken_at} on.",
        evidence=(chain.head,),
    )


def _named(line: InstanceLine) -> str:
    return f"{line.name} ({line.id})"


def _longest(lines: Iterable[WorkLine]) -> timedelta | None:
    return max((x.took for x in lines if x.took is not None), default=None)


def _minutes(span: timedelta) -> str:
    return f"{-(-span // timedelta(minutes=1))} min"


def _ids(found: Sequence[str]) -> tuple[str, ...]:
    shown = tuple(found[:MOST_IDS])
    left = len(found) - len(shown)
    return (*shown, f"and {left} more") if left else shown
