"""Checks that every report has, whatever its form says: stock and flow, parts and whole."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from hub.reports.cells import Number, total
from hub.reports.completeness import of_form
from hub.reports.evaluation import Evaluation
from hub.reports.numbers import json_number
from hub.reports.wholes import Whole

Json = dict[str, Any]


class _Sum(NamedTuple):
    """The rows of a block summed, beside the cell that should be their sum."""

    parts: Number
    whole: Number


def common_checks(found: Evaluation) -> Iterator[Json]:
    """Those of a report."""
    yield of_form(found.form, found.asked.days.asked.end)
    yield from stock(found)
    for whole in found.ready.wholes:
        yield from sums_of(found, whole)


def stock(found: Evaluation) -> Iterator[Json]:
    """What was carried over is what was in progress when the day before ended."""
    asked = found.asked.days
    if asked.asked.start > asked.data_date or not found.ready.has_figures:
        return
    now, before = (found.made(plan).number for plan in found.ready.stock)
    says = "Tồn đầu kỳ = số đang giải quyết cuối ngày trước kỳ báo cáo"
    yield _told("ton_dau_ky", says, _Sum(now, before))


def sums_of(found: Evaluation, of: Whole) -> Iterator[Json]:
    """The rows of a block sum to the row that asks for the same without a dimension."""
    slices = found.slices(of.section, of.block.key)
    rows = [found.row(of.section, of.block, row) for row in slices]
    sums = []
    for column, whole in of.columns:
        summed = found.cell(whole).number
        if summed.state != "not_yet":
            parts = [row[column].number for row in rows]
            sums.append(_Sum(total(parts) if parts else Number("value"), summed))
    if not sums:
        return
    first = next((it for it in sums if it.parts != it.whole), sums[0])
    yield _told(f"cong_don.{of.section}.{of.block.key}", "Cộng các dòng = dòng tổng", first)


def _told(name: str, says: str, sides: _Sum) -> Json:
    known = sides.parts.known and sides.whole.known
    result = ("true" if sides.parts == sides.whole else "false") if known else "unknown"
    left, right = (json_number(it.value) if it.known else None for it in sides)
    return {
        "id": name, "says": says, "result": result, "level": "fail", "left": left, "right": right,
    }  # fmt: skip
