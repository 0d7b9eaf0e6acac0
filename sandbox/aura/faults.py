"""Ways in which the double can be told to misbehave, each for good or for the next few calls."""

from dataclasses import dataclass, field, fields
from functools import partial


@dataclass
class Fault:
    """A switch: `on` for good, or `count` more times."""

    label: str
    on: bool = False
    count: int | None = None

    def always(self) -> None:
        """Misbehave until `off`."""
        self.on, self.count = True, None

    def next(self, count: int = 1) -> None:
        """Misbehave `count` times more, then stop."""
        self.on, self.count = count > 0, max(count, 0) or None

    def off(self) -> None:
        """Behave."""
        self.on, self.count = False, None

    def take(self) -> bool:
        """Ask whether to misbehave now; uses up one of the count."""
        if not self.on:
            return False
        if self.count is not None:
            self.next(self.count - 1)
        return True


@dataclass
class Faults:
    """All switches by name."""

    slow: Fault = field(default_factory=partial(Fault, "Aura answers seconds late"))
    throttle: Fault = field(default_factory=partial(Fault, "Aura says: too many requests (429)"))
    forbid: Fault = field(default_factory=partial(Fault, "The API credential may only look (403)"))
    conflict: Fault = field(
        default_factory=partial(Fault, "Aura shows running, and refuses acts as busy (409)")
    )
    unavailable: Fault = field(default_factory=partial(Fault, "Aura is down (500, 502, 503, 504)"))
    drop_answer: Fault = field(
        default_factory=partial(Fault, "Aura accepts the next POST, then cuts the connection")
    )
    snapshot_fails: Fault = field(default_factory=partial(Fault, "Snapshots end as Failed"))
    restore_fails: Fault = field(default_factory=partial(Fault, "Restores end as loading failed"))
    console_down: Fault = field(
        default_factory=partial(Fault, "The console's import is down (502, 503, 504)")
    )
    storage_down: Fault = field(
        default_factory=partial(Fault, "The cloud's storage is down (500, 502, 503, 504)")
    )
    storage_drops: Fault = field(
        default_factory=partial(Fault, "The cloud's storage cuts the next upload in the middle")
    )
    storage_forgets: Fault = field(
        default_factory=partial(Fault, "The cloud's storage loses its position")
    )
    load_fails: Fault = field(
        default_factory=partial(Fault, "Loads of backup files end as loading failed")
    )
    load_stays: Fault = field(default_factory=partial(Fault, "Loads of backup files never begin"))

    def all(self) -> dict[str, Fault]:
        """Every switch, by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def set(self, name: str, *, on: bool | None = None, count: int | None = None) -> None:
        """Throw one switch by name; `count` wins over `on`; KeyError on an unknown name."""
        fault = self.all()[name]
        if count is not None:
            fault.next(count)
        elif on:
            fault.always()
        else:
            fault.off()

    def clear(self) -> None:
        """Behave in every respect."""
        for fault in self.all().values():
            fault.off()

    def render(self) -> dict[str, dict[str, str | bool | int | None]]:
        """The panel: name to label, on, count."""
        return {
            name: {"label": fault.label, "on": fault.on, "count": fault.count}
            for name, fault in self.all().items()
        }
