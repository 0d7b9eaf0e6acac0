"""Clones: new instances that people ask for, made from a snapshot and theirs to keep."""

from collections.abc import Sequence
from typing import Literal

from bot.core.base import Frozen, ProjectId
from bot.core.clone_names import taken
from bot.core.copies import CopyOrder
from bot.core.environments import Environment
from bot.core.instances import Condition, Instance, InstanceSummary, Project
from bot.core.offers import Offer
from bot.core.plan import AskedPlan, instance_differences, snapshot_differences
from bot.core.snapshots import Exportable, Snapshot


class CloneChoice(Frozen):
    """What is chosen in the form so far; what fits no offer any more gives way to one that does."""

    project_id: ProjectId
    tier: str = ""
    place: str = ""
    """Cloud and region with a blank between."""
    memory: str = ""

    def of(self, offers: Sequence[Offer]) -> Offer | None:
        """Return the offer nearest to the choice: ``offers`` are sorted, the nearest first."""
        left = list(offers)
        for wanted in ("tier", "place", "memory"):
            kept = [o for o in left if facet(o, wanted) == getattr(self, wanted)]
            left = kept or [o for o in left if facet(o, wanted) == facet(left[0], wanted)]
        return left[0] if left else None


def facet(offer: Offer, name: str) -> str:
    """Return one of the things that are chosen: tier, place or memory."""
    return f"{offer.cloud} {offer.region}" if name == "place" else str(getattr(offer, name))


class ClonePlan(AskedPlan):
    """What a clone will be. ``instance`` is the source, which is only read."""

    kind: Literal["clone"] = "clone"
    instance: Instance
    snapshot: Snapshot
    order: CopyOrder
    into: Project
    offer: Offer
    cost: str | None = None

    @property
    def coherent(self) -> bool:
        """Whether the parts of the plan fit each other."""
        order, offer = self.order, self.offer
        return (
            self.snapshot.instance_id == order.source_instance_id == self.instance.id
            and order.source_snapshot_id == self.snapshot.id
            and order.project_id == self.into.id
            and (order.cloud, order.region, order.tier, order.memory, order.version)
            == (offer.cloud, offer.region, offer.tier, offer.memory, offer.version)
        )

    def differences(
        self,
        *,
        instance: Instance,
        snapshot: Snapshot,
        environment: Environment | None,
        offers: Sequence[Offer],
        fleet: Sequence[InstanceSummary],
    ) -> tuple[str, ...]:
        """Compare the plan with the world as it is now; each difference is a clause."""
        found = [
            *instance_differences(self.instance, instance, whose="of the source, "),
            *snapshot_differences(self.snapshot, snapshot),
            *self.rule_differences(environment),
        ]
        if instance.condition is Condition.LEAVING:
            found.append("the source is being deleted")
        if snapshot.exportable is Exportable.NO:
            found.append("the snapshot cannot leave its instance: Aura calls it not exportable")
        if self.offer not in offers:
            found.append(f"{self.into.name} does not offer this size any more")
        if taken(self.order.name, self.into.id, fleet):
            found.append(f"{self.into.name} has an instance called {self.order.name} by now")
        return tuple(found)
