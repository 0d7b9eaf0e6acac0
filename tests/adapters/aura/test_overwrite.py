"""The guard before the call that takes another instance's data."""

from typing import Any

import httpx
import pytest

from bot.adapters.aura.guard import Blocked, Effect
from bot.core.errors import NotAllowed
from tests.adapters.aura.stage import PERMIT, URL, MovingClock, ScriptedAura, data
from tests.adapters.aura.test_guard import JSON, a_guard, restore

TARGET, SOURCE, SNAPSHOT = "ca7a1095", "0d5e7a11", "5ac91b3e-7d2f"
CALL = f"/v1/instances/{TARGET}/overwrite"
NAMES = {"instance": TARGET, "source": SOURCE, "snapshot": SNAPSHOT}
LEAVE = PERMIT.model_copy(update={"effect": Effect.OVERWRITE_FROM.value, "names": NAMES})
BODY = f'{{"source_instance_id":"{SOURCE}","source_snapshot_id":"{SNAPSHOT}"}}'.encode()


@pytest.fixture
def aura(aura: ScriptedAura) -> ScriptedAura:
    aura.answer = lambda request: data({}, 202)
    return aura


async def overwrite(
    aura: ScriptedAura,
    clock: MovingClock,
    *,
    target: str = CALL,
    body: bytes = BODY,
    permit: Any = LEAVE,
    effect: Effect = Effect.OVERWRITE_FROM,
) -> None:
    await a_guard(aura, clock).handle_async_request(
        httpx.Request(
            "POST",
            URL + target,
            content=body,
            headers=JSON,
            extensions={"effect": effect, "permit": permit},
        )
    )


async def test_it_leaves_with_the_permit_for_exactly_this(
    aura: ScriptedAura, clock: MovingClock
) -> None:
    await overwrite(aura, clock)
    assert [request.content for request in aura.requests] == [BODY]


@pytest.mark.parametrize("part", NAMES)
async def test_a_permit_for_anything_else_opens_nothing(
    aura: ScriptedAura, clock: MovingClock, part: str
) -> None:
    other = LEAVE.model_copy(update={"names": {**NAMES, part: "something-else"}})
    with pytest.raises(NotAllowed):
        await overwrite(aura, clock, permit=other)
    less = LEAVE.model_copy(update={"names": {k: v for k, v in NAMES.items() if k != part}})
    with pytest.raises(NotAllowed):
        await overwrite(aura, clock, permit=less)
    assert aura.requests == []


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"",
        BODY.replace(b"}", b',"x":1}'),
        BODY.replace(b":", b": "),
        BODY.replace(SOURCE.encode(), TARGET.encode()),
        f'{{"source_instance_id":"{SOURCE}"}}'.encode(),
        BODY + b"\n",
    ],
)
async def test_no_other_body_passes(aura: ScriptedAura, clock: MovingClock, body: bytes) -> None:
    with pytest.raises(NotAllowed):
        await overwrite(aura, clock, body=body)
    assert aura.requests == []


async def test_a_permit_of_one_kind_does_not_open_the_other(
    aura: ScriptedAura, clock: MovingClock
) -> None:
    with pytest.raises(NotAllowed):
        await overwrite(aura, clock, permit=PERMIT)
    with pytest.raises(NotAllowed):
        await restore(a_guard(aura, clock), permit=LEAVE)
    with pytest.raises(Blocked):
        await overwrite(aura, clock, effect=Effect.OVERWRITE_IN_PLACE)
    assert aura.requests == []


async def test_without_a_permit_nothing_leaves(aura: ScriptedAura, clock: MovingClock) -> None:
    with pytest.raises(NotAllowed):
        await overwrite(aura, clock, permit=None)
    assert aura.requests == []
