"""`GET /v1/sealed/{id}/restatement`: what a sealed report would say today (CONTRACT §6)."""

from functools import partial
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import Reader
from hub.api.asking import StrictRoute, units_on
from hub.api.context import Hub, hub_of
from hub.api.moments import instant_of
from hub.api.problems import bad_parameter
from hub.api.renderings import rendered
from hub.api.sealed import filename_of, seal_named, told_of
from hub.api.waiting import answered, wait_until_included
from hub.core.said import said, why
from hub.core.time import rfc3339
from hub.registry.seals import Seal, view_of
from hub.registry.unit_map import UnitMap
from hub.reports.frozen import FORM, MAP, REST, UNITS, freeze, thawed
from hub.reports.ports import field_names
from hub.reports.render.appendix import APPENDICES
from hub.reports.restatement import ManyChangedError, of_today, restatement
from hub.store.events import known_units

router = APIRouter(prefix="/v1", tags=["reports"], route_class=StrictRoute)
Json = dict[str, Any]


@router.get("/sealed/{seal_id}/restatement")
async def get_restatement(
    request: Request,
    key: Reader,
    seal_id: str,
    as_of: Annotated[
        str | None, Query(description="Instead of now: as known at this moment; RFC 3339")
    ] = None,
    as_format: Annotated[
        Literal["json", "csv", "xlsx", "docx", "html"] | None,
        Query(alias="format", description="Instead of `Accept`"),
    ] = None,
) -> Response:
    """What differs between a sealed report and today, cell by cell, and why.

    By the seal's form, for its unit and days; nothing that happened after it was sealed is counted,
    only what is known otherwise by now. Of each cell `because` names the dossiers, events, units or
    statements that make it differ, whose `change` sum to its `difference`, and `made_of` the other
    cells that a formula or ratio is made of.
    """
    hub = hub_of(request)
    seal = await run_in_threadpool(seal_named, hub, key, seal_id)
    until = hub.now()
    if as_of is not None:
        until = _moment(as_of, seal, until)
    await wait_until_included(request, until, [])

    def answer() -> Response:
        found = _restated(hub, seal, until)
        forms = {it.media_type: partial(it.render, found) for it in APPENDICES.values()}
        chosen = APPENDICES[as_format].media_type if as_format else None
        names = {
            it.media_type: f"{filename_of(seal)}-restatement.{ending}"
            for ending, it in APPENDICES.items()
            if it.is_file
        }
        return rendered(request, forms, chosen, names)

    return await answered(request, None, answer)


def _moment(text: str, seal: Seal, now: int) -> int:
    """Raises 422 for a moment in the future or before the seal's."""
    found = instant_of("as_of", text)
    if found > now:
        raise bad_parameter("as_of", said("in-future", "must not be in the future"))
    if found < instant_of("as_of", seal.said["as_of"]):
        says = said("before-seal", "is before the seal's, {moment}", moment=seal.said["as_of"])
        raise bad_parameter("as_of", says)
    return found


def _units_today(hub: Hub, seal: Seal) -> UnitMap | None:
    """The units that the same report would be by today: of `map=today` as of this day, else as the
    register by now has them on the day of the seal. Raises 422."""
    view = view_of(seal.said)
    return units_on(hub, view or None, 0)


def _restated(hub: Hub, seal: Seal, until: int) -> Json:
    seals = hub.registry.seals
    inputs = [name for name in (FORM, UNITS, REST, MAP) if name in seal.said["parts"]]
    known = known_units(hub.store) if MAP in inputs else ()
    sealed = thawed(seal.said, {name: seals.part(seal, name) for name in inputs}, known)
    names = field_names(hub.registry)
    today = freeze(
        hub.registry, sealed.form, sealed.asked, names, {}, {}, _units_today(hub, seal), known
    )  # fmt: skip
    report = orjson.loads(seals.part(seal, "report.json"))
    try:
        found = restatement(hub.store, sealed, of_today(sealed, today, until), report, until)
    except ManyChangedError as error:
        raise bad_parameter("as_of", why(error)) from None
    return {"seal": told_of(seal), "at": rfc3339(hub.now()), **found}
