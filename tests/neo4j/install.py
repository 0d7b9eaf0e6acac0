"""Getting the server of `pom.xml` from Maven Central; kept by the pom's content."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox.neo4j import JARS, Missing, jars
from sandbox.neo4j.jars import READY

POM = Path(__file__).with_name("pom.xml")


class NotInstalled(Exception):
    """Maven is not there or could not; the text says what to do."""


def install() -> Path:
    """Copy the archives unless those of this pom are there; raises NotInstalled."""
    mark = hashlib.sha256(POM.read_bytes()).hexdigest()
    JARS.parent.mkdir(parents=True, exist_ok=True)
    with JARS.with_suffix(".busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)  # parallel test processes get it once
        ready = JARS / READY
        if ready.exists() and ready.read_text() == mark:
            return JARS
        if shutil.which("mvn") is None:
            raise NotInstalled("Maven is missing; install it with: apt-get install maven")
        shutil.rmtree(JARS, ignore_errors=True)
        copy = "dependency:copy-dependencies"
        ended = subprocess.run(  # noqa: S603
            ["mvn", "-q", "-B", "-f", str(POM), copy, f"-DoutputDirectory={JARS}"],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise NotInstalled(f"Maven could not get Neo4j: {ended.stdout[-1500:]}")
        ready.write_text(mark)
    return JARS


def wanted() -> Path:
    """The archives; without them a test skips and says how to get them, with CI=true it fails.

    With CI=true they are fetched, so that nothing of this is ever skipped there.
    """
    try:
        if os.environ.get("CI") == "true":
            install()
        return jars()
    except (Missing, NotInstalled) as trouble:
        if os.environ.get("CI") == "true":
            pytest.fail(str(trouble))
        pytest.skip(str(trouble))
