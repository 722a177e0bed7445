"""The trail: each change leaves one row, in the same transaction, and nothing else does."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, Executable, delete, event, update

from hub.registry import Actor, DeadLetter, Procedure, Registry, RegistryError, Source, Unit
from hub.registry import tables as t
from hub.registry.calendar import CalendarDay, OfficeHours
from hub.registry.sql import open_engine

ADMIN = Actor("7", "PUT /v1/x", "10.0.0.1", "curl/8")
DAY, HOURS = date(2026, 11, 30), ((420, 690),)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    opened = open_engine(url)
    yield opened
    opened.dispose()


def newest(registry: Registry, number: int = 1) -> list[tuple[object, ...]]:
    rows = registry.trail.page(number)
    return [(row.kind, row.object, row.before, row.after) for row in reversed(rows)]


def letter(registry: Registry) -> None:
    registry.dead_letters.add([DeadLetter("l1", "conflict", None, None, None, None, [], "http")], 1)


WRITES: list[tuple[str, str, Callable[[Registry, object, Actor], object], object, object]] = [
    ("unit", "H1", lambda r, name, by: r.units.put([Unit("H1", str(name))], by), "A", "B"),
    (
        "procedure", "1.1",
        lambda r, name, by: r.procedures.put([Procedure("1.1", str(name))], by), "A", "B",
    ),
    ("source", "/a", lambda r, name, by: r.sources.put([Source("/a", str(name))], by), "A", "B"),
    (
        "calendar", "H1/2026-11-30",
        lambda r, kind, by: r.calendar.put([CalendarDay(DAY, kind, "H1")], by=by),  # type: ignore[arg-type]
        "off", "usual",
    ),
    (
        "calendar", "hours",
        lambda r, hours, by: r.calendar.put(hours=[OfficeHours("", hours)], by=by),  # type: ignore[arg-type]
        HOURS, ((480, 690),),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "write", "first", "second"), WRITES)
def test_every_change_leaves_a_row_and_what_changes_nothing_none(
    registry: Registry, other: Registry, kind: str, name: str, write: Callable[..., object],
    first: object, second: object,
) -> None:  # fmt: skip
    write(registry, first, ADMIN)
    (row,) = other.trail.page(10)
    assert (row.number, row.kind, row.object, row.before) == (1, kind, name, None)
    assert (row.key, row.call, row.address, row.agent) == ("7", "PUT /v1/x", "10.0.0.1", "curl/8")
    assert abs(row.at - time.time_ns() // 1000) < 60_000_000
    write(registry, first, ADMIN)
    assert len(other.trail.page(10)) == 1
    write(registry, second, ADMIN)
    rows = other.trail.page(10)
    assert [row.number for row in rows] == [2, 1]
    assert rows[0].before == rows[1].after
    assert rows[0].before != rows[0].after
    assert registry.trail.verify() == (2, rows[0].hash, [])


def test_units_taken_back_letters_decided_keys_and_new_sources(
    registry: Registry, url: str, engine: Engine
) -> None:
    registry.units.put([Unit("H1", "A")])
    registry.units.remove("H1", ADMIN)
    ((_, _, before, after),) = newest(registry)
    assert (before and before["name"], after) == ("A", None)  # type: ignore[index]
    letter(registry)
    registry.dead_letters.set_status("l1", "discarded", 5, ADMIN)
    told = {"status": "open"}, {"status": "discarded"}
    assert newest(registry) == [("dead_letter", "l1", *told)]
    registry.dead_letters.set_status("l1", "discarded", 6, ADMIN)
    assert registry.trail.page(1)[0].number == 3
    registry.sources.seen({"/new": 5})
    registry.sources.seen({"/new": 6})
    ((kind, name, before, after),) = newest(registry)
    assert (kind, name, before) == ("source", "/new", None)
    assert after == {
        "source": "/new", "name": "/new", "max_age_expected_s": None, "backfilling": False,
    }  # fmt: skip
    keys = [registry.keys.create("reader", units=["H1"], by=ADMIN)]
    keys.append(registry.keys.rotate(keys[0][0].id, 60_000_000, by=ADMIN))
    registry.keys.revoke(keys[1][0].id, by=ADMIN)
    made, ended, followed, revoked = newest(registry, 4)
    assert [row[:2] for row in (made, ended, followed, revoked)] == [
        ("key", "1"), ("key", "1"), ("key", "2"), ("key", "2"),
    ]  # fmt: skip
    assert made[2] is followed[2] is None
    assert (ended[2]["expires"], ended[3]["expires"] is None) == (None, False)  # type: ignore[index]
    assert followed[3]["replaces"] == 1  # type: ignore[index]
    assert revoked[3]["revoked"] is not None  # type: ignore[index]
    with engine.connect() as connection:
        stored = str(connection.execute(t.trail.select()).all())
        digests = connection.execute(t.keys.select()).mappings().all()
    assert not any(secret[4:] in stored for _, secret in keys)
    assert not any(row["digest"] in stored for row in digests)


def test_what_is_refused_leaves_neither_change_nor_row(registry: Registry, other: Registry) -> None:
    good, twice = CalendarDay(DAY, "off"), [OfficeHours("H1", HOURS), OfficeHours("H1", HOURS)]
    for hours, pointer in (([OfficeHours("H1", ((9, 5),))], "/hours/0/hours"), (twice, "/hours/1")):
        with pytest.raises(RegistryError) as refused:
            registry.calendar.put([good], hours)
        assert refused.value.pointer == pointer
    with pytest.raises(RegistryError):
        registry.units.put([Unit("H1", "A"), Unit("H2", "B", parent="H3")])
    with pytest.raises(RegistryError):
        registry.dead_letters.set_status("none", "replayed", 5)
    found = [other.calendar.days(), other.units.all(), other.trail.page(10)]
    assert found == [[], [], []]


def test_a_crash_before_the_row_undoes_the_change(
    registry: Registry, other: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter(registry)
    key, secret = registry.keys.create("admin")
    calls: list[Callable[[], object]] = [
        *(lambda write=write, value=value: write(registry, value, ADMIN)
          for _, _, write, value, _ in WRITES),
        lambda: registry.calendar.put([CalendarDay(DAY, "off")], [OfficeHours("", HOURS)]),
        lambda: registry.keys.create("reader", units=()),
        lambda: registry.keys.rotate(key.id, 0),
        lambda: registry.keys.revoke(key.id, force=True),
        lambda: registry.dead_letters.set_status("l1", "discarded", 5),
        lambda: registry.sources.seen({"/b": 5}),
    ]  # fmt: skip

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    for module in ("units", "procedures", "sources", "calendar", "keys", "dead_letters"):
        monkeypatch.setattr(f"hub.registry.{module}.note", broken)
    for call in calls:
        with pytest.raises(KeyboardInterrupt):
            call()
    for found in (registry, other):
        assert [found.units.all(), found.procedures.all(), found.sources.all()] == [[], [], []]
        assert found.calendar.days() == []
        assert found.keys.all() == [key]
        assert found.keys.find(secret) == key
        kept = found.dead_letters.get("l1")
        assert kept is not None
        assert kept.status == "open"


def test_a_secret_is_written_before_its_key_is_there(registry: Registry, other: Registry) -> None:
    def full(secret: str) -> None:
        handed.append(secret)
        raise OSError("no space")

    handed: list[str] = []
    with pytest.raises(OSError, match="no space"):
        registry.keys.first_admin(full)
    assert (other.keys.all(), registry.keys.find(handed[0])) == ([], None)
    assert registry.keys.first_admin(handed.append)
    assert registry.keys.find(handed[1]) is not None
    assert not registry.keys.first_admin(full)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (update(t.trail).where(t.trail.c.number == 2).values(key="8"), "row 2 is not as it was"),
        (update(t.trail).where(t.trail.c.number == 5).values(after="{}"), "row 5 is not as it was"),
        (delete(t.trail).where(t.trail.c.number == 3), "rows 3 to 3 are missing"),
        (delete(t.trail).where(t.trail.c.number == 5), "ends with row 4"),
        (delete(t.trail), "ends with row 0"),
        (delete(t.trail_head), "no row"),
    ],
)
def test_what_was_edited_or_removed_is_seen(
    registry: Registry, engine: Engine, change: Executable, fault: str
) -> None:
    for number in range(1, 6):
        registry.units.put([Unit(f"H{number}", "A")], ADMIN)
    assert registry.trail.verify()[::2] == (5, [])
    with engine.begin() as connection:
        connection.execute(change)
    assert any(fault in told for told in registry.trail.verify().faults)


def test_two_that_change_at_once_leave_one_chain(registry: Registry, other: Registry) -> None:
    def put(number: int) -> None:
        one = (registry, other)[number % 2]
        one.units.put([Unit(f"H{number}", "A")])
        one.procedures.put([Procedure(f"{number}", "A")])
        one.sources.seen({f"/{number}": 1})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, range(20)))
    assert registry.trail.verify()[::2] == (60, [])


def test_pages_and_filters(registry: Registry) -> None:
    registry.units.put([Unit(f"H{number}", "A") for number in range(5)], ADMIN)
    registry.procedures.put([Procedure("H1", "A")])

    def numbers(**asked: Any) -> list[int]:
        return [row.number for row in registry.trail.page(**asked)]

    assert numbers(limit=2) == [6, 5]
    assert numbers(limit=9, before=3) == [2, 1]
    assert numbers(limit=9, kind="procedure") == numbers(limit=9, key="hub") == [6]
    assert numbers(limit=9, name="H1") == [6, 2]
    at = registry.trail.page(1)[0].at
    assert numbers(limit=9, start=at) == [6]
    assert numbers(limit=9, end=at) == [5, 4, 3, 2, 1]
    with pytest.raises(RegistryError):
        numbers(limit=9, kind="color")


def test_a_large_import_is_a_few_statements(registry: Registry, other: Registry) -> None:
    units = [Unit(f"H{number}", f"Xã {number}") for number in range(12_000)]
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(registry._engine, "before_cursor_execute", count)
    registry.units.put(units, ADMIN)
    assert len(statements) < 10
    registry.units.put(units, ADMIN)
    assert other.trail.verify().rows == 12_000
