"""What all printed forms of a report share: headings over two lines, empties, words."""

import re
from typing import Any

Json = dict[str, Any]
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
EMPTIES = {"not_provided": "…", "not_applicable": "-", "not_yet": ""}
"""As statistics print them: there is something that nobody told; there is nothing to tell; its
period has not begun. A zero is always a 0."""
_EXPLAINED = {
    "not_provided": "… : chưa có số liệu", "not_applicable": "- : không áp dụng",
    "not_yet": "ô trống: chưa đến kỳ",
}  # fmt: skip
DATE_LINE = "……, ngày …… tháng …… năm ……"
SIGNERS = ("NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ")
TABLES = ("table", "score")
"""The kinds of sections that have rows and columns."""
RESULTS = {"true": "đúng", "false": "SAI", "unknown": "không kiểm được"}
VERDICTS = {"valid": "HỢP LỆ", "failing": "CÓ SAI LỆCH", "waived": "ĐƯỢC CHẤP NHẬN"}


def clean(text: str) -> str:
    """A text as XML can hold it: without control characters."""
    return _CONTROL.sub("", text)


def cell_text(cell: Json | None) -> str:
    """What is printed in a cell; None is a cell of a heading."""
    if cell is None:
        return ""
    if cell["state"] == "value" or cell["text"]:  # a rule that gives no score says why
        return str(cell["text"])
    return EMPTIES[cell["state"]]


def shown(section: Json) -> list[Json]:
    """The rows that are printed."""
    return [row for row in section["rows"] if not row["hidden"]]


def row_text(row: Json, column: Json) -> str:
    """What is printed of a row in a column."""
    if column["is"] in ("code", "label"):
        return str(row[column["is"]])
    return cell_text(row["cells"].get(column["key"]))


def spans(columns: list[Json]) -> list[tuple[str, int]]:
    """The headings of the upper line with the number of columns that each is over; '' where a
    column has one heading over both lines."""
    found: list[tuple[str, int]] = []
    for column in columns:
        if column["under"] and found and found[-1][0] == column["under"]:
            found[-1] = (column["under"], found[-1][1] + 1)
        else:
            found.append((column["under"], 1))
    return found


def period_text(report: Json) -> str:
    """The days, as a report's head tells them."""
    first, last = (_day(report["period"][name]) for name in ("from", "to"))
    told = f"Từ ngày {first} đến ngày {last}; số liệu đến ngày {_day(report['data_date'])}"
    view = report.get("map")
    return f"{told}; đơn vị như ngày {_day(view)}" if view else told


def legend(section: Json) -> str:
    """What stands in cells of a table that hold no number; '' where all do."""
    found = {
        cell["state"]
        for row in shown(section) for cell in row["cells"].values()
        if cell["state"] != "value" and not cell["text"]
    }  # fmt: skip
    told = [text for state, text in _EXPLAINED.items() if state in found]
    return f"Ghi chú: {'; '.join(told)}; 0: không phát sinh." if told else ""


def verdict_text(report: Json) -> str:
    """The verdict as it is printed."""
    return f"Kiểm tra: {VERDICTS[report['verdict']]}"


def check_text(check: Json) -> str:
    """A check as it is printed under a report."""
    return f"[{RESULTS[check['result']]}] {check['says']} ({check['id']}){waived_text(check)}"


def waived_text(check: Json) -> str:
    """Why a failing check was let pass, where it was."""
    return f"; được chấp nhận, lý do: {check['waived']}" if "waived" in check else ""


def _day(text: str) -> str:
    year, month, day = text.split("-")
    return f"{day}/{month}/{year}"
