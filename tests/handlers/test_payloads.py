"""Reading Slack's payloads: the few fields that count, and the odd shapes they come in."""

from typing import Any

import pytest

from bot.core.base import ChannelId, TeamId, UserId
from bot.core.people import Person
from bot.views.ids import Field
from handlers import payloads

ME = Person(team_id=TeamId("T1"), user_id=UserId("U1"))
USER = {"id": "U1", "team_id": "T1"}


def test_command_is_read_with_where_it_was_typed() -> None:
    typed = payloads.command(
        {"team_id": "T1", "user_id": "U1", "channel_id": "C1", "trigger_id": "1.2", "text": None}
    )

    assert (typed.person, typed.text, typed.origin.channel) == (ME, "", ChannelId("C1"))
    assert typed.response_url is None


@pytest.mark.parametrize(
    ("event", "thread"), [({"ts": "5.0"}, "5.0"), ({"ts": "5.0", "thread_ts": "4.0"}, "4.0")]
)
def test_mention_is_answered_in_its_thread(event: dict[str, str], thread: str) -> None:
    said = {"user": "U1", "channel": "C1", "text": "<@U9> help", **event}

    typed = payloads.mentioned({"event": said, "team_id": "T1", "event_id": "Ev1"})

    assert (typed.person, typed.origin.thread_ts, typed.key) == (ME, thread, "event:Ev1")


def test_mention_by_a_person_of_another_workspace_keeps_their_own_team() -> None:
    said = {"user": "U1", "user_team": "T2", "team": "T1", "channel": "C1", "ts": "5.0"}

    typed = payloads.mentioned({"event": said, "team_id": "T1", "event_id": "Ev1"})

    assert typed.person.team_id == "T2"


def test_click_in_a_view_has_no_channel_and_keeps_what_the_view_is() -> None:
    click = payloads.click(
        {
            "user": {"id": "U1"},
            "team": {"id": "T1"},
            "trigger_id": "1.2",
            "view": {"id": "V1", "hash": "h1", "private_metadata": "drf-1"},
            "actions": [{"action_id": "pick_snapshot", "selected_option": {"value": "s1"}}],
        }
    )

    assert (click.person, click.value, click.origin.channel) == (ME, "s1", None)
    assert (click.view_id, click.view_hash, click.metadata) == ("V1", "h1", "drf-1")


def test_click_in_a_message_finds_the_channel_in_the_container() -> None:
    click = payloads.click(
        {
            "user": USER,
            "trigger_id": "1.2",
            "container": {"channel_id": "C1", "thread_ts": "4.0"},
            "actions": [{"action_id": "approve", "value": "rst-1"}],
        }
    )

    assert (click.origin.channel, click.origin.thread_ts) == ("C1", "4.0")
    assert (click.value, click.view_id) == ("rst-1", None)


def test_submission_reads_what_was_typed_and_what_was_chosen() -> None:
    option = {"text": {"type": "plain_text", "text": "today"}, "value": "s1"}
    values = {
        "snapshot.drf-1": {"pick_snapshot": {"selected_option": option}},
        "reason.drf-1": {"value": {"value": None}},
        "word.drf-1": {"value": {"value": "RESTORE"}},
        "other": {"pick": {"selected_option": None}},
    }
    view = {"id": "V1", "hash": "h1", "callback_id": "restore", "state": {"values": values}}

    sent = payloads.submission({"user": USER, "view": view})

    assert sent.get(Field.SNAPSHOT) == "s1"
    assert sent.get(Field.WORD) == "RESTORE"
    assert sent.get(Field.REASON) == ""
    assert sent.get(Field.SUFFIX) is None
    assert sent.block(Field.WORD) == "word.drf-1"
    assert sent.block(Field.SUFFIX) == "snapshot.drf-1"  # some field must carry the fault


def test_error_of_a_form_without_fields_still_names_one() -> None:
    view = {"id": "V1", "hash": "h1", "callback_id": "restore", "state": {"values": {}}}

    assert payloads.submission({"user": USER, "view": view}).block(Field.WORD) == "word"


@pytest.mark.parametrize(
    ("message", "thread"),
    [({}, None), ({"ts": "5.0"}, "5.0"), ({"ts": "5.0", "thread_ts": "4.0"}, "4.0")],
)
def test_shortcut_keeps_the_thread_of_its_message(
    message: dict[str, str], thread: str | None
) -> None:
    used = payloads.shortcut(
        {
            "user": USER,
            "trigger_id": "1.2",
            "callback_id": "thread_shortcut",
            "message": message,
            "channel": {"id": "C1"} if message else None,
        }
    )

    assert used.origin.thread_ts == thread
    assert used.origin.channel == ("C1" if message else None)


def test_suggestion_outside_a_view_has_no_draft() -> None:
    asked = payloads.suggestion({"user": USER, "action_id": "pick_snapshot", "value": None})

    assert (asked.typed, asked.metadata) == ("", "")


def test_home_is_opened_by_its_person() -> None:
    body: dict[str, Any] = {"team_id": "T1", "event": {"user": "U1"}}
    assert payloads.opened_home(body) == (ME, "")
    body["event"]["view"] = {"private_metadata": "all 2"}
    assert payloads.opened_home(body) == (ME, "all 2")
