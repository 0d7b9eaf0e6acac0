"""What goes wrong in the quarter, when, and which alerts must tell of it and be cleared."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.environments import Estate
from sandbox.aura import fleet as aura
from sandbox.aura.instances import GONE
from sandbox.slack import cast as slack
from tests.quarter.almanac import DAY, on
from tests.quarter.fleet import DEVELOPMENT, PRODUCTION, STAGING, Environment
from tests.quarter.quarter import Deed, Quarter

#: Everything looks so long after a fault has begun or ended.
SOON = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something wrong from ``begins`` to ``ends``, and the titles of the alerts that tell of it.

    ``later`` is when what followed from it is over as well, where that is later: an alert may be
    told from the beginning on, and must be over soon after that.
    """

    begins: datetime
    ends: datetime
    told: tuple[str, ...] = ()
    begin: Deed
    end: Deed | None = None
    looks: tuple[datetime, ...] = ()
    later: datetime | None = None

    @property
    def deeds(self) -> list[tuple[datetime, Deed]]:
        """What is done when."""
        return [(self.begins, self.begin), *([(self.ends, self.end)] if self.end else [])]

    @property
    def moments(self) -> tuple[datetime, ...]:
        """When everything looks because of it."""
        after = () if self.later is None else (self.later + SOON,)
        return (self.begins + SOON, *self.looks, self.ends + SOON, *after)

    @property
    def over(self) -> datetime:
        """By when nothing of it may be open."""
        return (self.later or self.ends) + 2 * SOON


def status(of: Environment, number: int, word: str, begins: datetime, ends: datetime) -> Fault:
    """Let somebody else bring an instance into a status for a while."""
    for_seconds = (ends - begins).total_seconds()
    return Fault(
        begins=begins,
        ends=ends,
        told=(f"Changed without me: {of.named(number)}",),
        begin=lambda q: q.aura.set_status(of.ids[number], word, for_seconds=for_seconds),
    )


def spoilt(
    of: Environment, number: int, what: str, begins: datetime, *, again: datetime, more: str = ""
) -> Fault:
    """Let Aura fail at what it is asked for next, a snapshot or a scratch instance.

    ``again`` is the slot that mends it.
    """

    def begin(q: Quarter) -> None:
        instance = of.ids[number]
        deeds: dict[str, Callable[[str], None]] = {
            "take": lambda snapshot: q.aura.set_snapshot_status(instance, snapshot, "Failed"),
            "make": lambda made: q.aura.set_status(made, "loading failed"),
        }
        q.witness.meddling[what, instance] = deeds[what]

    told = [f"Scheduled work failed: {of.named(number)}", *([more] if more else [])]
    return Fault(begins=begins, ends=again, told=tuple(told), begin=begin)


def _aura(up: bool) -> Deed:
    def deed(q: Quarter) -> None:
        q.aura.faults.unavailable.off() if up else q.aura.faults.unavailable.always()

    return deed


def _revoke(q: Quarter) -> None:
    q.aura.gate.revoke(aura.CLIENT_ID)


def _issue(q: Quarter) -> None:
    q.aura.gate.accept(aura.CLIENT_ID, aura.CLIENT_SECRET)


def _forget(q: Quarter) -> None:
    """Let every snapshot vanish early that staging took in the night before."""
    for taken in q.witness.taken:
        if taken.at > q.clock.at - DAY and taken.instance in STAGING.ids:
            q.aura.forget_snapshot(taken.instance, taken.snapshot)


def _flag(name: str, value: bool) -> Deed:
    return lambda q: setattr(q, name, value)


async def _return(q: Quarter) -> None:
    """Start again, one replica after the other, as a deployment does."""
    q.down = False
    q.queue.bells.clear()
    await q.restart()
    await q.replicas[0].house.scheduler(forced=True)


def _leave(q: Quarter) -> None:
    q.slack.workspace.deactivate(slack.APPROVER_TWO)


def _come_back(q: Quarter) -> None:
    q.slack.world.people[slack.APPROVER_TWO].kind = "member"


#: The instance that is deleted by somebody else.
LOST = DEVELOPMENT.ids[50]


def _bury(q: Quarter) -> None:
    q.aura.world.instances[LOST].become(q.clock.at, GONE)


def _strike(estate: Estate) -> Estate:
    """Take the instance out of the file that is gone for good."""
    kept = tuple(
        e.model_copy(update={"instances": tuple(i for i in e.instances if i != LOST)})
        for e in estate.environments
    )
    return estate.model_copy(update={"environments": kept})


def _suspended(begins: datetime, ends: datetime) -> list[Fault]:
    """Let Aura suspend more instances at once than a channel hears of within an hour."""
    found = [status(DEVELOPMENT, n, "suspended", begins, ends) for n in range(100, 130)]
    hours = (begins + SOON + timedelta(minutes=61 * n) for n in range(1, 4))
    return [Fault(begins=begins, ends=ends, begin=lambda q: None, looks=tuple(hours)), *found]


#: The two days without a bot.
DOWN, UP = on(36, "12:00"), on(38, "12:00")
#: Slots within these times begin after them.
AWAY = (on(15, "00:00"), on(15, "03:00"))
#: An instance of which no snapshot can be taken at its slot, which is refused.
PAUSED_ID = STAGING.ids[4]
PAUSED = Fault(
    begins=on(5, "22:30"),
    ends=on(6, "03:00"),
    told=("Changed without me: staging-004", "Scheduled work failed: staging-004"),
    begin=lambda q: q.aura.set_status(PAUSED_ID, "paused"),
    end=lambda q: q.aura.set_status(PAUSED_ID, "running"),
    later=on(7, "00:33"),
)

FAULTS: tuple[Fault, ...] = (
    Fault(  # an alert of the least sort, which ends when nothing more can be learned of it
        begins=on(3, "18:00"),
        ends=on(3, "00:30") + 37 * DAY,
        told=("Retention differs: professional-db",),
        begin=_forget,
        looks=(on(9, "08:00"), on(9, "09:30"), on(9, "11:00")),
    ),
    status(STAGING, 2, "restoring", on(4, "10:00"), on(4, "13:00")),
    PAUSED,
    spoilt(STAGING, 6, "take", on(9, "00:00"), again=on(10, "00:35")),
    spoilt(
        *(PRODUCTION, 1, "make", on(12, "12:00")),
        again=on(19, "15:45"),
        more="Backup overdue: production-001",
    ),
    Fault(
        begins=AWAY[0],
        ends=AWAY[1],
        told=("No answer: Aura",),
        begin=_aura(up=False),
        end=_aura(up=True),
        looks=(on(15, "00:40"), on(15, "02:30")),
    ),
    Fault(
        begins=on(18, "08:00"),
        ends=on(18, "14:00"),
        told=("Credential: Aura credential",),
        begin=_revoke,
        end=_issue,
        looks=(on(18, "09:30"), on(18, "11:00"), on(18, "12:30")),
    ),
    spoilt(
        *(PRODUCTION, 3, "make", on(21, "05:30")),
        again=on(28, "06:10"),
        more="Backup overdue: production-003",
    ),
    Fault(
        begins=on(25, "00:25"),
        ends=on(25, "00:55"),
        told=("Work is late: Savepoint",),
        begin=_flag("hanging", True),
        end=_flag("hanging", False),
        looks=(on(25, "00:40"), on(25, "00:52")),
    ),
    Fault(
        begins=on(30, "09:00"),
        ends=on(30, "15:00"),
        told=tuple(f"Nobody can approve: {e}" for e in ("production", "staging", "development")),
        begin=_leave,
        end=_come_back,
    ),
    Fault(
        begins=on(33, "10:00"),
        ends=on(33, "11:30"),
        told=("No answer: Scheduler",),
        begin=_flag("silent", True),
        end=_flag("silent", False),
    ),
    Fault(begins=DOWN, ends=UP, begin=_flag("down", True), end=_return, looks=(DOWN - SOON,)),
    Fault(
        begins=on(47, "09:00"),
        ends=on(48, "12:00"),
        told=("Changed without me: development-050",),
        begin=_bury,
        end=lambda q: q.edit(_strike),
    ),
    *_suspended(on(52, "06:00"), on(53, "08:00")),
    status(PRODUCTION, 5, "loading failed", on(58, "08:00"), on(58, "13:00")),
    status(PRODUCTION, 0, "overwriting", on(65, "08:00"), on(65, "09:00")),
)

#: Nights in which a replica ends while it begins what is due, after so many operations.
KILLS = {on(8): 1, on(13): 4, on(27): 7, on(34, "03:50"): 3, on(56, "05:50"): 2, on(62): 12}
#: Deploys, after each of which the development preset takes a snapshot.
DEPLOYS = {on(3 + 4 * n, "10:30"): 3 * n for n in range(20)}
