"""What the Aura double itself saw of the quarter: every call that changed something there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sandbox.aura import AuraDouble, Call


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A snapshot that was asked for and accepted."""

    at: datetime
    instance: str
    snapshot: str


@dataclass(frozen=True, kw_only=True)
class Made:
    """An instance that was made of a snapshot of another."""

    at: datetime
    instance: str
    source: str
    snapshot: str


class Witness:
    """Writes down what was accepted, and meddles where it was told to."""

    def __init__(self, double: AuraDouble) -> None:
        self._double = double
        self.taken: list[Taken] = []
        self.made: list[Made] = []
        self.deleted: list[str] = []
        self.others: list[Call] = []
        self.meddling: dict[tuple[str, str], Callable[[str], None]] = {}
        """By what is done, ``take`` or ``make``, and to which instance: what to do to the result
        at the next time, once."""
        self.spoilt: set[str] = set()
        """The results that were meddled with: ids of snapshots and of instances."""
        double.on_call = self._note

    def _note(self, call: Call) -> None:
        if call.method == "GET" or call.path.startswith(("/oauth", "/databases")):
            return
        if call.status >= 300:
            return
        parts = call.path.split("/")[2:]
        match call.method, parts:
            case "POST", ["instances", instance, "snapshots"]:
                log = self._double.world.instances[instance].snapshots(call.at)
                running = log.running(call.at)
                assert running is not None, call
                self.taken.append(Taken(at=call.at, instance=instance, snapshot=running.id))
                self._meddle("take", instance, running.id)
            case "POST", ["instances"] if isinstance(call.body, dict):
                made = list(self._double.world.instances)[-1]
                source, snapshot = (str(call.body[f"source_{of}_id"]) for of in _OF)
                self.made.append(Made(at=call.at, instance=made, source=source, snapshot=snapshot))
                self._meddle("make", source, made)
            case "DELETE", ["instances", instance]:
                self.deleted.append(instance)
            case _:
                self.others.append(call)

    def _meddle(self, what: str, instance: str, result: str) -> None:
        deed = self.meddling.pop((what, instance), None)
        if deed is not None:
            deed(result)
            self.spoilt.add(result)


_OF = ("instance", "snapshot")
