"""Help as people read it."""

import pytest

from bot.core.commands import COMMANDS, Command
from bot.views.help import overview, topic, usage_table
from tests.views.test_errors import lines


def test_the_overview_shows_every_command_with_its_help_line() -> None:
    seen = lines(overview())
    assert seen[:3] == [
        "*What you can type*",
        "`/aura help [topic]`",
        "Show all commands, or one of them.",
    ]
    for model in COMMANDS:
        assert model.line() in seen
    assert seen[-1].startswith("In a thread")
    assert overview().text.startswith("What you can type: help, instance list,")


def test_a_topic_shows_usage_who_may_and_examples() -> None:
    assert lines(topic(["Snapshot", "TAKE"])) == [
        '`/aura snapshot take &lt;instance&gt; [--note "…"]`',
        "Take a snapshot now; the note stays with it. Open to operators.",
        "• `/aura snapshot take orders-prod`",
        '• `/aura snapshot take orders-prod --note "before the release"`',
    ]


@pytest.mark.parametrize("model", COMMANDS)
def test_every_command_is_a_topic(model: type[Command]) -> None:
    message = topic(model.words)
    assert len(message.blocks) == 1
    assert model.line() in message.text


def test_a_noun_shows_all_its_commands() -> None:
    assert [block["text"]["text"].split("`")[1] for block in topic(["job"]).blocks] == [
        "/aura job list",
        "/aura job show &lt;id&gt;",
        "/aura job cancel &lt;id&gt;",
    ]


def test_words_behind_a_command_do_not_hide_its_help() -> None:
    assert topic(["restore", "orders-prod"]) == topic(["restore"])
    assert len(topic(["snapshot", "orders-prod"]).blocks) == 3


def test_no_topic_is_the_overview() -> None:
    assert topic([]) == overview()


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("restor", "There is no command “restor”. Did you mean `/aura help restore`?"),
        ("<!here>", "There is no command “&lt;!here&gt;”."),
    ],
)
def test_an_unknown_topic_names_the_nearest_above_the_overview(word: str, sentence: str) -> None:
    message = topic([word])
    assert message.text == sentence
    assert lines(message)[0] == sentence
    assert message.blocks[1:] == overview().blocks


def test_help_fits_slacks_limits() -> None:
    for message in (overview(), *(topic(model.words[:1]) for model in COMMANDS)):
        assert len(message.blocks) <= 50
        assert all(len(block["text"]["text"]) < 3000 for block in message.blocks if "text" in block)


def test_the_table_has_a_row_per_command_and_hides_no_column() -> None:
    rows = usage_table().splitlines()
    assert len(rows) == len(COMMANDS) + 2
    assert all(row.replace(r"\|", "").count("|") == 4 for row in rows)
    assert rows[8].endswith("an approver must agree. | operators |")
