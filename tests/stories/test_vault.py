"""The vault in Slack: looking, verifying, holds by two people, and what retention takes."""

import asyncio
from pathlib import Path

import pytest

from bot.core.errors import StoreUnavailable, VaultUnavailable
from bot.core.operations import Holding, Phase, Verification
from bot.core.operations import events as e
from bot.core.vault import Contents, Export, Hold
from bot.ports import Vault
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from sandbox.vault import sample_vault
from tests.stories.harness import Story
from tests.stories.test_repeats import Ledger

REASON = '--reason "the audit of 2026"'


@pytest.fixture(autouse=True)
def _filled(story: Story) -> None:
    chosen = story.bot.settings.vault
    assert chosen is not None
    sample_vault(Path(chosen.table.url.removeprefix("file://")), story.clock.now())


async def exports(story: Story) -> tuple[Export, ...]:
    vault = story.bot.house.world.vault
    assert vault is not None
    return (await vault.contents()).exports


async def newest(story: Story) -> Export:
    return (await exports(story))[0]


def stored(story: Story, export: Export) -> Path:
    chosen = story.bot.settings.vault
    assert chosen is not None
    return Path(chosen.table.url.removeprefix("file://")) / export.name


def damage(story: Story, export: Export) -> None:
    file = stored(story, export)
    body = file.read_bytes()
    file.write_bytes(body[:-1] + bytes([body[-1] ^ 1]))


def told(story: Story) -> str:
    """The newest message of the bot in the channel or under its cards."""
    mine = [m for m in story.messages() if m.channel == slack.OPS_PRODUCTION and not m.ephemeral]
    return str(max(mine, key=lambda m: float(m.ts)))


async def held(story: Story, wanted: str = "") -> Export:
    """Hold the newest export, by two people."""
    export = await newest(story)
    await story.requester.types(f"/aura vault hold {export.id} {REASON}")
    await story.approved()
    return (await exports(story))[0]


async def test_a_viewer_lists_the_exports_with_age_size_and_id(story: Story) -> None:
    await story.requester.types("/aura vault list")
    said = story.requester.whisper
    assert "4 exports in the vault" in said
    for export in await exports(story):
        assert export.id in said
    assert "orders-prod" in said
    assert "UTC" in said
    assert "KiB" in said
    await story.requester.types("/aura vault list --environment staging")
    assert "The vault is empty" in story.requester.whisper
    await story.requester.types("/aura vault list --environment nowhere")
    assert "no environment “nowhere”" in story.requester.whisper


async def test_guests_and_people_of_elsewhere_see_nothing_of_it(story: Story) -> None:
    export = await newest(story)
    for words in ("list", f"show {export.id}", f"verify {export.id}", "expire --dry-run"):
        await story.guest.types(f"/aura vault {words}")
        assert "your account is a guest" in story.guest.whisper
        assert export.id not in story.guest.whisper.replace(words, "")
    assert "vault.view denied" in await story.audit()


async def test_what_another_environment_keeps_is_not_even_known(story: Story) -> None:
    export = await newest(story)
    nobody = story.estate.environments[0].operators.model_copy(update={"users": ()})
    story.change_environment(viewers=nobody, operators=nobody)
    await story.requester.types("/aura vault list")
    assert export.id not in story.requester.whisper
    await story.requester.types(f"/aura vault show {export.id}")
    assert "the vault has no export" in story.requester.whisper.lower()


async def test_one_export_is_shown_with_its_hashes_and_what_protects_it(story: Story) -> None:
    export = await newest(story)
    await story.requester.types(f"/aura vault show {export.id}")
    said = story.requester.whisper
    assert export.manifest.digests.sha256 in said
    assert export.manifest.digests.crc32 in said
    assert "an export to try the vault with" in said
    assert "none: retention may delete it" in said
    assert "whoever can write there can delete" in said


async def test_a_whole_export_is_found_whole_and_said_so_in_the_channel(story: Story) -> None:
    export = await newest(story)
    await story.requester.types(f"/aura vault verify {export.id}")
    assert "you need do nothing" in story.requester.whisper
    [op] = await story.bot.operations.recent(1)
    assert isinstance(op, Verification)
    assert op.phase == "done"
    end = told(story)
    assert f"{export.manifest.digests.size:,} bytes are there" in end
    assert (await newest(story)).check is not None
    assert await story.audit() == [
        "vault.verify allowed",
        "vault.verify done",
        "verification.done done",
    ]


async def test_a_long_reading_tells_each_tenth_of_the_way(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.steps.vault.WORTH_TELLING", 1)
    monkeypatch.setattr("bot.adapters.vault.stream._READ", 100)
    export = await newest(story)
    await story.requester.types(f"/aura vault verify {export.id}")
    [op] = await story.bot.operations.recent(1)
    assert op.phase == "done"
    so_far = [r.event.done for r in op.history if isinstance(r.event, e.ReadSoFar)]
    assert 5 <= len(so_far) <= 10
    assert so_far == sorted(so_far)


async def test_a_damaged_export_is_an_alert_and_no_longer_a_copy(story: Story) -> None:
    export = await newest(story)
    await asyncio.to_thread(damage, story, export)
    await story.requester.types(f"/aura vault verify {export.id}")
    alert = str(story.approver.channel(slack.OPS_ALERTS)[-1])
    assert "was not found whole" in alert
    assert "Do not count on it" in alert
    assert not (await newest(story)).sound
    await story.requester.types("/aura vault list")
    assert "damaged" in story.requester.whisper


async def test_a_verification_that_was_interrupted_begins_anew(story: Story) -> None:
    export = await newest(story)
    real = story.bot.house.world.vault
    assert real is not None

    class Dying:
        """A vault whose reader is killed half way, once."""

        def __init__(self) -> None:
            self.deaths = 0

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

        async def verify(self, name: str, **more: object) -> object:
            self.deaths += 1
            raise asyncio.CancelledError

    dying = Dying()
    story.change_world(vault=dying)
    await story.requester.types(f"/aura vault verify {export.id}")
    assert dying.deaths
    [op] = await story.bot.operations.recent(1)
    assert not op.final
    story.change_world(vault=real)
    await story.restart()
    await story.advance(minutes=2)
    [op] = await story.bot.operations.recent(1)
    assert op.phase == "done"


async def test_a_hold_needs_another_person_and_then_stands_in_the_vault(story: Story) -> None:
    export = await newest(story)
    await story.requester.types(f"/aura vault hold {export.id} {REASON}")
    gate = story.approver.gate()
    assert "cannot expire, until two people release it" in str(gate)
    assert "the audit of 2026" in str(gate)
    await story.requester.clicks("Approve", in_=gate)
    assert "somebody else must decide" in story.requester.whisper
    assert (await newest(story)).hold is None
    await story.approved()
    hold = (await newest(story)).hold
    assert hold is not None
    assert hold.why == "the audit of 2026"
    assert hold.who is not None
    assert hold.who.user_id == slack.REQUESTER
    [op] = await story.bot.operations.recent(1)
    assert isinstance(op, Holding)
    assert op.phase is Phase.DONE
    assert "is held" in told(story)
    assert await story.audit() == [
        "holding.request allowed",
        "holding.approve denied",
        "holding.approve allowed",
        "vault.hold allowed",
        "holding.done done",
    ]


async def test_a_release_needs_another_person_too(story: Story) -> None:
    export = await held(story)
    await story.requester.types(f'/aura vault release {export.id} --reason "it is over"')
    assert "the audit of 2026" in str(story.approver.gate())
    assert (await newest(story)).hold is not None
    await story.approved()
    assert (await newest(story)).hold is None
    assert "is released" in told(story)


async def test_a_denied_release_leaves_the_hold(story: Story) -> None:
    export = await held(story)
    await story.requester.types(f'/aura vault release {export.id} --reason "it is over"')
    assert await story.approver.denies("it is not over") == {}
    assert (await newest(story)).hold is not None
    end = told(story)
    assert "it is not over" in end
    assert "The hold is as it was" in end


async def test_silence_changes_no_hold(story: Story) -> None:
    export = await newest(story)
    await story.requester.types(f"/aura vault hold {export.id} {REASON}")
    await story.advance(minutes=31)
    assert (await newest(story)).hold is None
    assert "expired" in told(story)


async def test_a_request_is_refused_with_a_reason_and_a_hint(story: Story) -> None:
    export = await newest(story)
    for typed, why in (
        (f"hold {export.id}", "say why"),
        (f"release {export.id} {REASON}", "the export is not held"),
        (f"hold exp-0000000000 {REASON}", "no export “exp-0000000000”"),
    ):
        await story.requester.types(f"/aura vault {typed}")
        assert why in story.requester.whisper.replace("Say", "say").replace("The ", "the ")
    await held(story)
    await story.requester.types(f"/aura vault hold {export.id} {REASON}")
    assert "is held already" in story.requester.whisper


async def test_an_export_that_changed_after_the_approval_voids_it(story: Story) -> None:
    story.change_environment(quorum=2)
    export = await newest(story)
    await story.requester.types(f"/aura vault hold {export.id} {REASON}")
    await story.approved()
    manifest = stored(story, export)
    for file in manifest.parent.glob(f"{manifest.name}*"):
        await asyncio.to_thread(file.unlink)
    await story.second_approver.clicks("Approve", in_=story.second_approver.gate())
    [op] = await story.bot.operations.recent(1)
    assert op.phase is Phase.VOIDED
    assert "no export" in told(story)


async def test_a_hold_is_set_once_though_the_bot_died_right_after(story: Story) -> None:
    export = await newest(story)
    real = story.bot.house.world.vault
    assert real is not None
    kept: Vault = real

    class Dying:
        """A vault after whose hold the process is killed."""

        def __getattr__(self, name: str) -> object:
            return getattr(kept, name)

        async def hold(self, name: str, hold: Hold) -> None:
            await kept.hold(name, hold)
            raise asyncio.CancelledError

    await story.requester.types(f"/aura vault hold {export.id} {REASON}")
    story.change_world(vault=Dying())
    gate = story.approver.gate()
    await story.approver.person.clicks("Approve", gate)
    with pytest.raises(asyncio.CancelledError):
        await story.settle()
    story.change_world(vault=real)
    await story.restart()
    await story.settle()
    [op] = await story.bot.operations.recent(1)
    assert op.phase is Phase.DONE
    assert (await newest(story)).hold is not None


async def test_a_dry_run_shows_what_would_go_and_why_the_rest_stays(story: Story) -> None:
    await story.requester.types("/aura vault expire --dry-run")
    said = story.requester.whisper
    assert "Retention would delete 1 of 4 exports" in said
    assert "no rule keeps it" in said
    assert "newest of its month" in said
    assert len(await exports(story)) == 4
    await story.requester.types("/aura vault expire")
    assert "Nothing was deleted" in story.requester.whisper


async def test_the_daily_pass_deletes_once_a_day_each_after_its_record(story: Story) -> None:
    [going] = (await story.bot.house.vaults._exports.expiry()).going
    assert (await story.bot.house.vaults.tidy()) is not None
    assert going.id not in [x.id for x in await exports(story)]
    assert await story.audit() == ["vault.expire allowed"]
    assert (await story.bot.house.vaults.tidy()) is None


async def test_the_daily_pass_deletes_nothing_that_cannot_be_recorded(story: Story) -> None:
    story.change_world(audit=Ledger(story.bot.house.world.audit))
    with pytest.raises(StoreUnavailable):
        await story.bot.house.vaults.tidy()
    assert len(await exports(story)) == 4


async def test_a_held_export_outlives_the_daily_pass(story: Story) -> None:
    [going] = (await story.bot.house.vaults._exports.expiry()).going
    await story.requester.types(f"/aura vault hold {going.id} {REASON}")
    await story.approved()
    await story.bot.house.vaults.tidy()
    assert going.id in [x.id for x in await exports(story)]


async def test_without_a_vault_every_command_says_what_to_configure(story: Story) -> None:
    story.change_world(vault=None)
    for words in ("list", "show x", "verify x", f"hold x {REASON}", "expire --dry-run"):
        await story.requester.types(f"/aura vault {words}")
        assert "no vault is configured" in story.requester.whisper.lower()
    assert (await story.bot.house.vaults.tidy()) is None


async def test_a_vault_that_does_not_answer_is_told_and_waited_for(story: Story) -> None:
    export = await newest(story)
    real = story.bot.house.world.vault
    assert real is not None

    class Away:
        """A vault whose store is away for reading."""

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

        async def verify(self, name: str, **more: object) -> object:
            raise VaultUnavailable("the export cannot be read: the store does not answer")

    story.change_world(vault=Away())
    await story.requester.types(f"/aura vault verify {export.id}")
    [op] = await story.bot.operations.recent(1)
    assert op.phase == "reading"
    await story.advance(minutes=16)
    [op] = await story.bot.operations.recent(1)
    assert op.phase == "failed"
    assert "Nothing was found out about the export" in told(story)


async def test_names_in_a_manifest_can_ping_nobody(story: Story) -> None:
    real = story.bot.house.world.vault
    assert real is not None
    export = await newest(story)
    bad = "<!channel> *done* `x`"
    manifest = export.manifest.model_copy(update={"instance_name": bad, "why": bad, "by": bad})
    hostile = export.model_copy(update={"manifest": manifest})

    class Hostile:
        """A vault with names that mean harm."""

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

        async def contents(self, prefix: str = "") -> Contents:
            return Contents(exports=(hostile,))

        async def export(self, name: str) -> Export:
            return hostile

    story.change_world(vault=Hostile())
    for words in ("list", f"show {export.id}", "expire --dry-run", f"verify {export.id}"):
        await story.requester.types(f"/aura vault {words}")
    sent = [str(m.blocks) for m in story.messages()]
    assert sent
    assert [text for text in sent if "<!channel>" in text] == []


async def test_it_can_be_taken_back_before_it_is_decided(story: Story) -> None:
    export = await newest(story)
    await story.requester.types(f"/aura vault hold {export.id} {REASON}")
    [op] = await story.bot.operations.recent(1)
    await story.requester.types(f"/aura job cancel {op.id}")
    [op] = await story.bot.operations.recent(1)
    assert op.phase is Phase.CANCELLED
    assert (await newest(story)).hold is None
    assert op.instance_id == aura.ORDERS_PROD
