"""One dead letter again: its event, another one in its place, or the row of a connector; and what
that would change, before it does."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import Acting, Sender, may_send
from hub.api.asking import StrictRoute
from hub.api.bodies import JSON, media_type_of, not_json, read_body
from hub.api.context import Hub, hub_of
from hub.api.dead_letters import find_letter
from hub.api.problems import ProblemError
from hub.api.proposing import in_words
from hub.core.check import FUTURE, Problem, Refusal, check_one
from hub.core.json_text import NotJsonError
from hub.log.port import LogUnavailableError, encode_position
from hub.registry import Actor, DeadLetter, Key
from hub.registry.connector_rows import ROW
from schemas.event import Event

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"], route_class=StrictRoute)
STRUCTURED = "application/cloudevents+json"
Json = dict[str, Any]
DryRun = Annotated[bool, Query(description="Only tell what that would change; change nothing")]
_OTHER_SOURCE = Problem(
    "source-not-allowed", "/source",
    "is not the source of the letter; keep the source, or send the event by itself",
)  # fmt: skip
_SAME_ID = Problem(
    "conflict", "/id",
    "an accepted event has this identity, and its content counts; retract it, and send this one "
    "under a new id",
)  # fmt: skip


@router.post("/{letter_id}/replay")
async def replay(
    request: Request, response: Response, key: Sender, by: Acting, letter_id: str,
    dry_run: DryRun = False,
) -> Json:  # fmt: skip
    """Send the event of a letter again, if the key may send it. 409 where that cannot help.

    With a body, an event in structured mode, that is sent in its place, by the same door and check
    as all events; where it is refused it is not kept, the answer says why, and the letter is open
    as before. Else the letter is `mended`, keeps what it had and names the event that took its
    place. The row of a connector is read again by it, at its next turn; the letter is open until
    then. `dry_run`: what that would change, see the replay of many.
    """
    hub = hub_of(request)
    letter = await find_letter(hub, key, letter_id)
    body = await read_body(request)
    if body:
        media_type_of(request, STRUCTURED, JSON)
        _check_open(letter)
        event = _mended(hub, key, letter, body)
    elif letter.reason == ROW:
        if dry_run:
            return await forecast(request, [], [letter.id], 0)
        return await _read_again(hub, letter, by)
    else:
        event = _kept(hub, key, letter)
    if dry_run:
        return await forecast(request, [event], [], 0)
    letters = hub.registry.dead_letters
    mended_by = {name: getattr(event, name) for name in ("unit", "subject", "source", "id")}
    if body:
        await _claim(request, key, letter, mended_by)
    hub.guard.check_events(key)
    hub.guard.sent(key, 1)
    appended = await asyncio.wrap_future(hub.log.append([event]))
    if appended.unavailable:
        raise LogUnavailableError("the event could not be stored")
    hub.metrics.events.labels("accepted").inc()
    response.headers["Hub-Position"] = encode_position(hub.log.end())
    if not body:
        await run_in_threadpool(letters.set_status, letter.id, "replayed", hub.now(), by)
        return {"id": letter.id, "status": "replayed"}
    await run_in_threadpool(letters.set_mended, letter.id, mended_by, hub.now(), by)
    return {"id": letter.id, "status": "mended", "mended_by": mended_by}


def _kept(hub: Hub, key: Key, letter: DeadLetter) -> Event:
    """The event of a letter, which may be sent by now. Raises 403, 409."""
    if letter.status == "mended":
        _check_open(letter)
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
    return event


def _mended(hub: Hub, key: Key, letter: DeadLetter, body: bytes) -> Event:
    """The event that is to take the place of a letter's. Raises 400, 403, 409, 422; of what is
    refused nothing is kept."""
    if letter.reason == ROW:
        raise ProblemError(
            409, "the row is mended at its source",
            "correct the row there or the connector's file, and have it read again: what is sent "
            "beside it would count twice",
        )  # fmt: skip
    try:
        checked = check_one(body, hub.now())
    except NotJsonError as error:
        raise not_json(error) from None
    if isinstance(checked, Refusal):
        raise _refused(422, *checked.problems)
    if problem := may_send(hub, key, checked.source, checked.unit):
        raise _refused(403, problem)
    if letter.source not in (None, checked.source):
        raise _refused(422, _OTHER_SOURCE)
    if letter.reason == "conflict" and checked.id == letter.event_id:
        raise _refused(422, _SAME_ID)
    return checked


def _refused(status: int, *problems: Problem) -> ProblemError:
    detail = "; ".join(f"{it.pointer or '/'} {it.message}" for it in problems)
    title = "outside this key" if status == 403 else "the event was refused"
    return ProblemError(status, title, detail, errors=[it._asdict() for it in problems])


def _check_open(letter: DeadLetter) -> None:
    if letter.status != "open":
        raise ProblemError(409, "not open", f"the letter is {letter.status} already")


async def _claim(request: Request, key: Key, letter: DeadLetter, by_event: dict[str, str]) -> None:
    """Keep all others from mending the letter meanwhile. Raises 409 where one is about to."""
    hub = hub_of(request)
    if await run_in_threadpool(hub.registry.dead_letters.claim, letter.id, by_event, hub.now()):
        return
    now = await find_letter(hub, key, letter.id)
    _check_open(now)
    raise ProblemError(
        409, "being mended",
        f"the event {(now.mended_by or by_event)['id']} was sent in its place moments ago; look at "
        "the letter again, and if that event failed send it again, or wait ten minutes",
    )  # fmt: skip


async def _read_again(hub: Hub, letter: DeadLetter, by: Actor) -> Json:
    """Have the row of a letter read again. 409 where it is refused no longer."""
    asked = hub.registry.connectors.read_letters_again
    found = await run_in_threadpool(asked, [letter.id], by)
    if not found:
        raise ProblemError(409, "not refused", "the row is refused no longer")
    return {"id": letter.id, "status": "waiting", "connector": found[letter.id]}


async def forecast(
    request: Request, events: Sequence[Event], rows: Sequence[str], left: int
) -> Json:
    """What would change if some events were sent and the rows of some letters read again: the
    events' figures at once; of rows their connectors are asked, and tell it at their next turn."""
    hub = hub_of(request)
    would = await in_words(request, events)
    return {
        "events": len(events),
        "left": left,
        "would": would,
        "asked": await run_in_threadpool(_ask, hub, rows),
    }


def _ask(hub: Hub, letters: Sequence[str]) -> list[Json]:
    """Ask the connectors of some letters what their rows would change."""
    told, now = [], hub.now()
    for name, keys in sorted(hub.registry.connectors.refused_of(letters).items()):
        connector = hub.registry.connectors.get(name)
        token = hub.registry.forecasts.ask(name, keys)
        running = connector is not None and connector.until > now
        told.append({"connector": name, "rows": len(keys), "token": token, "running": running})
    return told
