"""Published figures beside computed ones, row by row, with a mark; nothing is hidden or repaired.

The computed ones come through a callable, so the same rows judge the HTTP API and any other source.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from hub.demo.catalogue import ONLINE_FIELDS
from hub.demo.reconstruct import Example

Mark = Literal["ok", "differs", "report", "not-derivable"]
Number = int | float

MARKS: dict[Mark, str] = {
    "ok": "khớp",
    "differs": "LỆCH",
    "report": "báo cáo không cộng đủ",
    "not-derivable": "không tính được từ sự kiện hồ sơ",
}


FiguresOf = Callable[[str, bool, str, str, str], Mapping[str, Any]]
"""Asks for figures: unit, subtree, first and last day as YYYY-MM-DD, `by` as a comma list or ''."""

# What the reports call a thing, as figures of the hub to add up. Where early and on time are
# counted together (2way), "on time" means both.
SUMS = {
    "received_total": ("received_total",),
    "received_in_l3_fields": ("received_total",),
    "resolved_total": ("resolved_total",),
    "resolved_online": ("resolved_total",),
    "resolved_early": ("resolved_early",),
    "resolved_on_time": ("resolved_early", "resolved_on_time"),
    "resolved_early_or_on_time": ("resolved_early", "resolved_on_time"),
    "resolved_late": ("resolved_late",),
    "in_process_total": ("in_progress_total",),
    "in_process_within_due": ("in_progress_within",),
    "in_process_overdue": ("in_progress_overdue",),
    "supplement_returned_2plus": ("supplemented_twice",),
    "apology_total": ("apologies_letter", "apologies_message"),
    "apology_letter": ("apologies_letter",),
    "apology_sms": ("apologies_message",),
    "saturday_received_and_resolved": ("resolved_same_saturday",),
    "online_l3_count": ("received_online_partial",),
    "online_l4_count": ("received_online_full",),
    "postal_received": ("received_by_post",),
    "postal_returned": ("returned_by_post",),
    "postal_result_registered": ("returned_by_post",),
}
RATES = {  # in percent
    "on_time_rate": ("resolved_on_time", "resolved_total"),
    "late_rate": ("resolved_late", "resolved_total"),
    "online_l3_ratio": ("online_l3_count", "received_in_l3_fields"),
}
COUNTED = {  # how many of a dimension have any
    "saturday_units": ("unit", "resolved_same_saturday"),
    "procedures_at_desk": ("procedure", "received_total"),
}
FIELD_CODES = {
    "Tư pháp - Hộ tịch": ("tu-phap", "ho-tich"),
    "Tư pháp": ("tu-phap",),
    "Hộ tịch": ("ho-tich",),
    "Văn hóa - xã hội": ("van-hoa-xa-hoi",),
    "Địa chính-NN-XD&MT": ("dia-chinh",),
    "Văn phòng - Thống kê": ("van-phong-thong-ke",),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One published figure, or one sum that should hold, beside what the events give."""

    report: str
    figures: tuple[str, ...]  # ids in published.json; several if it is printed several times
    lines: tuple[int, ...]  # of the report's text
    label: str  # Vietnamese
    printed: str | None  # as in the report
    published: Number | None
    computed: Number | None
    mark: Mark
    note: str  # Vietnamese; empty if there is nothing to say
    note_en: str


def published() -> dict[str, Any]:
    """The reports' figures by report id, as bundled."""
    text = (files("hub.demo") / "published.json").read_text(encoding="utf-8")
    reports: dict[str, Any] = json.loads(text)["reports"]
    return reports


def comparison(example: Example, figures_of: FiguresOf) -> list[Row]:
    """Every published figure of the example's report, then the sums it should fulfil."""
    report = published()[example.report]

    @cache
    def ask(by: str) -> Mapping[str, Any]:
        return figures_of(
            example.unit, True, example.first.isoformat(), example.last.isoformat(), by
        )

    computed = {figure["id"]: _compute(figure, ask) for figure in report["figures"]}
    groups: dict[tuple[str, Number], list[dict[str, Any]]] = {}
    for figure in report["figures"]:
        groups.setdefault((figure["label"], figure["value"]), []).append(figure)
    rows = [
        _figure_row(example.report, label, same, computed[same[0]["id"]], report)
        for (label, _), same in groups.items()
    ]
    values = {figure["id"]: figure["value"] for figure in report["figures"]}
    return rows + [
        _sum_row(example.report, check, values, computed, report) for check in report["sums"]
    ]


def shown(number: Number | None) -> str:
    """As Vietnamese reports print numbers.

    >>> shown(80070), shown(61.87), shown(100.0), shown(None)
    ('80.070', '61,87', '100', '')
    """
    if number is None:
        return ""
    return f"{number:,.10g}".translate(str.maketrans(",.", ".,"))


def _figure_row(
    report_id: str,
    label: str,
    same: Sequence[Mapping[str, Any]],
    computed: Number | None,
    report: Mapping[str, Any],
) -> Row:
    figure = same[0]
    mark: Mark
    if computed is None:
        mark = "not-derivable"
    elif computed == figure["value"]:
        mark = "ok"
    else:  # `needs`: the only value with which the report would add up
        mark = "report" if computed == figure.get("needs") else "differs"
    note, note_en = _notes(figure, report)
    return Row(
        report=report_id,
        figures=tuple(it["id"] for it in same),
        lines=tuple(dict.fromkeys(it["line"] for it in same)),
        label=label,
        printed=figure["printed"],
        published=figure["value"],
        computed=computed,
        mark=mark,
        note=note,
        note_en=note_en,
    )


def _sum_row(
    report_id: str,
    check: Mapping[str, Any],
    values: Mapping[str, Number],
    computed: Mapping[str, Number | None],
    report: Mapping[str, Any],
) -> Row:
    parts, whole = check["parts"], check["whole"]
    holds = sum(values[it] for it in parts) == sum(values[it] for it in whole)
    total = sum(computed[it] or 0 for it in parts)
    mark: Mark = "ok" if holds else "report"
    if total != sum(computed[it] or 0 for it in whole):
        mark = "differs"
    left, right = (" + ".join(shown(values[it]) for it in side) for side in (parts, whole))
    note, note_en = _notes(check, report)
    return Row(
        report=report_id,
        figures=(*parts, *whole),
        lines=(),
        label=check["label"],
        printed=f"{left} {'=' if holds else '≠'} {right}",
        published=sum(values[it] for it in parts),
        computed=total,
        mark=mark,
        note=note,
        note_en=note_en,
    )


def _notes(row: Mapping[str, Any], report: Mapping[str, Any]) -> tuple[str, str]:
    known = report["inconsistencies"].get(row.get("inconsistency"))
    if known:
        return known["statement_vi"], known["statement"]
    return row.get("note_vi", ""), row.get("note", "")


def _compute(figure: Mapping[str, Any], ask: Callable[[str], Mapping[str, Any]]) -> Number | None:
    """What the events give for a published figure; None if they cannot."""
    metric = figure["metric"]
    if figure["printed"] is None:
        return None
    if metric in COUNTED:
        dimension, name = COUNTED[metric]
        rows = _rows(ask, _where(figure, metric), dimension)
        return len({row["key"][dimension] for row in rows if row["figures"][name]})
    if metric in RATES:
        part, base = (_sum(figure, it, ask) for it in RATES[metric])
        decimals = len(figure["printed"].rstrip("%").partition(",")[2])
        return round(100 * part / base, decimals) if base else 0
    return _sum(figure, metric, ask) if metric in SUMS else None


def _sum(figure: Mapping[str, Any], metric: str, ask: Callable[[str], Mapping[str, Any]]) -> int:
    names = (metric,) if figure.get("scheme") == "3way" else SUMS[metric]
    return sum(row["figures"][name] for row in _rows(ask, _where(figure, metric)) for name in names)


def _where(figure: Mapping[str, Any], metric: str) -> dict[str, Sequence[str]]:
    """Which values of which dimensions a figure is about."""
    level, scope = figure["level"], figure["scope"]
    where: dict[str, Sequence[str]] = {}
    if level != "district+commune":
        where["level"] = (level,)
    if "field" in scope:
        where["field"] = FIELD_CODES[scope["field"]]
    if metric == "received_in_l3_fields":
        where["field"] = ONLINE_FIELDS[level]
    if metric == "resolved_online":
        where["channel"] = ("online",)
    return where


def _rows(
    ask: Callable[[str], Mapping[str, Any]], where: Mapping[str, Sequence[str]], *also: str
) -> list[Mapping[str, Any]]:
    answer = ask(",".join((*where, *also)))
    if not (where or also):
        return [{"key": {}, "figures": answer["total"]}]
    return [
        row
        for row in answer["rows"]
        if all(row["key"][dimension] in values for dimension, values in where.items())
    ]
