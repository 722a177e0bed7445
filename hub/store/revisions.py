"""A store of an earlier release is brought up to this one.

Missing tables and columns are added when the store is opened. Facts of another revision (see
`REVISION`) are folded anew from the events by `streams.refold`: beside the tables that are there,
in `facts_building` and `current_building`, which then take their names. What is done is noted in
`refolded`, so that a refold which was interrupted goes on.
"""

from collections.abc import Iterable
from uuid import uuid4

from hub.dossier.tables import GUARD, REVISION
from hub.store.driver import Engine
from hub.store.parts import Part, parts
from hub.store.tables import BUILDING, TABLES

FACTS, CURRENT = "facts", "current"
FACTS_BUILDING, CURRENT_BUILDING = FACTS + BUILDING, CURRENT + BUILDING
_STEPS = ((FACTS, FACTS_BUILDING, "facts_replaced"),
          (CURRENT, CURRENT_BUILDING, "current_replaced"))  # fmt: skip
_ALL, _BUILT = "all", "built"


def create_tables(engine: Engine) -> None:
    """Create what is missing, and add the columns that tables of earlier releases lack.

    Raises `RuntimeError` where a column has another type than this release knows.
    """
    layout = engine.layout
    if is_built(engine) and any(_is_there(engine, building) for _, building, _ in _STEPS):
        swap(engine)  # a crash interrupted it
    for name, table in TABLES.items():
        _run(engine, layout.create(name, table))
    are_ours = _is_ours(engine, FACTS) and _is_ours(engine, CURRENT)
    if are_ours:
        engine.command(layout.feed(FACTS, CURRENT))
    for name, table in TABLES.items():
        if name not in (FACTS, CURRENT):
            for place in layout.places(name):
                _add_columns(engine, place, table.columns)
    if are_ours and not engine.select("SELECT 1 FROM events LIMIT 1", {}):
        finish(engine)  # there is nothing to fold


def is_current(engine: Engine) -> bool:
    """Whether all facts of the store are of this release's revision."""
    return _ALL in _noted(engine)


def is_built(engine: Engine) -> bool:
    """Whether all facts were built, and wait to take the place of others, or took it."""
    return _BUILT in _noted(engine)


def begin_building(engine: Engine) -> None:
    """Create the tables that are to be filled; where some are there, go on with them."""
    layout = engine.layout
    if not all(_is_ours(engine, building) for _, building, _ in _STEPS):
        forget(engine)
        token = uuid4().hex[:12]  # the keeper still knows the tables that these will replace
        for name, building, _ in _STEPS:
            path = f"{name}-{token}"
            _run(engine, layout.create(building, TABLES[name], path))
    engine.command(layout.feed(FACTS_BUILDING, CURRENT_BUILDING))


def forget(engine: Engine) -> None:
    """Let nothing count as folded, and drop what is being built."""
    engine.command(engine.layout.truncate("refolded"))
    _drop(engine, _feed(FACTS_BUILDING, CURRENT_BUILDING))
    for _, building, replaced in _STEPS:
        for name in (building, replaced):
            for place in engine.layout.places(name):
                _drop(engine, place)


def undone(engine: Engine) -> tuple[list[Part], dict[str, int]]:
    """The dossiers with events that are not folded so far, and the last position in each unit."""
    rows = engine.select("SELECT unit, count(), max(position) FROM events GROUP BY unit", {})
    noted, last = _noted(engine), {unit: position for unit, _, position in rows}
    whole = {unit: size for unit, size, _ in rows if _key(unit, last, Part(())) not in noted}
    left = [
        part
        for part in parts(whole)
        if any(_key(unit, last, part) not in noted for unit in part.units)
    ]
    return left, last


def note_folded(engine: Engine, part: Part, last: dict[str, int]) -> None:
    """Note that the events of some dossiers, up to the last positions in their units, are folded
    and on the disk."""
    _note(engine, [_key(unit, last, part) for unit in part.units])


def swap(engine: Engine) -> None:
    """Give the tables that were built the names of those that they replace.

    After a crash in between it is to be done again, and ends what was begun.
    """
    layout = engine.layout
    _note(engine, [_BUILT])
    engine.sync()
    for feed in (_feed(FACTS, CURRENT), _feed(FACTS_BUILDING, CURRENT_BUILDING)):
        _drop(engine, feed)
    for name, building, replaced in _STEPS:
        if not _is_there(engine, building):
            continue
        if _is_there(engine, name):
            _drop(engine, layout.places(replaced)[0])
            engine.command(layout.rename((name, replaced), (building, name)))
        else:
            engine.command(layout.rename((building, name)))
    for name, building, replaced in _STEPS:
        for place in (*layout.places(building)[1:], *layout.places(name)[1:]):
            _drop(engine, place)
        _run(engine, layout.spread(name, TABLES[name]))
        _drop(engine, layout.places(replaced)[0])
    engine.command(layout.feed(FACTS, CURRENT))


def finish(engine: Engine) -> None:
    """Note that all facts are of this revision."""
    if not is_current(engine):
        _note(engine, [_ALL])
        engine.sync()


def _add_columns(engine: Engine, place: str, columns: dict[str, str]) -> None:
    there = _columns(engine, place)
    for column, kind in columns.items():
        if column not in there:
            engine.command(engine.layout.add_column(place, column, kind))
        elif there[column] != kind:
            raise RuntimeError(
                f"the store's column {place}.{column} is of type {there[column]}, but this "
                f"release needs {kind}: a later release wrote it, or another program; use that "
                "release, or restore the store from a backup"
            )


def _key(unit: str, last: dict[str, int], part: Part) -> str:
    return f"{unit} {last[unit]} {part.number}/{part.of}"


def _note(engine: Engine, said: Iterable[str]) -> None:
    rows = list(said)
    engine.insert("refolded", {"revision": [REVISION] * len(rows), "part": rows})


def _noted(engine: Engine) -> set[str]:
    """What is done at this revision; also before there is a table for it."""
    if not _is_there(engine, "refolded"):
        return set()
    sql = "SELECT part FROM refolded WHERE revision = %(revision)s"
    return {row[0] for row in engine.select(sql, {"revision": REVISION})}


def _is_there(engine: Engine, name: str) -> bool:
    return bool(_columns(engine, engine.layout.places(name)[0]))


def _is_ours(engine: Engine, name: str) -> bool:
    """Whether a table of facts is there and of this revision."""
    return all(GUARD in _columns(engine, place) for place in engine.layout.places(name))


def _columns(engine: Engine, place: str) -> dict[str, str]:
    """The columns of a table and their types; none where it is not there."""
    rows = engine.select(
        "SELECT name, type FROM system.columns "
        "WHERE database = currentDatabase() AND table = %(table)s",
        {"table": place},
    )
    return {row[0]: row[1] for row in rows}


def _feed(source: str, target: str) -> str:
    return f"{source}_to_{target}"


def _drop(engine: Engine, place: str) -> None:
    engine.command(engine.layout.drop(place))


def _run(engine: Engine, statements: Iterable[str]) -> None:
    for statement in statements:
        engine.command(statement)
