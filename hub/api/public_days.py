"""`/v1/calendar/decisions`: the public days off by government decision, and how far they reach."""

from dataclasses import asdict

import orjson
from fastapi import APIRouter, Request, Response

from hub.api.access import Acting, Admin, Reader
from hub.api.asking import StrictRoute
from hub.api.context import hub_of
from hub.api.registry import put_rows
from hub.api.renderings import CSV, JSON, rendered
from hub.registry.csv_files import read_public_days, write_public_days
from hub.registry.public_days import PublicDay

router = APIRouter(prefix="/v1/calendar/decisions", tags=["calendar"], route_class=StrictRoute)


@router.get("")
async def get_decisions(request: Request, _: Reader) -> Response:
    """The days off and made up by government decision, by day; JSON, or CSV by `Accept`.

    `decided_until` is the last day whose decisions are known. Later days off are reckoned from the
    labour code; which ones they will be is not decided yet.
    """
    calendar = hub_of(request).registry.calendar
    days = calendar.decisions()
    until = calendar.public_days().decided_until
    found = {"decided_until": until, "days": [asdict(row) for row in days]}
    return rendered(
        request, {JSON: lambda: orjson.dumps(found), CSV: lambda: write_public_days(days)}
    )


@router.put("")
async def put_decisions(request: Request, _: Admin, by: Acting) -> dict[str, int]:
    """Replace the public days of whole years: all or none. JSON, or CSV with `text/csv`."""
    put = hub_of(request).registry.calendar.put_decisions
    return await put_rows(request, PublicDay, read_public_days, put, by)
