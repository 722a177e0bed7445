"""The registry over HTTP: units, procedures, sources."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import Acting, Admin, AnyKey, may_read, visible_sources
from hub.api.asking import NO_UNIT, Day, StrictRoute, is_unit
from hub.api.bodies import JSON, json_response, media_type_of, read_body
from hub.api.context import hub_of
from hub.api.importing import AsFile, DryRun, Kind, Token, put_table, rows_of_json, table_of
from hub.api.paging import Cursor, PageOrAll, page_of
from hub.api.problems import bad_parameter
from hub.api.sheet_words import Lang
from hub.api.waiting import answered
from hub.core.said import said
from hub.core.time import rfc3339
from hub.registry import Actor, Procedure, RegistryError, Source, Unit
from hub.registry.indicators import Indicator
from hub.registry.table_rows import PROCEDURES, UNITS
from hub.services.freshness import Fresh, freshness
from hub.store.events import known_units
from schemas.values import Level

router = APIRouter(prefix="/v1", tags=["registry"], route_class=StrictRoute)
Row = TypeVar("Row", Source, Indicator)


async def put_rows(
    request: Request, kind: type[Row], put: Callable[[list[Row], Actor], None], by: Actor
) -> dict[str, int]:
    """Store the rows of a JSON body. Raises RegistryError that points to where they stand in it."""
    media_type_of(request, JSON)
    rows = rows_of_json(kind, await read_body(request))
    try:
        await run_in_threadpool(put, list(rows.values()), by)
    except RegistryError as error:
        _, number, column = error.pointer.split("/")
        raise error.at(f"/{list(rows)[int(number)]}/{column}") from None
    return {"stored": len(rows)}


@router.get("/units")
async def get_units(
    request: Request,
    key: AnyKey,
    on: Annotated[
        Day | None, Query(description="As they were on that day; left out: as registered")
    ] = None,
    unit: Annotated[str | None, Query(description="Only this one and those below it")] = None,
    below: Annotated[bool, Query(description="Only those below `unit`")] = False,
    level: Annotated[list[Level] | None, Query(description="Only of this level; repeat it")] = None,
    registered: Annotated[
        bool, Query(description="Only those registered, and with `on` there on that day")
    ] = False,
    limit: PageOrAll = None,
    cursor: Cursor = None,
    wanted: Annotated[AsFile, Query(alias="format")] = None,
    lang: Lang = "vi",
) -> Response:
    """The units this key may see: those registered, and those that events named; `total` of them.

    `changed`: whether any was merged, split, moved or renamed, so that `map` tells other rows. With
    `on` each unit says whether it is `loose`: what its code begins with is not above it.
    """
    hub = hub_of(request)
    if unit is not None:
        if not is_unit(unit):
            raise bad_parameter("unit", NO_UNIT)
        may_read(hub, key, [unit])
    elif below:
        raise bad_parameter("below", said("below-what", "goes with `unit`; say which"))

    def answer() -> Response:
        tree = hub.registry.units.tree()
        view = None if on is None else hub.registry.units.map_on(on)
        there, gone = (tree, ()) if view is None else (view.tree, view.gone)
        units = [unit for _, unit in sorted(there.units.items())]
        region, asked = tree.region(key.units), there.region((unit,) if unit else ())

        def is_wanted(code: str, its_level: str | None, *, is_registered: bool) -> bool:
            return (
                (not key.units or code in region)
                and (unit is None or (code in asked and not (below and code == unit)))
                and (level is None or its_level in level)
                and (not registered or (is_registered and code not in gone))
            )

        if wanted is not None:
            mine = [it for it in units if is_wanted(it.code, it.level, is_registered=True)]
            page, _ = page_of(mine, lambda it: it.code, limit, cursor)
            return table_of(request, UNITS, "units", list(page), wanted, lang)
        loose = {code: {"loose": True} for code in there.loose}
        rows = [{**asdict(it), "registered": True, **loose.get(it.code, {})} for it in units]
        rows += [
            {**asdict(Unit(code, code)), "registered": False}
            for code in known_units(hub.store)
            if code not in tree.units
        ]
        visible = [
            row for row in rows
            if is_wanted(row["code"], row["level"], is_registered=row["registered"])
        ]  # fmt: skip
        told = sorted(visible, key=_code)
        some, following = page_of(told, _code, limit, cursor)
        return json_response({
            "units": some, "total": len(told), "next": following,
            "changed": hub.registry.units.changed(),
        })  # fmt: skip

    return await answered(request, None, answer)


def _code(row: Mapping[str, Any]) -> str:
    return str(row["code"])


@router.put("/units")
async def put_units(
    request: Request,
    _: Admin,
    by: Acting,
    since: Annotated[
        Day | None,
        Query(alias="from", description="The first day on which they are so; left out: always"),
    ] = None,
    decision: Annotated[
        str | None,
        Query(max_length=500, pattern=r"^[^\x00-\x1f]*$", description="Its decision"),
    ] = None,
    dry_run: DryRun = False,
    token: Token = None,
) -> Response:
    """Add units or replace them by code: all or none. JSON, or CSV or XLSX by `Content-Type`.

    Rows with `"registered": false`, as GET tells them, are left out. With `from` the hub keeps how
    they were before, for `map=then`. With `dry_run` the answer has `changes`, `counts` and a
    `token`.
    """
    units = hub_of(request).registry.units
    kind = Kind(
        Unit, UNITS, lambda rows: units.foretell(rows, since=since, decision=decision),
        lambda rows, token: units.put(rows, by, since=since, decision=decision, token=token),
        lambda: frozenset(units.tree().units),
    )  # fmt: skip
    return await put_table(request, kind, token, dry=dry_run)


@router.get("/procedures")
async def get_procedures(
    request: Request,
    _: AnyKey,
    wanted: Annotated[AsFile, Query(alias="format")] = None,
    lang: Lang = "vi",
) -> Response:
    """The registered procedures."""
    rows = hub_of(request).registry.procedures.all()
    if wanted is not None:
        return await run_in_threadpool(
            lambda: table_of(request, PROCEDURES, "procedures", rows, wanted, lang)
        )
    return json_response({"procedures": [asdict(row) for row in rows]})


@router.put("/procedures")
async def put_procedures(
    request: Request, _: Admin, by: Acting, dry_run: DryRun = False, token: Token = None
) -> Response:
    """Add procedures or replace them by code: all or none. JSON, or CSV or XLSX by `Content-Type`.

    With `dry_run` the answer has `changes`, `counts` and a `token`."""
    procedures = hub_of(request).registry.procedures
    kind = Kind(
        Procedure, PROCEDURES, procedures.foretell,
        lambda rows, token: procedures.put(rows, by, token=token),
        lambda: {row.code for row in procedures.all()},
    )  # fmt: skip
    return await put_table(request, kind, token, dry=dry_run)


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
    return await put_rows(request, Source, hub_of(request).registry.sources.put, by)
