"""What the processor does on every columnar engine, however its batches follow each other."""

import threading
from contextlib import suppress
from typing import Any

from hub.core.identity import HUB
from hub.store.driver import Engine, Row, StoreUnavailableError
from streams.processor import apply
from tests import pure
from tests.contracts.store import Interrupted, empty, put_at_once
from tests.examples import ev
from tests.examples import log as log_of
from tests.store.random_log import random_log
from tests.strategies import NOW


class ProcessorContract:
    """Holds for every `Engine`; the fixture `engine` gives one with the hub's tables."""

    def test_no_facts_are_stored_of_events_that_were_not(self, engine: Engine) -> None:
        empty(engine)
        asked: list[str] = []

        def fails(table: str) -> None:
            asked.append(table)
            raise StoreUnavailableError("full")

        rows = pure.accept(log_of(*(ev("received", "01-15 08:00", f"e{n}") for n in range(5))))
        for few in (0, len(rows)):
            with suppress(StoreUnavailableError):
                apply(Interrupted(engine, fails), rows, few)
        assert asked == ["events", "events"]

    def test_what_comes_again_in_a_later_batch_changes_nothing(self, engine: Engine) -> None:
        events = [ev("received", "01-15 08:00", "r"), ev("resolved", "01-25 08:00", "c")]
        rows = pure.accept(log_of(*events))
        again = [row._replace(position=row.position + 9, accepted=NOW + 9) for row in rows * 3]
        asked = "SELECT version, accepted FROM facts FINAL ORDER BY version"
        for few in (0, len(again)):
            empty(engine)
            apply(engine, rows, few)
            before = [tuple(row) for row in engine.select(asked, {})]
            for batch in (again, again[:1]):
                assert apply(engine, batch, few).conflicts == []
                assert [tuple(row) for row in engine.select(asked, {})] == before
            assert engine.select("SELECT count() FROM events", {})[0][0] == len(rows)

    def test_batches_begun_at_once_leave_no_dossier_out(self, engine: Engine) -> None:
        rows = random_log(200, 31)
        known = pure.dossiers(rows)[0]
        for few in (0, len(rows)):
            empty(engine)
            put_at_once(engine, rows, [(n, n + 10) for n in range(0, len(rows), 10)], few)
            for table in ("events", "current"):
                found = engine.select(f"SELECT DISTINCT unit, subject FROM {table}", {})
                assert {(unit, subject) for unit, subject in found} == set(known)

    def test_a_reminder_is_among_the_events_that_are_folded_with_it(self, engine: Engine) -> None:
        received, resolved = pure.accept(
            log_of(
                ev("received", "01-15 08:00", "r", due_at="01-20 17:00"),
                ev("resolved", "01-25 08:00", "c"),
            )
        )
        due_at = received.event.data["due_at"]
        reminder = received.event._replace(
            source=HUB, id="o", kind="overdue", data={"due_at": due_at}
        )
        rows = [
            row._replace(position=number, accepted=NOW + number)
            for number, row in enumerate((received, received._replace(event=reminder), resolved), 1)
        ]
        found = []
        for few in (0, len(rows)):
            empty(engine)
            apply(engine, rows, few)
            asked = "SELECT version, accepted, outcome FROM facts FINAL ORDER BY version"
            found.append([tuple(row) for row in engine.select(asked, {})])
        assert found == 2 * [[(1, NOW + 1, ""), (2, NOW + 2, ""), (3, NOW + 3, "granted")]]

    def test_a_batch_sees_the_events_of_the_one_before(self, engine: Engine) -> None:
        asked, too_early = threading.Event(), list[bool]()

        class Asked(Interrupted):
            def select(self, *asks: Any, **how: Any) -> list[Row]:
                asked.set()
                return super().select(*asks, **how)

        def waits(table: str) -> None:
            if table == "events":
                asked.clear()
                too_early.append(asked.wait(0.3))

        rows = random_log(60, 32)
        for few in (0, len(rows)):
            empty(engine)
            put_at_once(Asked(engine, waits), rows, [(0, 30), (30, 60)], few)
        assert too_early == 4 * [False]

    def test_facts_of_two_batches_never_go_in_at_once(self, engine: Engine) -> None:
        storing, second = threading.Lock(), threading.Event()

        class Slow(Interrupted):
            def insert(self, table: str, columns: Any) -> None:
                if table == "facts" and storing.acquire(blocking=False):
                    second.wait(0.3)
                    super().insert(table, columns)
                    storing.release()
                else:
                    if table == "facts":
                        second.set()
                    super().insert(table, columns)

        rows = random_log(60, 33)
        empty(engine)
        put_at_once(Slow(engine, lambda _: None), rows, [(0, 20), (20, 40), (40, 60)], 0)
        assert not second.is_set()
