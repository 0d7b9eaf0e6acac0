"""PyPI `neo4j-aura-sdk` reads the double's answers into its models, and raises what it should."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.aura.fleet import BOOKKEEPING as ORG
from sandbox.aura.fleet import (
    CATALOG_PROD,
    COMMERCE,
    DATA_LAB,
    LEDGER_CLIENT_ID,
    LEDGER_CLIENT_SECRET,
    LEDGER_PROD,
    LEDGERS,
    ORDERS_PROD,
    ORDERS_STAGING,
    SANDBOX_FREE,
    SANDBOX_PAID,
)
from tests.contracts.outside.outsiders import Address, environment, until
from tests.contracts.outside.sdk import Refused, Sdk, running_sdk

pytestmark = pytest.mark.timeout(300)

ORDERS = f"/v1/instances/{ORDERS_PROD}"


@pytest.fixture(scope="session")
def bin_folder() -> Path:
    return environment("neo4j-aura-sdk")


@pytest.fixture
def sdk(bin_folder: Path, aura: Address) -> Iterator[Sdk]:
    with running_sdk(bin_folder, aura, "v1", secret=aura.client_secret) as sdk:
        yield sdk


def test_it_lists_and_shows_projects_and_instances(sdk: Sdk) -> None:
    assert [p["name"] for p in sdk.data("tenants")] == ["Commerce", "Data lab"]
    assert sdk.data("tenant", DATA_LAB)["instance_configurations"]
    assert len(sdk.data("instances")) == 6
    assert [i["id"] for i in sdk.data("instances", DATA_LAB)] == [SANDBOX_PAID]
    assert sdk.aura.heard("GET", f"/v1/instances?tenantId={DATA_LAB}")["status"] == 200
    shown = sdk.data("instance", ORDERS_PROD)
    assert (shown["status"], shown["cdc_enrichment_mode"]) == ("running", "OFF")


def test_it_takes_a_snapshot_and_restores_it(sdk: Sdk) -> None:
    taken = sdk.data("snapshot_instance", ORDERS_PROD)["snapshot_id"]
    assert sdk.aura.heard("POST", f"{ORDERS}/snapshots")["body"] is None
    shown = until(
        lambda: sdk.data("snapshot", ORDERS_PROD, taken),
        lambda snapshot: snapshot["status"] == "Completed",
    )
    assert (shown["profile"], shown["exportable"]) == ("AdHoc", True)
    listed = sdk.data("snapshots", ORDERS_PROD, shown["timestamp"][:10])
    assert shown in listed
    assert sdk.data("restore_instance", ORDERS_PROD, taken)["status"] == "restoring"
    sdk.wait_for(ORDERS_PROD, "running")
    assert sdk.aura.heard("POST", f"{ORDERS}/snapshots/{taken}/restore")["status"] == 202
    [restore] = sdk.aura.restores()
    assert (restore["kind"], restore["snapshot_id"]) == ("restore", taken)


def test_it_overwrites_from_an_instance_and_from_a_snapshot(sdk: Sdk) -> None:
    shown = sdk.data("overwrite_instance", CATALOG_PROD, ORDERS_PROD)
    assert shown["status"] == "overwriting"
    # The source is busy with the snapshot which that call began.
    taken = until(
        lambda: sdk.tried("snapshot_instance", ORDERS_PROD),
        lambda answer: "snapshot-not-allowed" not in str(answer),
    )["snapshot_id"]
    until(lambda: sdk.data("snapshot", ORDERS_PROD, taken), lambda shown: bool(shown["exportable"]))
    sdk.wait_for(CATALOG_PROD, "running")
    shown = sdk.data("overwrite_instance_with_snapshot", CATALOG_PROD, ORDERS_PROD, taken)
    assert shown["status"] == "overwriting"
    assert [r["snapshot_id"] for r in sdk.aura.restores()] == [None, taken]
    assert [c["body"] for c in sdk.aura.calls() if c["path"].endswith("/overwrite")] == [
        {"source_instance_id": ORDERS_PROD},
        {"source_instance_id": ORDERS_PROD, "source_snapshot_id": taken},
    ]


def test_it_pauses_and_resumes(sdk: Sdk) -> None:
    assert sdk.data("pause_instance", SANDBOX_PAID)["status"] == "pausing"
    sdk.wait_for(SANDBOX_PAID, "paused")
    resuming = sdk.data("resume_instance", SANDBOX_PAID)
    assert (resuming["status"], resuming["connection_url"]) == ("resuming", None)
    sdk.wait_for(SANDBOX_PAID, "running")
    assert sdk.aura.heard("POST", f"/v1/instances/{SANDBOX_PAID}/resume")["status"] == 202


def test_it_creates_and_deletes(sdk: Sdk) -> None:
    order = {
        "name": "from outside",
        "tenant_id": COMMERCE,
        "cloud_provider": "gcp",
        "memory": "2GB",
        "region": "europe-west1",
        "type": "professional-db",
        "version": "5",
    }
    made = sdk.data("create_instance", order, model="InstanceRequest")
    assert (made["username"], len(made["password"])) == ("neo4j", 48)
    assert sdk.aura.heard("POST", "/v1/instances")["body"] == order
    until(
        lambda: sdk.tried("instance", made["id"]),  # not found at first, as on the real service
        lambda shown: not isinstance(shown, Refused) and shown["status"] == "running",
    )
    gone = until(
        lambda: sdk.tried("delete_instance", made["id"]),
        lambda answer: "snapshotting" not in str(answer),
    )
    assert gone["status"] == "destroying"
    last = until(
        lambda: sdk.tried("instance", made["id"]), lambda shown: isinstance(shown, Refused)
    )
    assert last.error == "AuraApiNotFoundException"


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (("instance", "ffffffff"), "AuraApiNotFoundException", "db-not-found"),
        (("pause_instance", SANDBOX_FREE), "AuraApiBadRequestException", "db-tier-invalid"),
        (
            ("overwrite_instance", SANDBOX_FREE, ORDERS_PROD),
            *("AuraApiUnsupportedActionException", "db-tier-invalid"),
        ),
        (
            ("overwrite_instance", SANDBOX_PAID, ORDERS_PROD),
            *("AuraApiInternalException", "smaller database"),
        ),
        (("snapshot_instance", ORDERS_STAGING), "AuraApiException", "is paused"),
        (
            ("restore_instance", ORDERS_PROD, "no-such-snapshot"),
            *("AuraApiNotFoundException", "snapshot-not-found"),
        ),
    ],
)
def test_it_raises_what_the_double_refused(
    sdk: Sdk, call: tuple[str, ...], error: str, said: str
) -> None:
    with pytest.raises(Refused) as refused:
        sdk.call(*call)
    assert refused.value.error == error
    assert said in refused.value.said


def test_it_raises_in_every_way_of_being_down_and_works_again(sdk: Sdk) -> None:
    assert sdk.data("instance", ORDERS_PROD)["status"] == "running"
    sdk.aura.control("faults", name="unavailable", count=8)
    raised = [sdk.tried("instance", ORDERS_PROD) for _ in range(8)]
    statuses = [call["status"] for call in sdk.aura.calls()][1:]
    assert list(zip(statuses, [one.error for one in raised], strict=True)) == [
        (503, "JSONDecodeError"),
        (500, "AuraApiInternalException"),
        (502, "JSONDecodeError"),
        (504, "JSONDecodeError"),
        (503, "ValidationError"),  # it does not know the gateway's shape
        (500, "JSONDecodeError"),
        (502, "ValidationError"),
        (504, "JSONDecodeError"),
    ]
    assert sdk.data("instance", ORDERS_PROD)["status"] == "running"


def test_it_reads_words_that_it_does_not_know_and_an_address_that_is_empty(sdk: Sdk) -> None:
    sdk.aura.control("status", instance_id=ORDERS_PROD, status="rebalancing")
    assert sdk.data("instance", ORDERS_PROD)["status"] == "rebalancing"
    resuming = sdk.data("resume_instance", ORDERS_STAGING)
    assert (resuming["status"], resuming["connection_url"]) == ("resuming", "")


def test_it_may_look_and_not_act_where_its_credential_has_no_role_for_more(sdk: Sdk) -> None:
    sdk.aura.control("faults", name="forbid", on=True)
    assert sdk.data("snapshots", ORDERS_PROD, "2026-11-01") is not None
    with pytest.raises(Refused) as refused:
        sdk.call("snapshot_instance", ORDERS_PROD)
    assert refused.value.error == "AuraApiAuthorizationException"
    assert "Insufficient permissions" in refused.value.said


def test_it_is_turned_away_with_a_wrong_secret(bin_folder: Path, aura: Address) -> None:
    with running_sdk(bin_folder, aura, "v1", secret="wrong") as sdk:
        with pytest.raises(Refused) as refused:
            sdk.call("instances")
        assert refused.value.error == "AuraApiAuthorizationException"
    assert aura.calls() == []


def test_it_works_through_the_databases_of_v2beta1(bin_folder: Path, aura: Address) -> None:
    aura = replace(aura, client_id=LEDGER_CLIENT_ID)
    with running_sdk(bin_folder, aura, "v2beta1", secret=LEDGER_CLIENT_SECRET) as sdk:
        assert [o["id"] for o in sdk.call("list_organizations")] == [ORG]
        assert [p["id"] for p in sdk.call("list_organization_projects", ORG)] == [LEDGERS]
        project = (ORG, LEDGERS)
        assert [i["id"] for i in sdk.call("list_project_instances", *project)] == [LEDGER_PROD]
        one = (*project, LEDGER_PROD)
        assert sdk.data("get_project_instance", *one)["legacy_status"] == "running"
        databases = sdk.call("list_project_instance_databases", *one)
        assert [d["name"] for d in databases] == ["neo4j", "sales", "stock"]
        sales = (*one, databases[1]["id"])
        taken = sdk.data("create_project_database_backup", *sales)["id"]
        until(
            lambda: sdk.data("get_project_database_backup", *sales, taken),
            lambda backup: backup["status"] == "Completed",
        )
        listed = sdk.call("list_project_database_backups", *sales)
        assert listed[0]["id"] == taken
        # The SDK's own model of this body has other fields, but lets any through.
        body = {"backup_id": taken}
        sdk.call(
            "restore_project_instance_database", *sales, body, model="RestoreProjectDatabaseRequest"
        )
        [restore] = aura.restores()
        assert (restore["snapshot_id"], restore["database_id"]) == (taken, sales[-1])
