"""The calls of v2beta1 on databases, their backups, and restoring one of them from its backup.

Only instances made for several databases have them
(https://neo4j.com/docs/aura/managing-instances/multiple-databases/); for others every call is
refused for good, as was seen on the live service. So was that the list of backups hides those that
are not finished. Of the body of a restore, the published specification has said both `id` and
`backup_id`: both are taken.
"""

import re

from sandbox.aura.answers import Answer, Asked, RefusedError, found, invalid, no_snapshot, refused
from sandbox.aura.databases import DEFAULT, Database
from sandbox.aura.instances import Instance
from sandbox.aura.offers import gigabytes
from sandbox.aura.snapshots import Snapshot, SnapshotLog
from sandbox.aura.times import stamp
from sandbox.aura.v2_instance_calls import asked_instance
from sandbox.aura.world import World

_NAME = re.compile(r"[a-z][a-z0-9-]{1,61}[a-z0-9]")
_PER_GIGABYTE = 5
_AT_MOST = 100


def list_databases(world: World, asked: Asked) -> Answer:
    """The databases of an instance."""
    instance = _asked_instance(world, asked)
    return found([_shown(d) for d in instance.databases.by_name.values()])


def create_database(world: World, asked: Asked) -> Answer:
    """Add a database, empty or from a backup of another one of the same instance."""
    instance = _asked_instance(world, asked)
    name = asked.text("name")
    if name is None or not _NAME.fullmatch(name):
        message = "3 to 63 lower-case letters, digits and dashes, from letter to letter or digit"
        raise invalid("name", message, status=422)
    source, backup_id = asked.text("source_database_id"), asked.text("backup_id")
    if (source is None) != (backup_id is None):
        missing = "source_database_id" if source is None else "backup_id"
        raise invalid(missing, "give both to clone, or none", status=422)
    _expect_idle(instance, "add a database to", asked)
    if name in instance.databases.by_name:
        raise refused(409, "database-already-exists", f"There is a database {name}")
    limit = min(_AT_MOST, _PER_GIGABYTE * gigabytes(instance.memory))
    if len(instance.databases.by_name) >= limit:
        message = f"The limit of {limit} databases is reached"
        raise refused(422, "database-limit-reached", message)
    backup = None
    if source is not None and backup_id is not None:
        there = instance.databases.find(source)
        backup = _log(there).get(backup_id, asked.now) if there is not None else None
        if there is None or backup is None or not backup.exportable(asked.now):
            raise invalid("backup_id", "no such backup to clone from", status=422)
        backup_of = there.name
    made = instance.databases.add(name, asked.now)

    def fill() -> None:
        if backup is not None:
            made.graph = backup.content[backup_of]

    made.begin(asked.now, "creating", world.pace.span(world.pace.durations.load), fill)
    return found(_shown(made), status=201)


def get_database(world: World, asked: Asked) -> Answer:
    """One database."""
    return found(_shown(_asked_database(world, asked)[1]))


def delete_database(world: World, asked: Asked) -> Answer:
    """Take a database away; the default one stays."""
    instance, database = _asked_database(world, asked)
    if database.name == DEFAULT:
        message = "The default database cannot be deleted"
        raise refused(409, "database-action-unavailable", message)
    _expect_idle(instance, "delete a database of", asked)
    _expect_free(database, asked)

    def gone() -> None:
        instance.databases.by_name.pop(database.name, None)

    database.begin(asked.now, "deleting", world.pace.span(world.pace.durations.destroy), gone)
    return found(_shown(database), status=202)


def list_backups(world: World, asked: Asked) -> Answer:
    """The finished backups of a database, newest first."""
    _, database = _asked_database(world, asked)
    done = [s for s in _log(database).all(asked.now) if not s.runs(asked.now)]
    return found([_backup(s, asked) for s in sorted(done, key=lambda s: s.at, reverse=True)])


def take_backup(world: World, asked: Asked) -> Answer:
    """Begin a backup of one database."""
    instance, database = _asked_database(world, asked)
    if instance.status != "running" or instance.in_transition() or database.operation(asked.now):
        raise _no_backup_now(instance, database, asked)
    taken = _log(database).take(
        asked.now,
        taking=world.pace.span(world.pace.durations.snapshot),
        fails=world.faults.snapshot_fails.take(),
    )
    return found({"id": taken.id}, status=202)


def get_backup(world: World, asked: Asked) -> Answer:
    """One backup, finished or not."""
    _, database = _asked_database(world, asked)
    return found(_backup(_asked_backup(database, asked.path["backup"], asked), asked))


def restore_database(world: World, asked: Asked) -> Answer:
    """Replace one database by one of its backups; the others go on.

    A restore shows only in this answer. One that fails leaves the data as they were, which is the
    double's choice.
    """
    instance, database = _asked_database(world, asked)
    backup_id = asked.text("backup_id") or asked.text("id")
    if not backup_id:
        raise invalid("backup_id", "backup_id is required")
    backup = _asked_backup(database, backup_id, asked)
    _expect_idle(instance, "restore a database of", asked)
    _expect_free(database, asked)
    if backup.status(asked.now) != "Completed":
        message = f"Backup {backup.id} is {backup.status(asked.now)}"
        raise refused(409, "database-action-unavailable", message)
    fails = world.faults.restore_fails.take()

    def bring() -> None:
        if not fails:
            instance.databases.bring(backup.content, asked.now)

    graph = database.graph()
    taking = world.pace.span(world.pace.durations.restore)
    database.begin(asked.now, "restoring", taking, bring)
    world.replaced(
        asked,
        "restore",
        instance.id,
        source_id=instance.id,
        snapshot_id=backup.id,
        database_id=database.id,
    )
    shown = {
        "aura_database_id": database.id,
        "instance_id": instance.id,
        "name": database.name,
        "status": "restoring",
        "nodes": len(graph.nodes),
        "relationships": len(graph.relationships),
        "available_actions": [],
        "capabilities": [],
    }
    return found(shown, status=202)


def _asked_instance(world: World, asked: Asked) -> Instance:
    instance = asked_instance(world, asked)
    if not instance.multi_database:
        message = "This action is only available for instances with multiple databases"
        raise refused(409, "multi-db-only", message)
    instance.snapshots(asked.now)
    return instance


def _asked_database(world: World, asked: Asked) -> tuple[Instance, Database]:
    instance = _asked_instance(world, asked)
    database = instance.databases.find(asked.path["database"])
    if database is None:
        raise refused(404, "aura-database-not-found", "Database not found")
    return instance, database


def _asked_backup(database: Database, backup_id: str, asked: Asked) -> Snapshot:
    backup = _log(database).get(backup_id, asked.now)
    if backup is None:
        raise no_snapshot(backup_id)
    return backup


def _log(database: Database) -> SnapshotLog:
    if database.log is None:
        raise refused(409, "multi-db-only", "This database has no backups of its own")
    return database.log


def _expect_idle(instance: Instance, action: str, asked: Asked) -> None:
    if instance.status != "running" or instance.in_transition():
        message = f"Cannot {action} an instance which is {instance.status}"
        raise refused(409, "instance-action-unavailable", message)
    if instance.log.running(asked.now) is not None:
        message = "The database is currently undergoing an operation: snapshotting"
        raise refused(409, "ongoing-database-operation", message)


def _expect_free(database: Database, asked: Asked) -> None:
    doing = database.operation(asked.now)
    if doing is not None:
        message = f"The database is currently undergoing an operation: {doing}"
        raise refused(409, "ongoing-database-operation", message)


def _no_backup_now(instance: Instance, database: Database, asked: Asked) -> RefusedError:
    state = database.operation(asked.now) or instance.status
    message = f"Cannot take a backup while {state}"
    return refused(409, "cannot-take-backup-in-current-state", message)


def _shown(database: Database) -> dict[str, object]:
    return {"id": database.id, "name": database.name}


def _backup(backup: Snapshot, asked: Asked) -> dict[str, object]:
    return {
        "id": backup.id,
        "timestamp": stamp(backup.at),
        "status": backup.status(asked.now),
        "exportable": backup.exportable(asked.now),
    }
