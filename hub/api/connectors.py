"""Connectors for people: what each reads, how far, how fresh, what waits; approve, try again."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool

from hub.api.access import Acting, Admin, AnyKey, Sender, visible_sources
from hub.api.asking import StrictRoute
from hub.api.bodies import parsed, read_body, valid
from hub.api.connector_calls import body_of
from hub.api.context import Hub, hub_of
from hub.api.problems import ProblemError
from hub.core.time import SECOND, rfc3339
from hub.registry import Key, RegistryError
from hub.registry.connectors import Connector, NothingWaitsError
from schemas.connectors import Again, Approval, ConnectorName

router = APIRouter(prefix="/v1/connectors", tags=["connectors"], route_class=StrictRoute)
Json = dict[str, Any]


@router.get("")
async def get_connectors(request: Request, key: AnyKey) -> Json:
    """The connectors whose sources this key may see."""
    hub = hub_of(request)
    found = await run_in_threadpool(hub.registry.connectors.all)
    visible, now = visible_sources(hub, key, [row.source for row in found]), hub.now()
    return {"connectors": [_told(row, now) for row in found if row.source in visible]}


@router.get("/{name}")
async def get_connector(request: Request, key: AnyKey, name: ConnectorName) -> Json:
    """One connector.

    `running`: somebody has its lease. `late`: it read nothing for longer than it should. `waits`:
    what a person must approve, and what would change by that. `asked`: the token of a question
    what refused rows would change (`dry_run` of a replay of letters), while it is not answered;
    `forecast`: the last answer, with its question's token.
    """
    hub = hub_of(request)
    return _told(await _visible(hub, key, name), hub.now())


@router.post("/{name}/approve")
async def approve(request: Request, key: Admin, by: Acting, name: ConnectorName) -> Json:
    """Approve what waits; with `token` only what has that token. 409 where that does not wait."""
    hub = hub_of(request)
    body = await read_body(request)
    approval = valid(TypeAdapter(Approval), parsed(body) if body else {})
    await _visible(hub, key, name)
    connectors = hub.registry.connectors
    try:
        token = await run_in_threadpool(lambda: connectors.approve(name, approval.token, by))
    except NothingWaitsError as error:
        raise ProblemError(409, "nothing approved", f"{name}: {error}") from None
    return {"name": name, "approved": token}


@router.post("/{name}/again")
async def read_again(request: Request, key: Sender, by: Acting, name: ConnectorName) -> Json:
    """Have refused rows read again: by their keys, the ids of their letters, or all.

    `again` tells how many are meant. The connector reads them at its next turn.
    """
    hub, wanted = hub_of(request), await body_of(request, Again)
    if not (wanted.keys or wanted.letters or wanted.all):
        raise RegistryError("/keys", "is missing", "give keys, letters or all", "missing")
    await _visible(hub, key, name)
    connectors = hub.registry.connectors
    count = await run_in_threadpool(
        lambda: connectors.read_again(
            name, by, keys=wanted.keys, letters=wanted.letters, every=wanted.all or False
        )
    )
    return {"name": name, "again": count}


async def _visible(hub: Hub, key: Key, name: str) -> Connector:
    """The connector, if this key may see it; else 404, so that nothing leaks."""
    found = await run_in_threadpool(hub.registry.connectors.get, name)
    if found is None or not visible_sources(hub, key, [found.source]):
        raise ProblemError(404, "no such connector", "look at GET /v1/connectors")
    return found


def is_late(row: Connector, now: int) -> bool:
    """Whether it has read nothing for longer than it should."""
    return row.expect is not None and now - (row.last_read or 0) > row.expect * SECOND


def _told(row: Connector, now: int) -> Json:
    is_running = row.until > now
    waits = None
    if row.paused_since is not None:
        waits = {
            "since": rfc3339(row.paused_since), "why": row.why, "token": row.token,
            "would": row.would,
        }  # fmt: skip
    return {
        "name": row.name,
        "source": row.source,
        "kind": row.kind,
        "digest": row.digest,
        "running": is_running,
        "owner": row.owner if is_running else None,
        "every": row.every,
        "expect": row.expect,
        "last_read": _moment(row.last_read),
        "last_changed": _moment(row.last_changed),
        "late": is_late(row, now),
        "cursor": row.cursor,
        "refused": row.refused,
        "waits": waits,
        "approved": row.approved,
        "asked": row.asked and row.asked["token"],
        "forecast": row.forecast and row.forecast | {"at": rfc3339(row.forecast["at"])},
        "status": row.status,
    }


def _moment(instant: int | None) -> str | None:
    return None if instant is None else rfc3339(instant)
