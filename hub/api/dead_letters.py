"""`/v1/dead-letters`: what was refused, and why; discard."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from hub.api.access import Acting, AnyKey, Sender
from hub.api.asking import Positions, StrictRoute
from hub.api.context import Hub, hub_of
from hub.api.paging import Cursor, PageSize
from hub.api.problems import ProblemError, bad_parameter, of_registry
from hub.api.waiting import wait_until_included
from hub.core.said import said
from hub.core.time import rfc3339
from hub.registry import DeadLetter, Key, RegistryError
from hub.registry.connector_rows import ROW
from hub.registry.letter import Status
from schemas.encoding import to_cloudevent
from schemas.event import Event

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"], route_class=StrictRoute)


Source = Annotated[str | None, Query(description="Only letters of this source; empty: without")]
Reason = Annotated[str | None, Query(description="Only letters with this code")]
File = Annotated[
    str | None,
    Query(description="Only letters of rows of this file, such as ho-so-01.csv; empty: of none"),
]


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
    file: File = None,
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
            lambda: letters.page(
                limit, cursor, **seen._asdict(), reason=reason, file=file, status=status
            )
        )
    except RegistryError as error:
        raise of_registry(error.pointer, error) from None
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
    request: Request, key: Sender, by: Acting, reason: Reason = None, source: Source = None,
    file: File = None,
) -> dict[str, int]:  # fmt: skip
    """Discard open letters of a source, with a reason, of a file, or all that; tell how many.

    They leave the list, and what was kept of them is deleted.
    """
    hub = hub_of(request)
    check_named(source, reason, file)
    seen, letters = seen_by(hub, key, source), hub.registry.dead_letters
    try:
        count = await run_in_threadpool(
            lambda: letters.discard(hub.now(), by, **seen._asdict(), reason=reason, file=file)
        )
    except RegistryError as error:
        raise of_registry(error.pointer, error) from None
    return {"discarded": count}


@router.get("/{letter_id}")
async def get_letter(request: Request, key: AnyKey, letter_id: str) -> dict[str, Any]:
    """One letter. `draft`: the event as far as it was kept, to be mended and sent in its place (see
    the replay); null for a row, which is mended where it stands."""
    hub = hub_of(request)
    letter = await find_letter(hub, key, letter_id)
    (told,) = await _told(hub, [letter])
    return told | {"draft": draft_of(letter)}


@router.post("/{letter_id}/discard")
async def discard(request: Request, key: Sender, by: Acting, letter_id: str) -> dict[str, Any]:
    """Discard a letter: it leaves the list, and what was kept of it is deleted. 409 where it is not
    open."""
    hub = hub_of(request)
    letter = await find_letter(hub, key, letter_id)
    letters = hub.registry.dead_letters
    count = await run_in_threadpool(lambda: letters.discard(hub.now(), by, letters=[letter.id]))
    if not count:
        raise ProblemError(409, "not open", f"the letter is {letter.status} already")
    return {"id": letter.id, "status": "discarded"}


def check_named(*which: str | None) -> None:
    """Raise 422 unless it is said which letters are meant."""
    if all(one is None for one in which):
        raise bad_parameter("source", said("which-letters", "give source, reason or file"))


async def find_letter(hub: Hub, key: Key, letter_id: str) -> DeadLetter:
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


def draft_of(letter: DeadLetter) -> dict[str, Any] | None:
    """An event to begin with: what a letter kept of it, no more. Of a conflict under a new id."""
    if letter.reason == ROW:
        return None
    if letter.event is not None:
        draft = _as_sent(letter.event)
        return draft | {"id": f"{letter.event_id}.2"} if letter.reason == "conflict" else draft
    names = {"id": letter.event_id, "source": letter.source, "subject": letter.subject}
    return {
        "specversion": "1.0",
        **{name: value or "" for name, value in names.items()},
        "type": "",
        "time": "",
        "data": {"unit": letter.unit or ""},
    }


def _as_sent(kept: dict[str, Any]) -> dict[str, Any]:
    """What a letter kept of its event, in the form in which events are sent."""
    event = Event(**kept)
    return to_cloudevent(event) | {"time": rfc3339(event.time)}


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
    if letter.status != "mended":  # what is about to be sent may yet fail
        told["mended_by"] = None
    for moment in ("first_seen", "last_seen", "status_since"):
        told[moment] = rfc3339(told[moment])
    if letter.event is not None:
        told["event"] = _as_sent(letter.event)
    return told | {"values_kept": letter.event is not None}
