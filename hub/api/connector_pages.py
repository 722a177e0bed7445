"""What connectors tell the hub of a page: its events, and what is to be remembered of its rows."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool

from hub.api.access import Sender
from hub.api.bodies import JSON, media_type_of, parsed, read_body, valid
from hub.api.connector_calls import connector_of, held, is_beyond
from hub.api.context import Hub, hub_of
from hub.api.ingest import Checked, Door, append, check_stated
from hub.api.problems import RETRY_AFTER, ProblemError
from hub.log.port import encode_position
from hub.registry import Key
from hub.registry.connector_rows import KeptRow, Page, RefusedRow
from hub.registry.connectors import HeldError
from schemas.connectors import MOST_EVENTS, ConnectorName, Saved

router = APIRouter(prefix="/v1/connectors", tags=["connectors"], route_class=Door)
Json = dict[str, Any]
_SAVED: TypeAdapter[Saved] = TypeAdapter(Saved)


@router.post("/{name}/page")
async def save(request: Request, key: Sender, name: ConnectorName) -> Json:
    """Remember a page: cursor, rows, rows forgotten, refused, mended; all of it or nothing.

    409 where another owner has the connector. Refused rows are dead letters with the reason `row`;
    those that are mended leave the list.

    With `events`: the cursor is `before`, then the events are in the log, then the page is
    remembered, each of them durable before the next. Where one of them is refused nothing at all is
    stored, and `refused_events` tells how many. 503: some of it may be stored; send the same again.
    504: the log ends before `behind`.
    """
    hub = hub_of(request)
    media_type_of(request, JSON)
    body = await read_body(request)
    async with hub.reading:
        page, events = await run_in_threadpool(_read, body)
    await connector_of(hub, key, name)
    if await is_beyond(hub, page.behind):
        raise ProblemError(
            504, "beyond the end of the log", "behind: the log ends before this position"
        )
    try:
        if events and (refused := await _stored(hub, key, name, page, events)):
            return {"stored": 0, "refused": 0, "refused_events": refused}
        stored = _page(page, encode_position(hub.log.end()))
        await _save(hub, name, page.owner, stored)
    except HeldError as error:
        raise held(name, error) from None
    return {
        "stored": len(stored.kept), "refused": len(stored.refused), "refused_events": 0,
        "position": stored.position,
    }  # fmt: skip


def _read(body: bytes) -> tuple[Saved, list[Any]]:
    """A page, and its events, which are checked later. Raises 400, 422."""
    found = parsed(body)
    events = found.pop("events") if isinstance(found, dict) and _has_events(found) else []
    return valid(_SAVED, found), events


def _has_events(body: Json) -> bool:
    events = body.get("events")
    return isinstance(events, list) and len(events) <= MOST_EVENTS


async def _stored(hub: Hub, key: Key, name: str, page: Saved, events: list[Any]) -> int:
    """Store the events of a page; how many are refused, for which nothing is stored."""
    hub.guard.check_events(key)
    async with hub.reading:
        checked: Checked = await run_in_threadpool(check_stated, hub, key, events)
    if checked.refused:
        return len(checked.refused)
    hub.guard.sent(key, len(events))
    before = Page(cursor=page.before, position=encode_position(hub.log.end()), goes_on=True)
    await _save(hub, name, page.owner, before)
    if "unavailable" in await append(hub, checked):
        detail = "some or all of it could not be stored; send the same again, nothing counts twice"
        raise ProblemError(503, "not stored", detail, headers=RETRY_AFTER)
    return 0


async def _save(hub: Hub, name: str, owner: str, page: Page) -> None:
    connectors = hub.registry.connectors
    await run_in_threadpool(lambda: connectors.save(name, owner, page, hub.now()))


def _page(page: Saved, position: str) -> Page:
    return Page(
        cursor=page.cursor,
        kept=[KeptRow(**vars(row)) for row in page.kept],
        forgotten=page.forgotten,
        refused=[
            RefusedRow(
                row.key, row.place,
                [{"code": e.code, "pointer": e.column, "message": e.says} for e in row.errors],
            )
            for row in page.refused
        ],
        mended=page.mended,
        position=position,
        goes_on=page.goes_on,
    )  # fmt: skip
