"""What people read in the alert channel over the quarter, as the Slack double kept it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.slack import SlackDouble
from sandbox.slack import cast as slack
from sandbox.slack.sightings import Seen

_HEAD = re.compile(r"# (?P<sign>\S+) (?P<over>Over: )?(?P<title>.+)")
_MISSED = re.compile(r"While I was away or had no room, (\d+) scheduled runs? (?:was|were) missed")


@dataclass(frozen=True, kw_only=True)
class Told:
    """One alert: its head as it stands at last, and the lines of its thread."""

    title: str
    at: datetime
    over: bool
    cleared: tuple[datetime, ...]


@dataclass(frozen=True, kw_only=True)
class Board:
    """The alert channel: alerts, reports of missed runs, and whatever else was said there."""

    alerts: tuple[Told, ...]
    missed: tuple[tuple[datetime, int], ...]
    others: tuple[str, ...]
    heads: Mapping[str, tuple[datetime, ...]]
    """When alerts were begun, by channel."""
    digests: Mapping[str, tuple[datetime, ...]]
    """When digests were told, by channel."""


def read(double: SlackDouble) -> Board:
    """Read everything that an approver sees."""
    person = double.person(slack.APPROVER_ONE)
    threads: dict[str, list[Seen]] = {}
    alerts: list[Told] = []
    missed: list[tuple[datetime, int]] = []
    others: list[str] = []
    heads: dict[str, tuple[datetime, ...]] = {}
    digests: dict[str, tuple[datetime, ...]] = {}
    for channel in _CHANNELS:
        seen = [m for m in person.sees(channel) if m.author == "Savepoint"]
        for message in seen:
            if message.thread_ts not in (None, message.ts):
                threads.setdefault(str(message.thread_ts), []).append(message)
        for message in seen:
            if message.thread_ts not in (None, message.ts):
                continue
            text, found = str(message), _HEAD.match(str(message))
            if found is not None and "alt-" in text:
                lines = threads.pop(message.ts, [])
                cleared = tuple(_at(line) for line in lines if "All clear" in str(line))
                told = Told(
                    title=found["title"],
                    at=_at(message),
                    over=found["over"] is not None,
                    cleared=cleared,
                )
                alerts.append(told)
                heads[channel] = (*heads.get(channel, ()), told.at)
            elif counted := _MISSED.search(text):
                missed.append((_at(message), int(counted[1])))
            elif "`/aura report` says it at length" in text:
                digests[channel] = (*digests.get(channel, ()), _at(message))
            else:
                others.append(text)
    others += [str(m) for lines in threads.values() for m in lines]
    return Board(
        alerts=tuple(alerts),
        missed=tuple(missed),
        others=tuple(others),
        heads=heads,
        digests=digests,
    )


_CHANNELS = (
    slack.OPS_ALERTS,
    slack.OPS_PRODUCTION,
    slack.OPS_STAGING,
    slack.OPS_DEVELOPMENT,
)


def _at(message: Seen) -> datetime:
    return datetime.fromtimestamp(float(message.ts), UTC)
