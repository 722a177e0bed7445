"""A report as a table for programs that analyse: a row a cell."""

import pyarrow as pa

from hub.reports.render.layout import Json

CELL_COLUMNS = pa.schema(
    [("form", pa.string()), ("version", pa.string()), ("unit", pa.string()),
     ("period", pa.string()), ("calendar", pa.string()), ("as_of", pa.string()),
     ("section", pa.string()), ("row", pa.string()), ("code", pa.string()), ("label", pa.string()),
     ("column", pa.string()), ("column_label", pa.string()), ("state", pa.string()),
     ("value", pa.float64()), ("text", pa.string()), ("origin", pa.string()), ("list", pa.string())]
)  # fmt: skip
"""A number stands in `value`; words, and numbers as they are printed, in `text`."""


def cell_table(report: Json) -> pa.Table:
    """All cells of a report (`CELL_COLUMNS`)."""
    period = report["period"]
    head = {
        "form": report["form"], "version": report["version"], "unit": report["unit"],
        "period": period["label"], "calendar": period["calendar"], "as_of": report["as_of"],
    }  # fmt: skip
    rows = []
    for section in report["sections"]:
        labels = {column["key"]: column["label"] for column in section["columns"]}
        for row in section["rows"]:
            for name, cell in row["cells"].items():
                value = cell["value"]
                rows.append(head | {
                    "section": section["key"], "row": row["key"], "code": row["code"],
                    "label": row["label"], "column": name, "column_label": labels.get(name),
                    "state": cell["state"], "text": cell["text"], "origin": cell["origin"],
                    "value": float(value) if isinstance(value, int | float) else None,
                    "list": cell["list"],
                })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=CELL_COLUMNS)
