"""The few fields of Slack's payloads that we read, as typed values.

Nothing in a payload is a fact except who clicked and which id; all else is loaded.
"""

from typing import Any

from bot.core.base import ChannelId, Frozen, TeamId, UserId
from bot.core.operations import Origin
from bot.core.people import Person
from bot.views.ids import Action, Field

Body = dict[str, Any]


class Typed(Frozen):
    """A command that was typed, as a slash command or by mention."""

    person: Person
    text: str
    origin: Origin
    key: str
    trigger_id: str | None = None
    response_url: str | None = None


class Click(Frozen):
    """A button that was pressed, or an input that reported a choice."""

    person: Person
    action_id: str
    value: str
    origin: Origin
    key: str
    trigger_id: str
    response_url: str | None = None
    view_id: str | None = None
    view_hash: str | None = None
    metadata: str = ""
    at_home: bool = False
    """Whether it was pressed on the Home tab."""

    @property
    def action(self) -> Action:
        """What was pressed; raises ValueError for what is no action of ours."""
        return Action(self.action_id.partition(":")[0])


class Submission(Frozen):
    """A modal that was sent."""

    person: Person
    callback_id: str
    view_id: str
    metadata: str
    key: str
    typed: dict[str, str | None]

    def get(self, field: Field) -> str | None:
        """Return what was typed into a field; None when the form does not show it."""
        for block_id, value in self.typed.items():
            if block_id.partition(".")[0] == field:
                return value or ""
        return None

    def block(self, field: Field) -> str:
        """Return the block id that an error about a field belongs to."""
        shown = (b for b in self.typed if b.partition(".")[0] == field)
        return next(shown, next(iter(self.typed), field))


class Suggestion(Frozen):
    """A question for the options of a select."""

    person: Person
    action_id: str
    typed: str
    metadata: str


class StepRun(Frozen):
    """A run of one of our steps in a workflow; ``execution`` completes it."""

    callback_id: str
    execution: str
    inputs: dict[str, str]


class Shortcut(Frozen):
    """A global or message shortcut."""

    person: Person
    callback_id: str
    origin: Origin
    trigger_id: str
    key: str


def command(body: Body) -> Typed:
    """Read a slash command (https://docs.slack.dev/interactivity/implementing-slash-commands)."""
    return Typed(
        person=Person(team_id=TeamId(body["team_id"]), user_id=UserId(body["user_id"])),
        text=str(body.get("text") or ""),
        origin=Origin(channel=ChannelId(body["channel_id"])),
        key=f"command:{body['trigger_id']}",
        trigger_id=body["trigger_id"],
        response_url=body.get("response_url"),
    )


def mentioned(body: Body) -> Typed:
    """Read an `app_mention` event; the answer belongs into its thread."""
    event = body["event"]
    return Typed(
        person=Person(
            team_id=TeamId(event.get("user_team") or event.get("team") or body["team_id"]),
            user_id=UserId(event["user"]),
        ),
        text=str(event.get("text") or ""),
        origin=Origin(
            channel=ChannelId(event["channel"]),
            thread_ts=event.get("thread_ts") or event["ts"],
        ),
        key=f"event:{body['event_id']}",
    )


def click(body: Body) -> Click:
    """Read a `block_actions` payload."""
    action = body["actions"][0]
    container = body.get("container") or {}
    view = body.get("view") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
    option = action.get("selected_option") or {}
    return Click(
        person=_person(body),
        action_id=str(action["action_id"]),
        value=str(action.get("value") or option.get("value") or ""),
        origin=Origin(
            channel=ChannelId(channel) if channel else None,
            thread_ts=container.get("thread_ts"),
        ),
        key=f"click:{body['trigger_id']}:{action['action_id']}",
        trigger_id=body["trigger_id"],
        response_url=body.get("response_url"),
        view_id=view.get("id"),
        view_hash=view.get("hash"),
        metadata=str(view.get("private_metadata") or ""),
        at_home=view.get("type") == "home",
    )


def submission(body: Body) -> Submission:
    """Read a `view_submission` payload."""
    view = body["view"]
    return Submission(
        person=_person(body),
        callback_id=view["callback_id"],
        view_id=view["id"],
        metadata=str(view.get("private_metadata") or ""),
        key=f"submission:{view['id']}:{view['hash']}",
        typed={
            block_id: _entered(element)
            for block_id, inputs in view["state"]["values"].items()
            for element in inputs.values()
        },
    )


def _entered(element: Body) -> str | None:
    ticked = (element.get("selected_options") or [{}])[0]
    option = element.get("selected_option") or ticked
    entered = element.get("value") or option.get("value")
    # half a surrogate pair, as a program may send it, can be neither hashed nor stored
    return str(entered).encode(errors="replace").decode() if entered else None


def suggestion(body: Body) -> Suggestion:
    """Read a `block_suggestion` payload."""
    return Suggestion(
        person=_person(body),
        action_id=str(body["action_id"]),
        typed=str(body.get("value") or ""),
        metadata=str((body.get("view") or {}).get("private_metadata") or ""),
    )


def shortcut(body: Body) -> Shortcut:
    """Read a global or message shortcut; a message's thread is kept."""
    message = body.get("message") or {}
    channel = (body.get("channel") or {}).get("id")
    return Shortcut(
        person=_person(body),
        callback_id=str(body["callback_id"]),
        origin=Origin(
            channel=ChannelId(channel) if channel else None,
            thread_ts=message.get("thread_ts") or message.get("ts"),
        ),
        trigger_id=body["trigger_id"],
        key=f"shortcut:{body['trigger_id']}",
    )


def opened_home(body: Body) -> tuple[Person, str]:
    """Read an `app_home_opened` event: who, and the metadata of the view that they see already."""
    event = body["event"]
    person = Person(team_id=TeamId(body["team_id"]), user_id=UserId(event["user"]))
    return person, str((event.get("view") or {}).get("private_metadata") or "")


def _person(body: Body) -> Person:
    user = body["user"]
    team = user.get("team_id") or (body.get("team") or {}).get("id") or ""
    return Person(team_id=TeamId(team), user_id=UserId(user["id"]))


def step_run(body: Body) -> StepRun:
    """Read a `function_executed` event (https://docs.slack.dev/reference/events/function_executed)."""
    event = body["event"]
    given = event.get("inputs") or {}
    return StepRun(
        callback_id=event["function"]["callback_id"],
        execution=event["function_execution_id"],
        inputs={key: value for key, value in given.items() if isinstance(value, str)},
    )
