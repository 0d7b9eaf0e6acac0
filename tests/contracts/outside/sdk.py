"""The other end of `sdk_bridge`: the SDK as an object, whose calls run in its own environment."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.contracts.outside.outsiders import HERE, Address, until


@dataclass(eq=False)
class Refused(Exception):
    """The exception that the SDK raised: its class, and what it said."""

    error: str
    said: str


@dataclass(frozen=True)
class Sdk:
    """A running client of the SDK."""

    bridge: subprocess.Popen[str]
    aura: Address

    def call(self, method: str, *args: object, model: str | None = None) -> Any:
        """Call a method of the SDK; what it returned, as JSON has it; Refused if it raised."""
        assert self.bridge.stdin is not None
        assert self.bridge.stdout is not None
        asked = {"call": method, "args": list(args), "model": model}
        self.bridge.stdin.write(json.dumps(asked) + "\n")
        self.bridge.stdin.flush()
        answer = json.loads(self.bridge.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"], answer["said"])
        return answer["ok"]

    def data(self, method: str, *args: object, model: str | None = None) -> Any:
        """As `call`, without the envelope."""
        return self.call(method, *args, model=model)["data"]

    def tried(self, method: str, *args: object) -> Any:
        """As `data`, but hands back the Refused instead of raising it."""
        try:
            return self.data(method, *args)
        except Refused as refused:
            return refused

    def wait_for(self, instance_id: str, status: str) -> None:
        """Ask until the instance has this status."""
        until(lambda: self.data("instance", instance_id), lambda shown: shown["status"] == status)


@contextmanager
def running_sdk(bin_folder: Path, aura: Address, version: str, *, secret: str) -> Iterator[Sdk]:
    """Start the SDK against the double; `version` as in the path of its calls (`v1`)."""
    process = subprocess.Popen(  # noqa: S603
        [
            *(str(bin_folder / "python"), "-W", "error", str(HERE / "sdk_bridge.py")),
            *(aura.url, version, aura.client_id, secret),
        ],
        env={},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Sdk(process, aura)
    finally:
        process.communicate(timeout=20)  # the end of its input ends it
