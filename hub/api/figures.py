"""`GET /v1/figures`: the figures of units in a period."""

import re
from datetime import date
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response

from hub.api.access import Reader
from hub.api.asking import Asked, Question, StrictRoute
from hub.api.context import Hub, hub_of
from hub.api.figure_sheet import figure_book, figure_file
from hub.api.moments import NO_SUCH_DAY, instant_of
from hub.api.problems import bad_parameter, one_of
from hub.api.renderings import CSV, JSON, Renderings, rendered
from hub.api.sheet_words import Lang
from hub.api.sheets import sheet_response, wants_sheet
from hub.api.waiting import answered, reckoned
from hub.core.csv_text import write_rows
from hub.core.periods import Period, between, named
from hub.core.said import said, why
from hub.dossier.figures import DIMENSIONS, FIGURES, add
from hub.dossier.store.quarters import read_quarters
from hub.dossier.store.questions import Cut, Key, cut_rows
from hub.services.heirs import of_heirs

router = APIRouter(prefix="/v1", tags=["figures"], route_class=StrictRoute)
Rows = dict[Key, dict[str, int]]


Against = Annotated[
    str | None,
    Query(
        description="A second period beside the first: a label of the same calendar, or first and "
        "last local day: 2019-01-01/2019-03-31"
    ),
]


@router.get("/figures")
async def get_figures(
    request: Request,
    key: Reader,
    asked: Asked,
    by: Annotated[str | None, Query(description=f"Comma list of {', '.join(DIMENSIONS)}")] = None,
    against: Against = None,
    figure: Annotated[
        list[str] | None, Query(description="Only these in a workbook; left out: all")
    ] = None,
    as_format: Annotated[
        Literal["json", "csv", "xlsx"] | None,
        Query(alias="format", description="Instead of `Accept`"),
    ] = None,
    lang: Lang = "vi",
) -> Response:
    """The figures of CONTRACT §3: JSON, CSV, or a workbook in Vietnamese or English."""
    hub = hub_of(request)
    names, second = dimensions(by), against_of(against, asked)
    if second is not None and as_format == "csv":
        says = said("against-csv", "goes with json and xlsx; ask for one of them")
        raise bad_parameter("against", says)
    asked = asked._replace(against=second)
    is_sheet = wants_sheet(request, as_format, CSV)
    wanted = figures_of_sheet(figure, is_sheet=is_sheet)

    def answer() -> Response:
        with hub.metrics.figure_seconds.time():
            found = _answer(hub, asked, names)
        if is_sheet:
            body = figure_book(hub, key, asked, names, found, wanted, lang)
            return sheet_response(body, figure_file(key, asked))
        forms: Renderings = {JSON: lambda: orjson.dumps(found)}
        if second is None:
            forms = {**forms, CSV: lambda: _as_csv(names, found)}
        return rendered(request, forms, _MEDIA_TYPES[as_format] if as_format else None)

    if is_sheet:
        return await reckoned(request, answer)
    return await answered(request, asked.scope, answer)


_MEDIA_TYPES = {"json": JSON, "csv": CSV}


def dimensions(by: str | None) -> tuple[str, ...]:
    """The dimensions of the query parameter `by`. Raises 422."""
    names = tuple(by.split(",")) if by else ()
    if len(set(names)) != len(names) or not set(names) <= set(DIMENSIONS):
        known = ", ".join(DIMENSIONS)
        raise bad_parameter(
            "by", said("by-what", "must be a comma list of {known}, each at most once", known=known)
        )
    return names


def figures_of_sheet(names: list[str] | None, *, is_sheet: bool) -> list[str]:
    """The figures of the query parameter `figure`. Raises 422."""
    if names and not is_sheet:
        raise bad_parameter(
            "figure",
            said(
                "figure-of-xlsx",
                "goes with xlsx; other answers have all figures, leave it out",
            ),
        )
    if not set(names or ()) <= FIGURES.keys():
        raise bad_parameter("figure", one_of(FIGURES))
    return names or []


def against_of(text: str | None, asked: Question) -> Period | None:
    """The period of the query parameter `against`. Raises 422."""
    if text is None:
        return None
    start, slash, end = text.partition("/")
    try:
        if slash:
            return between(_plain_day(start), _plain_day(end))
        return named(text, asked.period.calendar or "civil")
    except ValueError as error:
        raise bad_parameter("against", why(error)) from None


def _plain_day(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(said("against-days", "must be days like 2020-01-31/2020-02-29"))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(NO_SUCH_DAY) from None


def rows_asked(hub: Hub, asked: Question, by: tuple[str, ...]) -> list[Rows]:
    """Of the period, and of the one beside; from the aggregates where they have all that is known,
    else from the facts."""
    scope, moment, period = asked.scope, asked.moment, asked.period
    is_quarter = period.calendar is not None and "-Q" in (period.label or "")
    over = moment.as_of is None and period.bounds[1] == moment.end
    plain = by == ("unit",) and not scope.parts and not scope.where and asked.against is None
    if is_quarter and over and plain and hub.progress.quarters_cover(moment.end):
        found = read_quarters(hub.store, str(period.calendar), str(period.label), scope)
        both: list[Rows] = [{(unit,): row for unit, row in found.items() if any(row.values())}]
    else:
        cuts = [Cut(scope.where, scope.parts, moment.start, moment.end)]
        if asked.against is not None:
            limit = instant_of("as_of", asked.as_of)
            start, end = (min(bound, limit) for bound in asked.against.bounds)
            cuts.append(Cut(scope.where, scope.parts, start, end))
        both = cut_rows(hub.store, scope, {by: cuts}, moment.as_of)[by]
    if asked.on is None:
        return both
    return [of_heirs(rows, by, asked.on, asked.units) for rows in both]


def _answer(hub: Hub, asked: Question, by: tuple[str, ...]) -> dict[str, Any]:
    first, *second = (_told(hub, by, rows) for rows in rows_asked(hub, asked, by))
    view = {} if asked.on is None else {"map": asked.on.day.isoformat()}
    beside = {}
    if asked.against is not None:
        beside = {"against": {"period": period_json(asked.against), **second[0]}}
    return {
        "unit": asked.unit, "period": period_json(asked.period), "as_of": asked.as_of, **view,
        **first, **beside,
    }  # fmt: skip


def _told(hub: Hub, by: tuple[str, ...], rows: Rows) -> dict[str, Any]:
    """The rows of a period, and their total."""
    total = dict.fromkeys(FIGURES, 0)
    for row in rows.values():
        add(total, row)
    ordered = sorted(rows.items(), key=lambda item: [(v is None, v or "") for v in item[0]])
    told = [_row(hub, dict(zip(by, key, strict=True)), row) for key, row in ordered]
    return {"rows": told, "total": total}


def period_json(period: Period) -> dict[str, Any]:
    """A period as answers tell it."""
    return {
        "label": period.label,
        "calendar": period.calendar,
        "from": period.start.isoformat(),
        "to": period.end.isoformat(),
    }


def _row(hub: Hub, key: dict[str, str | None], figures: dict[str, int]) -> dict[str, Any]:
    """A row; units and procedures that the registry does not know are marked."""
    known = []
    if unit := key.get("unit"):
        known.append(unit in hub.registry.units.tree().units)
    if procedure := key.get("procedure"):
        known.append(hub.registry.procedures.get(procedure) is not None)
    return {"key": key, "figures": figures} | ({"registered": all(known)} if known else {})


def _as_csv(by: tuple[str, ...], answer: dict[str, Any]) -> str:
    """A line for each row; without `by` the one line of the total."""
    lines = answer["rows"] if by else [{"key": {}, "figures": answer["total"]}]
    rows = (
        [*(line["key"][name] for name in by), *(line["figures"][name] for name in FIGURES)]
        for line in lines
    )
    return write_rows([(*by, *FIGURES), *rows])
