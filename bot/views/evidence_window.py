"""The window that shows a signed record: what it says in short, and the record to be copied.

The record is laid out in lines and cut between them, so that its pieces, copied one after the
other, are valid JSON again; a check reads it whatever its layout. Marks that Slack or a person
could misread stand as JSON escapes.
"""

import json

from pydantic import SecretStr

from bot.core.base import Frozen
from bot.core.errors import BotError
from bot.core.evidence import Evidence
from bot.core.signed import Checked
from bot.views.drill_words import recovered, results
from bot.views.errors import whisper
from bot.views.evidence import subjects
from bot.views.kit import Block, View, clean, code, context, fields, moment, plain, section
from bot.views.words import count, people

#: Slack takes 100 blocks and 250 kB in a view, 3,000 characters in a section
#: (https://docs.slack.dev/reference/views#limits).
_PIECE = 2_900
_MOST_PIECES = 60
_ESCAPES = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "<>&`"})


def loading() -> View:
    """Return the window as it opens."""
    return _window(section("⏳ Reading the record …"))


def broken(error: BotError) -> View:
    """Return the window when there is nothing to show: why, and what to do."""
    return _window(*whisper(error).blocks)


class Links(Frozen):
    """Where the record and its page are fetched, each once: secrets of the one who asked."""

    record: SecretStr
    page: SecretStr
    minutes: int


def shown(checked: Checked, file: str, links: Links | None = None) -> View:
    """Return the window with a record, and its file to be fetched, or else to be copied."""
    record = checked.evidence
    blocks = [
        section(
            f"*{clean(record.kind, 40).capitalize()} {code(record.operation_id)}: "
            f"{clean(record.outcome, 60)}*"
        ),
        fields(_facts(record)),
    ]
    if record.checks:
        blocks.append(section(results(record.checks)))
    blocks.append(
        context(
            f"Signed by {code(checked.public_key)} · audit log entry {record.audit.number} "
            f"{code(record.audit.digest[:12])} · plan {code(record.plan_seal[:12])}"
        )
    )
    return _window(*blocks, *(_fetch(links, record) if links else _copy(file, record)))


def pieces(file: str) -> list[str] | None:
    """Cut a record into texts for code blocks; None when it is too large for a window."""
    lines = json.dumps(json.loads(file), indent=1).translate(_ESCAPES).splitlines()
    found: list[str] = []
    for line in lines:
        if len(line) > _PIECE:
            return None
        if found and len(found[-1]) + len(line) < _PIECE:
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    return found if len(found) <= _MOST_PIECES else None


def _fetch(links: Links, record: Evidence) -> list[Block]:
    name = clean(record.operation_id, 40)
    both = " · ".join(
        f"<{address.get_secret_value()}|{name}.{suffix}>"
        for address, suffix in ((links.record, "json"), (links.page, "md"))
    )
    return [
        section(
            f"*Take it along:* {both}. Each address opens once, within {links.minutes} minutes, "
            "and only while you may look at this. Whoever has one can open it in your place: pass "
            "on the file and not the address. *Evidence…* gives new ones."
        ),
        section(
            f"Check the record anywhere with `savepoint evidence verify {name}.json`; the page is "
            "for reading, and not signed."
        ),
    ]


def _copy(file: str, record: Evidence) -> list[Block]:
    shell = f"`savepoint evidence export {clean(record.operation_id, 40)} > evidence.json`"
    cut = pieces(file)
    if cut is None:
        return [section(f"The record is too large for this window. From a shell: {shell}.")]
    how = (
        f"Copy what follows into `evidence.json`, in order ({count(len(cut), 'piece')}), and check "
        f"it anywhere with `savepoint evidence verify evidence.json`. From a shell: {shell}."
    )
    return [section(how), *(section(f"```{piece}```") for piece in cut)]


def _facts(record: Evidence) -> list[tuple[str, str]]:
    approved = people(approval.by for approval in record.approvals)
    passed = sum(line.passed for line in record.checks)
    return [
        ("Environment", clean(record.environment, 60)),
        ("Instance", code(record.instance_id, 40)),
        *(
            (name, f"{code(its_id, 80)} of {moment(taken)}" if taken else code(its_id, 80))
            for name, its_id, taken in subjects(record)
        ),
        ("Requested by", people([record.requester])),
        ("Approved by", approved if record.approvals else "nobody was asked"),
        ("Ended", moment(record.ended_at)),
        ("Recovery time", recovered(record.recovery)),
        ("Checks", f"{passed} of {len(record.checks)} passed" if record.checks else "none ran"),
        ("Aura's request ids", ", ".join(map(code, record.aura_request_ids[:5])) or "none"),
    ]


def _window(*blocks: Block) -> View:
    return {
        "type": "modal",
        "title": plain("Evidence"),
        "close": plain("Close"),
        "blocks": list(blocks),
    }
