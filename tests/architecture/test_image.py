"""The Docker image without Docker: its rules, and its install steps in a clean directory."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from bot.config import load
from tests.app.test_config import VARIABLES

ROOT = Path(__file__).parents[2]


class Step(NamedTuple):
    """One instruction of the Dockerfile."""

    stage: int
    word: str
    rest: str


def steps() -> list[Step]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", text)).splitlines()
    found: list[Step] = []
    stage = -1
    for line in filter(None, lines):
        word, _, rest = line.partition(" ")
        stage += word == "FROM"
        found.append(Step(stage, word, rest.strip()))
    return found


def final(word: str) -> list[str]:
    last = max(step.stage for step in steps())
    return [step.rest for step in steps() if step.stage == last and step.word == word]


def test_what_builds_stays_behind() -> None:
    assert {step.stage for step in steps()} == {0, 1}
    assert not [run for run in final("RUN") if re.search(r"\b(pip|apt-get|curl|gcc)\b", run)]
    assert all(copied.startswith("--from=build") for copied in final("COPY"))


def test_the_base_image_is_the_same_in_all_stages_and_has_a_version() -> None:
    bases = {step.rest.split()[0] for step in steps() if step.word == "FROM"}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+-slim", bases.pop())


def test_the_bot_is_not_root_and_is_process_number_one() -> None:
    (user,) = final("USER")
    assert user == "10001:10001"
    assert final("ENTRYPOINT") == ['["savepoint"]']  # as a list: no shell swallows SIGTERM
    assert final("CMD") == ['["serve"]']
    assert [step.word for step in steps()].index("USER") < len(steps()) - 1


def test_the_health_check_asks_healthz_with_what_the_image_has() -> None:
    (check,) = final("HEALTHCHECK")
    assert "/healthz" in check
    assert "curl" not in check
    code = re.search(r'"-c", "(.*)"\]', check)
    assert code
    compile(code[1], "HEALTHCHECK", "exec")


def test_the_root_may_be_read_only_and_only_data_and_tmp_are_written() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    bot, redis = compose["services"]["bot"], compose["services"]["redis"]
    assert bot["read_only"] is True
    assert [mount.partition(":")[0] for mount in bot["tmpfs"]] == ["/tmp", "/data"]  # noqa: S108
    assert "PYTHONDONTWRITEBYTECODE=1" in " ".join(final("ENV"))
    assert int(bot["stop_grace_period"].removesuffix("s")) > 30
    for setting in ("--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction"):
        assert setting in " ".join(redis["command"])
    assert redis["image"] == "redis:7.4"
    assert redis["volumes"] == ["redis:/data"]
    assert redis["read_only"] is True


def test_compose_lets_every_variable_through_and_fixes_only_what_it_brings_itself() -> None:
    bot = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["bot"]
    assert bot["env_file"] == ".env"
    assert bot["environment"].keys() == {"REDIS_URL"}  # what stands here wins over the file
    assert "./secrets:/run/secrets:ro" in bot["volumes"]


def test_nothing_is_installed_that_no_lock_holds() -> None:
    installs = [step.rest for step in steps() if re.search(r"pip (install|wheel)", step.rest)]
    assert len(installs) == 4
    for install in installs:
        locked = "--require-hashes" in install
        assert locked or "--no-deps" in install
        assert locked or "--no-build-isolation" in install or "--no-index" in install


def test_everything_that_is_copied_is_let_through_to_the_build() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = {
        word.removeprefix("./")
        for step in steps()
        if step.word == "COPY" and "--from" not in step.rest
        for word in shlex.split(step.rest)[:-1]
    }
    assert copied == allowed
    assert "*" in ignored


@pytest.mark.timeout(900)  # it fetches and installs everything, on a machine that may be busy
def test_the_install_steps_work_in_a_clean_directory(tmp_path: Path) -> None:
    """Run each RUN of the first stage, with its paths below a new directory."""
    source, home = tmp_path / "src", tmp_path / "opt"
    source.mkdir()
    for step in (each for each in steps() if each.stage == 0):
        match step.word:
            case "COPY":
                *names, _ = shlex.split(step.rest)
                for name in names:
                    copy(ROOT / name, source / name)
            case "RUN":
                run(step.rest.replace("/opt/", f"{home}/"), source, tmp_path)
    assert not (home / "savepoint" / "bin" / "pip").exists()
    shown = run(f"{home}/savepoint/bin/savepoint manifest", tmp_path, tmp_path)
    assert shown == (ROOT / "manifest.yml").read_text(encoding="utf-8")


def copy(what: Path, to: Path) -> None:
    if what.is_dir():
        shutil.copytree(what, to, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(what, to)


def run(command: str, folder: Path, home: Path) -> str:
    words = shlex.split(command)
    words[0] = sys.executable if words[0] == "python" else words[0]
    done = subprocess.run(  # noqa: S603 - the Dockerfile's own words
        words, cwd=folder, env={"PATH": "/usr/bin:/bin", "HOME": str(home)},
        capture_output=True, text=True, check=False, timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_configuration_loads_and_names_every_table() -> None:
    example = ROOT / "savepoint.example.toml"
    settings = load({**VARIABLES, "SAVEPOINT_CONFIG": str(example)})
    assert [each.name for each in settings.estate.environments] == ["production", "staging"]
    assert settings.estate.aliases == {"orders": "0d5e7a11"}


@pytest.mark.parametrize("table", ["environments", "aliases", "credentials", "runner", "graph"])
def test_the_example_shows_every_key_of_every_table(table: str) -> None:
    text = (ROOT / "savepoint.example.toml").read_text(encoding="utf-8")
    assert f"[{table}" in text
