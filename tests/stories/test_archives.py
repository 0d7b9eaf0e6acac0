"""An archive: a scratch instance, its graph read out into the vault, and the instance deleted."""

import asyncio
import gzip
import tarfile
from io import BytesIO

import pytest

from bot.core.archive import ArchiveManifest
from bot.core.errors import GraphUnavailable, VaultUnavailable
from bot.core.exports import Way
from bot.core.operations import events as e
from bot.core.operations.export import ExportPhase as P
from bot.core.vault import Kind
from bot.ports import GraphDoor
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.harness import Story
from tests.stories.planning import added, looks
from tests.stories.props import Cued, change_world
from tests.stories.test_exports import exported


async def archived(story: Story, text: str = "/aura export orders-prod --archive") -> None:
    await story.requester.types(text)
    await story.advance(hours=2)


def scratch(story: Story) -> list[str]:
    """The scratch instances that live at Aura."""
    return [
        i.name
        for i in story.aura.world.instances.values()
        if i.name.startswith("savepoint-scratch-") and i.status != "destroying"
    ]


async def content(story: Story) -> dict[str, bytes]:
    """The members of the one archive in the vault."""
    exports = story.bot.house.exports
    [export] = (await exports.contents()).exports
    whole = b"".join([piece async for piece in exports.open.plain(export.name)])
    with tarfile.open(fileobj=BytesIO(whole)) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar if tar.extractfile(m)}  # type: ignore[union-attr]


async def test_a_graph_is_archived_and_the_scratch_instance_deleted(story: Story) -> None:
    await archived(story)
    op = await exported(story)
    assert op.phase is P.DONE, op.history[-1]
    assert scratch(story) == []
    graph = story.aura.graph(aura.ORDERS_PROD)
    members = await content(story)
    manifest = ArchiveManifest.model_validate_json(members["manifest.json"])
    assert manifest.counts.nodes == len(graph.nodes)
    assert dict(manifest.counts.labels) == graph.labels()
    assert dict(manifest.counts.types) == graph.types()
    rows = [gzip.decompress(c) for n, c in members.items() if n.endswith(".csv.gz")]
    total = sum(text.count(b"\n") for text in rows)
    assert total == len(graph.nodes) + len(graph.relationships)
    [export] = (await story.bot.house.exports.contents()).exports
    assert export.manifest.kind is Kind.ARCHIVE
    assert export.manifest.fingerprint is not None
    assert export.manifest.fingerprint["nodes"] == len(graph.nodes)
    assert "without users, roles and privileges" in export.manifest.notes
    assert export.manifest.version == manifest.about.neo4j_version == "5.27-aura"
    assert "What the source held at the snapshot was not counted." in export.manifest.notes
    assert export.manifest.snapshot_id == op.snapshot_id


async def test_the_card_names_the_way_and_its_cost_and_the_thread_each_step(story: Story) -> None:
    await archived(story)
    card = str(story.approver.card())
    assert "Export of orders-prod is in the vault" in card
    assert "*Way*: archive" in card
    assert "about 1.60 USD an hour" in card
    assert "Users, roles and settings are not part of it" in card
    assert "✓ Counted, compared, and in the vault" in card
    thread = "\n".join(map(str, story.approver.thread()))
    assert "Aura creates the scratch instance" in thread
    assert "yours is not touched" in thread
    assert "the same in the scratch instance before and after the reading" in thread
    assert "What the source held at the snapshot was not counted." in thread
    audit = await story.audit()
    assert {"export.start allowed", "scratch.plan done", "vault.add done"} <= set(audit)


class Restless:
    """A graph that does not answer, or answers otherwise the second time."""

    def __init__(self, story: Story, *, absent: int = 0, drops: int = 0) -> None:
        self._graph = story.bot.house.world.graph
        self._absent, self._drops = absent, drops

    def __getattr__(self, name: str) -> object:
        return getattr(self._graph, name)

    async def read(self, door: GraphDoor, *args: object, **more: object) -> object:
        if self._absent:
            self._absent -= 1
            raise GraphUnavailable("the database cannot be reached")
        return await self._graph.read(door, *args, **more)  # type: ignore[arg-type]

    async def stream(self, door: GraphDoor, *args: object, **more: object):  # type: ignore[no-untyped-def]
        came = 0
        async for row in self._graph.stream(door, *args, **more):  # type: ignore[arg-type]
            if self._drops and came == 40:
                self._drops -= 1
                raise GraphUnavailable("the connection to the database broke")
            came += 1
            yield row


async def test_a_page_that_breaks_off_is_read_on_and_nothing_is_lost(story: Story) -> None:
    story.change_world(graph=Restless(story, drops=3))
    await archived(story)
    op = await exported(story)
    assert op.phase is P.DONE
    assert op.stored is not None
    assert op.stored.counts is not None
    assert op.stored.counts.nodes == len(story.aura.graph(aura.ORDERS_PROD).nodes)


async def test_a_database_that_is_away_for_a_while_only_delays_it(story: Story) -> None:
    story.change_world(graph=Restless(story, absent=3))
    await archived(story)
    assert (await exported(story)).phase is P.DONE


async def test_a_database_that_stays_away_fails_it_cleans_up_and_alerts(story: Story) -> None:
    story.change_world(graph=Restless(story, absent=100_000))
    await archived(story)
    await story.advance(hours=4)
    op = await exported(story)
    assert op.phase is P.FAILED
    assert scratch(story) == []
    assert (await story.bot.house.exports.contents()).exports == ()
    assert "Export of orders-prod failed" in str(story.approver.channel(slack.OPS_ALERTS)[-1])


async def test_an_archive_that_does_not_agree_with_the_graph_is_not_kept(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.services import archiving

    taken = archiving.Archiving._take

    def forgets(self: archiving.Archiving, paging: object, row: tuple[object, ...]) -> object:
        moved = taken(self, paging, row)  # type: ignore[arg-type]
        self._writer._tally.nodes -= row[0] == 3 and len(row) == 3
        return moved

    monkeypatch.setattr(archiving.Archiving, "_take", forgets)
    await archived(story)
    op = await exported(story)
    assert op.phase is P.FAILED
    assert "the archive holds" in op.last(e.StepFailed).reason  # type: ignore[union-attr]
    contents = await story.bot.house.exports.contents()
    assert (contents.exports, contents.debris) == ((), ())
    assert scratch(story) == []


async def test_a_lost_answer_means_no_password_and_so_no_archive(story: Story) -> None:
    await story.requester.types("/aura export orders-prod --archive")
    while (await exported(story)).phase is not P.LOADING:
        await story.advance(seconds=10)
    entry = await story.bot.house.scratches.entry(await exported(story))
    await story.bot.house.world.secrets.drop(f"scratch-{entry.name}")
    await story.advance(hours=2)
    op = await exported(story)
    assert op.phase is P.FAILED
    assert "password of the scratch instance was lost" in str(story.approver.thread()[-1])
    assert scratch(story) == []


async def test_cancelling_while_it_loads_deletes_the_scratch_instance(story: Story) -> None:
    await story.requester.types("/aura export orders-prod --archive")
    while (op := await exported(story)).phase is not P.LOADING:
        await story.advance(seconds=10)
    await story.requester.types(f"/aura job cancel {op.id}")
    await story.advance(hours=1)
    assert (await exported(story)).phase is P.CANCELLED
    assert scratch(story) == []
    assert "was cancelled" in str(story.approver.thread()[-1])


@pytest.mark.parametrize("falls", [False, True], ids=["lives on", "falls"])
async def test_an_archive_cancelled_in_the_last_moment_is_taken_back(
    story: Story, falls: bool
) -> None:
    """The last look at whether it is wanted lies behind, and nothing is recorded yet."""
    vault = story.bot.house.world.vault

    async def cancel(name: str) -> None:
        if name == "put":
            op = await exported(story)
            await story.bot.house.jobs.cancel(op.requester, op.id)
            if falls:
                raise asyncio.CancelledError

    change_world(story, vault=Cued(vault, after=cancel))
    await archived(story)
    assert (await exported(story)).phase is P.CANCELLED
    assert scratch(story) == []
    assert (await story.bot.house.exports.contents()).exports == ()
    assert "vault.withdraw allowed" in await story.audit()
    assert "Nothing is kept of it in the vault" in str(story.approver.thread()[-1])


async def test_a_vault_that_is_away_keeps_no_failed_archive_from_its_end(story: Story) -> None:
    vault = story.bot.house.world.vault
    looked: list[str] = []

    async def away(name: str) -> None:
        looked.append(name)
        raise VaultUnavailable("the vault does not answer")

    await story.requester.types("/aura export orders-prod --archive")
    while (await exported(story)).phase is not P.LOADING:
        await story.advance(seconds=10)
    change_world(story, vault=Cued(vault, before=away))
    while (await exported(story)).phase is not P.READING:
        await story.advance(seconds=10)
    await story.requester.types(f"/aura job cancel {(await exported(story)).id}")
    await story.advance(hours=1)
    op = await exported(story)
    assert op.phase is P.CANCELLED
    assert op.last(e.ScratchLeft) is None
    assert "contents" in looked
    assert scratch(story) == []


async def test_without_a_project_for_scratch_instances_it_is_refused_at_once(story: Story) -> None:
    rules = story.bot.house.world.scratch.model_copy(update={"project": None})
    story.change_world(scratch=rules)
    await story.requester.types("/aura export orders-prod --archive")
    assert "no project for scratch instances" in story.requester.whisper.lower()
    assert await story.bot.operations.recent(1) == ()


async def test_a_schedule_exports_an_archive_and_keeps_silent(story: Story) -> None:
    await added(story, 'export --cron "0 9 * * *"')
    before = len(story.messages())
    await looks(story, hours=2)
    await story.advance(hours=2)
    op = await exported(story)
    assert (op.plan.way, op.phase) == (Way.ARCHIVE, P.DONE)
    assert op.origin.schedule is not None
    assert len(story.messages()) == before
    assert len((await story.bot.house.exports.contents()).exports) == 1
    assert scratch(story) == []
