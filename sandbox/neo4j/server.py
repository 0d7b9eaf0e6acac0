"""Starting and ending a Neo4j server: loopback only, a folder of its own, a small heap.

Settings as in https://neo4j.com/docs/operations-manual/5/configuration/configuration-settings/.
"""

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from sandbox.neo4j.jars import jars

USER = "neo4j"
#: What Java must open for Neo4j's memory handling, as Neo4j's own start script has it.
_OPEN = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
_SETTINGS = {
    "server.default_listen_address": "127.0.0.1",
    "server.https.enabled": "false",
    # the page of Neo4j Browser is not needed; the Query API and the old endpoint are
    "server.http_enabled_modules": "TRANSACTIONAL_ENDPOINTS,QUERY_API_ENDPOINTS",
    "server.memory.pagecache.size": "128m",
    "server.databases.default_to_read_only": "false",
    "db.tx_log.rotation.retention_policy": "false",
    "dbms.usage_report.enabled": "false",
}


class NotStarted(Exception):
    """The server, or one of its tools, ended badly; the text is what it said."""


@dataclass(frozen=True)
class Home:
    """A server's folder, and what can be done to it while no server runs in it."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def admin(self, *words: str, timeout: float = 300.0) -> str:
        """Run `neo4j-admin` with these words and return what it printed; raises NotStarted.

        For example `admin("database", "import", "full", "neo4j", "--nodes=…")`.
        """
        self._configure({})
        ended = subprocess.run(  # noqa: S603
            [*_java("512m"), "org.neo4j.cli.AdminTool", *words],
            env={**os.environ, **self._environment()},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if ended.returncode:
            raise NotStarted(f"{' '.join(words[:3])}: {ended.stdout[-2000:]}{ended.stderr[-2000:]}")
        return ended.stdout

    def launch(self, ports: Mapping[str, int]) -> subprocess.Popen[bytes]:
        """Start the server on these ports; it is not ready yet."""
        self._configure(
            {
                "server.http.listen_address": f"127.0.0.1:{ports['http']}",
                "server.bolt.listen_address": f"127.0.0.1:{ports['bolt']}",
            }
        )
        where = [f"--home-dir={self.folder}", f"--config-dir={self.folder / 'conf'}"]
        with self.said.open("wb") as said:
            return subprocess.Popen(  # noqa: S603
                [*_java("512m"), "org.neo4j.server.CommunityEntryPoint", *where],
                cwd=self.folder,
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> Path:
        """What the server prints."""
        return self.folder / "said.txt"

    def _configure(self, more: Mapping[str, str]) -> None:
        for name in ("conf", "data", "logs", "run", "import", "plugins", "licenses"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        lines = [
            f"{key}={value}\n" for key, value in {**_SETTINGS, **self.settings, **more}.items()
        ]
        (self.folder / "conf" / "neo4j.conf").write_text("".join(lines), encoding="utf-8")

    def _environment(self) -> dict[str, str]:
        return {"NEO4J_HOME": str(self.folder), "NEO4J_CONF": str(self.folder / "conf")}


@dataclass(frozen=True)
class Neo4j:
    """A running server. `url` is where its Query API answers, `bolt` where Bolt does."""

    home: Home
    url: str
    bolt: str
    password: str = field(repr=False)
    process: subprocess.Popen[bytes] = field(repr=False)
    user: str = USER

    def run(self, cypher: str, **parameters: object) -> list[list[object]]:
        """Run a statement, for preparing a graph, and return its rows as plain JSON."""
        answer = httpx.post(
            f"{self.url}/db/neo4j/query/v2",
            json={"statement": cypher, "parameters": parameters},
            auth=(self.user, self.password),
            timeout=300.0,
        )
        said = answer.json()
        if "errors" in said:
            raise NotStarted(f"{cypher[:80]}: {said['errors']}")
        values: list[list[object]] = said["data"]["values"]
        return values

    def stop(self) -> None:
        """End it, in order; what does not end within 30 s is killed."""
        self.process.terminate()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=10)


@contextmanager
def running(home: Home, *, password: str | None = None, within: float = 120.0) -> Iterator[Neo4j]:
    """Start a server in this folder and end it afterwards; raises Missing or NotStarted.

    Without a password a random one is set, which only a folder that never ran accepts.
    """
    if password is None:
        password = secrets.token_hex(16)  # one that begins with "-" would be an option
        home.admin("dbms", "set-initial-password", password)
    server = _start(home, password, within)
    try:
        yield server
    finally:
        server.stop()


def _start(home: Home, password: str, within: float) -> Neo4j:
    ports = _free("http", "bolt")
    process = home.launch(ports)
    server = Neo4j(
        home=home,
        url=f"http://127.0.0.1:{ports['http']}",
        bolt=f"bolt://127.0.0.1:{ports['bolt']}",
        password=password,
        process=process,
    )
    deadline = time.monotonic() + within
    while not _answers(server):
        if process.poll() is not None or time.monotonic() > deadline:
            server.stop()
            raise NotStarted(home.said.read_text(encoding="utf-8", errors="replace")[-2000:])
        time.sleep(0.1)
    return server


def _answers(server: Neo4j) -> bool:
    try:
        server.run("RETURN 1")
    except (httpx.HTTPError, NotStarted, ValueError):
        return False
    return True


def _free(*names: str) -> dict[str, int]:
    """Free ports, all held at once while they are looked for so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    try:
        return {name: s.getsockname()[1] for name, s in zip(names, sockets, strict=True)}
    finally:
        for one in sockets:
            one.close()


def _java(heap: str) -> list[str]:
    opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPEN]
    quick = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms64m", f"-Xmx{heap}"]
    return ["java", *quick, *opened, "-cp", f"{jars()}/*"]
