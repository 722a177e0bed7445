"""What every columnar engine must do: an adapter's tests subclass `StoreContract`.

Random logs go through the processor in random batches, with crashes, replays and a second worker
in between; every answer must then equal the oracle's.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hub.core.batch import Columns, columns_of
from hub.core.identity import HUB, distinct
from hub.core.time import DAY, NEVER
from hub.dossier.figures import EVENT_FIGURES, FIGURES, Mark
from hub.dossier.fold import holds_at
from hub.dossier.store import board, limits, questions
from hub.dossier.store.first import first_instant
from hub.dossier.store.questions import Moment
from hub.store import events
from hub.store.driver import Dossiers, Engine, Row, StoreUnavailableError
from hub.store.scope import Scope
from hub.store.tables import TABLES, Layout
from schemas.event import Accepted
from streams.processor import Processor, apply
from tests import oracle, pure
from tests.contracts.asked import moment_of, scope_of
from tests.examples import ev
from tests.examples import log as log_of
from tests.examples_rules import RULES
from tests.questions import as_ofs, days_of, filters, periods
from tests.reminders import reminded_often
from tests.store.random_log import START, random_log
from tests.strategies import NOW, POOL, logs

FEW = settings(
    max_examples=15,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink takes longer than the limit
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)


def empty(engine: Engine) -> None:
    """Forget everything."""
    for table in TABLES:
        engine.command(f"TRUNCATE TABLE {table}")


@dataclass
class Interrupted:
    """An engine to which something happens before each insert: a crash, another worker."""

    engine: Engine
    happens: Callable[[str], None]

    def select(
        self,
        sql: str,
        params: Mapping[str, Any],
        keys: Dossiers | None = None,
        *,
        narrow: bool = False,
    ) -> list[Row]:
        """As the engine does."""
        return self.engine.select(sql, params, keys, narrow=narrow)

    @property
    def layout(self) -> Layout:
        """The engine's."""
        return self.engine.layout

    def select_columns(self, sql: str, params: Mapping[str, Any]) -> pa.RecordBatch:
        """As the engine does."""
        return self.engine.select_columns(sql, params)

    def insert(self, table: str, columns: Mapping[str, Sequence[Any]]) -> None:
        """As the engine does, after what happens."""
        self.happens(table)
        self.engine.insert(table, columns)

    def sync(self) -> None:
        """As the engine does."""
        self.engine.sync()

    def command(self, sql: str) -> None:
        """As the engine does."""
        self.engine.command(sql)

    def close(self) -> None:
        """As the engine does."""
        self.engine.close()


def batches(rows: Sequence[Accepted], rng: random.Random) -> Iterator[tuple[int, int]]:
    """Ends of consecutive batches."""
    start = 0
    while start < len(rows):
        end = rng.randint(start + 1, min(len(rows), start + 15))
        yield start, end
        start = end


def put(engine: Engine, rows: Sequence[Accepted], rng: random.Random) -> None:
    """Apply a log in batches, some before the last one is stored; some crash between two tables,
    some old ones come again, and some are applied by another worker between this one's reading
    and writing."""
    to_do = list(batches(rows, rng))
    while to_do:
        (start, end), few = to_do[0], rng.choice((0, 10_000))
        fate = rng.choice(("crash", "replay", "zombie", "", ""))
        if fate == "crash":
            inserts = iter(range(rng.randint(0, 5)))

            def crash(_: str, left: Iterator[int] = inserts) -> None:
                if next(left, None) is None:
                    raise StoreUnavailableError("crash")

            with suppress(StoreUnavailableError):  # batches of repeats write nothing
                put_at_once(Interrupted(engine, crash), rows, to_do[:3], few)
        elif fate == "replay":
            apply(engine, rows[start:end], few)
            apply(engine, rows[rng.randint(0, start) : rng.randint(start, end)], few)
        elif fate == "zombie":
            meddled = Interrupted(engine, overtaken(engine, rows[start:], rng))
            apply(meddled, rows[start:end], few)
        some = to_do[: rng.randint(1, 3)]
        put_at_once(engine, rows, some, few)
        del to_do[: len(some)]


def put_at_once(
    engine: Engine, rows: Sequence[Accepted], some: Sequence[tuple[int, int]], few: int
) -> None:
    """Apply batches, each begun before the last one is stored; every other one by columns."""
    batches = [rows[start:end] for start, end in some]
    with closing(Processor(engine, few)) as processor:
        given = [Columns(columns_of(b)) if n % 2 else b for n, b in enumerate(batches)]
        for begun in [processor.begin(batch) for batch in given]:
            processor.finish(begun)


def overtaken(
    engine: Engine, rows: Sequence[Accepted], rng: random.Random
) -> Callable[[str], None]:
    """Another worker applies these rows, or the first of them, before an insert."""
    at, size = rng.choice(("events", "facts")), rng.randint(1, len(rows))

    def overtake(table: str) -> None:
        if table == at:
            apply(engine, rows[:size])

    return overtake


def assert_figures(engine: Engine, log: list[oracle.Accepted], data: st.DataObject) -> None:
    """Some figures, and what stands behind some of them, equal the oracle's."""
    as_of = data.draw(as_ofs(log))
    start, end = days_of(data.draw(periods(log)))
    asked = data.draw(filters())
    question = {"start": start, "end": end, "now": NOW, "as_of": as_of, **asked}
    scope, moment = scope_of(asked), moment_of(question)
    expected = oracle.figures(log, **question)
    assert questions.figure_rows(engine, scope, moment, asked["by"]) == expected.rows
    shown = [name for name in FIGURES if expected.total[name]] or ["received_total"]
    figure = data.draw(st.sampled_from(shown))
    del question["by"]
    assert drilled(engine, scope, moment, figure) == oracle.drill(log, figure, **question)


def drilled(engine: Engine, scope: Scope, moment: Moment, figure: str) -> list[tuple[str, ...]]:
    """All that a figure counts, by pages of two."""
    found: list[tuple[str, ...]] = []
    after = ("", "", "")
    while page := questions.counted(engine, scope, moment, (figure,), after, 2):
        after = page[-1][:3]
        found += [
            (unit, subject, *event.split(" ")) if figure in EVENT_FIGURES else (unit, subject)
            for unit, subject, event, _ in page
        ]
        assert len(page) <= 2
    assert len(set(found)) == len(found)
    return sorted(found)


def assert_overdue(engine: Engine, log: list[oracle.Accepted], now: int) -> None:
    """The overdue list at an instant, by pages of two."""
    expected = oracle.overdue(log, now)
    found: list[board.Watched] = []
    after = (-NEVER, "", "")
    while page := board.overdue_page(engine, Scope(), board.Filter(), now, after, 2):
        after = (page[-1].deadline, page[-1].unit, page[-1].subject)
        found += page
    assert [
        (row.unit, row.subject, row.procedure or None, row.field or None, row.waiting)
        for row in found
    ] == [(row.unit, row.subject, row.procedure, row.field, row.waiting) for row in expected]
    for row, wanted in zip(found, expected, strict=True):
        assert row.due_at == oracle.micros(wanted.due_at)
        assert (now - row.deadline) // 1_000_000 == wanted.overdue_seconds
    assert board.overdue_total(engine, Scope(), board.Filter(), now) == len(expected)


class StoreContract:
    """Holds for every `Engine`; the fixture `engine` gives one with the hub's tables."""

    def test_what_the_hub_says_hides_nothing_that_comes_with_it(self, engine: Engine) -> None:
        empty(engine)
        received, *later = pure.accept(
            log_of(
                ev("received", "01-15 08:00", due_at="01-20 17:00", at="01-15 09:00"),
                ev("overdue", "01-21 00:00", due_at="01-20 17:00", src=HUB, at="01-21 00:01"),
                ev("resolved", "01-21 08:00", at="01-21 09:00"),
            )
        )
        apply(engine, [received])
        apply(engine, later)
        ((version, timeliness),) = engine.select(
            "SELECT version, timeliness FROM current FINAL", {}
        )
        assert (version, timeliness) == (3, "late")

    def test_what_has_no_due_date_is_found(self, engine: Engine) -> None:
        empty(engine)
        rows, now = random_log(8000, 7), START + 280 * DAY
        apply(engine, rows)
        wanted = {
            (*place, facts.received_at, holds_at(facts.marks, Mark.WAITING, Mark.WAITING_END, now))
            for place, facts in pure.dossiers(rows)[0].items()
            if facts.status == "dossier" and facts.received_at < now <= facts.closed_at
            if facts.attributes.get("procedure") == "P_2-x" and not facts.due
        }
        assert len({waits for *_, waits in wanted}) == 2
        found = limits.undated(engine, Scope(), ["P_2-x"], board.Filter(), now)
        assert {(d.unit, d.subject, d.received_at, d.waiting) for d in found} == wanted
        since = first_instant(engine, Scope(), None)
        assert since is not None
        assert questions.figure_rows(engine, Scope(), Moment(0, since)) == {}
        assert questions.figure_rows(engine, Scope(), Moment(0, since + 1)) != {}
        assert first_instant(engine, Scope(), 0) is None

    @given(data=st.data(), log=logs(min_size=1, max_size=40), rng=st.randoms(use_true_random=False))
    @FEW
    def test_every_answer_is_the_oracle_s(
        self, engine: Engine, data: st.DataObject, log: list[oracle.Accepted], rng: random.Random
    ) -> None:
        empty(engine)
        log = reminded_often(log, rng.randint(1, len(log)))
        rows = pure.accept(log)
        put(engine, rows, rng)
        for _ in range(4):
            assert_figures(engine, log, data)
        assert_overdue(engine, log, oracle.micros(data.draw(st.sampled_from(POOL))))
        assert events.known_units(engine) == sorted({row.event.unit for row in rows})
        unit, subject = data.draw(st.sampled_from(rows)).event.dossier
        firsts = distinct([row for row in rows if row.event.dossier == (unit, subject)], [])
        stored = events.events_of_dossier(engine, unit, subject)
        assert distinct(stored, []) == firsts

    def test_rules_by_hand(self, engine: Engine) -> None:
        empty(engine)
        for number, rule in enumerate(RULES):
            apply(engine, [moved(row, number) for row in pure.accept(rule.events)])
        for number, rule in enumerate(RULES):
            top = frozenset((f"R{number}",))
            for check in rule.checks:
                question = {
                    "start": check.start, "end": check.end, "now": NOW, "as_of": check.as_of
                }  # fmt: skip
                scope = Scope(top, top, parts=check.parts)
                moment = moment_of(question)
                total = questions.figure_rows(engine, scope, moment).get((), {})
                found = {name: total.get(name, 0) for name in check.expected}
                assert found == check.expected, rule.name
                if check.by:
                    rows = {
                        tuple(value and value.removeprefix(f"R{number}.") for value in key): row
                        for key, row in questions.figure_rows(
                            engine, scope, moment, check.by
                        ).items()
                    }
                    assert set(rows) == set(check.rows), rule.name
                    for key, row in check.rows.items():
                        assert {name: rows[key][name] for name in row} == row, rule.name


def moved(row: Accepted, number: int) -> Accepted:
    """The row with its unit below a unit of its own."""
    return row._replace(event=row.event._replace(unit=f"R{number}.{row.event.unit}"))
