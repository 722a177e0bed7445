"""Which dossiers are known otherwise at another moment: both engines against the fold."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.dossier.figures import DIMENSIONS
from hub.dossier.fold import Facts
from hub.dossier.store.changed import changed, dossiers_of, known_at, new_events
from hub.store.chdb_engine import ChdbEngine
from hub.store.clickhouse_engine import ClickHouseEngine
from hub.store.driver import Engine
from hub.store.scope import Scope
from streams.processor import apply
from tests.engines.clickhouse import clickhouse_database, clickhouse_server, clickhouse_url
from tests.pure import dossiers
from tests.store.random_log import random_log

__all__ = ["clickhouse_database", "clickhouse_server", "clickhouse_url"]


@pytest.fixture(params=["chdb", "clickhouse"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "chdb":
        opened: ChdbEngine | ClickHouseEngine = ChdbEngine(tmp_path / "store")
    else:
        opened = ClickHouseEngine(request.getfixturevalue("clickhouse_database"))
        opened.create_tables()
    yield opened
    opened.close()


def counted(facts: Facts | None, before: int) -> object:
    """What figures up to an instant can tell of a dossier."""
    marks = sorted((int(c), at, e) for c, at, e in facts.marks if at < before) if facts else []
    if facts is None or not marks:
        return None
    return [facts.attributes.get(name) for name in (*DIMENSIONS[1:], "parent")], marks


def test_what_is_known_otherwise(engine: Engine) -> None:
    rows = random_log(400, 5)
    apply(engine, rows)
    stamps = sorted({row.accepted for row in rows})
    times = sorted(row.event.time for row in rows)
    for since, until, before in (
        (stamps[len(stamps) // 2], stamps[-1], times[len(times) // 2]),
        (stamps[len(stamps) // 3], stamps[len(stamps) // 2], times[-1]),
        (0, stamps[-1], times[-1]), (stamps[-1], stamps[-1], times[-1]),
    ):  # fmt: skip
        old, _ = dossiers(rows, since)
        new, _ = dossiers(rows, until)
        differing = {
            key for key in new if counted(new[key], before) != counted(old.get(key), before)
        }
        found = changed(engine, Scope(), since, until, before)
        assert len(set(found)) == len(found)
        assert set(found) == differing
        assert differing or since == until
        one = frozenset({rows[0].event.unit})
        assert set(changed(engine, Scope(one), since, until, before)) == {
            key for key in differing if key[0] in one
        }
        assert set(dossiers_of(engine, [*one], until)) == {key for key in new if key[0] in one}
        known = known_at(engine, found, since)
        assert known.keys() == differing & old.keys()
        for key, it in known.items():
            assert sorted(it.marks) == sorted((int(c), at, e) for c, at, e in old[key].marks)
        first = {}
        for row in rows:
            first.setdefault(row.event.identity, row.accepted)
        told = {
            (*key, it.source, it.id)
            for key, some in new_events(engine, found, since, until).items() for it in some
        }  # fmt: skip
        assert told == {
            name for name, at in first.items() if since < at <= until and name[:2] in differing
        }
