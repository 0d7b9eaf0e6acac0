"""Programs from npm that nobody here wrote, at exactly the versions of their lock file.

Each stands in a folder beside this file: `package.json` and `package-lock.json`, which holds hashes
and no addresses (`.npmrc` sees to that; write it anew with
`npm install --package-lock-only --ignore-scripts`). No install script is ever run. What was
installed is kept from run to run under the folder SAVEPOINT_CACHE names, else `.cache/outside` in
the repository, by the content of its lock.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
CACHE = Path(os.environ.get("SAVEPOINT_CACHE", ROOT / ".cache")) / "outside"
FILES = ("package.json", "package-lock.json", ".npmrc")


def installed(program: str) -> Path:
    """The program's `node_modules`, filled on first use.

    Where that cannot be done (no npm, no network) the test skips; with CI=true it fails.
    """
    if shutil.which("npm") is None:
        without(f"{program} needs npm; install it with: apt-get install npm")
    source = HERE / program
    content = b"".join((source / name).read_bytes() for name in FILES)
    folder = CACHE / f"{program}-{hashlib.sha256(content).hexdigest()[:12]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{program}.busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)  # parallel test processes install it once
        if not (folder / "ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name in FILES:
                shutil.copy(source / name, folder)
            try:
                run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)
            except subprocess.CalledProcessError as error:
                without(f"{program} cannot be installed from npm: {error.stderr}")
            (folder / "ready").touch()
    return folder / "node_modules"


def run(*command: str, cwd: Path, check: bool = True) -> str:
    """What the program printed; raises CalledProcessError when it fails and `check` is set."""
    ended = subprocess.run(  # noqa: S603
        command, cwd=cwd, check=check, capture_output=True, text=True, timeout=100
    )
    return ended.stdout


def without(reason: str) -> NoReturn:
    """End the test for want of a program: a failure with CI=true, else skipped."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
