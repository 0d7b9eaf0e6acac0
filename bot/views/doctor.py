"""The doctor's report, as plain text for a terminal."""

from collections import Counter
from collections.abc import Sequence

from bot.core.findings import Finding, Level

_GAP = 2


def report(findings: Sequence[Finding]) -> str:
    """Render a line for each finding, how to mend it below, and the sum at the end."""
    wide = max((len(f.subject) for f in findings), default=0)
    lines = [line for finding in findings for line in _lines(finding, wide)]
    count = Counter(finding.level for finding in findings)
    total = ", ".join(f"{count[level]} {level}" for level in reversed(Level))
    return "\n".join((*lines, "", total, ""))


def _lines(finding: Finding, wide: int) -> list[str]:
    margin = max(len(level) for level in Level) + _GAP
    found = [f"{finding.level:<{margin}}{finding.subject:<{wide + _GAP}}{finding.what}"]
    if finding.mend:
        found.append(f"{' ' * (margin + wide + _GAP)}→ {finding.mend}")
    # names come from other people's systems, and a terminal obeys control characters
    return [
        "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in s) for s in found
    ]
