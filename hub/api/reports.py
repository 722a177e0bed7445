"""Reports and the forms they are made by (CONTRACT §6)."""

from datetime import date
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response

from hub.api.access import AnyKey, Reader, visible_sources
from hub.api.asking import Day, Positions, StrictRoute, instant_of, period_of, scope_of
from hub.api.context import Hub, hub_of
from hub.api.problems import ProblemError, bad_parameter
from hub.api.renderings import CSV, HTML, JSON, XLSX, Renderings, rendered
from hub.api.waiting import answered, wait_until_included
from hub.core.time import date_of, local_day, rfc3339
from hub.registry import Key
from hub.reports.asked import Asked
from hub.reports.bundled import bundled
from hub.reports.completeness import of_sources, of_units
from hub.reports.described import described, summary
from hub.reports.form import Form
from hub.reports.ports import ports
from hub.reports.render.as_csv import as_csv
from hub.reports.render.as_html import as_html
from hub.reports.report import report
from hub.reports.spans import Days
from hub.services.freshness import freshness
from hub.store.events import sources_of, units_of

router = APIRouter(prefix="/v1", tags=["reports"], route_class=StrictRoute)
Json = dict[str, Any]
_NOT_KNOWN: Json = {"last_seen": None, "last_read": None, "late": False}
_FORMATS = {"json": JSON, "csv": CSV, "xlsx": XLSX, "html": HTML}


@router.get("/reports")
async def get_reports(_: AnyKey) -> Json:
    """The catalogue of forms by which reports are made."""
    return {"reports": [summary(form) for form in bundled().values()]}


@router.get("/forms/{form}")
async def get_form(_: AnyKey, form: str) -> Json:
    """A form: its sections, and of each cell what it is made of."""
    return described(_form(form))


@router.get("/reports/{form}")
async def get_report(
    request: Request,
    key: Reader,
    form: str,
    unit: Annotated[
        str | None, Query(description="Unit code, with all below it; left out: all")
    ] = None,
    period: Annotated[str | None, Query(description="2020-Q1, -H1, -9M, 2020, 2020-03")] = None,
    calendar: Annotated[
        Literal["civil", "nd09"] | None, Query(description="Left out: the form's")
    ] = None,
    start: Annotated[Day | None, Query(alias="from", description="First local day")] = None,
    end: Annotated[Day | None, Query(alias="to", description="Last local day")] = None,
    data_date: Annotated[
        Day | None, Query(description="Nothing later is counted; left out: today")
    ] = None,
    as_of: Annotated[str | None, Query(description="As known at this moment; RFC 3339")] = None,
    min_position: Positions = None,
    as_format: Annotated[
        Literal["json", "csv", "xlsx", "html"] | None,
        Query(alias="format", description="Instead of `Accept`"),
    ] = None,
) -> Response:
    """A report: every cell with what stands behind it, every check, one verdict."""
    hub, made_by = hub_of(request), _form(form)
    scope = scope_of(hub, key, None if unit is None else [unit], subtree=True)
    _check_level(hub, made_by, unit)
    if period is not None and calendar is None:
        calendar = made_by.document.calendar
    days = period_of(period, calendar, start, end)
    now = hub.now()
    known_at = None
    if as_of is not None:
        as_of = as_of.replace(" ", "+")
        known_at = max(0, instant_of("as_of", as_of))
        if known_at > now:
            raise bad_parameter("as_of", "must not be in the future")
    limit = now if known_at is None else known_at
    today = date_of(local_day(limit))
    of_days = Days(days, days.calendar or made_by.document.calendar, _known(data_date, today))
    asked = Asked(unit, scope, of_days, limit, known_at, as_of)
    await wait_until_included(request, known_at, min_position or [])

    def answer() -> Response:
        found = report(made_by, asked, ports(hub.store, hub.registry))
        found["as_of"] = as_of or rfc3339(now)
        _complete(hub, key, found, asked)
        forms: Renderings = {
            JSON: lambda: orjson.dumps(found), CSV: lambda: as_csv(found),
            XLSX: lambda: _xlsx(found), HTML: lambda: as_html(found),
        }  # fmt: skip
        chosen = _FORMATS[as_format] if as_format else None
        response = rendered(request, forms, chosen, filename=_name(found))
        response.headers["Hub-Verdict"] = found["verdict"]
        return response

    return await answered(request, None, answer)


def _xlsx(found: Json) -> bytes:
    """A workbook; its library is not needed to start a hub."""
    from hub.reports.render.as_xlsx import as_xlsx

    return as_xlsx(found)


def _form(name: str) -> Form:
    found = bundled().get(name)
    if found is None:
        known = ", ".join(bundled())
        raise ProblemError(404, "no such form", f"form: is not known here; known: {known}")
    return found


def _check_level(hub: Hub, form: Form, unit: str | None) -> None:
    """Raise 422 for a unit that the form is not made for."""
    levels = form.document.for_levels
    if not levels:
        return
    told = f"this form is for a unit of level {' or '.join(levels)}"
    if unit is None:
        raise bad_parameter("unit", f"is required: {told}")
    registered = hub.registry.units.tree().units.get(unit)
    if registered is None:
        raise bad_parameter("unit", f"is not registered, so its level is not known; {told}")
    if registered.level not in levels:
        raise bad_parameter("unit", f"is of level {registered.level or 'none'}; {told}")


def _known(data_date: date | None, today: date) -> date:
    return today if data_date is None else data_date


def _complete(hub: Hub, key: Key, found: Json, asked: Asked) -> None:
    """Tell the sources that the key may see, and whether what they sent is whole. What was known
    at a moment does not get late."""
    sent = sources_of(hub.store, asked.scope, asked.as_of)
    rows = freshness(hub.registry, hub.now()) if asked.as_of is None else []
    rows = [it for it in rows if it.source.source in sent]
    late = [it.source.source for it in rows if it.is_late]
    visible = visible_sources(hub, key, sent)
    found["sources"] = [
        {"source": name, "last_seen": rfc3339(last), "late": name in late}
        for name, last in sent.items()
        if name in visible
    ]
    units = units_of(hub.store, asked.scope, asked.as_of)
    found["checks"].append(of_units(units - hub.registry.units.tree().units.keys()))
    if asked.as_of is None:
        backfilling = [it.source.source for it in rows if it.source.backfilling]
        found["checks"].append(of_sources(late, backfilling))


def _name(found: Json) -> str:
    """What a downloaded file is called."""
    period = found["period"]
    label = period["label"] or f"{period['from']}_{period['to']}"
    return "-".join(filter(None, (found["form"], found["unit"], label)))
