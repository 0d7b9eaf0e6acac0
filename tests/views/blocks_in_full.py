"""The fullest valid value of every block and element: every key that Slack knows, at once.

Where two keys exclude each other there are two of it.
"""

from collections.abc import Iterator

from tests.views.blocks_at_size import Json, mrkdwn, plain

URL = "https://example.com/a"
IMAGE: Json = {"type": "image", "alt_text": "a", "image_url": URL}
FILE_BY_ID: Json = {"type": "image", "alt_text": "a", "slack_file": {"id": "F1"}}
FILE_BY_URL: Json = {"type": "image", "alt_text": "a", "slack_file": {"url": URL}}
CONFIRM: Json = {
    "title": plain(1),
    "text": mrkdwn(1),
    "confirm": plain(1),
    "deny": plain(1),
    "style": "danger",
}
EMOJI: Json = {**plain(1), "emoji": True}
VERBATIM: Json = {**mrkdwn(1), "verbatim": True}
OPTION: Json = {"text": plain(1), "value": "v", "description": plain(1)}
LINKED: Json = {**OPTION, "url": URL}
GROUP: Json = {"label": plain(1), "options": [OPTION]}

_style: Json = dict.fromkeys(
    (
        *("bold", "italic", "strike", "code", "underline"),
        *("highlight", "client_highlight", "unlink"),
    ),
    True,
)
_inline: list[Json] = [
    {"type": "text", "text": "t"},
    {"type": "link", "url": URL, "text": "t", "unsafe": True},
    {"type": "emoji", "name": "tada", "unicode": "1f389", "skin_tone": 2},
    {"type": "user", "user_id": "U1"},
    {"type": "usergroup", "usergroup_id": "S1"},
    {"type": "channel", "channel_id": "C1"},
    {"type": "team", "team_id": "T1"},
    {"type": "broadcast", "range": "here"},
    {"type": "color", "value": "#ffffff"},
    {"type": "date", "timestamp": 1, "format": "{date}", "url": URL, "fallback": "then"},
]
INLINE: list[Json] = [{**each, "style": _style} for each in _inline]
_section: Json = {"type": "rich_text_section", "elements": INLINE}
RICH: Json = {
    "type": "rich_text",
    "block_id": "rich",
    "elements": [
        _section,
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [_section],
            "indent": 1,
            "offset": 1,
            "border": 1,
        },
        {"type": "rich_text_quote", "elements": INLINE, "border": 1},
        {
            "type": "rich_text_preformatted",
            "elements": INLINE[:2],
            "border": 1,
            "language": "cypher",
        },
    ],
}

PROSE: Json = {
    "type": "rich_text",
    "block_id": "prose",
    "elements": [{"type": "rich_text_section", "elements": []}],
}

_label: Json = {"accessibility_label": "a"}
_picker: Json = {"placeholder": plain(1), "confirm": CONFIRM, "focus_on_load": True}
_typed: Json = {
    "placeholder": plain(1),
    "focus_on_load": True,
    "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
}
_filter: Json = {
    "filter": {
        "include": ["im"],
        "exclude_external_shared_channels": True,
        "exclude_bot_users": True,
    },
    "default_to_current_conversation": True,
}
_many: Json = {"max_selected_items": 1}


def _block(kind: str, **keys: object) -> Json:
    return {"type": kind, **keys}


def _element(kind: str, **keys: object) -> Json:
    return _block(kind, action_id="act", **keys)


def _named(block: Json, number: int) -> Json:
    return {**block, "block_id": f"block-{number}"}


_feedback: Json = {"text": plain(1), "value": "v", **_label}
BUTTON = _element(
    "button",
    text=EMOJI,
    value="v",
    url=URL,
    style="danger",
    agent_prompt="p",
    agent_prompt_display="p",
    visible_to_user_ids=["U1"],
    confirm=CONFIRM,
    **_label,
)
_workflow: Json = {
    "trigger": {"url": URL, "customizable_input_parameters": [{"name": "n", "value": "v"}]}
}
WORKFLOW_BUTTON = _element(
    "workflow_button", text=plain(1), style="primary", workflow=_workflow, **_label
)

#: What stands in an actions block, or beside a section.
ACTIONS: list[Json] = [
    BUTTON,
    WORKFLOW_BUTTON,
    _element("static_select", options=[OPTION], initial_option=OPTION, **_picker),
    _element("static_select", option_groups=[GROUP], **_picker),
    _element("multi_static_select", options=[OPTION], initial_options=[OPTION], **_many, **_picker),
    _element("multi_static_select", option_groups=[GROUP], **_picker),
    _element("external_select", min_query_length=1, initial_option=OPTION, **_picker),
    _element(
        "multi_external_select", min_query_length=1, initial_options=[OPTION], **_many, **_picker
    ),
    _element("users_select", initial_user="U1", **_picker),
    _element("multi_users_select", initial_users=["U1"], **_many, **_picker),
    _element("conversations_select", initial_conversation="C1", **_filter, **_picker),
    _element(
        "multi_conversations_select", initial_conversations=["C1"], **_many, **_filter, **_picker
    ),
    _element("channels_select", initial_channel="C1", **_picker),
    _element("multi_channels_select", initial_channels=["C1"], **_many, **_picker),
    _element("overflow", options=[LINKED], confirm=CONFIRM),
    _element(
        "checkboxes",
        options=[OPTION],
        initial_options=[OPTION],
        confirm=CONFIRM,
        focus_on_load=True,
    ),
    _element(
        "radio_buttons",
        options=[OPTION],
        initial_option=OPTION,
        confirm=CONFIRM,
        focus_on_load=True,
    ),
    _element("datepicker", initial_date="2026-11-22", **_picker),
    _element("timepicker", initial_time="07:41", timezone="Europe/Berlin", **_picker),
    _element(
        "datetimepicker", initial_date_time=1_770_000_000, confirm=CONFIRM, focus_on_load=True
    ),
]
#: What stands in an input block only.
INPUTS: list[Json] = [
    _element("conversations_select", response_url_enabled=True),
    _element("channels_select", response_url_enabled=True),
    _element(
        "plain_text_input",
        initial_value="v",
        multiline=True,
        min_length=1,
        max_length=2,
        **_typed,
    ),
    _element(
        "number_input",
        is_decimal_allowed=True,
        initial_value="1",
        min_value="1",
        max_value="2",
        **_typed,
    ),
    _element("email_text_input", initial_value="v", **_typed),
    _element("url_text_input", initial_value="v", **_typed),
    _element("file_input", filetypes=["png"], max_files=1),
    _element("rich_text_input", initial_value=PROSE, min_lines=1, max_lines=2, **_typed),
]
CONTEXT_ACTIONS: list[Json] = [
    _element(
        "icon_button",
        icon="trash",
        text=plain(1),
        value="v",
        visible_to_user_ids=["U1"],
        confirm=CONFIRM,
        **_label,
    ),
    _element("feedback_buttons", positive_button=_feedback, negative_button=_feedback),
]

_cells: list[Json] = [
    {"type": "raw_text", "text": "t"},
    {"type": "raw_number", "value": 1, "text": "1"},
    PROSE,
]
_series: list[Json] = [{"name": "n", "data": [{"label": "c", "value": 1}]}]
_axis: Json = {"categories": ["c"], "x_label": "x", "y_label": "y"}
CHARTS: list[Json] = [
    {"type": "pie", "segments": [{"label": "s", "value": 1}]},
    *(_block(kind, series=_series, axis_config=_axis) for kind in ("bar", "line", "area")),
]
CARD: Json = {
    "type": "card",
    "hero_image": IMAGE,
    "icon": IMAGE,
    "title": plain(1),
    "subtitle": plain(1),
    "body": mrkdwn(1),
    "actions": [BUTTON],
}
TASK: Json = {
    "type": "task_card",
    "task_id": "t",
    "title": "t",
    "status": "pending",
    "details": PROSE,
    "output": PROSE,
    "sources": [{"type": "url", "url": URL, "text": "t"}],
}
_container: Json = {
    "type": "container",
    "subtitle": plain(1),
    "icon": IMAGE,
    "width": "wide",
    "default_collapsed": True,
    "child_blocks": [{"type": "divider"}],
}

_plain_blocks: list[Json] = [
    {"type": "section", "text": VERBATIM, "fields": [plain(1)], "accessory": IMAGE, "expand": True},
    {"type": "header", "text": plain(1), "level": 1},
    {"type": "divider"},
    {"type": "context", "elements": [plain(1), mrkdwn(1), IMAGE, FILE_BY_ID, FILE_BY_URL]},
    *(_block("actions", elements=[each]) for each in ACTIONS),
    *(_block("context_actions", elements=[each]) for each in CONTEXT_ACTIONS),
    {**IMAGE, "title": plain(1)},
    FILE_BY_ID,
    {"type": "markdown", "text": "t"},
    {
        "type": "video",
        "alt_text": "a",
        "title": plain(1),
        "thumbnail_url": URL,
        "video_url": URL,
        "author_name": "a",
        "description": plain(1),
        "provider_icon_url": URL,
        "provider_name": "p",
        "title_url": URL,
    },
    {
        "type": "table",
        "rows": [_cells],
        "column_settings": [{"align": "left", "is_wrapped": True}],
    },
    {
        "type": "data_table",
        "rows": [_cells[:2], _cells[:2]],
        "caption": "c",
        "page_size": 1,
        "row_header_column_index": 0,
    },
    *(_block("data_visualization", title="t", chart=chart) for chart in CHARTS),
    {"type": "alert", "text": mrkdwn(1), "level": "info"},
    CARD,
    {"type": "carousel", "elements": [CARD]},
    TASK,
    {"type": "plan", "title": "t", "tasks": [TASK]},
    {**_container, "title": plain(1), "is_collapsible": True},
    {**_container, "rich_text_title": PROSE, "has_header_divider": True},
]
#: One message each: the fullest of every block, with its `block_id`.
MESSAGES: list[Json] = [
    RICH,
    *(_named(block, number) for number, block in enumerate(_plain_blocks)),
]


def views() -> Iterator[Json]:
    """Every view in full: a modal for each element of an input, and a Home tab."""
    kept: Json = {"private_metadata": "m", "callback_id": "c", "external_id": "e"}
    modal: Json = {
        "type": "modal",
        "title": plain(1),
        "submit": plain(1),
        "close": plain(1),
        "clear_on_close": True,
        "notify_on_close": True,
        "submit_disabled": True,
        **kept,
    }
    asked: Json = {
        "type": "input",
        "block_id": "b",
        "label": plain(1),
        "hint": plain(1),
        "optional": True,
        "dispatch_action": True,
    }
    for element in INPUTS:
        yield {**modal, "blocks": [{**asked, "element": element}]}
    yield {"type": "home", "blocks": [{"type": "divider"}], **kept}
