"""Modals and Home tabs: the stack of each person, hashes, and what was typed into them.

Sources: https://docs.slack.dev/surfaces/modals and https://docs.slack.dev/reference/views
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.views.blockkit import Fault, check_view
from sandbox.slack.inputs import Typed, elements_in, values_of
from sandbox.slack.tickets import Tickets
from sandbox.slack.wire import Payload, SlackError
from sandbox.slack.world import World, spelt_out

STACK_MAX = 3
KEPT_KEYS = (
    *("type", "title", "submit", "close", "blocks", "private_metadata", "callback_id"),
    *("external_id", "clear_on_close", "notify_on_close", "submit_disabled"),
)


@dataclass(slots=True)
class View:
    """A view as Slack holds it. `typed` is what the person has put in so far."""

    id: str
    user: str
    given: Payload
    hash: str
    root_id: str
    previous_id: str | None = None
    typed: Typed = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Payload]:
        """Its blocks, each with a `block_id`."""
        found: list[Payload] = self.given["blocks"]
        return found

    def elements(self) -> Iterator[tuple[Payload, Payload]]:
        """Every block with each element in it that a person can use."""
        return elements_in(self.blocks)

    def state(self) -> Payload:
        """`state.values`: what stands in every field that holds a value."""
        return {"values": values_of(self.blocks, self.typed)}


def refuse(faults: list[Fault], below: str = "/view") -> None:
    """Answer faults of a view as Slack's view methods do; nothing happens when there are none."""
    if any(fault.rule == "view_too_large" for fault in faults):
        raise SlackError("view_too_large")
    if faults:
        lines = [f"[ERROR] {f.rule} [json-pointer:{below}{f.pointer}]" for f in faults]
        raise SlackError("invalid_arguments", response_metadata={"messages": lines})


class Views:
    """All views of the workspace."""

    def __init__(self, world: World, tickets: Tickets) -> None:
        self._world = world
        self._tickets = tickets
        self._views: dict[str, View] = {}
        self._stacks: dict[str, list[str]] = {}
        self._homes: dict[str, View] = {}

    def stack(self, user: str) -> list[View]:
        """The open modals of a person, the last on top."""
        return [self._views[each] for each in self._stacks.get(user, [])]

    def home(self, user: str) -> View | None:
        """The person's Home tab, if one was published."""
        return self._homes.get(user)

    def find(self, view_id: object) -> View | None:
        """The view by its id, if it is still there."""
        return self._views.get(str(view_id))

    def open(self, given: Payload, trigger_id: object) -> View:
        """`views.open`: a new stack for the person who pulled the trigger."""
        self._check(given, "modal")
        trigger = self._tickets.use_trigger(trigger_id)
        self.clear(trigger.user)
        return self._add(given, trigger.user)

    def push(self, given: Payload, trigger_id: object) -> View:
        """`views.push`: on top of the stack; the trigger must come from inside a modal."""
        self._check(given, "modal")
        trigger = self._tickets.use_trigger(trigger_id)
        if trigger.view_id not in self._stacks.get(trigger.user, []):
            raise SlackError("invalid_trigger_id")
        return self.push_for(trigger.user, given)

    def push_for(self, user: str, given: Payload) -> View:
        """Put a checked view on top of the person's stack; three is the most it holds."""
        if len(self._stacks.get(user, [])) >= STACK_MAX:
            raise SlackError("push_limit_reached")
        return self._add(given, user)

    def update(
        self, given: Payload, *, view_id: object, external_id: object, hash_: object
    ) -> View:
        """`views.update`: only over the state the caller has seen, when a hash is given."""
        view = self._named(view_id, external_id)
        self._check(given, view.given["type"], but=view.id)
        if hash_ and hash_ != view.hash:
            raise SlackError("hash_conflict")
        return self.replace(view, given)

    def publish(self, given: Payload, *, user: str, hash_: object) -> View:
        """`views.publish`: the Home tab of one person, who is there to see it.

        The page of the method shows `invalid_arguments` for a `user_id` that is none, and says
        nothing of somebody deactivated: the same, so that an app is ready for it.
        """
        self._check(given, "home")
        if not self._world.app.home_tab:
            raise SlackError("not_enabled")
        person = self._world.people.get(user)
        if person is None or person.kind in ("bot", "deactivated"):
            messages = ["invalid `user_id`"]
            raise SlackError("invalid_arguments", response_metadata={"messages": messages})
        home = self._homes.get(user)
        if home is None:
            view_id = self._world.new_id("V")
            home = View(view_id, user, {}, "", view_id)
            self._homes[user] = self._views[view_id] = home
        elif hash_ and hash_ != home.hash:
            raise SlackError("hash_conflict")
        return self.replace(home, given)

    def replace(self, view: View, given: Payload) -> View:
        """Render a view anew. What was typed stays where block_id and action_id stay."""
        view.given = self._kept(given)
        view.hash = self._new_hash()
        view.errors = {}
        here = {(block["block_id"], element["action_id"]) for block, element in view.elements()}
        view.typed = {
            block: {action: value for action, value in actions.items() if (block, action) in here}
            for block, actions in view.typed.items()
        }
        self._world.changed()
        return view

    def checked(self, given: object, *, but: str | None = None) -> Payload:
        """`given`, if it is a modal that Slack would take as a `response_action`."""
        if not isinstance(given, dict):
            raise SlackError("invalid_arguments")
        self._check(given, "modal", but=but)
        return given

    def pop(self, view: View) -> None:
        """Close one view; the one below shows again."""
        self._stacks[view.user].remove(view.id)
        del self._views[view.id]
        self._world.changed()

    def clear(self, user: str) -> None:
        """Close the whole stack of a person."""
        for view_id in self._stacks.pop(user, []):
            del self._views[view_id]
        self._world.changed()

    def render(self, view: View) -> Payload:
        """The view object as Slack sends it."""
        app = self._world.app
        given = view.given
        return {
            "id": view.id,
            "team_id": self._world.cast.team_id,
            "type": given["type"],
            "blocks": given["blocks"],
            "private_metadata": given.get("private_metadata", ""),
            "callback_id": given.get("callback_id", ""),
            "state": view.state(),
            "hash": view.hash,
            "title": given.get("title"),
            "clear_on_close": given.get("clear_on_close", False),
            "notify_on_close": given.get("notify_on_close", False),
            "close": given.get("close"),
            "submit": given.get("submit"),
            "previous_view_id": view.previous_id,
            "root_view_id": view.root_id,
            "app_id": app.id,
            "external_id": given.get("external_id", ""),
            "app_installed_team_id": self._world.cast.team_id,
            "bot_id": app.bot_id,
        }

    def _check(self, given: Payload, kind: str, *, but: str | None = None) -> None:
        if given.get("type") != kind:
            refuse([Fault("/type", f"unsupported type: {given.get('type')}")])
        refuse(check_view(given))
        name = given.get("external_id")
        taken = [v for v in self._views.values() if v.given.get("external_id") == name]
        if name and any(view.id != but for view in taken):
            raise SlackError("duplicate_external_id")

    def _named(self, view_id: object, external_id: object) -> View:
        if view_id:
            view = self.find(view_id)
        else:
            of_name = [v for v in self._views.values() if v.given.get("external_id") == external_id]
            view = of_name[0] if external_id and of_name else None
        if view is None:
            raise SlackError("not_found")
        return view

    def _add(self, given: Payload, user: str) -> View:
        stack = self._stacks.setdefault(user, [])
        view_id = self._world.new_id("V")
        view = View(
            view_id,
            user,
            self._kept(given),
            self._new_hash(),
            root_id=stack[0] if stack else view_id,
            previous_id=stack[-1] if stack else None,
        )
        self._views[view_id] = view
        stack.append(view_id)
        self._world.changed()
        return view

    def _kept(self, given: Payload) -> Payload:
        kept: Payload = {key: given[key] for key in KEPT_KEYS if key in given}
        blocks = self._world.kept(given["blocks"])
        return {**spelt_out(kept), "blocks": blocks}

    def _new_hash(self) -> str:
        return f"{int(self._world.now().timestamp())}.{self._world.new_id('h')}"
