"""The console's client before the double: both kinds of storage, and every trouble on the way."""

import pytest
from pydantic import SecretStr

from bot.adapters.aura.guard import Blocked
from bot.adapters.console import amazon
from bot.adapters.console.client import Login
from bot.adapters.console.google import GRAIN
from bot.adapters.console.line import LONGEST_WAIT, MOST_TRIES
from bot.core.base import InstanceId
from bot.core.errors import (
    AuraAuthFailed,
    AuraNotFound,
    AuraRefused,
    AuraUnavailable,
    NotAllowed,
)
from bot.core.uploads import Sending
from sandbox.aura.fleet import ORDERS_STAGING, database_password
from sandbox.aura.graphs import EMPTY
from tests.adapters.console.stage import AMAZON, GOOGLE, GRAPH, LARGE, OPERATION, SMALL, Died, Stage


@pytest.mark.parametrize("instance_id", [GOOGLE, AMAZON], ids=["google", "amazon"])
@pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
async def test_a_file_is_sent_and_loaded(
    stage: Stage, instance_id: InstanceId, content: bytes
) -> None:
    stage.use(content)
    async with stage.console() as console:
        sending = await stage.send(console, instance_id)
        assert sending.complete
        assert stage.double.restores == []
        assert stage.spent == []
        await console.load_file(
            stage.permit(instance_id), stage.consent(instance_id), stage.file, sending
        )
        stage.clock.pass_by(20)
        assert (await console.status(stage.consent(instance_id))).status == "loading"
    assert [(r.kind, r.instance_id) for r in stage.double.restores] == [("upload", instance_id)]
    assert stage.spent == [OPERATION]
    stage.clock.pass_by(300)
    if content is SMALL:
        assert stage.double.graph(instance_id) == GRAPH
    assert stage.kept[-1].complete
    assert stage.source.opened == [0]


async def test_signing_in_without_consent_says_whether_there_is_data(stage: Stage) -> None:
    async with stage.console() as console:
        assert await console.check(GOOGLE)
        stage.double.world.instances[GOOGLE].databases.default.graph = lambda: EMPTY
        assert not await console.check(GOOGLE)
        stage.passwords[GOOGLE] = Login(password=SecretStr("wrong-password"))
        with pytest.raises(AuraAuthFailed, match="does not accept the user and password") as bad:
            await console.check(GOOGLE)
        assert "wrong-password" not in f"{bad.value!r} {bad.value.hint}"
        reader = database_password(GOOGLE, "reader")
        stage.passwords[GOOGLE] = Login(user="reader", password=SecretStr(reader))
        with pytest.raises(AuraAuthFailed, match="not an administrator"):
            await console.check(GOOGLE)
        with pytest.raises(AuraAuthFailed, match="no password is configured"):
            await console.check(InstanceId("deadbeef"))
        staging = InstanceId(ORDERS_STAGING)
        stage.passwords[staging] = Login(password=SecretStr(database_password(staging, "neo4j")))
        with pytest.raises(AuraNotFound, match="not running"):
            await console.check(staging)
    assert stage.double.restores == []


@pytest.mark.parametrize("instance_id", [GOOGLE, AMAZON], ids=["google", "amazon"])
async def test_trouble_on_the_way_is_waited_out(stage: Stage, instance_id: InstanceId) -> None:
    stage.use(LARGE)
    faults = stage.double.faults
    faults.console_down.next(3)
    faults.storage_down.next(2)
    async with stage.console() as console:
        sending = await stage.send(console, instance_id)
        assert sending.complete
        assert stage.clock.slept[:3] == [1.5, 2.5, 4.5]
        await console.load_file(
            stage.permit(instance_id), stage.consent(instance_id), stage.file, sending
        )
    assert len(stage.double.restores) == 1


@pytest.mark.parametrize("instance_id", [GOOGLE, AMAZON], ids=["google", "amazon"])
async def test_a_connection_cut_in_the_middle_goes_on_where_it_was(
    stage: Stage, instance_id: InstanceId
) -> None:
    stage.use(LARGE)
    stage.double.faults.storage_drops.next()
    async with stage.console() as console:
        assert (await stage.send(console, instance_id)).complete
    assert len(stage.source.opened) == 2
    assert stage.source.opened[1] % GRAIN == 0
    if instance_id == GOOGLE:
        assert stage.source.opened[1] > 0
    (one,) = stage.double.console.imports.values()
    assert one.stored.crc32 == stage.file.crc32


async def test_a_lost_position_begins_again(stage: Stage) -> None:
    stage.use(LARGE)
    stage.double.faults.storage_drops.next()
    stage.double.faults.storage_forgets.next()
    async with stage.console() as console:
        assert (await stage.send(console)).complete
    assert stage.source.opened == [0, 0]
    (one,) = stage.double.console.imports.values()
    assert one.stored.crc32 == stage.file.crc32


@pytest.mark.parametrize("instance_id", [GOOGLE, AMAZON], ids=["google", "amazon"])
async def test_another_process_goes_on_where_the_first_one_stopped(
    stage: Stage, instance_id: InstanceId
) -> None:
    stage.use(LARGE)
    async with stage.console() as console:
        first = await stage.send(console, instance_id, pieces=1)
    assert 0 < first.sent < first.size
    assert stage.kept[-1] == first
    kept = Sending.model_validate(first.model_dump())
    async with stage.console() as console:
        second = await stage.send(console, instance_id, held=kept)
    assert second.complete
    assert stage.source.opened == [0, first.sent]


async def test_a_process_that_dies_within_the_first_piece_is_followed_from_where_it_was(
    stage: Stage,
) -> None:
    stage.use(LARGE)
    stage.source.dies_at = 3 << 20
    async with stage.console() as console:
        with pytest.raises(Died):
            await stage.send(console)
    [begun] = stage.kept
    assert begun.sent == 0
    stage.source.dies_at = None
    async with stage.console() as console:
        assert (await stage.send(console, held=begun)).complete
    first, second = stage.source.opened
    assert first == 0
    assert (2 << 20) < second <= (3 << 20)
    (one,) = stage.double.console.imports.values()
    assert one.stored.crc32 == stage.file.crc32


async def test_a_line_that_breaks_again_and_again_gets_there_while_something_arrives(
    stage: Stage,
) -> None:
    stage.use(LARGE)
    stage.double.faults.storage_drops.next(MOST_TRIES + 5)
    async with stage.console() as console:
        assert (await stage.send(console)).complete
    (one,) = stage.double.console.imports.values()
    assert one.stored.crc32 == stage.file.crc32


async def test_a_file_that_lies_there_already_is_not_sent_again(stage: Stage) -> None:
    async with stage.console() as console:
        await stage.send(console)
        again = await stage.send(console)
    assert again.complete


async def test_a_session_that_google_forgot_is_begun_anew(stage: Stage) -> None:
    stage.use(LARGE)
    async with stage.console() as console:
        first = await stage.send(console, pieces=1)
        gone = first.model_copy(
            update={"location": SecretStr(f"{stage.double.url}/storage/google/x/y")}
        )
        assert (await stage.send(console, held=gone)).complete


async def test_a_session_may_be_forgotten_between_two_pieces(stage: Stage) -> None:
    stage.use(LARGE)
    plain = stage.keep

    async def forget(sending: Sending) -> None:
        for one in stage.double.console.imports.values():
            if sending.sent and len(stage.kept) < 4:
                one.stored.session = "another"
        await plain(sending)

    async with stage.console() as console:
        first = await stage.send(console, pieces=1)
        stage.keep = forget  # type: ignore[method-assign]
        assert (await stage.send(console, held=first)).complete
    assert stage.source.opened == [0, first.sent, 0]


async def test_an_old_token_is_replaced_once(stage: Stage) -> None:
    stage.use(LARGE)
    async with stage.console() as console:
        first = await stage.send(console, AMAZON, pieces=1)
        stage.double.expire_tokens()
        assert (await stage.send(console, AMAZON, held=first)).complete


async def test_trouble_that_lasts_is_left_to_a_later_time(stage: Stage) -> None:
    stage.use(LARGE)
    async with stage.console() as console:
        for fault in (stage.double.faults.console_down, stage.double.faults.storage_down):
            fault.always()
            for instance_id in (GOOGLE, AMAZON):
                with pytest.raises(AuraUnavailable):
                    await stage.send(console, instance_id)
            fault.off()
    assert max(stage.clock.slept) == LONGEST_WAIT
    assert len(stage.clock.slept) == 3 * (MOST_TRIES - 1) + amazon.MOST_TRIES - 1


async def test_what_does_not_fit_is_refused_before_a_byte_is_sent(stage: Stage) -> None:
    large = stage.file.inspection.model_copy(update={"unpacked": 17 << 30})
    stage.file = stage.file.model_copy(update={"inspection": large})
    async with stage.console() as console:
        with pytest.raises(AuraRefused, match="does not fit into the instance"):
            await stage.send(console)
    assert stage.source.opened == []


async def test_a_file_that_shrank_is_noticed(stage: Stage) -> None:
    stage.source.content = SMALL[:-10]
    async with stage.console() as console:
        with pytest.raises(AuraRefused, match="become shorter"):
            await stage.send(console)


async def test_storage_that_is_not_public_is_named(stage: Stage) -> None:
    stage.double.world.instances[GOOGLE].cloud_provider = "azure"
    async with stage.console() as console:
        with pytest.raises(AuraRefused, match="AZURE is not public") as refused:
            await stage.send(console)
    assert "neo4j-admin" in str(refused.value.hint)


async def test_the_load_is_sent_once_and_only_with_its_permit(stage: Stage) -> None:
    async with stage.console() as console:
        sending = await stage.send(console)
        for wrong in (
            stage.permit(AMAZON),
            stage.permit().model_copy(update={"effect": "overwrite_in_place"}),
            stage.permit().model_copy(update={"names": {"instance": GOOGLE, "crc32": "1"}}),
        ):
            with pytest.raises(Blocked):
                await console.load_file(wrong, stage.consent(), stage.file, sending)
        assert stage.spent == []
        await console.load_file(stage.permit(), stage.consent(), stage.file, sending)
        with pytest.raises(NotAllowed, match="used before"):
            await console.load_file(stage.permit(), stage.consent(), stage.file, sending)
    assert len(stage.double.restores) == 1


async def test_a_lost_answer_to_the_load_is_nobodys_to_know(stage: Stage) -> None:
    async with stage.console() as console:
        sending = await stage.send(console)
        stage.double.faults.drop_answer.next()
        with pytest.raises(AuraUnavailable) as lost:
            await console.load_file(stage.permit(), stage.consent(), stage.file, sending)
        assert not lost.value.definite
    assert len(stage.double.restores) == 1


async def test_a_load_that_failed_says_why(stage: Stage) -> None:
    stage.double.faults.load_fails.next()
    async with stage.console() as console:
        sending = await stage.send(console)
        await console.load_file(stage.permit(), stage.consent(), stage.file, sending)
        stage.clock.pass_by(300)
        said = await console.status(stage.consent())
    assert said.status == "loading failed"
    assert said.error
    assert "could not be loaded" in said.error


async def test_no_secret_stands_in_an_error_or_a_repr(stage: Stage) -> None:
    stage.use(LARGE)
    async with stage.console() as console:
        await stage.send(console, pieces=1)
        stage.double.faults.storage_down.always()
        with pytest.raises(AuraUnavailable) as caught:
            await stage.send(console, held=stage.kept[-1])
        stage.double.faults.storage_down.off()
        await stage.double.stop()
        with pytest.raises(AuraUnavailable) as absent:
            await stage.send(console, held=stage.kept[-1])
    (one,) = stage.double.console.imports.values()
    secrets = {one.secret, one.stored.session or "", database_password(GOOGLE, "neo4j")}
    shown = "".join(
        f"{e.value!r}{e.value}{e.value.hint}{e.value.__cause__!r}" for e in (caught, absent)
    )
    shown += repr(stage.kept) + repr(vars(console))
    assert not [secret for secret in secrets if secret in shown]
