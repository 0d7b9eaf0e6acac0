"""Backup files to try uploads with, and the passwords of the databases that take them."""

from datetime import datetime, timedelta
from pathlib import Path

from sandbox.aura import fleet as aura
from sandbox.aura.archives import backup_file, dump_file
from sandbox.aura.graphs import shop

#: The instances into which the sandbox's bot may load files, and the variable of each password.
LOGINS = {
    instance: f"SAVEPOINT_PASSWORD_{instance.upper()}"
    for instance in (
        aura.ORDERS_PROD,
        aura.CATALOG_PROD,
        aura.ORDERS_STAGING,
        aura.SANDBOX_FREE,
        aura.SANDBOX_PAID,
    )
}


def passwords() -> dict[str, str]:
    """Return the variables with the passwords of the sandbox's databases."""
    return {name: aura.database_password(i, "neo4j") for i, name in LOGINS.items()}


def sample_files(folder: Path, now: datetime) -> None:
    """Write two good files into a folder, and two that must be refused."""
    folder.mkdir(exist_ok=True)
    graph, taken_at = shop("sample", nodes=240, relationships=640), now - timedelta(days=2)
    good = backup_file(graph, database="neo4j", taken_at=taken_at)
    hourly = backup_file(graph, database="neo4j", taken_at=taken_at, full=False)
    (folder / "sample.backup").write_bytes(good)
    (folder / "sample.dump").write_bytes(dump_file(graph))
    (folder / "differential.backup").write_bytes(hourly)
    (folder / "truncated.backup").write_bytes(good[: len(good) // 2])


def table(folder: Path) -> str:
    """Return the `[upload]` table of a `savepoint.toml`."""
    logins = [
        f'[upload.logins.{instance}]\npassword_env = "{name}"\n'
        for instance, name in LOGINS.items()
    ]
    return "\n".join([f'[upload]\nfolder = "{folder.as_posix()}"\n', *logins])
