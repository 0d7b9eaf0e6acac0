"""Fields of a form: their first values, what counts as empty, and what Slack itself refuses.

Source: https://docs.slack.dev/reference/views#view_submission (the shape of `state.values`)
"""

import re
from collections.abc import Iterator, Sequence

from sandbox.slack.wire import Payload

Typed = dict[str, dict[str, Payload]]
"""What was put into fields: block_id to action_id to the field's state."""

_HOLDS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "initial_files"),
}

#: What Slack checks of an address by itself, as
#: https://docs.slack.dev/reference/block-kit/block-elements says of both inputs.
_FORMS = {
    "email_text_input": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "Please enter a valid email."),
    "url_text_input": (re.compile(r"https?://[^\s/]+\S*"), "Please enter a valid URL."),
}
EMPTY = "Please complete this required field."


def stateful(element: Payload) -> bool:
    """Whether an element holds a value (buttons and overflow menus hold none)."""
    return element["type"] in _HOLDS


def value_key(element: Payload) -> str:
    """The key under which an element of this type holds its value."""
    return _HOLDS[element["type"]][0]


def initial_key(element: Payload) -> str:
    """The key under which an element of this type is given the value that it begins with."""
    return _HOLDS[element["type"]][1]


def initial(element: Payload) -> Payload:
    """What an element holds before anybody touches it."""
    key, first = _HOLDS[element["type"]]
    nothing: object = [] if key.endswith("s") else None
    return {"type": element["type"], key: element.get(first, nothing)}


def holding(element: Payload, value: object) -> Payload:
    """The state of an element that holds `value`."""
    return {"type": element["type"], value_key(element): value}


def complaint(block: Payload, state: Payload) -> str:
    """What Slack itself shows under an input before it sends the form; empty if all is well."""
    element: Payload = block["element"]
    value = state.get(value_key(element))
    if value in (None, "", []):
        return "" if block.get("optional") else EMPTY
    if element["type"] == "number_input":
        return _number_complaint(element, str(value))
    if element["type"] in _FORMS:
        form, words = _FORMS[element["type"]]
        return "" if form.fullmatch(str(value)) else words
    if isinstance(value, str):
        low, high = element.get("min_length"), element.get("max_length")
        if low and len(value) < low:
            return f"Please enter at least {low} characters."
        if high and len(value) > high:
            return f"Please enter no more than {high} characters."
    many = element.get("max_selected_items")
    if isinstance(value, list) and many and len(value) > many:
        return f"Please choose no more than {many}."
    return ""


def _number_complaint(element: Payload, value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a number."
    if not element["is_decimal_allowed"] and not number.is_integer():
        return "Please enter a whole number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return ""


def offered(element: Payload) -> list[Payload]:
    """Every option that an element offers, groups laid open."""
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(o for group in groups for o in group["options"])]


def elements_in(blocks: Sequence[Payload]) -> Iterator[tuple[Payload, Payload]]:
    """Every block with each element in it that a person can use, those inside containers too."""
    for block in blocks:
        held = [block.get("accessory"), block.get("element")]
        held += [*block.get("elements", []), *block.get("actions", [])]
        for element in held:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element
        cards = block["elements"] if block["type"] == "carousel" else []
        yield from elements_in([*block.get("child_blocks", []), *cards])


def values_of(blocks: Sequence[Payload], typed: Typed) -> Typed:
    """`state.values` of these blocks: what was typed, else what each field begins with."""
    values: Typed = {}
    for block, element in elements_in(blocks):
        if stateful(element):
            known = typed.get(block["block_id"], {}).get(element["action_id"])
            value = known if known is not None else initial(element)
            values.setdefault(block["block_id"], {})[element["action_id"]] = value
    return values
