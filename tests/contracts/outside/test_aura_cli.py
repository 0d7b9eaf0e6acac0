"""PyPI `aura-cli`, made by Neo4j's own people, works on the double as on the real service."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.aura.fleet import (
    CATALOG_PROD,
    COMMERCE,
    DATA_LAB,
    ORDERS_PROD,
    ORDERS_STAGING,
    SANDBOX_FREE,
    SANDBOX_PAID,
)
from tests.contracts.outside.outsiders import Address, Printed, environment, run, until

pytestmark = pytest.mark.timeout(300)

ORDERS = f"/v1/instances/{ORDERS_PROD}"


@dataclass(frozen=True)
class Cli:
    """The program with a home folder of its own, pointed at the double."""

    program: Path
    home: Path
    aura: Address

    def run(self, *words: str) -> Printed:
        env = {
            "HOME": str(self.home),
            "AURA_CLI_BASE_URL": f"{self.aura.url}/v1",
            "AURA_CLI_AUTH_URL": f"{self.aura.url}/oauth/token",
        }
        return run([str(self.program), *words], env=env, cwd=self.home)

    def log_in(self, secret: str) -> Printed:
        credentials = ("--client-id", self.aura.client_id, "--client-secret", secret)
        return self.run("credentials", "add", "--name", "here", *credentials, "--use")

    def instance(self, instance_id: str) -> Printed:
        return self.run("instances", "get", "--instance-id", instance_id)

    def wait_for(self, instance_id: str, status: str) -> None:
        """A fresh instance is not found at first, as on the real service."""
        until(lambda: self.instance(instance_id), lambda shown: f'"{status}"' in shown.out)


@pytest.fixture(scope="session")
def program() -> Path:
    return environment("aura-cli") / "aura"


@pytest.fixture
def cli(program: Path, tmp_path: Path, aura: Address) -> Cli:
    cli = Cli(program, tmp_path, aura)
    assert cli.log_in(aura.client_secret).code == 0
    return cli


def test_it_lists_and_shows_projects_and_instances(cli: Cli) -> None:
    assert {p["id"]: p["name"] for p in cli.run("tenants", "list").json} == {
        COMMERCE: "Commerce",
        DATA_LAB: "Data lab",
    }
    offered = cli.run("tenants", "get", "--tenant-id", COMMERCE).json["instance_configurations"]
    assert {"free-db", "business-critical"} <= {line["type"] for line in offered}
    listed = cli.run("instances", "list").json
    assert len(listed) == 6
    assert all("status" not in summary for summary in listed)
    shown = cli.run("instances", "get", "--instance-id", ORDERS_PROD).json
    assert (shown["name"], shown["status"]) == ("orders-prod", "running")
    assert cli.aura.heard("GET", ORDERS)["status"] == 200


def test_it_takes_a_snapshot_and_restores_it(cli: Cli) -> None:
    taken = cli.run("snapshots", "create", "--instance-id", ORDERS_PROD).json["snapshot_id"]
    assert cli.aura.heard("POST", f"{ORDERS}/snapshots")["status"] == 202
    one = ("--instance-id", ORDERS_PROD, "--snapshot-id", taken)
    shown = until(
        lambda: cli.run("snapshots", "get", *one).json,
        lambda snapshot: snapshot["status"] == "Completed",
    )
    assert (shown["profile"], shown["exportable"]) == ("AdHoc", True)
    day = shown["timestamp"][:10]
    listed = cli.run("snapshots", "list", "--instance-id", ORDERS_PROD, "--date", day).json
    assert taken in {s["snapshot_id"] for s in listed}
    assert cli.aura.heard("GET", f"{ORDERS}/snapshots?date={day}")["status"] == 200
    assert cli.run("snapshots", "restore", *one).json["status"] == "restoring"
    cli.wait_for(ORDERS_PROD, "running")
    asked = cli.aura.heard("POST", f"{ORDERS}/snapshots/{taken}/restore")
    assert (asked["status"], asked["body"]) == (202, None)
    [restore] = cli.aura.restores()
    assert (restore["kind"], restore["instance_id"], restore["snapshot_id"]) == (
        *("restore", ORDERS_PROD),
        taken,
    )


def test_it_overwrites_an_instance_from_another(cli: Cli) -> None:
    words = ("instances", "overwrite", "--instance-id", CATALOG_PROD)
    shown = cli.run(*words, "--source-instance", ORDERS_PROD).json
    assert shown["status"] == "overwriting"
    asked = cli.aura.heard("POST", f"/v1/instances/{CATALOG_PROD}/overwrite")
    assert (asked["status"], asked["body"]) == (202, {"source_instance_id": ORDERS_PROD})
    cli.wait_for(CATALOG_PROD, "running")
    [restore] = cli.aura.restores()
    assert (restore["kind"], restore["source_id"]) == ("overwrite", ORDERS_PROD)


def test_it_pauses_and_resumes(cli: Cli) -> None:
    for verb, first, last in (("pause", "pausing", "paused"), ("resume", "resuming", "running")):
        shown = cli.run("instances", verb, "--instance-id", SANDBOX_PAID).json
        assert shown["status"] == first
        cli.wait_for(SANDBOX_PAID, last)
        asked = cli.aura.heard("POST", f"/v1/instances/{SANDBOX_PAID}/{verb}")
        assert (asked["status"], asked["body"]) == (202, None)


def test_it_creates_and_deletes(cli: Cli) -> None:
    where = ("--cloud-provider", "gcp", "--region", "europe-west1", "--tenant-id", COMMERCE)
    made = cli.run(
        *("instances", "create", "--type", "professional-db", "--memory", "2"),
        *("--name", "from outside", *where),
    ).json
    assert (made["username"], len(made["password"])) == ("neo4j", 48)
    asked = cli.aura.heard("POST", "/v1/instances")
    assert (asked["body"]["memory"], asked["body"]["version"]) == ("2GB", "5")
    cli.wait_for(made["id"], "running")
    assert "password" not in cli.instance(made["id"]).json
    # Its first scheduled snapshot runs by itself, and nothing else may meanwhile.
    gone = until(
        lambda: cli.run("instances", "delete", "--instance-id", made["id"], "--yes"),
        lambda printed: "undergoing an operation: snapshotting" not in printed.err,
    )
    assert gone.json["status"] == "destroying"
    ended = until(lambda: cli.instance(made["id"]), lambda shown: shown.code != 0)
    assert "404 Client Error" in ended.err


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("instances", "get", "--instance-id", "ffffffff"), 404, "404 Client Error: Not Found"),
        (("instances", "pause", "--instance-id", SANDBOX_FREE), 400, "Cannot pause an instance"),
        (("instances", "resume", "--instance-id", ORDERS_PROD), 409, "which is running"),
        (("snapshots", "create", "--instance-id", ORDERS_STAGING), 409, "which is paused"),
    ],
)
def test_it_tells_its_user_of_a_refusal(
    cli: Cli, words: tuple[str, ...], status: int, said: str
) -> None:
    refused = cli.run(*words)
    assert (refused.code, cli.aura.calls()[-1]["status"]) == (1, status)
    assert said in refused.err


def test_it_tells_its_user_in_every_way_of_being_down(cli: Cli) -> None:
    assert cli.instance(ORDERS_PROD).code == 0  # it keeps its token
    cli.aura.control("faults", name="unavailable", count=8)
    told = [cli.instance(ORDERS_PROD) for _ in range(8)]
    assert {printed.code for printed in told} == {1}
    assert [printed.err for printed in told] == [
        "Error: Unknown error (status code 503)\n",
        "Error: An unexpected error occurred\n",
        "Error: Unknown error (status code 502)\n",
        "Error: Unknown error (status code 504)\n",
        "Error: There was a problem proxying the request\n",
        "Error: Unknown error (status code 500)\n",
        "Error: There was a problem proxying the request\n",
        "Error: Unknown error (status code 504)\n",
    ]
    assert cli.instance(ORDERS_PROD).code == 0


def test_it_shows_words_that_it_does_not_know_and_an_address_that_is_empty(cli: Cli) -> None:
    cli.aura.control("status", instance_id=ORDERS_PROD, status="rebalancing")
    assert cli.instance(ORDERS_PROD).json["status"] == "rebalancing"
    resuming = cli.run("instances", "resume", "--instance-id", ORDERS_STAGING).json
    assert (resuming["status"], resuming["connection_url"]) == ("resuming", "")


def test_it_may_look_and_not_act_where_its_credential_has_no_role_for_more(cli: Cli) -> None:
    cli.aura.control("faults", name="forbid", on=True)
    assert cli.instance(ORDERS_PROD).code == 0
    refused = cli.run("snapshots", "create", "--instance-id", ORDERS_PROD)
    assert (refused.code, cli.aura.calls()[-1]["status"]) == (1, 403)
    assert "403 Client Error: Forbidden" in refused.err


def test_it_is_turned_away_with_a_wrong_secret(
    program: Path, tmp_path: Path, aura: Address
) -> None:
    cli = Cli(program, tmp_path, aura)
    cli.log_in("wrong")
    refused = cli.run("instances", "list")
    assert (refused.code, aura.calls()) == (1, [])
    assert refused.err == "Error: invalid_client\n"
