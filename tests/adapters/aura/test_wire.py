from datetime import UTC, datetime

import pytest

from bot.adapters.aura import wire
from bot.adapters.aura.decode import Answer
from bot.core.errors import AuraUnavailable
from bot.core.instances import Condition
from bot.core.snapshots import Exportable
from tests.adapters.aura.stage import INSTANCE, ORDERS, SNAPSHOT_JSON


def an_answer(value: object) -> Answer:
    return Answer(status=200, document={"data": value}, request_id="ab/1")  # type: ignore[dict-item]


def test_instance_is_read_in_full() -> None:
    found = wire.instance(an_answer({**INSTANCE, "brand_new_field": [1]}))
    assert (found.id, found.name, found.tier) == (ORDERS, "orders-prod", "business-critical")
    assert (found.memory, found.storage, found.cdc_mode) == ("8GB", "16GB", "OFF")
    assert found.created_at == datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


def test_instance_needs_nothing_but_its_id() -> None:
    found = wire.instance(an_answer({"id": ORDERS, "name": None, "memory": None}))
    assert (found.name, found.memory, found.storage, found.cdc_mode) == ("", None, None, None)
    assert found.condition is Condition.BUSY


@pytest.mark.parametrize(
    ("given", "read"),
    [({}, None), ({"customer_managed_key_id": ""}, None), ({"customer_managed_key_id": "k"}, "k")],
)
def test_the_customers_own_key_is_read(given: dict[str, object], read: str | None) -> None:
    assert wire.instance(an_answer({**INSTANCE, **given})).key_id == read


def test_unknown_status_words_are_kept() -> None:
    found = wire.instance(an_answer({**INSTANCE, "status": "hibernating"}))
    assert (found.status, found.condition) == ("hibernating", Condition.BUSY)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({}, Exportable.UNKNOWN),
        ({"exportable": None}, Exportable.UNKNOWN),
        ({"exportable": True}, Exportable.YES),
        ({"exportable": False}, Exportable.NO),
    ],
)
def test_exportable_is_yes_no_or_unknown(given: dict[str, object], read: Exportable) -> None:
    assert wire.snapshot(an_answer({**SNAPSHOT_JSON, **given}), ORDERS).exportable is read


def test_times_without_a_zone_are_utc_and_a_missing_owner_is_the_one_asked_for() -> None:
    [found] = wire.snapshots(
        an_answer([{"snapshot_id": "2023-01-20T18:07:25Z-adhoc", "timestamp": "2026-11-22T07:41"}]),
        ORDERS,
    )
    assert found.taken_at == datetime(2026, 11, 22, 7, 41, tzinfo=UTC)
    assert (found.instance_id, found.status) == (ORDERS, "")


def test_times_of_another_zone_become_utc_since_messages_call_them_so() -> None:
    found = wire.snapshot(
        an_answer({**SNAPSHOT_JSON, "timestamp": "2026-11-22T01:30:00+02:00"}), ORDERS
    )
    assert f"{found.taken_at:%Y-%m-%d %H:%M}" == "2026-11-21 23:30"


def test_data_and_errors_may_stand_side_by_side() -> None:
    document = {"data": [{"id": "p", "name": "Data"}], "errors": [{"message": "m"}]}
    [found] = wire.projects(Answer(status=200, document=document))  # type: ignore[arg-type]
    assert found.name == "Data"


def test_what_cannot_be_understood_is_an_open_outcome_that_repeats_no_secret() -> None:
    answer = Answer(200, {"access_token": "hush-token", "expires_in": "hush-soon"}, "ab/1")
    with pytest.raises(AuraUnavailable) as caught:
        wire.read(wire.Token, answer)
    assert (caught.value.definite, caught.value.request_id) == (False, "ab/1")
    assert caught.value.__cause__ is None
    assert "hush" not in str(caught.value.__context__)
