import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bot.config import ConfigError, Settings, load, schema
from bot.config.given import Given

GOOD = """\
[environments.production]
channel = "C012AB3CD"
alert_channel = "C012AB3CE"
operators = { users = ["U012AB3CD"] }
approvers = { groups = ["S012AB3CD"] }
viewers = { users = ["U012AB3CD"] }
instances = ["0d5e7a11"]

[environments.staging]
channel = "C012AB3CD"
alert_channel = "C012AB3CE"
projects = ["5D0E7A3E-4b1c-4c57-9a52-6f0f5d1caa01"]

[aliases]
Orders = "0d5e7a11"
"""
VARIABLES = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "AURA_CLIENT_ID": "client",
    "AURA_CLIENT_SECRET": "hush-hush",
    # what the example configuration names besides
    "ORDERS_READER": "reader",
    "ORDERS_READER_PASSWORD": "hush-reader",
    "ORDERS_PASSWORD": "hush-orders",
    "METRICS_CLIENT_ID": "metrics",
    "METRICS_CLIENT_SECRET": "hush-metrics",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "savepoint.toml"
    path.write_text(GOOD)
    return path


def loaded(file: Path, **variables: str) -> Settings:
    return load({**VARIABLES, "SAVEPOINT_CONFIG": str(file), **variables})


def faults(file: Path, **variables: str) -> list[str]:
    with pytest.raises(ConfigError) as unusable:
        loaded(file, **variables)
    assert str(unusable.value) == "\n".join(unusable.value.faults)
    return [fault.replace(str(file), "FILE") for fault in unusable.value.faults]


def test_a_good_configuration_becomes_environments_people_and_aliases(file: Path) -> None:
    settings = loaded(file, REDIS_URL="redis://:pass%2Fword@redis:6379/0")
    production, staging = settings.estate.environments
    assert production.name == "production"
    assert production.operators.users == ("U012AB3CD",)
    assert production.approvers.groups == ("S012AB3CD",)
    assert production.viewers is not None
    assert staging.viewers is None
    assert staging.projects == ("5d0e7a3e-4b1c-4c57-9a52-6f0f5d1caa01",)
    assert settings.estate.aliases == {"orders": "0d5e7a11"}
    assert [c.client_id for c in settings.credentials] == ["client"]
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.port == 8080


def test_settings_name_all_their_secrets_and_show_none(file: Path) -> None:
    settings = loaded(
        file, REDIS_URL="redis://:pass%2Fword@redis:6379/0", SLACK_SIGNING_SECRET="sign-me"
    )
    assert settings.secrets() == {
        "xoxb-1", "xapp-1", "sign-me", "hush-hush", "pass%2Fword", "pass/word",
    }  # fmt: skip
    assert not [secret for secret in settings.secrets() if secret in repr(settings)]
    assert not [secret for secret in settings.secrets() if secret in settings.model_dump_json()]


def test_a_store_without_a_password_and_no_store_at_all_hold_no_secret(file: Path) -> None:
    tokens = {"xoxb-1", "xapp-1", "hush-hush"}
    assert loaded(file).secrets() == tokens
    assert loaded(file, REDIS_URL="redis://redis:6379/0").secrets() == tokens


def test_a_service_address_gets_the_slash_that_its_client_needs(file: Path) -> None:
    settings = loaded(
        file, SLACK_API_URL="http://127.0.0.1:1/api", AURA_API_URL="http://127.0.0.1:2/"
    )
    assert settings.slack_api_url == "http://127.0.0.1:1/api/"
    assert settings.aura_api_url == "http://127.0.0.1:2"


def test_every_fault_is_told_at_once_with_its_variable_or_its_key_and_line(
    tmp_path: Path,
) -> None:
    file = tmp_path / "savepoint.toml"
    file.write_text(
        """\
colour = "red"

[environments.production]
channel = "#ops-production"
quorum = 0
clone_name = "{name}-copy"
operators = { users = ["alice"], people = ["bob"] }
approvers = { groups = ["db-approvers"] }
instances = [
  "orders-prod",
]
projects = ["commerce"]

[environments."two words"]
channel = "C012AB3CD"
alert_channel = "C012AB3CD"

[credentials.default]
client_secret_env = "the secret itself"
requests_per_minute = "many"
"""
    )
    found = faults(
        file, SLACK_BOT_TOKEN="", SLACK_APP_TOKEN="", SAVEPOINT_PORT="eighty", REDIS_URL="http://x"
    )
    assert found == [
        "SLACK_BOT_TOKEN: not set (nor SLACK_BOT_TOKEN_FILE)",
        "SLACK_APP_TOKEN: not set; Socket Mode needs it (or SLACK_SIGNING_SECRET for HTTP mode)",
        "REDIS_URL: does not begin with redis://, rediss:// or unix://",
        "SAVEPOINT_PORT: “eighty” is not a port (0 to 65535)",
        "FILE:4: environments.production.channel: “#ops-production” is not a Slack channel id "
        "such as C012AB3CD (channel → About)",
        "FILE:3: environments.production.alert_channel: is missing",
        "FILE:7: environments.production.operators.users.0: “alice” is not a Slack user id "
        "such as U012AB3CD (profile → Copy member ID)",
        "FILE:7: environments.production.operators.people: is not a key I know",
        "FILE:8: environments.production.approvers.groups.0: “db-approvers” is not a Slack "
        "user group id such as S012AB3CD",
        "FILE:5: environments.production.quorum: input should be greater than or equal to 1",
        "FILE:6: environments.production.clone_name: “{name}” is not one of {instance}, {id}, "
        "{date}, {day}",
        "FILE:12: environments.production.projects.0: “commerce” is not an Aura project id: a UUID",
        "FILE:9: environments.production.instances.0: “orders-prod” is not an Aura instance "
        "id: 8 hexadecimal digits, in lower case",
        "FILE:14: environments.two words: “two words” is not a name: letters, digits, _ and -, "
        "40 at most",
        "FILE:19: credentials.default.client_secret_env: this is not the name of an "
        "environment variable, such as AURA_CLIENT_ID",
        "FILE:20: credentials.default.requests_per_minute: input should be a valid integer, "
        "unable to parse string as an integer",
        "FILE:1: colour: is not a key I know",
    ]


def test_what_two_tables_contradict_each_other_in_is_told_with_its_line(file: Path) -> None:
    file.write_text(
        GOOD.replace("projects =", 'instances = ["0d5e7a11"]\nprojects =')
        + 'orders = "0d5e7a11"\n[runner]\npoll_least = 20\n'
    )
    assert faults(file) == [
        "FILE:12: environments.staging.instances: 0d5e7a11 belongs to production already",
        "FILE:17: aliases.orders: is there twice: capitals make no difference",
        "FILE:19: runner.poll_least: is more than poll_most",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[environments]\n", "FILE:1: environments: is empty"),
        ("", "FILE:1: environments: is missing"),
        ("a = [", "FILE: Invalid value (at end of document)"),
    ],
)
def test_a_file_that_says_nothing_is_refused(file: Path, text: str, fault: str) -> None:
    file.write_text(text)
    (found,) = faults(file)
    assert found.startswith(fault)


def test_a_file_that_cannot_be_read_is_named(file: Path) -> None:
    assert faults(file.parent / "none.toml") == [
        "SAVEPOINT_CONFIG: cannot read FILE: No such file or directory"
    ]
    file.write_bytes(b"\xff")
    assert faults(file) == ["SAVEPOINT_CONFIG: FILE is not text in UTF-8"]


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1", "SLACK_BOT_TOKEN: does not begin with xoxb- or xoxe.xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-1", "SLACK_APP_TOKEN: does not begin with xapp-"),
        ("AURA_API_URL", "api.neo4j.io", "AURA_API_URL: “api.neo4j.io” is not an http(s) address"),
        ("SAVEPOINT_PORT", "65536", "SAVEPOINT_PORT: “65536” is not a port (0 to 65535)"),
        ("SAVEPOINT_PORT", "²", "SAVEPOINT_PORT: “²” is not a port (0 to 65535)"),
        ("AURA_CLIENT_ID", "", "AURA_CLIENT_ID: not set (nor AURA_CLIENT_ID_FILE)"),
        ("AURA_CLIENT_SECRET", "", "AURA_CLIENT_SECRET: not set (nor AURA_CLIENT_SECRET_FILE)"),
    ],
)
def test_a_variable_that_cannot_be_right_is_named_without_its_secret(
    file: Path, name: str, value: str, fault: str
) -> None:
    assert faults(file, **{name: value}) == [fault]


def test_a_secret_may_stand_in_a_file(file: Path, tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("xoxb-from-a-file\n")
    settings = loaded(file, SLACK_BOT_TOKEN="", SLACK_BOT_TOKEN_FILE=str(secret))
    assert settings.slack_bot_token.get_secret_value() == "xoxb-from-a-file"


def test_a_secrets_file_that_is_absent_empty_or_no_text_is_named(
    file: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "token"
    given = {"SLACK_BOT_TOKEN": "", "SLACK_BOT_TOKEN_FILE": str(secret)}
    assert faults(file, **given) == [
        f"SLACK_BOT_TOKEN_FILE: cannot read {secret}: No such file or directory"
    ]
    secret.write_text("\n")
    assert faults(file, **given) == [f"SLACK_BOT_TOKEN_FILE: {secret} is empty"]
    secret.write_bytes(b"\xff")
    assert faults(file, **given) == [f"SLACK_BOT_TOKEN_FILE: {secret} is not text in UTF-8"]


def test_http_mode_needs_the_signing_secret_and_no_app_token(file: Path) -> None:
    settings = loaded(file, SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET="sign-me")
    assert settings.slack_app_token is None


def test_the_published_schema_is_current_and_well_formed() -> None:
    published = json.loads(Path("docs/savepoint.schema.json").read_text(encoding="utf-8"))
    assert published == schema(), "run: savepoint schema > docs/savepoint.schema.json"
    Draft202012Validator.check_schema(published)


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("https://savepoint.example.com/", None),
        ("https://example.com/savepoint", None),
        ("http://127.0.0.1:8080", None),
        ("http://savepoint.example.com", "does not begin with https://"),
        ("https://somebody:secret@example.com", "has more than a host and a path"),
        ("https://example.com/?x=1", "has more than a host and a path"),
    ],
)
def test_the_public_address_is_https_and_nothing_more(address: str, fault: str | None) -> None:
    given = Given({"SAVEPOINT_PUBLIC_URL": address})
    found = given.public("SAVEPOINT_PUBLIC_URL")
    assert [str(fault) in said for said in given.faults] == ([True] if fault else [])
    assert found == address.rstrip("/")


def test_without_a_public_address_there_is_none() -> None:
    assert Given({}).public("SAVEPOINT_PUBLIC_URL") is None
