"""The fleet the double starts with: who owns what, how old it is, and what it has backed up.

A `Fleet` is a description in ages, not dates: the double counts them back from its own clock, so
the same fleet has the same ids and the same history whenever it is started.
"""

from dataclasses import dataclass
from datetime import timedelta

from sandbox.aura.offers import STORAGE_OF

CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-client-secret"
LEDGER_CLIENT_ID = "sandbox-ledger-client"
LEDGER_CLIENT_SECRET = "sandbox-ledger-client-secret"

HOME = "0c3a8d52-7b6e-4f0a-9a41-1d2f3e4b5a01"
BOOKKEEPING = "6f1d9b20-2e84-4c3b-8f57-9a0b1c2d3e02"

COMMERCE = "5d0e7a3e-4b1c-4c57-9a52-6f0f5d1caa01"
DATA_LAB = "b8f4c6d2-93a7-4e0e-8d15-2c7be90fbb02"

LEDGERS = "e2a94f17-5c0d-4b8e-a6f3-7d1c9e5b2c03"

ORDERS_PROD = "0d5e7a11"
CATALOG_PROD = "ca7a1095"
ORDERS_STAGING = "0d5e57a6"
SEARCH_STAGING = "5ea2c457"
SANDBOX_FREE = "f2eeb0c5"
SANDBOX_PAID = "5a4db0c5"
LEDGER_PROD = "1ed6e411"

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def database_password(instance_id: str, user: str) -> str:
    """The password of a seeded instance's database, for `neo4j` or the read-only `reader`."""
    return f"sandbox-{user}-{instance_id}"


@dataclass(frozen=True, kw_only=True)
class Organization:
    """What projects belong to; only v2beta1 shows it."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project (v1 says tenant): without `billing` it can neither order nor take snapshots."""

    id: str
    name: str
    tiers: tuple[str, ...]
    billing: bool = True
    limit: int = 50  # instances at most
    metrics: bool = True
    organization_id: str = HOME


@dataclass(frozen=True, kw_only=True)
class Seed:
    """An instance to begin with; spans count back from the double's present.

    `rested`: how long it has been in its status. `last_full`: age of the newest full scheduled
    snapshot, which fixes the grid of all others. `busy_for`: the status ends after this span (not
    scaled by speed) in `running`. `nodes` and `relationships`: how much its graph has grown to.
    `databases`: names beside `neo4j`, for an instance of several, each of that size. `used`:
    somebody writes into it every day, which keeps a Free one from being paused.
    """

    id: str
    name: str
    project_id: str
    type: str
    memory: str
    status: str = "running"
    version: str = "5"
    cloud_provider: str = "gcp"
    region: str = "europe-west1"
    age: timedelta = 90 * _DAY
    rested: timedelta = timedelta(0)
    busy_for: timedelta | None = None
    last_full: timedelta = 5 * _HOUR
    on_demand: tuple[timedelta, ...] = ()
    secondaries: int = 0
    cdc: str = "OFF"
    nodes: int = 160
    relationships: int = 420
    databases: tuple[str, ...] = ()
    used: bool = True

    @property
    def storage(self) -> str:
        """Follows from the memory."""
        return STORAGE_OF[self.memory]


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Organizations, the first of them home; projects, and the instances in them.

    Credentials see the projects of the home organization, unless they are made for others.
    """

    projects: tuple[Project, ...]
    seeds: tuple[Seed, ...]
    organizations: tuple[Organization, ...] = (Organization(id=HOME, name="Example company"),)

    def home(self) -> frozenset[str]:
        """The ids of the home organization's projects."""
        first = self.organizations[0].id
        return frozenset(p.id for p in self.projects if p.organization_id == first)


_PROJECTS = (
    Project(
        id=COMMERCE,
        name="Commerce",
        tiers=("free-db", "professional-db", "business-critical", "enterprise-db"),
    ),
    Project(
        id=DATA_LAB,
        name="Data lab",
        tiers=("free-db", "professional-db", "professional-ds", "enterprise-ds"),
        metrics=False,
    ),
)
_LEDGERS = Project(
    id=LEDGERS,
    name="Ledgers",
    tiers=("free-db", "professional-db", "business-critical"),
    organization_id=BOOKKEEPING,
)


def fleet() -> Fleet:
    """Six instances of three environments in two projects, and elsewhere one of three databases.

    One paused, one busy, one with change data capture on, one that nobody uses, so that Aura will
    pause it, two with the same name. No scheduled snapshot is due within half an hour of the start,
    so that nobody's first restore meets one.

    The one of three databases belongs to another organization, which other credentials see
    (`LEDGER_CLIENT_ID`).
    """
    return Fleet(
        organizations=(
            Organization(id=HOME, name="Example company"),
            Organization(id=BOOKKEEPING, name="Example bookkeeping"),
        ),
        projects=(*_PROJECTS, _LEDGERS),
        seeds=(
            Seed(
                id=ORDERS_PROD,
                name="orders-prod",
                project_id=COMMERCE,
                type="business-critical",
                memory="8GB",
                age=265 * _DAY,
                last_full=5 * _HOUR + 12 * _MINUTE,
                on_demand=(3 * _DAY + 2 * _HOUR, 9 * _DAY + 40 * _MINUTE),
            ),
            Seed(
                id=CATALOG_PROD,
                name="catalog-prod",
                project_id=COMMERCE,
                type="enterprise-db",
                memory="16GB",
                age=410 * _DAY,
                last_full=11 * _HOUR + 21 * _MINUTE,
                on_demand=(26 * _DAY,),
                secondaries=1,
                cdc="FULL",
            ),
            Seed(
                id=ORDERS_STAGING,
                name="orders-staging",
                project_id=COMMERCE,
                type="professional-db",
                memory="4GB",
                status="paused",
                age=200 * _DAY,
                rested=2 * _DAY + 3 * _HOUR,
                last_full=8 * _HOUR,
                on_demand=(2 * _DAY + 4 * _HOUR,),
            ),
            Seed(
                id=SEARCH_STAGING,
                name="search-staging",
                project_id=COMMERCE,
                type="professional-db",
                memory="8GB",
                status="updating",
                age=75 * _DAY,
                rested=20 * _MINUTE,
                busy_for=12 * _HOUR,
                last_full=14 * _HOUR,
            ),
            Seed(
                id=SANDBOX_FREE,
                name="sandbox",
                project_id=COMMERCE,
                type="free-db",
                memory="1GB",
                age=30 * _DAY,
                on_demand=(4 * _DAY, _DAY + 6 * _HOUR),
                nodes=1843,
                relationships=5120,
                used=False,
            ),
            Seed(
                id=SANDBOX_PAID,
                name="sandbox",
                project_id=DATA_LAB,
                type="professional-db",
                memory="2GB",
                cloud_provider="aws",
                region="eu-central-1",
                age=18 * _DAY,
                last_full=3 * _HOUR,
            ),
            Seed(
                id=LEDGER_PROD,
                name="ledger-prod",
                project_id=LEDGERS,
                type="business-critical",
                memory="8GB",
                age=40 * _DAY,
                last_full=6 * _HOUR + 11 * _MINUTE,
                databases=("sales", "stock"),
            ),
        ),
    )


def synthetic(n: int) -> Fleet:
    """`n` running Professional instances a few days old, for measuring.

    None is due for a snapshot within the next hours.
    """
    return Fleet(
        projects=(
            Project(id=COMMERCE, name="Commerce", tiers=("professional-db",), limit=2 * n + 50),
        ),
        seeds=tuple(
            Seed(
                id=f"{0xA0000000 + i:08x}",
                name=f"graph-{i:04}",
                project_id=COMMERCE,
                type="professional-db",
                memory="2GB",
                age=3 * _DAY,
                last_full=_HOUR + (i % 600) * _MINUTE,
                nodes=0,
                relationships=0,
            )
            for i in range(n)
        ),
    )
