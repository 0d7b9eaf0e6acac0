"""What an environment wants, and what its instances' tier cannot give."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from bot.core.protection import PRESETS, Encryption, Freeze, Protection, Wish, unmet
from bot.core.schedules import Timing, Work
from bot.core.tiers import facts

NIGHTLY = Timing(cron="0 2 * * *")


def wishes(
    wanted: Protection,
    tier: str = "professional-db",
    *,
    region: str = "europe-west1",
    vault: bool = True,
    customer_key: bool = False,
) -> tuple[Wish, ...]:
    return unmet(
        wanted,
        tier=tier,
        region=region,
        facts=facts(tier),
        vault=vault,
        customer_key=customer_key,
    )


@pytest.mark.parametrize(
    ("wanted", "tier", "subject", "mend"),
    [
        (Protection(in_place_hours=24), "free-db", "a snapshot every 24 h", "paid tier"),
        (Protection(in_place_hours=6), "professional-db", "a snapshot every 6 h", "schedule"),
        (Protection(exports=(NIGHTLY,)), "free-db", "copies outside the instance", "Professional"),
    ],
)
def test_a_wish_beyond_the_tier_is_said_with_what_would_help(
    wanted: Protection, tier: str, subject: str, mend: str
) -> None:
    (wish,) = wishes(wanted, tier)
    assert wish.subject == subject
    assert mend in wish.mend


def test_thirty_days_on_professional_need_a_vault() -> None:
    monthly = Protection(keep_days=30)
    (wish,) = wishes(monthly, vault=False)
    assert wish.why == "AuraDB Professional keeps none longer than 7 days"
    assert wishes(monthly) == ()
    assert wishes(monthly, "business-critical", vault=False) == ()


def test_exports_need_somewhere_to_go() -> None:
    (wish,) = wishes(Protection(exports=(NIGHTLY,)), vault=False)
    assert wish.why == "there is no vault to put them in"


def test_a_region_that_is_not_allowed_is_said() -> None:
    (wish,) = wishes(Protection(regions=("europe-west3",)))
    assert "europe-west1" in wish.why
    assert wishes(Protection(regions=("europe-west1",))) == ()
    assert wishes(Protection(regions=("europe-west3",)), region="") == ()  # Aura did not say


def test_a_key_of_ones_own_is_asked_for() -> None:
    wanted = Protection(encryption=(Encryption.CUSTOMER_KEY,))
    assert len(wishes(wanted)) == 1
    assert wishes(wanted, customer_key=True) == ()


@pytest.mark.parametrize("tier", ["professional-db", "business-critical", "enterprise-db"])
@pytest.mark.parametrize("preset", PRESETS)
def test_each_preset_can_be_had_on_each_paid_tier_with_a_vault(preset: str, tier: str) -> None:
    assert wishes(PRESETS[preset], tier) == ()


def test_the_presets_ask_for_what_their_names_say() -> None:
    asked = {name: {work for work, _ in wanted.timings()} for name, wanted in PRESETS.items()}
    assert asked == {
        "development": {Work.SNAPSHOT},
        "staging": {Work.SNAPSHOT, Work.EXPORT},
        "production": {Work.SNAPSHOT, Work.EXPORT, Work.DRILL},
    }


WINTER = Freeze(
    name="year end",
    start=datetime(2026, 12, 20),  # noqa: DTZ001 - local to its zone
    end=datetime(2027, 1, 4),  # noqa: DTZ001
    zone="Europe/Berlin",
)


def test_a_freeze_begins_and_ends_in_its_own_zone() -> None:
    wanted = Protection(freezes=(WINTER,))
    assert wanted.frozen(datetime(2026, 12, 19, 22, 59, tzinfo=UTC)) is None
    assert wanted.frozen(datetime(2026, 12, 19, 23, tzinfo=UTC)) is WINTER
    assert wanted.frozen(datetime(2027, 1, 3, 22, 59, tzinfo=UTC)) is WINTER
    assert wanted.frozen(datetime(2027, 1, 3, 23, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("2027-01-04T00:00", "2026-12-20T00:00", "ends before it begins"),
        ("2026-12-20T00:00Z", "2027-01-04T00:00Z", "leave the offset out"),
    ],
)
def test_a_freeze_that_means_nothing_is_refused(start: str, end: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Freeze.model_validate({"name": "x", "start": start, "end": end})
