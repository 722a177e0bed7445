"""The register of units."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, delete, insert, select

from hub.registry import tables
from hub.registry.errors import RegistryError
from hub.registry.planning import check_each, check_token, raise_faults
from hub.registry.sql import Snapshot, lock, upsert, writing
from hub.registry.trail import BY_HUB, Actor, Change, note
from hub.registry.unit_map import Former, UnitMap, map_on
from hub.registry.unit_tree import (
    Level,
    Unit,
    UnitTree,
    check_unit,
    faults_together,
    parents_first,
)

_FORMER = tables.units_former
_MOST_MAPS = 8


class Units:
    """Reads come from memory: the tree is asked at every request."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tree = Snapshot(engine, self._load)
        self._maps: dict[tuple[int, date], tuple[_Known, UnitMap]] = {}

    def tree(self) -> UnitTree:
        """All units as they are registered; what it says does not change while it is held."""
        return self._tree.get().tree

    def map_on(self, day: date) -> UnitMap:
        """The units as they were on a day. Raises `RegistryError` (see `unit_map.map_on`)."""
        known = self._tree.get()
        kept = self._maps.get((id(known), day))
        if kept is None or kept[0] is not known:
            if len(self._maps) >= _MOST_MAPS:
                self._maps.clear()
            kept = known, map_on(known.tree.units, known.former, day)
            self._maps[id(known), day] = kept
        return kept[1]

    def former(self) -> tuple[Former, ...]:
        """How units were before they were moved or renamed, by code and day."""
        return self._tree.get().former

    def changed(self) -> bool:
        """Whether any unit was merged, split, moved or renamed with effect from a day."""
        known = self._tree.get()
        heirs = (unit.valid_to and unit.successors for unit in known.tree.units.values())
        return bool(known.former) or any(heirs)

    def get(self, code: str) -> Unit | None:
        """The unit with this code."""
        return self.tree().units.get(code)

    def all(self) -> list[Unit]:
        """In the order of their codes."""
        return [unit for _, unit in sorted(self.tree().units.items())]

    def foretell(
        self, units: Iterable[Unit], *, since: date | None = None, decision: str | None = None
    ) -> list[Change]:
        """What `put` would change; nothing is stored. Raises `FaultyError`, as it would."""
        with self._engine.connect() as connection:
            return _planned(connection, list(units), since, decision).changes

    def put(
        self,
        units: Iterable[Unit],
        by: Actor = BY_HUB,
        *,
        since: date | None = None,
        decision: str | None = None,
        token: str | None = None,
    ) -> None:
        """Add units, or replace those whose code is registered: all of them or none.

        `since`: the first day on which they are so; how they were is kept for the days before.
        `decision`: what says so, kept in the trail.
        `token`: that of the changes somebody looked at (`planning.token_of`). Raises `FaultyError`,
        which points to rows ("/0" is the first) and columns, and `StaleError`.
        """
        rows = list(units)
        if not rows:
            return
        with writing(self._engine, self._tree) as connection:
            lock(connection, tables.units)
            planned = _planned(connection, rows, since, decision)
            check_token(planned.changes, token)
            if not planned.new:
                return
            ordered = [asdict(unit) for unit in parents_first(planned.new)]
            connection.execute(upsert(self._engine, tables.units), ordered)
            if planned.former:
                connection.execute(insert(_FORMER), [asdict(row) for row in planned.former])
            note(connection, by, planned.changes)

    def remove(self, code: str, by: Actor = BY_HUB) -> None:
        """Take back a unit registered by mistake; one that was closed gets a `valid_to` instead.

        Raises RegistryError if it is not registered, or if another names it.
        """
        with writing(self._engine, self._tree) as connection:
            lock(connection, tables.units)
            units = _read(connection)
            if code not in units:
                hint = "look at the list of units"
                raise RegistryError("code", "is not registered", hint, code="unknown-unit")
            for other in units.values():
                if code in (other.parent, *other.successors):
                    raise RegistryError(
                        "code",
                        f"{code} is named by {other.code} as parent or successor",
                        "change that unit first",
                        code="unit-named",
                    )
            connection.execute(delete(tables.units).where(tables.units.c.code == code))
            connection.execute(delete(_FORMER).where(_FORMER.c.code == code))
            note(connection, by, [_change(code, units[code], None)])

    def _load(self) -> "_Known":
        with self._engine.connect() as connection:
            former = connection.execute(
                select(_FORMER).order_by(_FORMER.c.code, _FORMER.c.until)
            ).mappings()
            return _Known(
                UnitTree.of(_read(connection).values()), tuple(Former(**row) for row in former)
            )


class _Known(NamedTuple):
    tree: UnitTree
    former: tuple[Former, ...]


class _Planned(NamedTuple):
    new: list[Unit]
    former: list[Former]
    changes: list[Change]


def _planned(
    connection: Connection, rows: list[Unit], since: date | None, decision: str | None
) -> _Planned:
    """What rows would change. Raises `FaultyError`."""
    check_each(rows, check_unit)
    known = _read(connection)
    raise_faults(faults_together(rows, known))
    new = [unit for unit in rows if known.get(unit.code) != unit]
    changes = [_change(it.code, known.get(it.code), it, since, decision) for it in new]
    former: list[Former] = []
    if since is not None:
        place = {unit.code: index for index, unit in enumerate(rows)}
        found = [*_former(connection, new, known, since - timedelta(1))]
        raise_faults(_too_early(place[row.code], row, last) for row, last in found if last)
        former = [row for row, last in found if not last]
    return _Planned(new, former, changes)


def _former(
    connection: Connection, rows: list[Unit], known: dict[str, Unit], until: date
) -> Iterator[tuple[Former, date | None]]:
    """How units were up to a day. What is kept for that day already is older and stays. With a day
    where a change after it was declared before."""
    there = connection.execute(select(_FORMER).order_by(_FORMER.c.until)).all()
    kept = {row.code: row.until for row in there}
    for unit in rows:
        before = known.get(unit.code)
        if before is None or _place(before) == _place(unit):
            continue
        last = kept.get(unit.code)
        if last != until:
            later = last if last is not None and last > until else None
            yield Former(unit.code, until, *_place(before)), later


def _too_early(index: int, row: Former, last: date) -> RegistryError:
    return RegistryError(
        f"/{index}/code",
        f"{row.code} was changed with effect after {last} already",
        "declare changes of a unit in the order of their days",
        code="changed-later",
    )


def _place(unit: Unit) -> tuple[str, Level | None, str | None]:
    return unit.name, unit.level, unit.parent


def _read(connection: Connection) -> dict[str, Unit]:
    rows = connection.execute(select(tables.units)).mappings()
    return {row["code"]: Unit(**{**row, "successors": tuple(row["successors"])}) for row in rows}


def _change(
    code: str, before: Unit | None, after: Unit | None, since: date | None = None,
    decision: str | None = None,
) -> Change:  # fmt: skip
    old, new = (None if unit is None else asdict(unit) for unit in (before, after))
    if new is not None and since is not None:
        new["since"] = since
    if new is not None and decision is not None:
        new["decision"] = decision
    return Change("unit", code, old, new)
