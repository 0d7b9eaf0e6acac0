"""Every kind has its words and its messages; forget one and it is named."""

from enum import StrEnum

import pytest

from bot.core.operations import KINDS, Asked, Operation, Restore
from bot.views.kinds import WORDS
from bot.views.operations import FACES
from bot.views.telling import TELLERS, tell
from tests.views.samples import approval, restore

ASKED = [kind for kind in KINDS if issubclass(kind, Asked)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_messages(kind: type[Operation]) -> None:
    assert kind in FACES


@pytest.mark.parametrize("kind", ASKED)
def test_every_kind_that_is_asked_for_has_its_words(kind: type[Asked]) -> None:
    assert kind in WORDS
    assert kind in TELLERS


@pytest.mark.parametrize("phase", Restore.TABLE)
def test_every_phase_of_a_restore_is_told(phase: StrEnum) -> None:
    told = tell(restore(approval()).model_copy(update={"phase": phase}))
    assert told.happened
    assert told.data
    assert told.next
