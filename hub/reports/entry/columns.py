"""The columns of a template, in workbooks and in CSV, and how values are shown in them."""

from collections.abc import Mapping
from typing import Any

from hub.indicator.fold import Content
from hub.reports.entry.needs import Need
from hub.reports.entry.parsing import NO, NOT_APPLICABLE, WITHDRAWN, YES
from hub.reports.entry.sheet import Row, content

SHEET, HIDDEN = "Nhập chỉ tiêu", "motcua"
LAYOUT = "motcua-nhap-chi-tieu/1"
"""The first cell of the hidden sheet, and what names the first part of a CSV's last column."""

COLUMNS = {
    "code": "Mã chỉ tiêu", "name": "Tên chỉ tiêu", "section": "Mục", "printed": "Số hiệu",
    "row": "Dòng", "column": "Cột", "level": "Cấp", "kind": "Loại",
    "present": "Giá trị hiện có", "proposal": "Kỳ trước (tham khảo)",
    "value": "Giá trị mới", "evidence": "Tài liệu kiểm chứng", "note": "Ghi chú",
}  # fmt: skip
ENTERED = ("value", "evidence", "note")
"""What people fill in; all else is locked."""

PLACED = ("name", "section", "row", "column")
"""What must stand beside the code as the template has it, else rows or columns were moved."""

FILE, MARK = "Mẫu (không sửa)", "Dấu (không sửa)"
"""Two more columns of a CSV: what the file is, in every row, and the row's mark."""

LEVELS = {"": "", "ministry": "Bộ", "province": "Tỉnh", "district": "Huyện", "commune": "Xã"}
KINDS = {
    "count": "số đếm (nguyên, từ 0)", "amount": "số", "share": "tỷ lệ % (0–100)",
    "yes_no": "Có/Không", "text": "chữ", "date": "ngày (năm-tháng-ngày)",
    "choice": "chọn", "any": "số, ngày hoặc chữ",
}  # fmt: skip


def shown(row: Row) -> Mapping[str, Any]:
    """The locked cells of a row. Numbers stay numbers."""
    need = row.need
    return {
        "code": need.code, "name": need.name, "section": need.section, "printed": need.printed,
        "row": need.row, "column": need.column, "level": LEVELS[need.level], "kind": kind(need),
        "present": plain(need, content(row.present)), "proposal": plain(need, row.proposal),
    }  # fmt: skip


def kind(need: Need) -> str:
    """What may be written, in words."""
    words = KINDS[need.kind]
    return f"{words}: {', '.join(need.choices)}" if need.choices else words


def plain(need: Need, said: Content | None) -> Any:
    """A value as a person would write it into the template; None: nothing."""
    if said is None:
        return None
    if said.name == "status":
        return {"not_applicable": NOT_APPLICABLE, "withdrawn": WITHDRAWN}[said.said]
    if need.kind == "yes_no" and said.said in (0, 1):
        return YES if said.said else NO
    return said.said
