"""Tables and charts.

Sources: https://docs.slack.dev/reference/block-kit/blocks/table-block,
https://docs.slack.dev/reference/block-kit/blocks/data-table-block and
https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
"""

from collections.abc import Iterator, Mapping

from bot.views.blockkit.objects import raw_number, raw_text
from bot.views.blockkit.rich_text import rich_text
from bot.views.blockkit.rules import (
    Check,
    Fault,
    Shape,
    boolean,
    integer,
    items,
    kinds,
    number,
    one_of,
    shape,
    string,
)

CELLS_MAX = 10_000
DATA_CELLS_MAX = 20_000

_block: dict[str, Check] = {"block_id": string(1, 255)}
_cell = kinds({"raw_text": raw_text, "raw_number": raw_number, "rich_text": rich_text})
_column = Shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})

table = shape(
    "table",
    {"rows": items(items(_cell, 1, 20), 1, 100)},
    {**_block, "column_settings": items(_column, 1, 20)},
)


def _rows(block: Mapping[str, object]) -> list[list[object]]:
    rows = block.get("rows")
    return [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


def _rectangular(block: Mapping[str, object], at: str) -> Iterator[Fault]:
    rows = _rows(block)
    for index, row in enumerate(rows):
        if len(row) != len(rows[0]):
            yield Fault(f"{at}/rows/{index}", "must have as many cells as the header")


def _plain_header(block: Mapping[str, object], at: str) -> Iterator[Fault]:
    for row in _rows(block)[:1]:
        for index, cell in enumerate(row):
            if isinstance(cell, dict) and cell.get("type") == "rich_text":
                yield Fault(f"{at}/rows/0/{index}", "unsupported type: rich_text")


data_table = shape(
    "data_table",
    {"rows": items(items(_cell, 1, 20), 2, 101), "caption": string(1, 3000)},
    {**_block, "page_size": integer(1, 100), "row_header_column_index": integer(0, 19)},
    _rectangular,
    _plain_header,
)

# Series and segments are 6 in the older page and 12 in the newer one: 6 passes both.
_SERIES_MAX = 6
_name = string(1, 20)


def _positive(value: object, at: str) -> Iterator[Fault]:
    if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
        yield Fault(at, "must be a number above 0")


_segment = Shape({"label": _name, "value": _positive})
_point = Shape({"label": _name, "value": number})
_series = Shape({"name": _name, "data": items(_point, 1, 20)})
_axis = Shape(
    {"categories": items(_name, 1, 20)}, {"x_label": string(1, 50), "y_label": string(1, 50)}
)


def _labels(series: dict[str, object]) -> list[object]:
    points = series.get("data")
    found = points if isinstance(points, list) else []
    return [point.get("label") for point in found if isinstance(point, dict)]


def _series_fit_axis(chart: Mapping[str, object], at: str) -> Iterator[Fault]:
    axis, series = chart.get("axis_config"), chart.get("series")
    categories = axis.get("categories") if isinstance(axis, dict) else None
    seen: list[object] = []
    for index, each in enumerate(series if isinstance(series, list) else []):
        if not isinstance(each, dict):
            continue
        if each.get("name") in seen:
            yield Fault(f"{at}/series/{index}/name", "series names must be unique")
        seen.append(each.get("name"))
        if _labels(each) != categories:
            yield Fault(f"{at}/series/{index}/data", "labels must equal axis_config.categories")


def _xy(kind: str) -> Check:
    return shape(
        kind,
        {"series": items(_series, 1, _SERIES_MAX), "axis_config": _axis},
        {},
        _series_fit_axis,
    )


data_visualization = shape(
    "data_visualization",
    {
        "title": string(1, 50),
        "chart": kinds(
            {
                "pie": shape("pie", {"segments": items(_segment, 1, _SERIES_MAX)}),
                **{kind: _xy(kind) for kind in ("bar", "line", "area")},
            }
        ),
    },
    _block,
)
