"""Choosing: selects, pickers and menus, in messages, in modals and on the Home tab."""

import pytest
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.cast import APPROVER_ONE, OPS_PRODUCTION, OPS_STAGING, REQUESTER
from sandbox.slack.double import SlackDouble
from sandbox.slack.wire import Payload, SlackSaysError
from tests.sandbox.slack.conftest import Bot
from tests.sandbox.slack.test_bolt import modal
from tests.sandbox.slack.test_views import shown, trigger


def option(name: str) -> Payload:
    return {"text": {"type": "plain_text", "text": name}, "value": name.lower()}


def element(kind: str, action_id: str, **more: object) -> Payload:
    return {"type": kind, "action_id": action_id, **more}


def field(block_id: str, held: Payload, **more: object) -> Payload:
    label = {"type": "plain_text", "text": block_id.title()}
    return {"type": "input", "block_id": block_id, "label": label, "element": held, **more}


DAYS = [option("Monday"), option("Tuesday")]
HOLDERS = element("static_select", "day", options=DAYS)


@pytest.fixture
async def heard(bot: Bot) -> list[Payload]:
    """Every interaction the bot acknowledges."""
    bodies: list[Payload] = []

    async def take(ack: AsyncAck, body: Payload) -> None:
        await ack()
        bodies.append(body)

    for action in ("day", "menu", "who", "show"):
        bot.app.action(action)(take)
    bot.app.view("restore")(take)
    return bodies


async def test_a_choice_in_a_message_is_told_with_the_state_of_all(
    double: SlackDouble, web: AsyncWebClient, heard: list[Payload]
) -> None:
    who = element("users_select", "who", initial_user=APPROVER_ONE)
    menu = element("overflow", "menu", options=[option("Show"), option("Hide")])
    actions = {"type": "actions", "block_id": "row", "elements": [HOLDERS, who, menu]}
    await web.chat_postMessage(channel=OPS_PRODUCTION, text="a", blocks=[actions])
    person = double.person(REQUESTER)
    (message,) = person.sees("ops-production")

    await person.picks(message, "day", "Tuesday")
    assert heard[0]["actions"][0]["selected_option"]["value"] == "tuesday"
    values = heard[0]["state"]["values"]["row"]
    assert values["day"]["selected_option"]["value"] == "tuesday"
    assert values["who"]["selected_user"] == APPROVER_ONE
    assert "menu" not in values
    await person.picks(message, "menu", "Hide")
    assert heard[1]["actions"][0]["selected_option"]["value"] == "hide"
    assert heard[1]["state"]["values"]["row"]["day"]["selected_option"]["value"] == "tuesday"
    with pytest.raises(LookupError, match="no option 'Friday'"):
        await person.picks(message, "day", "Friday")
    with pytest.raises(LookupError, match="no field 'hour'"):
        await person.picks(message, "hour", "3")


async def test_a_plain_input_is_silent_and_a_dispatching_one_is_not(
    double: SlackDouble, bot: Bot, web: AsyncWebClient, heard: list[Payload]
) -> None:
    quiet = field("quiet", element("static_select", "silent", options=DAYS))
    loud = field("loud", HOLDERS, dispatch_action=True)
    await web.views_open(trigger_id=await trigger(double, bot), view=modal(quiet, loud))
    person = double.person(REQUESTER)
    await person.picks(shown(person), "Quiet", "Monday")
    assert heard == []
    await person.picks(shown(person), "Loud", "Monday")
    assert heard[0]["container"]["type"] == "view"
    values = heard[0]["view"]["state"]["values"]
    assert values["quiet"]["silent"]["selected_option"]["value"] == "monday"


async def test_a_form_of_every_kind_is_filled_in(
    double: SlackDouble, bot: Bot, web: AsyncWebClient, heard: list[Payload]
) -> None:
    blocks = [
        field("day", element("radio_buttons", "a", options=DAYS)),
        field("days", element("checkboxes", "a", options=DAYS)),
        field("who", element("users_select", "a")),
        field(
            "where",
            element("conversations_select", "a", response_url_enabled=True),
        ),
        field("when", element("datepicker", "a")),
        field("why", element("plain_text_input", "a"), optional=True),
    ]
    await web.views_open(trigger_id=await trigger(double, bot), view=modal(*blocks))
    person = double.person(REQUESTER)
    errors = await person.submits(
        shown(person),
        {
            "Day": "Monday",
            "Days": ["Monday", "tuesday"],
            "Who": "Approver One",
            "Where": "#ops-staging",
            "When": "2026-03-02",
            "Why": None,
        },
    )
    assert errors == {}
    (body,) = heard
    values = {block: state["a"] for block, state in body["view"]["state"]["values"].items()}
    assert values["day"]["selected_option"]["value"] == "monday"
    assert [o["value"] for o in values["days"]["selected_options"]] == ["monday", "tuesday"]
    assert values["who"]["selected_user"] == APPROVER_ONE
    assert values["where"]["selected_conversation"] == OPS_STAGING
    assert values["when"]["selected_date"] == "2026-03-02"
    assert values["why"]["value"] is None
    (url,) = body["response_urls"]
    assert (url["block_id"], url["channel_id"]) == ("where", OPS_STAGING)


async def test_what_is_not_on_the_list_cannot_be_chosen(
    double: SlackDouble, bot: Bot, web: AsyncWebClient
) -> None:
    await web.views_open(trigger_id=await trigger(double, bot), view=modal(field("day", HOLDERS)))
    person = double.person(REQUESTER)
    forged = {"day": {"day": {"type": "static_select", "selected_option": option("Friday")}}}
    with pytest.raises(SlackSaysError, match="not among the options"):
        await person.submits_state(shown(person), forged)
    with pytest.raises(SlackSaysError, match="there is no field"):
        await person.submits_state(shown(person), {"other": {"day": {"value": "a"}}})


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("datepicker", "selected_date", "2026-02-30"),
        ("datepicker", "selected_date", "30.1.2026"),
        ("timepicker", "selected_time", "24:00"),
        ("datetimepicker", "selected_date_time", 1),
    ],
)
async def test_what_no_calendar_or_clock_shows_cannot_be_picked(
    double: SlackDouble, bot: Bot, web: AsyncWebClient, kind: str, key: str, value: object
) -> None:
    when = field("when", element(kind, "a"), optional=True)
    await web.views_open(trigger_id=await trigger(double, bot), view=modal(when))
    person = double.person(REQUESTER)
    with pytest.raises(SlackSaysError, match="cannot be picked"):
        await person.submits_state(shown(person), {"when": {"a": {key: value}}})
    await person.fills(shown(person), {"When": None})


async def test_only_the_view_on_top_can_be_submitted_and_only_by_its_owner(
    double: SlackDouble, bot: Bot, web: AsyncWebClient
) -> None:
    await web.views_open(trigger_id=await trigger(double, bot), view=modal(field("day", HOLDERS)))
    person = double.person(REQUESTER)
    view = shown(person)
    with pytest.raises(SlackSaysError, match="no longer open"):
        await double.person(APPROVER_ONE).submits(view, {})
    await person.closes(view)
    with pytest.raises(SlackSaysError, match="no longer open"):
        await person.submits_state(view, {})


async def test_a_button_on_the_home_tab_opens_a_modal(
    double: SlackDouble, bot: Bot, web: AsyncWebClient, heard: list[Payload]
) -> None:
    show = element("button", "show", text={"type": "plain_text", "text": "Show"})
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [show]}]}
    await web.views_publish(user_id=REQUESTER, view=home)
    person = double.person(REQUESTER)
    assert person.home is not None
    await person.clicks("Show", person.home)
    await web.views_open(trigger_id=heard[0]["trigger_id"], view=modal(field("day", HOLDERS)))
    assert shown(person).title == "Restore"
    outdated = {"view": home, "user_id": REQUESTER, "hash": "1.old"}
    answer = await web.api_call("views.publish", json=outdated | {"hash": ""})
    assert answer["view"]["type"] == "home"


async def test_channels_keep_their_history_for_those_who_may_read_it(
    double: SlackDouble, web: AsyncWebClient
) -> None:
    double.scopes += ("channels:history", "channels:join")
    sent = [(await web.chat_postMessage(channel=OPS_PRODUCTION, text=text))["ts"] for text in "abc"]
    newest = await web.conversations_history(channel=OPS_PRODUCTION, limit=2)
    assert [m["text"] for m in newest["messages"]] == ["c", "b"]
    assert newest["has_more"]
    since = await web.conversations_history(channel=OPS_PRODUCTION, oldest=sent[1], inclusive=True)
    assert [m["text"] for m in since["messages"]] == ["c", "b"]
    await web.conversations_join(channel="C0GENERAL1")
    await web.chat_postMessage(channel="C0GENERAL1", text="hello")
