"""Takes refused events as dead letters: one writer, which writes all that wait at once, so that
many refusals neither wait for each other nor hold up other requests."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from hub.core.check import Refusal
from hub.registry import DeadLetters
from hub.registry.letters import of_refusal

logger = logging.getLogger(__name__)
_TIDY_EVERY = 3600.0


class LetterBox:
    """Of one application."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Sequence[Refusal], asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def keep(
        self, refusals: Sequence[Refusal], letters: DeadLetters, now: Callable[[], int]
    ) -> None:
        """Write letters; ends when they are there, or could not be written, which is logged: the
        sender has its answer in any case. `now` gives µs UTC."""
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((refusals, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(letters, now))
        await written

    async def _write(self, letters: DeadLetters, now: Callable[[], int]) -> None:
        while self._waiting:
            some, self._waiting = self._waiting, []
            found = [refusal for refusals, _ in some for refusal in refusals]
            try:
                await run_in_threadpool(_add, letters, found, now())
            except DBAPIError as error:
                logger.warning("%d dead letters could not be kept: %s", len(found), error.orig)
            finally:
                for _, written in some:
                    if not written.done():  # its sender may have left
                        written.set_result(None)


def _add(letters: DeadLetters, refusals: Sequence[Refusal], now: int) -> None:
    letters.add([of_refusal(refusal, "http") for refusal in refusals], now)


async def tidy(letters: DeadLetters, now: Callable[[], int]) -> None:
    """Now and then, delete letters that are too old; runs until it is cancelled."""
    while True:
        with suppress(DBAPIError):  # an outage; the next time will do
            await run_in_threadpool(letters.drop_old, now())
        await asyncio.sleep(_TIDY_EVERY)
