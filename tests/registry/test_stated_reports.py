"""Stated reports, on both engines: added once, never changed; what was changed is seen."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, update

from hub.registry import Actor, Registry, open_registry
from hub.registry.copying import copy_registry
from hub.registry.seals import Sealed, SupersededError
from hub.registry.sql import open_engine
from hub.registry.stated_reports import StatedReport
from hub.registry.stated_tables import stated_reports as t

BY = Actor("7", "POST /v1/reports/f/stated", "10.0.0.1", "curl/8")


def of(name: str = "f", unit: str = "H1") -> Sealed:
    return Sealed(name, unit, "2019-Q1", date(2019, 1, 1), date(2019, 3, 31))


def add(
    registry: Registry, what: Sealed, after: str | None = None, text: str = "4.340", at: int = 5
) -> StatedReport:
    days = {"label": what.period, "from": str(what.start), "to": str(what.end)}
    cells = [{"section": "s", "row": "r", "column": "c", "text": text}]
    said = {"form": what.form, "unit": what.unit, "period": days, "cells": cells, "checks": []}
    return registry.stated.add(what, said, at, after, BY)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    opened = open_engine(url)
    yield opened
    opened.dispose()


def test_a_newer_one_supersedes_and_the_older_stays(
    registry: Registry, other: Registry, tmp_path: Path, url: str
) -> None:
    first = add(registry, of())
    second = add(registry, of("g"), at=6)
    third = add(registry, of(), after=first.id, text="4.430", at=7)
    assert [it.number for it in other.stated.newest_first()] == [3, 2, 1]
    assert [it.id for it in other.stated.newest_first(3, form="f", unit="H1")] == [first.id]
    assert [*other.stated.newest_first(period="2020-Q1")] == []
    assert [it.said["before"] for it in (first, second, third)] == ["", first.hash, second.hash]
    kept = other.stated.get(first.id)
    assert kept is not None
    assert (kept.content, kept.superseded_by) == (first.content, third.id)
    assert other.stated.newest(of()) == third
    assert (then := other.stated.newest(of(), 6)) is not None
    assert then.id == first.id
    assert other.stated.newest(of(), 4) is None
    assert other.stated.get("9-a") is None
    for after in (None, first.id):
        with pytest.raises(SupersededError):
            add(registry, of(), after=after)
    assert other.stated.verify() == (3, [])
    row = other.trail.page(1)[0]
    assert (row.key, row.kind, row.object, row.before) == ("7", "stated", third.id, None)
    assert row.after is not None
    assert (row.after["hash"], "cells" in row.after) == (third.hash, False)
    if url.startswith("sqlite"):  # a server is copied by its own tools
        copy_registry(tmp_path / "registry.db", tmp_path / "copy.db")
        copy = open_registry(f"sqlite:///{tmp_path}/copy.db")
        assert copy.stated.get(third.id) == third
        copy.close()


def test_of_many_at_once_one_follows_the_other(registry: Registry, other: Registry) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [pool.submit(add, (registry, other)[n % 2], of(f"f{n % 8}")) for n in range(16)]
    overtaken = [it for it in made if isinstance(it.exception(), SupersededError)]
    assert len(overtaken) == 8
    assert registry.stated.verify() == (8, [])


HARM: list[tuple[str, Callable[[Connection, list[StatedReport]], Any]]] = [
    ("not as it was entered", lambda c, s: c.execute(
        update(t).where(t.c.number == 2).values(
            content=s[1].content.decode().replace("4.340", "4.341")))),
    ("are missing", lambda c, s: c.execute(delete(t).where(t.c.number == 2))),
    ("trail", lambda c, s: c.execute(delete(t).where(t.c.number == 3))),
    ("listed as something else", lambda c, s: c.execute(
        update(t).where(t.c.number == 1).values(unit="H2"))),
]  # fmt: skip


@pytest.mark.parametrize(("says", "harm"), HARM, ids=[says for says, _ in HARM])
def test_what_was_changed_or_removed_is_seen(
    registry: Registry, engine: Engine, says: str,
    harm: Callable[[Connection, list[StatedReport]], Any],
) -> None:  # fmt: skip
    made = [add(registry, of(name)) for name in ("f", "g", "i")]
    with engine.begin() as connection:
        harm(connection, made)
    _, faults = registry.stated.verify()
    assert [fault for fault in faults if says in fault], faults
