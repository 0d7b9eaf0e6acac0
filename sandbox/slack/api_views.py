"""`views.*`: modals and the Home tab. None of them needs a scope.

Source: https://docs.slack.dev/reference/methods?family=views
"""

from sandbox.slack.api import Api, Args, Endpoint
from sandbox.slack.views import View
from sandbox.slack.wire import Payload, SlackError


def _given(args: Args) -> Payload:
    view = args.json("view", "invalid_arguments")
    if not isinstance(view, dict):
        messages = ["[ERROR] missing required field: view"]
        raise SlackError("invalid_arguments", response_metadata={"messages": messages})
    return view


def _answer(api: Api, view: View) -> Payload:
    return {"view": api.views.render(view)}


def open_(api: Api, args: Args) -> Payload:
    """`views.open`."""
    return _answer(api, api.views.open(_given(args), args.need("trigger_id")))


def push(api: Api, args: Args) -> Payload:
    """`views.push`."""
    return _answer(api, api.views.push(_given(args), args.need("trigger_id")))


def update(api: Api, args: Args) -> Payload:
    """`views.update`, by `view_id` or `external_id`."""
    view = api.views.update(
        _given(args),
        view_id=args.text("view_id"),
        external_id=args.text("external_id"),
        hash_=args.text("hash"),
    )
    return _answer(api, view)


def publish(api: Api, args: Args) -> Payload:
    """`views.publish`."""
    view = api.views.publish(_given(args), user=args.need("user_id"), hash_=args.text("hash"))
    return _answer(api, view)


ENDPOINTS = {
    "views.open": Endpoint(open_),
    "views.push": Endpoint(push),
    "views.update": Endpoint(update),
    "views.publish": Endpoint(publish),
}
