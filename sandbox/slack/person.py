"""A person in the workspace, for tests that read as a conversation.

`channel` is everywhere an id, a name with or without `#`, or `"dm"` for the direct messages with
the app. What Slack itself refuses raises `SlackSaysError`; what is not there to be used raises
`LookupError` with what is.
"""

from collections.abc import Mapping

from sandbox.slack.acts import Acts
from sandbox.slack.api import Api
from sandbox.slack.cast import Person
from sandbox.slack.forms import Forms
from sandbox.slack.inputs import Typed, elements_in, holding, offered, stateful
from sandbox.slack.reading import label_of, lines, said
from sandbox.slack.sightings import Place, Seen, SeenView, buttons, option_of
from sandbox.slack.views import View
from sandbox.slack.wire import Payload
from sandbox.slack.world import Message


class ActingPerson:
    """Somebody who types, reads and clicks."""

    def __init__(self, person: Person, api: Api, acts: Acts, forms: Forms) -> None:
        self.id = person.id
        self._api = api
        self._world = api.world
        self._acts = acts
        self._forms = forms

    async def types(self, text: str, channel: str, thread_ts: str | None = None) -> None:
        """Type a slash command and wait until the app acknowledged it."""
        await self._acts.command(self.id, self._channel(channel), text, thread_ts=thread_ts)

    async def says(self, text: str, channel: str, thread_ts: str | None = None) -> Seen:
        """Write a message, in a thread if its root's `ts` is given."""
        message = await self._acts.say(self.id, self._channel(channel), text, thread_ts=thread_ts)
        return self._seen(message)

    def sees(self, channel: str, thread: str | None = None) -> list[Seen]:
        """The messages in a channel, oldest first: roots and replies, or one thread only."""
        found = self._world.visible(self.id, self._world.channels[self._channel(channel)])
        return [self._seen(m) for m in found if thread is None or thread in (m.ts, m.thread_ts)]

    @property
    def whispers(self) -> list[Seen]:
        """The ephemeral messages to this person, oldest first."""
        every = [m for c in self._world.channels.values() for m in c.messages.values()]
        mine = [m for m in every if m.ephemeral_to == self.id]
        return [self._seen(m) for m in sorted(mine, key=lambda m: m.ts)]

    @property
    def notices(self) -> list[str]:
        """What Slack itself told this person."""
        return [notice.text for notice in self._world.notices if notice.user == self.id]

    @property
    def modal(self) -> SeenView | None:
        """The modal on top."""
        stack = self._api.views.stack(self.id)
        return self._seen_view(stack[-1]) if stack else None

    @property
    def home(self) -> SeenView | None:
        """The Home tab, if the app published one."""
        home = self._api.views.home(self.id)
        return self._seen_view(home) if home else None

    def unread(self, channel: str) -> tuple[int, int]:
        """Unread messages, and how many of them call for this person."""
        return self._world.unread(self.id, self._world.channels[self._channel(channel)])

    def reads(self, channel: str) -> None:
        """Look at a channel."""
        self._world.read(self.id, self._world.channels[self._channel(channel)])

    async def clicks(self, label: str, in_: Place | None = None, *, nth: int = 0) -> None:
        """Press a button by its words: in `in_`, else in the modal, else in the newest message."""
        place = in_ or self._place_with(label)
        found = [
            (block, element)
            for block, element in elements_in(self._blocks(place))
            if label_of(element) == label
        ]
        if len(found) <= nth:
            raise LookupError(f"no button {label!r} among {list(self._now(place).buttons)}")
        await self._press(place, *found[nth], {})

    async def picks(self, place: Place, label: str, option: object) -> None:
        """Choose an option, outside forms too, where the app hears of it at once."""
        block, element = self._field(place, label)
        if element["type"] == "overflow":
            chosen: Payload = {"selected_option": option_of(element, option)}
        else:
            chosen = await self._state(place, block, element, option)
        await self._press(place, block, element, chosen)

    async def fills(self, view: SeenView, values: Mapping[str, object]) -> None:
        """Put values into fields, by label, block_id or action_id."""
        found = self._forms.view(self.id, view.id)
        for label, value in values.items():
            block, element = self._field(view, label)
            state = await self._state(view, block, element, value)
            self._forms.fill(found, {block["block_id"]: {element["action_id"]: state}})

    async def submits(
        self, view: SeenView, values: Mapping[str, object] | None = None
    ) -> dict[str, str]:
        """Fill in and submit; what comes back are the errors by block_id, none if it was taken."""
        await self.fills(view, values or {})
        return dict(await self._forms.submit(self.id, view.id, {}))

    async def submits_state(self, view: SeenView, state: Typed) -> dict[str, str]:
        """Submit with raw `state.values`, as a client of one's own would."""
        return dict(await self._forms.submit(self.id, view.id, state))

    async def closes(self, view: SeenView, *, all_: bool = False) -> None:
        """Cancel a modal, or close the whole stack."""
        await self._forms.close(self.id, view.id, all_=all_)

    async def suggestions(self, place: Place, field: str, typed: str) -> list[str]:
        """What an external select offers for `typed`."""
        block, element = self._field(place, field)
        return [each["text"]["text"] for each in await self._ask(place, block, element, typed)]

    async def opens_home(self) -> None:
        """Open the app's Home tab."""
        await self._acts.open_home(self.id)

    async def uses_shortcut(self, callback_id: str) -> None:
        """Use a global shortcut."""
        await self._acts.shortcut(self.id, callback_id)

    async def uses_message_shortcut(self, callback_id: str, message: Seen) -> None:
        """Use a shortcut on a message."""
        await self._acts.message_shortcut(self.id, callback_id, message.channel, message.ts)

    def deletes(self, message: Seen) -> None:
        """Delete a message."""
        self._acts.delete(self.id, message.channel, message.ts)

    def _channel(self, name: str) -> str:
        if name in self._world.channels:
            return name
        if name == "dm":
            return f"D{self.id[1:]}"
        for channel in self._world.channels.values():
            if channel.kind != "app" and channel.name == name.removeprefix("#"):
                return channel.id
        raise LookupError(f"no channel {name}")

    def _seen(self, message: Message) -> Seen:
        text = lines(self._world, message.blocks) or [said(self._world, message.text)]
        return Seen(
            channel=message.channel,
            ts=message.ts,
            thread_ts=message.thread_ts,
            author=self._world.people[message.user].real_name,
            text="\n".join(text),
            buttons=buttons(message.blocks),
            ephemeral=message.ephemeral_to is not None,
            edited=message.edited,
            blocks=tuple(message.blocks),
        )

    def _seen_view(self, view: View) -> SeenView:
        title = (view.given.get("title") or {}).get("text", "")
        return SeenView(
            id=view.id,
            title=title,
            text="\n".join([title, *lines(self._world, view.blocks)]).strip(),
            buttons=buttons(view.blocks),
            errors=dict(view.errors),
            given=self._api.views.render(view),
        )

    def _blocks(self, place: Place) -> list[Payload]:
        if isinstance(place, SeenView):
            return self._forms.view(self.id, place.id).blocks
        return self._acts.message(self.id, place.channel, place.ts).blocks

    def _now(self, place: Place) -> Place:
        if isinstance(place, SeenView):
            return self._seen_view(self._forms.view(self.id, place.id))
        return self._seen(self._acts.message(self.id, place.channel, place.ts))

    def _place_with(self, label: str) -> Place:
        modal = self.modal
        if modal and label in modal.buttons:
            return modal
        mine = [c for c in self._world.channels.values() if self.id in c.members]
        every = [m for c in mine for m in self._world.visible(self.id, c)]
        for message in sorted(every, key=lambda m: m.ts, reverse=True):
            if label in buttons(message.blocks):
                return self._seen(message)
        raise LookupError(f"no button {label!r} anywhere in sight")

    def _field(self, place: Place, label: str) -> tuple[Payload, Payload]:
        known = []
        for block, element in elements_in(self._blocks(place)):
            names = [
                (block.get("label") or {}).get("text"),
                (element.get("placeholder") or {}).get("text"),
                block["block_id"],
                element["action_id"],
            ]
            known += [name for name in names if name]
            if label in names:
                return block, element
        raise LookupError(f"no field {label!r} among {known}")

    async def _press(self, place: Place, block: Payload, element: Payload, chosen: Payload) -> None:
        at = block["block_id"], element["action_id"]
        if isinstance(place, SeenView):
            await self._forms.press_in_view(self.id, place.id, *at, chosen)
        else:
            await self._forms.press_in_message(self.id, place.channel, place.ts, *at, chosen)

    async def _ask(
        self, place: Place, block: Payload, element: Payload, typed: str
    ) -> list[Payload]:
        in_view = isinstance(place, SeenView)
        answer = await self._forms.suggest(
            self.id,
            view_id=place.id if isinstance(place, SeenView) else "",
            channel_id="" if in_view or not isinstance(place, Seen) else place.channel,
            ts="" if in_view or not isinstance(place, Seen) else place.ts,
            block_id=block["block_id"],
            action_id=element["action_id"],
            typed=typed,
        )
        return offered(answer)

    async def _state(
        self, place: Place, block: Payload, element: Payload, value: object
    ) -> Payload:
        kind = element["type"]
        if not stateful(element):
            raise LookupError(f"a {kind} holds no value")
        if value is None or isinstance(value, dict):
            return holding(element, value)
        if kind in ("external_select", "multi_external_select"):
            many = [str(each) for each in value] if isinstance(value, list) else [str(value)]
            options = [
                option_of({"options": await self._ask(place, block, element, each)}, each)
                for each in many
            ]
            return holding(element, options if isinstance(value, list) else options[0])
        if kind in ("static_select", "radio_buttons"):
            return holding(element, option_of(element, value))
        if kind in ("multi_static_select", "checkboxes") and isinstance(value, list):
            return holding(element, [option_of(element, each) for each in value])
        if kind == "users_select":
            return holding(element, self._user(str(value)))
        if kind in ("channels_select", "conversations_select"):
            return holding(element, self._channel(str(value)))
        return holding(element, value)

    def _user(self, name: str) -> str:
        for person in self._world.people.values():
            if name in (person.id, person.name, person.real_name):
                return person.id
        raise LookupError(f"nobody is called {name}")
