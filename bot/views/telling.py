"""Where any request stands, in sentences, whatever its kind."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.core.operations import Asked, Clone, Holding, Overwrite, Restore, Upload
from bot.views import clone_words, gated_words, holding_words
from bot.views.asked import Told

TELLERS: Mapping[type[Asked], Callable[[Any], Told]] = {
    Restore: gated_words.tell,
    Overwrite: gated_words.tell,
    Upload: gated_words.tell,
    Clone: clone_words.tell,
    Holding: holding_words.tell,
}


def tell(op: Asked) -> Told:
    """Say where a request stands."""
    return TELLERS[type(op)](op)
