"""What all workbooks of figures and of lists have: whether one is asked for, what stands above the
table, what the file is called."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Literal, NamedTuple

from fastapi import Query, Request, Response

from hub.api.access import visible_sources
from hub.api.context import Hub
from hub.api.problems import bad_parameter
from hub.api.renderings import JSON, preferred
from hub.api.sheet_words import joined, vi
from hub.core.periods import Period
from hub.core.said import said
from hub.core.time import date_of, local_day
from hub.registry import Key
from hub.reports.render.formats import FORMATS
from hub.services.freshness import freshness
from hub.store.events import heard_of
from hub.store.scope import Scope

XLSX = FORMATS["xlsx"].media_type
MOST_ROWS = 100_000
"""How many rows a workbook of a list has at most. It takes some ten seconds to write them."""
SheetFormat = Annotated[
    Literal["json", "xlsx"] | None,
    Query(
        alias="format",
        description="Instead of `Accept`; a workbook has the whole list, without pages",
    ),
]
_CALENDARS = {
    "civil": vi("theo lịch"), "nd09": vi("chốt ngày 15 theo Nghị định 09/2019/NĐ-CP"),
}  # fmt: skip
PARTS = {
    "H1": "6 tháng đầu năm {year}", "H2": "6 tháng cuối năm {year}", "9M": "9 tháng năm {year}",
    "Q1": "Quý I năm {year}", "Q2": "Quý II năm {year}", "Q3": "Quý III năm {year}",
    "Q4": "Quý IV năm {year}",
}  # fmt: skip
_CHANNELS = {
    "direct": vi("Trực tiếp"), "online": vi("Trực tuyến"), "post": vi("Bưu chính"),
}  # fmt: skip
_LEVELS = {
    "ministry": vi("Bộ"), "province": vi("Tỉnh"), "district": vi("Huyện"),
    "commune": vi("Xã"),
}  # fmt: skip
NONE_GIVEN = vi("(không ghi)")


class Names:
    """What codes are called, as they are registered now."""

    def __init__(self, hub: Hub) -> None:
        units = hub.registry.units.tree().units
        rows = hub.registry.procedures.all()
        self._names: Mapping[str, Mapping[str, str]] = {
            "unit": {code: unit.name for code, unit in units.items()},
            "procedure": {row.code: row.name for row in rows},
            "field": {row.field: row.field_name for row in rows if row.field and row.field_name},
            "channel": _CHANNELS, "level": _LEVELS, "unit_level": _LEVELS,
        }  # fmt: skip

    def of(self, dimension: str, code: str | None) -> str:
        """The name of a value of a dimension; the code where it has none."""
        return self._names.get(dimension, {}).get(code, code) if code else NONE_GIVEN

    def with_code(self, dimension: str, code: str) -> str:
        """The name and, where that is another, the code."""
        name = self.of(dimension, code)
        return name if name in (code, NONE_GIVEN) else vi("{a} ({b})", a=name, b=code)


class Heading(NamedTuple):
    """What a workbook is about; moments are µs."""

    title: str
    units: Sequence[str]
    below: bool
    known_at: int
    is_past: bool
    """Whether it tells what was known at a moment before now."""
    lines: Sequence[str] = ()
    filters: Sequence[tuple[str, str]] = ()
    """What else it is about: a label of each with what it says."""


def wants_sheet(request: Request, chosen: str | None, *others: str) -> bool:
    """Whether an answer is to be a workbook, and not JSON or one of some others. Raises 422 where
    a page of it is asked for."""
    if chosen is None:
        usual = request.headers.get("accept", "*/*")
        if preferred(usual, JSON, *others, XLSX) != XLSX:
            return False
    elif chosen != "xlsx":
        return False
    for name in ("limit", "cursor"):
        if name in request.query_params:
            says = said(
                "pages-of-sheet", "goes with pages; a workbook has the whole list, leave it out"
            )
            raise bad_parameter(name, says)
    return True


def titles(hub: Hub, key: Key, scope: Scope, heading: Heading, names: Names) -> list[str]:
    """The lines above the table: what, whose, when, of which alone, as known when, who is late."""
    whose = joined((names.with_code("unit", code) for code in heading.units), ", ")
    if whose and heading.below:
        whose = vi("{units}, cả đơn vị trực thuộc", units=whose)
    of = vi("Đơn vị: {units}", units=whose) if whose else vi("Đơn vị: tất cả đơn vị")
    lines = [heading.title, of, *heading.lines]
    if heading.filters:
        each = (vi("{a}: {b}", a=name, b=value) for name, value in heading.filters)
        lines.append(vi("Lọc: {filters}", filters=joined(each, "; ")))
    if scope.parts:
        lines.append(vi("Cả hồ sơ thành phần của hồ sơ liên thông."))
    lines.append(vi("Theo thông tin đến {when}", when=clock(heading.known_at)))
    if not heading.is_past:
        late = late_sources(hub, key, scope)
        lines.append(
            vi("Nguồn im lặng quá lâu, số liệu có thể thiếu: {sources}", sources=", ".join(late))
            if late
            else vi("Không nguồn dữ liệu nào của các đơn vị này im lặng quá lâu.")
        )
    return lines


def late_sources(hub: Hub, key: Key, scope: Scope) -> list[str]:
    """The sources of a scope's events that are silent for too long, of those the key may see."""
    late = [it.source for it in freshness(hub.registry, hub.now()) if it.is_late]
    if not late:
        return []
    sent: Collection[str] = [it.source for it in late]
    if scope.units is not None:  # of all units also one that was never heard of
        sent = heard_of(hub.store, scope, None).sources
    visible = visible_sources(hub, key, sent)
    return [
        f"{it.name} ({it.source})" if it.name else it.source for it in late if it.source in visible
    ]


def filters_told(
    names: Names, labels: dict[str, str], given: Iterable[tuple[str, Collection[str]]]
) -> list[tuple[str, str]]:
    """Filters by dimension as a heading tells them."""
    return [
        (labels[name], joined((names.with_code(name, value) for value in values), ", "))
        for name, values in given
    ]


def period_told(period: Period) -> str:
    """A period in words, with its days."""
    first, last = _day(period.start), _day(period.end)
    if period.label is None:
        return vi("Từ ngày {first} đến ngày {last}", first=first, last=last)
    year, _, part = period.label.partition("-")
    name = PARTS.get(part, "Tháng {part}/{year}") if part else "Năm {year}"
    return vi(
        "{period} ({first} – {last}), {calendar}", period=vi(name, year=year, part=part),
        first=first, last=last, calendar=_CALENDARS[str(period.calendar)],
    )  # fmt: skip


def clock(instant: int) -> str:
    """A moment as people write it here."""
    seconds = (instant // 1_000_000 + 7 * 3600) % 86_400
    time = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{time} {_day(date_of(local_day(instant)))}"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def file_name(what: str, units: Sequence[str], period: Period | None, *, day: int = 0) -> str:
    """ASCII: what, whose, when and by which calendar; `day`: the moment (µs) of a list."""
    whose = units[0] if len(units) == 1 else f"{len(units)}-don-vi" if units else "tat-ca"
    if period is None:
        when = [date_of(local_day(day)).isoformat()]
    elif period.label is None:
        when = [period.start.isoformat(), period.end.isoformat()]
    else:
        when = [period.label, str(period.calendar)]
    return "_".join([what, whose, *when]) + ".xlsx"


def sheet_response(body: bytes, name: str, counts: tuple[int, int] | None = None) -> Response:
    """A workbook as an answer; `counts`: how many rows a list has, and how many of them it has."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept"}
    if counts is not None:
        headers |= {"Hub-Total": str(counts[0]), "Hub-Listed": str(counts[1])}
    return Response(body, headers=headers, media_type=XLSX)


def cut_told(total: int, listed: int) -> str:
    """What is said above a list that is not whole."""
    return vi(
        "BỊ CẮT: có {total} dòng, tệp này chỉ có {listed} dòng đầu. Hãy lọc theo đơn vị, lĩnh vực "
        "hoặc thủ tục rồi tải từng phần.",
        total=total, listed=listed,
    )  # fmt: skip
