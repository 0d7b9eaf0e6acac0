"""`[graph]`: the ways into the graphs, their secrets, and what is wrong with them."""

from pathlib import Path

import pytest

from bot.config import ConfigError, Settings, load
from bot.core.base import ChannelId, InstanceId, ProjectId
from bot.core.environments import Environment
from bot.core.instances import InstanceSummary
from bot.ports import Access

BASE = """\
[environments.production]
channel = "C012AB3CD"
alert_channel = "C012AB3CD"
"""
GRAPH = """\
[graph.environments.production]
user_env = "READER"
password_env = "READER_PASSWORD"
[graph.instances.0d5e7a11]
database = "orders"
metrics_client_id_env = "METRICS_ID"
metrics_client_secret_env = "METRICS_SECRET"
timeout_seconds = 3
"""
ENV = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "AURA_CLIENT_ID": "id",
    "AURA_CLIENT_SECRET": "hush",
    "READER": "reader",
    "READER_PASSWORD": "hush-reader",
    "METRICS_ID": "m",
    "METRICS_SECRET": "hush-metrics",
}
PRODUCTION = Environment(name="production", channel=ChannelId("C"), alert_channel=ChannelId("C"))


def settings(folder: Path, text: str, **env: str) -> Settings:
    file = folder / "savepoint.toml"
    file.write_text(BASE + text)
    return load({**ENV, "SAVEPOINT_CONFIG": str(file), **env})


def faults(folder: Path, text: str, **env: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        settings(folder, text, **env)
    return [fault.replace(str(folder / "savepoint.toml"), "FILE") for fault in caught.value.faults]


def instance(name: str) -> InstanceSummary:
    return InstanceSummary(id=InstanceId(name), name="x", project_id=ProjectId("p1"))


def test_instance_comes_before_its_environment_and_ids_are_put_in(tmp_path: Path) -> None:
    accesses = settings(tmp_path, GRAPH).accesses
    own = accesses.of(instance("0d5e7a11"), PRODUCTION)
    assert own.query is None
    assert own.metrics is not None
    assert own.metrics.address.endswith("/api/v1/p1/0d5e7a11/metrics")
    assert (own.database, own.timeout) == ("orders", 3)
    general = accesses.of(instance("ffffffff"), PRODUCTION)
    assert general.query is not None
    assert general.query.address == "https://ffffffff.databases.neo4j.io"
    assert (general.query.user, general.metrics) == ("reader", None)
    assert accesses.of(instance("ffffffff"), None) == Access()


def test_no_password_shows_and_all_are_redacted(tmp_path: Path) -> None:
    found = settings(tmp_path, GRAPH)
    assert "hush" not in repr(found.accesses)
    assert {"hush-reader", "hush-metrics"} <= found.secrets()


def test_faults_are_told_with_key_and_line(tmp_path: Path) -> None:
    assert faults(tmp_path, GRAPH, READER_PASSWORD="") == [
        "READER_PASSWORD: not set (nor READER_PASSWORD_FILE)"
    ]
    wrong = """\
[graph.environments.elsewhere]
user_env = "READER"
[graph.instances.0d5e7a11]
metrics_client_id_env = "METRICS_ID"
[graph.instances.orders]
user_env = "the password itself"
password_env = "READER_PASSWORD"
address = "http://db.example.com"
database = "no such!"
[graph.instances.ffffffff]
database = "neo4j"
"""
    assert faults(tmp_path, wrong) == [
        "FILE:4: graph.environments.elsewhere: user_env and password_env belong together",
        "FILE:6: graph.instances.0d5e7a11: metrics_client_id_env and metrics_client_secret_env "
        "belong together",
        "FILE:8: graph.instances.orders: “orders” is not an Aura instance id: 8 hexadecimal "
        "digits, in lower case",
        "FILE:9: graph.instances.orders.user_env: this is not the name of an environment "
        "variable, such as AURA_CLIENT_ID",
        "FILE:11: graph.instances.orders.address: “http://db.example.com” is not an address that "
        "begins with https://",
        "FILE:12: graph.instances.orders.database: “no such!” is not the name of a database, "
        "such as neo4j",
        "FILE:13: graph.instances.ffffffff: name user_env and password_env, or the two variables "
        "for metrics",
    ]
    stranger = GRAPH.replace("environments.production", "environments.elsewhere")
    assert faults(tmp_path, stranger) == [
        "FILE:4: graph.environments.elsewhere: is no environment of this file"
    ]
