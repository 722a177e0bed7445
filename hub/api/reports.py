"""Reports (CONTRACT §6)."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from hub.api.access import Reader, visible_sources
from hub.api.asking import Positions, StrictRoute, View, scope_on, units_on
from hub.api.context import Hub, hub_of
from hub.api.problems import bad_parameter
from hub.api.renderings import rendered
from hub.api.report_asking import OfReport, asked_by, check_known
from hub.api.report_books import XLSX, Made, book_of_units, sent
from hub.api.waiting import answered, wait_until_included
from hub.core.said import said
from hub.core.time import rfc3339
from hub.registry import Key
from hub.registry.unit_map import UnitMap
from hub.reports.asked import Asked
from hub.reports.completeness import of_form, of_sources, of_units
from hub.reports.form import Form
from hub.reports.ports import ports, ports_on
from hub.reports.render.formats import FORMATS
from hub.reports.report import heading, report
from hub.reports.versions import others
from hub.services.freshness import freshness
from hub.store.events import heard_of

router = APIRouter(prefix="/v1", tags=["reports"], route_class=StrictRoute)
Json = dict[str, Any]
_NOT_KNOWN: Json = {"last_seen": None, "last_read": None, "late": False}


@router.get("/reports/{form}")
async def get_report(
    request: Request,
    key: Reader,
    form: str,
    query: OfReport,
    view: View = None,
    min_position: Positions = None,
    as_format: Annotated[
        Literal["json", "csv", "xlsx", "docx", "html"] | None,
        Query(alias="format", description="Instead of `Accept`"),
    ] = None,
    each: Annotated[
        Literal["unit"] | None,
        Query(description="A workbook with a sheet for the unit and each below it: format=xlsx"),
    ] = None,
) -> Response:
    """A report: every cell with what stands behind it, every check, one verdict."""
    hub = hub_of(request)
    now = hub.now()
    made_by, asked = asked_by(hub, key, form, query, now, of_each=each is not None)
    if each is not None and view is not None:
        says = said("map-of-each", "a sheet a unit is by the units as registered; leave it out")
        raise bad_parameter("map", says)
    if each is not None and as_format != "xlsx":
        says = said("each-of-xlsx", "a sheet a unit makes a workbook; ask for format=xlsx, too")
        raise bad_parameter("each", says)
    then = asked.days.asked.bounds[1] - 1
    if on := units_on(hub, view, then):
        units = None if asked.unit is None else [asked.unit]
        scope = await scope_on(hub, key, units, True, view, then)
        asked = asked._replace(scope=scope, view=on.day.isoformat())
    await wait_until_included(request, asked.as_of, min_position or [])

    whole = heading(made_by, asked, hub.registry.units.tree())

    def book() -> Made:
        check_known(hub, asked)
        whole["checks"] = [of_form(made_by, asked.days.asked.end)]
        _complete(hub, key, whole, asked)
        return book_of_units(hub, made_by, asked, whole)

    def answer() -> Response:
        found = finished(hub, key, made_by, asked, now, on)
        files = {it.media_type: partial(it.render, made_by, found) for it in FORMATS.values()}
        chosen = FORMATS[as_format].media_type if as_format else None
        response = rendered(request, files, chosen, filenames(found))
        response.headers["Hub-Verdict"] = found["verdict"]
        return response

    if each is not None:
        return sent(await answered(request, None, book), filenames(whole)[XLSX])
    return await answered(request, None, answer)


def finished(
    hub: Hub, key: Key, form: Form, asked: Asked, now: int, on: UnitMap | None = None
) -> Json:
    """A report as it is told, at a moment (µs); `on`: by the units as they were on a day. Raises
    422."""
    check_known(hub, asked)
    if on is None:
        known = ports(hub.store, hub.registry)
    else:
        units = () if asked.unit is None else (asked.unit,)
        known = ports_on(hub.store, hub.registry, on, units)
    known = known._replace(forms=others(hub.registry, form, asked.days.asked.end))
    found = report(form, asked, known)
    found["as_of"] = asked.known_at or rfc3339(now)
    if on is not None:
        found["map"] = on.day.isoformat()
    _complete(hub, key, found, asked)
    return found


def _complete(hub: Hub, key: Key, found: Json, asked: Asked) -> None:
    """Tell the sources that the key may see, and whether what they sent is whole. What was known
    at a moment does not get late."""
    heard = heard_of(hub.store, asked.scope, asked.as_of)
    sent = heard.sources
    rows = freshness(hub.registry, hub.now()) if asked.as_of is None else []
    rows = [it for it in rows if it.source.source in sent]
    late = [it.source.source for it in rows if it.is_late]
    visible = visible_sources(hub, key, sent)
    found["sources"] = [
        {"source": name, "last_seen": rfc3339(last), "late": name in late}
        for name, last in sent.items()
        if name in visible
    ]
    found["checks"].append(of_units(heard.units - hub.registry.units.tree().units.keys()))
    if asked.as_of is None:
        backfilling = [it.source.source for it in rows if it.source.backfilling]
        found["checks"].append(of_sources(late, backfilling))


def filenames(found: Json) -> dict[str, str]:
    """What the files of a report are called, by media type."""
    period = found["period"]
    label = period["label"] or f"{period['from']}_{period['to']}"
    name = "-".join(filter(None, (found["form"], found["unit"], label)))
    return {it.media_type: f"{name}.{ending}" for ending, it in FORMATS.items() if it.is_file}
