"""The forms by which reports are made: those that came with the hub, and an office's own."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import Acting, Admin, AnyKey
from hub.api.asking import StrictRoute
from hub.api.bodies import media_type_of, read_body
from hub.api.context import Hub, hub_of
from hub.api.problems import ProblemError, bad_parameter, fault
from hub.api.renderings import JSON, rendered
from hub.core.said import either, said, says
from hub.core.time import date_of, local_day
from hub.registry import Actor
from hub.registry.forms import VersionTakenError
from hub.reports.described import described, summary, version_line
from hub.reports.form import Form, FormError, kept
from hub.reports.render.formats import FORMATS
from hub.reports.scoring import form_remarks
from hub.reports.versions import at, is_new, put, versions

router = APIRouter(prefix="/v1", tags=["reports"], route_class=StrictRoute)
Json = dict[str, Any]
YAML = "application/yaml"
_ALSO = ("application/x-yaml", "text/yaml", "text/x-yaml", JSON)
"""What such texts are called, too; JSON is YAML."""


@router.get("/reports")
async def get_reports(request: Request, _: AnyKey) -> Json:
    """The catalogue of forms by which reports are made: each as it is today, with its versions.
    `formats`: those in which a report may be had."""
    hub = hub_of(request)
    told = [_told(hub, found) for found in versions(hub.registry).values()]
    return {"reports": told, "formats": [*FORMATS]}


@router.get("/forms/{form}")
async def get_form(
    request: Request,
    _: AnyKey,
    form: str,
    version: Annotated[str | None, Query(description="Left out: the one of today")] = None,
) -> Response:
    """A form: its sections, and of each cell what it is made of; as YAML by `Accept`: its text."""
    hub = hub_of(request)
    found = versions_of(hub, form)
    if version is None:
        chosen = at(found, _today(hub))
    elif (named := next((it for it in found if it.version == version), None)) is not None:
        chosen = named
    else:
        known = ", ".join(it.version for it in found)
        raise ProblemError(404, "no such version", f"version: is not known here; known: {known}")
    told = described(chosen) | {"versions": list(map(version_line, found))}
    return rendered(request, {JSON: lambda: orjson.dumps(told), YAML: lambda: chosen.source})


@router.put("/forms/{form}")
async def put_form(
    request: Request,
    _: Admin,
    by: Acting,
    form: str,
    dry_run: Annotated[bool, Query(description="Only check it, and keep nothing")] = False,
) -> Json:
    """Keep a version of a form of an office's own: YAML, checked. What is kept never changes: a
    version that is there with another text is refused (409). `stored`: it is (with `dry_run`: would
    be) new."""
    hub = hub_of(request)
    media_type_of(request, YAML, *_ALSO)
    body = await read_body(request)
    return await run_in_threadpool(_put, hub, body, form, None if dry_run else by)


def _put(hub: Hub, body: bytes, name: str, by: Actor | None) -> Json:
    """Keep a form, or only check it where nobody keeps it."""
    try:
        made = kept(body.decode("utf-8-sig"), name)
    except UnicodeDecodeError:
        raise ProblemError(400, "not UTF-8", "save the form as UTF-8 and send it again") from None
    except FormError as error:
        raise _refused(error) from None
    if made.id != name:
        told = said(
            "form-elsewhere", "is not the form that the address names; put it under its own name"
        )
        raise ProblemError(422, "no such form", f"form: {told}", errors=[fault("form", told)])
    try:
        stored = put(hub.registry, [made], by) if by else is_new(hub.registry, made)
    except FormError as error:
        raise _refused(error) from None
    except VersionTakenError as error:
        raise ProblemError(
            409, "not stored", str(error), errors=[fault("version", str(error))]
        ) from None
    remarks = form_remarks(made)
    return version_line(made) | {
        "form": made.id, "stored": bool(stored), "remarks": remarks,
        "remarks_say": [says(it).get("says") for it in remarks],
    }  # fmt: skip


def _refused(error: FormError) -> ProblemError:
    faults = [fault(it.key, it.says) | {"line": it.line} for it in error.problems]
    return ProblemError(422, "no form", str(error), errors=faults)


def versions_of(hub: Hub, name: str) -> Sequence[Form]:
    """The versions of a form. Raises 404."""
    known = versions(hub.registry)
    if name not in known:
        told = f"form: is not known here; known: {', '.join(known)}"
        raise ProblemError(404, "no such form", told)
    return known[name]


def check_level(hub: Hub, form: Form, unit: str | None) -> None:
    """Raise 422 for a unit that the form is not made for."""
    levels = form.document.for_levels
    if not levels:
        return
    told = said("for-levels", "this form is for a unit of level {levels}", levels=either(levels))
    if unit is None:
        raise bad_parameter("unit", said("unit-of-level", "is required: {told}", told=told))
    registered = hub.registry.units.tree().units.get(unit)
    if registered is None:
        says = said(
            "level-unknown", "is not registered, so its level is not known; {told}", told=told
        )
        raise bad_parameter("unit", says)
    if registered.level not in levels:
        level = registered.level or "none"
        says = said("other-level", "is of level {level}; {told}", level=level, told=told)
        raise bad_parameter("unit", says)


def _told(hub: Hub, found: Sequence[Form]) -> Json:
    return summary(at(found, _today(hub))) | {"versions": list(map(version_line, found))}


def _today(hub: Hub) -> date:
    return date_of(local_day(hub.now()))
