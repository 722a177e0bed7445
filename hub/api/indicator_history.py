"""Who stated what of an indicator, when, and what became of it (CONTRACT §1)."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import AnyKey, may_read
from hub.api.asking import NO_UNIT, Positions, StrictRoute, is_unit
from hub.api.bodies import json_response
from hub.api.context import Hub, hub_of
from hub.api.moments import moment_of_knowledge
from hub.api.problems import bad_parameter
from hub.api.waiting import wait_until_included
from hub.core.said import said
from hub.core.time import rfc3339
from hub.indicator.fold import content_of
from hub.indicator.history import Told, history
from hub.registry import Key
from hub.registry.indicators import CODE
from hub.store.events import events_of_dossier

router = APIRouter(prefix="/v1/indicators", tags=["indicators"], route_class=StrictRoute)
Json = dict[str, Any]


@router.get("/history")
async def get_history(
    request: Request,
    key: AnyKey,
    unit: Annotated[str, Query(description="Unit code")],
    code: Annotated[str, Query(description="Code of an indicator")],
    period: Annotated[str | None, Query(description="Left out: all")] = None,
    calendar: Annotated[
        Literal["civil", "nd09"] | None, Query(description="Left out: both")
    ] = None,
    level: Annotated[str | None, Query(description="'' for the whole; left out: all")] = None,
    as_of: Annotated[str | None, Query(description="As it was known then (RFC 3339)")] = None,
    min_position: Positions = None,
) -> Response:
    """Who stated what of an indicator, when, and what became of it; the newest first."""
    hub = hub_of(request)
    check_unit(hub, key, unit)
    if not CODE.fullmatch(code):
        raise bad_parameter("code", said("no-match", "must match {pattern}", pattern=CODE.pattern))
    known_at = moment_of_knowledge(as_of, hub.now())
    await wait_until_included(request, known_at, min_position or [])

    def answer() -> Response:
        rows = events_of_dossier(hub.store, unit, code)
        if known_at is not None:
            rows = [row for row in rows if row.accepted <= known_at]
        items = [
            _told_json(told, place._asdict())
            for place, some in history(rows).items()
            if period in (None, place.period) and calendar in (None, place.calendar)
            and level in (None, place.level)
            for told in some
        ]  # fmt: skip
        items.sort(key=lambda it: (it["time"], it["accepted"], it["id"]), reverse=True)
        return json_response({"items": items})

    return await run_in_threadpool(answer)


def check_unit(hub: Hub, key: Key, unit: str) -> None:
    """Raise 403, 422 for a unit that the key may not ask about."""
    if not is_unit(unit):
        raise bad_parameter("unit", NO_UNIT)
    may_read(hub, key, (unit,))


def _told_json(told: Told, place: Mapping[str, str]) -> Json:
    event = told.event
    name, said = content_of(event)
    beside: Json = {it: event.data[it] for it in ("evidence", "note") if it in event.data}
    by = {"source": told.by.source, "id": told.by.id} if told.by else None
    return {
        "unit": event.unit, "code": event.subject, **place, "level": place["level"] or None,
        "source": event.source, "id": event.id, "time": rfc3339(event.time),
        "accepted": rfc3339(told.accepted), name: said, **beside, "state": told.became, "by": by,
    }  # fmt: skip
