"""A table of made-up dossiers, and many who write it in ways that cursors do not see.

Times by the second, commits up to 14 s late, edits without a time and with none, back-dates,
deletes, rows deleted and inserted again, keys and codes changed, children changed alone, gaps of
rolled-back transactions, thousands of rows at one time, a clock that is set back, and an old copy
put back.
"""

import random
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

WRITERS = 6
FIRST = 20_000
"""Rows that are there before anybody writes."""
UNITS = 7
LATEST = 14.0
"""Seconds for which a transaction stays open at most."""
_BACK = timedelta(seconds=40)
_RECEIVED = datetime(2026, 1, 5, 8, 30)  # noqa: DTZ001  # as the vendor has it
_TEXT = sa.String(40)
META = sa.MetaData()
DOSSIERS = sa.Table(
    "doi",
    META,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("ma_ho_so", _TEXT),
    sa.Column("don_vi", _TEXT),
    sa.Column("linh_vuc", _TEXT),
    sa.Column("nguoi_nop", _TEXT),
    sa.Column("ngay_tiep_nhan", sa.DateTime),
    sa.Column("ngay_ket_thuc", sa.DateTime),
    sa.Column("ngay_cap_nhat", sa.DateTime),
    sa.Index("doi_cap_nhat", "ngay_cap_nhat", "id"),
)
CHILDREN = sa.Table(
    "doi_bo_sung",
    META,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("ho_so_id", sa.Integer, index=True),
    sa.Column("ngay", sa.DateTime),
)
KINDS = {
    "insert": 6, "edit": 60, "silent": 11, "back": 5, "no time": 2, "delete": 5, "again": 3,
    "key": 1, "code": 1, "child": 6,
}  # fmt: skip


def now() -> datetime:
    """By the second."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


class Writers:
    """Write so many rows in about so many seconds; each has rows of its own."""

    def __init__(self, engine: sa.Engine, rows: int, seconds: float) -> None:
        self._engine, self._rows, self._seconds = engine, rows, seconds
        self._lock, self._still = threading.Lock(), threading.RLock()
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._began = 0.0
        self._copy: list[Any] = []
        self.mutations = 0
        """Rows that were changed, by transactions that were committed."""
        self.codes: set[str] = set()
        """Of all dossiers that there ever were."""

    def fill(self) -> None:
        """The table as it was yesterday."""
        META.drop_all(self._engine)
        META.create_all(self._engine)
        self._insert_all([self._row(n, now() - timedelta(days=1)) for n in range(FIRST)])

    def run(self) -> None:
        """Write; all is committed when it returns."""
        self._began = time.monotonic()
        threads = [threading.Thread(target=self._write, args=(n,)) for n in range(WRITERS)]
        threads.append(threading.Thread(target=self._disturb))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _stamp(self) -> datetime:
        """What the vendor's clock says: it is set back for a tenth of the time."""
        is_back = 0.35 < self._part() < 0.45
        return now() - (_BACK if is_back else timedelta(0))

    def _part(self) -> float:
        """How much of the work is done."""
        return self.mutations / self._rows

    def _row(self, key: int, at: datetime | None, chance: random.Random | None = None) -> Any:
        code = f"D{key}"
        self.codes.add(code)
        field = f"f{(chance or random).randrange(20)}"
        return {
            "id": key, "ma_ho_so": code, "don_vi": f"H{key % UNITS}", "linh_vuc": field,
            "nguoi_nop": "made up", "ngay_tiep_nhan": _RECEIVED + timedelta(hours=key % 900),
            "ngay_ket_thuc": None, "ngay_cap_nhat": at,
        }  # fmt: skip

    def _write(self, number: int) -> None:
        chance, mine = random.Random(number), range(number, FIRST, WRITERS)
        keys, new = list(mine), FIRST + number
        while self.mutations < self._rows:
            is_late = chance.random() < 0.04 and number % 2 == 0
            is_undone = chance.random() < 0.03
            stamp = self._stamp()
            if is_late and self._is_sqlite:  # it has one writer: its commit is late as a whole
                stamp -= timedelta(seconds=chance.uniform(0, LATEST))
            with suppress(_UndoneError), self._engine.begin() as connection:
                count, new = self._transaction(connection, chance, keys, new, stamp)
                if is_late and not self._is_sqlite:
                    time.sleep(chance.uniform(0, LATEST))
                if is_undone:
                    raise _UndoneError
                self._add(count, connection)
            self._pace()

    def _add(self, count: int, connection: sa.Connection) -> None:
        connection.commit()
        with self._lock:
            self.mutations += count

    def _pace(self) -> None:
        """Not faster than was asked."""
        ahead = self._part() * self._seconds - (time.monotonic() - self._began)
        if ahead > 0:
            time.sleep(min(ahead, 1.0))
        with self._still:  # while an old copy is put back
            pass

    def _transaction(
        self, to: sa.Connection, chance: random.Random, keys: list[int], new: int, at: datetime
    ) -> tuple[int, int]:
        """Some statements; how many rows they changed, and the next new key."""
        count = 0
        for _ in range(chance.randint(1, 3)):
            kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
            some = chance.sample(keys, chance.randint(1, 40))
            rows = DOSSIERS.c.id.in_(some)
            field = {"linh_vuc": f"f{chance.randrange(20)}"}
            done = _RECEIVED + timedelta(days=40) if chance.random() < 0.5 else None
            match kind:
                case "insert":
                    made = [new + n * WRITERS for n in range(len(some))]
                    new += len(made) * WRITERS
                    to.execute(DOSSIERS.insert(), [self._row(n, at, chance) for n in made])
                    keys += made if len(keys) < 40_000 else ()
                    count += len(made)
                case "edit":
                    change = DOSSIERS.update().where(rows)
                    changed = field | {"ngay_ket_thuc": done, "ngay_cap_nhat": at}
                    count += to.execute(change.values(changed)).rowcount
                case "silent" | "back" | "no time":
                    times = {
                        "silent": {}, "no time": {"ngay_cap_nhat": None},
                        "back": {"ngay_cap_nhat": at - timedelta(hours=chance.randint(1, 48))},
                    }  # fmt: skip
                    change = DOSSIERS.update().where(rows).values(field | times[kind])
                    count += to.execute(change).rowcount
                case "delete" | "again":
                    count += to.execute(DOSSIERS.delete().where(rows)).rowcount
                    if kind == "again":
                        to.execute(DOSSIERS.insert(), [self._row(n, at, chance) for n in some])
                        count += len(some)
                case "key":
                    there = {"id": new, "ngay_cap_nhat": at}
                    moved = DOSSIERS.update().where(DOSSIERS.c.id == some[0]).values(there)
                    count += to.execute(moved).rowcount
                    keys[keys.index(some[0])] = new
                    new += WRITERS
                case "code":
                    code = f"D{some[0]}-{new}"
                    self.codes.add(code)
                    named = DOSSIERS.update().where(DOSSIERS.c.id == some[0])
                    there = {"ma_ho_so": code, "ngay_cap_nhat": at}
                    count += to.execute(named.values(there)).rowcount
                case _:
                    count += self._children(to, chance, some)
        return count, new

    def _children(self, to: sa.Connection, chance: random.Random, some: list[int]) -> int:
        """Requests for supplements come, change and go; their dossiers do not say so."""
        some = some[:5]
        gone = to.execute(CHILDREN.delete().where(CHILDREN.c.id.in_(some))).rowcount
        if chance.random() < 0.2:
            return gone
        day = _RECEIVED + timedelta(days=chance.randint(1, 30))
        to.execute(CHILDREN.insert(), [{"id": n, "ho_so_id": n, "ngay": day} for n in some])
        return gone + len(some)

    def _disturb(self) -> None:
        """Once each: all rows get one time; a copy is made, and later put back."""
        for part, act in ((0.2, self._keep), (0.5, self._put_back), (0.7, self._all_at_once)):
            while self._part() < part:
                time.sleep(0.1)
            act()

    def _keep(self) -> None:
        with self._engine.begin() as connection:
            self._copy = [dict(it) for it in connection.execute(sa.select(DOSSIERS)).mappings()]

    def _put_back(self) -> None:
        with self._still:
            time.sleep(LATEST + 2)  # whoever writes has committed
            with self._engine.begin() as connection:
                count = connection.execute(DOSSIERS.delete()).rowcount
            self._insert_all(self._copy)
            with self._lock:
                self.mutations += count + len(self._copy)

    def _all_at_once(self) -> None:
        with self._still:
            time.sleep(LATEST + 2)
            change = DOSSIERS.update().where(DOSSIERS.c.id % 3 == 0)
            with self._engine.begin() as connection:
                count = connection.execute(change.values(linh_vuc="f1", ngay_cap_nhat=now()))
            with self._lock:
                self.mutations += count.rowcount

    def _insert_all(self, rows: list[Any]) -> None:
        with self._engine.begin() as connection:
            for first in range(0, len(rows), 1000):
                connection.execute(DOSSIERS.insert(), rows[first : first + 1000])


class _UndoneError(Exception):
    """The transaction is rolled back."""
