"""The deadline service and the alerts in a set of workers: with whoever owns the first partition.

For a moment two may run, or none: what it says has repeatable ids, and down-time is caught up.
"""

from collections.abc import Callable, Iterable

from hub.core.time import SECOND
from hub.log.port import RECORD_BITS
from hub.log.records import partition_of
from hub.services.alerts import Alerts
from hub.services.deadlines import DeadlineService, DeadlineThread, Parts
from hub.store.driver import Dossier
from hub.store.events import known_units
from hub.store.progress import FACTS, Reached, dossiers_after, read_reached

LEADS = 0
"""The partition whose owner leads."""

_EVERY = 3 * SECOND
"""How often (µs) the leader asks the store what other workers brought."""


class LeaderService(DeadlineService):
    """The service where other processes fill the store: it asks how far they have come."""

    def __init__(self, parts: Parts, partitions: int) -> None:
        super().__init__(parts)
        self._store, self._clock, self._partitions = parts.engine, parts.now, partitions
        self._seen: dict[int, Reached] | None = None
        self._ask_at = 0

    def has_work(self) -> bool:
        """Whether a round would find something to do."""
        return self._clock() >= self._ask_at or super().has_work()

    def round(self) -> None:
        """Learn what is new, then say what is to be said."""
        if self._clock() >= self._ask_at:
            self.changed(self._brought())
            self._ask_at = self._clock() + _EVERY
        if super().has_work():
            super().round()

    def _brought(self) -> list[Dossier]:
        """The dossiers that changed since the last time, whichever worker brought it."""
        reached = read_reached(self._store)[FACTS]
        found: list[Dossier] = []
        if self._seen is not None and reached != self._seen:
            units = known_units(self._store)
            for partition, place in reached.items():
                before = self._seen.get(partition, Reached(-1, 0)).record
                if place.record > before:
                    mine = [u for u in units if partition_of(u, self._partitions) == partition]
                    after = ((before + 1) << RECORD_BITS) - 1
                    found += dossiers_after(self._store, mine, after)
        self._seen = reached
        return found


class Leader:
    """Runs the service, and the alerts that `alerts` makes, while this worker leads."""

    def __init__(
        self,
        parts: Parts,
        partitions: int,
        on_crash: Callable[[BaseException], None],
        alerts: Callable[[], Iterable[Alerts]] = tuple,
    ) -> None:
        self._parts, self._partitions, self._on_crash = parts, partitions, on_crash
        self._alerts = alerts
        self._running: list[DeadlineThread | Alerts] = []

    def assigned(self, partitions: frozenset[int]) -> None:
        """Begin or end, as this worker's partitions say."""
        leads = LEADS in partitions
        if leads and not self._running:
            service = LeaderService(self._parts, self._partitions)
            self._running = [DeadlineThread(service, self._on_crash), *self._alerts()]
            for part in self._running:
                part.start()
        elif not leads:
            while self._running:
                self._running.pop().stop()
