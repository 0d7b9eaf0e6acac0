"""Aura away in the middle, and an answer that is lost on its way to a living bot."""

import pytest

from tests.adapters.waiting import until_async
from tests.crash.conftest import Stages
from tests.crash.doubles import Doubles
from tests.crash.witness import instance

pytestmark = pytest.mark.crash


async def test_aura_that_is_down_for_a_while_is_waited_for(
    patient: Doubles, fresh_stage: Stages
) -> None:
    async with fresh_stage(patient) as here:
        await here.bot()
        async with here.witness() as witness:
            far = await witness.ask_and_approve(instance(0))
            await witness.lets_complete(far)
            await witness.until(far, "restoring")
            near = await witness.ask_and_approve(instance(1))
            await witness.until(near, "snapshotting")
            await patient.fault("unavailable", on=True)

            async def noticed() -> bool:
                return await patient.answers(500, 502, 503, 504) >= 12

            await until_async(noticed, within=30)
            await patient.fault("unavailable", on=False)
            await patient.finish(instance(0))
            await witness.lets_complete(near)
            await witness.until(near, "restoring")
            await patient.finish(instance(1))
            assert set(await witness.all_end_well(far, near)) == {"done"}


async def test_an_answer_that_is_lost_is_looked_for_and_not_asked_for_again(
    patient: Doubles, fresh_stage: Stages
) -> None:
    async with fresh_stage(patient) as here:
        await here.bot()
        async with here.witness() as witness:
            op = await witness.ask_and_approve(instance(0))
            await witness.until(op, "snapshotting")
            await patient.fault("drop_answer", count=1)  # the next POST is the restore
            await witness.lets_complete(op)
            seen = await witness.until(op, "restoring")
            assert [r.event.kind for r in seen.history][-2:] == ["interrupted", "restore_started"]
            await patient.finish(instance(0))
            assert set(await witness.all_end_well(op)) == {"done"}
