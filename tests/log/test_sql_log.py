"""The log in an SQLite file."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from hub.log.port import RECORD_BITS, LogUnavailableError
from hub.log.sql import SqlLog
from tests.contracts.log import (
    SECONDS,
    START,
    Clock,
    ClockedLogContract,
    LogContract,
    Open,
    assert_ordered,
    event,
    events,
    everything,
)

HOUR = 3_600_000_000


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(tmp_path: Path, clock: Clock) -> Iterator[Open]:
    logs: list[SqlLog] = []

    def open_again() -> SqlLog:
        if logs:
            logs.pop().close()
        logs.append(SqlLog(f"sqlite:///{tmp_path / 'log.db'}", clock))
        return logs[0]

    yield open_again
    clock.free.set()
    logs.pop().close()


class TestSqlLog(LogContract, ClockedLogContract):
    """The contract."""

    @pytest.fixture
    def opened(self, opened: Open) -> Open:
        return opened

    @pytest.fixture
    def clock(self, clock: Clock) -> Clock:
        return clock


@contextmanager
def no_file_may_grow(limit: int) -> Iterator[None]:
    """As if the disk were full: no file of this process gets longer than `limit` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_loses_nothing_that_was_answered_and_heals(
    opened: Open, tmp_path: Path
) -> None:
    log = opened()
    log.append(events(0, 50)).result(SECONDS)
    largest = max(file.stat().st_size for file in tmp_path.iterdir())
    with no_file_may_grow(largest + 20_000):
        for _ in range(3):
            with pytest.raises(LogUnavailableError):
                log.append(events(50, 5_000)).result(SECONDS)
        assert len(everything(log)) == 50
    log.append(events(5_000, 5_050)).result(SECONDS)
    for open_log in (log, opened()):
        rows = everything(open_log)
        assert_ordered(rows)
        assert {row.event.id for row in rows} == {
            e.id for e in [*events(0, 50), *events(5_000, 5_050)]
        }


def test_what_cannot_be_written_is_told_and_does_not_stop_the_log(opened: Open) -> None:
    log = opened()
    with pytest.raises(TypeError):
        log.append([event(0)._replace(data={"x": object()})]).result(SECONDS)
    log.append([event(1)]).result(SECONDS)
    assert [row.event for row in everything(log)] == [event(1)]


def test_trimming_keeps_what_is_young_or_not_applied(
    opened: Open, clock: Clock, tmp_path: Path
) -> None:
    log = opened()
    assert isinstance(log, SqlLog)
    ends = []
    for n in range(10):
        log.append(events(3 * n, 3 * n + 3)).result(SECONDS)
        ends.append(log.end())
        clock.at += HOUR
    assert log.trim(START - 1, log.end()) == 0
    assert log.trim(clock.at, {}) == 0
    assert log.trim(START + 5 * HOUR, ends[2]) == 3  # applied up to the third only
    assert log.trim(START + 5 * HOUR, log.end()) == 2  # the sixth is no older than that
    rows = everything(log)
    assert [row.event for row in rows] == events(15, 30)

    assert log.trim(clock.at, log.end(), at_most=2) == 2
    assert log.trim(clock.at, log.end()) == 2  # the last record carries number and moment on
    clock.at = START
    log = opened()
    assert log.end() == ends[-1]
    log.append([event(99)]).result(SECONDS)
    last, new = everything(log)[-2:]
    assert new.position >> RECORD_BITS == ends[-1][0] + 1
    assert new.accepted > last.accepted == START + 9 * HOUR
    with sa.create_engine(f"sqlite:///{tmp_path / 'log.db'}").connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM records")).scalar_one() == 2


def test_who_no_longer_waits_does_not_stop_the_log(opened: Open, clock: Clock) -> None:
    log = opened()
    clock.free.clear()
    given_up = log.append([event(0)])
    assert not given_up.cancel()
    clock.free.set()
    log.append([event(1)]).result(SECONDS)
    assert [row.event for row in everything(log)] == [event(0), event(1)]


def test_a_reader_that_stops_early_lets_go_of_its_snapshot(opened: Open, tmp_path: Path) -> None:
    log = opened()
    for n in range(100):
        log.append([event(n)]).result(SECONDS)
    log = opened()  # nothing of it is in memory
    assert isinstance(log, SqlLog)
    written: list[int] = []

    def write_as_the_next_user_would(connection: Any, _: object) -> None:
        with closing(sqlite3.connect(tmp_path / "log.db")) as other:
            other.execute("DELETE FROM records WHERE record = 100")
            other.commit()
        written.append(connection.execute("DELETE FROM records WHERE record = 99").rowcount)
        connection.commit()

    sa.event.listen(log._engine, "checkin", write_as_the_next_user_would)
    rows, _ = log.read({}, 1)
    sa.event.remove(log._engine, "checkin", write_as_the_next_user_would)
    assert [row.event for row in rows] == [event(0)]
    assert written == [1]


def test_large_records_of_an_older_hub_are_read_as_they_were(opened: Open, tmp_path: Path) -> None:
    old = [events(0, 300), events(300, 301)]
    opened().close()
    with sa.create_engine(f"sqlite:///{tmp_path / 'log.db'}").begin() as connection:
        for some in old:
            connection.execute(
                sa.text("INSERT INTO records (accepted, events) VALUES (:accepted, :events)"),
                {"accepted": START, "events": orjson.dumps([tuple(one) for one in some])},
            )
    log = opened()
    log.append(events(301, 700)).result(SECONDS)
    rows = everything(log)
    assert [row.event for row in rows] == events(0, 700)
    assert [row.position for row in rows[298:302]] == [
        (1 << RECORD_BITS) + 298, (1 << RECORD_BITS) + 299, 2 << RECORD_BITS, 3 << RECORD_BITS,
    ]  # fmt: skip
