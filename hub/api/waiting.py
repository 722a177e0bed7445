"""How a question gets its answer: in which lane, and once the figures know enough for it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from hub.api.context import Hub, hub_of
from hub.api.lanes import asker_left, left, stopping
from hub.api.problems import RETRY_AFTER, ProblemError, bad_parameter
from hub.core.said import why
from hub.log.port import LogUnavailableError, Position, covers, decode_position
from hub.store.scope import Scope

T = TypeVar("T")
_LOOK_EVERY = 0.01


def _key(request: Request) -> int:
    """The id of its key; 0: none was asked for."""
    return getattr(request.state, "key", 0)


async def reckoned(request: Request, work: Callable[[], T]) -> T:
    """What some work gives that reckons for long whatever is asked. Raises 429, 503."""
    return await hub_of(request).lanes.reckoning.run(request, _key(request), work)


async def answered(request: Request, scope: Scope | None, work: Callable[[], T]) -> T:
    """What some work gives, which runs in the lane of dear questions unless it is about a few
    units. `scope` None: it is dear in any case. Raises 429, 503."""
    if scope is not None and scope.is_narrow:
        return await run_in_threadpool(work)
    return await hub_of(request).lanes.questions.run(request, _key(request), work)


async def wait_until_included(request: Request, as_of: int | None, min_position: list[str]) -> None:
    """Wait until the figures include the positions, and all that was accepted up to `as_of`.

    Raises 422 for what is no position, 504 after `Hub.wait_seconds`, or at once where the log ends
    before the position. Ends when the asker left or the hub stops, too.
    """
    hub = hub_of(request)
    wanted: list[Position] = []
    for text in min_position:
        try:
            wanted.append(decode_position(text))
        except ValueError as error:
            raise bad_parameter("min_position", why(error)) from None
    if not all(map(hub.progress.includes, wanted)):
        await _check_end(hub, wanted)
    if as_of is not None:
        wanted.append(await asyncio.wrap_future(hub.log.seal(as_of)))
    if all(map(hub.progress.includes, wanted)):
        return
    loop = asyncio.get_running_loop()
    until = loop.time() + hub.wait_seconds
    async with left(request) as gone:
        while not all(map(hub.progress.includes, wanted)):
            if gone.done():
                raise asker_left()
            if hub.lanes.closed:
                raise stopping()
            if loop.time() > until:
                raise ProblemError(
                    504, "not there yet",
                    "the figures do not include this position so far; ask again, and see /readyz",
                    headers=RETRY_AFTER,
                )  # fmt: skip
            await asyncio.wait((gone,), timeout=_LOOK_EVERY)


async def _check_end(hub: Hub, wanted: list[Position]) -> None:
    """Raise 504 for a position that lies beyond the end of the log: nothing can come there."""
    if all(covers(hub.log.end(), position) for position in wanted):
        return
    with suppress(LogUnavailableError):  # who cannot know waits
        end = await run_in_threadpool(hub.log.newest)
        if not all(covers(end, position) for position in wanted):
            raise ProblemError(
                504, "beyond the end of the log",
                "min_position: the log ends before this position; send a Hub-Position that this "
                "hub gave, or leave it out",
            )  # fmt: skip
