"""`savepoint do`, as a pipeline runs it: a process of its own against a bot that serves."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot.config import ConfigError, load
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from sandbox.town import Town
from tests.app.test_serve import serving

TOKEN = "a-token-that-nobody-can-guess-0001"
LOOKER = "a-token-that-nobody-can-guess-0002"
ROBOTS = """
[robots.ci]
token_env = "CI_TOKEN"
environments = ["production"]

[robots.monitor]
token_env = "MONITOR_TOKEN"
role = "viewer"
environments = ["production"]
"""


SNAPSHOTS = 'snapshots = [{ after = "deploy" }]'
WANTED = "[environments.production.protection]"
DEPLOYS = f"""{WANTED}
{SNAPSHOTS}
drills = [{{ after = "deploy" }}]
freezes = [{{ name = "for ever", start = 2020-01-01T00:00:00, end = 2100-01-01T00:00:00 }}]
"""


@dataclass
class Ended:
    """How a run of the command ended."""

    code: int
    out: str
    err: str


class Runner:
    """A machine on which a pipeline runs: it has an address, a token, and nothing else."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def do(self, *words: str, token: str = TOKEN) -> Ended:
        env = {"SAVEPOINT_URL": self.url, "SAVEPOINT_TOKEN": token, "PATH": "/usr/bin:/bin"}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "do", *words),
            env=env,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return Ended(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
def with_robots(env: dict[str, str]) -> dict[str, str]:
    """Name two pipelines in the configuration."""
    config = Path(env["SAVEPOINT_CONFIG"])
    config.write_text(config.read_text(encoding="utf-8") + ROBOTS, encoding="utf-8")
    return env | {"CI_TOKEN": TOKEN, "MONITOR_TOKEN": LOOKER}


@pytest.fixture
def with_deploys(with_robots: dict[str, str]) -> dict[str, str]:
    """Let work follow deploys, of which a freeze holds a part."""
    config = Path(with_robots["SAVEPOINT_CONFIG"])
    text = config.read_text(encoding="utf-8")
    assert WANTED in text
    config.write_text(text.replace(WANTED, DEPLOYS.rstrip()), encoding="utf-8")
    return with_robots


@pytest.fixture
def with_held_deploys(with_deploys: dict[str, str]) -> dict[str, str]:
    """Let only work follow deploys that a freeze holds."""
    config = Path(with_deploys["SAVEPOINT_CONFIG"])
    text = config.read_text(encoding="utf-8").replace(SNAPSHOTS, "")
    config.write_text(text, encoding="utf-8")
    return with_deploys


@asynccontextmanager
async def pipeline(env: dict[str, str]) -> AsyncIterator[Runner]:
    async with serving(env) as web:
        yield Runner(str(web.base_url))


async def test_a_snapshot_is_taken_waited_for_and_told_as_json(
    with_robots: dict[str, str], place: Town
) -> None:
    async with pipeline(with_robots) as runner:
        ended = await runner.do(
            "snapshot take orders-prod --note v2.3", "--wait", "--json", "--timeout", "60"
        )
    assert ended.code == 0, ended.err
    said = json.loads(ended.out)
    assert (said["kind"], said["phase"], said["ok"]) == ("snapshot", "done", True)
    assert said["instance"] == aura.ORDERS_PROD
    assert said["snapshot"]
    assert place.slack is not None
    told = str(place.slack.person(slack.REQUESTER).sees(slack.OPS_PRODUCTION))
    assert "the pipeline `ci`" in told
    assert "v2.3" in told
    assert TOKEN not in told


async def test_a_restore_is_only_a_request_that_people_decide(
    with_robots: dict[str, str], place: Town
) -> None:
    restore = f"restore {aura.ORDERS_PROD} latest"
    fields = ("--reason", "the deploy broke it", "--suffix", aura.ORDERS_PROD[-4:])
    async with pipeline(with_robots) as runner:
        untyped = await runner.do(restore, *fields)
        assert (untyped.code, "RESTORE" in untyped.err) == (1, True)
        asked = await runner.do(restore, *fields, "--confirm", "RESTORE", "--json")
        said = json.loads(asked.out)
        assert (asked.code, said["phase"], said["final"]) == (0, "awaiting_approval", False)
        waited = await runner.do(f"job show {said['operation']}")
        assert "Waiting for approval" in waited.out
        cancelled = await runner.do(f"job cancel {said['operation']}")
        assert cancelled.code == 0
    assert place.aura is not None
    assert place.aura.restores == []


async def test_a_drill_is_begun_waited_for_and_its_outcome_is_the_exit_code(
    with_robots: dict[str, str],
) -> None:
    async with pipeline(with_robots) as runner:
        ended = await runner.do("drill orders-prod", "--wait", "--json", "--timeout", "120")
    said = json.loads(ended.out)
    assert (said["kind"], said["final"]) == ("drill", True)
    assert said["snapshot"]
    assert (ended.code, said["ok"]) == (0, said["phase"] in ("proven", "proven_with_warnings"))


async def test_an_export_is_begun_and_can_be_looked_at(with_robots: dict[str, str]) -> None:
    async with pipeline(with_robots) as runner:
        ended = await runner.do("export orders-prod --archive", "--json")
        said = json.loads(ended.out)
        assert (ended.code, said["kind"], said["final"]) == (0, "export", False)
        shown = await runner.do(f"job show {said['operation']}")
        assert shown.code == 0


async def test_what_follows_a_deploy_is_waited_for_and_each_end_is_told(
    with_deploys: dict[str, str],
) -> None:
    async with pipeline(with_deploys) as runner:
        deployed = "schedule deployed orders-prod --note v2.3"
        ended = await runner.do(deployed, "--wait", "--json", "--timeout", "60")
        said = json.loads(ended.out)
        assert ended.code == 0, ended.err
        [op] = said["operations"]
        assert (op["kind"], op["phase"], op["ok"]) == ("snapshot", "done", True)
        [held] = said["refused"]
        assert "the freeze “for ever” is on" in held["why"]
        told = await runner.do("schedule run production-snapshot-1", "--wait")
        assert told.code == 0
        assert told.out.count("is done") == 2  # of every instance in production


async def test_a_deploy_of_which_everything_is_refused_fails_the_pipeline(
    with_held_deploys: dict[str, str],
) -> None:
    async with pipeline(with_held_deploys) as runner:
        ended = await runner.do("schedule deployed orders-prod")
        assert (ended.code, ended.out) == (1, "")
        assert "nothing began: the freeze “for ever” is on" in ended.err


async def test_what_only_answers_is_printed_without_slacks_marks(
    with_robots: dict[str, str],
) -> None:
    async with pipeline(with_robots) as runner:
        ended = await runner.do("instance list", token=LOOKER)
    assert ended.code == 0
    assert "orders-prod" in ended.out
    assert "*" not in ended.out
    assert "`" not in ended.out
    assert "orders-staging" not in ended.out  # it has no part in staging


@pytest.mark.parametrize(
    ("token", "words", "code", "told"),
    [
        ("nonsense-nonsense-nonsense-nonsense", "help", 1, "the token is missing or wrong"),
        (LOOKER, "snapshot take orders-prod", 1, "is only a viewer"),
        (TOKEN, "snapshot take orders-staging", 1, "has no part in staging"),
        (TOKEN, "snapshto take orders-prod", 2, "Did you mean"),
        (TOKEN, "snapshot take nowhere", 1, "there is no instance"),
        (TOKEN, "restore orders-prod", 2, "which snapshot should be restored"),
        (TOKEN, "x" * 4001, 2, "4000 characters"),
        (TOKEN, "schedule add orders-prod snapshot --after deploy", 2, "in Slack"),
    ],
)
async def test_what_is_refused_ends_with_a_code_and_a_sentence(
    with_robots: dict[str, str], token: str, words: str, code: int, told: str
) -> None:
    async with pipeline(with_robots) as runner:
        ended = await runner.do(words, token=token)
    assert (ended.code, ended.out) == (code, "")
    assert told.lower() in ended.err.lower()
    assert "Traceback" not in ended.err


async def test_without_a_bot_nothing_was_sent() -> None:
    ended = await Runner("http://127.0.0.1:1").do("help")
    assert ended.code == 1
    assert "nothing was sent" in ended.err


async def test_a_slip_in_the_pipelines_own_settings_is_told() -> None:
    ended = await Runner("ftp://nowhere").do("help", token="")
    assert ended.code == 2
    assert "SAVEPOINT_URL" in ended.err
    assert "SAVEPOINT_TOKEN" in ended.err


async def test_without_robots_there_is_no_such_door(env: dict[str, str]) -> None:
    async with serving(env) as web:
        assert (await web.post("/do", json={"command": "help"})).status_code == 404


async def test_nonsense_is_answered_in_a_sentence(with_robots: dict[str, str]) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    async with serving(with_robots) as web:
        for body in (b"", b"[]", b'{"command": 7}', b'{"command": "help", "x": 1}', b"\xff"):
            answer = await web.post("/do", content=body, headers=bearer)
            assert answer.status_code == 400, body
            assert answer.json()["error"]
        big = await web.post("/do", content=b"x" * 100_000, headers=bearer)
        assert (big.status_code, big.json()["error"]) == (400, "the request is too large")
        for scheme in ("Basic", "Digest"):
            refused = await web.post(
                "/do", json={"command": "help"}, headers={"Authorization": f"{scheme} {TOKEN}"}
            )
            assert refused.status_code == 401
        gone = await web.get("/do/snp-nothing", headers=bearer)
        assert gone.status_code == 409
        assert isinstance(web, httpx.AsyncClient)


@pytest.mark.parametrize(
    ("tokens", "fault"),
    [
        ({"CI_TOKEN": "short", "MONITOR_TOKEN": LOOKER}, "CI_TOKEN: is shorter than 32"),
        ({"CI_TOKEN": TOKEN, "MONITOR_TOKEN": TOKEN}, "two of them share a token"),
        ({"CI_TOKEN": TOKEN, "MONITOR_TOKEN": ""}, "MONITOR_TOKEN: not set"),
    ],
)
def test_a_weak_token_is_refused_at_the_start(
    with_robots: dict[str, str], tokens: dict[str, str], fault: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(with_robots | tokens)
    assert fault in str(refused.value)
    assert TOKEN not in str(refused.value)


def test_a_robot_of_an_unknown_environment_is_refused(with_robots: dict[str, str]) -> None:
    config = Path(with_robots["SAVEPOINT_CONFIG"])
    text = config.read_text(encoding="utf-8").replace('["production"]', '["prod"]')
    config.write_text(text, encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"robots\.ci\.environments: there is no environment prod"
    ):
        load(with_robots)
