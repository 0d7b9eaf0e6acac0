"""The first password of a clone: seen once by who asked, or laid where the configuration says."""

import asyncio
import contextlib
import json
import logging
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.adapters.passwords import PasswordFolder, VaultKv
from bot.core.operations import Clone
from sandbox.slack.person import ActingPerson
from sandbox.slack.sightings import Seen
from tests.stories.clones import asked, cloned, ended, gate_all, secret
from tests.stories.harness import Actor, Story
from tests.stories.props import Cued, change_world
from tests.stories.test_secrets import logged

__all__ = ["logged"]

BUTTON = "Show it once…"


def offer(story: Story) -> Seen:
    """The direct message that offers the look."""
    return next(m for m in reversed(story.requester.person.sees("dm")) if BUTTON in str(m))


async def looks(story: Story, who: Actor | None = None) -> str:
    """Press the button in the offer, and return what the view shows."""
    actor = who or story.requester
    await actor.clicks(BUTTON, in_=offer(story))
    return str(actor.modal)


async def test_the_requester_sees_it_once(story: Story) -> None:
    await asked(story)
    op = await ended(story)
    hush = secret(story, op)
    shown = await looks(story)
    assert hush in shown
    assert "neo4j+s://" in shown
    assert "forgotten it already" in shown
    await story.requester.person.closes(story.requester.modal)
    dm = str(story.requester.dm)
    assert "was shown to you at" in dm
    assert BUTTON not in dm
    assert (await story.audit())[-1] == "password.show allowed"
    assert [k async for k in story.bot.operations._redis.scan_iter("sp:secret:*")] == []


async def test_a_second_look_finds_nothing(story: Story) -> None:
    await asked(story)
    op = await ended(story)
    await story.bot.house.passwords.show(op.requester, op.id)
    shown = await looks(story)
    assert secret(story, op) not in shown
    assert "shown already, or its 15 minutes are over" in shown


async def test_after_fifteen_minutes_it_is_gone(story: Story) -> None:
    await asked(story)
    op = await ended(story)
    key = f"sp:secret:first-{op.id}"
    redis = story.bot.operations._redis
    assert 0 < await redis.ttl(key) <= 15 * 60
    await redis.pexpire(key, 1)
    while await redis.exists(key):
        pass
    assert "minutes are over" in await looks(story)


async def test_nobody_else_sees_it_by_a_forged_click(story: Story) -> None:
    await asked(story)
    op = await ended(story)
    for other in (story.approver, story.guest):
        who = await story.bot.house.world.directory.standing(other.person.id)  # type: ignore[arg-type]
        with pytest.raises(Exception, match="only who asked for the clone"):
            await story.bot.house.passwords.show(who.person, op.id)
    assert (await story.audit())[-1] == "password.show denied"
    assert secret(story, op) in await looks(story)


async def test_a_requester_who_lost_their_role_does_not_see_it(story: Story) -> None:
    await asked(story)
    op = await ended(story)
    production = story.estate.environment("production")
    assert production is not None
    story.change_environment("production", operators=production.operators.__class__())
    assert secret(story, op) not in await looks(story)
    assert (await story.audit())[-1] == "password.show denied"


async def test_a_view_that_was_closed_too_early_loses_nothing(story: Story) -> None:
    await asked(story)
    op = await ended(story)
    chat = story.bot.house.world.chat

    async def close(name: str) -> None:
        if name == "update_view":
            person: ActingPerson = story.requester.person
            if person.modal is not None:
                await person.closes(person.modal)

    change_world(story, chat=Cued(chat, before=close))
    await story.requester.clicks(BUTTON, in_=offer(story))
    change_world(story, chat=chat)
    assert secret(story, op) in await looks(story)


async def test_a_folder_gets_it_and_nobody_is_shown_it(story: Story, tmp_path: Path) -> None:
    story.change_world(passwords=PasswordFolder(tmp_path))
    await asked(story)
    op = await ended(story)
    assert op.clone_id is not None
    path = tmp_path / f"{op.clone_id}.env"
    assert secret(story, op) in path.read_text()
    assert f"lies in the file {path}" in str(story.requester.thread()[-1])
    assert not [m for m in story.requester.person.sees("dm") if BUTTON in str(m)]


async def test_a_folder_that_does_not_take_it_is_no_reason_to_lose_it(
    story: Story, tmp_path: Path
) -> None:
    story.change_world(passwords=PasswordFolder(tmp_path / "missing"))
    await asked(story)
    op = await ended(story)
    assert "not where the configuration wants it" in str(offer(story))
    assert secret(story, op) in await looks(story)


def stop_after(story: Story, port: str, call: str) -> None:
    """Kill the bot once right after one of its calls was answered."""
    left = [call]

    async def stop(name: str) -> None:
        if name in left:
            left.remove(name)
            raise asyncio.CancelledError

    world = story.bot.house.world
    change_world(story, **{port: Cued(getattr(world, port), after=stop)})


async def felled(story: Story) -> Clone:
    """Ask for a clone, let the bot be killed on its way, start it again; return its end."""
    with contextlib.suppress(asyncio.CancelledError):
        await asked(story)
    await story.restart()
    op = await ended(story)
    assert op.accepted is not None
    assert op.accepted.adopted
    return op


async def test_a_bot_that_stopped_before_it_told_of_a_password_offers_it_still(
    story: Story,
) -> None:
    stop_after(story, "secrets", "put")
    op = await felled(story)
    assert secret(story, op) in await looks(story)
    assert "lost" not in str(story.requester.thread()[-1])


async def test_a_bot_that_stopped_says_that_the_password_lies_in_its_folder(
    story: Story, tmp_path: Path
) -> None:
    story.change_world(passwords=PasswordFolder(tmp_path))
    stop_after(story, "passwords", "keep")
    op = await felled(story)
    assert f"lies in the file {tmp_path / f'{op.clone_id}.env'}" in str(
        story.requester.thread()[-1]
    )


async def test_a_bot_that_stopped_before_the_folder_had_it_says_that_it_is_lost(
    story: Story, tmp_path: Path
) -> None:
    story.change_world(passwords=PasswordFolder(tmp_path))
    stop_after(story, "aura", "create_copy")
    await felled(story)
    assert "first password was lost with Aura's answer" in str(story.requester.thread()[-1])


async def test_where_nobody_can_look_the_requester_is_told_where_to(story: Story) -> None:
    token = SecretStr("made-up")
    story.change_world(
        passwords=VaultKv(url="https://vault.test", mount="secret", path="clones", token=token)
    )
    stop_after(story, "aura", "create_copy")
    op = await felled(story)
    told = str(story.requester.thread()[-1])
    assert "its first password perhaps with it" in told
    assert f"look whether it lies in Vault at secret/clones/{op.clone_id}" in told


async def test_it_stands_nowhere_but_in_the_one_view(
    story: Story, logged: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    gate_all(story)
    await asked(story)
    await story.approved()
    op = await ended(story)
    hush = secret(story, op)
    await looks(story)
    await story.requester.types(f"/aura job show {op.id}")
    await story.requester.types("/aura job list")
    await story.requester.opens_home()
    await story.requester.types("/aura instance list")

    calls = [c for c in story.slack.calls if hush in json.dumps(c.args, default=str)]
    assert [c.method for c in calls] == ["views.update"]
    redis = story.bot.operations._redis
    places = {
        "a message": [str(m) for m in story.messages()],
        "the audit log": [r.model_dump_json() for r in await story.records()],
        "our log": logged,
        "a library's log": [r.getMessage() + str(r.exc_info) for r in caplog.records],
        "the operation": [op.model_dump_json(), repr(op)],
        "the store": [str(await redis.dump(k)) for k in await redis.keys("sp:op*")] or [""],
    }
    for place, texts in places.items():
        assert texts, place
        assert not [text for text in texts if hush in text], f"the password in {place}"


async def test_the_offer_waits_for_slack(story: Story) -> None:
    gate_all(story)
    await asked(story)
    await story.approved()
    assert BUTTON in str(offer(story))
    assert (await cloned(story)).accepted is not None
