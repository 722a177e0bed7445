"""`/v1/calendar/decisions`: the public days off by government decision, and how far they reach."""

from dataclasses import asdict
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import Acting, Admin, Reader
from hub.api.asking import StrictRoute
from hub.api.context import hub_of
from hub.api.importing import AsFile, DryRun, Kind, Token, put_table, table_of
from hub.api.renderings import CSV, JSON, rendered
from hub.api.sheet_words import Lang
from hub.registry.csv_files import write_public_days
from hub.registry.public_days import PublicDay
from hub.registry.table_rows import PUBLIC_DAYS

router = APIRouter(prefix="/v1/calendar/decisions", tags=["calendar"], route_class=StrictRoute)


@router.get("")
async def get_decisions(
    request: Request,
    _: Reader,
    wanted: Annotated[AsFile, Query(alias="format")] = None,
    lang: Lang = "vi",
) -> Response:
    """The days off and made up by government decision, by day; JSON, or CSV by `Accept`.

    `decided_until` is the last day whose decisions are known. Later days off are reckoned from the
    labour code; which ones they will be is not decided yet.
    """
    calendar = hub_of(request).registry.calendar
    days = calendar.decisions()
    if wanted is not None:
        return await run_in_threadpool(
            lambda: table_of(request, PUBLIC_DAYS, "public-days", days, wanted, lang)
        )
    until = calendar.public_days().decided_until
    found = {"decided_until": until, "days": [asdict(row) for row in days]}
    return rendered(
        request, {JSON: lambda: orjson.dumps(found), CSV: lambda: write_public_days(days)}
    )


@router.put("")
async def put_decisions(
    request: Request, _: Admin, by: Acting, dry_run: DryRun = False, token: Token = None
) -> Response:
    """Replace the public days of whole years: all or none. JSON, or CSV or XLSX by `Content-Type`.

    With `dry_run` the answer has `changes`, `counts` and a `token`."""
    calendar = hub_of(request).registry.calendar
    kind = Kind(
        PublicDay, PUBLIC_DAYS, calendar.foretell_decisions,
        lambda rows, token: calendar.put_decisions(rows, by, token=token),
        frozenset, lambda row: f"public/{row.day}",
    )  # fmt: skip
    return await put_table(request, kind, token, dry=dry_run)
