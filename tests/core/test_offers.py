"""What fits a source, and which is the smallest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import NotRestorable
from bot.core.offers import Offer, fitting, gigabytes, holds, smallest
from tests.core.samples import instance


def offer(memory: str = "8GB", **facts: str | None) -> Offer:
    known = {
        "cloud": "gcp",
        "region": "europe-west1",
        "tier": "business-critical",
        "memory": memory,
        "version": "5",
    }
    return Offer.model_validate(known | facts)


SOURCE = instance(
    tier="business-critical", memory="8GB", storage="16GB", cloud="gcp", region="europe-west1"
)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("8GB", 8),
        ("8G", 8),
        ("512MB", 0.5),
        ("1.5 GB", 1.5),
        ("2TB", 2048),
        (None, None),
        ("x", None),
    ],
)
def test_sizes_are_read_in_gigabytes(text: str | None, size: float | None) -> None:
    assert gigabytes(text) == size


def test_nothing_smaller_than_the_source_is_offered() -> None:
    assert not holds(offer("4GB"), SOURCE)
    assert not holds(offer("8GB", storage="8GB"), SOURCE)
    assert not holds(offer("large"), SOURCE)
    assert holds(offer("8GB", storage="16GB"), SOURCE)
    assert holds(offer("1GB"), instance(memory=None, storage=None))


def test_the_smallest_of_the_same_tier_nearby_wins() -> None:
    far = offer("8GB", region="us-east1")
    other_tier = offer("8GB", tier="professional-db")
    near = offer("16GB")
    assert smallest([far, other_tier, near], SOURCE) == near
    assert smallest([far, other_tier], SOURCE) == far
    assert smallest([offer("64GB"), near, offer("4GB")], SOURCE) == near


def test_of_two_versions_the_newer_one_is_kept() -> None:
    assert [o.version for o in fitting([offer(), offer(version="4")], SOURCE)] == ["5"]


def test_it_is_said_when_nothing_of_the_tier_fits() -> None:
    with pytest.raises(NotRestorable, match="at least 8GB") as none:
        smallest([offer("4GB"), offer("64GB", tier="professional-db")], SOURCE)
    assert none.value.hint


@given(st.lists(st.sampled_from(["1GB", "4GB", "8GB", "16GB", "64GB"]), max_size=6))
def test_whatever_is_offered_is_never_smaller_than_the_source(memories: list[str]) -> None:
    for each in fitting([offer(m) for m in memories], SOURCE):
        assert (gigabytes(each.memory) or 0) >= 8
