"""The calls of v2beta1 on organizations, projects and instances.

https://api.neo4j.io/v2beta1/spec.json describes them. A project is what v1 calls a tenant, and the
state stands in `legacy_status`. There is no pause, resume, overwrite, nor a snapshot of v1's kind.
"""

from dataclasses import replace

from sandbox.aura.answers import Answer, Asked, forbidden, found, invalid, refused
from sandbox.aura.creation import create_instance
from sandbox.aura.fleet import Organization, Project
from sandbox.aura.instance_calls import change_instance, delete_instance
from sandbox.aura.instances import Instance
from sandbox.aura.offers import FREE_REGION
from sandbox.aura.times import stamp
from sandbox.aura.world import World

TIERS = {
    "free": "free-db",
    "professional": "professional-db",
    "business-critical": "business-critical",
    "virtual-dedicated-cloud": "enterprise-db",
}
"""The words for `type` on the way in; on the way out they are those of v1."""

_MULTI_DATABASE = frozenset({"business-critical", "enterprise-db"})
_GRAPH_ANALYTICS = ("unavailable", "serverless", "plugin")
_TRAFFIC = ("public_only", "private_only", "hybrid")


def list_organizations(world: World, asked: Asked) -> Answer:
    """The organizations with a project that the credentials may see."""
    return found([_organization(o) for o in world.organizations.values() if _seen(world, asked, o)])


def get_organization(world: World, asked: Asked) -> Answer:
    """One organization."""
    return found(_organization(_asked_organization(world, asked)))


def list_projects(world: World, asked: Asked) -> Answer:
    """Its projects; all of them are `active`."""
    organization = _asked_organization(world, asked)
    status = asked.query.get("status", "active")
    if status not in {"active", "deleted", "deletion_request"}:
        raise invalid("status", "status must be deletion_request, deleted or active")
    return found(
        [
            {"id": p.id, "name": p.name}
            for p in world.projects.values()
            if p.organization_id == organization.id and p.id in asked.projects
            if status == "active"
        ]
    )


def list_instances(world: World, asked: Asked) -> Answer:
    """The instances of a project, without their state."""
    project = asked_project(world, asked)
    return found(
        [
            {
                "id": i.id,
                "name": i.name,
                "cloud_provider": i.cloud_provider,
                "created_at": stamp(i.created_at),
            }
            for i in world.visible(asked)
            if i.project_id == project.id
        ]
    )


def create(world: World, asked: Asked) -> Answer:
    """Create an instance; fields that it does not know are ignored without a word."""
    project = asked_project(world, asked)
    tier = asked.text("type")
    if tier not in TIERS:
        raise invalid("type", f"type must be one of {', '.join(TIERS)}")
    multi = asked.body.get("multi_database", False)
    if not isinstance(multi, bool):
        raise invalid("multi_database", "multi_database must be true or false")
    if multi and TIERS[tier] not in _MULTI_DATABASE:
        message = f"Multi-database is not supported for {tier}"
        raise refused(400, "multi-database-tier-not-supported", message)
    analytics = asked.text("graph_analytics") or "unavailable"
    if analytics not in _GRAPH_ANALYTICS:
        raise invalid("graph_analytics", f"must be one of {', '.join(_GRAPH_ANALYTICS)}")
    taken = ("name", "region", "cloud_provider", "memory", "storage", "vector_optimized")
    body = {key: asked.body[key] for key in taken if key in asked.body}
    if tier == "free":
        body = {"memory": "1GB", **body, "cloud_provider": FREE_REGION[0], "region": FREE_REGION[1]}
    body |= {
        "type": TIERS[tier],
        "tenant_id": project.id,
        "version": "5",
        "multi_database": multi,
        "graph_analytics_plugin": analytics == "plugin",
    }
    answer = create_instance(world, replace(asked, body=body))
    made = _inner(answer)
    instance = world.instances[str(made["id"])]
    instance.graph_analytics = analytics
    shown = {
        **shown_instance(instance),
        "project_id": project.id,
        "connection_url": instance.connection_url,
        "username": made["username"],
        "password": made["password"],
        "created_at": stamp(instance.created_at),
        "default_database_id": instance.databases.default.id if multi else None,
    }
    del shown["graph_analytics"]
    return found(shown, status=202)


def get_instance(world: World, asked: Asked) -> Answer:
    """One instance."""
    return found(shown_instance(asked_instance(world, asked)))


def change(world: World, asked: Asked) -> Answer:
    """Resize (memory and storage together), or change what traffic may reach it."""
    instance = asked_instance(world, asked)
    if not asked.body:
        raise refused(400, "validation-error", "the body must not be empty")
    memory, storage = asked.text("memory"), asked.text("storage")
    if (memory is None) != (storage is None):
        raise invalid("memory" if memory is None else "storage", "give both sizes")
    if asked.body.get("traffic_type", _TRAFFIC[0]) not in _TRAFFIC:
        raise invalid("traffic_type", f"must be one of {', '.join(_TRAFFIC)}")
    endpoints = asked.body.get("private_endpoint_ids", [])
    if not isinstance(endpoints, list) or not all(isinstance(e, str) and e for e in endpoints):
        raise invalid("private_endpoint_ids", "must be a list of ids")
    if memory is not None:
        change_instance(world, replace(asked, body={"memory": memory, "storage": storage}))
    return found(shown_instance(instance), status=202)


def delete(world: World, asked: Asked) -> Answer:
    """Destroy."""
    instance = asked_instance(world, asked)
    delete_instance(world, asked)
    return found(shown_instance(instance), status=202)


def asked_project(world: World, asked: Asked) -> Project:
    """The project of the path; 404 when it is not in the organization of the path, or 403."""
    _asked_organization(world, asked)
    project = world.projects.get(asked.path["project"])
    if project is None or project.organization_id != asked.path["organization"]:
        raise refused(404, "project-not-found", "Project not found")
    world.allow(asked, project.id)
    return project


def asked_instance(world: World, asked: Asked) -> Instance:
    """The instance of the path; 404 when it is not in the project of the path."""
    project = asked_project(world, asked)
    instance = world.instance(asked, asked.path["instance"])
    if instance.project_id != project.id:
        raise refused(404, "db-not-found", f"DB not found: {instance.id}")
    return instance


def shown_instance(instance: Instance) -> dict[str, object]:
    """An instance as v2beta1 shows it."""
    shown = instance.render()
    return {
        "id": instance.id,
        "name": instance.name,
        "type": instance.type,
        "cloud_provider": instance.cloud_provider,
        "region": instance.region,
        "memory": shown.get("memory"),
        "storage": shown.get("storage"),
        "vector_optimized": instance.vector_optimized,
        "graph_analytics": (
            "plugin" if instance.graph_analytics_plugin else instance.graph_analytics
        ),
        "multi_database": instance.multi_database,
        "legacy_status": instance.status,
    }


def _asked_organization(world: World, asked: Asked) -> Organization:
    organization = world.organizations.get(asked.path["organization"])
    if organization is None:
        raise refused(404, "organization-not-found", "Organization not found")
    if not _seen(world, asked, organization):
        raise forbidden()
    return organization


def _seen(world: World, asked: Asked, organization: Organization) -> bool:
    return any(
        p.organization_id == organization.id and p.id in asked.projects
        for p in world.projects.values()
    )


def _organization(organization: Organization) -> dict[str, object]:
    return {"id": organization.id, "name": organization.name}


def _inner(answer: Answer) -> dict[str, object]:
    body = answer.body
    inner = body["data"] if isinstance(body, dict) else None
    if not isinstance(inner, dict):
        raise TypeError("an answer without data")
    return inner
