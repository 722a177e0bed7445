"""A report as CSV: a line a cell, with its state beside its value."""

from collections.abc import Iterator

from hub.core.csv_text import write_rows
from hub.reports.render.layout import Json

_HEAD = (
    "section", "row", "code", "label", "column", "column_label", "state", "value", "origin", "list",
)  # fmt: skip


def as_csv(report: Json) -> str:
    """All cells, then all texts and checks. Numbers have a decimal point and no groups: a printed
    4.340 would be read as 4.34."""
    return write_rows([_HEAD, *_cells(report), *_texts(report), *_checks(report)])


def _cells(report: Json) -> Iterator[list[object]]:
    for section in report["sections"]:
        labels = {column["key"]: column["label"] for column in section["columns"]}
        for row in section["rows"]:
            for name, label in labels.items():
                if (cell := row["cells"].get(name)) is None:
                    continue
                yield [
                    section["key"], row["key"], row["code"], row["label"], name, label,
                    cell["state"], cell["value"], cell["origin"], cell["list"],
                ]  # fmt: skip


def _texts(report: Json) -> Iterator[list[object]]:
    for section in report["sections"]:
        if section["text"] is not None:
            yield [section["key"], "", "", section["title"], "text", "", "value", section["text"],
                   "stated", None]  # fmt: skip


def _checks(report: Json) -> Iterator[list[object]]:
    for check in report["checks"]:
        yield ["checks", check["id"], "", check["says"], "result", "", "value", check["result"],
               check["level"], None]  # fmt: skip
        if "waived" in check:
            yield ["checks", check["id"], "", check["says"], "waived", "", "value",
                   check["waived"], check["level"], None]  # fmt: skip
