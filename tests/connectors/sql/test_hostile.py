"""A hostile writer: one sweep finds whatever it does between polls, two find what it deletes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sql import SqlSource
from tests.connectors.sql.database import START, Database
from tests.connectors.sql.twin import Twin

STEPS = (
    "insert", "insert", "edit", "edit", "edit silently", "date back", "no date", "delete",
    "delete and insert", "change key", "child", "child", "change child", "delete child", "late",
    "late", "commit", "all at one time", "reload", "clock", "tick", "tick", "tick", "poll", "poll",
    "poll", "break off", "sweep", "restart", "other ranges",
)  # fmt: skip
KEYS: dict[str, Callable[[int], Any]] = {
    "integers": lambda number: number,
    "sparse": lambda number: number * 1_000_003,
    "texts": lambda number: f"Ấp-{number:03d}",
}
Step = tuple[str, int]


class Vendor:
    """Writes by the second, as many systems do: ties are everywhere."""

    def __init__(self, database: Database, key: Callable[[int], Any]) -> None:
        self.database, self.key = database, key
        self.now = START + timedelta(days=1)
        self.late: sa.Connection | None = None
        self.late_rows: list[int] = []
        self.numbers = 0

    def act(self, what: str, number: int) -> None:
        """One change; `number` says of which row, and how far."""
        getattr(self, "_" + what.replace(" ", "_"))(number % 40)
        self.numbers += 1

    def end(self) -> None:
        self._commit(0)

    def _write(self, number: int, at: datetime | None) -> None:
        if number not in self.late_rows:
            self.database.put(self.key(number), self.numbers % 9, at)

    def _insert(self, number: int) -> None:
        self._write(number, self.now)

    _edit = _insert

    def _edit_silently(self, number: int) -> None:
        dossiers = self.database.dossiers
        if number not in self.late_rows:
            changed = dossiers.update().where(dossiers.c.id == self.key(number))
            self.database.run(changed.values(TrangThai=self.numbers % 9))

    def _date_back(self, number: int) -> None:
        self._write(number, self.now - timedelta(days=1, seconds=number))

    def _no_date(self, number: int) -> None:
        self._write(number, None)

    def _delete(self, number: int) -> None:
        dossiers = self.database.dossiers
        if number not in self.late_rows:
            self.database.run(dossiers.delete().where(dossiers.c.id == self.key(number)))

    def _delete_and_insert(self, number: int) -> None:
        self._delete(number)
        self._write(number, self.now - timedelta(hours=number))

    def _change_key(self, number: int) -> None:
        dossiers = self.database.dossiers
        if number not in self.late_rows:
            changed = dossiers.update().where(dossiers.c.id == self.key(number))
            self.database.run(changed.values(id=self.key(1000 + self.numbers)))

    def _child(self, number: int) -> None:
        self.database.supplement(number % 12, self.key(number), self.now)

    def _change_child(self, number: int) -> None:
        supplements = self.database.supplements
        changed = supplements.update().where(supplements.c.id == number % 12)
        self.database.run(changed.values(NgayBoSung=self.now + timedelta(seconds=number)))

    def _delete_child(self, number: int) -> None:
        supplements = self.database.supplements
        self.database.run(supplements.delete().where(supplements.c.id == number % 12))

    def _late(self, number: int) -> None:
        """Written now, committed later; SQLite has one writer, whose commit is late as a whole."""
        if number in self.late_rows:
            return
        values = {"TrangThai": 7, "Mã hồ sơ": "late", "ngay_cap_nhat": self.now}
        self.late_rows.append(number)
        if self.database.is_sqlite:
            self.numbers += 1
            return
        if self.late is None:
            self.late = self.database.engine.connect()
        dossiers = self.database.dossiers
        mine = dossiers.c.id == self.key(number)
        if not self.late.execute(dossiers.update().where(mine).values(values)).rowcount:
            self.late.execute(dossiers.insert().values(id=self.key(number), **values))

    def _commit(self, number: int) -> None:
        rows, self.late_rows = self.late_rows, []
        if self.late is not None:
            self.late.commit()
            self.late.close()
            self.late = None
        elif self.database.is_sqlite:
            for row in rows:
                self.database.put(self.key(row), 7, self.now - timedelta(seconds=row), "late")

    def _all_at_one_time(self, number: int) -> None:
        self._commit(0)
        changed = self.database.dossiers.update()
        self.database.run(changed.values(TrangThai=number % 9, ngay_cap_nhat=self.now))

    def _reload(self, number: int) -> None:
        """Everything is deleted; half of it is there again."""
        self._commit(0)
        self.database.run(self.database.dossiers.delete())
        if number % 2:
            for row in range(0, 40, 2):
                self._write(row, self.now)

    def _clock(self, number: int) -> None:
        self.now -= timedelta(seconds=3 * number)

    def _tick(self, number: int) -> None:
        self.now += timedelta(seconds=number // 8)


class Play:
    """A vendor, a source that is restarted at times, and what a pump knows by it."""

    def __init__(self, database: Database, key: Callable[[int], Any]) -> None:
        self.database, self.twin = database, Twin()
        self.vendor = Vendor(database, key)
        self.ranges = 10
        self.source = self._opened()

    def step(self, what: str, number: int) -> None:
        if what == "poll":
            self.twin.read(self.source, sweep=False)
        elif what == "sweep":
            self.twin.read(self.source, sweep=True)
        elif what == "break off":
            self.twin.read(self.source, sweep=number % 2 == 0, most=number % 5)
            self._restart()
        elif what == "restart":
            self._restart()
        elif what == "other ranges":
            self.ranges = 3 + number % 20
            self._restart()
        else:
            self.vendor.act(what, number)

    def end(self) -> None:
        """One sweep finds all that is there; two, what is not."""
        self.vendor.end()
        self.twin.read(self.source, sweep=False)  # a first reading may be under way
        expected = self.database.expected()
        self._sweep()
        assert all(self.twin.rows.get(key) == values for key, values in expected.items())
        self._sweep()
        assert self.twin.rows == expected
        self._sweep()
        assert self.twin.read(self.source, sweep=True) <= 2, "what is known is read no more"
        self.source.close()

    def _sweep(self) -> None:
        """One that is not broken off because the source went back."""
        told = len(self.twin.went_back)
        self.twin.read(self.source, sweep=True)
        if len(self.twin.went_back) > told:
            self.twin.read(self.source, sweep=True)

    def _opened(self) -> SqlSource:
        return self.database.source(page=5, keys=self.ranges, overlap=20.0)

    def _restart(self) -> None:
        self.source.close()
        self.source = self._opened()


def emptied(database: Database) -> None:
    database.run(database.supplements.delete())
    database.run(database.dossiers.delete())


@pytest.mark.parametrize("keys", KEYS)
def test_nothing_is_lost(typed_database: Callable[[Any], Database], keys: str) -> None:
    kind = sa.String(40) if keys == "texts" else sa.BigInteger
    database = typed_database(kind)

    @settings(
        max_examples=60 if database.is_sqlite else 25,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 400)), max_size=60))
    def play(steps: list[Step]) -> None:
        emptied(database)
        play = Play(database, KEYS[keys])
        try:
            for what, number in steps:
                play.step(what, number)
            play.end()
        finally:
            play.vendor.end()
            play.source.close()

    play()


def test_what_only_a_poll_saw_is_found_to_be_gone(database: Database) -> None:
    """The checksum is that of before: the range must be read all the same."""
    database.fill(20)
    dossiers = database.dossiers
    database.run(dossiers.delete().where(dossiers.c.id == 5))
    source, twin = database.source(), Twin()
    for _ in range(4):
        twin.read(source, sweep=True)
    before = database.expected()
    database.put(5, 5, START + timedelta(hours=1))
    database.put(6, 6, START + timedelta(hours=1))
    twin.read(source, sweep=False)
    assert twin.rows == database.expected()
    database.run(dossiers.delete().where(dossiers.c.id == 5))
    database.put(6, 2, START + timedelta(seconds=6))
    assert database.expected() == before
    twin.read(source, sweep=True)
    assert twin.rows["6"] == before["6"]
    twin.read(source, sweep=True)
    assert twin.rows == before
