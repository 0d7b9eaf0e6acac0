"""The kinds that people ask for and approve, and the words of each."""

from collections.abc import Mapping

from bot.core.operations import Asked, Clone, Holding, Overwrite, Restore, Upload
from bot.views.asked import Words
from bot.views.clone_words import CLONE
from bot.views.holding_words import HOLDING
from bot.views.overwrite_words import OVERWRITE
from bot.views.restore_words import RESTORE
from bot.views.upload_words import UPLOAD
from bot.views.words import called

WORDS: Mapping[type[Asked], Words] = {
    Restore: RESTORE,
    Upload: UPLOAD,
    Overwrite: OVERWRITE,
    Clone: CLONE,
    Holding: HOLDING,
}


def words(op: Asked) -> Words:
    """Return the words of an operation's kind."""
    return WORDS[type(op)]


def of(op: Asked) -> str:
    """Name it with its instance: `restore of …`."""
    return words(op).of.format(called(op.plan.instance))


def ask(op: Asked) -> str:
    """Say what the requester asks for: `to restore …`."""
    return words(op).ask.format(called(op.plan.instance))
