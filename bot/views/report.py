"""The report of an environment: one set of tables, as Markdown, HTML, CSV or a short message."""

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from html import escape

from bot.core.report_lines import InstanceLine, Report, WorkLine
from bot.views.kit import Message, clean, context, fields, header, moment, section
from bot.views.kit import span as said
from bot.views.vault_text import size
from bot.views.words import count

Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
"""Title, heads and rows; all plain text."""

FORMATS = ("md", "html", "csv")
_NONE = "–"  # noqa: RUF001 - what stands in an empty cell
_STYLE = (
    "body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;"
    "color:#1d1c1d}table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}"
    "th,td{border-bottom:1px solid #ddd;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "td{overflow-wrap:anywhere}h1{font-size:1.6rem}h2{font-size:1.1rem}"
    "@media print{body{margin:0;max-width:none}table{page-break-inside:auto}}"
)


def markdown(report: Report) -> str:
    """Return the report as Markdown."""
    parts = [f"# {_title(report)}", *(_plain(line) for line in _lead(report))]
    for title, heads, rows in _tables(report):
        parts.append(f"## {title}")
        parts.append(
            "\n".join(
                [
                    f"| {' | '.join(heads)} |",
                    f"|{' --- |' * len(heads)}",
                    *(f"| {' | '.join(map(_plain, cells))} |" for cells in rows),
                ]
            )
            if rows
            else "None is recorded."
        )
    return "\n\n".join(parts) + "\n"


def html(report: Report) -> str:
    """Return the report as one page of HTML, fit for printing; it loads and runs nothing."""
    parts = [f"<h1>{escape(_title(report))}</h1>"]
    parts += [f"<p>{escape(line)}</p>" for line in _lead(report)]
    for title, heads, rows in _tables(report):
        parts.append(f"<h2>{escape(title)}</h2>")
        if not rows:
            parts.append("<p>None is recorded.</p>")
            continue
        top = "".join(f"<th scope='col'>{escape(head)}</th>" for head in heads)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>" for cells in rows
        )
        parts.append(f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>")
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        f"<title>{escape(_title(report))}</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def as_csv(report: Report) -> str:
    """Return every table, one after the other, each with its title in the first column."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for title, heads, rows in _tables(report):
        writer.writerow(("table", *heads))
        writer.writerows((title, *map(_cell, cells)) for cells in rows)
    return out.getvalue()


def summary(report: Report, *, link: str | None) -> Message:
    """Return the report in one message: its figures, and where the whole page is."""
    taken = sum(line.taken for line in report.instances)
    copies = sum(line.copies for line in report.instances)
    figures = [
        ("Period", f"{moment(report.since)} to\n{moment(report.until)}"),
        ("Instances", str(len(report.instances))),
        ("Snapshots on demand", str(taken)),
        ("Exports in the vault", str(copies)),
        ("Restores", _outcomes(report.restores)),
        ("Drills", _outcomes(report.drills)),
        ("Failures and refusals", str(len(report.exceptions))),
        ("Alerts", str(len(report.alerts))),
        ("Audit log", _chain(report)),
    ]
    blocks = [header(f"Report: {clean(report.environment, 60)}"), fields(figures)]
    if link:
        blocks.append(section(f"<{link}|The whole page> opens once, within 15 minutes."))
    blocks.append(
        context(
            "It states only what the records show. As a file: "
            f"`savepoint report {clean(report.environment, 60)}`."
        )
    )
    text = (
        f"{clean(report.environment, 60)}: {count(taken, 'snapshot')}, "
        f"{count(len(report.restores), 'restore')}, {count(len(report.drills), 'drill')} since "
        f"{moment(report.since)}."
    )
    return Message(text=text, blocks=tuple(blocks))


def _title(report: Report) -> str:
    return f"Backup and restore of {report.environment}"


def _lead(report: Report) -> tuple[str, ...]:
    return (
        f"From {moment(report.since)} up to {moment(report.until)}; made {moment(report.made_at)}.",
        "It states only what the records of Savepoint show. Snapshots that Aura takes by its own "
        "schedule are counted as far as the watch saw them: at least so many there were. Other "
        "counts are of operations that ended, and exports that were stored, within the period.",
        f"Audit log: {_chain(report)}; head {report.chain.head or 'none'}.",
    )


def _chain(report: Report) -> str:
    if report.chain.broken_at is not None:
        return f"broken from entry {report.chain.broken_at:,} on"
    return f"{report.chain.entries:,} entries, whole"


def _tables(report: Report) -> tuple[Table, ...]:
    return (
        (
            "Questions",
            ("Clause", "Question", "Answer", "Evidence"),
            [
                (a.clause, a.question, a.answer, ", ".join(a.evidence) or _NONE)
                for a in report.answers
            ],
        ),
        (
            "Instances",
            (
                "Instance",
                "Tier",
                "Cloud and region",
                "Encrypted with",
                "Kept by Aura",
                "Taken by Aura, as seen",
                "Snapshots taken",
                "Failed",
                "Longest gap",
                "Newest",
                "Exports",
                "Of them encrypted",
                "Proven",
            ),
            [
                (
                    f"{line.name} ({line.id})" + ("" if line.there else ", gone"),
                    line.tier,
                    f"{line.cloud} {line.region}",
                    line.key,
                    line.kept,
                    f"{line.seen} on {count(line.seen_days, 'day')}" if line.seen else "0",
                    str(line.taken),
                    str(line.failed),
                    _took(line.longest),
                    moment(line.newest) if line.newest else _NONE,
                    _copies(line),
                    str(line.encrypted_copies),
                    moment(line.proven_at) if line.proven_at else _NONE,
                )
                for line in report.instances
            ],
        ),
        ("Restores", _WORK, [_work(line) for line in report.restores]),
        ("Drills", _WORK, [_work(line) for line in report.drills]),
        (
            "Alerts",
            ("Opened", "Ended", "Severity", "About", "What", "Reference"),
            [
                (
                    moment(line.opened_at),
                    moment(line.ended_at) if line.ended_at else "open",
                    line.severity,
                    line.name or _NONE,
                    line.what,
                    line.id,
                )
                for line in report.alerts
            ],
        ),
        (
            "Failures and refusals",
            ("Time", "Audit entry", "Action", "What", "Operation"),
            [
                (
                    moment(line.at),
                    str(line.number),
                    line.action,
                    line.what,
                    line.operation_id or _NONE,
                )
                for line in report.exceptions
            ],
        ),
    )


def _copies(line: InstanceLine) -> str:
    if not line.copies + line.older:
        return "0"
    older = f" and {line.older} of before" if line.older else ""
    return f"{line.copies}{older} ({size(line.copied_bytes)})"


_WORK = ("Operation", "Kind", "Instance", "Requester", "Approvers", "Asked", "Took", "Outcome")


def _work(line: WorkLine) -> tuple[str, ...]:
    return (
        line.id,
        line.kind,
        line.instance_id,
        line.requester.user_id,
        ", ".join(person.user_id for person in line.approvers) or _NONE,
        moment(line.asked_at),
        _took(line.took),
        line.outcome,
    )


def _took(length: timedelta | None) -> str:
    return _NONE if length is None else said(length)


def _outcomes(lines: Sequence[WorkLine]) -> str:
    kinds = {line.outcome for line in lines}
    found = [f"{sum(x.outcome == kind for x in lines)} {kind}" for kind in sorted(kinds)]
    return ", ".join(found) or "none"


def _plain(cell: str) -> str:
    """Disarm text for a cell of Markdown: no bar, no line break, no markup of HTML."""
    one_line = " ".join(cell.split())
    return one_line.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _cell(cell: str) -> str:
    """Disarm text for a spreadsheet, where some beginnings would make it a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell
