"""What an environment wants, and what its instances cannot be given as things are."""

from datetime import timedelta

import pytest

from bot.core.base import InstanceId, ProjectId
from bot.core.instances import Instance
from bot.core.protection import PRESETS, Encryption, Protection
from bot.core.schedules import After, Timing
from bot.core.tiers import facts
from bot.core.vault import Keep
from bot.core.wishes import Means, Wish, unmet, widest

NIGHTLY, WEEKLY = Timing(cron="0 2 * * *"), Timing(cron="0 4 * * SUN")
DEPLOY = Timing(after=After.DEPLOY)
FREE, PROFESSIONAL, CRITICAL = "free-db", "professional-db", "business-critical"
DEDICATED, SCIENCE = "enterprise-db", "enterprise-ds"
ALL = Means(vault=True, encrypted=True, scratch=True)
NO_VAULT = ALL.model_copy(update={"vault": False})
HOURS, DAYS = timedelta(hours=1), timedelta(days=1)


def wishes(
    wanted: Protection,
    tier: str = PROFESSIONAL,
    means: Means = ALL,
    *,
    region: str = "europe-west1",
    key_id: str | None = None,
) -> tuple[Wish, ...]:
    instance = Instance(
        id=InstanceId("a0000001"),
        name="orders",
        project_id=ProjectId("p"),
        status="running",
        tier=tier,
        region=region,
        key_id=key_id,
    )
    return unmet(wanted, instance, facts=facts(tier), means=means)


@pytest.mark.parametrize(
    ("wanted", "tier", "why", "mend"),
    [
        ({"in_place_hours": 24}, FREE, "takes none by itself", "choose a paid tier"),
        ({"in_place_hours": 6}, PROFESSIONAL, "come only every 24 h", "as often as that"),
        (
            {"in_place_hours": 24, "snapshots": (WEEKLY,)},
            FREE,
            "come only every 7 days",
            "as often as that",
        ),
        ({"in_place_hours": 24, "snapshots": (DEPLOY,)}, FREE, "takes none by itself", "schedule"),
        ({"exports": (NIGHTLY,)}, FREE, "keeps only the latest snapshot", "Professional"),
        ({"off_instance_hours": 24}, FREE, "keeps only the latest snapshot", "Professional"),
        ({"export_hours": 24}, FREE, "keeps only the latest snapshot", "Professional"),
        ({"proven_days": 7}, FREE, "keeps only the latest snapshot", "Professional"),
        ({"off_instance_hours": 12}, CRITICAL, "exports come only every 24 h", "on demand"),
        ({"off_instance_hours": 12}, "new-tier", "takes none by itself", "on demand"),
        ({"export_hours": 24}, PROFESSIONAL, "no export schedule", "exports = ["),
        (
            {"export_hours": 24, "exports": (WEEKLY,)},
            PROFESSIONAL,
            "exports come only every 7 days",
            "as often as that",
        ),
        ({"proven_days": 7}, PROFESSIONAL, "no drill schedule", "drills = ["),
        (
            {"proven_days": 5, "drills": (WEEKLY,)},
            PROFESSIONAL,
            "drills come only every 7 days",
            "as often as that",
        ),
        ({"keep_days": 30}, FREE, "keeps only the latest snapshot", "Professional"),
        (
            {"keep_days": 30},
            PROFESSIONAL,
            "keeps none longer than 7 days, and the policy has no export schedule",
            "exports = [",
        ),
        ({"keep_days": 30}, "new-tier", "how long new-tier keeps any is not known", "exports = ["),
        ({"keep_days": 30}, SCIENCE, "keeps none longer than 7 days", "exports = ["),
        ({"keep_days": 80}, DEDICATED, "keeps none longer than 60 days", "exports = ["),
    ],
)
def test_a_wish_beyond_the_tier_is_said_with_what_would_help(
    wanted: dict[str, object], tier: str, why: str, mend: str
) -> None:
    (wish,) = wishes(Protection.model_validate(wanted), tier)
    assert why in wish.why
    assert mend in wish.mend


@pytest.mark.parametrize(
    ("wanted", "tier"),
    [
        ({"in_place_hours": 24, "snapshots": (NIGHTLY,)}, FREE),
        (
            {"in_place_hours": 6, "snapshots": (Timing(cron="0 */6 * * *"),)},
            PROFESSIONAL,
        ),
        ({"in_place_hours": 24}, PROFESSIONAL),
        ({"in_place_hours": 24, "snapshots": (WEEKLY,)}, PROFESSIONAL),  # Aura's own cover it
        ({"off_instance_hours": 6, "snapshots": (Timing(cron="0 */6 * * *"),)}, CRITICAL),
        ({"off_instance_hours": 24, "exports": (NIGHTLY,)}, "new-tier"),
        ({"export_hours": 168, "exports": (WEEKLY,)}, PROFESSIONAL),
        ({"proven_days": 7, "drills": (WEEKLY,)}, PROFESSIONAL),
        ({"keep_days": 7}, PROFESSIONAL),
        ({"keep_days": 30}, CRITICAL),
        ({"keep_days": 30, "exports": (WEEKLY,)}, PROFESSIONAL),
        ({"keep_days": 80, "snapshots": (NIGHTLY,)}, DEDICATED),  # those on demand stay 90 days
        ({"keep_days": 80, "snapshots": (NIGHTLY,)}, SCIENCE),
    ],
)
def test_a_wish_that_something_covers_is_not_spoken_of(
    wanted: dict[str, object], tier: str
) -> None:
    assert wishes(Protection.model_validate(wanted), tier) == ()


@pytest.mark.parametrize(
    ("wanted", "means", "subject", "why"),
    [
        ({"exports": (NIGHTLY,)}, NO_VAULT, "exports", "there is no vault to put them in"),
        (
            {"exports": (NIGHTLY,)},
            ALL.model_copy(update={"scratch": False}),
            "exports",
            "an export by schedule is read out of a scratch instance, and no project for those "
            "is set",
        ),
        (
            {"drills": (WEEKLY,)},
            ALL.model_copy(update={"scratch": False}),
            "drills",
            "a drill restores into a scratch instance, and no project for those is set",
        ),
        (
            {"keep_days": 30},
            NO_VAULT,
            "copies kept for 30 days",
            "AuraDB Professional keeps none longer than 7 days, and there is no vault",
        ),
        (
            {"encryption": (Encryption.EXPORTS,)},
            ALL.model_copy(update={"encrypted": False}),
            "encrypted exports",
            "the vault names nobody to encrypt them to, so they are stored as they are",
        ),
    ],
)
def test_what_is_not_set_up_is_said(
    wanted: dict[str, object], means: Means, subject: str, why: str
) -> None:
    (wish,) = wishes(Protection.model_validate(wanted), means=means)
    assert (wish.subject, wish.why) == (subject, why)
    assert wishes(Protection.model_validate({**wanted, "exports": (NIGHTLY,)})) == ()


@pytest.mark.parametrize(
    ("keep", "timing", "stays"),
    [
        (Keep(daily=7, weekly=0, monthly=0), NIGHTLY, "7 days"),
        (Keep(daily=7, weekly=4, monthly=0), NIGHTLY, "22 days"),
        (Keep(daily=0, weekly=4, monthly=0), WEEKLY, "28 days"),
        (Keep(daily=0, weekly=0, monthly=0, copies=3), WEEKLY, "21 days"),
        (Keep(daily=0, weekly=0, monthly=0, copies=1, days=9), DEPLOY, "9 days"),
        (Keep(daily=7, weekly=0, monthly=0), WEEKLY, None),  # the newest 7 are of 7 weeks
        (Keep(), NIGHTLY, None),
        (Keep(daily=0, weekly=0, monthly=0, days=30), NIGHTLY, None),
        (None, NIGHTLY, None),
    ],
)
def test_a_vault_that_lets_exports_go_too_early_is_said(
    keep: Keep | None, timing: Timing, stays: str | None
) -> None:
    wanted = Protection(keep_days=30, exports=(timing,))
    found = wishes(wanted, means=ALL.model_copy(update={"keep": keep}))
    if stays is None:
        assert found == ()
    else:
        assert [wish.why for wish in found] == [
            "AuraDB Professional keeps none longer than 7 days, and the vault lets exports go "
            f"after about {stays}"
        ]


def test_a_region_that_is_not_allowed_is_said() -> None:
    (wish,) = wishes(Protection(regions=("europe-west3",)))
    assert "europe-west1" in wish.why
    assert wishes(Protection(regions=("europe-west1",))) == ()
    assert wishes(Protection(regions=("europe-west3",)), region="") == ()  # Aura did not say


def test_a_key_of_ones_own_is_asked_for() -> None:
    wanted = Protection(encryption=(Encryption.CUSTOMER_KEY,))
    assert len(wishes(wanted)) == 1
    assert wishes(wanted, key_id="f15cc45b-0000-4000-8000-000000000001") == ()


@pytest.mark.parametrize("tier", [PROFESSIONAL, CRITICAL, DEDICATED])
@pytest.mark.parametrize("preset", PRESETS)
def test_each_preset_can_be_had_on_each_paid_tier_with_a_vault_and_a_scratch_project(
    preset: str, tier: str
) -> None:
    assert wishes(PRESETS[preset], tier) == ()


@pytest.mark.parametrize(
    ("timings", "apart"),
    [
        ((), None),
        ((DEPLOY,), None),
        ((NIGHTLY,), DAYS),
        ((NIGHTLY, DEPLOY), DAYS),
        ((Timing(cron="0 2 * * *", zone="Europe/Berlin"),), DAYS),  # also as the clocks change
        ((NIGHTLY, Timing(cron="0 14 * * *")), 12 * HOURS),
        ((NIGHTLY, Timing(cron="0 0 * * *", zone="Asia/Tokyo")), 13 * HOURS),  # 15:00 UTC
        ((Timing(cron="0 * * * *"),), HOURS),
        ((Timing(cron="0 * * * MON-FRI"),), 49 * HOURS),
        ((Timing(cron="0 4 1 * *"),), 31 * DAYS),
        ((Timing(cron="0 4 1 1 *"), WEEKLY), 7 * DAYS),
        ((Timing(cron="0 4 1 7 *"),), 366 * DAYS),  # 2028 is a leap year
    ],
)
def test_the_longest_time_between_slots_is_found_over_all_schedules(
    timings: tuple[Timing, ...], apart: timedelta | None
) -> None:
    assert widest(timings) == apart
