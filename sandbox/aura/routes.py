"""The table of calls: method and path to the function that answers."""

from collections.abc import Callable

from sandbox.aura import instance_calls as instances
from sandbox.aura import project_calls as projects
from sandbox.aura import snapshot_calls as snapshots
from sandbox.aura import v2_database_calls as v2_databases
from sandbox.aura import v2_instance_calls as v2
from sandbox.aura.answers import Answer, Asked
from sandbox.aura.world import World

Answering = Callable[[World, Asked], Answer]

_ONE = "/instances/{instance}"
_SNAPSHOT = "/instances/{instance}/snapshots/{snapshot}"
_KEYS = "/customer-managed-keys"

V1: tuple[tuple[str, str, Answering], ...] = (
    ("GET", "/instances", instances.list_instances),
    ("POST", "/instances", instances.create_instance),
    ("POST", "/instances/sizing", projects.size_instance),
    ("GET", _ONE, instances.get_instance),
    ("PATCH", _ONE, instances.change_instance),
    ("DELETE", _ONE, instances.delete_instance),
    ("POST", _ONE + "/pause", instances.pause_instance),
    ("POST", _ONE + "/resume", instances.resume_instance),
    ("POST", _ONE + "/overwrite", instances.overwrite_instance),
    ("POST", _ONE + "/upgrade", instances.upgrade_instance),
    ("GET", _ONE + "/snapshots", snapshots.list_snapshots),
    ("POST", _ONE + "/snapshots", snapshots.take_snapshot),
    ("GET", _SNAPSHOT, snapshots.get_snapshot),
    ("POST", _SNAPSHOT + "/restore", snapshots.restore_snapshot),
    ("GET", "/tenants", projects.list_projects),
    ("GET", "/tenants/{project}", projects.get_project),
    ("GET", "/tenants/{project}/metrics-integration", projects.metrics_integration),
    ("GET", _KEYS, projects.list_keys),
    ("POST", _KEYS, projects.create_key),
    ("GET", _KEYS + "/{key}", projects.get_key),
    ("DELETE", _KEYS + "/{key}", projects.delete_key),
)

_ORGANIZATION = "/organizations/{organization}"
_V2_INSTANCES = _ORGANIZATION + "/projects/{project}/instances"
_V2_ONE = _V2_INSTANCES + "/{instance}"
_DATABASE = _V2_ONE + "/databases/{database}"

V2: tuple[tuple[str, str, Answering], ...] = (
    ("GET", "/organizations", v2.list_organizations),
    ("GET", _ORGANIZATION, v2.get_organization),
    ("GET", _ORGANIZATION + "/projects", v2.list_projects),
    ("GET", _V2_INSTANCES, v2.list_instances),
    ("POST", _V2_INSTANCES, v2.create),
    ("GET", _V2_ONE, v2.get_instance),
    ("PATCH", _V2_ONE, v2.change),
    ("DELETE", _V2_ONE, v2.delete),
    ("GET", _V2_ONE + "/databases", v2_databases.list_databases),
    ("POST", _V2_ONE + "/databases", v2_databases.create_database),
    ("GET", _DATABASE, v2_databases.get_database),
    ("DELETE", _DATABASE, v2_databases.delete_database),
    ("GET", _DATABASE + "/backups", v2_databases.list_backups),
    ("POST", _DATABASE + "/backups", v2_databases.take_backup),
    ("GET", _DATABASE + "/backups/{backup}", v2_databases.get_backup),
    ("POST", _DATABASE + "/restore", v2_databases.restore_database),
)
