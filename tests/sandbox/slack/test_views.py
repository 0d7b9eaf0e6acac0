"""Modals obey trigger, hash, stack and size, and keep what was typed."""

from collections.abc import Awaitable

import pytest
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.acts import TROUBLE
from sandbox.slack.cast import REQUESTER
from sandbox.slack.double import SlackDouble
from sandbox.slack.person import ActingPerson
from sandbox.slack.sightings import SeenView
from sandbox.slack.wire import Payload, SlackSaysError
from tests.sandbox.slack.conftest import Bot, Clock
from tests.sandbox.slack.test_bolt import modal, typed

CHOICE: Payload = {
    "type": "input",
    "block_id": "snapshot",
    "label": {"type": "plain_text", "text": "Snapshot"},
    "element": {
        "type": "external_select",
        "action_id": "pick",
        "min_query_length": 0,
        "placeholder": {"type": "plain_text", "text": "Choose one"},
    },
}
MORE: Payload = {
    "type": "actions",
    "block_id": "more",
    "elements": [
        {
            "type": "button",
            "action_id": "more",
            "text": {"type": "plain_text", "text": "Add a step"},
        }
    ],
}


@pytest.fixture
def person(double: SlackDouble) -> ActingPerson:
    return double.person(REQUESTER)


async def trigger(double: SlackDouble, bot: Bot) -> str:
    """A fresh trigger id, from a command that the bot merely acknowledges."""

    @bot.app.command("/aura")
    async def aura(ack: AsyncAck) -> None:
        await ack()

    await double.person(REQUESTER).types("/aura restore", "ops-production")
    return str(double.sent[-1].payload["trigger_id"])


async def refusal(call: Awaitable[object]) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


def shown(person: ActingPerson) -> SeenView:
    assert person.modal is not None
    return person.modal


async def test_a_trigger_works_once(double: SlackDouble, bot: Bot, web: AsyncWebClient) -> None:
    key = await trigger(double, bot)
    await web.views_open(trigger_id=key, view=modal(typed("gate")))
    again = web.views_open(trigger_id=key, view=modal(typed("gate")))
    assert await refusal(again) == "exchanged_trigger_id"


async def test_a_trigger_dies_after_three_seconds(
    double: SlackDouble, bot: Bot, web: AsyncWebClient, clock: Clock
) -> None:
    key = await trigger(double, bot)
    clock.advance(seconds=3.1)
    late = web.views_open(trigger_id=key, view=modal(typed("gate")))
    assert await refusal(late) == "expired_trigger_id"
    made_up = web.views_open(trigger_id="1.2.3", view=modal(typed("gate")))
    assert await refusal(made_up) == "invalid_trigger_id"


async def test_an_invalid_view_is_pointed_at(
    double: SlackDouble, bot: Bot, web: AsyncWebClient
) -> None:
    title = {"type": "plain_text", "text": "x" * 25}
    with pytest.raises(SlackApiError) as caught:
        await web.views_open(
            trigger_id=await trigger(double, bot), view=modal(typed("gate"), title=title)
        )
    assert caught.value.response["error"] == "invalid_arguments"
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    text = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}
    huge = web.views_open(trigger_id=await trigger(double, bot), view=modal(*[text] * 90))
    assert await refusal(huge) == "view_too_large"


async def test_an_outdated_hash_is_refused(
    double: SlackDouble, bot: Bot, web: AsyncWebClient
) -> None:
    first = await web.views_open(trigger_id=await trigger(double, bot), view=modal(typed("gate")))
    seen = {"view_id": first["view"]["id"], "hash": first["view"]["hash"]}
    await web.views_update(**seen, view=modal(typed("gate")))
    assert await refusal(web.views_update(**seen, view=modal(typed("gate")))) == "hash_conflict"
    unknown = web.views_update(view_id="V404", view=modal(typed("gate")))
    assert await refusal(unknown) == "not_found"


async def test_an_external_id_is_taken_while_its_view_is_open(
    double: SlackDouble, bot: Bot, web: AsyncWebClient, person: ActingPerson
) -> None:
    named = modal(typed("gate"), external_id="op-1")
    await web.views_open(trigger_id=await trigger(double, bot), view=named)
    again = web.views_open(trigger_id=await trigger(double, bot), view=named)
    assert await refusal(again) == "duplicate_external_id"
    await web.views_update(external_id="op-1", view=named)
    await person.closes(shown(person))
    await web.views_open(trigger_id=await trigger(double, bot), view=named)


async def test_typed_values_outlive_an_update_that_keeps_the_field(
    double: SlackDouble, bot: Bot, web: AsyncWebClient, person: ActingPerson
) -> None:
    await web.views_open(trigger_id=await trigger(double, bot), view=modal(typed("gate")))
    view = shown(person)
    await person.fills(view, {"Type RESTORE": "RESTO"})
    await web.views_update(view_id=view.id, view=modal(typed("gate"), typed("reason")))
    values = shown(person).given["state"]["values"]
    assert values["gate"]["word"]["value"] == "RESTO"
    assert values["reason"]["word"]["value"] is None
    await web.views_update(view_id=view.id, view=modal(typed("other")))
    assert shown(person).given["state"]["values"]["other"]["word"]["value"] is None


async def test_a_fourth_view_does_not_fit_on_the_stack(
    double: SlackDouble, bot: Bot, web: AsyncWebClient, person: ActingPerson
) -> None:
    @bot.app.action("more")
    async def more(ack: AsyncAck) -> None:
        await ack()

    await web.views_open(trigger_id=await trigger(double, bot), view=modal(MORE))
    outside = web.views_push(trigger_id=await trigger(double, bot), view=modal(MORE))
    assert await refusal(outside) == "invalid_trigger_id"
    for _ in range(2):
        await person.clicks("Add a step")
        key = double.sent[-1].payload["trigger_id"]
        await web.views_push(trigger_id=key, view=modal(MORE))
    top = shown(person).given
    assert top["root_view_id"] != top["previous_view_id"] != top["id"]
    await person.clicks("Add a step")
    full = web.views_push(trigger_id=double.sent[-1].payload["trigger_id"], view=modal(MORE))
    assert await refusal(full) == "push_limit_reached"


async def test_closing_is_told_only_where_it_was_asked_for(
    double: SlackDouble, bot: Bot, web: AsyncWebClient, person: ActingPerson
) -> None:
    closings: list[Payload] = []

    @bot.app.view_closed("restore")
    async def closed(ack: AsyncAck, body: Payload) -> None:
        await ack()
        closings.append(body)

    await web.views_open(trigger_id=await trigger(double, bot), view=modal(typed("gate")))
    await person.closes(shown(person))
    for all_ in (False, True):
        quiet = modal(typed("gate"), notify_on_close=True)
        await web.views_open(trigger_id=await trigger(double, bot), view=quiet)
        await person.closes(shown(person), all_=all_)
    assert [body["is_cleared"] for body in closings] == [False, True]
    assert person.modal is None


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"no-such-block": "wrong"}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "dance"},
    ],
)
async def test_an_answer_that_makes_no_sense_shows_as_trouble(
    double: SlackDouble,
    bot: Bot,
    web: AsyncWebClient,
    person: ActingPerson,
    answer: Payload,
) -> None:
    @bot.app.view("restore")
    async def restore(ack: AsyncAck) -> None:
        await ack(answer)

    await web.views_open(trigger_id=await trigger(double, bot), view=modal(typed("gate")))
    with pytest.raises(SlackSaysError):
        await person.submits(shown(person), {"Type RESTORE": "RESTORE"})
    assert person.notices == [TROUBLE]
    assert person.modal is not None


async def test_a_submission_may_push_and_update(
    double: SlackDouble, bot: Bot, web: AsyncWebClient, person: ActingPerson
) -> None:
    @bot.app.view("restore")
    async def restore(ack: AsyncAck, view: Payload) -> None:
        kind = "update" if view["previous_view_id"] else "push"
        await ack(response_action=kind, view=modal(typed(f"after-{kind}")))

    await web.views_open(trigger_id=await trigger(double, bot), view=modal(typed("gate")))
    await person.submits(shown(person), {"gate": "RESTORE"})
    assert "after-push" in shown(person).given["state"]["values"]
    await person.submits(shown(person), {"after-push": "RESTORE"})
    assert "after-update" in shown(person).given["state"]["values"]


async def test_options_are_suggested_as_one_types(
    double: SlackDouble, bot: Bot, web: AsyncWebClient, person: ActingPerson
) -> None:
    @bot.app.options("pick")
    async def options(ack: AsyncAck, payload: Payload) -> None:
        days = [day for day in ("2026-03-01", "2026-03-02") if payload["value"] in day]
        await ack(options=[{"text": {"type": "plain_text", "text": d}, "value": d} for d in days])

    submitted: list[Payload] = []

    @bot.app.view("restore")
    async def restore(ack: AsyncAck, view: Payload) -> None:
        await ack()
        submitted.append(view["state"]["values"])

    await web.views_open(trigger_id=await trigger(double, bot), view=modal(CHOICE))
    view = shown(person)
    assert await person.suggestions(view, "Snapshot", "03-02") == ["2026-03-02"]
    await person.submits(view, {"Snapshot": "2026-03-01"})
    assert submitted[0]["snapshot"]["pick"]["selected_option"]["value"] == "2026-03-01"


async def test_options_that_break_the_rules_are_not_shown(
    double: SlackDouble, bot: Bot, web: AsyncWebClient, person: ActingPerson
) -> None:
    @bot.app.options("pick")
    async def options(ack: AsyncAck) -> None:
        one = {"text": {"type": "plain_text", "text": "x" * 76}, "value": "v"}
        await ack(options=[one])

    await web.views_open(trigger_id=await trigger(double, bot), view=modal(CHOICE))
    with pytest.raises(SlackSaysError, match="problem loading"):
        await person.suggestions(shown(person), "Snapshot", "")
