"""`GET /v1/trail`: who changed what in the registry."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from hub.api.access import Admin
from hub.api.asking import StrictRoute
from hub.api.bodies import json_response
from hub.api.context import hub_of
from hub.api.moments import moment_of
from hub.api.paging import Cursor, PageSize, pack, unpack
from hub.api.problems import of_registry
from hub.api.renderings import CSV, JSON, preferred
from hub.core.csv_text import BOM, write_rows
from hub.core.time import rfc3339
from hub.registry import RegistryError, TrailRow
from hub.registry.trail import Kind

_AT_ONCE = 1000
_COLUMNS = (
    "number", "at", "key", "address", "agent", "call", "kind", "object", "before", "after",
)  # fmt: skip
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
) -> Response:
    """Every change of the registry, newest first: who, when, from where, before and after.

    `key` is the id of a key, `open` where the hub asks for none, or `hub` for the hub itself.
    `before` is null for what is new, `after` for what was removed. Nothing here can be changed.
    As CSV by `Accept`: all of them, whatever `limit` says.
    """
    after = None if cursor is None else unpack(cursor, int)[0]
    since = None if start is None else moment_of("from", start)
    until = None if end is None else moment_of("to", end, ends=True)
    trail = hub_of(request).registry.trail
    page = partial(trail.page, kind=kind, name=name, key=key, start=since, end=until)
    is_csv = preferred(request.headers.get("accept", "*/*"), JSON, CSV) == CSV
    try:
        rows = await run_in_threadpool(page, _AT_ONCE if is_csv else limit + 1, after)
    except RegistryError as error:
        raise of_registry(error.pointer, error) from None
    headers = {"Vary": "Accept"}
    if is_csv:
        headers["Content-Disposition"] = 'attachment; filename="trail.csv"'
        return StreamingResponse(_as_csv(rows, page), 200, headers, f"{CSV}; charset=utf-8")
    told = {
        "items": [_row(row) for row in rows[:limit]],
        "next": pack((rows[limit - 1].number,)) if len(rows) > limit else None,
    }
    return json_response(told, headers=headers)


def _as_csv(rows: list[TrailRow], page: Callable[..., list[TrailRow]]) -> Iterator[str]:
    """The rows and all that follow, newest first; times are local."""
    text = write_rows([_COLUMNS])
    while True:
        yield text
        if not rows:
            return
        text = write_rows(_cells(row) for row in rows).removeprefix(BOM)
        rows = page(_AT_ONCE, rows[-1].number)


def _cells(row: TrailRow) -> list[object]:
    values = asdict(row) | {"at": rfc3339(row.at)}
    for name in ("before", "after"):
        values[name] = values[name] and orjson.dumps(values[name]).decode()
    return [values[name] for name in _COLUMNS]


def _row(row: TrailRow) -> dict[str, Any]:
    key = int(row.key) if row.key.isdigit() else row.key
    return {**asdict(row), "at": rfc3339(row.at), "key": key}
