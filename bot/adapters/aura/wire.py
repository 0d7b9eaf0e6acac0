"""What Aura's JSON means: tolerant wire models, turned into the models of the core.

Fields come and go with tier and state (`memory` is missing while an instance is deleted,
`exportable` stands only in the examples), new ones appear, and words unknown to us are kept as
they are (https://neo4j.com/docs/aura/platform/api/specification/). Only what cannot be done
without is demanded.
"""

from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from bot.adapters.aura.decode import Answer
from bot.core.base import InstanceId, ProjectId, SnapshotId
from bot.core.errors import AuraUnavailable
from bot.core.instances import Instance, InstanceSummary, Project
from bot.core.offers import Offer
from bot.core.snapshots import Exportable, Snapshot
from bot.ports import Created

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


def _aware(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _worded(value: object) -> object:
    return "" if value is None else value


Moment = Annotated[datetime, AfterValidator(_aware)]
Word = Annotated[str, BeforeValidator(_worded)]


class Wire(BaseModel):
    """Open towards Aura: unknown fields are ignored, numbers may stand for words.

    A failed validation never repeats what it was given, since that may be a token.
    """

    model_config = ConfigDict(
        extra="ignore", frozen=True, coerce_numbers_to_str=True, hide_input_in_errors=True
    )


class Envelope(Wire, Generic[T]):
    """The frame around every success; ``errors`` may stand beside ``data`` and is no failure."""

    data: T


class Token(Wire):
    """The answer of the token endpoint; ``expires_in`` counts seconds."""

    access_token: SecretStr
    expires_in: float = Field(gt=0, le=7 * 24 * 3600, allow_inf_nan=False)


class WireProject(Wire):
    """A tenant, as v1 calls a project."""

    id: str
    name: Word = ""


class WireSummary(Wire):
    """An entry of the list of instances."""

    id: str
    name: Word = ""
    tenant_id: Word = ""
    cloud_provider: Word = ""
    created_at: Moment | None = None


class WireInstance(WireSummary):
    """An instance in full."""

    status: Word = ""
    type: Word = ""
    region: Word = ""
    memory: str | None = None
    storage: str | None = None
    cdc_enrichment_mode: str | None = None
    customer_managed_key_id: str | None = None


class WireSnapshot(Wire):
    """A snapshot."""

    snapshot_id: str
    instance_id: Word = ""
    status: Word = ""
    profile: Word = ""
    timestamp: Moment
    exportable: bool | None = None


class WireSnapshotId(Wire):
    """The answer to the wish for a snapshot."""

    snapshot_id: str


class WireOffer(Wire):
    """One of the configurations in which a project may create instances."""

    cloud_provider: str
    region: str
    region_name: Word = ""
    type: str
    memory: str
    storage: str | None = None
    version: str


class WireOffers(Wire):
    """A tenant with what it may create."""

    id: str
    instance_configurations: tuple[WireOffer, ...] = ()


class WireCreated(Wire):
    """The answer to the creation of an instance: the one place where a password stands."""

    id: str
    name: Word = ""
    connection_url: Word = ""
    username: Word = ""
    password: SecretStr


class WireStatus(Wire):
    """As much of an instance as the answer to a restore is read for."""

    status: Word = ""


def read(model: type[M], answer: Answer) -> M:
    """Read an answer as this model; raises AuraUnavailable when it does not fit."""
    try:
        return model.model_validate(answer.document)
    except ValidationError:
        raise AuraUnavailable(
            "the answer of Aura could not be understood",
            status=answer.status,
            request_id=answer.request_id,
        ) from None  # the cause would carry the document


def projects(answer: Answer) -> tuple[Project, ...]:
    """Read the list of projects."""
    found = read(Envelope[tuple[WireProject, ...]], answer).data
    return tuple(Project(id=ProjectId(w.id), name=w.name) for w in found)


def summaries(answer: Answer) -> tuple[InstanceSummary, ...]:
    """Read the list of instances."""
    found = read(Envelope[tuple[WireSummary, ...]], answer).data
    return tuple(
        InstanceSummary(
            id=InstanceId(w.id),
            name=w.name,
            project_id=ProjectId(w.tenant_id),
            cloud=w.cloud_provider,
            created_at=w.created_at,
        )
        for w in found
    )


def instance(answer: Answer) -> Instance:
    """Read one instance."""
    w = read(Envelope[WireInstance], answer).data
    return Instance(
        id=InstanceId(w.id),
        name=w.name,
        project_id=ProjectId(w.tenant_id),
        cloud=w.cloud_provider,
        created_at=w.created_at,
        status=w.status,
        tier=w.type,
        region=w.region,
        memory=w.memory,
        storage=w.storage,
        cdc_mode=w.cdc_enrichment_mode,
        key_id=w.customer_managed_key_id or None,
    )


def snapshots(answer: Answer, instance_id: InstanceId) -> tuple[Snapshot, ...]:
    """Read the snapshots of one day; ``instance_id`` is whose were asked for."""
    found = read(Envelope[tuple[WireSnapshot, ...]], answer).data
    return tuple(_snapshot(w, instance_id) for w in found)


def snapshot(answer: Answer, instance_id: InstanceId) -> Snapshot:
    """Read one snapshot; ``instance_id`` is whose was asked for."""
    return _snapshot(read(Envelope[WireSnapshot], answer).data, instance_id)


def snapshot_id(answer: Answer) -> SnapshotId:
    """Read the id of a snapshot that was just begun."""
    return SnapshotId(read(Envelope[WireSnapshotId], answer).data.snapshot_id)


def offers(answer: Answer) -> tuple[Offer, ...]:
    """Read what a project may create."""
    return tuple(
        Offer(
            cloud=w.cloud_provider,
            region=w.region,
            region_name=w.region_name,
            tier=w.type,
            memory=w.memory,
            storage=w.storage,
            version=w.version,
        )
        for w in read(Envelope[WireOffers], answer).data.instance_configurations
    )


def created(answer: Answer) -> Created:
    """Read the answer to the creation of an instance."""
    w = read(Envelope[WireCreated], answer).data
    return Created(
        instance_id=InstanceId(w.id),
        name=w.name,
        connection_url=w.connection_url,
        username=w.username,
        password=w.password,
        request_id=answer.request_id,
    )


def status(answer: Answer) -> str:
    """Read the status word of an instance; empty when there is none."""
    return read(Envelope[WireStatus], answer).data.status


def _snapshot(w: WireSnapshot, asked: InstanceId) -> Snapshot:
    return Snapshot(
        id=SnapshotId(w.snapshot_id),
        instance_id=InstanceId(w.instance_id) if w.instance_id else asked,
        status=w.status,
        profile=w.profile,
        taken_at=w.timestamp,
        exportable=Exportable.of(w.exportable),
    )
