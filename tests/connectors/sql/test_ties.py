"""Cursors that many rows share, that a driver cuts, or that say less than time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.sql import SqlSource
from connectors.sql.reader import Reader
from connectors.sql.tables import _Look
from tests.connectors.sql.database import START, Database
from tests.connectors.sql.twin import Twin

MANY = 3000


def filled(database: Database, rows: int, at: str) -> None:
    """Many dossiers by one statement; `at`: their time, an expression of `id`."""
    with database.engine.begin() as connection:
        connection.execute(
            database.dossiers.insert(),
            [{"id": key, "TrangThai": 1, "ngay_cap_nhat": START} for key in range(1, rows + 1)],
        )
        connection.execute(sa.text(f"UPDATE ho_so SET ngay_cap_nhat = {at}"))


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each statement gave."""
    found: list[int] = []
    ask = Reader.ask

    def counted(self: Reader, query: Any) -> Any:
        rows = ask(self, query)
        found.append(len(rows))
        return rows

    monkeypatch.setattr(Reader, "ask", counted)
    return found


def test_very_many_rows_of_one_time(database: Database, asked: list[int]) -> None:
    database.fill(2)
    clock = Clock()
    source, twin = SqlSource(database.read(), page=100, now=clock), Twin()
    twin.read(source, sweep=True)
    database.run(database.dossiers.delete())
    filled(database, MANY, "'2026-03-02 09:00:00.000000'")
    twin.read(source, sweep=False)
    assert twin.rows == database.expected()
    for minutes in (0, 2, 2):
        clock.now += timedelta(minutes=minutes)
        assert twin.read(source, sweep=False) == 0
    asked.clear()
    assert twin.read(source, sweep=False) == 0
    assert asked == [0], "once commits cannot be late any more, the many are not read again"
    database.put(5, 5, START + timedelta(hours=2))
    database.put(6, 6, START + timedelta(hours=3))
    twin.read(source, sweep=False)
    assert twin.rows == database.expected()
    assert sum(asked) < 100


def test_an_idle_poll_is_one_statement(database: Database, asked: list[int]) -> None:
    database.fill(50)
    source, twin = database.source(page=100, children=()), Twin()
    twin.read(source, sweep=False)
    for _ in range(3):
        asked.clear()
        assert twin.read(source, sweep=False) == 0
        assert len(asked) == 1


@pytest.mark.parametrize("cut", ["all", "thousandths"])
def test_a_driver_that_cuts_what_the_database_compares(
    database: Database, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    if database.is_sqlite:
        return  # its texts come as they are
    at = {
        "postgresql": "timestamp '2026-03-02 09:00:00' + id * interval '7 microseconds'",
        "mariadb": "timestamp '2026-03-02 09:00:00' + interval id * 7 microsecond",
    }[database.engine.dialect.name]
    database.fill(1)

    def short(value: Any) -> Any:
        if not isinstance(value, datetime):
            return value
        return value.replace(microsecond=0 if cut == "all" else value.microsecond // 1000 * 1000)

    monkeypatch.setattr(_Look, "_made", lambda self, kind: short)
    source, twin = database.source(page=50), Twin()
    twin.read(source, sweep=True)
    filled_from_two(database, 500, at)
    assert twin.read(source, sweep=False) < 60
    states = {key: values["TrangThai"] for key, values in twin.rows.items()}
    assert states == {key: it["TrangThai"] for key, it in database.expected().items()}


def filled_from_two(database: Database, rows: int, at: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(
            database.dossiers.insert(),
            [{"id": key, "TrangThai": 4, "ngay_cap_nhat": START} for key in range(2, rows)],
        )
        connection.execute(sa.text(f"UPDATE ho_so SET ngay_cap_nhat = {at}"))


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ",
        "%Y-%m-%dT%H:%M:%S.%f+07:00", "%Y-%m-%d", "epoch", "millis", "counter",
    ],
)  # fmt: skip
def test_sqlite_has_times_of_any_form(form: str, tmp_path: Any) -> None:
    """Texts, seconds, thousandths of seconds, numbers that are no time."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    numbers = iter(range(1, 1000))

    def written(at: datetime) -> Any:
        if form == "counter":
            return next(numbers)
        seconds = int(at.replace(tzinfo=UTC).timestamp())
        return {"epoch": seconds, "millis": seconds * 1000}.get(form, at.strftime(form))

    def put(key: int, at: datetime) -> None:
        with engine.begin() as connection:
            connection.execute(
                sa.text("INSERT OR REPLACE INTO a VALUES (:key, :at)"),
                {"key": key, "at": written(at)},
            )

    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE a (k INTEGER PRIMARY KEY, luc)"))
    for key in range(30):
        put(key, START + timedelta(seconds=key))
    read = Database("sqlite://").read(
        url=f"sqlite:///{tmp_path / 'a.db'}", table="a", key=("k",), cursor="luc",
        columns=("luc",), children=(),
    )  # fmt: skip
    source, twin = SqlSource(read, page=4), Twin()
    twin.read(source, sweep=False)
    put(3, START + timedelta(seconds=40))
    put(50, START + timedelta(seconds=41))
    if form != "counter":
        put(51, START + timedelta(seconds=1))  # within the overlap
    pages = list(source.pages(twin.cursor, sweep=False))
    found = {row.key for page in pages for row in page.rows}
    told = {"counter": {"3", "50"}, "%Y-%m-%d": {"50", "51"}}  # of a day alone, 3 is as before
    assert found == told.get(form, {"3", "50", "51"})
