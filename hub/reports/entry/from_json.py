"""Rows that the page or a program sends instead of a file."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hub.reports.entry.columns import ENTERED
from hub.reports.entry.reading import Entered, Filled

_SAYS = ("form", "version", "unit", "period", "calendar")


def from_json(entry: Mapping[str, Any]) -> Filled:
    """What was entered. A JSON number cannot be misread; a text is read as a person's."""
    rows = [_row(row, f"/rows/{n}") for n, row in enumerate(entry["rows"])]
    return Filled({it: entry[it] for it in _SAYS}, {it: f"/{it}" for it in _SAYS}, rows)


def _row(row: Mapping[str, Any], at: str) -> Entered:
    cells = {name: it for name in ENTERED if (it := row.get(name)) not in ("", None)}
    value = cells.get("value")
    if isinstance(value, int | float) and not isinstance(value, bool):
        cells["value"] = Decimal(str(value))
    places = {name: f"{at}/{name}" for name in (*ENTERED, "code")}
    return Entered(row.get("code", ""), row.get("level") or "", cells, places, row.get("mark", ""))
