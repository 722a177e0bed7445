"""When each source sent its last events: kept in the registry, off the path of requests."""

import asyncio
import logging
from collections.abc import Iterable

from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from hub.registry.sources import Sources

logger = logging.getLogger(__name__)
_EVERY_SECONDS = 1.0


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
