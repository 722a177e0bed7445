"""The audit finds nothing in what the hub wrote, and every break that is made on purpose."""

import random
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.identity import HUB
from hub.dossier.audit.quarters import compare_quarters
from hub.families import compare_facts
from hub.log.sql import SqlLog
from hub.services.audit import audit
from hub.store import parts
from hub.store.audit import Findings, compare_log
from hub.store.driver import Engine
from hub.store.events import append_events
from schemas.event import Accepted
from tests import oracle, pure
from tests.contracts.log import SECONDS, Clock, everything
from tests.contracts.quarters import Worker
from tests.contracts.store import FEW, batches, empty, put
from tests.engines.chdb import chdb
from tests.examples import ev
from tests.examples import log as log_of
from tests.reminders import reminded_often
from tests.strategies import NOW, logs

__all__ = ["chdb"]
SYNC = "SETTINGS mutations_sync = 1"


@pytest.fixture(scope="class")
def engine(chdb: Engine) -> Engine:
    return chdb


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqlLog]:
    log = SqlLog(f"sqlite:///{tmp_path / 'log.db'}", Clock(NOW - 10**9))
    yield log
    log.close()


def run(engine: Engine, log: SqlLog) -> Findings:
    return audit(log, engine, log.end(), lambda: NOW, tries=0)


def fill(engine: Engine, log: SqlLog) -> list[Accepted]:
    """Three dossiers of two units through the whole way."""
    empty(engine)
    for some in (
        [
            ev("received", "01-10 08:00", "r", due_at="01-20 17:00"),
            ev("received", "01-11 08:00", "r", subject="2"),
            ev("received", "01-12 08:00", "r", subject="3", unit="H2", parent="2"),
        ],
        [ev("resolved", "01-22 08:00", "d"), ev("rated", "01-23 08:00", "s", rating="neutral")],
    ):
        log.append([row.event for row in pure.accept(log_of(*some))]).result(SECONDS)
    rows = everything(log)
    worker = Worker(engine, Clock(rows[0].accepted))
    worker.take(rows[:3])
    worker.take(rows)
    worker.aggregate()
    return rows


class TestAudit:
    @given(log=logs(min_size=1, max_size=40), rng=st.randoms(use_true_random=False))
    @settings(FEW, max_examples=6)
    def test_nothing_differs_whatever_happened(
        self, engine: Engine, log: list[oracle.Accepted], rng: random.Random
    ) -> None:
        empty(engine)
        rows = pure.accept(reminded_often(log, rng.randint(1, len(log))))
        put(engine, rows, rng)
        worker = Worker(engine, Clock(NOW))
        worker.take(rows)
        worker.aggregate()
        findings = Findings()
        for start, end in batches(rows, rng):
            compare_log(engine, rows[start:end], findings)
        with patch.object(parts, "EVENTS_AT_ONCE", rng.choice((1, 10, 100_000))):
            compare_facts(engine, lambda _: True, findings)
        compare_quarters(engine, NOW, findings)
        assert findings.kept == []
        assert findings.checked["log_events"] == len(rows)
        assert findings.checked["dossiers"] == len({row.event.dossier for row in rows})

    @pytest.mark.parametrize(
        ("statement", "kinds"),
        [
            ("facts DELETE WHERE subject = '1' AND version = 1", {"facts-missing"}),
            ("current DELETE WHERE subject = '2'", {"facts-missing", "quarter-differs"}),
            ("facts UPDATE timeliness = 'early' WHERE subject = '1'", {"facts-differ"}),
            ("current UPDATE mark_event = ['a b'] WHERE unit = 'H2'", {"facts-differ"}),
            ("facts UPDATE accepted = accepted + 1 WHERE 1", {"facts-differ"}),
            ("current UPDATE field = 'x' WHERE subject = '2'", {"facts-differ"}),
            ("events DELETE WHERE unit = 'H2'", {"event-missing", "no-events-for-facts"}),
            (
                "events UPDATE accepted = accepted - 5 WHERE kind = 'resolved'",
                {"event-differs", "facts-missing"},
            ),
            (
                "events UPDATE time = time + 1000000 WHERE kind = 'resolved'",
                {"event-differs", "facts-differ"},
            ),
            (
                "unit_quarters UPDATE resolved_late = 0 WHERE quarter = '2020-Q1'",
                {"quarter-differs"},
            ),
            ("unit_quarters DELETE WHERE quarter = '2020-Q2'", {"quarter-differs"}),
        ],
    )
    def test_every_break_is_found(
        self, engine: Engine, log: SqlLog, statement: str, kinds: set[str]
    ) -> None:
        fill(engine, log)
        before = run(engine, log)
        assert before.kept == []
        assert before.checked["dossiers"] == 3
        engine.command(f"ALTER TABLE {statement} {SYNC}")
        found = run(engine, log)
        assert found.number == len(found.kept) > 0
        assert {row["kind"] for row in found.kept} == kinds

    def test_what_is_not_applied_yet_is_no_difference(self, engine: Engine, log: SqlLog) -> None:
        rows = fill(engine, log)
        applied = log.end()
        log.append([rows[0].event._replace(id="later", subject="9")]).result(SECONDS)
        append_events(engine, everything(log)[-1:])  # its facts are not there so far
        assert audit(log, engine, applied, lambda: NOW, tries=0).kept == []
        assert {row["kind"] for row in run(engine, log).kept} == {"facts-missing"}

    def test_what_the_hub_reminds_of_needs_no_facts(self, engine: Engine, log: SqlLog) -> None:
        first = fill(engine, log)[0].event
        before = engine.select("SELECT count() FROM facts", {})
        said = first._replace(source=HUB, id="o", kind="overdue", data={"due_at": first.time})
        log.append([said]).result(SECONDS)
        Worker(engine, Clock(NOW)).take(everything(log)[-1:])
        assert run(engine, log).kept == []
        assert engine.select("SELECT count() FROM facts", {}) == before
        assert engine.select("SELECT count() FROM events WHERE source = '/hub'", {}) == [[1]]

    def test_the_first_thousand_are_listed_and_all_are_counted(self) -> None:
        findings = Findings()
        for n in range(1500):
            findings.add("facts-missing", ("H1", str(n)))
        assert findings.number == 1500
        assert len(findings.kept) == 1000
