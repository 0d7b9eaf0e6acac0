"""What an archive carries for the person who reads it back: `README.txt` and `import.args`."""

from collections.abc import Iterable

from bot.core.archive.cells import DELIMITER
from bot.core.archive.manifest import NOT_INCLUDED, About

#: What `--read-buffer-size` is without being told, in bytes; the longest field must fit.
BUFFER = 4 * 2**20


def readme(about: About) -> str:
    """Return `README.txt`."""
    snapshot = (
        f"snapshot {about.snapshot_id} of {about.snapshot_taken_at:%Y-%m-%d %H:%M:%S} UTC"
        if about.snapshot_id and about.snapshot_taken_at
        else "its present state"
    )
    absent = "\n".join(f"  - {what}" for what in NOT_INCLUDED)
    return f"""\
Archive of the graph "{about.database}" of {about.instance_name} ({about.instance_id}), {snapshot}.
Made by {about.tool} at {about.made_at:%Y-%m-%d %H:%M:%S} UTC.

To read it back, with Neo4j 5.26 or newer, into a database that does not exist yet:

  1. Unpack this file and change into the folder: tar -xf FILE && cd FOLDER
  2. With the server stopped: neo4j-admin database import full neo4j @import.args
  3. Start the server. Only if there is a folder "restore", what the import tool cannot hold:
       cat restore/*.cypher | cypher-shell
  4. Constraints and indexes: cypher-shell < schema.cypher
  5. Compare the counts in manifest.json with the database.

The last member is manifest.json. Where it is missing, the archive was cut short.

Not part of an archive:
{absent}
"""


def arguments(
    nodes: Iterable[str], relationships: Iterable[str], *, longest: int, multiline: bool
) -> str:
    """Return `import.args`; ``longest`` is the longest row in characters.

    https://neo4j.com/docs/operations-manual/5/import/#import-tool-full-options
    """
    lines = [
        "--id-type=integer",
        f"--array-delimiter=U+{ord(DELIMITER):04X}",
        "--ignore-empty-strings=false",
        "--trim-strings=false",
        "--legacy-style-quoting=false",
        "--strict=true",
        "--bad-tolerance=0",
    ]
    if multiline:
        lines.append("--multiline-fields=true")
    if 4 * longest > BUFFER:  # a character may take four bytes
        lines.append(f"--read-buffer-size={8 * longest}")
    lines += [f"--nodes={files}" for files in nodes]
    lines += [f"--relationships={files}" for files in relationships]
    return "\n".join(lines) + "\n"
