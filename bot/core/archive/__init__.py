"""Archives: a graph as one file that `neo4j-admin database import full` reads back.

What lies in the file is told in docs/archive-format.md.
"""

from bot.core.archive.counts import Counts
from bot.core.archive.manifest import About, ArchiveManifest
from bot.core.archive.members import Member
from bot.core.archive.paging import Paging
from bot.core.archive.writer import ArchiveWriter

__all__ = ["About", "ArchiveManifest", "ArchiveWriter", "Counts", "Member", "Paging"]
