"""The calls around instances: projects, their metrics, sizing, and customer-managed keys."""

import uuid

from sandbox.aura.answers import Answer, Asked, RefusedError, found, invalid, refused
from sandbox.aura.creation import instance_name
from sandbox.aura.offers import CLOUDS, MEMORY_BY_TIER, recommended
from sandbox.aura.world import Key, World

_KEY_TIERS = ("enterprise-db", "enterprise-ds")


def list_projects(world: World, asked: Asked) -> Answer:
    """All projects the credentials may see."""
    shown = [p for p in world.projects.values() if p.id in asked.projects]
    return found([{"id": p.id, "name": p.name} for p in shown])


def get_project(world: World, asked: Asked) -> Answer:
    """One project with everything it may create."""
    project = world.project(asked, asked.path["project"])
    prices = [line.render() for line in world.prices(project)]
    return found({"id": project.id, "name": project.name, "instance_configurations": prices})


def metrics_integration(world: World, asked: Asked) -> Answer:
    """Where a project's metrics can be scraped."""
    project = world.project(asked, asked.path["project"])
    if not project.metrics:
        message = "Metrics integration is not available for this project"
        raise refused(400, "tenant-incapable-of-action", message)
    return found({"endpoint": f"https://customer-metrics-api.neo4j.io/api/v1/{project.id}/metrics"})


def size_instance(_world: World, asked: Asked) -> Answer:
    """Estimate the memory for a graph."""
    counts = {}
    for key in ("node_count", "relationship_count"):
        value = asked.body.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise invalid(key, f"{key} must be a whole number")
        counts[key] = value
    tier = asked.text("instance_type")
    if "instance_type" in asked.body and tier not in MEMORY_BY_TIER:
        raise invalid("instance_type", f"{tier} is no type of instance")
    categories = asked.body.get("algorithm_categories", [])
    if not isinstance(categories, list) or not all(isinstance(c, str) for c in categories):
        raise invalid("algorithm_categories", "algorithm_categories must be a list of strings")
    least, fitting, exceeded = recommended(
        nodes=counts["node_count"], relationships=counts["relationship_count"]
    )
    return found(
        {
            "did_exceed_maximum": exceeded,
            "min_required_memory": least,
            "recommended_size": fitting,
        }
    )


def list_keys(world: World, asked: Asked) -> Answer:
    """All customer-managed keys in summary; `tenantId` narrows to one project."""
    wanted = asked.query.get("tenantId")
    shown = [
        {"id": key.id, "name": key.name, "tenant_id": key.project_id}
        for key in world.keys.values()
        if wanted in (None, key.project_id) and key.project_id in asked.projects
    ]
    return found(shown)


def create_key(world: World, asked: Asked) -> Answer:
    """Register a key; it is `pending` for a while."""
    wanted = {}
    for field in ("key_id", "region", "instance_type", "tenant_id", "cloud_provider"):
        value = asked.text(field)
        if not value:
            raise invalid(field, f"{field} is required")
        wanted[field] = value
    if wanted["instance_type"] not in _KEY_TIERS:
        raise invalid("instance_type", "instance_type must be enterprise-db or enterprise-ds")
    if wanted["cloud_provider"] not in CLOUDS:
        raise invalid("cloud_provider", f"cloud_provider must be one of {', '.join(CLOUDS)}")
    if wanted["tenant_id"] not in world.projects:
        message = "The tenant you specified could not be found"
        raise refused(400, "tenant-not-found", message, field="tenant_id")
    world.allow(asked, wanted["tenant_id"])
    key = Key(
        id=str(uuid.UUID(int=world.chance.getrandbits(128), version=4)),
        name=instance_name(asked),
        project_id=wanted["tenant_id"],
        key_id=wanted["key_id"],
        cloud_provider=wanted["cloud_provider"],
        region=wanted["region"],
        instance_type=wanted["instance_type"],
        created=asked.now,
        ready_at=asked.now + world.pace.span(world.pace.durations.key),
    )
    world.keys[key.id] = key
    return found(key.render(asked.now), status=202)


def get_key(world: World, asked: Asked) -> Answer:
    """One key."""
    return found(_key(world, asked).render(asked.now))


def delete_key(world: World, asked: Asked) -> Answer:
    """Forget a key that no instance uses."""
    key = _key(world, asked)
    if any(i.key_id == key.id for i in world.visible(asked)):
        message = (
            f"Can not delete encryption key {key.id}. The key is linked to an active instance."
        )
        raise refused(400, "encryption-key-is-active", message)
    del world.keys[key.id]
    return Answer(status=204)


def _key(world: World, asked: Asked) -> Key:
    key = world.keys.get(asked.path["key"])
    if key is None:
        raise _no_key(asked.path["key"])
    world.allow(asked, key.project_id)
    return key


def _no_key(key_id: str) -> RefusedError:
    return refused(404, "encryption-key-not-found", f"Encryption Key not found: {key_id}")
