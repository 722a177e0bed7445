"""What a worker does with records of the topic, whoever fetches them: all of it but Faust.

The store says how far each partition is applied, and at what moment; a worker goes on from there,
whatever offsets Kafka remembers.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from math import inf
from typing import NamedTuple

from hub.core.batch import Batch
from hub.core.check import Refusal
from hub.core.periods import CALENDARS, quarter_at
from hub.dossier.store.quarters import units_after
from hub.log.port import RECORD_BITS, EventLog, LogUnavailableError
from hub.log.records import Record, partition_of, pieces, unpack
from hub.registry import DeadLetters
from hub.registry.letter import DeadLetter
from hub.registry.letters import of_record, of_refusal
from hub.store.driver import Engine
from hub.store.progress import (
    FACTS,
    QUARTERS,
    LogIdentity,
    Reached,
    read_logs,
    read_reached,
    write_log,
    write_reached,
)
from schemas.event import Accepted, Event
from streams.limits import LetterLimit
from streams.processor import Begun
from streams.refresh import Refresh

logger = logging.getLogger(__name__)
_APPEND_SECONDS = 60.0
_PIECE = 8 * 2**20
"""Bytes of records that are checked, folded and stored at once, at least."""

_NOTHING = Reached(-1, 0)
Tell = Callable[[Mapping[str, int]], None]
"""Told the units that changed, each with its last position, once the store has them."""


class LogLostError(RuntimeError):
    """The topic is not the one that the store was filled from, or lacks records of it."""


class Bounds(NamedTuple):
    """A partition's first record that is still there, and the one that will come next."""

    first: int
    end: int


class Intake:
    """Records in, figures out. Not thread-safe; whatever it raises, records may be taken again.

    `log`: where misplaced events are appended again; `identity` asks which topic is there now;
    `now` gives µs UTC.
    """

    def __init__(
        self,
        engine: Engine,
        letters: DeadLetters,
        log: EventLog,
        identity: Callable[[], LogIdentity],
        now: Callable[[], int],
        tell: Tell = lambda _: None,
        limit: LetterLimit | None = None,
    ) -> None:
        self._engine, self._letters, self._log = engine, letters, log
        self._identity, self._now, self._tell = identity, now, tell
        self._topic, _, self._partitions = identity()
        self._limit = limit or LetterLimit()
        self._reached: dict[int, Reached] = {}
        self._aggregated: dict[int, Reached] = {}
        self._refresh = self._new_refresh()

    def begin(self, bounds: Mapping[int, Bounds]) -> dict[int, int]:
        """Take over partitions (and give up all others); where to read each from.

        Raises `LogLostError` when records between the store and the topic are missing.
        """
        self._reached = {}  # ours only when all of this is done
        check_log(self._engine, self._identity())
        found = read_reached(self._engine)
        reached = {p: found[FACTS].get(p, _NOTHING) for p in bounds}
        for partition, (first, end) in bounds.items():
            self.check_gap(partition, reached[partition].record + 1, first)
            if end <= reached[partition].record:
                raise LogLostError(
                    f"{self._place(partition, end)} is where the topic ends, but the store holds "
                    f"records up to {reached[partition].record}: it is another topic of the same "
                    "name, or it lost records; restore it, or begin anew with an empty store "
                    "under another HUB_TOPIC_PREFIX"
                )
        self._aggregated = {p: found[QUARTERS].get(p, _NOTHING) for p in bounds}
        self._refresh.close()
        self._refresh = self._new_refresh()
        if any(place.record != self._aggregated[p].record for p, place in reached.items()):
            self._mark_unfinished()
        self._refresh.complete_at = min((p.at for p in self._aggregated.values()), default=0)
        self._reached = reached
        return {partition: place.record + 1 for partition, place in reached.items()}

    def check_gap(self, partition: int, needed: int, first: int) -> None:
        """Raises `LogLostError` where the topic begins after the record that is needed next."""
        if first > needed:
            raise LogLostError(
                f"{self._place(partition, needed)} up to {first - 1} were deleted from the topic "
                "before the store had them; send those events again, then note the loss by "
                f"`hub migrate --skip-to {partition}:{first}`"
            )

    def expects(self, partition: int) -> int | None:
        """The next record of a partition; None: it is not ours."""
        place = self._reached.get(partition)
        return None if place is None else place.record + 1

    def take(self, records: Mapping[int, Sequence[Record]]) -> dict[int, int]:
        """Bring records (their `moment` is the broker's stamp) into the figures; the offsets to
        commit. Records that are in already, or of partitions of others, are passed over.

        Raises `TooManyRefusedError`, and what passes: `StoreUnavailableError`,
        `LogUnavailableError`, SQLAlchemy's `DBAPIError`.
        """
        limit = deepcopy(self._limit)  # a batch that is taken again counts once
        reached: dict[int, Reached] = {}
        changed: dict[str, int] = {}
        begun: Begun | None = None
        for piece in pieces(self._fresh(records), _PIECE):
            last = {row.partition: row for row in piece}
            reached |= {p: Reached(row.offset, row.moment) for p, row in last.items()}
            accepted = self._sort_out(piece, limit)
            before, begun = begun, self._refresh.begin(accepted)
            if before:
                self._refresh.finish(before)
            changed |= zip(accepted.values("unit"), accepted.values("position"), strict=True)
        if begun:
            self._refresh.finish(begun)
        self._engine.sync()
        write_reached(self._engine, FACTS, reached)
        self._reached |= reached
        self._limit = limit
        if changed:
            self._tell(changed)
        return {partition: place.record + 1 for partition, place in reached.items()}

    def _fresh(self, records: Mapping[int, Sequence[Record]]) -> Iterator[Record]:
        """Our partitions' records that were not taken before; their moments never decrease."""
        for partition, found in records.items():
            if (place := self._reached.get(partition)) is not None:
                yield from _stamped(place, found)

    def _sort_out(self, rows: Sequence[Record], limit: LetterLimit) -> Batch[Accepted]:
        """The events in their place; misplaced ones are appended again, the rest are letters."""
        accepted, misplaced, refused = unpack(rows, self._partitions)
        letters: list[DeadLetter] = []
        good = 0
        for refusal, number, after in refused:
            place = self._place(rows[number].partition, rows[number].offset)
            limit.accepted(after - good)
            limit.refused(place)
            letters.append(_letter(refusal, f"kafka:{place}"))
            good = after
        limit.accepted(len(accepted) + len(misplaced) - good)
        if misplaced:
            self._append_again(misplaced)
        self._letters.add(letters, self._now(), count_repeats=False)
        return accepted

    def rest(self, most: float) -> float:
        """Seconds until `aggregate` has something to do, so many at most."""
        return self._refresh.rest(most)

    def aggregate(self, budget: float = inf) -> None:
        """Write the aggregates that are due, for about so many seconds."""
        done = self._refresh.aggregate(dict(self._reached), budget)
        if done is None:
            return
        at = self._refresh.complete_at
        news = {
            partition: Reached(place.record, at)
            for partition, place in done.items()
            if self._aggregated[partition].record != place.record
            or any(
                quarter_at(self._aggregated[partition].at, c) != quarter_at(at, c)
                for c in CALENDARS
            )
        }
        write_reached(self._engine, QUARTERS, news)
        self._aggregated |= news

    def _new_refresh(self) -> Refresh[dict[int, Reached]]:
        return Refresh(self._engine, self._letters, self._now, self._owns)

    def _owns(self, unit: str) -> bool:
        return self._partition_of(unit) in self._aggregated

    def _partition_of(self, unit: str) -> int:
        return partition_of(unit, self._partitions)

    def _mark_unfinished(self) -> None:
        """Aggregates that a worker before us had not written when it ended."""
        spans = units_after(self._engine, -1).items()
        self._refresh.mark_dirty(
            {
                unit: span
                for unit, span in spans
                if self._owns(unit) and span.position >> RECORD_BITS > self._done(unit)
            }
        )

    def _done(self, unit: str) -> int:
        return self._aggregated[self._partition_of(unit)].record

    def _append_again(self, events: Sequence[Event]) -> None:
        if self._log.append(events).result(_APPEND_SECONDS).unavailable:
            raise LogUnavailableError("events under a wrong key could not be appended again")
        logger.warning(
            "%d events lay under a wrong key or in a wrong partition and were appended again; "
            "producers should key records by the unit's code and partition by murmur2",
            len(events),
        )

    def _place(self, partition: int, offset: int) -> str:
        return f"{self._topic}/{partition}/{offset}"


def _stamped(place: Reached, rows: Iterable[Record]) -> Iterator[Record]:
    """The records after a place; their moments never decrease."""
    offset, moment = place
    for row in rows:
        if row.offset > offset:
            offset = row.offset
            moment = max(moment, row.moment)
            yield row if row.moment == moment else row._replace(moment=moment)


def check_log(engine: Engine, identity: LogIdentity, *, first: bool = False) -> None:
    """See to it that the store holds events of this log only; `first`: note it where none is.

    Raises `LogLostError`.
    """
    noted = read_logs(engine)
    if not noted and first:
        write_log(engine, identity)
    elif not noted:
        raise LogLostError("the store knows no topic so far; run `hub migrate`")
    elif noted != {identity}:
        raise LogLostError(
            f"the store was filled from {_said(noted)}, but the topic that is there is "
            f"{_said({identity})}: it was made anew, or its partitions changed, so positions in it "
            "mean something else; restore that topic, or begin anew with an empty store under "
            "another HUB_TOPIC_PREFIX"
        )


def _said(logs: Collection[LogIdentity]) -> str:
    return " and ".join(
        f"{log.name} (id {log.id}, {log.partitions} partitions)" for log in sorted(logs)
    )


def _letter(refusal: Refusal, origin: str) -> DeadLetter:
    """An event's refusal is the same wherever it lies; what is no event is known by its place."""
    return of_refusal(refusal, origin) if refusal.id else of_record(refusal, origin)
