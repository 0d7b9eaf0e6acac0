"""The grammar: everything people can type after `/aura`, one frozen model per command.

Rules
  * `bot.core.grammar` says how a model's docstring and fields become help line and syntax.
  * `parse` raises nothing but `BadCommand`, whatever is typed.
  * What needs the present time, such as `today`, is resolved later by a pure function.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from itertools import takewhile

from bot.core.commands.clone import CloneStart
from bot.core.commands.drill import DrillStart
from bot.core.commands.export import ExportStart
from bot.core.commands.fields import LATEST
from bot.core.commands.help import Help
from bot.core.commands.instance import InstanceList, InstanceShow
from bot.core.commands.job import JobCancel, JobList, JobShow
from bot.core.commands.overwrite import OverwriteStart
from bot.core.commands.report import ReportShow
from bot.core.commands.restore import RestoreStart
from bot.core.commands.schedule import (
    ScheduleAdd,
    ScheduleDeployed,
    ScheduleList,
    SchedulePause,
    ScheduleRemove,
    ScheduleResume,
    ScheduleRun,
)
from bot.core.commands.snapshot import SnapshotList, SnapshotShow, SnapshotTake, resolve_days
from bot.core.commands.upload import UploadStart
from bot.core.commands.vault import (
    VaultExpire,
    VaultHold,
    VaultList,
    VaultRelease,
    VaultShow,
    VaultVerify,
)
from bot.core.errors import BadCommand
from bot.core.grammar import SLASH, read
from bot.core.words import Word, mention, split

Command = (
    Help
    | InstanceList
    | InstanceShow
    | SnapshotList
    | SnapshotTake
    | SnapshotShow
    | RestoreStart
    | CloneStart
    | UploadStart
    | ExportStart
    | DrillStart
    | OverwriteStart
    | VaultList
    | VaultShow
    | VaultVerify
    | VaultHold
    | VaultRelease
    | VaultExpire
    | ScheduleList
    | ScheduleAdd
    | SchedulePause
    | ScheduleResume
    | ScheduleRemove
    | ScheduleRun
    | ScheduleDeployed
    | ReportShow
    | JobList
    | JobShow
    | JobCancel
)
#: In the order in which help and docs show them.
COMMANDS: tuple[type[Command], ...] = (
    Help,
    InstanceList,
    InstanceShow,
    SnapshotList,
    SnapshotTake,
    SnapshotShow,
    RestoreStart,
    CloneStart,
    UploadStart,
    ExportStart,
    DrillStart,
    OverwriteStart,
    VaultList,
    VaultShow,
    VaultVerify,
    VaultHold,
    VaultRelease,
    VaultExpire,
    ScheduleList,
    ScheduleAdd,
    SchedulePause,
    ScheduleResume,
    ScheduleRemove,
    ScheduleRun,
    ScheduleDeployed,
    ReportShow,
    JobList,
    JobShow,
    JobCancel,
)

_TABLE: Mapping[tuple[str, ...], type[Command]] = {
    words: model for model in COMMANDS for words in (model.words, *model.aliases)
}
_ALL = f"`{SLASH} help` lists all commands."


def parse(text: str) -> Command:
    """Read what was typed after `/aura`, or after a mention of the bot.

    Raises nothing but BadCommand; its hint names the nearest command and the usage line.
    """
    words = split(text)
    if words[:1] == (Word(SLASH),):  # copied from a message of ours, or typed after a mention
        words = words[1:]
    heads = tuple(word.text.lower() for word in takewhile(lambda w: not w.option, words[:2]))
    if not words or Word("help", option=True) in words:
        return Help(topic=heads)
    if heads not in _TABLE and heads[::-1] in _TABLE:  # `list snapshot`
        raise _unknown(heads)
    for count in range(len(heads), 0, -1):
        if model := _TABLE.get(heads[:count]):
            return read(model, words[count:])
    raise _unknown(heads)


def near(heads: tuple[str, ...]) -> type[Command] | None:
    """Return the command whose words are most like these, or None when none is."""
    if heads[::-1] in _TABLE:
        return _TABLE[heads[::-1]]
    verbs = {words[-1]: model for words, model in _TABLE.items() if words[:-1] == heads[:1]}
    if verbs:
        found = get_close_matches("".join(heads[1:])[:80], verbs, n=1)
        return verbs[found[0]] if found else None
    phrases = {" ".join(words): model for words, model in _TABLE.items()}
    for typed in (" ".join(heads), "".join(heads[:1])):
        if found := get_close_matches(typed[:80], phrases, n=1):
            return phrases[found[0]]
    return None


def _unknown(heads: tuple[str, ...]) -> BadCommand:
    if not heads:
        return BadCommand("a command begins with a word, not with an option", hint=_ALL)
    typed = " ".join(heads)[:80]
    meant = near(heads)
    if meant is not None:
        return BadCommand(
            f"there is no command “{typed}”",
            hint=f"Did you mean `{' '.join(meant.words)}`? Usage: `{meant.usage()}`",
        )
    verbs = ", ".join(model.words[-1] for model in COMMANDS if model.words[:-1] == heads[:1])
    if verbs:
        return BadCommand(
            f"“{heads[0]}” wants one of: {verbs}", hint=f"`{SLASH} help {heads[0]}` shows how."
        )
    return BadCommand(f"there is no command “{typed}”", hint=_ALL)


__all__ = [
    "COMMANDS",
    "LATEST",
    "SLASH",
    "CloneStart",
    "Command",
    "DrillStart",
    "ExportStart",
    "Help",
    "InstanceList",
    "InstanceShow",
    "JobCancel",
    "JobList",
    "JobShow",
    "OverwriteStart",
    "ReportShow",
    "RestoreStart",
    "ScheduleAdd",
    "ScheduleDeployed",
    "ScheduleList",
    "SchedulePause",
    "ScheduleRemove",
    "ScheduleResume",
    "ScheduleRun",
    "SnapshotList",
    "SnapshotShow",
    "SnapshotTake",
    "UploadStart",
    "VaultExpire",
    "VaultHold",
    "VaultList",
    "VaultRelease",
    "VaultShow",
    "VaultVerify",
    "mention",
    "near",
    "parse",
    "resolve_days",
]
