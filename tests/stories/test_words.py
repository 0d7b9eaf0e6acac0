"""Words of people and of Aura stand harmless in every message, however they are written."""

import json

import pytest

from bot.services.restores import RestoreForm
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.harness import Story

HOSTILE = {
    "channel": "<!channel> <!here> <!everyone>",
    "people": f"<@{slack.APPROVER_TWO}> <!subteam^{slack.DB_APPROVERS}> <#{slack.GENERAL}>",
    "link": "<https://evil.example|Approved> [a](https://evil.example)",
    "forged line": "why\n✅ Approved by <@U0APPROVE1> (1 of 1).\n> so it is",
    "bidi": "safe \u202eevil\u202c \u2066x\u2069 \u200b\ufeff\x07",
    "markup": "*bold* `code` ```block``` _x_ ~y~ &amp; &lt;!channel&gt;",
}


def harmless(story: Story) -> None:
    """No message pings anybody it should not, or holds an unseen character or a line of theirs."""
    messages = story.messages()
    assert messages
    for message in messages:
        raw = json.dumps(message.blocks, ensure_ascii=False)
        for token in ("<!channel", "<!here", "<!everyone", "<!subteam", "<https://evil"):
            assert token not in raw
        assert f"<@{slack.APPROVER_TWO}>" not in raw
        assert f"<#{slack.GENERAL}>" not in raw
        assert not {"\u202e", "\u202c", "\u2066", "\u2069", "\u200b", "\ufeff", "\x07"} & set(raw)
        assert "\n✅ Approved by @Approver One (1 of 1)." not in message.text
        assert not any(line == "> so it is" for line in message.text.splitlines())


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_reason_of_a_request_is_harmless_in_every_message(story: Story, text: str) -> None:
    await story.requested(reason=text)
    harmless(story)

    await story.approved()
    await story.advance(minutes=10)

    harmless(story)
    assert (await story.operation()).plan.reason == text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_reasons_of_a_denial_and_of_a_waiver_are_harmless_in_every_message(
    story: Story, text: str
) -> None:
    story.aura.set_status(aura.ORDERS_PROD, "paused")
    await story.requested(waiver=text)

    await story.approver.denies(text)

    harmless(story)
    assert (await story.operation()).phase == "denied"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_names_that_aura_gives_are_harmless_in_every_message(story: Story, text: str) -> None:
    story.aura.world.instances[aura.ORDERS_PROD].name = text

    await story.requester.types("/aura instance list")
    await story.requester.types(f"/aura instance show {aura.ORDERS_PROD}")
    await story.requester.types(f"/aura snapshot take {aura.ORDERS_PROD}")
    await story.advance(minutes=5)
    await story.requested()
    await story.approved()
    await story.advance(minutes=10)

    harmless(story)
    assert (await story.operation()).phase == "done"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_typed_words_are_harmless_in_the_answer(story: Story, text: str) -> None:
    await story.requester.types(f"/aura instance show '{text}'")
    await story.requester.types(f"/aura {text}")
    await story.requester.types(f"/aura job show '{text}'")

    harmless(story)
    assert len(story.requester.person.whispers) == 3


async def test_words_that_are_far_too_long_are_refused_where_they_are_typed(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    long = "x" * 10_000

    state = {
        block: {"value": {"type": "plain_text_input", "value": long}}
        for block in story.requester.fields("reason")
    }
    errors = await story.requester.person.submits_state(story.requester.modal, state)

    assert errors
    assert await story.bot.operations.recent(1) == ()

    await story.requester.types(f"/aura instance show {long}")
    assert "The command is longer than 4,000 characters" in story.requester.whisper


async def test_reason_too_long_for_slacks_own_limit_is_refused_by_us_too(story: Story) -> None:
    await story.requested()
    op = await story.operation()
    draft = await story.bot.house.restores.draft(op.requester, op.origin)
    draft, _ = await story.bot.house.restores.choose(draft, instance=aura.CATALOG_PROD)
    form = RestoreForm(word="RESTORE", reason="x" * 10_000, suffix="1095")

    faults = story.bot.house.restores.faults(draft, form)

    assert list(faults.values()) == ["Please say it in 500 characters or fewer; these are 10000."]
