"""Sealed reports, read (CONTRACT §6)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import AnyKey, Reader, within_units
from hub.api.asking import StrictRoute
from hub.api.context import Hub, hub_of
from hub.api.paging import Cursor, PageSize, pack, unpack
from hub.api.problems import ProblemError, bad_parameter
from hub.api.renderings import preferred
from hub.api.report_asking import KeptReports
from hub.api.reports import filenames
from hub.core.said import said
from hub.core.sealed import pack as packed
from hub.registry import Key
from hub.registry.seals import Seal
from hub.reports.render.formats import FORMATS

router = APIRouter(prefix="/v1", tags=["reports"], route_class=StrictRoute)
Json = dict[str, Any]
_ZIP = "application/zip"
_BY_REGISTER: Json = {"map": None, "map_asked": None}
"""What statements of seals by the units as registered do not say."""


@router.get("/sealed/public-key")
async def get_public_key(request: Request, _: AnyKey) -> Json:
    """The Ed25519 key by which this hub's seals are known, in hex; note it elsewhere."""
    public = await run_in_threadpool(hub_of(request).registry.seals.public_key)
    return {"algorithm": "Ed25519", "public_key": public}


@router.get("/sealed")
async def get_sealed(
    request: Request,
    key: Reader,
    wanted: KeptReports,
    limit: PageSize = 100,
    cursor: Cursor = None,
) -> Json:
    """The sealed reports of the key's units, newest first."""
    hub, before = hub_of(request), None
    if cursor is not None:
        (before,) = unpack(cursor, int)

    def read() -> list[Seal]:
        found = []
        for seal in hub.registry.seals.newest_first(before, **wanted):
            if may_read_seal(hub, key, seal):
                found.append(seal)
            if len(found) > limit:
                break
        return found

    found = await run_in_threadpool(read)
    more = len(found) > limit
    items = [told_of(seal) for seal in found[:limit]]
    return {"items": items, "next": pack((found[limit - 1].number,)) if more else None}


@router.get("/sealed/{seal_id}")
async def get_seal(
    request: Request,
    key: Reader,
    seal_id: str,
    as_format: Annotated[
        str | None,
        Query(
            alias="format",
            description=f"{', '.join(FORMATS)}, or seal: one file with all of it and its "
            "signature, for `hub report verify`; instead of `Accept`",
        ),
    ] = None,
) -> Response:
    """A sealed report: the bytes that were sealed."""
    hub = hub_of(request)
    seal = await run_in_threadpool(seal_named, hub, key, seal_id)
    name = _format(request, seal, as_format)
    if name == "seal":
        body = await run_in_threadpool(lambda: packed(hub.registry.seals.file(seal)))
        media_type, filename = _ZIP, f"{filename_of(seal)}.seal.zip"
    else:
        body = await run_in_threadpool(hub.registry.seals.part, seal, f"report.{name}")
        media_type = FORMATS[name].media_type
        filename = f"{filename_of(seal)}.{name}" if FORMATS[name].is_file else ""
    headers = {"Vary": "Accept", "Hub-Seal": seal.id, "Hub-Verdict": seal.said["verdict"]}
    if filename:
        headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return Response(body, 200, headers, media_type + charset)


def seal_named(hub: Hub, key: Key, name: str) -> Seal:
    """A seal of the key's units. Raises 403, 404."""
    seal = hub.registry.seals.get(name)
    if seal is None:
        raise ProblemError(404, "no such seal", "id: is not known here; GET /v1/sealed lists all")
    if not may_read_seal(hub, key, seal):
        raise ProblemError(403, "outside this key", "the seal is of a unit outside this key")
    return seal


def filename_of(seal: Seal) -> str:
    """What its files are called, without their endings."""
    name, _, _ = next(iter(filenames(seal.said).values())).rpartition(".")
    return f"{name}-{seal.id}"


def may_read_seal(hub: Hub, key: Key, seal: Seal) -> bool:
    """Whether it is of the key's units."""
    unit = seal.said["unit"]
    return within_units(hub, key, unit) if unit is not None else not key.units


def _format(request: Request, seal: Seal, asked: str | None) -> str:
    """The name of the format that is wanted. Raises 422 for one that the seal does not have."""
    has = [name for name in FORMATS if f"report.{name}" in seal.said["parts"]]
    if asked is None:
        by_type = {FORMATS[name].media_type: name for name in has} | {_ZIP: "seal"}
        return by_type[preferred(request.headers.get("accept", "*/*"), *by_type)]
    if asked not in (*has, "seal"):
        there = ", ".join([*has, "seal"])
        says = said("format-unsealed", "was not sealed; there is {there}", there=there)
        raise bad_parameter("format", says)
    return asked


def told_of(seal: Seal) -> Json:
    """A seal as lists have it."""
    said = {name: value for name, value in seal.said.items() if name not in ("parts", "format")}
    formats = {
        name.removeprefix("report."): it
        for name, it in seal.said["parts"].items()
        if name.startswith("report.")
    }
    return {
        "id": seal.id, **_BY_REGISTER, **said, "superseded_by": seal.superseded_by,
        "sha256": seal.hash, "signature": seal.signature, "formats": formats,
    }  # fmt: skip
