"""Corners of uploads: forms that are closed or old, a busy instance, and what files do not say."""

from collections.abc import AsyncIterator
from random import Random

import pytest

from bot.core.base import InstanceId
from bot.core.errors import NotRestorable, UnknownFile
from bot.core.operations import Origin
from bot.core.operations import events as e
from bot.core.uploads import LoadStatus
from bot.ports import Draft
from bot.services.backup_files import BackupFiles
from bot.services.restores import RestoreForm
from bot.services.steps import upload as steps
from bot.views import upload_words
from sandbox.aura import fleet as aura
from sandbox.slack import cast
from tests.core.backups import writer
from tests.core.operations.test_upload_machine import BEGUN, approval, played
from tests.stories.harness import Story
from tests.stories.props import Cued, change_world
from tests.stories.test_form import NoDrafts, typed
from tests.stories.uploads import anybody, asked, loads, put, sample, uploaded

FORM = RestoreForm(word="RESTORE", reason="why", suffix="7a11")


async def close_while_it_is_sent(story: Story) -> None:
    with story.clock.stopped():
        person = story.requester.person
        fields = {"Reason": "Bad import", **typed(story, word="RESTORE", suffix="7a11")}
        await person.submits(story.requester.modal, fields)
        await person.closes(story.requester.modal)
    await story.settle()


async def test_a_form_that_was_closed_is_answered_apart(story: Story) -> None:
    await story.requester.types("/aura upload orders-prod sample.backup")
    await close_while_it_is_sent(story)
    assert "Your request to load a backup file into *orders-prod*" in story.requester.dm.text
    assert (await uploaded(story)).phase == "awaiting_approval"


async def test_a_refusal_after_the_form_was_closed_is_told_apart(story: Story) -> None:
    await story.requester.types("/aura upload orders-prod sample.backup")
    story.aura.set_status(aura.ORDERS_PROD, "updating")
    await close_while_it_is_sent(story)
    assert "“orders-prod” is updating" in story.requester.dm.text
    assert await story.bot.operations.recent(1) == ()


async def test_a_form_closed_before_its_facts_are_there_is_left_alone(story: Story) -> None:
    async def close(call: str) -> None:
        if call == "check" and story.requester.person.modal:
            await story.requester.person.closes(story.requester.modal)

    story.change_world(imports=Cued(story.bot.house.world.imports, before=close))
    await story.requester.types("/aura upload orders-prod sample.backup")
    assert story.requester.person.modal is None


async def test_an_old_form_says_so(story: Story) -> None:
    await story.requester.types("/aura upload orders-prod sample.backup")
    story.change_world(drafts=NoDrafts())
    errors = await story.requester.sends(reason="Bad import", suffix="7a11")
    assert list(errors.values()) == [
        "This form is older than an hour. Close it and type `/aura upload` again."
    ]


async def test_what_the_form_did_not_check_the_request_does(story: Story) -> None:
    uploads, person = story.bot.house.uploads, story.requester.person
    await story.requester.types("/aura upload orders-prod sample.backup")
    who = (await _first_draft(story)).person
    draft = await uploads.draft(who, Origin(), "sample.backup")
    assert person.modal is not None
    assert uploads.faults(draft, FORM)
    with pytest.raises(NotRestorable, match="no instance is chosen"):
        await uploads.request(draft, FORM)
    orders = draft.model_copy(update={"instance_id": InstanceId(aura.ORDERS_PROD)})
    with pytest.raises(NotRestorable, match="last 4 characters"):
        await uploads.request(orders, FORM.model_copy(update={"suffix": None}))
    free = draft.model_copy(update={"instance_id": InstanceId(aura.SANDBOX_FREE)})
    with pytest.raises(NotRestorable, match="no safety snapshot is possible"):
        await uploads.request(free, FORM.model_copy(update={"suffix": None}))
    assert await story.bot.operations.recent(1) == ()


async def _first_draft(story: Story) -> Draft:
    draft_id = story.requester.modal.given["private_metadata"]
    draft = await story.bot.house.world.drafts.get(draft_id)
    assert draft is not None
    return draft


async def test_a_busy_instance_is_waited_for_before_anything_is_sent(story: Story) -> None:
    await asked(story)
    story.aura.set_status(aura.ORDERS_PROD, "updating", for_seconds=60)
    await story.approved()
    await story.advance(seconds=30)
    assert (await uploaded(story)).phase == "approved"
    await story.advance(minutes=15)
    assert (await uploaded(story)).phase == "done"


async def test_small_steps_are_not_written_down(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "PARTS", 1)
    monkeypatch.setattr(steps, "PAUSE", 0.0)
    large = Random(5).randbytes(17 << 20)  # noqa: S311 -- only has to be hard to pack
    put(story, "large.backup", writer.backup(files={"neostore": large}))
    await asked(story, file="large.backup")
    await story.approved()
    await story.advance(minutes=15)
    op = await uploaded(story)
    assert op.last(e.TransferFinished)
    assert not op.last(e.Transferred)
    assert op.phase == "failed"  # it is no file of the double's


@pytest.mark.parametrize("answer", ["nothing", "silence"])
async def test_a_load_that_failed_without_a_word_is_told_as_it_is(
    story: Story, answer: str
) -> None:
    await asked(story)
    story.aura.faults.load_fails.next()
    sound = story.bot.house.world.imports

    class Mute:
        def __getattr__(self, name: str) -> object:
            return getattr(sound, name)

        async def status(self, _: object) -> LoadStatus:
            if answer == "silence":
                raise UnknownFile("as if it were absent")
            return LoadStatus(status="loading failed")

    change_world(story, imports=Mute())
    await story.approved()
    await story.advance(minutes=20)
    failed = (await uploaded(story)).last(e.StepFailed)
    assert failed is not None
    assert failed.reason == "Aura calls the instance “loading failed” after the upload"
    assert loads(story) == 1


async def test_a_file_whose_sums_differ_or_whose_place_is_gone_is_not_taken(story: Story) -> None:
    await asked(story)
    file = (await uploaded(story)).plan.file
    world = story.bot.house.world

    class Files:
        async def size(self, name: str) -> int:
            return len(sample(story))

        def read(self, name: str, *, start: int = 0) -> AsyncIterator[bytes]:
            return _Once(sample(story))

    files = BackupFiles(story.bot.house.world)
    assert await files.differences(file, anybody) == ()
    story.change_world(files=Files())
    assert await BackupFiles(story.bot.house.world).differences(file, anybody) == ()
    story.change_world(files=None)
    with pytest.raises(UnknownFile, match="no longer configured"):
        BackupFiles(story.bot.house.world).source(file)(0)
    story.change_world(files=world.files)


class _Once:
    """An iterator that is no generator, so that there is nothing to close."""

    def __init__(self, content: bytes) -> None:
        self._left = [content]

    def __aiter__(self) -> "_Once":
        return self

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()


def test_words_for_what_files_say_and_for_a_progress_of_no_time() -> None:
    said = played().plan.file.inspection
    assert upload_words.kind(said.model_copy(update={"recovered": False})) == (
        "backup (not recovered)"
    )
    at_once = played(approval(), BEGUN, e.Transferred(sent=400))
    assert upload_words.progress(at_once) == "400 B of 1000 B"


async def test_a_button_that_is_too_old_says_so(story: Story) -> None:
    said = f"<@{cast.BOT}> upload orders-prod sample.backup"
    await story.requester.says(said, cast.OPS_PRODUCTION)
    story.change_world(drafts=NoDrafts())
    await story.requester.clicks("Open the form")
    assert "This button is older than an hour" in story.requester.whisper
