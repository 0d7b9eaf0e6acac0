"""What a project may order: tiers, regions and sizes, and how big a graph needs them to be.

Sizes and regions are those Aura's documentation and examples name
(https://neo4j.com/docs/aura/managing-instances/regions/); a real project lists its own under
`instance_configurations` of `GET /tenants/{id}`.
"""

from dataclasses import dataclass
from types import MappingProxyType

STORAGE_OF = MappingProxyType(
    {
        "1GB": "2GB",
        "2GB": "4GB",
        "4GB": "8GB",
        "8GB": "16GB",
        "16GB": "32GB",
        "24GB": "48GB",
        "32GB": "64GB",
        "48GB": "96GB",
        "64GB": "128GB",
        "128GB": "256GB",
        "192GB": "384GB",
        "256GB": "512GB",
        "384GB": "768GB",
        "512GB": "1024GB",
    }
)
"""The storage that follows from a memory size, when the order names none."""

STORAGES = (*STORAGE_OF.values(), "192GB", "1536GB", "2048GB")
"""What storage may be ordered in; more than twice the memory too."""

_ALL = tuple(STORAGE_OF)
MEMORY_BY_TIER = MappingProxyType(
    {
        "free-db": ("1GB",),
        "professional-db": ("1GB", "2GB", "4GB", "8GB", "16GB", "32GB", "64GB"),
        "business-critical": ("2GB", "4GB", "8GB", "16GB", "32GB", "64GB", "128GB"),
        "enterprise-db": _ALL[1:],
        "professional-ds": ("4GB", "8GB", "16GB", "32GB", "64GB"),
        "enterprise-ds": _ALL[2:],
    }
)

REGION_NAMES = MappingProxyType(
    {
        ("gcp", "europe-west1"): "Belgium (europe-west1)",
        ("gcp", "us-central1"): "Iowa, USA (us-central1)",
        ("aws", "eu-central-1"): "Frankfurt, Germany (eu-central-1)",
        ("aws", "us-east-1"): "N. Virginia, USA (us-east-1)",
        ("azure", "eastus"): "Virginia, USA (eastus)",
    }
)
FREE_REGION = ("gcp", "europe-west1")
VERSIONS = ("4", "5")
CLOUDS = ("gcp", "aws", "azure")

_BYTES_PER_NODE = 200
_BYTES_PER_RELATIONSHIP = 100


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """One line of a project's price list."""

    type: str
    cloud_provider: str
    region: str
    memory: str
    version: str

    def render(self) -> dict[str, str]:
        """The line as `instance_configurations` shows it."""
        return {
            "type": self.type,
            "cloud_provider": self.cloud_provider,
            "region": self.region,
            "region_name": REGION_NAMES[self.cloud_provider, self.region],
            "memory": self.memory,
            "storage": STORAGE_OF[self.memory],
            "version": self.version,
        }


def price_list(tiers: tuple[str, ...]) -> tuple[Configuration, ...]:
    """Everything that a project with these tiers may create."""
    return tuple(
        Configuration(
            type=tier, cloud_provider=cloud, region=region, memory=memory, version=version
        )
        for tier in tiers
        for cloud, region in ((FREE_REGION,) if tier == "free-db" else REGION_NAMES)
        for memory in MEMORY_BY_TIER[tier]
        for version in VERSIONS
        # Business Critical never existed on version 4.
        if not (tier == "business-critical" and version == "4")
    )


def gigabytes(size: str) -> int:
    """Read a size such as `8GB`; ValueError for anything else."""
    if not size.endswith("GB") or not size[:-2].isdigit():
        raise ValueError(f"not a size: {size}")
    return int(size[:-2])


def recommended(*, nodes: int, relationships: int) -> tuple[str, str, bool]:
    """Size a graph: least memory, recommended memory, and whether it is beyond the biggest."""
    need = (nodes * _BYTES_PER_NODE + relationships * _BYTES_PER_RELATIONSHIP) / 2**30
    sizes = MEMORY_BY_TIER["enterprise-ds"]
    fitting = [size for size in sizes if gigabytes(size) >= need]
    if not fitting:
        return sizes[-1], sizes[-1], True
    return fitting[0], fitting[min(1, len(fitting) - 1)], False
