"""`/v1/dead-letters`: what was refused, and why; try again, or discard."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import Acting, AnyKey, Sender, may_send
from hub.api.asking import Positions, StrictRoute
from hub.api.context import Hub, hub_of
from hub.api.paging import Cursor, PageSize
from hub.api.problems import ProblemError, bad_parameter
from hub.api.waiting import wait_until_included
from hub.core.check import FUTURE
from hub.core.time import rfc3339
from hub.log.port import encode_position
from hub.registry import Actor, DeadLetter, Key, RegistryError
from hub.registry.connector_rows import ROW
from hub.registry.letter import Status
from schemas.event import Event

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"], route_class=StrictRoute)


Source = Annotated[str | None, Query(description="Only letters of this source")]
Reason = Annotated[str | None, Query(description="Only letters with this code")]


class Seen(NamedTuple):
    """The letters that a key may see, among those it asks for."""

    source: str | None
    units: Collection[str] | None


def seen_by(hub: Hub, key: Key, source: str | None) -> Seen:
    """Raises 403."""
    if key.role == "source":
        if source not in (None, key.source):
            raise ProblemError(403, "outside this key", "source: is not the source of this key")
        source = key.source
    return Seen(source, hub.registry.units.tree().region(key.units).tops if key.units else None)


@router.get("")
async def get_letters(
    request: Request,
    key: AnyKey,
    reason: Reason = None,
    source: Source = None,
    status: Annotated[Status, Query(description="What was decided of them")] = "open",
    min_position: Positions = None,
    limit: PageSize = 100,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Letters, newest first: all, or those of the key's source or units.

    With `min_position` it waits until the conflicts up to there are known. `row`: of a row of a
    connector, which it is (`key`: null where it is refused no longer). `not_kept` tells of
    which sources there are more letters than are kept; discard some to make room.
    """
    hub = hub_of(request)
    await wait_until_included(request, None, min_position or [])
    seen, letters = seen_by(hub, key, source), hub.registry.dead_letters
    try:
        page, following = await run_in_threadpool(
            lambda: letters.page(limit, cursor, **seen._asdict(), reason=reason, status=status)
        )
    except RegistryError as error:
        raise bad_parameter(error.pointer, f"{error.problem}; {error.hint}") from None
    more = [] if key.role == "reader" else await run_in_threadpool(letters.not_kept)
    return {
        "items": await _told(hub, page),
        "next": following,
        "not_kept": [
            row._asdict() | {"last": rfc3339(row.last)}
            for row in more
            if seen.source in (None, row.source)
        ],
    }


@router.post("/discard")
async def discard_letters(
    request: Request, key: Sender, by: Acting, reason: Reason = None, source: Source = None
) -> dict[str, int]:
    """Discard open letters of a source, with a reason, or both: they leave the list, and what was
    kept of them is deleted. `discarded` tells how many there were."""
    hub = hub_of(request)
    if reason is None and source is None:
        raise bad_parameter("source", "give source, reason or both")
    seen, letters = seen_by(hub, key, source), hub.registry.dead_letters
    try:
        count = await run_in_threadpool(
            lambda: letters.discard(hub.now(), by, **seen._asdict(), reason=reason)
        )
    except RegistryError as error:
        raise bad_parameter(error.pointer, f"{error.problem}; {error.hint}") from None
    return {"discarded": count}


@router.get("/{letter_id}")
async def get_letter(request: Request, key: AnyKey, letter_id: str) -> dict[str, Any]:
    """One letter."""
    hub = hub_of(request)
    (told,) = await _told(hub, [await _find(hub, key, letter_id)])
    return told


@router.post("/{letter_id}/replay")
async def replay(
    request: Request, response: Response, key: Sender, by: Acting, letter_id: str
) -> dict[str, Any]:
    """Send the event of a letter again, if the key may send it. 409 where that cannot help.

    The row of a connector is read again by it, at its next turn; the letter is open until then.
    """
    hub = hub_of(request)
    letter = await _find(hub, key, letter_id)
    if letter.reason == ROW:
        return await _read_again(hub, letter, by)
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


async def _read_again(hub: Hub, letter: DeadLetter, by: Actor) -> dict[str, Any]:
    """Have the row of a letter read again. 409 where it is refused no longer."""
    asked = hub.registry.connectors.read_letters_again
    found = await run_in_threadpool(asked, [letter.id], by)
    if not found:
        raise ProblemError(409, "not refused", "the row is refused no longer")
    return {"id": letter.id, "status": "waiting", "connector": found[letter.id]}


@router.post("/{letter_id}/discard")
async def discard(request: Request, key: Sender, by: Acting, letter_id: str) -> dict[str, Any]:
    """Discard a letter: it leaves the list, and what was kept of it is deleted. 409 where it is not
    open."""
    hub = hub_of(request)
    letter = await _find(hub, key, letter_id)
    letters = hub.registry.dead_letters
    count = await run_in_threadpool(lambda: letters.discard(hub.now(), by, letters=[letter.id]))
    if not count:
        raise ProblemError(409, "not open", f"the letter is {letter.status} already")
    return {"id": letter.id, "status": "discarded"}


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


async def _told(hub: Hub, letters: Iterable[DeadLetter]) -> list[dict[str, Any]]:
    """Letters, those of connectors with their rows."""
    found = list(letters)
    of_rows = [letter.id for letter in found if letter.reason == ROW]
    rows = {}
    if of_rows:
        rows = await run_in_threadpool(hub.registry.connectors.rows_of, of_rows)
    return [_letter(letter) | {"row": _row(letter, rows.get(letter.id))} for letter in found]


def _row(letter: DeadLetter, found: tuple[str, str] | None) -> dict[str, Any] | None:
    """Which row of which connector it is; its key is known while it is refused."""
    origin, _, place = letter.origin.partition(" ")
    kind, _, connector = origin.partition(":")
    if letter.reason != ROW or kind != "connector":
        return None
    return {"connector": connector, "key": found and found[1], "place": place}


def _letter(letter: DeadLetter) -> dict[str, Any]:
    told = asdict(letter)
    for moment in ("first_seen", "last_seen", "status_since"):
        told[moment] = rfc3339(told[moment])
    return told | {"values_kept": letter.event is not None}
