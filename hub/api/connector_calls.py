"""What connectors ask of the hub: what it knows of their source, what it remembers for them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, TypeAdapter
from starlette.concurrency import run_in_threadpool

from hub.api.access import Acting, Sender, may_send
from hub.api.asking import Positions, StrictRoute
from hub.api.bodies import json_response, read_json, valid
from hub.api.context import Hub, hub_of
from hub.api.ingest import Door
from hub.api.problems import ProblemError
from hub.api.proposing import in_figures
from hub.api.waiting import answered, wait_until_included
from hub.core.check import check_objects
from hub.core.identity import distinct
from hub.core.time import SECOND, rfc3339
from hub.dossier.folding import of_dossier
from hub.log.port import covers, decode_position, encode_position
from hub.registry import Actor, Key, RegistryError
from hub.registry import Source as Registered
from hub.registry.connectors import Connector, HeldError, Lease, Told
from hub.store.driver import Dossier
from hub.store.events import events_of, has_source
from schemas.connectors import (
    MOST_KEYS,
    Claim,
    ConnectorName,
    Forecast,
    Pause,
    WhichRows,
    Wish,
)
from schemas.encoding import to_cloudevent
from schemas.event import Accepted, Event

questions = APIRouter(prefix="/v1/connectors", tags=["connectors"], route_class=StrictRoute)
router = APIRouter(prefix="/v1/connectors", tags=["connectors"], route_class=Door)
Body = TypeVar("Body", bound=BaseModel)
Json = dict[str, Any]
_FEW = 50
"""Dossiers that are looked up at once: as cheap as one is."""

_MOST_STATUS, _MOST_WOULD = 20_000, 1_000_000


@questions.post("/known")
async def known(request: Request, key: Sender, min_position: Positions = None) -> Response:
    """The events of a source about some dossiers, in the order of the log, as they are stored.

    `in_force` tells whether the source has not retracted it; retractions themselves are left out,
    and so are dossiers without events. At most 5,000 dossiers. With `any`: also whether there is
    any event of the source.
    """
    hub = hub_of(request)
    wish = await body_of(request, Wish)
    dossiers = sorted(set(wish.dossiers))
    for unit in sorted({unit for unit, _ in dossiers}) or [""]:
        _check_sender(hub, key, wish.source, unit)
    await wait_until_included(request, None, min_position or [])

    def answer() -> Response:
        found = events_of(hub.store, dossiers, wish.source)
        told: Json = {"dossiers": [_known(*one) for one in sorted(found.items())]}
        if wish.any:
            told["any"] = has_source(hub.store, wish.source)
        return json_response(told)

    if len(dossiers) <= _FEW and not wish.any:
        return await run_in_threadpool(answer)
    return await answered(request, None, answer)


@router.post("/{name}/kept")
async def kept(request: Request, key: Sender, name: ConnectorName) -> Response:
    """What is remembered of rows of a connector: by their keys, their dossiers, or of a range.

    Of a range at most 20,000 rows in the order of their keys; `next` is the key after which there
    are more.
    """
    hub, rows = hub_of(request), await body_of(request, WhichRows)
    if await connector_of(hub, key, name) is None:
        return json_response({"rows": [], "next": None})
    connectors = hub.registry.connectors

    def answer() -> Response:
        more = False
        if rows.keys is not None:
            found = connectors.kept(name, rows.keys)
        elif rows.dossiers is not None:
            found = connectors.kept_of(name, rows.dossiers)
        else:
            found = connectors.kept_in(name, rows.range or "", rows.after, MOST_KEYS + 1)
            found, more = found[:MOST_KEYS], len(found) > MOST_KEYS
        told = [row._asdict() for row in found]
        return json_response({"rows": told, "next": found[-1].key if more else None})

    return await run_in_threadpool(answer)


@router.put("/{name}/lease")
async def hold(request: Request, key: Sender, by: Acting, name: ConnectorName) -> Json:
    """Take or keep the lease of a connector for `seconds`, and tell how the connector is.

    409 where another owner has it: who, and until when. Answers the cursor, whether a person must
    approve, the token of what was approved, the keys of refused rows to be read again, and of
    which it is `asked` what they would change.
    """
    hub, claim = hub_of(request), await body_of(request, Claim)
    _check_sender(hub, key, claim.source, "")
    _check_size("status", claim.status, _MOST_STATUS)
    found = await connector_of(hub, key, name)
    if found is not None and await is_beyond(hub, found.position):
        # the log was restored, the registry not: what is remembered was never stored
        await run_in_threadpool(hub.registry.connectors.forget, name)
    told = Told(**claim.model_dump(exclude={"owner", "seconds"}))
    lasts = int(claim.seconds * SECOND)
    try:
        lease = await run_in_threadpool(_hold, hub, name, claim.owner, told, by, lasts)
    except HeldError as error:
        raise held(name, error) from None
    return {
        "cursor": lease.cursor,
        "paused": lease.paused,
        "approved": lease.approved,
        "again": lease.again,
        "asked": lease.asked,
        "seconds": claim.seconds,
        "position": await _end_for(hub, found, claim.owner),
    }


@router.post("/{name}/pause")
async def pause(request: Request, key: Sender, by: Acting, name: ConnectorName) -> Json:
    """Wait for a person: why, and what would change.

    `would` may hold `events`, those that are to be sent: in their place are kept the `figures` that
    they would change, by unit and quarter, before and after: at most 500, the latest quarter first;
    `figures_left_out` tells how many there are besides.
    """
    hub, asked = hub_of(request), await body_of(request, Pause)
    await connector_of(hub, key, name)
    would = await _in_figures(request, asked.would | {"token": asked.token})
    connectors = hub.registry.connectors
    try:
        await run_in_threadpool(
            lambda: connectors.pause(name, asked.owner, asked.why, would, hub.now(), by)
        )
    except HeldError as error:
        raise held(name, error) from None
    return {"paused": True, "token": asked.token}


@router.put("/{name}/forecast")
async def tell(request: Request, key: Sender, name: ConnectorName) -> Json:
    """Answer what refused rows would change: for the question of the lease (`asked`).

    `would` as in a pause. `told`: whether the question still stood; the newest one counts.
    """
    hub, answer = hub_of(request), await body_of(request, Forecast)
    await connector_of(hub, key, name)
    would = await _in_figures(request, answer.would)
    forecasts = hub.registry.forecasts
    try:
        told = await run_in_threadpool(
            lambda: forecasts.tell(name, answer.owner, answer.token, would, hub.now())
        )
    except HeldError as error:
        raise held(name, error) from None
    return {"told": told}


async def body_of(request: Request, model: type[Body]) -> Body:
    """The body, as a model has it. Raises 400, 413, 415, 422 that names the place."""
    return valid(TypeAdapter(model), await read_json(request))


def held(name: str, error: HeldError) -> ProblemError:
    """409: another owner has it."""
    if not error.until:
        return ProblemError(409, "no lease", f"{name}: take its lease first")
    until = rfc3339(error.until)
    return ProblemError(
        409, "held by another", f"{name} is held by {error.owner} until {until}",
        owner=error.owner, until=until,
    )  # fmt: skip


async def _in_figures(request: Request, would: Json) -> Json:
    """With the figures that events would change, without those that would be refused, in their
    place. Raises 422 where that is very much."""
    events = would.get("events")
    told = {name: value for name, value in would.items() if name != "events"}
    if isinstance(events, list) and events:
        checked = check_objects(events, len(events) * [hub_of(request).now()])
        told |= await in_figures(request, [it for it in checked if isinstance(it, Event)])
    _check_size("would", told, _MOST_WOULD)
    return told


def _hold(hub: Hub, name: str, owner: str, told: Told, by: Actor, lasts: int) -> Lease:
    registry = hub.registry
    lease = registry.connectors.hold(name, owner, told, hub.now(), by, lasts)
    if lease.is_new and told.expect:
        known = registry.sources.get(told.source)
        if known is None or known.max_age_expected_s is None:
            row = known or Registered(told.source, told.source)
            registry.sources.put([replace(row, max_age_expected_s=told.expect)], by)
    return lease


async def connector_of(hub: Hub, key: Key, name: str) -> Connector | None:
    """The connector, if there is one and the key may act for it. Raises 403."""
    found = await run_in_threadpool(hub.registry.connectors.get, name)
    if found is not None and key.role == "source" and found.source != key.source:
        raise ProblemError(403, "outside this key", f"{name} reads another source")
    return found


def _check_sender(hub: Hub, key: Key, source: str, unit: str) -> None:
    """Raise 403 unless a key may send events of a source (about a unit, "": whichever)."""
    problem = may_send(hub, key, source, unit or next(iter(key.units), "H"))
    if problem:
        raise ProblemError(403, "outside this key", f"{problem.pointer} {problem.message}")


async def _end_for(hub: Hub, before: Connector | None, owner: str) -> str | None:
    """Where the log ends, for an owner who begins: what the owner before it sent lies there, though
    nobody may have told it so."""
    if before is not None and before.owner == owner:
        return None
    return encode_position(await run_in_threadpool(hub.log.newest))


async def is_beyond(hub: Hub, position: str | None) -> bool:
    """Whether the log ends before a position."""
    if position is None:
        return False
    wanted = decode_position(position)
    if covers(hub.log.end(), wanted):
        return False
    return not covers(await run_in_threadpool(hub.log.newest), wanted)


def _check_size(name: str, value: Json, most: int) -> None:
    if len(orjson.dumps(value)) > most:
        raise RegistryError(f"/{name}", f"is longer than {most:,} bytes", "tell less", "too-long")


def _known(dossier: Dossier, rows: Iterable[Accepted]) -> Json:
    """The events of one source about a dossier."""
    events = [row.event for row in of_dossier(distinct([*rows], []))]
    taken_back = {event.data["id"] for event in events if event.kind == "retracted"}
    told = []
    for event in events:
        if event.kind != "retracted":
            item = to_cloudevent(event)
            del item["data"]["unit"]
            names = ("id", "type", "time", "sequence", "data")
            whole = {name: item[name] for name in names}
            told.append(whole | {"in_force": event.id not in taken_back})
    return {"unit": dossier[0], "subject": dossier[1], "events": told}
