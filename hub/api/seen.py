"""When sources sent events and keys were used last: kept in the registry, beside the requests."""

import asyncio
import logging
from collections.abc import Iterable

from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from hub.registry import Keys
from hub.registry.sources import Sources

logger = logging.getLogger(__name__)
_EVERY_SECONDS = 1.0
_KEYS_EVERY_SECONDS = 60.0


class SeenSources:
    """Collects moments in memory; `keep` writes them at most once a second."""

    def __init__(self) -> None:
        self._moments: dict[str, int] = {}
        self._failing = False

    def note(self, sources: Iterable[str], moment: int) -> None:
        """Events of these sources were accepted at a moment (µs)."""
        self._moments.update(dict.fromkeys(sources, moment))

    async def keep(self, registry: Sources) -> None:
        """Write what was noted, until cancelled."""
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            await self.flush(registry)

    async def flush(self, registry: Sources) -> None:
        """Write what was noted; what cannot be written now is tried again at the next call."""
        moments, self._moments = self._moments, {}
        try:
            await run_in_threadpool(registry.seen, moments)
            self._failing = False
        except DBAPIError as error:
            if not self._failing:
                logger.warning("when sources were last seen cannot be kept now: %s", error.orig)
            self._failing = True
            self._moments = moments | self._moments


async def keep_use(keys: Keys) -> None:
    """Write once a minute when keys were used last, until cancelled."""
    while True:
        await asyncio.sleep(_KEYS_EVERY_SECONDS)
        await flush_use(keys)


async def flush_use(keys: Keys) -> None:
    """Write when keys were used last; what cannot be written is tried again at the next call."""
    try:
        await run_in_threadpool(keys.keep_used)
    except DBAPIError as error:
        logger.warning("when keys were last used cannot be kept now: %s", error.orig)
