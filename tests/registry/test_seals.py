"""The chain of seals, on both engines: added whole or not at all; what was changed is seen."""

import os
import signal
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, event, text, update

from hub.core.sealed import FORMAT, SealFileError, check_file, faults_of, pack
from hub.registry import Actor, Registry, open_registry
from hub.registry import seal_tables as t
from hub.registry.seals import Seal, Sealed, SupersededError
from hub.registry.sql import open_engine

BY = Actor("7", "POST /v1/reports/f/seal", "10.0.0.1", "curl/8")
SAME = {"inputs/units.json": b"[1]", "report.json": b"{}"}


def of(name: str = "f", unit: str = "H1") -> Sealed:
    return Sealed(name, unit, "2020-Q1", date(2020, 1, 1), date(2020, 3, 31))


def add(registry: Registry, what: Sealed, after: str | None = None, **parts: bytes) -> Seal:
    days = {"label": what.period, "from": str(what.start), "to": str(what.end)}
    said = {"format": FORMAT, "form": what.form, "unit": what.unit or None, "period": days}
    named = {name.replace("_", "."): data for name, data in parts.items()}
    return registry.seals.add(what, said, SAME | named, after, BY)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    opened = open_engine(url)
    yield opened
    opened.dispose()


def test_seals_follow_each_other_and_leave_a_row_in_the_trail(
    registry: Registry, other: Registry
) -> None:
    public = registry.seals.public_key()
    first = add(registry, of(), report_csv=b"a;b")
    second = add(registry, of("g"))
    third = add(registry, of(), after=first.id, report_csv=b"a;c")
    assert [seal.number for seal in other.seals.newest_first()] == [3, 2, 1]
    assert other.seals.public_key() == public == third.said["public_key"]
    assert [it.said["before"] for it in (first, second, third)] == ["", first.hash, second.hash]
    assert (third.said["supersedes"], third.superseded_by) == (first.id, None)
    kept = other.seals.get(first.id)
    assert kept is not None
    assert (kept.statement, kept.superseded_by) == (first.statement, third.id)
    assert other.seals.part(kept, "report.csv") == b"a;b"
    assert other.seals.newest(of()) == third
    assert [seal.id for seal in other.seals.newest_first(3, form="f")] == [first.id]
    assert other.seals.verify() == (3, [])
    row = other.trail.page(1)[0]
    assert (row.key, row.kind, row.object, row.before) == ("7", "seal", third.id, None)
    assert row.after is not None
    assert row.after["hash"] == third.hash
    with pytest.raises(SupersededError):
        add(registry, of(), after=first.id)
    with pytest.raises(SupersededError):
        add(registry, of(), after=None)


def test_of_many_at_once_one_follows_the_other(registry: Registry, other: Registry) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [
            pool.submit(add, (registry, other)[n % 2], of(f"f{n}"), report_csv=bytes([n]))
            for n in range(16)
        ]
        seals = [one.result() for one in made]
    assert sorted(seal.number for seal in seals) == list(range(1, 17))
    assert len({seal.said["public_key"] for seal in seals}) == 1
    assert registry.seals.verify() == (16, [])


def hash_of(seal: Seal, name: str) -> str:
    found: str = seal.said["parts"][name]["sha256"]
    return found


HARM: list[tuple[str, Callable[[Connection, list[Seal]], Any]]] = [
    ("not as it was written", lambda c, s: c.execute(
        update(t.seals).where(t.seals.c.number == 2).values(
            statement=s[1].statement.decode().replace('"g"', '"h"')))),
    ("are missing", lambda c, s: c.execute(delete(t.seals).where(t.seals.c.number == 2))),
    ("noted as the last", lambda c, s: c.execute(delete(t.seals).where(t.seals.c.number == 3))),
    ("trail", lambda c, s: [
        c.execute(delete(t.seals).where(t.seals.c.number == 3)),
        c.execute(update(t.seal_head).values(number=2, hash=s[1].hash))]),
    ("not signed", lambda c, s: c.execute(
        update(t.seals).where(t.seals.c.number == 2).values(signature=s[0].signature))),
    ("report.csv of seal 3", lambda c, s: c.execute(
        delete(t.seal_bytes).where(t.seal_bytes.c.sha256 == hash_of(s[2], "report.csv")))),
    ("inputs/units.json", lambda c, s: c.execute(
        update(t.seal_bytes)
        .where(t.seal_bytes.c.sha256 == hash_of(s[0], "inputs/units.json"))
        .values(packed=zlib.compress(b"[2]")))),
    ("listed as something else", lambda c, s: c.execute(
        update(t.seals).where(t.seals.c.number == 1).values(unit="H2"))),
    ("not this hub's", lambda c, s: c.execute(update(t.seal_keys).values(public="0" * 64))),
]  # fmt: skip


@pytest.mark.parametrize(("says", "harm"), HARM, ids=[says for says, _ in HARM])
def test_what_was_changed_or_removed_is_seen(
    registry: Registry, engine: Engine, says: str,
    harm: Callable[[Connection, list[Seal]], Any],
) -> None:  # fmt: skip
    seals = [add(registry, of(name), report_csv=name.encode()) for name in ("f", "g", "i")]
    with engine.begin() as connection:
        harm(connection, seals)
    _, faults = registry.seals.verify()
    assert [fault for fault in faults if says in fault], faults


def test_a_file_with_any_byte_changed_is_no_seal(registry: Registry) -> None:
    seal = add(registry, of(), report_csv=b"a;b" * 20)
    file = pack(registry.seals.file(seal))
    found, faults = check_file(file)
    assert (faults, found.statement) == ([], seal.statement)
    for place in range(len(file)):
        changed = bytearray(file)
        changed[place] ^= 1 << place % 8
        try:
            _, faults = check_file(bytes(changed))
        except SealFileError:
            continue
        assert faults, place
    for cut in (0, 1, len(file) // 2, len(file) - 1):
        with pytest.raises(SealFileError):
            check_file(file[:cut])
    assert faults_of(found._replace(parts={**found.parts, "more": b""}))
    assert faults_of(found._replace(parts={"report.json": b"{}"}))


def test_a_process_killed_at_any_step_leaves_a_seal_or_nothing(url: str) -> None:
    open_registry(url).close()
    step = made = 0
    while not made:
        step += 1
        child = os.fork()
        if not child:
            _seal_and_die(url, step)
        _, status = os.waitpid(child, 0)
        registry = open_registry(url)
        seals = [*registry.seals.newest_first()]
        engine = open_engine(url)
        with engine.connect() as connection:
            left = connection.scalar(text("SELECT count(*) FROM seal_bytes"))
        engine.dispose()
        assert registry.seals.verify() == (len(seals), [])
        assert registry.trail.verify().faults == []
        assert len(registry.trail.page(10)) == len(seals)
        assert bool(left) == bool(seals)
        if os.WIFEXITED(status):
            made = len(seals)
        else:
            assert seals == [], step
        registry.close()
    assert step > 8


def _seal_and_die(url: str, step: int) -> None:
    """Seal in a process that is killed before its so-manieth statement, the commit included."""
    try:
        registry, left = open_registry(url), step
        engine: Any = registry.seals._engine

        def count(*_: Any) -> None:
            nonlocal left
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(engine, "before_cursor_execute", count)
        event.listen(engine, "commit", count)
        add(registry, of(), report_csv=b"a")
    finally:
        os._exit(0)
