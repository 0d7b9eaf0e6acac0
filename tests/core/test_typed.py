import pytest

from bot.core.base import InstanceId
from bot.core.typed import check_reason, check_suffix, check_word

ORDERS = InstanceId("a1b2c3d4")


@pytest.mark.parametrize("word", ["RESTORE", "  RESTORE", "RESTORE\n"])
def test_the_exact_word_is_taken(word: str) -> None:
    assert check_word(word) is None


@pytest.mark.parametrize(
    "word", ["", "RESTOR", "RESTORE!", "RE STORE", "RESTORE RESTORE", "ЯESTORE"]
)
def test_any_other_word_is_not(word: str) -> None:
    said = check_word(word)
    assert said is not None
    assert "type the word RESTORE" in said


@pytest.mark.parametrize("word", ["restore", "Restore "])
def test_small_letters_are_told_what_is_missing(word: str) -> None:
    assert check_word(word) == (
        "Please type RESTORE in capital letters. Nothing has been asked for yet."
    )


@pytest.mark.parametrize("suffix", ["c3d4", " C3D4 "])
def test_the_last_four_characters_are_taken_in_either_case(suffix: str) -> None:
    assert check_suffix(suffix, ORDERS) is None


@pytest.mark.parametrize("suffix", ["", "d4", "a1b2", "a1b2c3d4", "b3d4"])
def test_any_other_suffix_asks_to_compare_the_id(suffix: str) -> None:
    said = check_suffix(suffix, ORDERS)
    assert said is not None
    assert "is it the instance you mean?" in said


def test_a_reason_is_needed_and_bounded() -> None:
    assert check_reason("x" * 500) is None
    assert check_reason(" \n") is not None
    assert "these are 501" in (check_reason("x" * 501) or "")
