"""`GET /v1/trail`: who changed what in the registry."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from hub.api.access import Admin
from hub.api.asking import StrictRoute, moment_of
from hub.api.context import hub_of
from hub.api.paging import Cursor, PageSize, pack, unpack
from hub.api.problems import bad_parameter
from hub.core.time import rfc3339
from hub.registry import RegistryError, TrailRow
from hub.registry.trail import Kind

router = APIRouter(prefix="/v1", tags=["registry"], route_class=StrictRoute)


@router.get("/trail")
async def get_trail(
    request: Request,
    _: Admin,
    kind: Annotated[Kind | None, Query(description="Only objects of this kind")] = None,
    name: Annotated[
        str | None, Query(alias="object", description="Only the object with this id: H29.17, 3")
    ] = None,
    key: Annotated[
        str | None, Query(description="Only changes by the key with this id, or `open`, or `hub`")
    ] = None,
    start: Annotated[
        str | None, Query(alias="from", description="First local day, or RFC 3339")
    ] = None,
    end: Annotated[str | None, Query(alias="to", description="Last local day, or RFC 3339")] = None,
    limit: PageSize = 100,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Every change of the registry, newest first: who, when, from where, before and after.

    `key` is the id of a key, `open` where the hub asks for none, or `hub` for the hub itself.
    `before` is null for what is new, `after` for what was removed. Nothing here can be changed.
    """
    after = None if cursor is None else unpack(cursor, int)[0]
    since = None if start is None else moment_of("from", start)
    until = None if end is None else moment_of("to", end, ends=True)
    trail = hub_of(request).registry.trail
    try:
        rows = await run_in_threadpool(
            lambda: trail.page(
                limit + 1, after, kind=kind, name=name, key=key, start=since, end=until
            )
        )
    except RegistryError as error:
        raise bad_parameter(error.pointer, f"{error.problem}; {error.hint}") from None
    return {
        "items": [_row(row) for row in rows[:limit]],
        "next": pack((rows[limit - 1].number,)) if len(rows) > limit else None,
    }


def _row(row: TrailRow) -> dict[str, Any]:
    key = int(row.key) if row.key.isdigit() else row.key
    return {**asdict(row), "at": rfc3339(row.at), "key": key}
