"""What events that are not in the log would change, told by figures: for a person who decides."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request

from hub.api.context import hub_of
from hub.api.waiting import reckoned
from hub.services.proposed import changed_figures
from schemas.cloudevents import KINDS
from schemas.event import Event

_MOST_LINES = 500


async def in_figures(request: Request, events: Sequence[Event]) -> dict[str, Any]:
    """`figures` that events about dossiers would change, by unit and quarter, before and after: at
    most 500, the latest quarter first; `figures_left_out`: how many there are besides. Raises 429,
    503."""
    hub = hub_of(request)
    dossiers = [event for event in events if event.kind in KINDS["dossier"]]
    found = (
        await reckoned(request, lambda: changed_figures(hub.store, dossiers, hub.now()))
        if dossiers
        else []
    )
    return {
        "figures": [line._asdict() for line in found[:_MOST_LINES]],
        "figures_left_out": max(0, len(found) - _MOST_LINES),
    }


async def in_words(request: Request, events: Sequence[Event]) -> dict[str, Any]:
    """The same, with how many events add something (`added`) and take something back (`retracted`,
    of so many `dossiers`; of the others, `only_added`); `indicators`: statements that no figure
    counts."""
    dossiers = [event for event in events if event.kind in KINDS["dossier"]]
    back = [event for event in dossiers if event.kind == "retracted"]
    losing = {event.dossier for event in back}
    return {
        "dossiers": len(losing),
        "only_added": len({event.dossier for event in dossiers} - losing),
        "added": len(dossiers) - len(back),
        "retracted": len(back),
        "indicators": len(events) - len(dossiers),
        **await in_figures(request, dossiers),
    }
