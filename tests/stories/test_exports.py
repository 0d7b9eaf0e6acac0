"""A guided export: the console's steps, an upload address, and what is refused on the way."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from aiohttp import web

from bot.adapters import delivery
from bot.core.errors import AlreadyDecided, NotAllowed, UnknownOperation, VaultUnavailable
from bot.core.exports import DeliveryBusy
from bot.core.operations import Export
from bot.core.operations.export import ExportPhase as P
from bot.services.deliveries import Deliveries
from sandbox.aura import fleet as aura
from sandbox.aura.archives import backup_file, dump_file
from sandbox.slack import cast as slack
from tests.stories.harness import Story


async def exported(story: Story) -> Export:
    found = (await story.bot.operations.recent(1))[0]
    assert isinstance(found, Export)
    return found


async def asked(story: Story, text: str = "/aura export orders-prod") -> Export:
    """Ask for a guided export, and wait until the file is waited for."""
    await story.requester.types(text)
    await story.advance(minutes=5)
    op = await exported(story)
    assert op.phase is P.AWAITING_FILE, op.history
    return op


async def token(story: Story) -> str:
    """Press the card's button, and read the address in the whisper."""
    await story.requester.clicks("Upload address…", in_=story.approver.card())
    found = re.search(r"https://savepoint.example.com/bring/([\w-]+)", story.requester.whisper)
    assert found, story.requester.whisper
    return found[1]


@asynccontextmanager
async def door(story: Story) -> AsyncIterator[httpx.AsyncClient]:
    """The bot's web server, reached as a reverse proxy would."""
    app = web.Application()
    app.add_routes(delivery.routes(lambda: story.bot.house.deliveries))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        await runner.cleanup()


def from_console(story: Story, op: Export) -> bytes:
    """What a person downloads in the console."""
    assert op.snapshot_id
    return story.aura.export(aura.ORDERS_PROD, op.snapshot_id)


async def test_a_person_brings_the_file_and_it_is_in_the_vault(story: Story) -> None:
    op = await asked(story)
    card = str(story.approver.card())
    assert "waits for the file" in card
    assert "Aura's API cannot download a snapshot" in card
    assert f"savepoint vault bring FILE {op.id}" in card
    assert f"Find the snapshot of 2026-11-22 07:41 UTC: `{op.snapshot_id}`" in card
    async with door(story) as client:
        answer = await client.put(f"/bring/{await token(story)}", content=from_console(story, op))
    await story.settle()
    assert answer.status_code == 201, answer.text
    op = await exported(story)
    assert op.phase is P.DONE
    assert op.stored is not None
    assert f"Stored as {op.stored.export_id}: " in answer.text
    manifest = await story.bot.house.exports.open.manifest(op.stored.name)
    assert (manifest.snapshot_id, manifest.operation_id) == (op.snapshot_id, op.id)
    assert manifest.header["database"] == "neo4j"
    assert manifest.version.startswith("store format ")
    assert manifest.fingerprint is None
    assert "is in the vault as" in str(story.approver.thread()[-1])
    assert story.approver.card().buttons == ()
    assert {"export.start allowed", "export.address allowed", "export.stored done"} <= set(
        await story.audit()
    )


async def test_the_address_is_in_no_channel_log_or_audit_record(story: Story) -> None:
    await asked(story)
    secret = await token(story)
    channels = [m for m in story.messages() if secret in str(m)]
    assert [m.thread_ts for m in channels] == [None]
    assert all(secret in w for w in [story.requester.whisper])
    assert secret not in str(story.approver.channel()) + str(story.approver.thread())
    assert secret not in str(await story.records())


async def test_the_wrong_file_is_refused_with_the_reason_and_the_right_one_still_comes(
    story: Story,
) -> None:
    op = await asked(story)
    right = from_console(story, op)
    graph = story.aura.graph(aura.ORDERS_PROD)
    at = story.clock.now().replace(hour=2)
    taken = story.clock.now().replace(hour=7, minute=41)
    wrong = {
        b"PK\x03\x04 this is a zip file": "The file is",
        right[: len(right) // 2]: "ends too early",
        backup_file(graph, database="other", taken_at=taken): "database “other”",
        backup_file(graph, database="neo4j", taken_at=at): "and the snapshot is of",
        backup_file(graph, database="neo4j", taken_at=taken, full=False): "differential",
    }
    secret = await token(story)
    async with door(story) as client:
        for content, reason in wrong.items():
            answer = await client.put(f"/bring/{secret}", content=content)
            assert answer.status_code == 422, answer.text
            assert reason in answer.text
        await story.settle()
        told = [str(m) for m in story.approver.thread()]
        assert sum("was refused" in line for line in told) == len(wrong)
        assert (await story.bot.house.exports.contents()).exports == ()
        assert (await exported(story)).phase is P.AWAITING_FILE
        answer = await client.put(f"/bring/{secret}/orders.backup", content=right)
    assert answer.status_code == 201, answer.text
    assert len((await story.bot.house.exports.contents()).exports) == 1


async def test_a_used_or_invented_address_opens_nothing(story: Story) -> None:
    op = await asked(story)
    secret, right = await token(story), from_console(story, op)
    async with door(story) as client:
        assert (await client.put("/bring/invented", content=right)).status_code == 404
        assert (await client.put(f"/bring/{secret}", content=right)).status_code == 201
        again = await client.put(f"/bring/{secret}", content=right)
    assert again.status_code == 404
    assert "not open, or not any more" in again.text


async def test_a_dump_is_taken_and_what_it_does_not_say_is_noted(story: Story) -> None:
    await asked(story)
    content = dump_file(story.aura.graph(aura.ORDERS_PROD))
    async with door(story) as client:
        assert (await client.put(f"/bring/{await token(story)}", content=content)).is_success
    op = await exported(story)
    assert op.stored is not None
    assert op.stored.name.endswith(".dump")
    assert op.stored.notes == (
        "a `.dump` says neither its database nor its time: both are as asked for",
    )


async def test_too_large_a_file_is_refused_before_it_is_sent(story: Story) -> None:
    op = await asked(story)
    too_much = op.plan.rules.most_bytes + 1
    secret = await token(story)
    with pytest.raises(Exception, match="larger than the 256 GiB"):
        await story.bot.house.deliveries.admit(secret, too_much)


async def test_a_broken_connection_keeps_nothing_and_the_address_open(story: Story) -> None:
    op = await asked(story)
    right, secret = from_console(story, op), await token(story)

    async def half() -> AsyncIterator[bytes]:
        yield right[: len(right) // 2]
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        await story.bot.house.deliveries.take(secret, half(), len(right))
    await story.settle()
    assert "the connection broke after" in str(story.approver.thread()[-1]).lower()
    async with door(story) as client:
        assert (await client.put(f"/bring/{secret}", content=right)).status_code == 201


async def test_a_vault_that_is_away_says_so_and_the_file_can_come_again(story: Story) -> None:
    op = await asked(story)
    right, secret = from_console(story, op), await token(story)
    vault = story.bot.house.world.vault
    story.change_world(vault=Away())
    async with door(story) as client:
        answer = await client.put(f"/bring/{secret}", content=right)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        await story.advance(minutes=11)  # a look into a vault that is away harms nothing
        story.change_world(vault=vault)
        assert (await client.put(f"/bring/{secret}", content=right)).status_code == 201


class Away:
    """A vault that does not answer."""

    async def put(self, *_: object, **__: object) -> None:
        raise VaultUnavailable("the vault does not answer")

    async def contents(self, prefix: str = "") -> None:
        raise VaultUnavailable("the vault does not answer")


async def test_people_are_reminded_until_time_is_up_and_then_alerted(story: Story) -> None:
    await asked(story)
    await story.advance(hours=9)
    reminders = [m for m in map(str, story.approver.thread()) if "still waited for" in m]
    assert len(reminders) == 2
    await story.advance(hours=16)
    assert (await exported(story)).phase is P.FAILED
    assert "nobody brought the file in time" in str(story.approver.thread()[-1]).lower()
    assert "Export of orders-prod failed" in str(story.approver.channel(slack.OPS_ALERTS)[-1])


async def test_the_requester_may_take_it_back_while_it_waits(story: Story) -> None:
    op = await asked(story)
    secret, right = await token(story), from_console(story, op)
    await story.requester.types(f"/aura job cancel {op.id}")
    assert (await exported(story)).phase is P.CANCELLED
    async with door(story) as client:
        assert (await client.put(f"/bring/{secret}", content=right)).status_code == 404


async def test_a_crash_after_storing_is_found_and_told(story: Story) -> None:
    op = await asked(story)
    right, secret = from_console(story, op), await token(story)
    await dies_after_storing(story, secret, right)
    assert (await exported(story)).phase is P.AWAITING_FILE
    await story.restart()
    await story.advance(minutes=11)
    assert (await exported(story)).phase is P.DONE
    assert len((await story.bot.house.exports.contents()).exports) == 1


async def dies_after_storing(story: Story, secret: str, content: bytes) -> None:
    """Bring a file; the bot dies before it has recorded that it is in the vault."""
    house = story.bot.house

    async def forgets(*_: object) -> None:
        raise RuntimeError("the bot dies here")

    async def whole() -> AsyncIterator[bytes]:
        yield content

    dying = replace(house.exporting._deliveries._arrivals, record=forgets)
    with pytest.raises(RuntimeError):
        await Deliveries(house.world, dying).take(secret, whole(), len(content))


async def test_a_named_snapshot_is_exported_without_taking_another(story: Story) -> None:
    await story.requester.types("/aura snapshot take orders-prod")
    await story.advance(minutes=5)
    taken = story.snapshots()
    op = await asked(story, f"/aura export orders-prod {taken[0]}")
    assert op.snapshot_id == taken[0]
    assert story.snapshots() == taken
    await asked(story, "/aura export orders-prod latest")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/aura export nowhere", "nowhere"),
        ("/aura export orders-prod 00000000", "no snapshot “00000000”"),
        ("/aura export", "instance"),
    ],
)
async def test_what_cannot_be_exported_is_answered_in_a_sentence(
    story: Story, text: str, said: str
) -> None:
    await story.requester.types(text)
    assert said in story.requester.whisper
    assert await story.bot.operations.recent(1) == ()


async def test_a_differential_snapshot_is_refused_with_a_way_out(story: Story) -> None:
    log = story.aura.world.instances[aura.ORDERS_PROD].snapshots(story.clock.now())
    differential = next(
        s for s in log.all(story.clock.now()) if not s.exportable(story.clock.now())
    )
    await story.requester.types(f"/aura export orders-prod {differential.id}")
    assert "does not let snapshot" in story.requester.whisper
    assert "--exportable" in story.requester.whisper


async def test_without_a_vault_nothing_is_begun(story: Story) -> None:
    story.change_world(vault=None)
    await story.requester.types("/aura export orders-prod")
    assert "no vault is configured" in story.requester.whisper.lower()
    assert await story.bot.operations.recent(1) == ()


async def test_somebody_who_may_not_is_told_and_gets_no_address(story: Story) -> None:
    await story.guest.types("/aura export orders-prod", slack.OPS_PRODUCTION)
    assert "you may not use this" in story.guest.whisper.lower()
    await asked(story)
    await story.guest.clicks("Upload address…", in_=story.approver.card())
    assert "you may not use this" in story.guest.whisper.lower()
    assert "bring/" not in story.guest.whisper


async def test_two_files_at_once_and_the_second_is_told_to_wait(story: Story) -> None:
    op = await asked(story)
    right, secret = from_console(story, op), await token(story)
    deliveries = story.bot.house.deliveries
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        begun.set()
        yield right[:100]
        await go_on.wait()
        yield right[100:]

    async def at_once() -> AsyncIterator[bytes]:
        yield right

    first = asyncio.create_task(deliveries.take(secret, slowly(), len(right)))
    await begun.wait()
    with pytest.raises(DeliveryBusy):
        await deliveries.take(secret, at_once(), len(right))
    go_on.set()
    assert (await first).size == len(right)


async def test_an_address_is_only_for_an_export_that_waits(story: Story) -> None:
    op = await asked(story)
    with pytest.raises(UnknownOperation):
        await story.bot.house.exporting.address(op.requester, "exp-none")
    story.change_world(addresses=NoAddresses())
    with pytest.raises(NotAllowed, match="no public address"):
        await story.bot.house.exporting.address(op.requester, op.id)
    await story.requester.types(f"/aura job cancel {op.id}")
    with pytest.raises(AlreadyDecided):
        await story.bot.house.exporting.address(op.requester, op.id)


async def test_a_named_snapshot_that_goes_bad_meanwhile_fails_the_export(story: Story) -> None:
    await story.requester.types("/aura snapshot take orders-prod")
    await story.advance(minutes=5)
    taken = story.snapshots()[0]
    with story.clock.stopped():
        await story.requester.person.types(
            f"/aura export orders-prod {taken}", slack.OPS_PRODUCTION
        )
        await story.bot.tasks.drain()
    story.aura.set_snapshot_status(aura.ORDERS_PROD, taken, "Failed")
    await story.settle()
    op = await exported(story)
    assert op.phase is P.FAILED
    assert "is Failed" in str(story.approver.thread()[-1])


class NoAddresses:
    """A bot without a public address."""

    offered = False

    async def make(self, *_: object, **__: object) -> None:
        return None


async def test_without_a_public_address_the_shell_is_offered(story: Story) -> None:
    story.change_world(addresses=NoAddresses())
    op = await asked(story)
    card = story.approver.card()
    assert card.buttons == ()
    assert "no public address" in str(card)
    assert f"savepoint vault bring FILE {op.id}" in str(card)
