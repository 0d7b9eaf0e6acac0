"""The human reading of blocks is what a person would read aloud."""

from inline_snapshot import snapshot

from sandbox.slack.cast import Cast
from sandbox.slack.reading import lines, said
from sandbox.slack.wire import Payload
from sandbox.slack.world import World
from tests.sandbox.slack.conftest import Clock


def world(clock: Clock) -> World:
    return World(cast=Cast(), now=clock)


def plain(text: str) -> Payload:
    return {"type": "plain_text", "text": text}


def test_markup_becomes_words(clock: Clock) -> None:
    text = (
        "<@U0REQUEST1> and <!subteam^S0APPROVER> in <#C0PRODUCT1>: <https://example.com|docs>,"
        " <https://example.com> &amp; <!here> <!date^1700000000^{date}|14 November> <@U404>"
        " <!subteam^S404>"
    )
    assert said(world(clock), text) == snapshot(
        "@Requester and @db-approvers in #ops-production: docs, https://example.com & @here"
        " 14 November U404 @unknown-group"
    )


def test_every_block_is_read(clock: Clock) -> None:
    button = {"type": "button", "action_id": "a", "text": plain("Approve")}
    pick = {"type": "static_select", "action_id": "b", "placeholder": plain("Pick one")}
    menu = {
        "type": "overflow",
        "action_id": "c",
        "options": [{"text": plain("Show"), "value": "s"}, {"text": plain("Hide"), "value": "h"}],
    }
    picture = {"type": "image", "alt_text": "a chart", "image_url": "https://example.com/a.png"}
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "By "},
                    {"type": "user", "user_id": "U0REQUEST1"},
                    {"type": "emoji", "name": "wave"},
                    {"type": "link", "url": "https://example.com"},
                    {"type": "usergroup", "usergroup_id": "S0APPROVER"},
                    {"type": "channel", "channel_id": "C0PRODUCT1"},
                    {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "today"},
                ],
            }
        ],
    }
    row = [{"type": "raw_text", "text": "orders"}, {"type": "raw_number", "value": 3}]
    field = {"type": "mrkdwn", "text": "*Tier*\nfree"}
    typed = {"type": "plain_text_input", "action_id": "d"}
    card = {"type": "card", "title": plain("Orders"), "actions": [button]}
    blocks: list[Payload] = [
        {"type": "header", "text": plain("Restore")},
        {"type": "section", "text": plain("Now"), "fields": [field], "accessory": menu},
        {"type": "divider"},
        {"type": "context", "elements": [picture, plain("3 days old")]},
        {"type": "actions", "elements": [button, pick]},
        {
            "type": "input",
            "label": plain("Reason"),
            "optional": True,
            "hint": plain("A sentence."),
            "element": typed,
        },
        rich,
        {"type": "markdown", "text": "**done**"},
        picture,
        {"type": "table", "rows": [row]},
        {"type": "container", "title": plain("Log"), "child_blocks": [{"type": "divider"}]},
        {"type": "carousel", "elements": [card]},
        {
            "type": "plan",
            "title": "Steps",
            "tasks": [{"type": "task_card", "title": "Snapshot", "status": "complete"}],
        },
        {"type": "data_visualization", "title": "t", "chart": {}},
    ]
    assert "\n".join(lines(world(clock), blocks)) == snapshot("""\
# Restore
Now
*Tier*: free
[Show | Hide]
---
(a chart) · 3 days old
[Approve] [Pick one]
Reason (optional) […]
A sentence.
By @Requester:wave:https://example.com@db-approvers#ops-productiontoday
**done**
(a chart)
orders | 3
Log
---
Orders
[Approve]
Steps
(complete) Snapshot
(t)\
""")
