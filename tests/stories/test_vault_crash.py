"""The bot is killed while the daily pass deletes: nothing goes that was not recorded."""

import asyncio
import contextlib
from datetime import timedelta
from typing import Any

from bot.core.audit import AuditEntry
from bot.core.vault import Keep
from bot.services.exports import Exports
from tests.stories.harness import Story
from tests.stories.props import Cued
from tests.stories.test_vault import _filled, exports

__all__ = ["_filled"]


def passing(story: Story, stop: str, at: int) -> tuple[Exports, list[str]]:
    """The daily pass over a strict vault, and the calls that it makes; it dies at one of them."""
    passed: list[str] = []

    def cued(port: str, real: Any) -> Any:
        async def mark(when: str, name: str) -> None:
            if name in ("delete", "clear", "append"):
                passed.append(f"{when} {port}.{name}")
                if passed[-1] == stop and passed.count(stop) == at:
                    raise asyncio.CancelledError(stop)

        async def before(name: str) -> None:
            await mark("before", name)

        async def after(name: str) -> None:
            await mark("after", name)

        return Cued(real, before=before, after=after)

    world = story.bot.house.world
    strict = Keep(daily=1, copies=1, days=1)
    return (
        Exports(
            vault=cued("vault", world.vault),
            audit=cued("audit", world.audit),
            clock=world.clock,
            rules={"production": strict},
        ),
        passed,
    )


async def records(story: Story) -> list[AuditEntry]:
    found = [entry async for entry in story.bot.house.world.audit.read()]
    return [entry for entry in found if entry.record.action == "vault.expire"]


async def test_wherever_the_daily_pass_is_killed_it_deletes_only_what_it_recorded(
    story: Story,
) -> None:
    story.clock.at += timedelta(days=3)
    doomed = {e.name for e in (await passing(story, "", 0)[0].expiry()).going}
    assert len(doomed) > 1
    for stop in ("before audit.append", "after audit.append", "before vault.delete",
                 "after vault.delete"):  # fmt: skip
        before = {e.name for e in await exports(story)}
        if not doomed & before:
            break
        killed, passed = passing(story, stop, 1)
        with contextlib.suppress(asyncio.CancelledError):
            await killed.expire()
        assert passed[-1] == stop
        gone = before - {e.name for e in await exports(story)}
        told = "\n".join(entry.record.why for entry in await records(story))
        assert gone <= doomed, stop
        assert all(name in told for name in gone), stop
    whole, _ = passing(story, "", 0)
    await whole.expire()
    left = {e.name for e in await exports(story)}
    assert not left & doomed
    assert left
    assert (await whole.contents()).debris == ()
