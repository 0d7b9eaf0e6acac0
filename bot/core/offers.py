"""What a project may create: sizes, and the smallest offer that holds a source."""

import re
from collections.abc import Iterable

from bot.core.base import Frozen
from bot.core.errors import NotRestorable
from bot.core.instances import TIERS, Instance

_SIZE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(GB?|MB?|TB?)\s*", re.IGNORECASE)
_IN_GIGABYTES = {"M": 1 / 1024, "G": 1.0, "T": 1024.0}


class Offer(Frozen):
    """One entry of a project's ``instance_configurations``; sizes are Aura's words (``8GB``)."""

    cloud: str
    region: str
    region_name: str = ""
    tier: str
    memory: str
    storage: str | None = None
    version: str

    @property
    def tier_name(self) -> str:
        """The product name of the tier."""
        return TIERS.get(self.tier, self.tier)


def gigabytes(size: str | None) -> float | None:
    """Read a size such as ``8GB`` or ``8G``; None when it is absent or makes no sense."""
    found = _SIZE.fullmatch(size or "")
    return float(found[1]) * _IN_GIGABYTES[found[2][0].upper()] if found else None


def holds(offer: Offer, source: Instance) -> bool:
    """Whether an instance of this offer is at least as large as the source, as far as is known.

    Aura judges by the allocated sizes, not by how much is stored
    (https://neo4j.com/docs/aura/platform/api/specification/, "Overwrite an instance").
    """
    return _covers(offer.memory, source.memory) and (
        offer.storage is None or _covers(offer.storage, source.storage)
    )


def fitting(offers: Iterable[Offer], source: Instance) -> tuple[Offer, ...]:
    """Return the offers that hold the source; its own tier, cloud and region first, then by size.

    Only the newest version of each is kept: data cannot go back to an older one, and Aura does
    not tell which version the source has
    (https://neo4j.com/docs/aura/platform/api/specification/, "version").
    """
    newest: dict[tuple[str, ...], Offer] = {}
    for offer in sorted(offers, key=lambda o: o.version):
        if holds(offer, source):
            newest[offer.cloud, offer.region, offer.tier, offer.memory, offer.storage or ""] = offer
    return tuple(sorted(newest.values(), key=lambda offer: _nearness(offer, source)))


def smallest(offers: Iterable[Offer], source: Instance) -> Offer:
    """Return the smallest offer of the source's tier that holds it, nearby where there is one.

    Raises NotRestorable when there is none.
    """
    for offer in fitting(offers, source):
        if offer.tier == source.tier:
            return offer
    raise NotRestorable(
        f"the project offers no {source.tier_name} instance of at least "
        f"{source.memory or 'this size'}",
        hint="Choose a project that may create one.",
    )


def _covers(offered: str, needed: str | None) -> bool:
    least, size = gigabytes(needed), gigabytes(offered)
    return least is None or (size is not None and size >= least)


def _nearness(offer: Offer, source: Instance) -> tuple[object, ...]:
    return (
        offer.tier != source.tier,
        offer.cloud != source.cloud,
        (offer.cloud, offer.region) != (source.cloud, source.region),
        gigabytes(offer.memory) or 0.0,
        gigabytes(offer.storage) or 0.0,
        offer.tier,
        offer.cloud,
        offer.region,
    )
