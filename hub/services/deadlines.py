"""The deadline service: finds what nobody reports, and tells it once.

It asks the store which dossiers become overdue, and says so by events of `/hub` with repeatable
ids, so that down-time is caught up and a repetition changes nothing. It takes back what late news
show to be untrue. Notices of what is due soon go to those who watch, not into the log.
"""

import heapq
import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError

from hub.core.identity import HUB
from hub.core.time import DAY, SECOND, day_start, local_day
from hub.dossier.deadlines import deadlines, to_say
from hub.dossier.store.board import Filter, Watched, coming_page
from hub.dossier.store.deadlines import Timed, coming_deadlines, said_about, timed, touched_since
from hub.log.port import EventLog, LogUnavailableError, Position
from hub.registry import Registry
from hub.services.horizon import DONE, Horizon
from hub.services.live import Notice
from hub.store.driver import Dossier, Engine, StoreUnavailableError
from hub.store.scope import Scope
from schemas.event import Event

logger = logging.getLogger(__name__)

APPEND_AT_ONCE = 1_000
"""Events of the hub in one record."""

_LET_PASS = 0.25
"""Seconds to wait at most until the figures have a record, so that others' events, which come
meanwhile, stand behind one of ours and not behind a midnight's hundred."""

_CURSOR = "deadlines"
_DOSSIERS_AT_ONCE = 2_000
_AHEAD = 600 * SECOND
_SCAN_LEAST, _SCAN_MOST, _SCAN_SHARE = 10 * SECOND, 300 * SECOND, 100
_OVERLAP = 300 * SECOND
_NEWS_LEAST, _NEWS_MOST, _NEWS_SHARE = SECOND, 30 * SECOND, 10
_TICK, _RETRY = 0.1, 2.0


class Parts(NamedTuple):
    """What the service works with. `now` gives µs UTC; `on_fired` is told how late, in seconds,
    each deadline that came was judged; `includes`: whether the figures have a position."""

    log: EventLog
    engine: Engine
    registry: Registry
    now: Callable[[], int]
    on_notice: Callable[[Sequence[Notice]], None]
    on_fired: Callable[[float], None] = lambda _: None
    includes: Callable[[Position], bool] = lambda _: True


class DeadlineService:
    """One for each store: in the hub's process, or with the leader of its workers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        now = parts.now()
        kept = parts.registry.cursors.get(_CURSOR)
        last = kept.get(DONE)
        self._horizon = Horizon(parts.registry.calendar, kept, now)
        self._long_past = self._horizon.at(now)
        """Nothing is said about deadlines before this instant."""
        self._done = self._long_past if last is None else last
        self._told = now if last is None else last
        self._lock = threading.Lock()
        self._touched: set[Dossier] = set()
        self._read_since = None if last is None else last - _OVERLAP
        self._coming: list[tuple[int, str, str]] = []
        self._fired: list[int] = []
        self._scan_at = self._scanned_to = self._news_at = 0
        self._pending: set[tuple[str, str, str, str]] = set()
        self._noticed: set[tuple[int, str, str, str]] = set()

    def changed(self, dossiers: Collection[Dossier]) -> None:
        """Something happened to these dossiers, and the store has it."""
        with self._lock:
            self._touched.update(dossiers)

    def watch(self, deadlines: Mapping[Dossier, int]) -> None:
        """Watch dossiers that changed and have deadlines (µs). Of what is long past there is
        nothing to say, so a bulk load of old dossiers costs nothing here."""
        self.changed([dossier for dossier, at in deadlines.items() if at >= self._long_past])

    def has_work(self) -> bool:
        """Whether a round would find something to do."""
        now = self._parts.now()
        return (
            now >= self._scan_at
            or bool(self._coming and self._coming[0][0] < now)
            or bool(self._touched and now >= self._news_at)
        )

    def round(self) -> None:
        """Say all that is to be said by now. What it raises passes; the next round says it."""
        now = self._parts.now()
        scans = now >= self._scan_at
        if scans:
            self._scan(now)
        begun = time.monotonic()
        dossiers = self._news() if now >= self._news_at else set()
        while self._coming and self._coming[0][0] < now:
            begins, *dossier = heapq.heappop(self._coming)
            self._fired.append(begins)
            dossiers.add((dossier[0], dossier[1]))
        try:
            self._judge(dossiers, now)
        except BaseException:
            self.changed(dossiers)
            raise
        self._done = now
        at = self._parts.now()
        for begins in self._fired:
            self._parts.on_fired((at - begins) / SECOND)
        self._fired.clear()
        if dossiers:
            self._news_at = now + _share(begun, _NEWS_SHARE, _NEWS_LEAST, _NEWS_MOST)
        if scans:
            self._parts.registry.cursors.set(_CURSOR, self._horizon.places(now))

    def _scan(self, now: int) -> None:
        """Read what comes next, and what came while nobody asked."""
        begun = time.monotonic()
        engine = self._parts.engine
        if self._read_since is not None:
            self.changed(touched_since(engine, self._read_since))
            self._read_since = None
        self._long_past = self._horizon.at(now)
        self._coming = coming_deadlines(engine, self._done, now + _AHEAD)
        heapq.heapify(self._coming)
        self._scanned_to = now + _AHEAD
        self._tell(self._due_soon(now))
        self._told = now
        self._noticed = {seen for seen in self._noticed if seen[0] >= now}
        self._scan_at = now + _share(begun, _SCAN_SHARE, _SCAN_LEAST, _SCAN_MOST)

    def _news(self) -> set[Dossier]:
        with self._lock:
            dossiers, self._touched = self._touched, set()
            return dossiers

    def _judge(self, dossiers: Collection[Dossier], now: int) -> None:
        """Say what is missing about these dossiers."""
        if not dossiers:
            return
        sources = self._parts.registry.sources.all()
        backfilling = frozenset(source.source for source in sources if source.backfilling)
        ordered = sorted(dossiers)
        for start in range(0, len(ordered), _DOSSIERS_AT_ONCE):
            some = ordered[start : start + _DOSSIERS_AT_ONCE]
            said = said_about(self._parts.engine, some, backfilling)
            # of what is long past there is nothing to say, but perhaps something to take back
            own = [dossier for dossier, of in said.items() if any(e.source == HUB for e in of)]
            found = timed(self._parts.engine, some, now, self._long_past - DAY)
            found |= timed(self._parts.engine, [one for one in own if one not in found], now)
            events: list[Event] = []
            for dossier, of in found.items():
                known = said.get(dossier, [])
                self._pending.difference_update(event.identity for event in known)
                events += to_say(dossier, of.clock, known, now, self._long_past, backfilling)
                self._remember(dossier, of, now)
            self._append([event for event in events if event.identity not in self._pending])

    def _append(self, events: Sequence[Event]) -> None:
        for start in range(0, len(events), APPEND_AT_ONCE):
            some = events[start : start + APPEND_AT_ONCE]
            appended = self._parts.log.append(some).result()
            if appended.unavailable:
                raise LogUnavailableError(f"{len(appended.unavailable)} events were not stored")
            self._pending.update(event.identity for event in some)
            if start + APPEND_AT_ONCE < len(events):
                self._wait_for(appended.position)

    def _wait_for(self, position: Position) -> None:
        until = time.monotonic() + _LET_PASS
        while not self._parts.includes(position) and time.monotonic() < until:
            time.sleep(0.01)

    def _remember(self, dossier: Dossier, of: Timed, now: int) -> None:
        """What news of a dossier mean for its deadlines to come."""
        for passed in deadlines(of.clock):
            begins = passed.since - 1
            if now <= begins < self._scanned_to:
                heapq.heappush(self._coming, (begins, *dossier))
            if now <= begins:
                self._tell_if_soon(
                    Watched(*dossier, of.procedure, of.field, passed.due_at, begins, of.waiting),
                    now,
                )

    def _tell_if_soon(self, row: Watched, now: int) -> None:
        """The notices of a dossier whose moment had come before its due date was known."""
        if row.deadline <= now + DAY:
            self._tell([Notice(row, "24h")])
        if self._opening_before(row) <= now:
            self._tell([Notice(row, "working_day")])

    def _due_soon(self, now: int) -> Iterator[Notice]:
        """The notices whose moment came since the last time."""
        for row in self._between(now, self._told + DAY, now + DAY):
            yield Notice(row, "24h")
        today, days = local_day(now), set[int]()
        for calendar in self._parts.registry.calendar.all():
            for day in (calendar.working_days_before(today, 1), today):
                opened = calendar.sessions(day)[:1] if calendar.is_working_day(day) else []
                if any(self._told < start <= now for start, _ in opened):
                    days.update(range(max(today, day + 1), calendar.next_working_day(day) + 1))
        for day in sorted(days):
            for row in self._between(now, day_start(day), day_start(day + 1)):
                if self._told < self._opening_before(row) <= now:
                    yield Notice(row, "working_day")

    def _opening_before(self, row: Watched) -> int:
        """When work begins on the last working day before the due day."""
        calendar = self._parts.registry.calendar.of(row.unit)
        return calendar.opening_before(local_day(row.due_at))

    def _between(self, now: int, after: int, until: int) -> list[Watched]:
        """Dossiers that are not overdue but will be, right after an instant in (after, until]."""
        return coming_page(self._parts.engine, Scope(), Filter(), now, until, (after, "~", ""))

    def _tell(self, notices: Iterable[Notice]) -> None:
        """Give notices, each once."""
        news = []
        for notice in notices:
            row = notice.dossier
            seen = (row.deadline, row.unit, row.subject, notice.kind)
            if seen not in self._noticed:
                self._noticed.add(seen)
                news.append(notice)
        if news:
            self._parts.on_notice(news)


def _share(begun: float, share: int, least: int, most: int) -> int:
    """How long (µs) to leave the store alone after what began at a moment, to take one part in
    `share` of its time."""
    took = (time.monotonic() - begun) * SECOND
    return min(most, max(least, int(took * share)))


class DeadlineThread:
    """Runs the service for as long as the hub runs; what does not pass is told to `on_crash`."""

    def __init__(self, service: DeadlineService, on_crash: Callable[[BaseException], None]) -> None:
        self._service, self._on_crash = service, on_crash
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the round that runs, and end."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.wait(_TICK):
                if self._service.has_work():
                    self._round()
        except BaseException as error:
            logger.exception("the deadline service ended")
            self._on_crash(error)

    def _round(self) -> None:
        try:
            self._service.round()
        except (StoreUnavailableError, LogUnavailableError, DBAPIError) as error:
            logger.warning("deadlines cannot be told at the moment, trying again: %s", error)
            self._stop.wait(_RETRY)
