"""Programs that nobody here wrote, each in an environment of its own, and the double they meet.

The versions and hashes of each program stand in `<program>.lock` beside this file; write one anew
with `uv pip compile --generate-hashes --universal --no-annotate --no-header`. The environments are
kept from run to run under the folder SAVEPOINT_CACHE names, else `.cache/outside` in the
repository, by the content of their lock.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
CACHE = Path(os.environ.get("SAVEPOINT_CACHE", ROOT / ".cache")) / "outside"
T = TypeVar("T")
SPEED = 200  # a restore takes 0.9 s of the wall clock, a snapshot 0.3 s


def environment(program: str) -> Path:
    """The `bin` folder of the program's own virtual environment, made on first use.

    Where it cannot be made (no network, no venv) the test skips; with CI=true it fails.
    """
    lock = HERE / f"{program}.lock"
    mark = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = CACHE / f"{program}-{mark}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{program}.busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)  # parallel test processes make it once
        ready = folder / "ready"
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            try:
                _install(folder, lock)
            except subprocess.CalledProcessError as error:
                reason = f"{program} cannot be installed from the package index: {error.stderr}"
                if os.environ.get("CI") == "true":
                    pytest.fail(reason)
                pytest.skip(reason)
            ready.touch()
    return folder / "bin"


def _install(folder: Path, lock: Path) -> None:
    _run(sys.executable, "-m", "venv", str(folder))
    python = str(folder / "bin" / "python")
    _run(
        *(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)),
    )


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a double listens and what it accepts."""

    url: str
    client_id: str
    client_secret: str

    def calls(self) -> list[dict[str, Any]]:
        """Every call to the API so far, as the double recorded it; token calls left out."""
        answer = httpx.get(f"{self.url}/sandbox/aura/calls").raise_for_status()
        return [call for call in answer.json() if call["path"] != "/oauth/token"]

    def restores(self) -> list[dict[str, Any]]:
        """Every accepted call that replaces data."""
        restores: list[dict[str, Any]] = httpx.get(f"{self.url}/sandbox/aura/restores").json()
        return restores

    def control(self, what: str, **said: object) -> None:
        """Throw a switch of the double; see `sandbox.aura.control`."""
        httpx.post(f"{self.url}/sandbox/aura/{what}", json=said).raise_for_status()

    def heard(self, method: str, path: str) -> dict[str, Any]:
        """The one call of this method and path; fails when there is none, or are several."""
        [call] = [c for c in self.calls() if (c["method"], c["path"]) == (method, path)]
        return call


@contextmanager
def standalone_double(*, speed: float = SPEED) -> Iterator[Address]:
    """The double as a process of its own."""
    process = subprocess.Popen(  # noqa: S603
        [
            *(sys.executable, "-m", "sandbox.aura", "--port", "0", "--requests-per-minute", "0"),
            "--speed",
            str(speed),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        settings = dict(process.stdout.readline().strip().split("=", 1) for _ in range(3))
        yield Address(
            url=settings["AURA_API_URL"],
            client_id=settings["AURA_CLIENT_ID"],
            client_secret=settings["AURA_CLIENT_SECRET"],
        )
    finally:
        process.terminate()
        process.communicate(timeout=20)


@dataclass(frozen=True)
class Printed:
    """What a program printed before it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output as JSON."""
        assert self.code == 0, self.out + self.err
        return json.loads(self.out)


def run(
    command: list[str], *, env: Mapping[str, str], cwd: Path, stdin: str | None = None
) -> Printed:
    """Run a program to its end, with no environment but `env` and the search path."""
    ended = subprocess.run(  # noqa: S603
        command,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **env},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Printed(ended.returncode, ended.stdout, ended.stderr)


def until(look: Callable[[], T], wanted: Callable[[T], bool], *, within: float = 30.0) -> T:
    """Look again and again until it is what is wanted; fails after `within` seconds."""
    deadline = time.monotonic() + within
    while not wanted(seen := look()):
        assert time.monotonic() < deadline, f"not within {within} s; last seen: {seen}"
        time.sleep(0.05)
    return seen
