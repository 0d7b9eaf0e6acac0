"""`/aura schedule …`."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from bot.core.commands.fields import Id, Note, Wanted
from bot.core.errors import BadCommand
from bot.core.grammar import Option, Place, Typed
from bot.core.schedules import After, Cron, Timing, Work, Zone


def _work(value: object) -> object:
    return _one_of(Work, value, "the work is one of")


def _after(value: object) -> object:
    return _one_of(After, value, "--after wants")


def _one_of(kind: type[StrEnum], value: object, wants: str) -> object:
    if str(value).lower() in list(kind):
        return kind(str(value).lower())
    raise PydanticCustomError("word", "{wants} {all}", {"wants": wants, "all": ", ".join(kind)})


AfterWhat = Annotated[After, BeforeValidator(_after)]


class ScheduleList(Typed):
    """List what begins by itself: when next, when last, and what rests."""

    words = ("schedule", "list")
    aliases = (("schedules",),)
    examples = ("schedule list",)


class ScheduleAdd(Typed):
    """Let a snapshot, an export or a drill of an instance begin by itself."""

    words = ("schedule", "add")
    examples = (
        'schedule add orders-prod snapshot --cron "0 3 * * *" --zone Europe/Berlin',
        'schedule add orders-prod drill --cron "0 6 * * MON"',
        "schedule add orders-prod snapshot --after deploy",
    )

    instance: Wanted
    work: Annotated[Work, BeforeValidator(_work), Place("<work>")]
    cron: Annotated[Cron | None, Option('"…"', either="when")] = None
    after: Annotated[AfterWhat | None, Option("deploy", either="when")] = None
    zone: Annotated[Zone, Option("Z")] = "UTC"

    @property
    def timing(self) -> Timing:
        """When; raises BadCommand where neither --cron nor --after is given."""
        if self.cron is None and self.after is None:
            raise BadCommand("when should it begin?", hint=f"Usage: `{self.usage()}`")
        return Timing(cron=self.cron, zone=self.zone, after=self.after)


class SchedulePause(Typed):
    """Let a schedule rest; it reminds of that once a day."""

    words = ("schedule", "pause")
    examples = ('schedule pause sch-9k2m4c7x --reason "a migration"',)

    id: Id
    reason: Annotated[Note, Option('"…"')] = ""


class ScheduleResume(Typed):
    """Let a schedule go on; what fell due meanwhile is not made up for."""

    words = ("schedule", "resume")
    examples = ("schedule resume sch-9k2m4c7x",)

    id: Id


class ScheduleRemove(Typed):
    """End a schedule that somebody added here; those of the file are ended there."""

    words = ("schedule", "remove")
    examples = ("schedule remove sch-9k2m4c7x",)

    id: Id


class ScheduleRun(Typed):
    """Begin a schedule's work now, besides its own times."""

    words = ("schedule", "run")
    examples = ("schedule run sch-9k2m4c7x",)

    id: Id


class ScheduleDeployed(Typed):
    """Say that a deploy is about to begin or done: what is scheduled for it begins now."""

    words = ("schedule", "deployed")
    examples = ("schedule deployed orders-prod --note v2.3",)

    instance: Wanted
    note: Annotated[Note, Option('"…"')] = ""
