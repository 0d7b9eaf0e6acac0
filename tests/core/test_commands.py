"""The grammar: what is understood, what is refused, and in which words."""

# ruff: noqa: RUF001 -- curly quotes and long dashes are what phones type

from datetime import date, timedelta
from typing import Annotated

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.base import OperationId, UserId
from bot.core.commands import (
    COMMANDS,
    Command,
    Help,
    InstanceList,
    InstanceShow,
    JobCancel,
    JobList,
    JobShow,
    OverwriteStart,
    RestoreStart,
    SnapshotList,
    SnapshotShow,
    SnapshotTake,
    mention,
    parse,
    resolve_days,
)
from bot.core.errors import BadCommand
from bot.core.grammar import Option, Typed, read
from bot.core.words import split

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", Help()),
        ("   ", Help()),
        ("help", Help()),
        ("Help Snapshot List", Help(topic=("Snapshot", "List"))),
        ("--help", Help()),
        ("snapshot list orders --help", Help(topic=("snapshot", "list"))),
        ("/aura instance list", InstanceList()),
        ("list", InstanceList()),
        ("instances", InstanceList()),
        ("Instance Show Orders", InstanceShow(instance="Orders")),
        ("snapshot list orders", SnapshotList(instance="orders")),
        ("snapshot list --date Today orders", SnapshotList(instance="orders", date="today")),
        (
            "snapshot list orders --date=yesterday",
            SnapshotList(instance="orders", date="yesterday"),
        ),
        (
            "snapshot list orders --date 2026-11-20",
            SnapshotList(instance="orders", date=date(2026, 11, 20)),
        ),
        (
            "snapshot list orders --days 90 --exportable",
            SnapshotList(instance="orders", days=90, exportable=True),
        ),
        ("snapshot take orders", SnapshotTake(instance="orders")),
        ('snapshot take orders --note ""', SnapshotTake(instance="orders")),
        ("snapshot show orders Latest", SnapshotShow(instance="orders", snapshot="latest")),
        ("restore orders", RestoreStart(instance="orders")),
        ("overwrite a --from b", OverwriteStart(target="a", from_="b")),
        (
            "overwrite a 5ac91b3e --from b",
            OverwriteStart(target="a", from_="b", snapshot="5ac91b3e"),
        ),
        ("restore orders LATEST", RestoreStart(instance="orders", snapshot="latest")),
        ("restore orders 5ac91b3e", RestoreStart(instance="orders", snapshot="5ac91b3e")),
        ("jobs", JobList()),
        ("job show rst-1", JobShow(id=OperationId("rst-1"))),
        ("job cancel rst-1", JobCancel(id=OperationId("rst-1"))),
    ],
)
def test_typed_words_become_the_command_meant(typed: str, meant: Command) -> None:
    assert parse(typed) == meant


@pytest.mark.parametrize(
    ("note", "kept"),
    [
        ('--note "before the release"', "before the release"),
        ("--note “before the release”", "before the release"),
        ("--note „before the release“", "before the release"),
        ("--note ‘before’", "before"),
        ("--note `before`", "before"),
        ("—note before", "before"),
        ("–note before", "before"),
        ("-note before", "before"),
        ("--NOTE=before", "before"),
        ("--note='don't wait'", "don't wait"),
        ("--note don’t", "don’t"),
        ('--note "--exportable"', "--exportable"),
        ("--note -", "-"),
        ('--note "a &amp; b &lt;!channel&gt; &amp;lt;"', "a & b <!channel> &lt;"),
        ("--note <https://example.org/a?b=c>", "https://example.org/a?b=c"),
        ("--note <http://orders.io|orders.io>", "orders.io"),
        ("--note <mailto:a@b.io|>", "mailto:a@b.io"),
        ('--note "see <https://example.org|the page>"', "see the page"),
        ("--note <@U123|Two Names>", "<@U123|Two Names>"),
        ("--note <", "<"),
        ("--note <!channel>", "<!channel>"),
        ('--note "two\nlines\u00a0and\ttabs"', "two lines and tabs"),
        ("--note pa\u200bsted\ufeff", "pasted"),
        ("--note 👩\u200d🔧", "👩\u200d🔧"),
    ],
)
def test_quotes_dashes_and_slack_markup_are_read_as_meant(note: str, kept: str) -> None:
    assert parse(f"snapshot take orders {note}") == SnapshotTake(instance="orders", note=kept)


def usage(of: type[Command]) -> str:
    return f"Usage: `{of.usage()}`"


@pytest.mark.parametrize(
    ("typed", "summary", "hint"),
    [
        ("xyzzy", "there is no command “xyzzy”", "`/aura help` lists all commands."),
        ("--days 3", "a command begins with a word, not with an option", "`/aura help` lists"),
        ("snapshot", "“snapshot” wants one of: list, take, show", "`/aura help snapshot` shows"),
        ("job foo", "“job” wants one of: list, show, cancel", "`/aura help job` shows how."),
        (
            "snapshot lst orders",
            "there is no command “snapshot lst”",
            f"Did you mean `snapshot list`? {usage(SnapshotList)}",
        ),
        (
            "list snapshot orders",
            "there is no command “list snapshot”",
            f"Did you mean `snapshot list`? {usage(SnapshotList)}",
        ),
        (
            "restor orders",
            "there is no command “restor orders”",
            f"Did you mean `restore`? {usage(RestoreStart)}",
        ),
        ("restore", "the instance is missing", usage(RestoreStart)),
        ("overwrite a", "--from is missing", usage(OverwriteStart)),
        ("overwrite --from b", "the target is missing", usage(OverwriteStart)),
        ("overwrite a --from ' '", "a name or an id is empty", usage(OverwriteStart)),
        ("job show", "the id is missing", usage(JobShow)),
        ("restore ' '", "a name or an id is empty", usage(RestoreStart)),
        ("snapshot show orders ' '", "a name or an id is empty", usage(SnapshotShow)),
        (
            "snapshot take orders --note before release",
            "“release” is one word too many",
            f"Put text of several words in quotation marks. {usage(SnapshotTake)}",
        ),
        (
            "snapshot list orders --dayz 3",
            "there is no option --dayz here",
            f"Did you mean `--days`? {usage(SnapshotList)}",
        ),
        ("job list --force", "there is no option --force here", usage(JobList)),
        ("snapshot list o --days 3 --days 4", "--days is given twice", usage(SnapshotList)),
        (
            "snapshot list o --days 3 --date today",
            "--days and --date exclude each other",
            usage(SnapshotList),
        ),
        ("snapshot list o --days", "--days wants a value", usage(SnapshotList)),
        ("snapshot list o --days --exportable", "--days wants a value", usage(SnapshotList)),
        (
            "snapshot list o --days 0",
            "--days wants a whole number from 1 to 90",
            usage(SnapshotList),
        ),
        ("snapshot list o --days 91", "--days wants a whole number from 1 to 90", ""),
        ("snapshot list o --days x", "--days wants a whole number from 1 to 90", ""),
        ("snapshot list o --days ٣", "--days wants a whole number from 1 to 90", ""),
        (
            "snapshot list o --date 2026-02-30",
            "--date wants a day such as 2026-11-22, today or yesterday",
            usage(SnapshotList),
        ),
        ("snapshot list o --date 20261122", "--date wants a day such as 2026-11-22", ""),
        (
            f"snapshot take o --note {'x' * 301}",
            "the note is longer than 300 characters",
            usage(SnapshotTake),
        ),
        ('restore "orders', "a quotation mark is opened and never closed", "Close it"),
        ("restore ord\u202eers", "the command holds characters that one cannot see", "Type it"),
        ("restore ord\x1b[0m", "the command holds characters that one cannot see", "Type it"),
        ("restore \ud800", "the command holds characters that one cannot see", "Type it"),
        ("x" * 10_000, "the command is longer than 4,000 characters", "`/aura help` shows"),
    ],
)
def test_bad_input_gets_one_sentence_and_a_hint(typed: str, summary: str, hint: str) -> None:
    with pytest.raises(BadCommand) as refused:
        parse(typed)
    assert refused.value.summary.startswith(summary)
    assert (refused.value.hint or "").startswith(hint)


def test_a_text_of_exactly_the_limit_is_read() -> None:
    assert parse("help".ljust(4000)) == Help()


def refusal(text: str) -> BadCommand | None:
    """Anything but BadCommand comes through and fails the test."""
    try:
        parse(text)
    except BadCommand as refused:
        return refused
    return None


@given(st.text(st.characters(codec=None), max_size=300))
@example("a" * 4001)
def test_no_text_raises_anything_but_bad_command(text: str) -> None:
    refused = refusal(text)
    assert refused is None or (refused.summary and refused.hint)


PIECES = [
    "--",
    "—note ",
    '"',
    "”",
    "'",
    "`",
    "<",
    ">",
    "|",
    "&lt;",
    "&",
    "=",
    " ",
    "--days ",
    "-",
    "@",
]
HEADS = [" ".join(model.words) for model in COMMANDS]


@given(st.sampled_from(HEADS), st.lists(st.sampled_from(PIECES) | st.text(max_size=5)))
def test_no_arguments_raise_anything_but_bad_command(head: str, pieces: list[str]) -> None:
    refused = refusal(f"{head} {''.join(pieces)}")
    assert refused is None or (refused.summary and refused.hint)


WORDS = st.text(st.characters(categories=["L", "N", "P", "Sm"]), min_size=1, max_size=20).filter(
    lambda w: not any(mark in w for mark in '"“”„‟«»')
)


@given(WORDS, st.lists(WORDS, max_size=5).map(" ".join))
def test_quoted_words_come_through_unchanged(instance: str, note: str) -> None:
    def escaped(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    typed = f'snapshot take "{escaped(instance)}" --note “{escaped(note)}”'
    assert parse(typed) == SnapshotTake(instance=instance, note=note)


@pytest.mark.parametrize("model", COMMANDS)
def test_examples_and_usage_lines_are_read_as_their_own_command(model: type[Command]) -> None:
    assert model.examples
    for typed in model.examples:
        command = parse(typed)
        assert type(command) is model
        assert model.model_validate_json(command.model_dump_json()) == command
    spelt = model.usage().split(" [")[0].replace("<work>", "drill")  # only some words will do
    spelt = spelt.replace("<", "&lt;").replace(">", "&gt;")
    assert type(parse(spelt)) is model


@pytest.mark.parametrize(
    ("model", "usage"),
    [
        (Help, "/aura help [topic]"),
        (InstanceShow, "/aura instance show <instance>"),
        (SnapshotList, "/aura snapshot list <instance> [--date D | --days N] [--exportable]"),
        (SnapshotTake, '/aura snapshot take <instance> [--note "…"]'),
        (RestoreStart, "/aura restore <instance> [<snapshot> | latest]"),
        (OverwriteStart, "/aura overwrite <target> --from <source> [<snapshot>]"),
    ],
)
def test_usage_is_derived_from_the_fields(model: type[Command], usage: str) -> None:
    assert model.usage() == usage


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("<@B0T> snapshot list orders", "snapshot list orders"),
        ("<@B0T|savepoint>: help", "help"),
        ("hey <@B0T> help", "help"),
        ("help <@B0T>", "help"),
        ("<@B0T>", ""),
        ("<@B0T> job list <@B0T>", "job list"),
        ("<@B0T> restore <@U9>", "restore <@U9>"),
        ("no mention", "no mention"),
    ],
)
def test_a_mention_leaves_the_command(text: str, command: str) -> None:
    assert mention(text, UserId("B0T")) == command


@pytest.mark.parametrize(
    ("options", "days"),
    [
        ("", [TODAY - timedelta(days=n) for n in range(7)]),
        ("--days 1", [TODAY]),
        ("--days 3", [TODAY, date(2026, 11, 21), date(2026, 11, 20)]),
        ("--date today", [TODAY]),
        ("--date yesterday", [date(2026, 11, 21)]),
        ("--date 2026-11-22", [TODAY]),
        ("--date 2026-08-24", [date(2026, 8, 24)]),
    ],
)
def test_days_are_resolved_with_the_present_day(options: str, days: list[date]) -> None:
    command = parse(f"snapshot list orders {options}")
    assert isinstance(command, SnapshotList)
    assert resolve_days(command, TODAY) == tuple(days)


@pytest.mark.parametrize(
    ("day", "summary"),
    [
        ("2026-11-23", "2026-11-23 is in the future"),
        ("2026-08-23", "2026-08-23 is more than 90 days back"),
        ("0001-01-01", "0001-01-01 is more than 90 days back"),
    ],
)
def test_days_without_snapshots_are_refused(day: str, summary: str) -> None:
    command = parse(f"snapshot list orders --date {day}")
    assert isinstance(command, SnapshotList)
    with pytest.raises(BadCommand) as refused:
        resolve_days(command, TODAY)
    assert refused.value.summary == summary


class Between(Typed):
    """Look from one day to another."""

    words = ("between",)
    examples = ("between --from 1",)

    from_: Annotated[str, Option("D")] = ""


def test_an_option_may_be_called_like_a_word_of_pythons() -> None:
    assert Between.usage() == "/aura between [--from D]"
    assert read(Between, split("--from 2026-11-22")).from_ == "2026-11-22"
    with pytest.raises(BadCommand, match="one word too many"):
        read(Between, split("--from_ 2026-11-22"))
