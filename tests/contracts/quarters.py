"""What must hold of the aggregates on every engine, whenever and by whomever they are written."""

import random
from collections.abc import Iterable
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from hub.core.identity import HUB
from hub.core.merging import Span
from hub.core.periods import CALENDARS, quarters
from hub.core.time import NEVER
from hub.dossier.figures import FIGURES
from hub.dossier.store.quarters import read_quarters
from hub.dossier.store.questions import Moment, figure_rows
from hub.registry import DeadLetters
from hub.store.bi_views import create_views
from hub.store.driver import Engine
from hub.store.scope import Scope
from schemas.event import Accepted
from streams.processor import apply
from streams.refresh import EVERY, Refresh
from tests import oracle, pure
from tests.contracts.log import Clock
from tests.contracts.store import FEW, Interrupted, batches, empty
from tests.examples import ev, stamp
from tests.examples import log as log_of
from tests.store.random_log import random_log
from tests.strategies import NOW, logs


class NoLetters:
    """Dead letters that nobody reads."""

    def add(self, letters: Iterable[Any], now: int, count_repeats: bool = True) -> None:
        """Forget them."""


class Worker:
    """What a runner does with a log, step by step; it may crash and come back."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._taken = self._done = 0
        self.come_back()

    def come_back(self) -> None:
        """Begin again with what the last one left, after a crash."""
        self._refresh: Refresh[int] = Refresh(
            self._engine, cast("DeadLetters", NoLetters()), self._clock
        )
        self._refresh.mark_dirty_after(self._done)
        self._runs = False

    def take(self, rows: list[Accepted]) -> None:
        """Bring a batch into the facts."""
        self._clock.at = max(self._clock.at, rows[-1].accepted) + EVERY
        self._refresh.take(rows)
        self._taken = rows[-1].position

    def rest(self, most: float) -> float:
        """Seconds until there is something to aggregate."""
        return self._refresh.rest(most)

    def aggregate(self) -> None:
        """Write the aggregates: end the pass that runs, if any, and do another one."""
        while self._runs:
            self.aggregate_some()
        self._clock.at += EVERY
        done = self._refresh.aggregate(self._taken)
        assert done == self._taken
        self._done = done

    def aggregate_some(self) -> None:
        """Write those of one unit: a pass may begin, and others' events come before it ends."""
        self._clock.at += EVERY
        done = self._refresh.aggregate(self._taken, 0.0)
        self._runs = done is None
        self._done = self._done if done is None else done


def assert_quarters(engine: Engine, log: list[oracle.Accepted], now: int, some: int = 99) -> None:
    """The aggregates of the quarters that ended by `now` (µs) equal facts and oracle."""
    first = min(row.event.time for row in pure.accept(log))
    ended = [
        period
        for calendar in CALENDARS
        for period in quarters(first, now, calendar)
        if period.bounds[1] <= now
    ]
    for period in random.Random(first).sample(ended, min(some, len(ended))):
        stored = read_quarters(engine, str(period.calendar), str(period.label), Scope())
        found = {(unit,): row for unit, row in stored.items() if any(row.values())}
        assert found == figure_rows(engine, Scope(), Moment(*period.bounds), ("unit",)), period
        expected = oracle.figures(log, start=period.start, end=period.end, now=NOW, by=("unit",))
        assert found == expected.rows, period


class QuartersContract:
    """Holds for every `Engine`; the fixture `engine` gives one with the hub's tables."""

    @given(log=logs(min_size=1, max_size=40), rng=st.randoms(use_true_random=False))
    @FEW
    def test_aggregates_equal_the_facts(
        self, engine: Engine, log: list[oracle.Accepted], rng: random.Random
    ) -> None:
        empty(engine)
        rows = pure.accept(log)
        worker = Worker(engine, Clock(rows[0].accepted))
        for start, end in batches(rows, rng):
            worker.take(rows[start:end])
            fate = rng.choice(("aggregate", "some", "some", "crash", "crash and replay", ""))
            if fate == "aggregate":
                worker.aggregate()
            elif fate == "some":
                worker.aggregate_some()
            elif fate:
                worker.come_back()
                if "replay" in fate:
                    worker.take(rows[rng.randint(0, start) : end])
        worker._clock.at = NOW
        worker.aggregate()
        assert_quarters(engine, log, NOW, 6)

    def test_the_views_for_analysis_show_the_aggregates(self, engine: Engine) -> None:
        empty(engine)
        rows = random_log(200, 5)
        worker = Worker(engine, Clock(NOW))
        worker.take(rows)
        worker.aggregate()
        for _ in range(2):  # a later release makes them anew
            create_views(engine)
        shown: dict[tuple[str, str], dict[str, dict[str, int]]] = {}
        for calendar, quarter, unit, *counts in engine.select(
            f"SELECT calendar, quarter, unit, {', '.join(FIGURES)} FROM bi_figures", {}
        ):
            of_units = shown.setdefault((calendar, quarter), {})
            of_units[unit] = dict(zip(FIGURES, counts, strict=True))
        assert any(any(row.values()) for units in shown.values() for row in units.values())
        for (calendar, quarter), found in shown.items():
            assert found == read_quarters(engine, calendar, quarter, Scope())

    def test_many_small_units_are_written_together(self, engine: Engine) -> None:
        empty(engine)
        written: list[str] = []
        units = (ev("received", "02-01 08:00", f"r{n}", unit=f"H{n}") for n in range(100))
        worker = Worker(cast("Engine", Interrupted(engine, written.append)), Clock(NOW))
        worker.take(pure.accept(log_of(*units)))
        worker.aggregate()
        assert 2 <= written.count("unit_quarters") <= 10  # 1, 2, 4, ... of them

    def test_aggregates_are_waited_for_no_longer_than_they_rest(self, engine: Engine) -> None:
        empty(engine)
        first, second = pure.accept(
            log_of(*(ev("received", "02-01 08:00", f"r{n}", unit=f"H{n}") for n in range(2)))
        )
        clock = Clock(NOW)
        worker = Worker(engine, clock)
        worker.take([first])
        assert worker.rest(9.0) == 0.0
        worker.aggregate()
        assert worker.rest(9.0) == 9.0
        worker.take([second])
        clock.at -= EVERY
        assert worker.rest(9.0) == 1.0
        assert worker.rest(0.5) == 0.5
        clock.at += EVERY // 4
        assert worker.rest(9.0) == 0.75

    def test_what_the_hub_says_alone_is_passed_on(self, engine: Engine) -> None:
        empty(engine)
        (row,) = pure.accept(log_of(ev("received", "01-15 08:00", "r", due_at="01-20 17:00")))
        apply(engine, [row])
        data = {"due_at": row.event.time}
        event = row.event._replace(source=HUB, id="o", kind="overdue", data=data)
        applied = apply(engine, [Accepted(row.position + 1, row.accepted + 1, event)])
        assert applied.units == {event.unit: Span(event.time, row.position + 1)}
        assert applied.deadlines == {event.dossier: NEVER}  # to be judged again

    def test_a_quarter_that_ends_after_a_repeat_and_a_restart_is_written_anew(
        self, engine: Engine
    ) -> None:
        empty(engine)
        at = {"at": "03-01 08:00"}
        log = log_of(
            ev("received", "02-01 08:00", "r", due_at="03-20 08:00", **at),
            ev("rated", "02-01 08:00", "s", rating="neutral", **at),
            ev("received", "02-01 08:00", "r", due_at="03-20 08:00", **at),
        )
        rows = pure.accept(log)
        clock = Clock(stamp("03-01 08:00"))
        worker = Worker(engine, clock)
        worker.take(rows)
        worker.aggregate()  # on time so far
        worker.come_back()
        clock.at = NOW
        worker.aggregate()
        assert_quarters(engine, log, NOW)

    def test_figures_that_moved_out_of_a_quarter_before_a_crash_leave_it(
        self, engine: Engine
    ) -> None:
        empty(engine)
        log = log_of(
            ev("received", "2019-11-01 08:00", "r", at="02-01 08:00"),
            ev("corrected", "02-02 08:00", "c", received_at="02-01 08:00", at="02-02 08:00"),
        )
        rows = pure.accept(log)
        worker = Worker(engine, Clock(rows[0].accepted))
        worker.take(rows[:1])
        worker.aggregate()
        worker.take(rows[1:])
        engine.command("OPTIMIZE TABLE current FINAL")
        worker.come_back()  # before the aggregates were written
        worker.aggregate()
        assert_quarters(engine, log, stamp("01-01 00:00"))
