"""The town: both doubles and the page on one address, and the settings that lead a bot there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox import page
from sandbox.aura import AuraDouble, Call
from sandbox.aura import fleet as aura
from sandbox.aura.databases import DEFAULT
from sandbox.aura.times import utc_now
from sandbox.crash import BotFaults
from sandbox.neo4j import Backed, Home, running
from sandbox.scenarios import Scenarios, Stage, nothing_to_play
from sandbox.slack import SlackDouble
from sandbox.slack import cast as slack
from sandbox.uploads import passwords, sample_files, table
from sandbox.vault import sample_vault, vault_table

#: Signs the sandbox's evidence; published here, it proves nothing.
EVIDENCE_KEY = "evsec-c2F2ZXBvaW50LXNhbmRib3gtbm90LWEtc2VjcmV0ISE"


@dataclass(frozen=True, kw_only=True)
class Town:
    """What runs, and where."""

    aura: AuraDouble | None
    slack: SlackDouble | None
    page: str | None
    settings: Mapping[str, str]


@asynccontextmanager
async def town(
    *,
    folder: Path,
    port: int = 8484,
    speed: float = 20.0,
    only: str | None = None,
    crash: Callable[[], Awaitable[None]] | None = None,
    neo4j: bool = False,
) -> AsyncIterator[Town]:
    """Start the doubles on loopback; ``only`` is ``aura``, ``slack`` or None for both.

    ``speed`` (1 or more) shortens what Aura needs for its work. A `savepoint.toml` that fits the
    fleet and the people is written into ``folder``. ``crash`` kills the bot and starts it again;
    without it nobody can ask for that. With ``neo4j`` a real server holds the database of
    orders-prod; raises Missing where there is none. Raises OSError when the port is taken.
    """
    settings: dict[str, str] = {}
    files: Path | None = None
    double = SlackDouble(now=utc_now, speed=speed) if only != "aura" else None
    service = AuraDouble(speed=speed, requests_per_minute=_rate(speed)) if only != "slack" else None
    address = None
    async with AsyncExitStack() as stack:
        if service is not None:
            stack.push_async_callback(service.stop)
            settings["AURA_API_URL"] = await service.start(port=port if double is None else 0)
            settings["AURA_CONSOLE_URL"] = service.url
            if neo4j:
                await _back(stack, service, folder / "neo4j")
            files = folder / "uploads"
            sample_files(files, utc_now())
            settings |= passwords()
            settings["AURA_CLIENT_ID"] = aura.CLIENT_ID
            settings["AURA_CLIENT_SECRET"] = aura.CLIENT_SECRET
        if double is not None:
            stack.push_async_callback(double.stop)
            double.app().add_routes(page.routes())
            bot = BotFaults(crash, double) if crash is not None else None
            if bot is not None:
                double.fault_panels["bot"] = bot
                stack.push_async_callback(bot.stop)
            if service is not None:
                _join(double, service)
                scenarios = Scenarios(Stage(double, service, crash=bot.crash if bot else None))
                double.app().add_routes(scenarios.routes())
                stack.push_async_callback(scenarios.stop)
            else:
                double.app().add_routes(nothing_to_play())
            address = await double.start(port=port)
            settings |= double.settings()
        config = folder / "savepoint.toml"
        sample_vault(folder / "vault", utc_now())
        graphs = service.url if service is not None else ""
        text = configuration(
            speed=speed, graphs=graphs, uploads=files, vault=folder / "vault", watched=True
        )
        if service is not None:
            tables, variables = looking_in(service.url)
            text += tables
            settings |= variables
        config.write_text(text, encoding="utf-8")
        settings["SAVEPOINT_CONFIG"] = str(config)
        settings["SAVEPOINT_EVIDENCE_KEY"] = EVIDENCE_KEY
        yield Town(aura=service, slack=double, page=address, settings=settings)


def configuration(
    *,
    speed: float,
    graphs: str = "",
    uploads: Path | None = None,
    vault: Path | None = None,
    watched: bool = False,
) -> str:
    """Return a `savepoint.toml` for the fleet and the people of the sandbox.

    ``graphs`` is where the double answers queries of the databases too, ``uploads`` the folder
    that files may be loaded from, ``vault`` the one that exports go to. ``watched``: production
    wants what it has, so that an alert says when it has no more.
    """
    people = f'["{slack.REQUESTER}", "{slack.APPROVER_ONE}", "{slack.APPROVER_TWO}"]'
    tables = [
        _environment(
            "production", slack.OPS_PRODUCTION, people, aura.ORDERS_PROD, aura.CATALOG_PROD
        )
        # a digest in the midst of a rehearsal, since it is 8 o'clock, would only confuse
        + "confirm_instance_suffix = true\ndigest = false\n",
        _environment(
            "staging", slack.OPS_STAGING, people, aura.ORDERS_STAGING, aura.SEARCH_STAGING
        ),
        _environment(
            "development", slack.OPS_DEVELOPMENT, people, aura.SANDBOX_FREE, aura.SANDBOX_PAID
        ),
    ]
    rate = f"[credentials.default]\nrequests_per_minute = {_rate(speed)}\n"
    pace = (
        f"[runner]\npoll_least = {max(0.2, 4 / speed)}\npoll_most = {max(1.0, 15 / speed)}\n"
        f"settle = {10 / speed}\n"
    )
    scratch = (
        f'[scratch]\nproject = "{aura.COMMERCE}"\n'
        "prices = { professional-db = 0.09, business-critical = 0.2, enterprise-db = 0.3 }\n"
    )
    if graphs:
        scratch += f'query = "{graphs}/databases/{{instance}}"\n'
    files = [table(uploads)] if uploads else []
    if vault:
        files.append(vault_table(vault))
    if graphs:
        wanted = "instance_id={instance}&snapshot_id={snapshot}"
        files.append(f'[export]\nconsole_url = "{graphs}/sandbox/aura/export?{wanted}"\n')
    if watched:
        files.append(_WATCHED)
    return "\n".join([*tables, rate, pace, scratch, *files])


_WATCHED = """\
[watch]
poll_seconds = 20

[environments.production.protection]
in_place_hours = 26
off_instance_hours = 192
"""


async def _back(stack: AsyncExitStack, service: AuraDouble, folder: Path) -> None:
    """Move the database of orders-prod into a real server."""
    server = await asyncio.to_thread(stack.enter_context, running(Home(folder)))
    databases = service.world.instances[aura.ORDERS_PROD].databases.by_name
    databases[DEFAULT] = await asyncio.to_thread(Backed, databases[DEFAULT], server)


def looking_in(url: str) -> tuple[str, dict[str, str]]:
    """Return the tables that let the bot look into the graphs, and the variables they name.

    ``url`` is where the double answers: each instance's read-only user has a password of its own.
    """
    variables = {"SANDBOX_READER": "reader"}
    tables = []
    for instance in (aura.ORDERS_PROD, aura.CATALOG_PROD, aura.ORDERS_STAGING, aura.SANDBOX_PAID):
        name = f"SANDBOX_READER_{instance.upper()}"
        variables[name] = aura.database_password(instance, "reader")
        tables.append(
            f'[graph.instances."{instance}"]\naddress = "{url}/databases/{{instance}}"\n'
            f'user_env = "SANDBOX_READER"\npassword_env = "{name}"\n'
        )
    return "\n" + "\n".join([*tables, _CHECKS]), variables


#: What must be true of a shop after a restore.
_CHECKS = """\
[[checks]]
name = "every order has a number"
cypher = "MATCH (o:Order) WHERE o.number IS NULL RETURN count(o)"
value = 0

[[checks]]
name = "there are customers"
cypher = "MATCH (c:Customer) RETURN count(c)"
between = { least = 1 }

[[checks]]
name = "as many orders as when the snapshot was taken"
cypher = "MATCH (o:Order) RETURN count(o)"
like_baseline = { of = "label:Order", within = 0 }
severity = "warning"
"""


def _rate(speed: float) -> int:
    """Aura's 125 requests a minute, at the sandbox's pace."""
    return round(125 * speed)


def _environment(name: str, channel: str, people: str, *instances: str) -> str:
    listed = ", ".join(f'"{instance}"' for instance in instances)
    return (
        f"[environments.{name}]\n"
        f'channel = "{channel}"\n'
        f'alert_channel = "{slack.OPS_ALERTS}"\n'
        f"operators = {{ users = {people} }}\n"
        f'approvers = {{ groups = ["{slack.DB_APPROVERS}"] }}\n'
        f"instances = [{listed}]\n"
    )


def _join(double: SlackDouble, service: AuraDouble) -> None:
    """Show Aura's calls in the page's timeline, and its faults beside Slack's."""

    def told(call: Call) -> None:
        double.add_timeline(
            service="aura",
            direction="out",
            what=f"{call.method} {call.path}",
            detail={"request_id": call.request_id or ""},
            status="dropped" if call.dropped else str(call.status),
        )

    service.on_call = told
    double.fault_panels["aura"] = service.faults
