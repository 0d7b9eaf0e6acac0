"""What a person does with blocks: pressing, choosing, submitting and closing.

Sources: https://docs.slack.dev/surfaces/modals and
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from bot.views.blockkit import check_view
from sandbox.slack import payloads
from sandbox.slack.acts import TROUBLE, Acts
from sandbox.slack.api import Api
from sandbox.slack.deliveries import Deliveries
from sandbox.slack.inputs import (
    Typed,
    complaint,
    elements_in,
    initial_key,
    offered,
    stateful,
    value_key,
    values_of,
)
from sandbox.slack.views import View
from sandbox.slack.wire import Payload, SlackError, SlackSaysError
from sandbox.slack.world import Message

_CLOSED_LISTS = frozenset(
    {"static_select", "multi_static_select", "radio_buttons", "checkboxes", "overflow"}
)

_PICKERS = frozenset({"datepicker", "timepicker", "datetimepicker"})


class Forms:
    """Everything people do with blocks, in messages and in views."""

    def __init__(self, api: Api, deliveries: Deliveries, acts: Acts) -> None:
        self._api = api
        self._deliveries = deliveries
        self._acts = acts
        self._typed: dict[tuple[str, str], Typed] = {}

    def view(self, user: str, view_id: str) -> View:
        """A view that `user` has open, or their Home tab."""
        view = self._api.views.find(view_id)
        if view is None or view.user != user:
            raise SlackSaysError("this view is no longer open")
        return view

    def fill(self, view: View, state: Typed) -> None:
        """Put values into fields, without anybody hearing of it."""
        known = {(b["block_id"], e["action_id"]): e for b, e in view.elements()}
        for block_id, actions in state.items():
            for action_id, value in actions.items():
                element = known.get((block_id, action_id))
                if element is None or not stateful(element):
                    raise SlackSaysError(f"there is no field {block_id} {action_id}")
                _check_choice(element, value)
                view.typed.setdefault(block_id, {})[action_id] = {
                    "type": element["type"],
                    value_key(element): value.get(value_key(element)),
                }
        self._api.world.changed()

    async def press_in_view(
        self, user: str, view_id: str, block_id: str, action_id: str, chosen: Payload
    ) -> None:
        """Press a button or choose something in a view; plain inputs tell the app nothing."""
        view = self.view(user, view_id)
        block, element = _find(view.blocks, block_id, action_id)
        if stateful(element):
            self.fill(view, {block_id: {action_id: chosen}})
        else:
            _check_choice(element, chosen)
        if block["type"] == "input" and not block.get("dispatch_action"):
            return
        pressed = payloads.action(self._api, block, element, chosen)
        payload = payloads.view_action(self._api, view, pressed)
        self._acts.acknowledged(user, await self._deliveries.send("interactive", payload))

    async def press_in_message(
        self,
        user: str,
        channel_id: str,
        ts: str,
        block_id: str,
        action_id: str,
        chosen: Payload,
    ) -> None:
        """Press a button or choose something in a message, from another workspace too."""
        self._acts.present(user, channel_id)
        message = self._acts.message(user, channel_id, ts)
        block, element = _find(message.blocks, block_id, action_id)
        _check_choice(element, chosen)
        typed = self._typed.setdefault((user, ts), {})
        if stateful(element):
            key = value_key(element)
            state = {"type": element["type"], key: chosen.get(key)}
            typed.setdefault(block_id, {})[action_id] = state
        payload = payloads.message_action(
            self._api,
            user=user,
            message=message,
            pressed=payloads.action(self._api, block, element, chosen),
            values=values_of(message.blocks, typed),
        )
        self._acts.acknowledged(user, await self._deliveries.send("interactive", payload))

    async def submit(self, user: str, view_id: str, state: Typed) -> dict[str, str]:
        """Submit the top view. What comes back are the errors by block id, none if it was taken."""
        view = self.view(user, view_id)
        stack = self._api.views.stack(user)
        if not stack or stack[-1] is not view or "submit" not in view.given:
            raise SlackSaysError("only the view on top can be submitted")
        self.fill(view, state)
        values = view.state()["values"]
        view.errors = {
            block["block_id"]: wrong
            for block, element in view.elements()
            if block["type"] == "input"
            and (wrong := complaint(block, values[block["block_id"]][element["action_id"]]))
        }
        self._api.world.changed()
        if view.errors:
            return view.errors
        payload = payloads.submission(self._api, view)
        reply = await self._deliveries.send("interactive", payload, accepts_response=True)
        if not reply.acked:
            self._acts.told(user, TROUBLE)
        try:
            self._answered(view, reply.payload)
        except SlackError:
            self._acts.told(user, TROUBLE)
        return view.errors

    def _answered(self, view: View, answer: Payload) -> None:
        """Do what the app said to a submission; SlackError where that makes no sense."""
        views = self._api.views
        if view not in views.stack(view.user):
            return
        match answer.get("response_action"):
            case None:
                views.pop(view)
            case "clear":
                views.clear(view.user)
            case "update":
                views.replace(view, views.checked(answer.get("view"), but=view.id))
            case "push":
                views.push_for(view.user, views.checked(answer.get("view")))
            case "errors":
                inputs = {b["block_id"] for b in view.blocks if b["type"] == "input"}
                errors = answer.get("errors")
                if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
                    raise SlackError("invalid_arguments")
                view.errors = {key: str(text) for key, text in errors.items()}
                self._api.world.changed()
            case _:
                raise SlackError("invalid_arguments")

    async def close(self, user: str, view_id: str, *, all_: bool = False) -> None:
        """Close the top view (Cancel), or the whole stack (the x in the corner)."""
        view = self.view(user, view_id)
        stack = self._api.views.stack(user)
        if view not in stack:
            raise SlackSaysError("this view is no longer open")
        cleared = all_ or bool(view.given.get("clear_on_close"))
        told = stack[0] if cleared else view
        payload = payloads.closed(self._api, told, is_cleared=cleared)
        wanted = bool(told.given.get("notify_on_close"))
        if cleared:
            self._api.views.clear(user)
        else:
            self._api.views.pop(view)
        if wanted:
            await self._deliveries.send("interactive", payload)

    async def suggest(
        self,
        user: str,
        *,
        view_id: str = "",
        channel_id: str = "",
        ts: str = "",
        block_id: str,
        action_id: str,
        typed: str,
    ) -> Payload:
        """Type into an external select; what comes back are `options` or `option_groups`."""
        place: View | Message = (
            self.view(user, view_id) if view_id else self._acts.message(user, channel_id, ts)
        )
        _, element = _find(place.blocks, block_id, action_id)
        if len(typed) < element.get("min_query_length", 3):
            return {"options": []}
        payload = payloads.suggestion(
            self._api, user, place, block_id=block_id, action_id=action_id, value=typed
        )
        reply = await self._deliveries.send("interactive", payload, accepts_response=True)
        keys = set(reply.payload) & {"options", "option_groups"}
        if not reply.acked or len(keys) != 1 or not _good_options(reply.payload):
            self._acts.told(user, "There was a problem loading the options.")
        return {key: reply.payload[key] for key in keys}


def _good_options(answer: Payload) -> bool:
    """Whether Slack would take these options: the rules of a static select, and it may be empty."""
    key = "options" if "options" in answer else "option_groups"
    if answer[key] == []:
        return True
    select = {"type": "static_select", "action_id": "a", key: answer[key]}
    block = {"type": "actions", "elements": [select]}
    return not check_view({"type": "home", "blocks": [block]})


def _find(blocks: list[Payload], block_id: str, action_id: str) -> tuple[Payload, Payload]:
    for block, element in elements_in(blocks):
        if (block["block_id"], element["action_id"]) == (block_id, action_id):
            return block, element
    raise SlackSaysError(f"there is nothing to use at {block_id} {action_id}")


def _check_picked(element: Payload, value: object) -> None:
    """A day that no calendar has, or no time of a day, cannot be picked."""
    if value is None:
        return
    picker = {"type": element["type"], "action_id": "a", initial_key(element): value}
    if check_view({"type": "home", "blocks": [{"type": "actions", "elements": [picker]}]}):
        raise SlackSaysError(f"this cannot be picked: {value}")


def _check_choice(element: Payload, chosen: Payload) -> None:
    """What is chosen from a list must be on the list, and what is picked must exist."""
    if element["type"] in _PICKERS:
        _check_picked(element, chosen.get(value_key(element)))
    if element["type"] not in _CLOSED_LISTS:
        return
    options = offered(element)
    one, many = chosen.get("selected_option"), chosen.get("selected_options") or []
    for each in [*many, *([one] if one else [])]:
        if each not in options:
            raise SlackSaysError(f"this is not among the options: {each}")
