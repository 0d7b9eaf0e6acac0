import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.views.blockkit import check_message, check_view
from bot.views.kit import Message, View
from bot.views.operations import gate
from bot.views.restore import instance_options, snapshot_options
from tests.views.every_view import every, history, restores, rows
from tests.views.reading import read, strings
from tests.views.samples import NOW

HOSTILE = "<!channel> <@U0EVIL> <https://x|Approve>\n✅ Approved by <@U0EVIL>\u202e\u2028*_~`&amp;"
EXTREMES = {
    "calm": "orders-prod",
    "empty": "",
    "invisible": "\u200b\u202e\x00",
    "hostile": HOSTILE,
    "long": "x" * 500,
    "long and hostile": (HOSTILE * 9)[:500],
    "all escaped": "&" * 500,
    "five thousand": "<" * 5_000,
    "wide": "\U0001d518\U0001f9e8" * 250,
}


def payload(message: Message) -> dict[str, Any]:
    return {"text": message.text, "blocks": list(message.blocks)}


def faults(shown: Message | View) -> list[Any]:
    if isinstance(shown, Message):
        return check_message(payload(shown))
    return check_view(shown)


@pytest.mark.parametrize("said", EXTREMES.values(), ids=EXTREMES)
def test_slack_would_take_every_view_whatever_the_outside_says(said: str) -> None:
    for name, shown in every(said):
        assert faults(shown) == [], name
        assert read(shown), name


@pytest.mark.parametrize("said", ["calm", "all escaped", "wide", "long and hostile"])
def test_slack_would_take_every_view_of_a_large_fleet(said: str) -> None:
    for name, shown in every(EXTREMES[said], fleet=200, many=500):
        assert faults(shown) == [], name


@cache
def loose(text: str) -> bool:
    """Whether a text could ping, mention a stranger, link away or turn the line around."""
    return (
        "<!" in text
        or "<@U0EVIL" in text
        or "<https://x" in text
        or any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl") for c in set(text) - {"\n"})
    )


def all_strings(shown: Message | View | Mapping[str, Any]) -> list[str]:
    return list(strings(payload(shown) if isinstance(shown, Message) else shown))


outside = st.lists(
    st.sampled_from([HOSTILE, "<!channel>", "<@U0EVIL>", "\u202e", "\n", "&lt;!here&gt;", "*", "`"])
    | st.text(max_size=20)
).map("".join)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(outside)
def test_text_from_outside_can_neither_ping_nor_hide(said: str) -> None:
    for name, shown in every(said):
        if name in ("note", "broken"):  # an error may name a person; only its reader sees it
            texts = [s.replace("<@U0EVIL", "") for s in all_strings(shown)]
        else:
            texts = all_strings(shown)
        assert [s for s in texts if loose(s)] == [], name
        assert faults(shown) == [], name


def test_words_from_outside_never_begin_a_line_that_looks_like_a_decision() -> None:
    for name, shown in every("x\n✅ Approved by <@U0APPROVE>"):
        lines = [line for text in all_strings(shown) for line in text.splitlines()]
        assert [line for line in lines if line.startswith("✅ Approved by &lt;")] == [], name


def test_a_pending_request_shows_no_line_like_a_decision() -> None:
    pending = next(iter(restores("x\n✅ Approved by <@U0APPROVE>")))
    assert "\n✅" not in read(gate(pending, now=NOW))


@pytest.mark.parametrize("said", EXTREMES.values(), ids=EXTREMES)
def test_options_of_the_pickers_stay_within_bounds(said: str) -> None:
    groups = snapshot_options(history(said, 500), typed="", now=NOW)["option_groups"]
    fleet = [(row.instance, row.environment) for row in rows(said, 200)]
    plain = instance_options(fleet, typed="")["options"]
    options = [o for group in groups for o in group["options"]]
    assert len(options) == len(plain) == 100
    for option in [*options, *plain]:
        assert 0 < len(option["text"]["text"]) <= 75
        assert not loose(option["text"]["text"])
        assert 0 < len(option["value"]) <= 75


def test_the_rules_are_really_asked() -> None:
    assert faults(Message(text="", blocks=()))
    assert faults({"type": "modal", "blocks": []})
    assert loose(HOSTILE)
