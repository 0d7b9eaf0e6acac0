"""Uploads that are refused, each with the reason and what to do, before anything happens."""

import pytest

from bot.core.base import InstanceId
from bot.core.people import Group
from sandbox.aura import fleet as aura
from sandbox.aura.archives import backup_file
from sandbox.aura.graphs import EMPTY, shop
from sandbox.slack import cast
from sandbox.slack.cast import OPS_DEVELOPMENT as DEVELOPMENT
from tests.core.backups import writer
from tests.stories.harness import Story
from tests.stories.uploads import asked, console_calls, loads, put, sample, uploaded


async def refused(story: Story, instance: str, file: str) -> str:
    """What the modal says of a request that goes nowhere."""
    await story.requester.types(f"/aura upload {instance} {file}")
    shown = str(story.requester.modal)
    assert "Nothing was asked for, and nothing was changed." in shown
    assert not await story.bot.operations.recent(1)
    return shown


@pytest.mark.parametrize(
    ("instance", "file", "words"),
    [
        ("orders-prod", "missing.backup", "nor the vault has “missing.backup”"),
        ("orders-prod", "../savepoint.toml", "nor the vault has “../savepoint.toml”"),
        ("orders-prod", "/etc/passwd", "nor the vault has “/etc/passwd”"),
        ("orders-prod", "..", "nor the vault has “..”"),
        ("orders-prod", "exp-0123456789", "nor the vault has “exp-0123456789”"),
        ("orders-prod", "differential.backup", "`neo4j-admin backup aggregate`"),
        ("orders-staging", "sample.backup", "is paused"),
        ("search-staging", "sample.backup", "is updating"),
        ("nowhere", "sample.backup", "There is no instance"),
    ],
)
async def test_what_cannot_be_loaded_is_refused_in_the_form(
    story: Story, instance: str, file: str, words: str
) -> None:
    assert words.lower() in (await refused(story, instance, file)).lower()
    assert loads(story) == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.backup", b"<html>Sign in</html>", "is a web page"),
        ("sealed.backup", b"age-encryption.org/v1\n-> X25519 abc", "is encrypted with age"),
        ("empty.dump", b"", "The file is empty"),
        ("noise.backup", b"nonsense" * 1000, "is no backup of Neo4j"),
        ("cut.backup", b"BZV3\x02", "ends too early"),
        ("newer.backup", b"BZV3\x09" + bytes(99), "has the unknown form 9"),
    ],
)
async def test_what_is_no_backup_is_refused_in_the_form(
    story: Story, name: str, content: bytes, words: str
) -> None:
    put(story, name, content)
    assert words in await refused(story, "orders-prod", name)
    assert console_calls(story) == []


async def test_a_name_that_does_not_fit_the_file_is_refused(story: Story) -> None:
    put(story, "renamed.dump", sample(story))
    assert "is a `.backup` by its content" in await refused(story, "orders-prod", "renamed.dump")


async def test_a_truncated_file_is_refused_when_it_is_read_as_a_whole(story: Story) -> None:
    content = writer.backup(files={"neostore": writer.NOISE * 300})
    put(story, "cut.backup", content[:-5])
    await story.requester.types("/aura upload orders-prod cut.backup")
    await story.requester.sends(reason="Bad import", suffix="7a11")
    assert "The file ends too early" in str(story.requester.modal)
    assert not await story.bot.operations.recent(1)
    assert "ends too early" in await refused(story, "orders-prod", "truncated.backup")


async def test_a_store_that_is_larger_than_the_instance_is_refused(story: Story) -> None:
    said = (1).to_bytes(4, "big") + (1).to_bytes(8, "big") + (17 << 30).to_bytes(8, "big")
    put(story, "huge.dump", b"DZV1" + writer.zstd(said + writer.tar({"neostore": b"x"})))
    shown = await refused(story, "orders-prod", "huge.dump")
    assert "takes 17.0 GiB, and “orders-prod” has 16GB" in shown
    assert "Resize the instance first" in shown


async def test_azure_gets_the_exact_command_line_without_a_password(story: Story) -> None:
    story.aura.world.instances[aura.ORDERS_PROD].cloud_provider = "azure"
    shown = await refused(story, "orders-prod", "sample.backup")
    assert "how files reach Aura there is not public" in shown
    assert "--to-uri=neo4j+s://0d5e7a11.databases.neo4j.io --overwrite-destination=true" in shown
    assert "password" not in shown.replace("it asks for the password", "")
    assert console_calls(story) == []


async def test_a_wrong_password_of_the_database_is_noticed_before_anybody_approves(
    story: Story,
) -> None:
    instance = story.aura.world.instances[aura.ORDERS_PROD]
    instance.users = {**instance.users, "neo4j": "changed-in-the-console"}
    shown = await refused(story, "orders-prod", "sample.backup")
    assert "does not accept the user and password of the database" in shown


async def test_an_instance_without_a_configured_password_is_named(story: Story) -> None:
    story.bot.settings.upload.logins.pop(InstanceId(aura.ORDERS_PROD))
    assert "No password is configured" in await refused(story, "orders-prod", "sample.backup")


async def test_without_any_place_for_files_the_configuration_is_named(story: Story) -> None:
    story.change_world(files=None, vault=None)
    assert "neither a vault nor a folder" in await refused(story, "orders-prod", "sample.backup")


async def test_only_operators_may_ask_and_only_others_approve(story: Story) -> None:
    await asked(story)
    await story.requester.clicks("Approve", in_=story.requester.gate())
    await story.advance(minutes=5)
    assert (await uploaded(story)).phase == "awaiting_approval"
    assert "upload.approve denied" in await story.audit()
    story.change_environment(operators=Group())
    await story.requester.types("/aura upload catalog-prod sample.backup")
    assert "Nothing was asked for" in str(story.requester.modal)
    assert "upload.request denied" in await story.audit()
    assert loads(story) == 0


async def test_the_form_demands_the_word_the_suffix_and_a_reason(story: Story) -> None:
    await story.requester.types("/aura upload orders-prod sample.backup")
    errors = await story.requester.sends(reason="why", word="restore", suffix="0000")
    assert set(errors) == {"word", "suffix"}
    assert not await story.bot.operations.recent(1)


async def test_a_free_instance_needs_a_waiver_or_has_a_snapshot(story: Story) -> None:
    """Whatever the tier allows, the card says plainly whether there is a way back."""
    await story.requester.types(f"/aura upload {aura.SANDBOX_FREE} sample.backup", DEVELOPMENT)
    asks = bool(story.requester.fields("waiver"))
    waiver = {"waiver": "nothing of worth in it"} if asks else {}
    assert await story.requester.sends(reason="try it", **waiver) == {}
    await story.approver.clicks("Approve", in_=story.approver.gate(DEVELOPMENT))
    await story.advance(minutes=15)
    op = await uploaded(story)
    assert op.phase == "done"
    assert (op.safety_snapshot is None) is asks


async def test_two_at_once_on_one_instance_are_refused_by_name(story: Story) -> None:
    await asked(story)
    first = await uploaded(story)
    await story.requester.types("/aura upload orders-prod sample.dump")
    await story.requester.sends(reason="Again", suffix="7a11")
    assert first.id in str(story.requester.modal)
    assert "upload.request denied" in await story.audit()


async def test_an_empty_instance_is_called_empty(story: Story) -> None:
    story.aura.world.instances[aura.ORDERS_PROD].databases.default.graph = lambda: EMPTY
    await story.requester.types("/aura upload orders-prod sample.backup")
    assert "which is empty at present" in str(story.requester.modal)


async def test_a_mention_gets_the_button_that_opens_the_form(story: Story) -> None:
    said = f"<@{cast.BOT}> upload orders-prod sample.backup"
    await story.requester.says(said, cast.OPS_PRODUCTION)
    await story.requester.clicks("Open the form")
    assert "Load the file `sample.backup`" in str(story.requester.modal)


async def test_a_dump_says_less_and_is_loaded_all_the_same(story: Story) -> None:
    await asked(story, file="sample.dump")
    await story.approved()
    await story.advance(minutes=15)
    assert (await uploaded(story)).phase == "done"
    assert story.aura.graph(aura.ORDERS_PROD) == shop("sample", nodes=240, relationships=640)


async def test_change_data_capture_and_users_are_told_beforehand(story: Story) -> None:
    content = backup_file(EMPTY, database="neo4j", taken_at=story.clock.now())
    put(story, "empty.backup", content)
    await story.requester.types("/aura upload catalog-prod empty.backup")
    assert "Change data capture is on (FULL)" in str(story.requester.modal)
