from datetime import timedelta

import pytest

from bot.views.kit import ago, bold, button, clean, code, section, span
from tests.views.samples import NOW


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("one\ntwo\u2028three\tfour", "one two three four"),
        ("a\u202eb\u200bc\x00d\ue000e", "abcde"),
        ("  much   room ", "much room"),
    ],
)
def test_text_from_outside_is_disarmed(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_text_from_outside_is_bounded_before_it_is_escaped() -> None:
    assert clean("<" * 9, 4) == "&lt;&lt;&lt;…"


def test_names_cannot_leave_their_style() -> None:
    assert code("a`b") == "`a'b`"
    assert bold("a*b") == "*ab*"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (0, "0 s"),
        (42.9, "42 s"),
        (310, "5 min 10 s"),
        (3600, "1 h"),
        (3605, "1 h"),
        (timedelta(days=6, hours=4, minutes=5), "6 d 4 h"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(length: float, words: str) -> None:
    assert span(length) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-300, "in 5 min"), (0, "just now"), (42, "42 s ago"), (359, "5 min ago")],
)
def test_an_age_is_told_in_words(seconds: float, words: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == words


def test_a_section_carries_its_id_and_accessory() -> None:
    made = section("x" * 4000, block_id="b", accessory=button("Go", "go"))
    assert (len(made["text"]["text"]), made["block_id"]) == (3000, "b")
    assert made["accessory"]["action_id"] == "go"
