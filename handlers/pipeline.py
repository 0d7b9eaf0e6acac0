"""`savepoint do`: the same words from a pipeline, over HTTP with a token.

What opens a form in Slack needs its fields here: a restore wants a reason and the typed RESTORE,
and even then it is only a request, for people in Slack to decide. Nothing here can approve.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.core import commands as c
from bot.core.base import OperationId
from bot.core.errors import BadCommand, BotError, NotAllowed
from bot.core.operations import Operation, Origin
from bot.core.people import Person, Robot
from bot.core.schedules import Schedule
from bot.services.house import House
from bot.services.restores import RestoreForm
from bot.services.slots import Started
from bot.views import pipeline as views
from bot.views import schedules as schedule_views
from handlers.edge import Context, reference

log = structlog.get_logger(__name__)

#: A command has at most 4,000 characters, and the fields beside it some hundred.
MOST_BYTES = 32 * 1024
#: The schedules whose work was asked for, and what came of it.
Began = tuple[tuple[Schedule, ...], Started]


class NothingBegan(BotError):
    """Every run of a schedule was refused."""


class Asked(BaseModel):
    """What a pipeline sends."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    command: str = Field(max_length=4000)
    reason: str = ""
    confirm: str = ""
    """RESTORE, typed by whoever wrote the pipeline."""
    suffix: str | None = None
    waiver: str | None = None


async def _take(house: House, person: Person, command: c.SnapshotTake, asked: Asked) -> Operation:
    return await house.snapshots.take(person, command.instance, note=command.note, origin=Origin())


async def _restore(
    house: House, person: Person, command: c.RestoreStart, asked: Asked
) -> Operation:
    if command.snapshot is None:
        raise BadCommand(
            "which snapshot should be restored?", hint="Name one by its id, or say `latest`."
        )
    draft = await house.restores.draft(person, Origin())
    chosen, _ = await house.restores.choose(
        draft, instance=command.instance, snapshot=command.snapshot
    )
    form = RestoreForm(
        word=asked.confirm, reason=asked.reason, suffix=asked.suffix, waiver=asked.waiver
    )
    return await house.restores.request(chosen, form)


async def _export(house: House, person: Person, command: c.ExportStart, asked: Asked) -> Operation:
    return await house.exporting.start(person, command, origin=Origin())


async def _drill(house: House, person: Person, command: c.DrillStart, asked: Asked) -> Operation:
    return await house.drills.start(person, command, origin=Origin())


async def _run(house: House, person: Person, command: c.ScheduleRun) -> Began:
    schedule, started = await house.schedules.run(person, command.id)
    return (schedule,), started


async def _deployed(house: House, person: Person, command: c.ScheduleDeployed) -> Began:
    return await house.schedules.deployed(person, command.instance, command.note)


#: What begins an operation that a pipeline can wait for.
STARTS: Mapping[type[c.Command], Callable[[House, Person, Any, Asked], Awaitable[Operation]]] = {
    c.SnapshotTake: _take,
    c.RestoreStart: _restore,
    c.ExportStart: _export,
    c.DrillStart: _drill,
}
#: What begins as many as schedules ask for; a pipeline can wait for all of them.
RUNS: Mapping[type[c.Command], Callable[[House, Person, Any], Awaitable[Began]]] = {
    c.ScheduleRun: _run,
    c.ScheduleDeployed: _deployed,
}
#: What only answers.
ANSWERS: frozenset[type[c.Command]] = frozenset(
    {
        c.Help,
        c.InstanceList,
        c.InstanceShow,
        c.SnapshotList,
        c.SnapshotShow,
        c.ReportShow,
        c.ScheduleList,
        c.SchedulePause,
        c.ScheduleResume,
        c.JobList,
        c.JobShow,
        c.JobCancel,
    }
)

Commands = Mapping[type[c.Command], Callable[[Context, Any], Awaitable[Any]]]


class Pipeline:
    """Serves `/do` to the robots that hold one of the tokens."""

    def __init__(
        self, house: House, commands: Commands, tokens: Sequence[tuple[Robot, SecretStr]]
    ) -> None:
        self._house = house
        self._commands = commands
        self._tokens = tokens

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; without any token there are none."""
        if not self._tokens:
            return []
        return [web.post("/do", self._do), web.get("/do/{id}", self._look)]

    async def _do(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._work)

    async def _look(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._state)

    async def _work(self, request: web.Request, robot: Robot) -> web.Response:
        if (request.content_length or 0) > MOST_BYTES:
            raise BadCommand("the request is too large")
        try:
            asked = Asked.model_validate_json(await request.content.read(MOST_BYTES))
        except ValidationError as fault:
            first = fault.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the body"
            raise BadCommand(f"{where}: {first['msg'].lower()}") from None
        command = c.parse(asked.command)
        if start := STARTS.get(type(command)):
            op = await start(self._house, robot.person, command, asked)
            await self._house.announcer.introduce(op.id)
            return await self._operation(op, status=202)
        if run := RUNS.get(type(command)):
            return await self._began(*await run(self._house, robot.person, command))
        if type(command) not in ANSWERS:
            raise BadCommand(
                f"`{' '.join(command.words)}` opens a form, which a pipeline cannot fill in",
                hint="Use it in Slack.",
            )
        ctx = Context(person=robot.person, house=self._house, text=asked.command)
        message = await self._commands[type(command)](ctx, command)
        return web.json_response({"text": views.plain(message)})

    async def _state(self, request: web.Request, robot: Robot) -> web.Response:
        op, _ = await self._house.jobs.show(robot.person, request.match_info["id"])
        return await self._operation(op, status=200)

    async def _began(self, schedules: Sequence[Schedule], started: Started) -> web.Response:
        if started.refused and not started.begun:
            raise NothingBegan(
                f"nothing began: {started.refused[0][1]}",
                hint="`schedule list` shows what begins by itself, and when.",
            )
        found = [await self._house.world.operations.get(i) for i in started.begun]
        states = [views.state(op, link=None) for op in found if op is not None]
        told = schedule_views.ran(
            schedules, started.begun, started.refused, despite=started.despite
        )
        refused = [{"instance": i, "why": why} for i, why in started.refused]
        return web.json_response(
            {"text": views.plain(told), "operations": states, "refused": refused},
            status=202 if states else 200,
        )

    async def _operation(self, op: Operation, *, status: int) -> web.Response:
        card = await self._house.world.cards.get(OperationId(op.id))
        return web.json_response(views.state(op, link=card.link), status=status)

    async def _answer(
        self,
        request: web.Request,
        work: Callable[[web.Request, Robot], Awaitable[web.Response]],
    ) -> web.Response:
        robot = self._robot(request.headers.get("Authorization", ""))
        if robot is None:
            return web.json_response(
                {"error": "the token is missing or wrong"},
                status=401,
                headers={"WWW-Authenticate": "Bearer"},
            )
        try:
            return await work(request, robot)
        except BotError as refusal:
            log.info("pipeline refused", robot=robot.name, why=refusal.summary)
            status = {BadCommand: 400, NotAllowed: 403}.get(type(refusal), 409)
            return web.json_response(
                {"error": refusal.summary, "hint": refusal.hint}, status=status
            )
        except Exception:
            number = reference("unexpected")
            return web.json_response(
                {"error": "something went wrong that I did not expect", "reference": number},
                status=500,
            )

    def _robot(self, header: str) -> Robot | None:
        scheme, _, given = header.partition(" ")
        found = None
        for robot, token in self._tokens:  # all of them, so that time tells nothing
            expected = token.get_secret_value().encode()
            if hmac.compare_digest(given.strip().encode(), expected):
                found = robot
        return found if scheme.lower() == "bearer" else None
