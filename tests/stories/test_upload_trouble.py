"""Uploads that meet trouble: storage and console that fail, loads that fail or never begin."""
# ruff: noqa: E501 -- what people read stands here as they read it

import asyncio
import json
import logging
import re
from random import Random

import pytest
from inline_snapshot import snapshot

from bot.core.errors import StoreUnavailable
from bot.core.operations import events as e
from sandbox.aura import fleet as aura
from sandbox.aura.archives import backup_file, graph_in
from sandbox.aura.graphs import Graph, Node
from sandbox.slack import cast as slack
from sandbox.slack.cast import OPS_DEVELOPMENT as DEVELOPMENT
from tests.stories.harness import Story
from tests.stories.props import Cued, change_world
from tests.stories.uploads import asked, loads, put, read, uploaded

PLACES = {
    "google": (aura.ORDERS_PROD, slack.OPS_PRODUCTION),
    "amazon": (aura.SANDBOX_PAID, DEVELOPMENT),
}


@pytest.fixture
def large(story: Story) -> bytes:
    """A file of several pieces."""
    noise = Random(3).randbytes(9 << 20).hex()  # noqa: S311 -- only has to be hard to pack
    graph = Graph({0: Node(id=0, labels=frozenset({"Noise"}), properties={"noise": noise})})
    content = backup_file(graph, database="neo4j", taken_at=story.clock.now())
    assert len(content) > 9 << 20
    put(story, "large.backup", content)
    return content


async def approve(story: Story, channel: str = slack.OPS_PRODUCTION) -> None:
    await story.approver.clicks("Approve", in_=story.approver.gate(channel))


@pytest.mark.parametrize("place", PLACES)
async def test_trouble_with_console_and_storage_is_outlived(
    story: Story, large: bytes, place: str
) -> None:
    instance, channel = PLACES[place]
    await asked(story, instance, "large.backup", channel)
    faults = story.aura.faults
    faults.console_down.next(3)
    faults.storage_down.next(2)
    faults.storage_drops.next(2)
    faults.storage_forgets.next()
    await approve(story, channel)
    await story.advance(minutes=40)
    op = await uploaded(story)
    assert op.phase == "done"
    assert loads(story) == len(story.aura.restores) == 1
    assert story.aura.graph(instance) == graph_in(large)


@pytest.mark.parametrize("place", PLACES)
async def test_a_crash_while_sending_goes_on_where_it_stopped(
    story: Story, large: bytes, place: str
) -> None:
    instance, channel = PLACES[place]
    await asked(story, instance, "large.backup", channel)
    world, kept = story.bot.house.world, 0

    async def dies(name: str) -> None:
        nonlocal kept
        kept += name == "put"
        if kept == 2:
            kept += 1
            raise asyncio.CancelledError("as if the process had gone")

    change_world(story, sendings=Cued(world.sendings, after=dies))
    await approve(story, channel)
    change_world(story, sendings=world.sendings)
    assert kept >= 3
    await story.restart()
    await story.advance(minutes=40)
    assert (await uploaded(story)).phase == "done"
    assert story.aura.graph(instance) == graph_in(large)
    sent = [c for c in story.aura.calls if c.method == "PUT" and "/storage/" in c.path]
    assert len([c for c in sent if c.status in (200, 308)]) <= 4  # pieces and one question


async def test_the_card_follows_the_file_on_its_way(story: Story, large: bytes) -> None:
    await asked(story, file="large.backup")
    world = story.bot.house.world

    async def a_while(name: str) -> None:
        if name == "put":
            await story.clock.sleep(6)

    async def no_more(name: str) -> None:
        if name == "put" and (await uploaded(story)).last(e.Transferred):
            raise StoreUnavailable("away")  # the haul ends here, and is begun again later

    sendings = Cued(world.sendings, before=a_while, after=no_more)
    change_world(story, sendings=sendings)
    await approve(story)
    assert (await uploaded(story)).phase == "transferring"
    shown = await read(story, story.requester.card())
    assert shown.splitlines()[0] == snapshot("# 📤 Sending the file: upload into orders-prod")
    [line] = [line for line in shown.splitlines() if line.startswith("▶ Sending the file")]
    assert re.sub(r"[0-9.]+ KiB/s · about [0-9]+ s", "(rate, rest)", line) == snapshot(
        "▶ Sending the file: 1.0 MiB of 9.4 MiB · (rate, rest) left · since 07:41 UTC"
    )
    await story.requester.clicks("Cancel", in_=story.requester.gate())
    await story.advance(minutes=5)
    assert (await uploaded(story)).phase == "cancelled"
    told = await read(story, story.requester.thread()[-1])
    assert re.sub(r"took [0-9a-z ]+ from", "took (time) from", told) == snapshot("""\
✖ @Requester cancelled the upload into *orders-prod* `0d5e7a11`. Nothing in the instance was changed.
If it is still needed, ask again: `/aura upload 0d5e7a11 large.backup`.
Requested by @Requester, approved by @Approver One. It took (time) from request to end.
[Evidence…]
Reference `(id)` · plan `(seal)`\
""")
    assert loads(story) == 0
    assert story.aura.restores == []


async def test_a_load_that_fails_is_explained_and_alerts(story: Story) -> None:
    await asked(story)
    story.aura.faults.load_fails.next()
    await approve(story)
    await story.advance(minutes=20)
    op = await uploaded(story)
    assert op.phase == "failed"
    assert await read(story, story.approver.card(slack.OPS_ALERTS)) == snapshot("""\
# ❌ Upload into orders-prod failed
The upload into *orders-prod* `0d5e7a11` failed. Aura calls the instance “loading failed” after the upload: The file could not be loaded: it is not in a supported format. The upload had begun, so the former data is gone from the instance and the new may be incomplete. The safety snapshot `70889b24-aae1-4150-9e50-7ac428c11b65` keeps what was there before. To ask for it: `/aura restore 0d5e7a11 70889b24-aae1-4150-9e50-7ac428c11b65`.
Restore the safety snapshot, or another one.
*Instance*: *orders-prod* `0d5e7a11`
*Environment*: production
*State of the instance*: offline, or holding incomplete data
*So since*: 2026-11-22 07:44 UTC
*Requested by*: @Requester
*Safety snapshot*: `70889b24-aae1-4150-9e50-7ac428c11b65`
*Reference*: `(id)`
*Aura's request id*: none was given
Open the card\
""")
    assert loads(story) == 1


async def test_a_file_that_the_console_refuses_to_load_fails_without_harm(story: Story) -> None:
    await asked(story)
    before = story.aura.graph(aura.ORDERS_PROD)
    world = story.bot.house.world

    async def lose_the_file(name: str) -> None:
        if name == "load_file":
            story.aura.console.imports.clear()

    change_world(story, imports=Cued(world.imports, before=lose_the_file))
    await approve(story)
    await story.advance(minutes=20)
    op = await uploaded(story)
    assert op.phase == "failed"
    assert op.untouched
    assert "Nothing in the instance was changed" in str(story.requester.thread()[-1])
    assert story.aura.graph(aura.ORDERS_PROD) == before


async def test_a_load_that_never_begins_calls_a_person(story: Story) -> None:
    await asked(story)
    story.aura.faults.load_stays.next()
    await approve(story)
    await story.advance(minutes=10)
    op = await uploaded(story)
    assert op.phase == "stuck"
    alert = story.approver.card(slack.OPS_ALERTS)
    assert "was never seen loading it" in str(alert)
    await story.approver.clicks("It ran", in_=alert)
    await story.advance(minutes=2)
    assert (await uploaded(story)).phase == "done"
    assert loads(story) == 1


async def test_a_lost_answer_to_the_load_is_looked_for_and_never_sent_again(story: Story) -> None:
    await asked(story)
    await approve(story)
    story.aura.faults.drop_answer.off()
    world = story.bot.house.world

    async def lose(name: str) -> None:
        if name == "load_file":
            story.aura.faults.drop_answer.next()

    change_world(story, imports=Cued(world.imports, before=lose))
    await story.advance(minutes=20)
    op = await uploaded(story)
    assert op.phase == "done"
    started = op.last(e.RestoreStarted)
    assert started is not None
    assert started.adopted
    assert loads(story) == len(story.aura.restores) == 1


async def test_a_forgotten_sending_fails_without_harm(story: Story) -> None:
    await asked(story)
    world = story.bot.house.world

    async def forget(name: str) -> None:
        if name == "get" and (await uploaded(story)).phase == "starting":
            await world.sendings.forget((await uploaded(story)).id)

    change_world(story, sendings=Cued(world.sendings, before=forget))
    await approve(story)
    await story.advance(minutes=20)
    assert (await uploaded(story)).phase == "failed"
    assert "It is not known any more where the file was sent" in str(story.requester.thread()[-1])
    assert loads(story) == 0


@pytest.mark.parametrize("deed", ["changed", "gone", "cut"])
async def test_a_file_that_is_another_one_by_then_voids_the_approval(
    story: Story, deed: str
) -> None:
    put(story, "orders.backup", content := backup(story))
    await asked(story, file="orders.backup")
    match deed:
        case "changed":
            put(story, "orders.backup", backup(story, "another"))
        case "cut":
            put(story, "orders.backup", content[: len(content) // 2])
        case _:
            folder = story.bot.settings.upload.folder
            assert folder is not None
            (folder / "orders.backup").unlink()
    await approve(story)
    await story.advance(minutes=10)
    op = await uploaded(story)
    assert op.phase == "voided"
    assert "file" in str(story.requester.thread()[-1])
    assert loads(story) == 0


def backup(story: Story, name: str = "neo4j") -> bytes:
    graph = Graph({0: Node(id=0, properties={"name": name * 50})})
    return backup_file(graph, database=name, taken_at=story.clock.now())


async def test_a_file_that_is_exchanged_while_it_travels_is_not_loaded(story: Story) -> None:
    put(story, "orders.backup", content := backup(story))
    await asked(story, file="orders.backup")
    before = story.aura.graph(aura.ORDERS_PROD)
    other = bytearray(content)
    other[-1] ^= 1  # the same size
    world = story.bot.house.world

    async def exchange(name: str) -> None:
        if name == "send":
            put(story, "orders.backup", bytes(other))

    change_world(story, imports=Cued(world.imports, before=exchange))
    await approve(story)
    await story.advance(minutes=20)
    assert (await uploaded(story)).phase in ("failed", "voided")
    assert story.aura.graph(aura.ORDERS_PROD) == before
    assert story.aura.restores == []


async def test_a_file_that_vanishes_while_it_travels_ends_it(story: Story) -> None:
    put(story, "orders.backup", backup(story))
    await asked(story, file="orders.backup")
    world = story.bot.house.world
    folder = story.bot.settings.upload.folder
    assert folder is not None

    async def vanish(name: str) -> None:
        if name == "send":
            (folder / "orders.backup").unlink()

    change_world(story, imports=Cued(world.imports, before=vanish))
    await approve(story)
    await story.advance(minutes=10)
    assert (await uploaded(story)).phase == "failed"
    assert "There is no file" in str(story.requester.thread()[-1])


async def test_no_password_token_or_link_leaves_through_a_failing_upload(
    story: Story, large: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    secrets: set[str] = {aura.database_password(aura.ORDERS_PROD, "neo4j")}
    await asked(story, file="large.backup")
    faults = story.aura.faults
    faults.storage_drops.next()
    faults.storage_down.next(3)
    faults.load_fails.next()
    world = story.bot.house.world

    async def note(name: str) -> None:
        secrets.update(story.aura.console._tickets)
        for one in story.aura.console.imports.values():
            secrets.update({one.secret, one.stored.session or one.secret})

    change_world(story, sendings=Cued(world.sendings, after=note))
    await approve(story)
    await story.advance(minutes=40)
    assert (await uploaded(story)).phase == "failed"
    assert len(secrets) >= 4
    places = {
        "a call to Slack": [json.dumps(call.args, default=str) for call in story.slack.calls],
        "the audit log": [record.model_dump_json() for record in await story.records()],
        "a library's log": [r.getMessage() + str(r.exc_info) for r in caplog.records],
        "the operations": [op.model_dump_json() for op in await story.bot.operations.recent()],
        "the settings": [repr(story.bot.settings), repr(world.imports), repr(vars(world.imports))],
    }
    for place, texts in places.items():
        assert texts, place
        for secret in secrets:
            assert not [text for text in texts if secret in text], f"a secret in {place}"
