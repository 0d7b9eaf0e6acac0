"""The Query API's answer, read as it comes."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.graph.rows import MOST_FRAME, Reading
from bot.core.errors import GraphGarbled, GraphTooMuch, GraphUnavailable

ANSWER = {
    "data": {
        "fields": ['"values":[', "größe"],
        "values": [["a]b", 1], [{"$type": "List", "_value": [[], "x\\"]}, 2], [[], "😀"]],
    },
    "bookmarks": ["FB:x"],
}


def read(text: bytes, sizes: list[int]) -> tuple[list[list[object]], Reading]:
    reading, rows, at = Reading(), [], 0
    for size in [*sizes, len(text)]:
        rows += list(reading.feed(text[at : at + size]))
        at += size
    rows += list(reading.feed(b""))
    return rows, reading


@given(st.lists(st.integers(1, 40)), st.booleans())
def test_rows_are_the_same_however_the_answer_is_cut(sizes: list[int], ascii_only: bool) -> None:
    text = json.dumps(ANSWER, ensure_ascii=ascii_only).encode()
    rows, reading = read(text, sizes)
    assert reading.close() == []
    assert rows == ANSWER["data"]["values"]  # type: ignore[index]
    assert reading.fields == ('"values":[', "größe")


def test_error_behind_the_rows_is_found() -> None:
    text = b'{"data":{"fields":["x"],"values":[[1]]},"errors":[{"code":"Neo.C","message":"m"}]}'
    rows, reading = read(text, [])
    assert rows == [[1]]
    assert reading.close() == [{"code": "Neo.C", "message": "m"}]


@pytest.mark.parametrize("errors", [b"[]", b'["odd"]'])
def test_error_that_says_nothing_is_still_one(errors: bytes) -> None:
    text = b'{"data":{"fields":[],"values":[]},"errors":' + errors + b"}"
    _, reading = read(text, [])
    assert reading.close() == [{}]


@pytest.mark.parametrize("cut", range(1, 50))
def test_answer_that_breaks_off_anywhere_is_no_answer(cut: int) -> None:
    text = b'{"data":{"fields":["x"],"values":[[1],[22],[333]]}}'[:-cut]
    _, reading = read(text, [])
    with pytest.raises(GraphUnavailable, match="broke off"):
        reading.close()


def test_answer_that_never_had_rows_is_no_answer() -> None:
    _, reading = read(b'{"data":{"fields":["x"]}}', [])
    with pytest.raises(GraphUnavailable, match="broke off"):
        reading.close()


def test_answer_of_something_else_is_no_complaint_either() -> None:
    _, reading = read(b"<html>Bad gateway</html>", [])
    assert reading.complaints() == []


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(GraphGarbled, match="no text"):
        list(Reading().feed(b"\xff"))


def test_row_that_is_no_list_is_refused() -> None:
    with pytest.raises(GraphGarbled, match="no list"):
        list(Reading().feed(b'{"data":{"fields":[],"values":[1,'))


def test_row_that_is_nested_without_end_is_refused() -> None:
    with pytest.raises(GraphGarbled, match="too deep"):
        list(Reading().feed(b'{"data":{"fields":[],"values":[' + b"[" * 200_000))


def test_answer_without_rows_is_not_hoarded() -> None:
    with pytest.raises(GraphGarbled, match="no rows"):
        list(Reading().feed(b" " * (MOST_FRAME + 1)))


def test_row_of_endless_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.graph.rows.MOST_ROW", 100)
    reading = Reading()
    with pytest.raises(GraphTooMuch, match="bigger"):
        list(reading.feed(b'{"data":{"fields":[],"values":[["' + b"x" * 200))


def test_only_what_is_not_read_yet_is_held() -> None:
    reading, chance, most = Reading(), random.Random(1), 0  # noqa: S311
    list(reading.feed(b'{"data":{"fields":["x"],"values":['))
    for number in range(2000):
        row = json.dumps([number, "x" * chance.randrange(500)]).encode()
        for part in (row[:7], row[7:] + b","):
            list(reading.feed(part))
            most = max(most, len(reading._buffer))
    assert most < 2000
