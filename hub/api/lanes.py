"""Questions whose cost grows with what is stored: few run at once, the rest wait in turn.

They have threads and connections of their own, so events and cheap questions never wait for them.
One that is not wanted any more, since its asker left or the hub stops, is stopped.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar, cast
from weakref import WeakSet

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from hub.api.problems import RETRY_AFTER, ProblemError
from hub.store.stopping import Stop, StoppedError, answering

T = TypeVar("T")
logger = logging.getLogger(__name__)

PLACES = 2
"""Questions at once."""

MOST_WAITING = 32
SHARE = 24
"""Questions of one key that wait, at most: others find a place and have their turn."""

PATIENCE = 30.0
"""Seconds that a question waits for its turn."""

_MOST_UNSENT = 64 * 2**20
_PIECE = 256 * 1024
_SEND_SECONDS = 30.0


class Lane:
    """Bounds what runs of some questions. `most_waiting`: and how many wait.

    The keys that ask have their turns one after the other. While answers of more than 64 MB wait
    to be sent none is begun.
    """

    def __init__(self, places: int = PLACES, most_waiting: int = MOST_WAITING) -> None:
        self._places, self._most = places, most_waiting
        self._workers = ThreadPoolExecutor(places, "lane")
        self._waiting: OrderedDict[int, deque[asyncio.Future[None]]] = OrderedDict()
        self._stops: set[Stop] = set()
        self._answers: WeakSet[Paced] = WeakSet()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.closed = False
        self.taken = 0
        """Places that are taken."""
        self.refused: Callable[[], None] = lambda: None
        """Called for each question that is turned away."""

    @property
    def waiting(self) -> int:
        """How many questions wait for their turn."""
        return sum(map(len, self._waiting.values()))

    async def run(self, request: Request, key: int, work: Callable[[], T]) -> T:
        """What some work gives, for a key. Raises 429, 503, and 499 where the asker left."""
        self._loop = asyncio.get_running_loop()
        async with left(request) as gone:
            await self._turn(key, gone)
            stop = Stop()
            self._stops.add(stop)
            if self.closed:
                stop.set()
            asked = self._loop.run_in_executor(self._workers, _stoppable, stop, work)
            asked.add_done_callback(lambda _: self._let_go(stop, asked))
            try:
                await asyncio.wait((asked, gone), return_when=asyncio.FIRST_COMPLETED)
                if not asked.done():
                    raise asker_left()
            finally:
                stop.set()
            try:
                return self._noted(await asked)
            except StoppedError:
                raise stopping() from None

    def _noted(self, answer: T) -> T:
        if not isinstance(answer, Response):
            return answer
        paced = Paced(answer, self._next)
        self._answers.add(paced)
        return cast("T", paced)

    def close(self) -> None:
        """Stop what runs, and turn away what waits or comes. Thread-safe."""
        self.closed = True
        for stop in list(self._stops):
            stop.set()
        if self._loop is not None:
            with suppress(RuntimeError):  # it is closed itself
                self._loop.call_soon_threadsafe(self._turn_away)

    def end(self) -> None:
        """Wait until what was stopped has ended."""
        self.close()
        self._workers.shutdown()

    def _turn_away(self) -> None:
        for places in self._waiting.values():
            for place in places:
                if not place.done():
                    place.set_exception(stopping())

    async def _turn(self, key: int, gone: "asyncio.Future[None]") -> None:
        """Wait for a place, and take it."""
        if self.closed:
            raise stopping()
        if not self._waiting and self._has_place():
            self.taken += 1
            return
        own = self._waiting.get(key, ())
        if len(own) >= SHARE:
            self.refused()
            raise ProblemError(
                429, "too many questions", f"{SHARE} dear questions of this key wait already; "
                "ask fewer at once, or about fewer units", headers=RETRY_AFTER,
            )  # fmt: skip
        if self.waiting >= self._most:
            self.refused()
            raise _busy()
        place = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, deque()).append(place)
        try:
            await asyncio.wait((place, gone), timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        except BaseException:
            if place.done() and not place.exception():
                self._free()
            raise
        finally:
            self._leave(key, place)
        if not place.done():
            if gone.done():
                raise asker_left()
            self.refused()
            raise _busy()
        place.result()

    def _leave(self, key: int, place: "asyncio.Future[None]") -> None:
        """A question does not wait any more."""
        if place in (own := self._waiting.get(key, deque())):
            own.remove(place)
            if not own:
                del self._waiting[key]

    def _has_place(self) -> bool:
        unsent = sum(len(answer.body) for answer in self._answers)
        return self.taken < self._places and unsent <= _MOST_UNSENT

    def _next(self) -> None:
        """Give free places to those whose turn it is."""
        while self._waiting and self._has_place():
            key, own = next(iter(self._waiting.items()))
            place = own.popleft()
            self._waiting.move_to_end(key)
            if not own:
                del self._waiting[key]
            if not place.done():
                place.set_result(None)
                self.taken += 1

    def _free(self) -> None:
        self.taken -= 1
        self._next()

    def _let_go(self, stop: Stop, asked: "asyncio.Future[T]") -> None:
        self._stops.discard(stop)
        if not asked.cancelled():
            asked.exception()  # it was told to who asked, if anybody still does
        self._free()


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes of a hub: what the engine has the work of, what Python reckons for seconds (one
    at a time: two would be no sooner done, and everything else would wait for both), and audits,
    which take minutes."""

    questions: Lane = field(default_factory=Lane)
    reckoning: Lane = field(default_factory=lambda: Lane(1))
    audits: Lane = field(default_factory=lambda: Lane(1, 1))

    @property
    def closed(self) -> bool:
        """Whether the hub stops."""
        return self.questions.closed

    def close(self) -> None:
        """Stop what runs, and turn away what waits or comes. Thread-safe."""
        for lane in self.each().values():
            lane.close()

    def end(self) -> None:
        """Wait until what was stopped has ended."""
        for lane in self.each().values():
            lane.end()

    def each(self) -> dict[str, Lane]:
        """The lanes by name."""
        return {name: getattr(self, name) for name in ("questions", "reckoning", "audits")}


class Paced(Response):
    """A whole answer that is sent piece by piece, and given up when its reader takes none for some
    seconds. It tells `on_end`."""

    def __init__(self, answer: Response, on_end: Callable[[], None]) -> None:
        self.status_code, self.background = answer.status_code, answer.background
        self.raw_headers, self.body = answer.raw_headers, answer.body
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        del scope, receive
        start = {"status": self.status_code, "headers": self.raw_headers}
        try:
            await send({"type": "http.response.start", **start})
            for at in range(0, len(self.body) or 1, _PIECE):
                piece = bytes(self.body[at : at + _PIECE])
                more = at + _PIECE < len(self.body)
                async with asyncio.timeout(_SEND_SECONDS):
                    await send({"type": "http.response.body", "body": piece, "more_body": more})
        except TimeoutError:
            logger.warning("a reader that took nothing for %d s was let go", _SEND_SECONDS)
        finally:
            self.body = b""
            self._on_end()


@asynccontextmanager
async def left(request: Request) -> AsyncIterator["asyncio.Future[None]"]:
    """A future that is done once the asker has left. What of a body was not read is lost."""

    async def wait() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    gone = asyncio.ensure_future(wait())
    try:
        yield gone
    finally:
        gone.cancel()
        with suppress(asyncio.CancelledError):
            await gone


def _busy() -> ProblemError:
    """503: others are dear enough already."""
    return ProblemError(
        503, "too many questions", "as many dear questions are asked as the hub answers at once; "
        "try again later, or ask about fewer units", headers=RETRY_AFTER,
    )  # fmt: skip


def asker_left() -> ProblemError:
    """Nobody reads this."""
    return ProblemError(499, "the asker left", "nobody waits for this answer any more")


def stopping() -> ProblemError:
    """503: the hub was asked to end."""
    return ProblemError(503, "the hub is stopping", "try again in a moment", headers=RETRY_AFTER)


def _stoppable(stop: Stop, work: Callable[[], T]) -> T:
    with answering(stop):
        return work()
