"""What `savepoint check` finds in the real things, healthy and broken."""

from pathlib import Path

import pytest

from bot import errands
from bot.app import store_url
from bot.config import load
from bot.core.base import OperationId
from bot.core.findings import Finding, Level
from bot.errands import beside, diagnose
from bot.views.doctor import report
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from sandbox.town import Town


def change(env: dict[str, str], old: str, new: str) -> None:
    file = Path(env["SAVEPOINT_CONFIG"])
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def add(env: dict[str, str], table: str) -> None:
    file = Path(env["SAVEPOINT_CONFIG"])
    file.write_text(f"{file.read_text()}\n{table}\n")


def of(findings: tuple[Finding, ...], level: Level) -> list[str]:
    return [f"{f.subject}: {f.what}" for f in findings if f.level is level]


async def test_a_healthy_house_has_nothing_wrong(env: dict[str, str]) -> None:
    findings = await diagnose(load(env))
    assert of(findings, Level.WRONG) == []
    warned = [said for said in of(findings, Level.WARN) if not said.startswith("vault")]
    assert warned == ["store: appendonly is off: a restart of the store loses operations"]
    assert "production: people: every requester finds 1 to approve" in of(findings, Level.OK)


async def test_the_embedded_store_is_examined_beside_a_running_bot_and_without_one(
    env: dict[str, str],
) -> None:
    del env["REDIS_URL"]
    settings = load(env)
    alone = await diagnose(settings)
    assert "store: answers and keeps what it accepts" in of(alone, Level.OK)
    async with store_url(settings) as held, beside(settings) as address:
        assert address == held


async def test_everything_that_is_broken_is_named_in_one_go(
    env: dict[str, str], place: Town
) -> None:
    assert place.slack is not None
    place.slack.scopes = ("chat:write", "users:read", "usergroups:read", "files:write")
    change(env, f'groups = ["{slack.DB_APPROVERS}"]', f'users = ["{slack.GUEST}"]')
    broken = env | {
        "SLACK_APP_TOKEN": "xapp-revoked",
        "AURA_CLIENT_SECRET": "wrong",
        "REDIS_URL": "redis://127.0.0.1:9/0",
    }
    wrong = of(await diagnose(load(broken)), Level.WRONG)
    assert "store: the store does not answer" in wrong
    assert "Slack app token: Slack refused apps.connections.open: invalid_auth" in wrong
    assert "Slack scopes: missing: app_mentions:read, channels:read, commands, groups:read" in wrong
    assert "production: channel: Slack refused conversations.info: missing_scope" in wrong
    assert "production: people: nobody can approve, and 1 must agree" in wrong
    assert any(each.startswith("Aura: default: Aura does not accept") for each in wrong)


@pytest.mark.parametrize(
    ("channel", "why"),
    [
        (slack.OLD_MIGRATION, "#old-migration (C0ARCHIVE1) is archived"),
        (slack.GENERAL, "I am not in #general (C0GENERAL1)"),
        (slack.PARTNER_BRIDGE, "#partner-bridge (C0PARTNER1) is shared with another organisation"),
        ("C0NOWHERE1", "Slack refused conversations.info: channel_not_found"),
    ],
)
async def test_a_channel_that_cannot_serve_is_named(
    env: dict[str, str], channel: str, why: str
) -> None:
    change(env, slack.OPS_STAGING, channel)
    assert of(await diagnose(load(env)), Level.WRONG) == [f"staging: channel: {why}"]


async def test_in_http_mode_no_app_token_is_wanted(env: dict[str, str]) -> None:
    del env["SLACK_APP_TOKEN"]
    said = of(await diagnose(load(env)), Level.OK)
    assert "Slack app token: not used: HTTP mode" in said
    assert [line for line in said if line.startswith("Slack signing secret: is set")]


async def test_an_instance_in_no_environment_is_a_warning(env: dict[str, str]) -> None:
    change(env, '"f2eeb0c5", ', "")
    warnings = of(await diagnose(load(env)), Level.WARN)
    assert (
        "Aura: instances: sandbox (f2eeb0c5) is in no environment, so nobody may touch it"
        in warnings
    )


async def test_the_report_has_a_line_each_how_to_mend_it_and_the_sum(env: dict[str, str]) -> None:
    text = report(await diagnose(load(env | {"SLACK_BOT_TOKEN": "xoxb-revoked"})))
    assert (
        "wrong  Slack bot token         Slack refused auth.test: invalid_auth\n"
        "                               → Copy the Bot User OAuth Token of “Install App” "
        "into SLACK_BOT_TOKEN.\n"
    ) in text
    assert text.endswith("\n\n1 wrong, 3 warn, 7 ok\n")


async def test_an_errand_grants_no_permit_whatever_comes() -> None:
    assert not await errands._never(OperationId("rst-1"))


async def test_what_a_tier_cannot_give_is_a_warning_with_what_would(env: dict[str, str]) -> None:
    add(env, '[environments.development.protection]\npreset = "production"')
    findings = [f for f in await diagnose(load(env)) if f.subject == "development: protection"]
    assert {f.level for f in findings} == {Level.WARN}
    free = [f for f in findings if "sandbox (f2eeb0c5)" in f.what]
    assert (
        "copies outside the instance: AuraDB Free keeps only the latest snapshot; "
        "sandbox (f2eeb0c5)"
    ) in [f.what for f in free]
    assert "development: protection" in report(tuple(findings))


async def test_the_customers_own_key_is_read_from_aura(env: dict[str, str], place: Town) -> None:
    add(env, '[environments.staging.protection]\nencryption = ["customer-key"]')
    settings = load(env)

    async def said() -> list[str]:
        return [f.what for f in await diagnose(settings) if f.subject == "staging: protection"]

    assert place.aura is not None
    staging = (aura.ORDERS_STAGING, aura.SEARCH_STAGING)
    [lacking] = await said()
    assert lacking.startswith("a key of your own: the instance is encrypted with a key of Aura's")
    for instance_id in staging:
        place.aura.world.instances[instance_id].key_id = "f15cc45b-0000-4000-8000-000000000001"
    assert await said() == ["every wish can be had"]
