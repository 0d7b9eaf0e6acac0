"""What a database user may do besides reading, by Neo4j's own words for privileges.

https://neo4j.com/docs/operations-manual/5/authentication-authorization/manage-privileges/
"""

from collections.abc import Iterable

#: What one's own privileges are; Community knows none, and there every user may do everything.
PRIVILEGES = "SHOW USER PRIVILEGES YIELD access, action RETURN access, action"

#: Those of the built-in roles PUBLIC and reader, and finer ones that only let read.
_READING = frozenset(
    {
        "access",
        "match",
        "read",
        "traverse",
        "show_constraint",
        "show_index",
        "show_setting",
        "execute",
        "load",
    }
)


def excess(privileges: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return what is granted beyond reading; a word that is not known counts as more."""
    granted = {action.lower() for access, action in privileges if access.upper() == "GRANTED"}
    return tuple(sorted(granted - _READING))
