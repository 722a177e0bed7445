"""`GET /v1/figures/pivot`: one figure by two dimensions, or by one and by parts of the period."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Query, Request, Response

from hub.api.access import Reader
from hub.api.asking import Asked, Question, StrictRoute
from hub.api.bodies import json_response
from hub.api.context import Hub, hub_of
from hub.api.figure_sheet import figure_file, figure_heading, key_cells, key_columns, total_head
from hub.api.figure_words import DIMENSION_NAMES, GROUP_OF, NAMES
from hub.api.figures import period_json
from hub.api.moments import instant_of
from hub.api.problems import bad_parameter, one_of
from hub.api.sheet_words import Lang, Language, book_in, vi
from hub.api.sheets import (
    Names,
    SheetFormat,
    period_told,
    sheet_response,
    titles,
    wants_sheet,
)
from hub.api.waiting import answered, reckoned
from hub.core.periods import Period, named
from hub.core.said import said
from hub.dossier.figures import FIGURES
from hub.dossier.store.questions import Cut, cut_rows
from hub.registry import Key
from hub.reports.render.table import Column, Row, Table, Value
from hub.services.heirs import of_heirs

router = APIRouter(prefix="/v1", tags=["figures"], route_class=StrictRoute)
Json = dict[str, Any]
Axis = Literal["unit", "field", "procedure", "channel", "level", "authority", "model", "period"]
Each = Literal["month", "quarter", "year"]
_LABELS: dict[Each, tuple[str, ...]] = {
    "month": tuple(f"-{month:02}" for month in range(1, 13)),
    "quarter": ("-Q1", "-Q2", "-Q3", "-Q4"),
    "year": ("",),
}
_MOST_COLUMNS, _MOST_CELLS = 200, 400_000
Place = tuple[str, str | Period | None]
"""A row or a column: its dimension with its value, or `period` with a part of the period."""


class Wish(NamedTuple):
    """A pivot that was asked for. `parts`: of the period, where an axis is made of them."""

    figure: str
    rows: Axis | None
    columns: Axis
    parts: list[Period]

    def named(self, axis: Axis | None) -> bool:
        """Whether an axis is a dimension."""
        return axis is not None and axis != "period"


class Pivot(NamedTuple):
    """`of(row, column)`: what stands there, None where that part has not begun; a row or column of
    None is the whole."""

    rows: list[Place]
    columns: list[Place]
    of: Callable[[Place | None, Place | None], int | None]


@router.get("/figures/pivot")
async def get_pivot(
    request: Request,
    key: Reader,
    asked: Asked,
    figure: Annotated[str, Query(description="Name of the figure")],
    columns: Annotated[Axis, Query(description="What the columns are by")],
    rows: Annotated[Axis | None, Query(description="Left out: one row, of all")] = None,
    each: Annotated[Each, Query(description="How the period is cut, if an axis is it")] = "quarter",
    each_calendar: Annotated[
        Literal["civil", "nd09"] | None, Query(description="By which; left out: the period's")
    ] = None,
    as_format: SheetFormat = None,
    lang: Lang = "vi",
) -> Response:
    """One figure by two dimensions, or by parts of the period, with all sums; in one pass.

    No sum is made of cells: what is in progress at the end of a year is that of no quarters' sum.
    """
    hub = hub_of(request)
    if figure not in FIGURES:
        raise bad_parameter("figure", one_of(FIGURES))
    if rows == columns:
        says = said("same-axis", "must not be that of the columns; choose another")
        raise bad_parameter("rows", says)
    parts: list[Period] = []
    if "period" in (rows, columns):
        parts = _parts(asked.period, each, each_calendar or asked.period.calendar or "civil")
    wish = Wish(figure, rows, columns, parts)

    def answer() -> Response:
        return json_response(_told(asked, wish, _pivot(hub, asked, wish)))

    def book() -> Response:
        body = _book(hub, key, asked, wish, _pivot(hub, asked, wish), lang)
        return sheet_response(body, figure_file(key, asked, f"bang-cheo_{figure}"))

    if wants_sheet(request, as_format):
        return await reckoned(request, book)
    return await answered(request, asked.scope, answer)


def _parts(period: Period, each: Each, calendar: str) -> list[Period]:
    """The months, quarters or years of a calendar in a period; one of which only a part lies in it
    has no label. Raises 422."""
    found = []
    for year in range(period.start.year - 1, period.end.year + 2):
        for label in _LABELS[each]:
            try:
                whole = named(f"{year}{label}", calendar)
            except ValueError:  # before the first year, after the last
                continue
            start, end = max(whole.start, period.start), min(whole.end, period.end)
            if start <= end:
                is_whole = (start, end) == (whole.start, whole.end)
                found.append(whole if is_whole else Period(None, None, start, end))
    if len(found) > _MOST_COLUMNS:
        says = said(
            "parts-too-many", "gives {n} parts; at most {most}", n=len(found), most=_MOST_COLUMNS
        )
        raise bad_parameter("each", says)
    return found


def _pivot(hub: Hub, asked: Question, wish: Wish) -> Pivot:
    """All numbers in one pass over the dossiers. Raises 422 where there are too many."""
    limit = instant_of("as_of", asked.as_of)
    scope = asked.scope
    bounds = {None: asked.period.bounds} | {part: part.bounds for part in wish.parts}
    cuts = [
        Cut(scope.where, scope.parts, min(start, limit), min(end, limit))
        for start, end in bounds.values()
    ]
    at = {part: i for i, part in enumerate(bounds)}
    begun = {part: start < limit for part, (start, _) in bounds.items()} | {None: True}
    axes = [axis for axis in (wish.rows, wish.columns) if axis and wish.named(axis)]
    groups: list[tuple[str, ...]] = [(), *((axis,) for axis in axes)]
    groups += [tuple(axes)] if len(axes) == 2 else []
    found = cut_rows(
        hub.store, scope, dict.fromkeys(groups, cuts), asked.moment.as_of, (wish.figure,)
    )
    if asked.on is not None:
        told = partial(of_heirs, on=asked.on, asked=asked.units)
        found = {by: [told(rows, by) for rows in some] for by, some in found.items()}

    def places(axis: Axis | None) -> list[Place]:
        if axis is None:
            return []
        if axis == "period":
            return [("period", part) for part in wish.parts]
        keys = {key[0] for rows in found[axis,] for key in rows}
        return [(axis, key) for key in sorted(keys, key=lambda it: (it is None, it or ""))]

    def of(row: Place | None, column: Place | None) -> int | None:
        part, key, by = None, [], []
        for place in (row, column):
            if place is None:
                continue
            if isinstance(place[1], Period):
                part = place[1]
            else:
                by.append(place[0])
                key.append(place[1])
        if not begun[part]:
            return None
        return found[tuple(by)][at[part]].get(tuple(key), {}).get(wish.figure, 0)

    pivot = Pivot(places(wish.rows), places(wish.columns), of)
    _check_size(pivot)
    return pivot


def _check_size(pivot: Pivot) -> None:
    if len(pivot.columns) > _MOST_COLUMNS:
        raise bad_parameter(
            "columns",
            said(
                "columns-too-many",
                "has {n} values here, at most {most} are shown; ask for it in the rows, or about "
                "fewer units",
                n=len(pivot.columns),
                most=_MOST_COLUMNS,
            ),
        )
    if len(pivot.columns) * len(pivot.rows) > _MOST_CELLS:
        raise bad_parameter(
            "rows",
            said(
                "pivot-too-large",
                "gives more than {most} cells; ask about fewer units, or filter",
                most=_MOST_CELLS,
            ),
        )


def _told(asked: Question, wish: Wish, pivot: Pivot) -> Json:
    view = {} if asked.on is None else {"map": asked.on.day.isoformat()}
    return {
        "figure": wish.figure, "unit": asked.unit, "period": period_json(asked.period),
        "as_of": asked.as_of, **view, "rows": wish.rows, "columns": wish.columns,
        "heads": [_place(it) for it in pivot.columns],
        "lines": [
            {"head": _place(row), "cells": [pivot.of(row, it) for it in pivot.columns],
             "total": pivot.of(row, None)}
            for row in pivot.rows
        ],
        "totals": [pivot.of(None, it) for it in pivot.columns],
        "total": pivot.of(None, None),
    }  # fmt: skip


def _place(place: Place) -> Json:
    name, value = place
    return {name: period_json(value) if isinstance(value, Period) else value}


def _book(
    hub: Hub, key: Key, asked: Question, wish: Wish, pivot: Pivot, lang: Language
) -> bytes:  # fmt: skip
    names = Names(hub)
    what = vi("{a}: {b}", a=GROUP_OF[wish.figure], b=NAMES[wish.figure])
    heads = list(key_columns([wish.rows] if wish.rows and wish.named(wish.rows) else []))
    if not heads:
        heads = [Column(DIMENSION_NAMES[wish.rows or "unit"] if wish.rows else "", "text", 24)]
    over = DIMENSION_NAMES[wish.columns]
    summed = wish.named(wish.rows)
    columns = [
        Column(
            _name(names, place),
            "count",
            14,
            over,
            summed=summed and pivot.of(None, place) is not None,
        )
        for place in pivot.columns
    ]
    whole = vi("Cả kỳ") if wish.columns == "period" else vi("Cộng")
    columns.append(Column(whole, "count", 14, summed=summed))
    lines: list[str] = [
        vi("Số liệu: {figures}", figures=what),
        vi("Kỳ: {period}", period=period_told(asked.period)),
    ]
    lines += _not_yet(pivot)
    heading = figure_heading(hub, key, asked, vi("BẢNG CHÉO SỐ LIỆU HỒ SƠ"), lines)
    total = [*total_head(len(heads)), *_cells(pivot, None)]
    table = Table(
        vi("Bang cheo"), titles(hub, key, asked.scope, heading, names), [*heads, *columns],
        len(heads), total,
    )  # fmt: skip
    return book_in(lang, table, _rows(names, pivot))


def _rows(names: Names, pivot: Pivot) -> Iterator[Row]:
    for row in pivot.rows:
        dimension, value = row
        told: Sequence[Value] = [_name(names, row)]
        if not isinstance(value, Period):
            told = list(key_cells(names, {dimension: value}))
        yield Row([*told, *_cells(pivot, row)])


def _cells(pivot: Pivot, row: Place | None) -> list[Value]:
    return [*(pivot.of(row, column) for column in pivot.columns), pivot.of(row, None)]


def _name(names: Names, place: Place) -> str:
    dimension, value = place
    if isinstance(value, Period):
        return value.label or f"{value.start:%d/%m/%Y} – {value.end:%d/%m/%Y}"
    return names.with_code(dimension, value or "")


def _not_yet(pivot: Pivot) -> Iterator[str]:
    if any(pivot.of(None, column) is None for column in pivot.columns):
        yield vi("Ô để trống: chưa đến kỳ.")
