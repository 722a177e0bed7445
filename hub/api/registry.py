"""The registry over HTTP: units, procedures, sources."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool

from hub.api.access import Acting, Admin, AnyKey, visible_sources
from hub.api.asking import StrictRoute
from hub.api.bodies import JSON, json_response, media_type_of, parsed, read_body, valid
from hub.api.context import hub_of
from hub.api.problems import ProblemError
from hub.api.waiting import answered
from hub.core.encodings import decoded
from hub.core.time import rfc3339
from hub.registry import Actor, Procedure, RegistryError, Source, Unit
from hub.registry.csv_files import place, read_procedures, read_units
from hub.registry.indicators import Indicator
from hub.registry.public_days import PublicDay
from hub.services.freshness import Fresh, freshness
from hub.store.events import known_units

router = APIRouter(prefix="/v1", tags=["registry"], route_class=StrictRoute)
_TOLD_BY_HUB = ("last_seen", "last_read", "late")
Row = TypeVar("Row", Unit, Procedure, Source, PublicDay, Indicator)


async def put_rows(
    request: Request,
    kind: type[Row],
    from_csv: Callable[[str], dict[int, Row]] | None,
    put: Callable[[list[Row], Actor], None],
    by: Actor,
) -> dict[str, int]:
    """Store the rows of a body. Raises RegistryError that points to where they stand in it."""
    rows = await _rows(request, kind, from_csv)
    try:
        await run_in_threadpool(put, list(rows.values()), by)
    except RegistryError as error:
        _, number, column = error.pointer.split("/")
        at = list(rows)[int(number)]
        is_csv = media_type_of(request) == "text/csv"
        pointer = place(at, column) if is_csv else f"/{at}/{column}"
        raise RegistryError(pointer, error.problem, error.hint) from None
    return {"stored": len(rows)}


async def _rows(
    request: Request, kind: type[Row], from_csv: Callable[[str], dict[int, Row]] | None
) -> dict[int, Row]:
    """The rows of a body by their place: CSV (by line), a JSON array, or an object whose one member
    is it.

    What GET added to the rows is ignored, and so are its rows that only events named.
    """
    kinds = (JSON, "text/csv") if from_csv else (JSON,)
    media_type = media_type_of(request, *kinds)
    body = await read_body(request)
    if from_csv and media_type == "text/csv":
        try:
            text = decoded(body)
        except ValueError as error:
            raise ProblemError(400, "not CSV", f"the body {error}") from None
        return from_csv(text)
    value = parsed(body)
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    allowed, skipped = frozenset(kind.__dataclass_fields__), set()
    for index, row in enumerate(value if isinstance(value, list) else ()):
        if isinstance(row, dict):
            for name in _TOLD_BY_HUB:
                row.pop(name, None)
            if row.pop("registered", None) is False:
                skipped.add(index)
            if unknown := set(row) - allowed:
                name = min(unknown)
                raise RegistryError(f"/{index}/{name}", "is not known here", "leave it out")
    adapter: TypeAdapter[list[Row]] = TypeAdapter(list[kind])  # type: ignore[valid-type]
    rows = valid(adapter, value)
    return {index: row for index, row in enumerate(rows) if index not in skipped}


@router.get("/units")
async def get_units(request: Request, key: AnyKey) -> Response:
    """The units this key may see: those registered, and those that events named."""
    hub = hub_of(request)

    def answer() -> Response:
        tree = hub.registry.units.tree()
        seen = known_units(hub.store)
        rows = [{**asdict(unit), "registered": True} for unit in hub.registry.units.all()]
        rows += [
            {**asdict(Unit(code, code)), "registered": False}
            for code in seen
            if code not in tree.units
        ]
        region = tree.region(key.units)
        visible = [row for row in rows if not key.units or row["code"] in region]
        return json_response({"units": sorted(visible, key=lambda row: str(row["code"]))})

    return await answered(request, None, answer)


@router.put("/units")
async def put_units(request: Request, _: Admin, by: Acting) -> dict[str, int]:
    """Add units or replace them by code: all or none. JSON, or CSV with `text/csv`.

    Rows with `"registered": false`, as GET tells them, are left out.
    """
    return await put_rows(request, Unit, read_units, hub_of(request).registry.units.put, by)


@router.get("/procedures")
async def get_procedures(request: Request, _: AnyKey) -> dict[str, Any]:
    """The registered procedures."""
    return {"procedures": [asdict(row) for row in hub_of(request).registry.procedures.all()]}


@router.put("/procedures")
async def put_procedures(request: Request, _: Admin, by: Acting) -> dict[str, int]:
    """Add procedures or replace them by code: all or none. JSON, or CSV with `text/csv`."""
    put = hub_of(request).registry.procedures.put
    return await put_rows(request, Procedure, read_procedures, put, by)


@router.get("/sources")
async def get_sources(request: Request, key: AnyKey) -> dict[str, Any]:
    """The registered sources that this key may see, and when each last sent an event.

    `last_read`: when a connector last read it to the end. `late`: neither is as recent as is
    expected of it (`max_age_expected_s`), so figures may lack what it has not sent. A source key
    sees its own. A key for some units sees the sources whose keys are for these units and no
    others.
    """
    hub = hub_of(request)
    found = await run_in_threadpool(freshness, hub.registry, hub.now())
    visible = visible_sources(hub, key, [row.source.source for row in found])
    return {
        "sources": [
            {**asdict(row.source), **fresh_json(row)}
            for row in found
            if row.source.source in visible
        ]
    }


def fresh_json(row: Fresh) -> dict[str, Any]:
    """When a source was heard of last, and whether that is too long ago."""
    moments = {"last_seen": row.source.last_seen, "last_read": row.last_read}
    told = {name: None if at is None else rfc3339(at) for name, at in moments.items()}
    return {**told, "late": row.is_late}


@router.put("/sources")
async def put_sources(request: Request, _: Admin, by: Acting) -> dict[str, int]:
    """Add sources or replace them: all or none. What the hub itself tells of them is ignored."""
    return await put_rows(request, Source, None, hub_of(request).registry.sources.put, by)
