"""People in Slack, acting over the double's control interface as the page does."""

from collections.abc import Callable
from typing import Any

from sandbox.slack import cast as slack
from tests.adapters.waiting import until_async
from tests.crash.doubles import Doubles

Message = dict[str, Any]


class Somebody:
    """A person who types, fills in forms and presses buttons."""

    def __init__(self, user: str, world: Doubles) -> None:
        self._user = user
        self._world = world

    async def types(self, text: str) -> None:
        """Type a command in the channel of production."""
        await self._world.act(self._user, "command", channel=slack.OPS_PRODUCTION, text=text)

    async def submits(self, **values: str) -> None:
        """Fill in the modal by the names of its fields once it shows them, and send it."""
        view: dict[str, Any] = {}

        async def shown() -> bool:
            views = (await self._world.state(self._user))["views"]
            view.update(views[-1] if views else {})
            return set(values) <= {_name(block) for block in _inputs(view)}

        await until_async(shown)
        state = {
            block["block_id"]: {
                block["element"]["action_id"]: {
                    "type": block["element"]["type"],
                    "value": values[_name(block)],
                }
            }
            for block in _inputs(view)
            if _name(block) in values
        }
        answer = await self._world.act(self._user, "submit", view_id=view["id"], state=state)
        assert "errors" not in answer, answer

    async def waits_for(self, action: str, channel: str) -> Message:
        """Wait for a message with a button; returns it."""
        return await self._waits(channel, lambda message: bool(_button(message, action)))

    async def presses(
        self, action: str, message: Message, channel: str, *, falls: bool = False
    ) -> None:
        """Press a button in a message; with ``falls`` the bot may die of it."""
        block_id = _button(message, action)
        assert block_id, message
        await self._world.act(
            self._user,
            "press",
            falls=falls,
            channel=channel,
            ts=message["ts"],
            block_id=block_id,
            action_id=action,
        )

    async def _waits(self, channel: str, fits: Callable[[Message], bool]) -> Message:
        found: list[Message] = []

        async def there() -> bool:
            messages = (await self._world.state(self._user))["messages"][channel]
            found[:] = [message for message in messages if fits(message)]
            return bool(found)

        await until_async(there)
        return found[-1]


def _inputs(view: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in view.get("blocks", ()) if block["type"] == "input"]


def _name(block: dict[str, Any]) -> str:
    return str(block["block_id"].partition(".")[0])


def _button(message: Message, action: str) -> str | None:
    for block in message["blocks"]:
        for element in block.get("elements", ()):
            if element.get("action_id") == action:
                return str(block["block_id"])
    return None
