"""`GET /v1/live`: the board as it changes, as server-sent events.

Watchers of the same units share what is encoded for them. No watcher is waited for: each follows
the board at its own pace, and one that takes nothing for some seconds is let go.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Send
from starlette.types import Scope as Connection

from hub.api import asking
from hub.api.access import Reader, key_of
from hub.api.asking import StrictRoute, Subtree, Units, units_on
from hub.api.context import Hub, hub_of
from hub.api.problems import RETRY_AFTER, ProblemError
from hub.api.shown import shown_by
from hub.api.watching import View, Watchers, event
from hub.registry import UnitTree

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/v1", tags=["board"], route_class=StrictRoute)

HEARTBEAT = 15.0
"""Seconds of silence after which a sign of life is sent."""

MOST_WATCHERS = 2_000
"""Fewer where the system lets the process have few connections."""
_SEND_SECONDS = 10.0
_READY_SECONDS = 30.0
_ID = re.compile(r"([0-9a-f]{1,16})-([0-9]{1,18})")
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Stream(StreamingResponse):
    """A stream that ends when its reader takes nothing for some seconds; tells `on_end`."""

    def __init__(self, events: AsyncIterator[bytes], on_end: Callable[[], None]) -> None:
        super().__init__(events, headers=_HEADERS, media_type="text/event-stream")
        self._on_end = on_end

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Run until either side ends it."""

        async def limited(message: Message) -> None:
            async with asyncio.timeout(_SEND_SECONDS):
                await send(message)

        try:
            await super().__call__(scope, receive, limited)
        except TimeoutError:
            logger.warning("a watcher that took nothing for %d s was let go", _SEND_SECONDS)
        finally:
            self._on_end()


@router.get("/live", response_class=Response)
async def get_live(
    request: Request,
    key: Reader,
    unit: Units = None,
    subtree: Subtree = False,
    last_event_id: Annotated[str | None, Header(description="Go on after this event")] = None,
    last: Annotated[
        str | None, Query(alias="last_event_id", description="The same, for programs without it")
    ] = None,
    view: asking.View = None,
) -> Response:
    """Server-sent events about the units asked for, at most two rounds a second.

    - `snapshot`: the board, as `/v1/board` has it; `figures`: the rows that changed, and all totals
    - `overdue`: dossiers new on the list of `/v1/overdue`, or changed there
    - `resolved`: of those, the ones that were closed: resolved, withdrawn or stopped. What was not
      overdue when it was closed is told by `figures` only
    - `not_overdue`: of those, the ones that are open but overdue no more, or void
    - `due_soon`: will be overdue within 24 hours or on the next working day; said once, to those
      who watch, and not taken back
    - `heartbeat` after 15 seconds of silence; `gap` where changes were missed, then a `snapshot`

    To keep the list of what is overdue: read `/v1/overdue` after each `snapshot`, add or replace by
    `overdue`, take out by `resolved` and `not_overdue`. Read it again after `"truncated": true`,
    and when it is not as long as the last `overdue_now` says (what came and went within one round
    is not told). That suffices without `not_overdue`, too.

    After a pause several rounds are told as one: what came onto the list and left it again as
    `overdue`, then as `resolved` or `not_overdue`. With `map` the rows are those of `/v1/board`
    with it: a `snapshot` comes after each pause, and whenever units have changed.
    """
    hub = hub_of(request)
    shown = await shown_by(hub, key, unit, subtree, view)
    watchers: Watchers | None = request.app.state.watchers
    if watchers is None:
        raise ProblemError(503, "no live board here", "ask the process that keeps it")
    most: int = request.app.state.most_watchers
    if watchers.count >= most:
        raise ProblemError(
            503, "too many watchers", f"{most} watch already; try again later",
            headers=RETRY_AFTER,
        )  # fmt: skip
    watchers.enter()
    is_ready = False
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(_READY_SECONDS):
                is_ready = await watchers.ready()
        if not is_ready:
            raise ProblemError(
                503, "not there yet", "the board cannot be read at the moment; try again later",
                headers=RETRY_AFTER,
            )  # fmt: skip
    except BaseException:
        watchers.leave()
        raise
    known = _Known(hub, view)

    async def following() -> View:
        nonlocal shown
        if known.changed():
            shown = await shown_by(hub, key, unit, subtree, view)
        return watchers.view(hub, shown)

    last = None if view else last_event_id or last  # else nothing says which units it was about
    return Stream(_events(request, watchers, following, last), watchers.leave)


class _Known:
    """The units of a view, which change by a change of the register, or by midnight."""

    def __init__(self, hub: Hub, view: str | None) -> None:
        self._hub, self._view = hub, view
        self._seen = self._now()

    def changed(self) -> bool:
        """Whether they did since they were asked for last. Raises 422 where they are not clear."""
        if self._view is None:
            return False
        before, self._seen = self._seen, self._now()
        return before[0] != self._seen[0] or before[1] is not self._seen[1]

    def _now(self) -> tuple[date | None, UnitTree]:
        on = units_on(self._hub, self._view, self._hub.now())
        return on.day if on else None, self._hub.registry.units.tree()


async def _events(
    request: Request,
    watchers: Watchers,
    following: Callable[[], Awaitable[View]],
    last: str | None,
) -> AsyncIterator[bytes]:
    """What one watcher is sent."""
    view = await following()
    number, missed = _resume(watchers, last)
    if missed or number is None:
        number, snapshot = view.snapshot()
        if missed:
            yield event("gap", {"reason": missed})
        yield snapshot
    loop = asyncio.get_running_loop()
    told_at = loop.time()
    while not watchers.board.closed and await _still_allowed(request):
        bell = watchers.bell  # before asking, so that no ring is missed
        try:
            present = await following()
        except ProblemError:
            return  # who asks again is told
        if present is not view:
            view = present
            number, snapshot = view.snapshot()
            yield event("gap", {"reason": "units_changed"}) + snapshot
        burst = view.burst(number)
        if burst is None:
            number, snapshot = view.snapshot()
            news = event("gap", {"reason": "too_old"}) + snapshot
        elif burst[0] != number:
            number, news = burst
        elif loop.time() - told_at >= HEARTBEAT:
            news = view.heartbeat(number)
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(told_at + HEARTBEAT):
                    await bell.wait()
            continue
        if news:
            yield news
            told_at = loop.time()


def _resume(watchers: Watchers, last: str | None) -> tuple[int | None, str | None]:
    """The number of the last event that a watcher has; and why it cannot go on from there."""
    if last is None:
        return None, None
    match = _ID.fullmatch(last.strip())
    if not match:
        return None, "unknown_id"
    if match[1] != watchers.board.epoch:
        return None, "restarted"
    number = int(match[2])
    state, deltas = watchers.board.since(number)
    if deltas is None:
        return None, "too_old" if number < state.number else "unknown_id"
    return number, None


async def _still_allowed(request: Request) -> bool:
    """Whether the key was not revoked meanwhile."""
    try:
        await key_of(request)
    except ProblemError:
        return False
    return True
