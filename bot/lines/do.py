"""`savepoint do`: one command from a pipeline, through a running bot, with an exit code by outcome.

It needs neither configuration nor Slack: only the address of the bot (``SAVEPOINT_URL``) and a
token (``SAVEPOINT_TOKEN``). The command is sent once and never repeated; waiting only reads.
"""

import json
import os
import time
from collections.abc import Mapping
from typing import Annotated, Any

import httpx
import typer

from bot.config.given import Given
from bot.config.settings import ConfigError
from bot.core.errors import BotError

FAILED, MISUSED = 1, 2
#: Seconds between two looks at an operation, and how long the bot may be away meanwhile.
EVERY, PATIENCE = 2.0, 300.0
_BAD_REQUEST = 400


class NoAnswer(BotError):
    """The bot cannot be reached."""


def do(
    command: Annotated[str, typer.Argument(help="As in Slack, without /aura.")],
    wait: Annotated[bool, typer.Option("--wait", help="Until what it began has ended.")] = False,
    timeout: Annotated[int, typer.Option(min=1, help="Seconds to wait at most.")] = 3600,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    reason: Annotated[str, typer.Option(help="Why a restore is asked for.")] = "",
    confirm: Annotated[str, typer.Option(help="RESTORE, for a request to restore.")] = "",
    suffix: Annotated[str | None, typer.Option(help="The end of the instance's id.")] = None,
    waiver: Annotated[str | None, typer.Option(help="Why without a safety snapshot.")] = None,
) -> None:
    """Send one command to the running bot; a restore is only a request, decided in Slack."""
    given = {"reason": reason, "confirm": confirm, "suffix": suffix, "waiver": waiver}
    body = {"command": command, **{key: value for key, value in given.items() if value}}
    with _door(os.environ) as door:
        status, said = _send(door, body)
        if status < _BAD_REQUEST and wait:
            said = _watched(door, said, timeout)
    typer.echo(json.dumps(said) if as_json else _words(said), err=status >= _BAD_REQUEST)
    if status == _BAD_REQUEST:
        raise typer.Exit(MISUSED)
    begun = [said] if "operation" in said else said.get("operations", [])
    if status > _BAD_REQUEST or any(op["final"] and not op["ok"] for op in begun):
        raise typer.Exit(FAILED)
    if wait and not all(op["final"] for op in begun):
        typer.echo(f"not finished within {timeout} s; it goes on without us", err=True)
        raise typer.Exit(FAILED)


def _door(env: Mapping[str, str]) -> httpx.Client:
    given = Given(env)
    address = given.address("SAVEPOINT_URL", "http://127.0.0.1:8080")
    token = given.secret("SAVEPOINT_TOKEN", needed=True)
    if given.faults or token is None:
        raise ConfigError(given.faults)
    bearer = {"Authorization": f"Bearer {token.get_secret_value()}"}
    return httpx.Client(base_url=address, headers=bearer, timeout=60)


def _send(door: httpx.Client, body: dict[str, str]) -> tuple[int, dict[str, Any]]:
    try:
        answer = door.post("/do", json=body)
    except httpx.ConnectError as absent:
        raise NoAnswer(
            f"there is no bot at {door.base_url}: nothing was sent", hint="Set SAVEPOINT_URL."
        ) from absent
    except httpx.HTTPError as lost:
        raise NoAnswer(
            f"the answer of the bot at {door.base_url} is lost: it may have begun the command",
            hint='Look with `savepoint do "job list"` before sending it again.',
        ) from lost
    return answer.status_code, _read(answer)


def _watched(door: httpx.Client, said: dict[str, Any], timeout: float) -> dict[str, Any]:
    """Return the answer as it is once everything that it began has ended, or the time is up."""
    if "operation" in said:
        return _watch(door, said, timeout)
    if "operations" not in said:
        return said
    over = time.monotonic() + timeout
    found = [_watch(door, op, over - time.monotonic()) for op in said["operations"]]
    return said | {"operations": found}


def _watch(door: httpx.Client, said: dict[str, Any], timeout: float) -> dict[str, Any]:
    """Look until it has ended, or the time is up; a bot that restarts meanwhile is waited for."""
    began = heard = time.monotonic()
    while not said["final"] and time.monotonic() - began < timeout:
        time.sleep(min(EVERY, timeout))
        try:
            answer = door.get(f"/do/{said['operation']}")
            if answer.status_code < _BAD_REQUEST:
                said, heard = _read(answer), time.monotonic()
        except httpx.HTTPError as absent:
            if time.monotonic() - heard > PATIENCE:
                raise NoAnswer(
                    f"the bot is silent; {said['operation']} may still go on",
                    hint="Look at its card in Slack.",
                ) from absent
    return said


def _read(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        said = None
    if isinstance(said, dict):
        return said
    raise NoAnswer(
        f"what answered at {answer.url.host} is not Savepoint (HTTP {answer.status_code})",
        hint="Set SAVEPOINT_URL to the address of the bot's own web server.",
    )


def _words(said: dict[str, Any]) -> str:
    if "error" in said:
        hint = said.get("hint") or said.get("reference") or ""
        return f"savepoint: {said['error']}" + (f"\n{hint}" if hint else "")
    if "operations" in said:
        told = [str(said["text"]), *(_words(op) for op in said["operations"])]
        return "\n".join(told)
    if "operation" not in said:
        return str(said.get("text", ""))
    lines = [f"{said['operation']}: {said['kind']} of {said['instance']} is {said['phase']}"]
    lines += [f"why: {said['why']}"] if said.get("why") else []
    lines += [f"snapshot: {said['snapshot']}"] if said.get("snapshot") else []
    lines += [f"card: {said['link']}"] if said.get("link") else []
    return "\n".join(lines)
