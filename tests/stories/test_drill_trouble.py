"""Drills in trouble: each phase that fails leads to the clean-up, and so does every crash."""

import pytest

from bot.core.errors import AuraRefused, GraphRefused, GraphUnavailable
from bot.core.operations import Drill
from bot.core.operations import events as e
from bot.core.operations.drill import DrillPhase as P
from bot.core.schedules import Schedule, Timing, Work
from bot.services.slots import Run
from sandbox.slack import cast as slack
from tests.services.trial import creations, deletions
from tests.stories.drilling import ORDERS, counted, drill, ended, newest, until
from tests.stories.falls import Walk
from tests.stories.harness import Story
from tests.stories.props import Cued, change_world


def breaks(story: Story, port: str, method: str, trouble: Exception, *, after: int = 0) -> None:
    """Let a port refuse a method from its call number ``after`` on."""
    calls = 0

    async def refuse(name: str) -> None:
        nonlocal calls
        if name == method:
            calls += 1
            if calls > after:
                raise trouble

    change_world(story, **{port: Cued(getattr(story.bot.house.world, port), before=refuse)})


async def failed(story: Story, *, asked: int = 1) -> Drill:
    """Drill to the end; it could not run, everybody hears so, and nothing is left."""
    op = await ended(story)
    assert op.phase is P.COULD_NOT_RUN
    assert "could not run, so nothing is known of the backup" in str(story.approver.card())
    alert = str(story.approver.card(slack.OPS_ALERTS))
    assert "❓ Drill of orders-prod: could not run" in alert
    assert len(creations(story)) == asked
    assert len(deletions(story)) == (1 if op.last(e.ScratchCreated) else 0)
    assert await story.bot.house.world.ledger.living() == ()
    last = (await story.bot.house.world.drills.of([ORDERS]))[ORDERS]
    assert (last.outcome, last.operation_id) == ("could not run", op.id)
    return op


REFUSAL = AuraRefused("Aura said no", hint="Ask Neo4j.", status=400)


async def test_when_the_snapshots_cannot_be_read(story: Story) -> None:
    breaks(story, "aura", "snapshots", REFUSAL)
    await story.requester.types("/aura drill orders-prod")
    assert (await failed(story, asked=0)).trouble is not None


async def test_when_nothing_that_fits_is_offered_any_more(story: Story) -> None:
    breaks(story, "aura", "offers", REFUSAL, after=1)
    await story.requester.types("/aura drill orders-prod")
    assert "Aura said no" in str(await failed(story, asked=0))


async def test_when_aura_does_not_create_it(story: Story) -> None:
    await story.requester.types("/aura instance list")
    breaks(story, "aura", "create_copy", REFUSAL)
    await story.requester.types("/aura drill orders-prod")
    op = await failed(story, asked=0)
    assert "Aura did not create" in str(op.trouble)


async def test_when_the_answer_to_the_creation_is_lost_nobody_can_log_in(story: Story) -> None:
    await story.requester.types("/aura instance list")
    story.aura.faults.drop_answer.next(1)
    await story.requester.types("/aura drill orders-prod")
    op = await failed(story)
    assert "nobody can log in" in str(op.trouble)


async def test_when_the_snapshot_does_not_load(story: Story) -> None:
    story.aura.faults.restore_fails.next(1)
    await story.requester.types("/aura drill orders-prod")
    assert "loading failed" in str((await failed(story)).trouble)


@pytest.mark.parametrize(
    "trouble",
    [GraphUnavailable("the database does not answer"), GraphRefused("no", code="Neo.X")],
    ids=["silent", "refused"],
)
async def test_when_the_graph_cannot_be_counted(story: Story, trouble: Exception) -> None:
    breaks(story, "graph", "read", trouble)
    await story.requester.types("/aura drill orders-prod")
    await failed(story)


async def test_when_the_way_in_is_lost_before_the_checks(story: Story) -> None:
    await story.requester.types("/aura drill orders-prod")
    await until(story, P.LOADING)
    breaks_after_counting(story)
    assert "the way into the scratch instance was lost" in str((await failed(story)).trouble)


def breaks_after_counting(story: Story) -> None:
    """Let the password be over once the graph was counted."""

    class Once:
        def __init__(self, port: object) -> None:
            self._port = port
            self._given = 0

        async def get(self, key: str) -> object:
            self._given += 1
            return None if self._given > 1 else await self._port.get(key)  # type: ignore[attr-defined]

        def __getattr__(self, name: str) -> object:
            return getattr(self._port, name)

    change_world(story, secrets=Once(story.bot.house.world.secrets))


async def test_what_cannot_be_deleted_is_told_and_the_reaper_goes_on(story: Story) -> None:
    await counted(story)
    breaks(story, "aura", "delete_owned", REFUSAL)
    sound = story.bot.house.world.aura._port  # type: ignore[attr-defined]
    await story.requester.types("/aura drill orders-prod")
    op = await ended(story)
    assert op.phase is P.PROVEN
    assert op.leftover is not None
    card = str(story.approver.card())
    assert "could not be deleted yet" in card
    assert "until then it is billed" in card
    alert = str(story.approver.card(slack.OPS_ALERTS))
    assert "Left over: drill of orders-prod" in alert
    assert deletions(story) == []

    change_world(story, aura=sound)
    for _ in range(20):
        await story.advance(minutes=2)
        await story.bot.house.reaper(forced=True)
    assert len(deletions(story)) == 1
    assert await story.bot.house.world.ledger.living() == ()


async def test_a_drill_that_nobody_can_report_is_reported_when_the_store_is_back(
    story: Story,
) -> None:
    await counted(story)
    await story.requester.types("/aura drill orders-prod")
    breaks(story, "drills", "keep", ZeroDivisionError("no"))
    for _ in range(30):
        await story.advance(minutes=1)
    assert (await drill(story)).phase is P.REPORTING
    change_world(story, drills=story.bot.house.world.drills._port)  # type: ignore[attr-defined]
    await story.restart()
    assert (await ended(story)).phase is P.PROVEN


#: The boundaries are tried in so many tests.
PARTS = 2
#: The permit is used or the call has left, and the answer with the password was heard by nobody.
UNHEARD = {
    "after claims.claim while creating 1",
    "after aura.create_copy while creating 1",
    "after ledger.update while creating 1",
}


@pytest.mark.parametrize("part", range(PARTS))
async def test_wherever_the_bot_stops_one_instance_is_created_and_none_is_left(
    story: Story, part: int
) -> None:
    await counted(story)
    snapshot = (await newest(story)).id

    async def nothing(_: Walk) -> None:
        """Leave the asking to the way itself."""

    async def drills(walk: Walk) -> None:
        if await walk.newest() is None:
            await story.requester.types(f"/aura drill orders-prod {snapshot}")
        await story.advance(minutes=40)

    walk = Walk(story=story, ask=nothing, go=drills)
    places = await walk.places()
    assert len(places) >= 60
    assert set(places) >= UNHEARD
    async for fell in walk.falls(places[part::PARTS]):
        once = {} if "claims.claim" in fell.place else {"instances": 1, "delete": 1}
        assert fell.sent == once, fell
        lost = fell.place in UNHEARD
        assert fell.op.phase == (P.COULD_NOT_RUN if lost else P.PROVEN), fell
        assert fell.told, fell
        assert await story.bot.operations.open() == (), fell
        assert await story.bot.house.world.ledger.living() == (), fell


async def test_a_schedule_begins_a_drill_once_and_nothing_but_a_drill(story: Story) -> None:
    await counted(story)
    assert Work.DRILL in story.bot.house.scheduler.does
    now = story.clock.now()
    schedule = Schedule(
        id="sch-1",
        environment="production",
        work=Work.DRILL,
        timing=Timing(cron="0 3 * * *"),
        instance_id=ORDERS,
    )
    environment = story.estate.environments[0]
    instance = await story.bot.house.world.aura.instance(ORDERS)
    slot = Run(schedule=schedule, instance=instance, environment=environment, slot=now, key="abc")
    operation_id = await story.bot.house.drills.begin(slot)
    with pytest.raises(Exception, match="has begun before"):
        await story.bot.house.drills.begin(slot)
    op = await ended(story)
    assert (op.id, op.phase) == (operation_id, P.PROVEN)
    assert op.origin.schedule == "sch-1"
    assert story.restores == 0
    assert len(deletions(story)) == 1


async def test_without_a_project_no_schedule_can_drill(story: Story) -> None:
    rules = story.bot.house.world.scratch.model_copy(update={"project": None})
    story.change_world(scratch=rules)
    assert Work.DRILL not in story.bot.house.scheduler.does


async def test_no_more_drills_run_at_once_than_may(story: Story) -> None:
    rules = story.bot.house.world.scratch.model_copy(update={"most": 1})
    story.change_world(scratch=rules)
    await story.requester.types("/aura drill orders-prod")
    await until(story, P.LOADING)
    await story.requester.types("/aura drill catalog-prod")
    assert "1 scratch instance lives already" in story.requester.whisper
    assert len(creations(story)) == 1
