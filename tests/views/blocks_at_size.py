"""Builders of the least valid block, element or view, with one part grown to a wanted size."""

Json = dict[str, object]


def plain(n: int) -> Json:
    return {"type": "plain_text", "text": "x" * n}


def mrkdwn(n: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * n}


def section(n: int) -> Json:
    return {"type": "section", "text": mrkdwn(n)}


def modal(*blocks: object, **more: object) -> Json:
    return {"type": "modal", "title": plain(5), "submit": plain(2), "blocks": list(blocks), **more}


def actions(*elements: object) -> Json:
    return {"type": "actions", "elements": list(elements)}


def button(**more: object) -> Json:
    return {"type": "button", "action_id": "press", "text": plain(4), **more}


def button_named(i: int) -> Json:
    return button(action_id=f"press-{i}")


def primary(i: int) -> Json:
    return {**button_named(i), "style": "primary"}


def workflow_button(n: int) -> Json:
    return {
        "type": "workflow_button",
        "action_id": "flow",
        "text": plain(n),
        "workflow": {"trigger": {"url": "https://slack.example/shortcuts/F"}},
    }


def icon_button(i: int) -> Json:
    return {"type": "icon_button", "icon": "trash", "text": plain(1), "action_id": f"icon-{i}"}


def confirmed(*, title: int = 1, text: int = 1, confirm: int = 1, deny: int = 1) -> Json:
    asking = {
        "title": plain(title),
        "text": mrkdwn(text),
        "confirm": plain(confirm),
        "deny": plain(deny),
    }
    return actions(button(confirm=asking))


def option(*, text: int = 1, value: int = 1, description: int = 1) -> Json:
    return {"text": plain(text), "value": "v" * value, "description": plain(description)}


def options(n: int) -> list[Json]:
    return [{"text": plain(1), "value": f"v{i}"} for i in range(n)]


def select_of(*given: object) -> Json:
    return {"type": "static_select", "action_id": "pick", "options": list(given)}


def select(n: int) -> Json:
    return select_of(*options(n))


def choice(kind: str, n: int) -> Json:
    return {"type": kind, "action_id": "choose", "options": options(n)}


def grouped(*, groups: int = 1, options: int = 1, label: int = 1) -> Json:
    made = [
        {
            "label": plain(label),
            "options": [{"text": plain(1), "value": f"{g}-{i}"} for i in range(options)],
        }
        for g in range(groups)
    ]
    return {"type": "static_select", "action_id": "pick", "option_groups": made}


def image(**more: object) -> Json:
    return {"type": "image", "alt_text": "a", "image_url": "https://example.com/a.png", **more}


def video(**more: object) -> Json:
    return {
        "type": "video",
        "alt_text": "a",
        "title": plain(1),
        "thumbnail_url": "https://example.com/a.png",
        "video_url": "https://example.com/a",
        **more,
    }


def _cells(rows: int, columns: int, letters: int) -> list[list[Json]]:
    made: list[list[Json]] = [
        [{"type": "raw_number", "value": 1} for _ in range(columns)] for _ in range(rows)
    ]
    spread = 3000 * len([cell for row in made for cell in row])
    assert letters <= spread, "more letters than the cells can hold"
    for row in made:
        for i in range(columns):
            some = min(letters, 3000)
            if some or (not letters and i == 0 and row is made[0]):
                row[i] = {"type": "raw_text", "text": "x" * some}
            letters -= some
            if not letters:
                return made
    return made


def table(*, rows: int = 4, columns: int = 1, letters: int = 4) -> Json:
    return {"type": "table", "rows": _cells(rows, columns, min(letters, 3000 * rows * columns))}


def data_table(*, rows: int = 8, columns: int = 1, letters: int = 4) -> Json:
    return {"type": "data_table", "caption": "c", "rows": _cells(rows, columns, letters)}


def pie(n: int, *, value: int = 1) -> Json:
    segments = [{"label": f"s{i}", "value": value} for i in range(n)]
    return {
        "type": "data_visualization",
        "title": "t",
        "chart": {"type": "pie", "segments": segments},
    }


def bar(*, series: int = 1, points: int = 1, name: str = "", **labels: object) -> Json:
    categories = [f"c{i}" for i in range(points)]
    made = [
        {"name": name or f"s{i}", "data": [{"label": c, "value": 1} for c in categories]}
        for i in range(series)
    ]
    chart = {"type": "bar", "series": made, "axis_config": {"categories": categories, **labels}}
    return {"type": "data_visualization", "title": "t", "chart": chart}


def card() -> Json:
    return {"type": "card", "title": plain(1)}


def container(**more: object) -> Json:
    return {
        "type": "container",
        "title": plain(1),
        "child_blocks": [{"type": "divider"}],
        **more,
    }


def text_input(**more: object) -> Json:
    return {"type": "plain_text_input", "action_id": "typed", **more}


def input_of(element: Json, **more: object) -> Json:
    return {"type": "input", "label": plain(1), "element": element, **more}


def focused(i: int) -> Json:
    return input_of(text_input(focus_on_load=True))
