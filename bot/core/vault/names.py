"""Names in the vault: `<environment>/<instance>-<id>/<UTC date-time>-<snapshot>.<ext>`.

The date-time is when the export was put there, so that a second attempt has a name of its own.
Beside the data stand small JSON files under the same name and one more ending. Whatever people
or Aura chose as a name is escaped: a byte outside letters, digits, `_`, `-` and inner `.` becomes
`~` and its two hex digits, which means nothing to any store, shell or address.
"""

import re
from datetime import UTC, datetime
from hashlib import sha256

from bot.core.base import Frozen, InstanceId

MANIFEST = ".manifest.json"
CLAIM = ".claim.json"
HOLD = ".hold.json"
CHECK = ".check.json"
BESIDE = (MANIFEST, CLAIM, HOLD, CHECK)

#: The folder of signed records: no environment is ever written like this, since what follows the
#: tilde of an escaped name are two hex digits.
RECORDS = "~evidence/"

#: What stands in place of a snapshot's id when a file came from elsewhere.
NO_SNAPSHOT = "file"
#: Bytes of an escaped part; the instance's id follows, so that cutting makes nothing ambiguous.
_LONGEST = 60
_TIME = "%Y%m%dT%H%M%SZ"
_EXTENSION = re.compile(r"[a-z0-9]{1,16}(\.[a-z0-9]{1,16}){0,3}")
_NAME = re.compile(
    r"(?P<environment>[\w~.-]+)/(?P<folder>(?P<label>[\w~.-]*)-(?P<id>[\w~]+))"
    r"/(?P<at>[0-9]{8}T[0-9]{6}Z)-(?P<snapshot>[\w~-]+)\.(?P<extension>[a-z0-9.]+)",
    re.ASCII,
)


class Parts(Frozen):
    """What a name says, still escaped; ``at`` is when the export was put there."""

    environment: str
    label: str
    instance_id: str
    at: datetime
    snapshot: str
    extension: str


def escape(text: str, *, also: str = "") -> str:
    """Return a text as one part of a name, at most 60 characters; never empty.

    ``also`` lists further characters to be escaped.
    """
    out = ""
    for index, char in enumerate(text):
        plain = char.isascii() and (char.isalnum() or char in "_-" or (char == "." and index > 0))
        if not plain or char in also:
            char = "".join(f"~{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))
        if len(out) + len(char) > _LONGEST:
            break
        out += char
    return out.rstrip(".") or "~"


def folder(environment: str, instance_name: str, instance_id: InstanceId) -> str:
    """Return the folder of an instance's exports, without a slash at the end."""
    label = f"{escape(instance_name)}-{escape(instance_id, also='-.')}"
    return f"{escape(environment)}/{label}"


def name(inside: str, *, at: datetime, snapshot: str | None, extension: str) -> str:
    """Return the name of an export in a folder; raises ValueError for an odd extension."""
    if not _EXTENSION.fullmatch(extension):
        raise ValueError(f"not an extension: {extension!r}")
    moment = at.astimezone(UTC).strftime(_TIME)
    return f"{inside}/{moment}-{escape(snapshot or NO_SNAPSHOT, also='.')}.{extension}"


def parse(text: str) -> Parts | None:
    """Return what a name says, or None when it is none of ours."""
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    try:
        at = datetime.strptime(found["at"], _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Parts(
        environment=found["environment"],
        label=found["label"],
        instance_id=found["id"],
        at=at,
        snapshot=found["snapshot"],
        extension=found["extension"],
    )


def base(path: str) -> tuple[str, str]:
    """Split a path into the export's name and which file beside it this is ("" for the data)."""
    for ending in BESIDE:
        if path.endswith(ending):
            return path.removesuffix(ending), ending
    return path, ""


def export_id(of: str) -> str:
    """Return the short id of an export, such as `exp-3f9a1c2b04`: it follows from the name."""
    return f"exp-{sha256(of.encode()).hexdigest()[:10]}"
