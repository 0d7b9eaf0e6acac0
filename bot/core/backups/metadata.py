"""What `neo4j-admin database backup` writes at the front of a backup.

There are two forms; the second one is a byte 2, the first one, and pairs of words. Read in Neo4j's
public source (https://github.com/neo4j/neo4j, package `org.neo4j.dbms.archive.backup`).
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.backups.inspection import StoreFormat
from bot.core.backups.reading import Reader, damaged

_STORE_ID = 1
_SECOND_FORM = 2
_UUID_LENGTH = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = int((datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds())
_RECOVERED, _COMPRESSED, _FULL = 1, 2, 4
#: Neo4j itself allows 1 MiB of users and roles; nothing else known is long.
_LONGEST = 2 * 1024 * 1024
_MOST_PAIRS = 64
_SCRIPTS = frozenset({"metadataScript", "compressedMetadataScript"})


def first_form(reader: Reader) -> dict[str, Any]:
    """Read the first form into fields of an Inspection; raises NotABackup or NeedMore."""
    _expect(reader.byte(), _STORE_ID, "the store id")
    reader.skip(16)  # when the store was made, and a random number
    engine = reader.word(reader.byte(), "the store engine")
    name = reader.word(reader.byte(), "the store format")
    store = StoreFormat(engine=engine, name=name, major=reader.byte(), minor=reader.byte())
    _expect(reader.byte(), _UUID_LENGTH, "the database id")
    database_id = reader.take(_UUID_LENGTH).hex()
    database = reader.word(reader.byte(), "the name of the database")
    if not database:
        raise damaged("the name of the database is missing")
    taken = reader.int64()
    if not 0 <= taken < _LATEST:
        raise damaged("the time of the backup is impossible")
    lowest, highest = reader.int64(), reader.int64()
    length = reader.byte()
    if not length:
        raise damaged("the flags are missing")
    flags = reader.take(length)[0]
    return {
        "store": store,
        "database_id": _uuid(database_id),
        "database": database,
        "taken_at": _EPOCH + timedelta(seconds=taken),
        "lowest_transaction": lowest,
        "highest_transaction": highest,
        "recovered": bool(flags & _RECOVERED),
        "compressed": bool(flags & _COMPRESSED),
        "full": bool(flags & _FULL),
    }


def second_form(reader: Reader) -> dict[str, Any]:
    """Read the second form, its leading byte included; raises as `first_form`."""
    _expect(reader.byte(), _SECOND_FORM, "the form of the header")
    fields = first_form(reader)
    pairs = reader.int32()
    if not 0 <= pairs <= _MOST_PAIRS:
        raise damaged("the number of its additions is impossible")
    for _ in range(pairs):
        key = reader.word(_length(reader), "the name of an addition")
        # users and roles come with the hashes of passwords: passed over, never kept
        reader.skip(_length(reader))
        fields["with_users"] = fields.get("with_users", False) or key in _SCRIPTS
    return fields


def _uuid(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _length(reader: Reader) -> int:
    length = reader.int32()
    if not 0 <= length <= _LONGEST:
        raise damaged("the length of an addition is impossible")
    return length


def _expect(found: int, wanted: int, what: str) -> None:
    if found != wanted:
        raise damaged(f"{what} has the unknown form {found}")
