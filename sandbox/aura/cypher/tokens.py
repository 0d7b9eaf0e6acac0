"""Cuts a statement into words, numbers, strings and signs."""

import re
from dataclasses import dataclass

from sandbox.aura.cypher.syntax import BeyondError

_TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<number>\d+\.\d+(?:[eE][+-]?\d+)?|\d+(?![\w.]*\.\d))
      | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<quoted>`(?:[^`]|``)+`)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<sign><>|<=|>=|\.\.|[-+*/%=<>(){}\[\],.:|$;])""",
    re.VERBOSE | re.DOTALL,
)
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True)
class Token:
    """`kind` is word, name (quoted by back ticks), number, string, sign or end."""

    kind: str
    text: str
    at: int


def _letter(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))


def tokens(statement: str) -> list[Token]:
    """Cut; the last token is of kind `end`. BeyondError for a character that fits nowhere."""
    found = []
    at = 0
    while at < len(statement):
        match = _TOKEN.match(statement, at)
        if match is None:
            raise BeyondError(f"it stopped at {statement[at : at + 20]!r} (character {at + 1})")
        kind, text = str(match.lastgroup), match.group()
        if kind == "string":
            text = re.sub(
                r"\\(.)",
                lambda m: _ESCAPES.get(m.group(1), m.group(1)),
                text[1:-1],
                flags=re.DOTALL,
            )
        if kind == "quoted":
            kind, text = "name", _UNICODE.sub(_letter, text[1:-1]).replace("``", "`")
        if kind != "blank":
            found.append(Token(kind, text, at))
        at = match.end()
    found.append(Token("end", "", at))
    return found
