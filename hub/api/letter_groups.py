"""Dead letters together: by source and reason, how many there are, and all of a group again."""

import asyncio
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import Acting, AnyKey, Sender, may_send
from hub.api.asking import StrictRoute
from hub.api.context import Hub, hub_of
from hub.api.dead_letters import File, Reason, Seen, Source, check_named, seen_by
from hub.api.letter_replay import DryRun, forecast
from hub.api.problems import of_registry
from hub.core.check import FUTURE
from hub.core.time import rfc3339
from hub.log.port import encode_position
from hub.registry import DeadLetter, Key, RegistryError
from hub.registry.connector_rows import ROW
from schemas.event import Event

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"], route_class=StrictRoute)
_AT_ONCE, _PAGE = 10_000, 1_000


@router.get("/groups")
async def get_groups(
    request: Request, key: AnyKey, reason: Reason = None, source: Source = None, file: File = None,
    by_file: Annotated[bool, Query(description="Tell the files of rows apart, too")] = False,
) -> dict[str, Any]:  # fmt: skip
    """Open letters by source and reason: how many, how often they came, the largest group first.

    `file`: the file of the rows, where letters are told apart by it.
    """
    hub = hub_of(request)
    seen, letters = seen_by(hub, key, source), hub.registry.dead_letters
    try:
        found = await run_in_threadpool(
            lambda: letters.groups(**seen._asdict(), reason=reason, file=file, by_file=by_file)
        )
    except RegistryError as error:
        raise of_registry(error.pointer, error) from None
    moments = ("first_seen", "last_seen")
    return {
        "groups": [
            group._asdict() | {name: rfc3339(getattr(group, name)) for name in moments}
            for group in found
        ]
    }


@router.post("/replay")
async def replay_group(
    request: Request, response: Response, key: Sender, by: Acting,
    reason: Reason = None, source: Source = None, file: File = None, dry_run: DryRun = False,
) -> dict[str, Any]:  # fmt: skip
    """Try the open letters of a source, with a reason, of a file, or all that again: each dossier's
    events in their order; rows of connectors are read again at the next turn. At most 10,000.

    `replayed`: events that were sent; `waiting`: rows that will be read; `left`: letters where that
    cannot help, such as those whose values were not kept. With `dry_run` nothing changes, and
    `would` tells which figures would (`figures`, as in what a connector waits with) by `events`;
    of rows `asked` names the connectors that were asked: `GET /v1/connectors/{name}` has the answer
    in `forecast`, by its `token`, as soon as the connector read them; at most 1,000 rows of each.
    """
    hub = hub_of(request)
    check_named(source, reason, file)
    seen = seen_by(hub, key, source)
    letters = await open_letters(hub, seen, reason, file)
    rows = [letter.id for letter in letters if letter.reason == ROW]
    events = dict(_ready(hub, key, letters))
    if dry_run:
        left = len(letters) - len(rows) - len(events)
        return await forecast(request, list(events.values()), rows, left)
    waiting = await run_in_threadpool(hub.registry.connectors.read_letters_again, rows, by)
    count = 0
    if events:
        appended = await asyncio.wrap_future(hub.log.append([*events.values()]))
        stored = [name for n, name in enumerate(events) if n not in appended.unavailable]
        told = {"source": source, "reason": reason} | ({} if file is None else {"file": file})
        set_replayed = hub.registry.dead_letters.set_replayed
        count = await run_in_threadpool(lambda: set_replayed(stored, hub.now(), by, **told))
    response.headers["Hub-Position"] = encode_position(hub.log.end())
    left = len(letters) - count - len(waiting)
    return {"replayed": count, "waiting": len(waiting), "left": left}


async def open_letters(
    hub: Hub, seen: Seen, reason: str | None, file: str | None
) -> list[DeadLetter]:
    """Those that are open, 10,000 at most, the newest first. Raises 422."""

    def read() -> list[DeadLetter]:
        found: list[DeadLetter] = []
        cursor = None
        while len(found) < _AT_ONCE:
            page, cursor = hub.registry.dead_letters.page(
                _PAGE, cursor, **seen._asdict(), reason=reason, file=file
            )
            found += page
            if cursor is None:
                break
        return found

    try:
        return await run_in_threadpool(read)
    except RegistryError as error:
        raise of_registry(error.pointer, error) from None


def _ready(hub: Hub, key: Key, letters: Iterable[DeadLetter]) -> list[tuple[str, Event]]:
    """The events that may be sent again, by their letters, in the order of each dossier."""
    latest = hub.now() + FUTURE
    kept = ((letter, Event(**letter.event)) for letter in letters if letter.event is not None)
    found = [
        (letter.id, event)
        for letter, event in kept
        if letter.reason != "conflict"
        and event.time <= latest
        and not may_send(hub, key, event.source, event.unit)
    ]
    return sorted(found, key=lambda one: (*one[1].dossier, one[1].time, one[1].sequence))
