"""Canned people, messages and views that hold every block and element the page draws."""

from typing import Any

Json = dict[str, Any]  # Slack's wire format

REQUESTER, APPROVER, SECOND, GUEST, OUTSIDER, BOT = "U1", "U2", "U3", "U4", "U5", "UBOT"
OPS, STAGING, PRIVATE, DM, APP = "COPS", "CSTAGE", "CPRIV", "DAPPR", "DBOT"
NOW = 1_900_000_000  # seconds since the epoch


def ts(before: int) -> str:
    """The `ts` of a message written so many seconds before now."""
    return f"{NOW - before}.000100"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str, text: str, note: str | None = None) -> Json:
    return {"value": value, "text": plain(text)} | ({"description": plain(note)} if note else {})


def button(action: str, text: str, **more: object) -> Json:
    return {"type": "button", "action_id": action, "text": plain(text), "value": "op-1", **more}


PEOPLE: list[Json] = [
    {"id": REQUESTER, "name": "robin", "real_name": "Robin Hale", "kind": "member"},
    {"id": APPROVER, "name": "ada", "real_name": "Ada Quist", "kind": "member"},
    {"id": SECOND, "name": "bo", "real_name": "Bo Lindt", "kind": "member"},
    {"id": GUEST, "name": "gil", "real_name": "Gil Moreau", "kind": "guest"},
    {"id": OUTSIDER, "name": "eva", "real_name": "Eva Stern", "kind": "external"},
    {"id": "U6", "name": "former", "real_name": "Former Colleague", "kind": "deactivated"},
    {"id": BOT, "name": "savepoint", "real_name": "Savepoint", "kind": "bot"},
]
TITLES = {
    REQUESTER: "Requester · on-call engineer",
    APPROVER: "Approver · database lead",
    SECOND: "Approver · platform lead",
    GUEST: "Guest · contractor",
    OUTSIDER: "External · partner company",
    "U6": "Left in spring",
    BOT: "Aura backup and restore",
}

CONFIRM: Json = {
    "title": plain("Approve this restore?"),
    "text": mrkdwn("*orders-prod* will be overwritten."),
    "confirm": plain("Approve"),
    "deny": plain("Go back"),
}

CARD: list[Json] = [
    {"type": "header", "block_id": "title", "text": plain(":rewind: Restore of orders-prod")},
    {
        "type": "section",
        "block_id": "facts",
        "text": mrkdwn(
            f"<@{REQUESTER}> asks to put *orders-prod* back to the snapshot of "
            f"<!date^{NOW - 7200}^{{date_short_pretty}} at {{time}}|two hours ago>."
        ),
        "fields": [
            mrkdwn("*Instance*\n`db1d1234` orders-prod"),
            mrkdwn("*Environment*\n:red_circle: production"),
            mrkdwn("*Reason*\nMigration 214 dropped `:Order(total)`"),
            mrkdwn("*Waiting for*\n<!subteam^S1|@db-approvers>"),
        ],
        "accessory": {
            "type": "overflow",
            "action_id": "card.more",
            "options": [option("show", "Show details"), option("cancel", "Cancel the request")],
        },
    },
    {"type": "divider", "block_id": "line"},
    {
        "type": "alert",
        "block_id": "cdc",
        "level": "warning",
        "text": mrkdwn("CDC is on: consumers must start over after the restore."),
    },
    {
        "type": "context",
        "block_id": "fine",
        "elements": [
            {"type": "image", "image_url": "/page/savepoint.svg", "alt_text": "Savepoint"},
            mrkdwn("op `r-7f3a` · plan `9c1e…` · expires in 30 min"),
        ],
    },
]

DECIDE: Json = {
    "type": "actions",
    "block_id": "decide",
    "elements": [
        button("approve", "Approve", style="primary", confirm=CONFIRM),
        button("deny", "Deny", style="danger"),
        button("details", "Details"),
        {
            "type": "static_select",
            "action_id": "snooze",
            "placeholder": plain("Remind me"),
            "options": [option("5", "In 5 minutes"), option("15", "In 15 minutes")],
        },
    ],
}

SHOWCASE: list[Json] = [
    {
        "type": "rich_text",
        "block_id": "rich",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Rich text: "},
                    {"type": "text", "text": "bold", "style": {"bold": True}},
                    {"type": "text", "text": ", "},
                    {"type": "user", "user_id": APPROVER},
                    {"type": "text", "text": " and "},
                    {"type": "emoji", "name": "tada"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [{"type": "text", "text": "first point"}],
                    }
                ],
            },
            {
                "type": "rich_text_preformatted",
                "elements": [{"type": "text", "text": "MATCH (n) RETURN count(n)"}],
            },
        ],
    },
    {
        "type": "table",
        "block_id": "snapshots",
        "column_settings": [{"align": "left", "is_wrapped": True}, {}, {"align": "right"}],
        "rows": [
            [{"type": "raw_text", "text": t} for t in ("Snapshot", "Status", "Size")],
            [
                {"type": "raw_text", "text": "today 06:00"},
                {"type": "raw_text", "text": ":white_check_mark: Completed"},
                {"type": "raw_number", "value": 42},
            ],
        ],
    },
    {
        "type": "image",
        "block_id": "picture",
        "title": plain("How it flows"),
        "image_url": "https://example.com/flow.png",
        "alt_text": "Flow of a restore",
    },
    {"type": "video", "block_id": "odd"},
]

MARKS = (
    "*bold* _italic_ ~gone~ `code <b>` <https://neo4j.com|a link> "
    f"<@{REQUESTER}> <#{STAGING}|aura-staging> <!here> :white_check_mark: :no_such_emoji: "
    "&lt;!channel&gt; 5 &lt; 6 &amp;&amp; snake_case_stays 2*3*4\n> quoted\n```\nMATCH (n)\n```"
)
HOSTILE = "<img src=x onerror=alert(1)> <script>alert(2)</script> <javascript:alert(3)|click>"


def message(at: str, user: str, text: str, **more: object) -> Json:
    more = {"ephemeral": False, "edited": False, "deleted": False, **more}
    link = f"https://example.slack.com/archives/{OPS}/p{at.replace('.', '')}"
    return {"ts": at, "user": user, "bot": user == BOT, "text": text, "permalink": link, **more}


def conversation() -> list[Json]:
    """What stands in the channel: marks, every block, a whisper, an edit, a deletion, a thread."""
    root = ts(900)
    return [
        message(ts(90_000), SECOND, MARKS),
        message(ts(4000), REQUESTER, HOSTILE),
        message(ts(3990), REQUESTER, "second line by the same person", edited=True),
        message(ts(3000), BOT, "All blocks", blocks=SHOWCASE),
        message(ts(2000), GUEST, "", deleted=True),
        message(root, BOT, "Restore of orders-prod", blocks=CARD, reply_count=2, edited=True),
        message(ts(880), BOT, "Approve or deny", thread_ts=root, blocks=[DECIDE]),
        message(ts(800), APPROVER, "Looking at it now.", thread_ts=root),
        message(ts(60), BOT, "Only you: the instance is *busy*.", ephemeral=True),
    ]


LOADING: Json = {
    "type": "modal",
    "callback_id": "restore",
    "title": plain("Restore"),
    "close": plain("Cancel"),
    "blocks": [
        {
            "type": "section",
            "block_id": "wait",
            "text": mrkdwn(":hourglass_flowing_sand: Asking Aura…"),
        }
    ],
}


def field(block: str, label: str, element: Json, **more: object) -> Json:
    return {
        "type": "input",
        "block_id": block,
        "label": plain(label),
        "element": {"action_id": "value", **element},
        **more,
    }


def restore_form(*, facts: str = "3 h 12 min of changes are lost.") -> Json:
    """The restore dialog with every input element; `facts` tells one rendering from the next."""
    blocks = [
        {
            "type": "section",
            "block_id": "facts",
            "text": mrkdwn(f"*orders-prod* `db1d1234` · production\n{facts}"),
            "accessory": button("refresh", "Look again"),
        },
        field(
            "snapshot",
            "Snapshot",
            {"type": "external_select", "min_query_length": 0, "placeholder": plain("Pick one")},
            dispatch_action=True,
        ),
        field(
            "speed",
            "Window",
            {"type": "static_select", "options": [option("now", "Now"), option("night", "02:00")]},
            optional=True,
        ),
        field(
            "reason",
            "Reason",
            {"type": "plain_text_input", "multiline": True, "max_length": 500},
            hint=plain("Everyone in the channel sees it."),
        ),
        field("approver", "Ask first", {"type": "users_select"}, optional=True),
        field("day", "Not before", {"type": "datepicker"}, optional=True),
        field(
            "waive",
            "Safety snapshot",
            {
                "type": "checkboxes",
                "options": [option("waive", "Waive it", "The instance cannot take one")],
            },
            optional=True,
        ),
        field(
            "after",
            "Afterwards",
            {
                "type": "radio_buttons",
                "options": [option("none", "Do nothing"), option("check", "Compare counts")],
                "initial_option": option("none", "Do nothing"),
            },
        ),
        field(
            "word",
            "Type RESTORE",
            {"type": "plain_text_input", "max_length": 20, "placeholder": plain("RESTORE")},
        ),
    ]
    return LOADING | {"submit": plain("Ask for approval"), "blocks": blocks}


SNAPSHOTS: list[Json] = [
    {
        "label": plain(day),
        "options": [option(f"{day}-{h}", f"{day} {h:02}:00", "full · exportable") for h in (18, 6)],
    }
    for day in ("Today", "Yesterday", "Monday")
]

HOME: Json = {
    "id": "VHOME",
    "hash": "h1",
    "type": "home",
    "blocks": [
        {"type": "header", "block_id": "h", "text": plain("Your instances")},
        {
            "type": "section",
            "block_id": "orders",
            "text": mrkdwn("*orders-prod*\n:large_green_circle: running · snapshot 2 hours old"),
            "accessory": button("home.restore", "Restore…"),
        },
        {"type": "divider", "block_id": "d"},
        {
            "type": "section",
            "block_id": "billing",
            "text": mrkdwn("*billing-staging*\n:double_vertical_bar: paused · snapshot 3 days old"),
            "accessory": button("home.restore2", "Restore…"),
        },
    ],
}

CHANNELS: list[Json] = [
    {"id": APP, "name": "Savepoint", "kind": "app", "read_only": True},
    {"id": OPS, "name": "aura-production", "kind": "channel"},
    {"id": STAGING, "name": "aura-staging", "kind": "channel", "unread": 3, "mentions": 2},
    {"id": PRIVATE, "name": "incident-room", "kind": "private", "bot_in": False, "unread": 1},
    {"id": "COLD", "name": "old-project", "kind": "channel", "archived": True},
    {"id": DM, "name": "Ada Quist", "kind": "dm"},
]
CHANNEL_DEFAULTS: Json = {
    "member": True,
    "archived": False,
    "read_only": False,
    "bot_in": True,
    "unread": 0,
    "mentions": 0,
}

SCENARIOS: Json = {
    "scenarios": [
        {"name": "clean", "title": "A clean restore", "about": "Asked, approved, done."},
        {"name": "denied", "title": "Denied", "about": "An approver says no, and why."},
    ],
    "playing": None,
}
