"""`/v1/backup`: what `hub backup` keeps, piece by piece; each call is by itself and holds nothing.

One piece is made at a time, whoever asks: beside it events are taken and questions answered.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from hub.api.access import Admin
from hub.api.asking import StrictRoute
from hub.api.context import Originals, hub_of
from hub.api.problems import RETRY_AFTER, ProblemError
from hub.core.pieces import packed, packed_events
from hub.core.time import rfc3339
from hub.log.copying import LogCopy
from hub.log.port import RECORD_BITS, LogDamagedError
from hub.registry.copying import copy_registry
from hub.store.copying import event_mark, page_of_events
from hub.store.driver import Engine
from schemas.backup import CHECKSUM_BEFORE, LAST_RECORD, NEXT_SUBJECT, NEXT_UNIT

router = APIRouter(prefix="/v1/backup", tags=["backup"], route_class=StrictRoute)

ARROW = "application/vnd.apache.arrow.file"
SQLITE = "application/vnd.sqlite3"
_BLOCK = 2**20

_Record = Annotated[int, Query(ge=0, lt=2**43)]
_After = Annotated[_Record, Query(description="Only records after this one")]
_Until = Annotated[_Record, Query(description="Only records up to this one")]


@router.get("")
async def get_backup(
    request: Request,
    _: Admin,
    after: _After = 0,
    event: Annotated[int, Query(ge=0, lt=2**63, description="Position of an event")] = 0,
) -> dict[str, Any]:
    """What there is to back up, and by what it is known again. That is the first and the last
    record of the log and the last event in the store, and the record and the event that are named.
    All that was answered before lies up to the last record."""
    log, store = _originals(request).log, hub_of(request).store

    def told() -> dict[str, Any]:
        stored, known_event = event_mark(store), event_mark(store, event)
        known, last = log.mark(after), log.last()
        return {
            "hub": version("motcua-hub"),
            "at": rfc3339(hub_of(request).now()),
            "first": log.first(),
            "last": last and last._asdict(),
            "after": known and known._asdict(),
            "stored": stored and stored._asdict(),
            "event": known_event and known_event._asdict(),
            "properties": log.properties(),
            "registry": "sqlite" if _originals(request).registry else "elsewhere",
        }

    return await run_in_threadpool(told)


@router.get("/registry", response_class=Response)
async def get_registry(request: Request, _: Admin) -> Response:
    """A copy of the registry as it is at this moment, an SQLite database."""
    registry = _originals(request).registry
    if registry is None:
        raise ProblemError(
            404, "the registry is on a server of its own",
            "back it up with that server's tools, such as pg_dump, before the events",
        )  # fmt: skip
    async with _alone(request):
        try:
            copy = await run_in_threadpool(_copied, registry)
        except OSError as error:
            raise ProblemError(
                503, "the registry cannot be copied", f"{error}; see to it and try again",
                headers=RETRY_AFTER,
            ) from None  # fmt: skip
    size = {"Content-Length": str(os.fstat(copy).st_size)}
    return StreamingResponse(_blocks(copy), headers=size, media_type=SQLITE)


@router.get("/log", response_class=Response)
async def get_log(request: Request, _: Admin, after: _After, until: _Until) -> Response:
    """The next records of the log, as they lie there, as a file of Arrow; about 16 MB. The header
    `Hub-Last-Record` says how far it goes."""
    log = _originals(request).log
    async with _alone(request):
        piece, last, before = await run_in_threadpool(_log_piece, log, after, until)
    headers = {LAST_RECORD: str(last), CHECKSUM_BEFORE: before}
    return Response(piece, headers=headers, media_type=ARROW)


@router.get("/events", response_class=Response)
async def get_events(
    request: Request,
    _: Admin,
    after: _After,
    until: _Until,
    unit: Annotated[str, Query(description="Go on after this dossier: its unit")] = "",
    subject: Annotated[str, Query(description="… and its code")] = "",
) -> Response:
    """Stored events of records that the log no longer has, as a file of Arrow: about 50,000,
    dossier by dossier. The headers `Hub-Next-Unit` and `Hub-Next-Subject` say where to go on."""
    store, bounds = hub_of(request).store, (after, until)
    _originals(request)
    async with _alone(request):
        piece, following = await run_in_threadpool(_events_page, store, bounds, (unit, subject))
    headers = dict(zip((NEXT_UNIT, NEXT_SUBJECT), following or (), strict=False))
    return Response(piece, headers=headers, media_type=ARROW)


def _originals(request: Request) -> Originals:
    """What is backed up. Raises 409 where that is not for this hub to do."""
    if (found := hub_of(request).originals) is None:
        raise ProblemError(
            409, "this hub's log is Kafka and its store ClickHouse",
            "back them up with their own tools; README says which, and in what order",
        )  # fmt: skip
    return found


@asynccontextmanager
async def _alone(request: Request) -> AsyncIterator[None]:
    """Raise 429 while another piece is made."""
    state = request.app.state
    if getattr(state, "copying", False):
        raise ProblemError(
            429, "another backup runs", "one piece is made at a time; ask again in a second",
            headers={"Retry-After": "1"},
        )  # fmt: skip
    state.copying = True
    try:
        yield
    finally:
        state.copying = False


def _copied(registry: Path) -> int:
    """A descriptor of a copy that is gone when it is closed, even by a crash."""
    file = registry.with_name(registry.name + ".copy")
    copy_registry(registry, file)
    try:
        return os.open(file, os.O_RDONLY)
    finally:
        file.unlink()


def _blocks(file: int) -> Iterator[bytes]:
    with os.fdopen(file, "rb") as copy:
        while block := copy.read(_BLOCK):
            yield block


def _log_piece(log: LogCopy, after: int, until: int) -> tuple[bytes, int, str]:
    before = log.before(after)
    try:
        piece = log.piece(after, until)
    except LogDamagedError as error:
        raise ProblemError(409, "the log is damaged", str(error)) from None
    if not piece.num_rows or log.first() > after + 1:
        raise ProblemError(
            409, "the log does not hold these records", f"it begins at record {log.first()}; "
            "the events before it come from the store",
        )  # fmt: skip
    return packed(piece), piece["record"][-1].as_py(), before


def _events_page(
    store: Engine, bounds: tuple[int, int], start: tuple[str, str]
) -> tuple[bytes, tuple[str, str] | None]:
    after, until = (((record + 1) << RECORD_BITS) for record in bounds)
    events, following = page_of_events(store, after - 1, until, start)
    return packed_events(events), following
