"""Words: what a person typed in Slack, cut into words and options.

Rules
  * In Slack's raw text ``<`` always opens markup and a typed one arrives as ``&lt;``: links lose
    their wrapping before the cut, entities are read after it
    (https://docs.slack.dev/messaging/formatting-message-text#escaping).
  * A quotation mark opens only at the start of a word and closes only at an end of one, so that
    an apostrophe needs no care; the curly ones that phones type count, and so do backticks,
    because our own messages show names in code style.
  * Every dash that phones make of ``--`` begins an option; inside quotation marks none does.
"""

import re
import unicodedata
from dataclasses import dataclass

from bot.core.base import UserId
from bot.core.errors import BadCommand

MOST = 4000  # far more than any command needs, and about what Slack's own input takes

_DASH = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_QUOTES = ('"“”„‟«»', "'‘’‚‛‹›", "`")  # noqa: RUF001 -- each mark closes any of its kind
_PASTED = "\u200b\u2060\ufeff\u00ad"  # invisible, harmless, and often copied along
_JOINERS = "\u200c\u200d"  # parts of emoji and of some scripts

_LINK = re.compile(r"<((?:https?|ftp|mailto|tel):[^<>|]*)(?:\|([^<>]*))?>")
_OPTION = re.compile(rf"[{_DASH}]{{1,3}}([A-Za-z][A-Za-z-]*)(?:=|(?= |$))")
_BARE = re.compile(r"(?:<[^<>]*>|[^ ])+")
_CLOSE = {mark: re.compile(rf"[{kind}](?= |$)") for kind in _QUOTES for mark in kind}


@dataclass(frozen=True)
class Word:
    """One word as meant; of an option, the name without its dashes, in lower case."""

    text: str
    option: bool = False


def split(text: str) -> tuple[Word, ...]:
    """Cut a command's text, at most 4,000 characters, into words.

    Raises BadCommand for a longer text, for characters one cannot see, and for a quotation mark
    that is never closed.
    """
    if len(text) > MOST:
        raise BadCommand(
            f"the command is longer than {MOST:,} characters",
            hint="`/aura help` shows how short a command can be.",
        )
    line = _LINK.sub(lambda link: link[2] or link[1], _visible(text))
    found, at = [], 0
    while at < len(line):
        if line[at] == " ":
            at += 1
        elif option := _OPTION.match(line, at):
            found.append(Word(option[1].lower(), option=True))
            at = option.end()
        elif closes := _CLOSE.get(line[at]):
            end = closes.search(line, at + 1)
            if end is None:
                raise BadCommand(
                    "a quotation mark is opened and never closed",
                    hint='Close it, as in `--note "before the release"`, or leave it out.',
                )
            found.append(Word(_unescape(line[at + 1 : end.start()])))
            at = end.end()
        else:
            # Never empty: the character at hand is no blank.
            bare = _BARE.match(line, at)
            assert bare is not None  # noqa: S101
            found.append(Word(_unescape(bare[0])))
            at = bare.end()
    return tuple(found)


def mention(text: str, bot_user_id: UserId) -> str:
    """Return the command in a message that mentions the bot: what follows the mention.

    When nothing follows it, what stands before it; other people's mentions stay.
    """
    before, *after = re.split(rf"<@{re.escape(bot_user_id)}(?:\|[^<>]*)?>", text)
    return " ".join(after).strip(" \n\t:,") or before.strip()


def _visible(text: str) -> str:
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if character in "\n\r\t" or category in ("Zs", "Zl", "Zp"):
            kept.append(" ")
        elif category in ("Cc", "Cf", "Cs") and character not in _PASTED + _JOINERS:
            raise BadCommand(
                "the command holds characters that one cannot see",
                hint="Type it by hand instead of pasting it.",
            )
        elif character not in _PASTED:
            kept.append(character)
    return "".join(kept)


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
