"""Rich text: sections, lists, quotes and preformatted parts, and the inline elements in them.

Source: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from bot.views.blockkit.objects import URL_MAX, url
from bot.views.blockkit.rules import (
    Check,
    Shape,
    boolean,
    integer,
    items,
    kinds,
    one_of,
    shape,
    string,
)

_ID = string(1, 255)
_UNBOUNDED = 1_000_000

_style = Shape(
    {},
    dict.fromkeys(
        (
            "bold",
            "italic",
            "strike",
            "code",
            "underline",
            "highlight",
            "client_highlight",
            "unlink",
        ),
        boolean,
    ),
)
_styled: dict[str, Check] = {"style": _style}

INLINE: dict[str, Check] = {
    "text": shape("text", {"text": string(1, _UNBOUNDED)}, _styled),
    "link": shape("link", {"url": url}, {"text": string(1, URL_MAX), "unsafe": boolean, **_styled}),
    "emoji": shape(
        "emoji",
        {"name": _ID},
        {"unicode": _ID, "skin_tone": integer(1, 6), **_styled},
    ),
    "user": shape("user", {"user_id": _ID}, _styled),
    "usergroup": shape("usergroup", {"usergroup_id": _ID}, _styled),
    "channel": shape("channel", {"channel_id": _ID}, _styled),
    "team": shape("team", {"team_id": _ID}, _styled),
    "broadcast": shape("broadcast", {"range": one_of("here", "channel", "everyone")}, _styled),
    "color": shape("color", {"value": _ID}, _styled),
    "date": shape(
        "date",
        {"timestamp": integer(0, 9_999_999_999), "format": string(1, 255)},
        {"url": url, "fallback": string(1, 255), **_styled},
    ),
}

_inlines = items(kinds(INLINE), 0, _UNBOUNDED)
_border = integer(0, 1)

_section = shape("rich_text_section", {"elements": _inlines})

PARTS: dict[str, Check] = {
    "rich_text_section": _section,
    "rich_text_list": shape(
        "rich_text_list",
        {
            "style": one_of("bullet", "ordered"),
            "elements": items(kinds({"rich_text_section": _section}), 0, _UNBOUNDED),
        },
        {"indent": integer(0, 8), "offset": integer(0, _UNBOUNDED), "border": _border},
    ),
    "rich_text_quote": shape("rich_text_quote", {"elements": _inlines}, {"border": _border}),
    "rich_text_preformatted": shape(
        "rich_text_preformatted",
        {"elements": items(kinds(INLINE, ("text", "link")), 0, _UNBOUNDED)},
        {"border": _border, "language": string(1, 255)},
    ),
}

parts = items(kinds(PARTS), 1, _UNBOUNDED)

rich_text = shape("rich_text", {"elements": parts}, {"block_id": _ID})
"""Any rich text value: the block, a table cell, the initial value of an input."""
