"""The Home tab and the digest, with one text from outside wherever the outside has a say."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.core.alerts import Alert, Condition, Kind, Severity
from bot.core.board import ALL, ATTENTION, OpenAlert, Place, Row, Run, key, turn
from bot.core.clocks import Clock, Reading
from bot.core.drills import Outcome
from bot.core.errors import AuraError
from bot.core.instances import Instance, InstanceSummary
from bot.core.operations import AnyOperation, Asked
from bot.core.schedules import Work
from bot.views import digest
from bot.views.home import Board, home, troubled
from bot.views.kit import Message, View
from tests.views.drill_views import last
from tests.views.samples import LINK, NOW, REQUESTER

LATE = Reading(clock=Clock.PROVEN, at=NOW, since=NOW - timedelta(9), target=timedelta(7))


def alert(said: str) -> Alert:
    """An alert that somebody sees to."""
    condition = Condition(
        key="k", kind=Kind.CLOCK, severity=Severity.WARNING, name=said, what=said, mend=said
    )
    return Alert(
        condition=condition,
        opened_at=NOW - timedelta(1),
        snoozed_until=NOW,
        assigned_to=REQUESTER,
        acknowledged_by=REQUESTER,
    )


def rows(said: str, fleet: Sequence[Instance | InstanceSummary]) -> list[Row]:
    """A row for each instance, each in an environment of its own but the first, which has none."""
    return [
        Row(
            instance=instance,
            environment=f"{n} {said}" if n else None,
            watched=n % 3 != 0,
            seen_at=NOW - timedelta(hours=n),
            clocks=(LATE,) * 3 if n % 3 else (),
            drill=last(said, list(Outcome)[n % 4]) if n % 5 else None,
            alerts=n % 2,
            trouble=said,
            last=Run(work=Work.EXPORT, at=NOW - timedelta(hours=3), failed=n % 2 == 0),
            next=Run(work=Work.DRILL, at=NOW + timedelta(hours=5 - n)),
        )
        for n, instance in enumerate(fleet)
    ]


def views(
    said: str, ops: Sequence[AnyOperation], fleet: Sequence[Instance | InstanceSummary]
) -> Iterator[tuple[str, Message | View]]:
    """Yield each view by name."""
    pending = tuple(op for op in ops if isinstance(op, Asked)) * 2
    found = rows(said, fleet)
    for part, page in ((ALL, 0), (ALL, 99), (ATTENTION, 0), (key(f"1 {said}"), 0)):
        board = Board(
            page=turn(found, Place(part=part, page=page)),
            pending=pending,
            running=tuple(ops) * 2,
            links={op.id: LINK for op in ops},
            alerts=tuple(
                OpenAlert(id=f"alt-{n:016x}", alert=alert(said), home=said) for n in range(20)
            ),
            trouble=troubled(AuraError(said, hint=said)),
            now=NOW,
        )
        yield f"home, {part} {page}", home(board)
    yield "home, trouble alone", home(Board(trouble=troubled(AuraError(said)), now=NOW))
    over = alert(said).model_copy(update={"cleared_at": NOW})
    told = digest.Digest(
        environment=said,
        since=NOW - timedelta(1),
        now=NOW,
        alerts=(alert(said),) * 20,
        held=(alert(said), over) * 10,
        cleared=2,
        done={"snapshot": 3},
        late=(digest.Late(id=ops[0].id, kind=said, outcome=said),) * 20,
        clocks=tuple((instance, (LATE,)) for instance in fleet),
        drills=tuple((i, last(said, list(Outcome)[n % 4])) for n, i in enumerate(fleet)),
        waiting=1,
    )
    yield "digest", digest.digest(told)
    yield "digest without charts", digest.digest(told, drawn=False)
