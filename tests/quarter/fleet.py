"""The fleet of the quarter: 200 instances in three environments, each with its preset."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path

from sandbox.aura.fleet import Fleet, Project, Seed
from sandbox.slack import cast as slack
from tests.quarter.almanac import MONDAY, SUNDAY, Rhythm

SCRATCH = "4b0c5d1e-7a2f-4c3d-9e8f-0a1b2c3d4e04"
_TIERS = ("free-db", "professional-db", "business-critical", "enterprise-db")
#: New alerts in one channel within an hour, as the configuration says.
PER_HOUR = 12
#: The digest of every environment.
MORNING = Rhythm(at=time(8), zone="Europe/Berlin")


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A class of instances: its preset, what it changes in it, and what is due by that, when."""

    name: str
    project: str
    count: int
    first: int
    tiers: tuple[str, ...]
    channel: str
    own: str = ""
    work: dict[str, Rhythm] = field(default_factory=dict)

    @property
    def ids(self) -> tuple[str, ...]:
        """Its instances."""
        return tuple(f"{self.first + number:08x}" for number in range(self.count))

    def named(self, number: int) -> str:
        """What the instance of a number is called."""
        return f"{self.name}-{number:03}"


_NIGHTLY = Rhythm(at=time(2, 30), zone="Europe/Berlin")
_EXPORTS = Rhythm(at=time(2, 30), zone="Australia/Sydney", weekday=SUNDAY)

#: Only the times on which a clock change tells are our own; the rest is the presets'.
PRODUCTION = Environment(
    name="production",
    project="4b0c5d1e-7a2f-4c3d-9e8f-0a1b2c3d4e01",
    count=8,
    first=0xA0000000,
    tiers=("business-critical", "enterprise-db", "professional-db"),
    channel=slack.OPS_PRODUCTION,
    own=f'exports = [{{ cron = "{_EXPORTS.cron}", zone = "{_EXPORTS.zone}" }}]\n',
    work={
        "production-export-2": _EXPORTS,
        "production-drill-3": Rhythm(at=time(6), weekday=MONDAY),
    },
)
STAGING = Environment(
    name="staging",
    project="4b0c5d1e-7a2f-4c3d-9e8f-0a1b2c3d4e02",
    count=12,
    first=0xB0000000,
    tiers=("professional-db",),
    channel=slack.OPS_STAGING,
    own=f'snapshots = [{{ cron = "{_NIGHTLY.cron}", zone = "{_NIGHTLY.zone}" }}]\n',
    work={
        "staging-snapshot-1": _NIGHTLY,
        "staging-export-2": Rhythm(at=time(4), weekday=SUNDAY),
    },
)
DEVELOPMENT = Environment(
    name="development",
    project="4b0c5d1e-7a2f-4c3d-9e8f-0a1b2c3d4e03",
    count=180,
    first=0xC0000000,
    tiers=("free-db", "professional-db", "professional-db"),
    channel=slack.OPS_DEVELOPMENT,
)
ENVIRONMENTS = (PRODUCTION, STAGING, DEVELOPMENT)


def seed() -> Fleet:
    """Return what exists at first: new instances, of which Aura takes snapshots in the evening."""
    projects = [Project(id=e.project, name=e.name, tiers=_TIERS, limit=400) for e in ENVIRONMENTS]
    return Fleet(
        projects=(*projects, Project(id=SCRATCH, name="scratch", tiers=_TIERS)),
        seeds=tuple(
            Seed(
                id=instance,
                name=of.named(number),
                project_id=of.project,
                type=of.tiers[number % len(of.tiers)],
                memory="2GB" if of is PRODUCTION else "1GB",
                age=timedelta(days=1),
                last_full=timedelta(minutes=61 + number),
                nodes=12,
                relationships=16,
            )
            for of in ENVIRONMENTS
            for number, instance in enumerate(of.ids)
        ),
    )


def configuration(url: str, vault: Path) -> str:
    """Return the `savepoint.toml`; ``url`` is where the databases of scratch instances answer."""
    people = f'["{slack.REQUESTER}", "{slack.APPROVER_ONE}", "{slack.APPROVER_TWO}"]'
    digest = f'digest = {{ cron = "{MORNING.cron}", zone = "{MORNING.zone}" }}\n'
    tables = []
    for of in ENVIRONMENTS:
        tables.append(
            f"[environments.{of.name}]\n"
            f'channel = "{of.channel}"\nalert_channel = "{slack.OPS_ALERTS}"\n'
            f"operators = {{ users = {people} }}\n"
            f'approvers = {{ groups = ["{slack.DB_APPROVERS}"] }}\nquorum = 2\n'
            f"instances = {list(of.ids)}\n{digest}\n"
            f'[environments.{of.name}.protection]\npreset = "{of.name}"\n{of.own}\n'
            f"[environments.{of.name}.alerts]\nper_hour = {PER_HOUR}\n\n"
            f"[vault.keep.{of.name}]\ndaily = 2\nweekly = 4\nmonthly = 3\n"
        )
    tables.append("[watch]\npoll_seconds = 3600\n")
    tables.append("[credentials.default]\nrequests_per_minute = 10000\n")
    tables.append(
        f'[scratch]\nproject = "{SCRATCH}"\nmost = 20\nquery = "{url}/databases/{{instance}}"\n'
    )
    tables.append(f'[vault]\nurl = "{vault.absolute().as_uri()}"\n')
    return "\n".join(tables)
