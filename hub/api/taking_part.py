"""`GET /v1/figures/units`: the units of which a figure counts anything."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from hub.api.access import Reader
from hub.api.asking import Asked, StrictRoute
from hub.api.bodies import json_response
from hub.api.context import hub_of
from hub.api.dossiers import figures_asked
from hub.api.figures import rows_asked
from hub.api.paging import Cursor, PageOrAll, page_of
from hub.api.waiting import answered

router = APIRouter(prefix="/v1", tags=["figures"], route_class=StrictRoute)


@router.get("/figures/units")
async def get_units_of_figure(
    request: Request,
    _: Reader,
    asked: Asked,
    figure: Annotated[
        list[str], Query(description="Name of the figure; repeat it for a sum of figures")
    ],
    limit: PageOrAll = None,
    cursor: Cursor = None,
) -> Response:
    """The units of which a figure is over 0, with how much: what `took_part` of a form counts.

    With `map` a merged unit stands under its heir, as in figures by unit.
    """
    names, hub = figures_asked(figure), hub_of(request)

    def answer() -> Response:
        rows, *_ = rows_asked(hub, asked, ("unit",))
        known = hub.registry.units.tree().units
        counts = {str(unit): sum(row[name] for name in names) for (unit,), row in rows.items()}
        units = sorted(unit for unit, count in counts.items() if count)
        page, following = page_of(units, str, limit, cursor)
        items = [
            {"unit": unit, "value": counts[unit], "registered": unit in known} for unit in page
        ]
        return json_response({
            "figure": names[0] if len(names) == 1 else names, "as_of": asked.as_of,
            "total": len(units), "items": items, "next": following,
        })  # fmt: skip

    return await answered(request, asked.scope, answer)
