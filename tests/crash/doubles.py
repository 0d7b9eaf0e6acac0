"""Aura and Slack in a process of their own, which outlives every bot."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import httpx

from sandbox.aura import AuraDouble
from sandbox.aura import fleet as aura
from sandbox.aura.times import Durations, utc_now
from sandbox.slack import SlackDouble
from sandbox.slack import cast as slack
from tests.crash.processes import Running, stopped

INSTANCES = 120


@dataclass(frozen=True, kw_only=True)
class Took:
    """How many seconds Aura needs."""

    snapshot: float = 0.2
    restore: float = 0.4


#: Aura comes to an end when a test says so.
FOR_EVER = Took(snapshot=3600, restore=3600)


def run(tell: Connection, took: Took) -> None:
    """Serve until SIGTERM; tells the settings of a bot, and the address of Slack."""
    asyncio.run(_serve(tell, took))


async def _serve(tell: Connection, took: Took) -> None:
    stop = stopped()
    async with (
        AuraDouble(
            seed=aura.synthetic(INSTANCES),
            durations=Durations(snapshot=took.snapshot, restore=took.restore),
            requests_per_minute=None,
            slow_by=0.5,
        ) as service,
        SlackDouble(now=utc_now, limits=False) as double,
    ):
        tell.send(
            {
                **double.settings(),
                "AURA_API_URL": service.url,
                "AURA_CLIENT_ID": aura.CLIENT_ID,
                "AURA_CLIENT_SECRET": aura.CLIENT_SECRET,
            }
        )
        await stop.wait()


class Doubles:
    """Reads the records of the doubles, and throws their switches, over HTTP."""

    def __init__(self, settings: dict[str, str], http: httpx.AsyncClient) -> None:
        self.settings = settings
        self._calls: dict[int, dict[str, Any]] = {}
        self._aura = f"{settings['AURA_API_URL']}/sandbox/aura"
        self._slack = settings["SLACK_API_URL"].removesuffix("/api/") + "/sandbox"
        self._http = http

    async def restore_calls(self) -> Counter[str]:
        """How many restore calls reached Aura, refused ones included, by instance id."""
        return await self._sent("/restore")

    async def snapshot_calls(self) -> Counter[str]:
        """How many snapshots were asked for, by instance id."""
        return await self._sent("/snapshots")

    async def answers(self, *statuses: int) -> int:
        """How many calls Aura answered with one of these."""
        return sum(call["status"] in statuses for call in await self._all_calls())

    async def complete(self, instance: str, snapshot: str) -> None:
        """Let a snapshot be complete."""
        wanted = {"instance_id": instance, "snapshot_id": snapshot, "status": "Completed"}
        await self._post(f"{self._aura}/snapshot-status", wanted)

    async def finish(self, instance: str) -> None:
        """Let Aura come to the end of what it does with an instance."""
        await self._post(f"{self._aura}/status", {"instance_id": instance, "status": "running"})

    async def fault(self, name: str, *, on: bool | None = None, count: int | None = None) -> None:
        """Throw one of Aura's switches."""
        wanted = {"name": name, "on": on, "count": count}
        await self._post(f"{self._aura}/faults", wanted)

    async def state(self, user: str = slack.APPROVER_ONE) -> dict[str, Any]:
        """What somebody sees of Slack."""
        found: dict[str, Any] = await self._get(f"{self._slack}/state?as={user}")
        return found

    async def act(
        self, user: str, kind: str, *, falls: bool = False, **more: object
    ) -> dict[str, Any]:
        """Do something as a person; fails when Slack refuses it.

        With ``falls`` the bot may die before its acknowledgement is on the wire.
        """
        body = {"as": user, "kind": kind, **more}
        answer = await self._answer(f"{self._slack}/act", body)
        assert answer["ok"] or (falls and "timed out" in answer["error"]), answer
        return answer

    async def _sent(self, end: str) -> Counter[str]:
        return Counter(
            call["path"].split("/")[3]
            for call in await self._all_calls()
            if call["method"] == "POST" and call["path"].endswith(end)
        )

    async def _all_calls(self) -> Collection[dict[str, Any]]:
        newest = max(self._calls, default=0)
        fresh = await self._get(f"{self._aura}/calls?after={newest}")
        self._calls |= {call["n"]: call for call in fresh}
        return self._calls.values()

    async def _get(self, url: str) -> Any:
        return (await self._http.get(url)).raise_for_status().json()

    async def _post(self, url: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._answer(url, body)
        assert answer["ok"], answer
        return answer

    async def _answer(self, url: str, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = (await self._http.post(url, json=body)).raise_for_status().json()
        return answer


@asynccontextmanager
async def doubles(folder: Path, took: Took | None = None) -> AsyncIterator[Doubles]:
    """Start both doubles."""
    running = Running(run, took or Took(), log=folder / "doubles.log")
    try:
        settings = cast(dict[str, str], await running.told())
        async with httpx.AsyncClient(timeout=30) as http:
            yield Doubles(settings, http)
    finally:
        running.close()
