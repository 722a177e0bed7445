"""`POST /v1/events`: the door for events."""

import asyncio
import logging
from collections import Counter
from itertools import repeat
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from hub.api.access import Sender, may_send, within_units
from hub.api.asking import StrictRoute
from hub.api.bodies import (
    MOST_EVENTS,
    Mode,
    attributes_of,
    json_response,
    mode_of,
    read_body,
    too_large,
)
from hub.api.context import Hub, hub_of
from hub.api.problems import RETRY_AFTER, ProblemError
from hub.core.check import (
    NotJsonError,
    Problem,
    Refusal,
    check_object,
    check_objects,
    parse,
    parse_batch,
    refuse,
)  # fmt: skip
from hub.log.port import LogUnavailableError, encode_position
from hub.registry import Key
from hub.registry.letters import of_refusal
from schemas.event import Event

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/v1", tags=["events"], route_class=StrictRoute)
_LARGE = 64 * 1024
_NOT_STORED = Problem("unavailable", "", "could not be stored at the moment; send it again")
_FORBIDDEN = frozenset(("source-not-allowed", "unit-not-allowed"))
Checked = list[Event | Refusal]


@router.post("/events", status_code=202)
async def post_events(request: Request, key: Sender) -> Response:
    """Accept events in structured, batch or binary mode; durable when answered."""
    hub = hub_of(request)
    mode = mode_of(request)
    body = await read_body(request)
    attributes = attributes_of(request)
    if len(body) > _LARGE:
        checked = await run_in_threadpool(_check, hub, key, mode, body, attributes)
    else:
        checked = _check(hub, key, mode, body, attributes)
    outcomes = await _append(hub, checked)
    await _keep_letters(hub, checked)
    return _answer(hub, mode, checked, outcomes)


def _check(hub: Hub, key: Key, mode: Mode, body: bytes, attributes: dict[str, str]) -> Checked:
    """Check the events of a body, and whether the key may send them."""
    now = hub.now()
    checked: Checked
    try:
        if mode == "batch":
            items = parse_batch(body)
            if len(items) > MOST_EVENTS:
                raise too_large()
            checked = check_objects(items, repeat(now, len(items)))
        elif mode == "structured":
            checked = [check_object(parse(body), now)]
        else:
            checked = [check_object({**attributes, "data": parse(body)}, now)]
    except NotJsonError as error:
        raise ProblemError(400, "not JSON", str(error)) from None
    return [_within_key(hub, key, item) for item in checked]


def _within_key(hub: Hub, key: Key, item: Event | Refusal) -> Event | Refusal:
    """The event, if the key may send it. What is refused is filed under who sent it: the source
    and the unit that it names may be others'."""
    if isinstance(item, Event):
        problem = may_send(hub, key, item)
        if problem is None:
            return item
        item = refuse(item, problem)
    if key.role == "admin":
        return item
    own_unit = item.unit is not None and within_units(hub, key, item.unit)
    return item._replace(source=key.source, unit=item.unit if own_unit else None)


async def _append(hub: Hub, checked: Checked) -> list[str]:
    """Store what passed; the outcome of each event, in their order."""
    events = [(i, item) for i, item in enumerate(checked) if isinstance(item, Event)]
    outcomes = ["rejected"] * len(checked)
    if events:
        try:
            appended = await asyncio.wrap_future(hub.log.append([event for _, event in events]))
            missing = appended.unavailable
        except LogUnavailableError as error:
            logger.warning("events could not be stored: %s", str(error).partition("\n")[0])
            missing = frozenset(range(len(events)))
        for n, (i, _) in enumerate(events):
            outcomes[i] = "unavailable" if n in missing else "accepted"
        stored = {event.source for n, (_, event) in enumerate(events) if n not in missing}
        if stored:
            end = hub.log.end()
            hub.seen.note(stored, hub.now())
            hub.metrics.time_until(lambda: hub.progress.includes(end))
    for outcome, count in Counter(outcomes).items():
        hub.metrics.events.labels(outcome).inc(count)
    return outcomes


async def _keep_letters(hub: Hub, checked: Checked) -> None:
    """Keep what was refused as dead letters. The sender has its answer in any case."""
    letters = [of_refusal(item, "http") for item in checked if isinstance(item, Refusal)]
    if letters:
        try:
            await run_in_threadpool(hub.registry.dead_letters.add, letters, hub.now())
        except DBAPIError as error:
            logger.warning("%d dead letters could not be kept: %s", len(letters), error.orig)


def _answer(hub: Hub, mode: Mode, checked: Checked, outcomes: list[str]) -> Response:
    counts = Counter(outcomes)
    body: dict[str, Any] = {
        "accepted": counts["accepted"],
        "rejected": counts["rejected"],
        "unavailable": counts["unavailable"],
        "events": [
            {"id": item.id, "outcome": outcome, "errors": _errors(item, outcome)}
            for item, outcome in zip(checked, outcomes, strict=True)
        ],
    }
    headers = {"Hub-Position": encode_position(hub.log.end())}
    if counts["unavailable"] and not counts["accepted"]:
        raise ProblemError(
            503, "not stored", _NOT_STORED.message, headers=headers | RETRY_AFTER, **body
        )
    if mode != "batch" and isinstance(refusal := checked[0], Refusal):
        forbidden = refusal.problems[0].code in _FORBIDDEN
        title = "outside this key" if forbidden else "the event was refused"
        detail = "; ".join(f"{p.pointer or '/'} {p.message}" for p in refusal.problems)
        raise ProblemError(403 if forbidden else 422, title, detail, headers=headers, **body)
    return json_response(body, 200 if mode == "batch" else 202, headers)


def _errors(item: Event | Refusal, outcome: str) -> list[dict[str, str]]:
    if isinstance(item, Refusal):
        return [problem._asdict() for problem in item.problems]
    return [] if outcome == "accepted" else [_NOT_STORED._asdict()]
