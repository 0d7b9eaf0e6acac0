"""Whose data may be loaded elsewhere: who may not look at an export's environment finds none."""

from pathlib import Path

import pytest

from bot.core.people import Group
from bot.core.uploads import BackupFile
from bot.core.vault import Manifest
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from sandbox.slack.cast import OPS_DEVELOPMENT as DEVELOPMENT
from tests.stories.harness import Story
from tests.stories.test_upload_vault import Shelf
from tests.stories.uploads import asked, loads, read, sample, uploaded

INTO = aura.SANDBOX_PAID
OTHERS = Group(users=(slack.APPROVER_ONE,))
LEAVES = "⚠ *Data leaves production* for development: whoever reads *sandbox* "


@pytest.fixture
async def kept(story: Story, tmp_path: Path) -> Manifest:
    """An export of orders-prod."""
    return await Shelf(story, tmp_path / "shelf", sealed=False, key=False).add(sample(story))


def shut_out(story: Story) -> None:
    """Leave the requester no part in production."""
    story.change_environment(viewers=OTHERS, operators=OTHERS)


async def test_an_export_that_one_may_not_look_at_is_not_there(
    story: Story, kept: Manifest
) -> None:
    shut_out(story)
    words = (kept.id, kept.name, kept.name.rsplit("/")[-1])
    for word in words:
        await story.requester.types(f"/aura upload {INTO} {word}", DEVELOPMENT)
        shown = str(story.requester.modal)
        assert f"Neither the folder for uploads nor the vault has “{word[:80]}”" in shown
        await story.requester.types(f"/aura upload {INTO} exp-0123456789", DEVELOPMENT)
        nothing = str(story.requester.modal)
        assert shown.replace(word[:80], "") == nothing.replace("exp-0123456789", "")
    assert not await story.bot.operations.recent(1)


async def test_who_lost_the_look_before_the_form_was_sent_asks_for_nothing(
    story: Story, kept: Manifest
) -> None:
    await story.requester.types(f"/aura upload {INTO} {kept.id}", DEVELOPMENT)
    shut_out(story)
    await story.requester.sends(reason="A copy to try things on", suffix=INTO[-4:])
    assert "nor the vault has" in str(story.requester.modal)
    assert not await story.bot.operations.recent(1)


async def test_data_that_leaves_its_environment_is_spelt_out_wherever_somebody_decides(
    story: Story, kept: Manifest
) -> None:
    await story.requester.types(f"/aura upload {INTO} {kept.id}", DEVELOPMENT)
    form = str(story.requester.modal)
    assert LEAVES in form
    assert "*Export of*: *orders-prod* `0d5e7a11` of production" in form
    await asked(story, INTO, kept.id, DEVELOPMENT)
    for seen in (story.approver.card(DEVELOPMENT), story.approver.gate(DEVELOPMENT)):
        text = await read(story, seen)
        assert LEAVES in text
        assert "(in the vault, an export of *orders-prod* `0d5e7a11` of production)" in text
    source = (await uploaded(story)).plan.file.exported
    assert source is not None
    assert (source.environment, source.instance_id) == ("production", aura.ORDERS_PROD)


async def test_data_that_stays_where_it_is_warns_of_nothing(story: Story, kept: Manifest) -> None:
    await asked(story, aura.CATALOG_PROD, kept.id)
    assert "Data leaves" not in str(story.approver.gate())
    await asked(story, INTO, "sample.backup", DEVELOPMENT)
    assert "Data leaves" not in str(story.approver.gate(DEVELOPMENT))


@pytest.mark.parametrize("phase", ["approved", "snapshotting"])
async def test_who_may_not_look_at_the_export_any_more_voids_it(
    story: Story, kept: Manifest, phase: str
) -> None:
    await asked(story, INTO, kept.id, DEVELOPMENT)
    before = story.aura.graph(INTO)
    if phase == "approved":
        shut_out(story)
    await story.approver.clicks("Approve", in_=story.approver.gate(DEVELOPMENT))
    if phase == "snapshotting":
        assert (await uploaded(story)).phase == phase
        shut_out(story)
    await story.advance(minutes=15)
    assert (await uploaded(story)).phase == "voided"
    told = str(story.requester.thread(DEVELOPMENT)[-1])
    assert "the requester may not look at the source any more" in told
    assert loads(story) == 0
    assert story.aura.graph(INTO) == before


async def test_an_export_whose_environment_is_configured_no_more_is_nobodys_to_load(
    story: Story, kept: Manifest
) -> None:
    await asked(story, INTO, kept.id, DEVELOPMENT)
    rest = tuple(e for e in story.estate.environments if e.name != "production")
    story.change_estate(story.estate.model_copy(update={"environments": rest}))
    await story.approver.clicks("Approve", in_=story.approver.gate(DEVELOPMENT))
    await story.advance(minutes=15)
    assert (await uploaded(story)).phase == "voided"
    told = str(story.requester.thread(DEVELOPMENT)[-1])
    assert "production, the environment of the export, is no longer configured" in told.lower()
    await story.requester.types(f"/aura upload {INTO} {kept.id}", DEVELOPMENT)
    assert "nor the vault has" in str(story.requester.modal)
    assert loads(story) == 0


async def test_plans_from_before_the_source_was_known_keep_their_seal_and_are_looked_at(
    story: Story, kept: Manifest
) -> None:
    await asked(story, INTO, kept.id, DEVELOPMENT)
    op = await uploaded(story)
    older = op.plan.file.model_copy(update={"exported": None})
    assert "exported" not in older.model_dump()
    assert BackupFile.model_validate(older.model_dump()) == older

    plan = op.plan.model_copy(update={"file": older})
    await story.bot.operations.update(op.id, lambda now: now.model_copy(update={"plan": plan}))
    shut_out(story)
    await story.approver.clicks("Approve", in_=story.approver.gate(DEVELOPMENT))
    await story.advance(minutes=15)
    assert (await uploaded(story)).phase == "voided"
    assert loads(story) == 0
