"""`POST /v1/events`: the door for events."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import Sender, may_send, within_units
from hub.api.asking import StrictRoute
from hub.api.binary import attributes_of
from hub.api.bodies import (
    Mode,
    json_response,
    mode_of,
    not_json,
    read_body,
    too_large,
)
from hub.api.context import Hub, hub_of
from hub.api.problems import RETRY_AFTER, ProblemError
from hub.core.batch import Batch, laid
from hub.core.check import Problem, Refusal, refuse, refuse_item
from hub.core.check_many import check_events
from hub.core.json_text import NotJsonError, TooDeep, parse_batch, parse_event
from hub.log.port import LogUnavailableError, encode_position
from hub.registry import Key
from schemas.cloudevents import MOST_EVENTS
from schemas.event import Event

logger = logging.getLogger(__name__)


class Door(StrictRoute):
    """Events are no questions: the limit of these does not hold for them."""

    is_question = False


router = APIRouter(prefix="/v1", tags=["events"], route_class=Door)
Headers = tuple[dict[str, str], list[Problem]]
"""The attributes that headers hold, and what is wrong with them."""

_NO_HEADERS: Headers = ({}, [])
_LARGE = 64 * 1024
_NOT_STORED = Problem("unavailable", "", "could not be stored at the moment; send it again")
_FORBIDDEN = frozenset(("source-not-allowed", "unit-not-allowed"))


class Checked(NamedTuple):
    """The events of a body, in its order."""

    ids: Sequence[str | None]
    good: Batch[Event]
    numbers: Sequence[int]
    """Which of them the good ones are."""
    refused: dict[int, Refusal]


@router.post("/events", status_code=202)
async def post_events(request: Request, key: Sender) -> Response:
    """Accept events in structured, batch or binary mode; durable when answered."""
    hub = hub_of(request)
    hub.guard.check_events(key)
    mode = mode_of(request)
    body = await read_body(request)
    headers = attributes_of(request) if mode == "binary" else _NO_HEADERS
    if len(body) > _LARGE:
        async with hub.reading:
            checked = await run_in_threadpool(_check, hub, key, mode, body, headers)
    else:
        checked = _check(hub, key, mode, body, headers)
    hub.guard.sent(key, len(checked.ids))
    outcomes = await append(hub, checked)
    if refused := [*checked.refused.values()]:
        await hub.letters.keep(refused, hub.registry.dead_letters, hub.now)
    return _answer(hub, mode, checked, outcomes)


def _check(hub: Hub, key: Key, mode: Mode, body: bytes, headers: Headers) -> Checked:
    """Check the events of a body, and whether the key may send them."""
    try:
        items = parse_batch(body) if mode == "batch" else [parse_event(body)]
    except NotJsonError as error:
        raise not_json(error) from None
    if len(items) > MOST_EVENTS:
        raise too_large()
    checked: Batch[Event] | list[Event | Refusal]
    if mode == "binary":
        checked = _check_binary(items[0], headers, hub.now())
    else:
        checked = check_events(items, len(items) * [hub.now()])
    return _within(hub, key, checked)


def check_stated(hub: Hub, key: Key, items: list[Any]) -> Checked:
    """Check events that the hub makes of what somebody sent, as those that come by this door."""
    return _within(hub, key, check_events(items, len(items) * [hub.now()]))


def _within(hub: Hub, key: Key, checked: Batch[Event] | list[Event | Refusal]) -> Checked:
    """Which events are good, and may be sent by the key."""
    if isinstance(checked, Batch):
        senders = set(zip(checked.values("source"), checked.values("unit"), strict=True))
        if not any(may_send(hub, key, *sender) for sender in senders):
            return Checked(checked.values("id"), checked, range(len(checked)), {})
    within = [_within_key(hub, key, item) for item in checked]
    good = {n: item for n, item in enumerate(within) if isinstance(item, Event)}
    refused = {n: item for n, item in enumerate(within) if isinstance(item, Refusal)}
    return Checked([item.id for item in within], laid([*good.values()]), [*good], refused)


def _check_binary(data: object, headers: Headers, now: int) -> Batch[Event] | list[Event | Refusal]:
    attributes, problems = headers
    if isinstance(data, TooDeep):
        return check_events([TooDeep({**attributes, "data": data.value}, "/data")], [now])
    item = {**attributes, "data": data}
    return [refuse_item(item, *problems)] if problems else check_events([item], [now])


def _within_key(hub: Hub, key: Key, item: Event | Refusal) -> Event | Refusal:
    """The event, if the key may send it. What is refused is filed under who sent it: the source
    and the unit that it names may be others'. Nor is an event kept to be tried again later that
    the key may not send at all."""
    event = item if isinstance(item, Event) else item.event
    if event and (problem := may_send(hub, key, event.source, event.unit)):
        item = refuse(event, problem)
    if isinstance(item, Event):
        return item
    if key.role == "admin":
        return item
    own_unit = item.unit is not None and within_units(hub, key, item.unit)
    return item._replace(source=key.source, unit=item.unit if own_unit else None)


async def append(hub: Hub, checked: Checked) -> list[str]:
    """Store what passed; the outcome of each event, in their order."""
    good = checked.good
    outcomes = ["rejected"] * len(checked.ids)
    if good:
        try:
            appended = await asyncio.wrap_future(hub.log.append(good))
            missing = appended.unavailable
        except LogUnavailableError as error:
            logger.warning("events could not be stored: %s", str(error).partition("\n")[0])
            missing = frozenset(range(len(good)))
        for n, i in enumerate(checked.numbers):
            outcomes[i] = "unavailable" if n in missing else "accepted"
        stored = {s for n, s in enumerate(good.values("source")) if n not in missing}
        if stored:
            end = hub.log.end()
            hub.seen.note(stored, hub.now())
            hub.metrics.time_until(lambda: hub.progress.includes(end))
    for outcome, count in Counter(outcomes).items():
        hub.metrics.events.labels(outcome).inc(count)
    return outcomes


def _answer(hub: Hub, mode: Mode, checked: Checked, outcomes: list[str]) -> Response:
    counts = Counter(outcomes)
    body: dict[str, Any] = {
        "accepted": counts["accepted"],
        "rejected": counts["rejected"],
        "unavailable": counts["unavailable"],
        "events": [
            {"id": name, "outcome": outcome, "errors": _errors(checked.refused.get(i), outcome)}
            for i, (name, outcome) in enumerate(zip(checked.ids, outcomes, strict=True))
        ],
    }
    headers = {"Hub-Position": encode_position(hub.log.end())}
    if counts["unavailable"] and not counts["accepted"]:
        raise ProblemError(
            503, "not stored", _NOT_STORED.message, headers=headers | RETRY_AFTER, **body
        )
    if mode != "batch" and (refusal := checked.refused.get(0)):
        forbidden = refusal.problems[0].code in _FORBIDDEN
        title = "outside this key" if forbidden else "the event was refused"
        detail = "; ".join(f"{p.pointer or '/'} {p.message}" for p in refusal.problems)
        raise ProblemError(403 if forbidden else 422, title, detail, headers=headers, **body)
    return json_response(body, 200 if mode == "batch" else 202, headers)


def _errors(refusal: Refusal | None, outcome: str) -> list[dict[str, str]]:
    if refusal:
        return [problem._asdict() for problem in refusal.problems]
    return [] if outcome == "accepted" else [_NOT_STORED._asdict()]
