"""Refusals and failures as people read them."""

import pytest

from bot.core import errors
from bot.core.base import OperationId
from bot.core.commands import parse
from bot.core.errors import BadCommand, BotError, InstanceBusy, NotAllowed
from bot.views.errors import unknown, whisper
from bot.views.kit import Message


def lines(message: Message) -> list[str]:
    """The message as a person sees it, line by line."""
    texts = [
        element["text"]
        for block in message.blocks
        for element in ([block["text"]] if "text" in block else block["elements"])
    ]
    return "\n".join(texts).split("\n")


def test_a_refusal_says_what_happened_and_what_to_do_next() -> None:
    message = whisper(NotAllowed("you may not do this", hint="Ask an operator."))
    assert lines(message) == ["*You may not do this.*", "Ask an operator."]
    assert message.text == "You may not do this. Ask an operator."


def test_a_refusal_without_a_hint_is_one_sentence() -> None:
    message = whisper(BotError("orders-prod is paused"))
    assert lines(message) == ["*orders-prod is paused.*"]  # a name keeps its spelling
    assert message.text == "orders-prod is paused."


def test_a_mistyped_command_shows_its_usage() -> None:
    with pytest.raises(BadCommand) as refused:
        parse("restor orders")
    assert lines(whisper(refused.value)) == [
        "*There is no command “restor orders”.*",
        "Did you mean `restore`? "
        "Usage: `/aura restore &lt;instance&gt; [&lt;snapshot&gt; | latest]`",
    ]


@pytest.mark.parametrize("hint", [None, "Wait for it."])
def test_a_busy_instance_names_its_holder(hint: str | None) -> None:
    error = InstanceBusy("another job holds orders", holder=OperationId("rst-7"), hint=hint)
    assert lines(whisper(error)) == [
        "*Another job holds orders.*",
        f"`/aura job show rst-7` shows what holds it. {hint or ''}".strip(),
    ]


def test_an_aura_failure_quotes_the_request_id_for_support() -> None:
    error = errors.AuraConflict("Aura is busy", hint="Wait.", request_id="req-1", status=409)
    assert lines(whisper(error)) == [
        "*Aura is busy.*",
        "Wait.",
        "Aura's request id, for Neo4j's support: `req-1`",
    ]
    assert lines(whisper(errors.AuraRefused("no"))) == ["*No.*"]


def test_text_from_people_cannot_ping_or_imitate() -> None:
    with pytest.raises(BadCommand) as refused:
        parse("<!channel> *approved*")
    message = whisper(refused.value)
    assert lines(message)[0] == "*There is no command “&lt;!channel&gt; approved”.*"
    assert "<" not in message.text


def test_people_and_channels_of_our_own_sentences_stay_links() -> None:
    message = whisper(NotAllowed("<@U123> asked for this", hint="See <#C123>, not <!here>."))
    assert lines(message) == ["*<@U123> asked for this.*", "See <#C123>, not &lt;!here&gt;."]
    assert message.text == "<@U123> asked for this. See <#C123>, not &lt;!here&gt;."


def test_even_the_longest_refusal_fits_a_message() -> None:
    message = whisper(BotError("<" * 9000, hint=">" * 9000))
    assert len(message.blocks[0]["text"]["text"]) <= 3000


def test_an_unknown_failure_gives_its_reference_and_no_trace() -> None:
    assert lines(unknown("ref-42")) == [
        "*Something went wrong that I did not expect.*",
        "Whoever runs Savepoint finds it in the log under the reference below.",
        "Reference: `ref-42`",
    ]


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (errors.ChatFailed("x", code="not_in_channel"), {"code": "not_in_channel"}),
        (errors.ChatUnavailable("x", code="ratelimited"), {"retry_after": 5.0}),
        (errors.AuraThrottled("x", retry_after=9.0), {"retry_after": 9.0, "status": 429}),
        (errors.AuraNotFound("x", reason="gone"), {"reason": "gone", "definite": True}),
        (errors.AuraUnavailable("x"), {"definite": False, "status": None}),
        (errors.AuraUnreachable("x"), {"definite": True}),
    ],
)
def test_failures_keep_what_their_handling_needs(error: BotError, kept: dict[str, object]) -> None:
    assert {name: getattr(error, name) for name in kept} == kept
    assert lines(whisper(error)) == ["*X.*"]
