"""Step boundaries: before and after every awaited call of a port, where a replica can be felled.

A boundary is named by what the operation was at: ``ready audit.append`` is the runner's first
record while the operation is ready, ``telling chat.post 2`` the second message about it. So one
operation meets each of them once, in an order that does not depend on what else goes on.
"""

import inspect
import os
import signal
from collections import Counter
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from bot.core.operations import Operation
from bot.services.world import World

Side = Literal["before", "after"]


class Boundary(NamedTuple):
    """One place to fall, for one instance's operation."""

    name: str
    side: Side

    def __str__(self) -> str:
        return f"{self.side} {self.name}"


@dataclass(frozen=True, kw_only=True)
class Fall:
    """Where a replica ends itself: at a boundary of one instance's operation, or at any n-th."""

    instance: str = ""
    boundary: Boundary | None = None
    nth: int = 0


#: What belongs to an operation's way; the rest is housekeeping that comes round by itself.
_PORTS = ("aura", "directory", "operations", "audit", "queue", "posts", "edits", "cards", "chat")
_POLLS = frozenset({"take", "done", "get", "open", "recent", "me"})


class Probe:
    """Counts the boundaries that a process meets, and ends it where it is told to."""

    def __init__(self, *, fall: Fall | None, trace: Path | None) -> None:
        self._fall = fall
        self._trace: int | None = None
        if trace is not None:
            self._trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._at: ContextVar[Operation | None] = ContextVar("at", default=None)
        self._role: ContextVar[str] = ContextVar("role", default="")
        self._met: Counter[tuple[str, str]] = Counter()
        self._all = 0

    def world(self, world: World) -> World:
        """Return a world whose ports have boundaries."""
        ports: dict[str, Any] = {name: self.port(name, getattr(world, name)) for name in _PORTS}
        return replace(world, **ports)

    def port(self, name: str, real: object) -> Any:
        """Return a port with a boundary before and after every call."""
        return _Probed(self, name, real)

    async def call(self, port: str, method: str, call: Any, given: Iterable[Any], more: Any) -> Any:
        """Do one call between two boundaries."""
        if method == "take":
            self._role.set("telling" if port == "posts" else "editing")
        if port == "operations" and method == "create":
            self._at.set(*given)
        name = self._name(port, method)
        self._meet(name, "before")
        answer = await call(*given, **more)
        if port == "operations" and isinstance(answer, Operation):
            self._at.set(answer)
        self._meet(name, "after")
        return answer

    def _name(self, port: str, method: str) -> str | None:
        at = self._at.get()
        if at is None or method in _POLLS:
            return None
        where = self._role.get() or str(at.phase)
        if where == "telling" and at.final:
            where = "telling the end"
        name = f"{where} {port}.{method}"
        self._met[at.instance_id, name] += 1
        nth = self._met[at.instance_id, name]
        return f"{name} {nth}" if nth > 1 else name

    def _meet(self, name: str | None, side: Side) -> None:
        at = self._at.get()
        if name is None or at is None:
            return
        self._all += 1
        here = Boundary(name, side)
        if self._trace is not None:
            os.write(self._trace, f"{at.instance_id} {here}\n".encode())
        match self._fall:
            case Fall(instance=at.instance_id, boundary=boundary) if boundary == here:
                os.kill(os.getpid(), signal.SIGKILL)
            case Fall(nth=self._all):
                os.kill(os.getpid(), signal.SIGKILL)
            case _:
                pass


class _Probed:
    def __init__(self, probe: Probe, name: str, real: object) -> None:
        self._probe, self._name, self._real = probe, name, real

    def __getattr__(self, method: str) -> Any:
        call = getattr(self._real, method)
        if not inspect.iscoroutinefunction(call):
            return call
        return lambda *given, **more: self._probe.call(self._name, method, call, given, more)
