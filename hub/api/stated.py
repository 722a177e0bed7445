"""Stated reports, read: what documents from before the hub say."""

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import AnyKey, within_units
from hub.api.asking import StrictRoute
from hub.api.context import Hub, hub_of
from hub.api.paging import Cursor, PageSize, pack, unpack
from hub.api.problems import ProblemError
from hub.api.renderings import CSV
from hub.api.report_asking import KeptReports, OfReport, asked_by
from hub.registry import Key
from hub.registry.stated_reports import StatedReport
from hub.reports.history.as_csv import template
from hub.reports.ports import field_names

router = APIRouter(prefix="/v1", tags=["reports"], route_class=StrictRoute)
Json = dict[str, Any]


@router.get("/stated")
async def get_stated(
    request: Request,
    key: AnyKey,
    wanted: KeptReports,
    limit: PageSize = 100,
    cursor: Cursor = None,
) -> Json:
    """The stated reports of the key's units, newest first, without their cells."""
    hub, before = hub_of(request), None
    if cursor is not None:
        (before,) = unpack(cursor, int)

    def page() -> list[StatedReport]:
        found = []
        for one in hub.registry.stated.newest_first(before, **wanted):
            if within_units(hub, key, one.said["unit"]):
                found.append(one)
            if len(found) > limit:
                break
        return found

    found = await run_in_threadpool(page)
    more = len(found) > limit
    items = [told_of(one) for one in found[:limit]]
    return {"items": items, "next": pack((found[limit - 1].number,)) if more else None}


@router.get("/stated/{stated_id}")
async def get_stated_report(request: Request, key: AnyKey, stated_id: str) -> Json:
    """A stated report: each cell as printed and as read, and what the form's checks say."""
    hub = hub_of(request)
    return await run_in_threadpool(lambda: told_of(stated_named(hub, key, stated_id), whole=True))


@router.get("/reports/{form}/stated/template")
async def get_stated_template(
    request: Request, key: AnyKey, form: str, query: OfReport
) -> Response:
    """A CSV with a row for each cell that a printed report has by this form, to be filled in."""
    hub = hub_of(request)

    def made() -> Response:
        made_by, asked = asked_by(hub, key, form, query, hub.now())
        units = {code: unit.name for code, unit in hub.registry.units.tree().units.items()
                 if asked.scope.contains(code)}  # fmt: skip
        names = {"unit": units, "field": field_names(hub.registry)}
        body = template(made_by, names, str(asked.days.year))
        period = asked.days.asked.label or asked.days.asked.start.isoformat()
        name = "-".join(filter(None, ("cong-bo", made_by.id, asked.unit, period)))
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return Response(body, 200, headers, f"{CSV}; charset=utf-8")

    return await run_in_threadpool(made)


def stated_named(hub: Hub, key: Key, name: str) -> StatedReport:
    """A stated report of the key's units. Raises 403, 404."""
    found = hub.registry.stated.get(name)
    if found is None:
        told = "id: is not known here; GET /v1/stated lists all"
        raise ProblemError(404, "no such stated report", told)
    if not within_units(hub, key, found.said["unit"]):
        raise ProblemError(403, "outside this key", "it is of a unit outside this key")
    return found


def told_of(one: StatedReport, *, whole: bool = False) -> Json:
    """A stated report as lists have it, or with its cells and checks."""
    said = one.said
    told = said if whole else {k: it for k, it in said.items() if k not in ("cells", "checks")}
    results = [it["result"] for it in said["checks"]]
    counts = {"cells": len(said["cells"])} | {it: results.count(it) for it in _RESULTS}
    return {
        "id": one.id, **told, "counts": counts, "superseded_by": one.superseded_by,
        "hash": one.hash,
    }  # fmt: skip


_RESULTS = ("true", "false", "unknown")
