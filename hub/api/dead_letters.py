"""`/v1/dead-letters`: what was refused, and why; try again."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import Acting, AnyKey, Sender, may_send
from hub.api.asking import StrictRoute
from hub.api.context import Hub, hub_of
from hub.api.paging import Cursor, Limit
from hub.api.problems import ProblemError, bad_parameter
from hub.core.check import FUTURE
from hub.core.time import rfc3339
from hub.log.port import encode_position
from hub.registry import DeadLetter, Key, RegistryError
from schemas.event import Event

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"], route_class=StrictRoute)


@router.get("")
async def get_letters(
    request: Request,
    key: AnyKey,
    reason: Annotated[str | None, Query(description="Only letters with this code")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Open letters, newest first: all, or those of the key's source or units."""
    registry = hub_of(request).registry
    units = registry.units.tree().region(key.units).tops if key.units else None
    source = key.source if key.role == "source" else None
    try:
        letters, following = await run_in_threadpool(
            registry.dead_letters.page, limit, cursor, source=source, units=units, reason=reason
        )
    except RegistryError as error:
        raise bad_parameter(error.pointer, f"{error.problem}; {error.hint}") from None
    return {"items": [_letter(letter) for letter in letters], "next": following}


@router.get("/{letter_id}")
async def get_letter(request: Request, key: AnyKey, letter_id: str) -> dict[str, Any]:
    """One letter."""
    return _letter(await _find(hub_of(request), key, letter_id))


@router.post("/{letter_id}/replay")
async def replay(
    request: Request, response: Response, key: Sender, by: Acting, letter_id: str
) -> dict[str, Any]:
    """Send the event of a letter again, if the key may send it. 409 where that cannot help."""
    hub = hub_of(request)
    letter = await _find(hub, key, letter_id)
    if letter.event is None:
        raise ProblemError(
            409, "values were not kept",
            "a refused event's values are never stored; correct it and send it again",
        )  # fmt: skip
    if letter.reason == "conflict":
        raise ProblemError(
            409, "the first content counts",
            "an accepted event has this identity; retract it and send the new content under a "
            "new id",
        )  # fmt: skip
    event = Event(**letter.event)
    if problem := may_send(hub, key, event.source, event.unit):
        raise ProblemError(403, "outside this key", f"{problem.pointer} {problem.message}")
    if event.time > hub.now() + FUTURE:
        raise ProblemError(409, "still refused", "/time is more than 24 hours in the future")
    await asyncio.wrap_future(hub.log.append([event]))
    set_status = hub.registry.dead_letters.set_status
    await run_in_threadpool(set_status, letter.id, "replayed", hub.now(), by)
    response.headers["Hub-Position"] = encode_position(hub.log.end())
    return {"id": letter.id, "status": "replayed"}


async def _find(hub: Hub, key: Key, letter_id: str) -> DeadLetter:
    """The letter, if this key may see it; else 404, so that nothing leaks."""
    letter = await run_in_threadpool(hub.registry.dead_letters.get, letter_id)
    tree = hub.registry.units.tree()
    allowed = letter is not None and (
        key.role == "admin"
        or (
            (key.role != "source" or letter.source == key.source)
            and (not key.units or letter.unit in tree.region(key.units))
        )
    )
    if letter is None or not allowed:
        raise ProblemError(404, "no such letter", "look at GET /v1/dead-letters")
    return letter


def _letter(letter: DeadLetter) -> dict[str, Any]:
    told = asdict(letter)
    for moment in ("first_seen", "last_seen", "status_since"):
        told[moment] = rfc3339(told[moment])
    return told | {"values_kept": letter.event is not None}
