"""Block elements: buttons, selects, pickers and inputs, and which container takes which.

Source: https://docs.slack.dev/reference/block-kit/block-elements
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from bot.views.blockkit import objects as obj
from bot.views.blockkit.rich_text import rich_text
from bot.views.blockkit.rules import (
    Check,
    Fault,
    Rule,
    Shape,
    boolean,
    exactly_one,
    integer,
    items,
    one_of,
    shape,
    string,
)

ID_MAX = 255
_action: dict[str, Check] = {"action_id": string(1, ID_MAX)}
_focus: dict[str, Check] = {"focus_on_load": boolean}
_confirm: dict[str, Check] = {"confirm": obj.confirm}
_label: dict[str, Check] = {"accessibility_label": string(1, 75)}
_id = string(1, ID_MAX)
_seen_by: dict[str, Check] = {"visible_to_user_ids": items(_id, 1, 100)}
_placeholder: dict[str, Check] = {"placeholder": obj.plain(150)}
_picker: dict[str, Check] = {**_placeholder, **_confirm, **_focus}
_typed: dict[str, Check] = {**_placeholder, **_focus, "dispatch_action_config": obj.dispatch_config}
_many: dict[str, Check] = {"max_selected_items": integer(1, obj.OPTIONS_MAX)}
_options: dict[str, Check] = {
    "options": items(obj.option, 1, obj.OPTIONS_MAX),
    "option_groups": items(obj.option_group, 1, obj.OPTIONS_MAX),
}
_offers = (
    exactly_one("options", "option_groups"),
    obj.initial_is_offered,
    obj.values_are_unique,
)
_ids = items(_id, 1, obj.OPTIONS_MAX)
_conversations: dict[str, Check] = {
    "filter": obj.conversation_filter,
    "default_to_current_conversation": boolean,
}


def _ordered(low: str, high: str) -> Rule:
    def check(element: Mapping[str, object], at: str) -> Iterator[Fault]:
        if low not in element or high not in element:
            return
        try:
            wrong = Decimal(str(element[low])) > Decimal(str(element[high]))
        except InvalidOperation:
            return  # the field's own rule has said so
        if wrong:
            yield Fault(f"{at}/{low}", f"must not be more than {high}")

    return check


_workflow = Shape(
    {
        "trigger": Shape(
            {"url": obj.url},
            {
                "customizable_input_parameters": items(
                    Shape({"name": string(1, ID_MAX), "value": string(1, 3000)}), 1, 100
                )
            },
        )
    }
)
_feedback = Shape(
    {"text": obj.plain(75), "value": string(1, 2000)}, {"accessibility_label": string(1, 75)}
)

button = shape(
    "button",
    {"text": obj.plain(75), **_action},
    {
        "value": string(1, 2000),
        "url": obj.url,
        "style": obj.style,
        "agent_prompt": string(1, 4000),
        "agent_prompt_display": string(1, 4000),
        **_confirm,
        **_label,
        **_seen_by,
    },
)
image = shape(
    "image",
    {"alt_text": string(1, 2000)},
    {"image_url": obj.url, "slack_file": obj.slack_file},
    exactly_one("image_url", "slack_file"),
)

ELEMENTS: dict[str, Check] = {
    "button": button,
    "image": image,
    "workflow_button": shape(
        "workflow_button",
        {"text": obj.plain(75), "workflow": _workflow},
        {**_action, "style": obj.style, **_label},
    ),
    "icon_button": shape(
        "icon_button",
        {"icon": one_of("trash"), "text": obj.plain(75), **_action},
        {"value": string(1, 2000), **_confirm, **_label, **_seen_by},
    ),
    "feedback_buttons": shape(
        "feedback_buttons",
        {"positive_button": _feedback, "negative_button": _feedback, **_action},
    ),
    "static_select": shape(
        "static_select", _action, {**_options, "initial_option": obj.option, **_picker}, *_offers
    ),
    "multi_static_select": shape(
        "multi_static_select",
        _action,
        {
            **_options,
            "initial_options": items(obj.option, 1, obj.OPTIONS_MAX),
            **_many,
            **_picker,
        },
        *_offers,
    ),
    "external_select": shape(
        "external_select",
        _action,
        {"min_query_length": integer(0, 3000), "initial_option": obj.option, **_picker},
    ),
    "multi_external_select": shape(
        "multi_external_select",
        _action,
        {
            "min_query_length": integer(0, 3000),
            "initial_options": items(obj.option, 1, obj.OPTIONS_MAX),
            **_many,
            **_picker,
        },
    ),
    "users_select": shape("users_select", _action, {"initial_user": _id, **_picker}),
    "multi_users_select": shape(
        "multi_users_select", _action, {"initial_users": _ids, **_many, **_picker}
    ),
    "conversations_select": shape(
        "conversations_select",
        _action,
        {
            "initial_conversation": _id,
            "response_url_enabled": boolean,
            **_conversations,
            **_picker,
        },
    ),
    "multi_conversations_select": shape(
        "multi_conversations_select",
        _action,
        {"initial_conversations": _ids, **_many, **_conversations, **_picker},
    ),
    "channels_select": shape(
        "channels_select",
        _action,
        {"initial_channel": _id, "response_url_enabled": boolean, **_picker},
    ),
    "multi_channels_select": shape(
        "multi_channels_select", _action, {"initial_channels": _ids, **_many, **_picker}
    ),
    "overflow": shape(
        "overflow",
        {"options": items(obj.linked_option, 1, 5), **_action},
        _confirm,
        obj.values_are_unique,
    ),
    "checkboxes": shape(
        "checkboxes",
        {"options": items(obj.marked_option, 1, 10), **_action},
        {"initial_options": items(obj.marked_option, 1, 10), **_confirm, **_focus},
        obj.initial_is_offered,
        obj.values_are_unique,
    ),
    "radio_buttons": shape(
        "radio_buttons",
        {"options": items(obj.marked_option, 1, 10), **_action},
        {"initial_option": obj.marked_option, **_confirm, **_focus},
        obj.initial_is_offered,
        obj.values_are_unique,
    ),
    "datepicker": shape("datepicker", _action, {"initial_date": obj.day, **_picker}),
    "timepicker": shape(
        "timepicker",
        _action,
        {"initial_time": obj.time_of_day, "timezone": obj.timezone, **_picker},
    ),
    "datetimepicker": shape(
        "datetimepicker",
        _action,
        {"initial_date_time": integer(1_000_000_000, 9_999_999_999), **_confirm, **_focus},
    ),
    "plain_text_input": shape(
        "plain_text_input",
        _action,
        {
            "initial_value": string(0, 3000),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
            **_typed,
        },
        _ordered("min_length", "max_length"),
    ),
    "number_input": shape(
        "number_input",
        {"is_decimal_allowed": boolean, **_action},
        {
            "initial_value": obj.decimal,
            "min_value": obj.decimal,
            "max_value": obj.decimal,
            **_typed,
        },
        _ordered("min_value", "max_value"),
    ),
    "email_text_input": shape(
        "email_text_input", _action, {"initial_value": string(1, 3000), **_typed}
    ),
    "url_text_input": shape(
        "url_text_input", _action, {"initial_value": string(1, 3000), **_typed}
    ),
    "file_input": shape(
        "file_input",
        _action,
        {"filetypes": items(string(1, 255), 1, 100), "max_files": integer(1, 10)},
    ),
    "rich_text_input": shape(
        "rich_text_input",
        _action,
        {
            "initial_value": rich_text,
            "min_lines": integer(1, 100),
            "max_lines": integer(1, 100),
            **_typed,
        },
    ),
}

SELECTS = frozenset(
    {
        f"{many}{source}_select"
        for many in ("", "multi_")
        for source in ("static", "external", "users", "conversations", "channels")
    }
)
ACCESSORIES = SELECTS | {
    *("button", "workflow_button", "image", "overflow", "checkboxes", "radio_buttons"),
    *("datepicker", "timepicker"),
}
IN_ACTIONS = SELECTS | {
    *("button", "workflow_button", "overflow", "checkboxes", "radio_buttons"),
    *("datepicker", "timepicker", "datetimepicker", "rich_text_input"),
}
IN_INPUT = SELECTS | {
    *("checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker"),
    *("plain_text_input", "number_input", "email_text_input", "url_text_input"),
    *("file_input", "rich_text_input"),
}
IN_CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})
