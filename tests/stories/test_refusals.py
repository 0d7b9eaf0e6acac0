"""Clones, overwrites, uploads, exports and the vault: what is refused, and what a person reads.

The files about each of them hold what is special to it; here stands what they share, and the rest.
"""

from pathlib import Path

import pytest

from bot.core.people import Group
from bot.core.snapshots import Exportable
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from sandbox.vault import sample_vault
from tests.stories.clones import sends
from tests.stories.harness import Story
from tests.stories.test_clone_refused import FORM, Otherwise, answers
from tests.stories.test_exports import NoAddresses
from tests.stories.test_exports import asked as export_asked
from tests.stories.test_form import NoDrafts

ORDERS, TARGET = aura.ORDERS_PROD, aura.CATALOG_PROD
HOLD = 'vault hold {export} --reason "the audit"'


def fill(story: Story) -> Path:
    """Lay exports into the vault; returns its folder."""
    chosen = story.bot.settings.vault
    assert chosen is not None
    folder = Path(chosen.table.url.removeprefix("file://"))
    sample_vault(folder, story.clock.now())
    return folder


async def export_id(story: Story) -> str:
    return (await story.bot.house.exports.contents()).exports[0].id


async def says(story: Story, typed: str) -> str:
    """Type a command, fill in the form where one opens, and read what comes of it."""
    if "{export}" in typed:
        fill(story)
        typed = typed.replace("{export}", await export_id(story))
    said_before = len(story.messages())
    await story.requester.types(f"/aura {typed}", slack.GENERAL)
    if story.requester.person.modal is not None:
        if typed.startswith("clone"):
            await sends(story, story.requester, **FORM)
        else:
            await story.requester.sends(reason="Refresh", suffix=typed.split()[1][-4:])
        return str(story.requester.modal)
    assert len(story.messages()) > said_before
    return story.requester.whisper


async def nothing_happened(story: Story) -> None:
    """No operation was accepted, and Aura was asked to change nothing."""
    assert await story.bot.operations.recent(1) == ()
    signing_in = f"auth {ORDERS}"
    assert [write for write in story.writes if write != signing_in] == []


ASKING = {
    "clone": (f"clone {ORDERS}", "clone.request denied"),
    "overwrite": (f"overwrite {TARGET} {{snapshot}} --from {ORDERS}", "overwrite.request denied"),
    "upload": (f"upload {ORDERS} sample.backup", "upload.request denied"),
    "export": (f"export {ORDERS}", "export.start denied"),
    "archive": (f"export {ORDERS} --archive", "export.start denied"),
    "verify": ("vault verify {export}", "vault.verify denied"),
    "hold": (HOLD, "vault.hold denied"),
}
DECIDED = ("overwrite", "upload", "hold", "clone")


def typed(story: Story, what: str) -> str:
    return ASKING[what][0].replace("{snapshot}", story.snapshots(ORDERS)[0])


@pytest.mark.parametrize("what", ASKING)
async def test_nothing_begins_where_the_bot_cannot_report(story: Story, what: str) -> None:
    story.slack.workspace.leave(slack.OPS_PRODUCTION, slack.BOT)
    assert "I am not in #ops-production, where production reports" in await says(
        story, typed(story, what)
    )
    assert (await story.audit())[-1] == ASKING[what][1]
    await nothing_happened(story)


@pytest.mark.parametrize("what", DECIDED)
async def test_what_nobody_could_approve_is_not_asked_for(story: Story, what: str) -> None:
    story.change_environment(approvers=Group(users=(slack.REQUESTER,)), clone_needs_approval=True)
    said = await says(story, typed(story, what))
    assert "this can never be approved" in said.lower()
    assert "nobody besides you could give one" in said
    assert (await story.audit())[-1] == ASKING[what][1]
    await nothing_happened(story)


@pytest.mark.parametrize("what", ASKING)
async def test_who_is_no_operator_begins_nothing(story: Story, what: str) -> None:
    everybody = Group(users=(slack.REQUESTER,))
    story.change_environment(operators=Group(), approvers=Group(), viewers=everybody)
    if what in ("clone", "overwrite", "upload"):
        await story.requester.types(f"/aura {typed(story, what)}")
        said = str(story.requester.modal)
    else:
        said = await says(story, typed(story, what))
    assert "in production" in said, said
    assert (await story.audit())[-1] == ASKING[what][1]
    await nothing_happened(story)


@pytest.mark.parametrize("word", ["nowhere", "sandbox"])
@pytest.mark.parametrize("what", ["clone", "upload", "export"])
async def test_an_instance_is_never_guessed(story: Story, what: str, word: str) -> None:
    file = " sample.backup" if what == "upload" else ""
    await story.requester.types(f"/aura {what} {word}{file}")
    modal = story.requester.person.modal
    said = str(modal) if modal else story.requester.whisper
    if word == "sandbox":
        assert "2 instances are called “sandbox”" in said
        assert aura.SANDBOX_FREE in said
        assert aura.SANDBOX_PAID in said
    else:
        assert "there is no instance “nowhere”" in said.lower()
    await nothing_happened(story)


@pytest.mark.parametrize("what", ["clone", "overwrite"])
async def test_an_old_form_says_so(story: Story, what: str) -> None:
    await story.requester.types(f"/aura {typed(story, what)}")
    story.change_world(drafts=NoDrafts())
    if what == "clone":
        errors = await sends(story, story.requester, **FORM)
    else:
        errors = await story.requester.sends(reason="Refresh", suffix=TARGET[-4:])
    told = f"This form is older than an hour. Close it and type `/aura {what}` again."
    assert list(errors.values()) == [told]
    await nothing_happened(story)


# -- clone and overwrite -----------------------------------------------------------------------


@pytest.mark.parametrize("what", ["clone", "overwrite"])
async def test_a_snapshot_that_is_not_complete_is_not_taken(story: Story, what: str) -> None:
    chosen = story.snapshots(ORDERS)[0]
    story.aura.set_snapshot_status(ORDERS, chosen, "Failed")
    words = f"clone {ORDERS} {chosen}" if what == "clone" else typed(story, what)
    await story.requester.types(f"/aura {words}")
    assert f"Snapshot “{chosen}” is Failed, not Completed" in str(story.requester.modal)
    await nothing_happened(story)


async def test_an_invisible_letter_is_no_part_of_a_name(story: Story) -> None:
    await story.requester.types("/aura clone orders-prod")
    name = {"Name of the new instance": "orders\u200bcopy"}
    errors = await sends(story, story.requester, **(FORM | name))
    assert errors["name"] == "The name has characters that cannot be seen."
    await nothing_happened(story)


async def test_a_target_that_is_being_deleted_takes_no_data(story: Story) -> None:
    story.aura.set_status(TARGET, "destroying")
    await story.requester.types(f"/aura {typed(story, 'overwrite')}")
    assert "“catalog-prod” is being deleted" in str(story.requester.modal)
    assert "Choose another target" in str(story.requester.modal)
    await nothing_happened(story)


async def test_a_target_with_less_storage_takes_no_data(story: Story) -> None:
    story.aura.world.instances[TARGET].storage = "4GB"
    await story.requester.types(f"/aura {typed(story, 'overwrite')}")
    assert "“catalog-prod” has 4GB of storage, less than the" in str(story.requester.modal)
    await nothing_happened(story)


# -- export --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("paused", "is paused, so Aura cannot take a snapshot of it"),
        ("destroying", "is being deleted"),
    ],
)
async def test_what_no_snapshot_can_be_taken_of_is_not_exported(
    story: Story, status: str, told: str
) -> None:
    story.aura.set_status(ORDERS, status)
    await story.requester.types("/aura export orders-prod")
    assert told in story.requester.whisper
    await nothing_happened(story)


async def test_where_nothing_of_late_may_leave_a_new_snapshot_is_offered(story: Story) -> None:
    answers(
        story,
        "snapshots",
        lambda found: tuple(s.model_copy(update={"exportable": Exportable.NO}) for s in found),
    )
    await story.requester.types("/aura export orders-prod latest")
    assert "“orders-prod” has no exportable snapshot of the last" in story.requester.whisper
    assert f"`/aura export {ORDERS}` takes a new one" in story.requester.whisper
    await nothing_happened(story)


async def test_an_archive_for_which_there_is_no_room_is_not_begun(story: Story) -> None:
    rules = story.bot.house.world.scratch.model_copy(update={"most": 1})
    story.change_world(scratch=rules)
    await story.requester.types("/aura export orders-prod --archive")
    await story.requester.types("/aura export catalog-prod --archive")
    assert "1 scratch instance lives already or will soon, and 1 may" in story.requester.whisper
    assert "Ask again when a drill or an archive has ended" in story.requester.whisper
    assert len(await story.bot.operations.recent(2)) == 1


async def test_an_archive_that_fits_nothing_on_offer_is_not_begun(story: Story) -> None:
    answers(story, "offers", lambda _: ())
    await story.requester.types("/aura export orders-prod --archive")
    assert "The project offers no AuraDB Business Critical instance of at least 8GB" in (
        story.requester.whisper
    )
    await nothing_happened(story)


async def test_a_card_that_is_behind_gives_no_address_for_what_is_over(story: Story) -> None:
    op = await export_asked(story)
    card = story.approver.card()
    with story.clock.stopped():
        await story.requester.person.types(f"/aura job cancel {op.id}", slack.OPS_PRODUCTION)
        await story.bot.tasks.drain()
        await story.requester.person.clicks("Upload address…", card)
        await story.bot.tasks.drain()
    assert "No file is waited for any more" in story.requester.whisper
    assert f"`/aura job show {op.id}` shows the end" in story.requester.whisper


async def test_a_bot_that_lost_its_public_address_says_how_else_the_file_comes(
    story: Story,
) -> None:
    op = await export_asked(story)
    story.change_world(addresses=NoAddresses())
    await story.requester.clicks("Upload address…", in_=story.approver.card())
    assert "No upload address can be offered" in story.requester.whisper
    assert f"savepoint vault bring FILE {op.id}" in story.requester.whisper


# -- the vault -----------------------------------------------------------------------------------


async def test_a_name_that_several_exports_have_asks_for_the_id(story: Story) -> None:
    fill(story)
    contents = await story.bot.house.exports.contents()
    twin = contents.exports[0]
    same = [e.model_copy(update={"manifest": e.manifest.model_copy(update={"name": twin.name})})
            for e in contents.exports[:2]]  # fmt: skip
    changed = contents.model_copy(update={"exports": tuple(same)})
    vault = story.bot.house.world.vault
    story.change_world(vault=Otherwise(vault, "contents", lambda _: changed))
    await story.requester.types(f"/aura vault show {twin.name}")
    assert "2 exports are called" in story.requester.whisper
    assert f"Use the id: `{twin.id}`" in story.requester.whisper


async def test_an_environment_that_does_not_exist_has_no_exports(story: Story) -> None:
    fill(story)
    await story.requester.types("/aura vault list --environment nowhere")
    assert "no environment “nowhere”" in story.requester.whisper


@pytest.mark.parametrize("verb", ["show", "verify"])
async def test_an_export_that_nobody_knows_is_not_guessed(story: Story, verb: str) -> None:
    fill(story)
    await story.requester.types(f"/aura vault {verb} exp-0000000000")
    assert "The vault has no export “exp-0000000000”" in story.requester.whisper
    assert "`vault list` shows all of them" in story.requester.whisper
    await nothing_happened(story)
