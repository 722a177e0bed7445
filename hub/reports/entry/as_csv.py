"""A template as CSV that a spreadsheet opens, and that it cannot take for something else: each row
says in one text what the file is, since single cells such as 2018-07 would become a month."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from hub.core.csv_text import write_rows
from hub.reports.entry.columns import COLUMNS, ENTERED, FILE, LAYOUT, MARK, shown
from hub.reports.entry.sheet import Row, Template


def as_csv(made: Template) -> str:
    """The text, with a byte order mark. Numbers have a decimal comma."""
    what = f"{LAYOUT}?{urlencode(made.says())}"
    rows = ([*_cells(row), what, row.mark] for row in made.rows)
    return write_rows([[*COLUMNS.values(), FILE, MARK], *rows])


def _cells(row: Row) -> list[Any]:
    cells: Mapping[str, Any] = shown(row)
    return ["" if name in ENTERED else _plain(cells[name]) for name in COLUMNS]


def _plain(value: Any) -> Any:
    return str(value).replace(".", ",") if isinstance(value, float) else value


def said_in(cell: str) -> dict[str, str] | None:
    """What the column `FILE` says; None: it is of no template."""
    layout, _, rest = cell.partition("?")
    return dict(parse_qsl(rest)) if layout == LAYOUT else None
