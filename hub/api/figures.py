"""`GET /v1/figures`: the figures of units in a period."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from hub.api.asking import Asked, Question, StrictRoute
from hub.api.context import Hub, hub_of
from hub.api.problems import bad_parameter
from hub.api.renderings import CSV, JSON, rendered
from hub.api.waiting import answered
from hub.core.csv_text import write_rows
from hub.dossier.figures import DIMENSIONS, FIGURES, add
from hub.dossier.store.quarters import read_quarters
from hub.dossier.store.questions import Key, figure_rows

router = APIRouter(prefix="/v1", tags=["figures"], route_class=StrictRoute)
Rows = dict[Key, dict[str, int]]


@router.get("/figures")
async def get_figures(
    request: Request,
    asked: Asked,
    by: Annotated[str | None, Query(description=f"Comma list of {', '.join(DIMENSIONS)}")] = None,
) -> Response:
    """The figures of CONTRACT §3, JSON or CSV (`Accept: text/csv`)."""
    hub = hub_of(request)
    names = dimensions(by)

    def answer() -> Response:
        with hub.metrics.figure_seconds.time():
            found = _answer(hub, asked, names, _rows(hub, asked, names))
        return rendered(
            request, {JSON: lambda: orjson.dumps(found), CSV: lambda: _as_csv(names, found)}
        )

    return await answered(request, asked.scope, answer)


def dimensions(by: str | None) -> tuple[str, ...]:
    """The dimensions of the query parameter `by`. Raises 422."""
    names = tuple(by.split(",")) if by else ()
    if len(set(names)) != len(names) or not set(names) <= set(DIMENSIONS):
        raise bad_parameter("by", f"a comma list of {', '.join(DIMENSIONS)}, each at most once")
    return names


def _rows(hub: Hub, asked: Question, by: tuple[str, ...]) -> Rows:
    """From the aggregates where they have all that is known, else from the facts."""
    scope, moment, period = asked.scope, asked.moment, asked.period
    is_quarter = period.calendar is not None and "-Q" in (period.label or "")
    over = moment.as_of is None and period.bounds[1] == moment.end
    plain = by == ("unit",) and not scope.parts and not scope.where
    if is_quarter and over and plain and hub.progress.quarters_cover(moment.end):
        found = read_quarters(hub.store, str(period.calendar), str(period.label), scope)
        return {(unit,): row for unit, row in found.items() if any(row.values())}
    return figure_rows(hub.store, scope, moment, by)


def _answer(hub: Hub, asked: Question, by: tuple[str, ...], rows: Rows) -> dict[str, Any]:
    total = dict.fromkeys(FIGURES, 0)
    for row in rows.values():
        add(total, row)
    ordered = sorted(rows.items(), key=lambda item: [(v is None, v or "") for v in item[0]])
    period = asked.period
    return {
        "unit": asked.unit,
        "period": {
            "label": period.label,
            "calendar": period.calendar,
            "from": period.start.isoformat(),
            "to": period.end.isoformat(),
        },
        "as_of": asked.as_of,
        "rows": [_row(hub, dict(zip(by, key, strict=True)), row) for key, row in ordered],
        "total": total,
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
