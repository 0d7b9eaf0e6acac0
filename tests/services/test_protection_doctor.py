"""What `savepoint check` says of each environment's protection, on an Aura of the test's own."""

from collections.abc import Mapping, Sequence

from bot.core.base import ChannelId, InstanceId, ProjectId
from bot.core.environments import Environment, Estate, Watch
from bot.core.errors import AuraUnavailable, BotError
from bot.core.findings import Finding, ok, warn
from bot.core.instances import Instance, InstanceSummary
from bot.core.protection import Protection
from bot.core.tiers import FACTS, TierFacts
from bot.core.vault import Keep
from bot.core.wishes import Means
from bot.services.protection_doctor import MOST_NAMED, ProtectionDoctor

P = ProjectId("p-commerce")
KEEPING, NOTHING = Protection(keep_days=30), Means()


def instance(number: int, tier: str = "professional-db", name: str = "orders") -> Instance:
    return Instance(
        id=InstanceId(f"a000000{number}"),
        name=f"{name}-{number}",
        project_id=P,
        status="running",
        tier=tier,
    )


async def examined(
    *fleet: Instance,
    wanted: Protection = KEEPING,
    means: Means = NOTHING,
    keep: Mapping[str, Keep] | None = None,
    tiers: Mapping[str, TierFacts] = FACTS,
    trouble: BotError | None = None,
    unreadable: frozenset[str] = frozenset(),
) -> tuple[Finding, ...]:
    async def instances() -> Sequence[InstanceSummary]:
        if trouble is not None:
            raise trouble
        return fleet

    async def one(instance_id: InstanceId) -> Instance:
        if instance_id in unreadable:
            raise AuraUnavailable("Aura did not answer properly (503)")
        return next(each for each in fleet if each.id == instance_id)

    async def known() -> Mapping[str, TierFacts]:
        return tiers

    environment = Environment(
        name="production",
        channel=ChannelId("C1"),
        alert_channel=ChannelId("C2"),
        projects=(P,),
    )
    doctor = ProtectionDoctor(
        estate=Estate(
            environments=(environment,), watches={"production": Watch(protection=wanted)}
        ),
        means=means,
        keep=keep or {},
        instances=instances,
        instance=one,
        tiers=known,
    )
    return await doctor.examine()


SUBJECT = "production: protection"


async def test_a_wish_is_said_once_with_the_instances_that_lack_it() -> None:
    findings = await examined(instance(1), instance(2, "business-critical"), instance(3))
    assert findings == (
        warn(
            SUBJECT,
            "copies kept for 30 days: AuraDB Professional keeps none longer than 7 days, and "
            "there is no vault; orders-1 (a0000001), orders-3 (a0000003)",
            "Set up a [vault] and an export schedule; exports are kept as you say.",
        ),
    )


async def test_of_a_large_fleet_the_first_are_named_and_the_rest_counted() -> None:
    [finding] = await examined(*(instance(n) for n in range(MOST_NAMED + 3)))
    assert finding.what.endswith("orders-4 (a0000004) and 3 more")


async def test_where_every_wish_can_be_had_that_is_said() -> None:
    assert await examined(instance(1, "business-critical")) == (
        ok(SUBJECT, "every wish can be had"),
    )


async def test_where_nothing_is_wanted_no_instance_is_read() -> None:
    assert await examined(instance(1), wanted=Protection(), trouble=BotError("asked")) == ()


async def test_scratch_instances_are_left_alone() -> None:
    assert await examined(instance(1, "free-db", "savepoint-scratch-x")) == ()


async def test_what_cannot_be_read_is_said_and_never_called_well() -> None:
    findings = await examined(
        instance(1, "business-critical"), instance(2), unreadable=frozenset({"a0000002"})
    )
    assert [f.what for f in findings] == [
        "orders-2 (a0000002) could not be read: Aura did not answer properly (503)"
    ]
    [finding] = await examined(instance(1), trouble=BotError("no answer", hint="Wait."))
    assert finding == warn(SUBJECT, "not compared with the tiers: no answer", "Wait.")


async def test_what_was_learned_of_a_tier_counts_for_more_than_what_is_written() -> None:
    shorter = FACTS["business-critical"].model_copy(update={"exportable_days": 20})
    [finding] = await examined(
        instance(1, "business-critical"), tiers={**FACTS, "business-critical": shorter}
    )
    assert "AuraDB Business Critical keeps none longer than 20 days" in finding.what


async def test_the_vaults_rules_are_those_of_the_environment() -> None:
    wanted = Protection.model_validate({"keep_days": 30, "exports": [{"cron": "0 2 * * *"}]})
    means = Means(vault=True, scratch=True)
    short = Keep(daily=7, weekly=0, monthly=0)
    [finding] = await examined(instance(1), wanted=wanted, means=means, keep={"production": short})
    assert "the vault lets exports go after about 7 days" in finding.what
    elsewhere = await examined(instance(1), wanted=wanted, means=means, keep={"staging": short})
    assert elsewhere == (ok(SUBJECT, "every wish can be had"),)
