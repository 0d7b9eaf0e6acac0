"""The stage of the measurements: a large fleet, many channels, and a configuration that fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from sandbox.aura.fleet import Fleet, Seed, synthetic
from sandbox.slack import Cast
from sandbox.slack import cast as slack
from sandbox.slack.cast import ChannelSeed

_NOTHING: Mapping[str, float] = MappingProxyType({})

#: Aura's rate is per credential, and the configuration takes 10,000 a minute at most.
RATE = 10_000


@dataclass(frozen=True)
class Key:
    """An Aura credential of the stage, and the one project it reaches."""

    client: str
    secret: str
    project: str


KEYS = tuple(
    Key(f"bench-{n}", f"bench-secret-{n}", f"00000000-0000-4000-8000-{n:012d}") for n in range(4)
)


def fleet(size: int, credentials: int = 1) -> Fleet:
    """Return a fleet of ``size`` instances, split evenly over the credentials' projects."""
    plain, keys = synthetic(size), KEYS[:credentials]
    return Fleet(
        projects=tuple(replace(plain.projects[0], id=key.project, name=key.client) for key in keys),
        seeds=tuple(
            replace(seed, project_id=keys[index % credentials].project)
            for index, seed in enumerate(plain.seeds)
        ),
    )


def cast(channels: int) -> Cast:
    """Return the sandbox's workspace with this many channels more, in each of which the bot is."""
    people = {slack.REQUESTER, slack.APPROVER_ONE, slack.APPROVER_TWO, slack.BOT}
    standard = Cast()
    added = [ChannelSeed(channel(n), f"team-{n:03}", set(people)) for n in range(channels)]
    return Cast(channels=[*standard.channels, *added])


def channel(number: int) -> str:
    """Return the id of an added channel."""
    return f"C0TEAM{number:04d}"


def environment(number: int) -> str:
    """Return the name of the environment that reports to an added channel."""
    return f"team-{number:03}"


def configure(
    folder: Path,
    seeds: Sequence[Seed],
    *,
    channels: int = 1,
    credentials: int = 1,
    runner: Mapping[str, float] = _NOTHING,
) -> dict[str, str]:
    """Write a `savepoint.toml` and return the settings that name it and the credentials."""
    tables = []
    for number in range(channels):
        listed = ", ".join(f'"{seed.id}"' for seed in seeds[number::channels])
        tables.append(
            f"[environments.{environment(number)}]\n"
            f'channel = "{channel(number)}"\n'
            f'alert_channel = "{slack.OPS_ALERTS}"\n'
            f'operators = {{ users = ["{slack.REQUESTER}"] }}\n'
            f'approvers = {{ groups = ["{slack.DB_APPROVERS}"] }}\n'
            f"instances = [{listed}]\n"
        )
    settings: dict[str, str] = {}
    for number, key in enumerate(KEYS[:credentials]):
        tables.append(
            f"[credentials.{key.client}]\n"
            f'client_id_env = "AURA_{number}_ID"\n'
            f'client_secret_env = "AURA_{number}_SECRET"\n'
            f"requests_per_minute = {RATE}\n"
        )
        settings |= {f"AURA_{number}_ID": key.client, f"AURA_{number}_SECRET": key.secret}
    tables.append("[runner]\n" + "".join(f"{name} = {value}\n" for name, value in runner.items()))
    config = folder / "savepoint.toml"
    config.write_text("\n".join(tables), encoding="utf-8")
    return {**settings, "SAVEPOINT_CONFIG": str(config)}
