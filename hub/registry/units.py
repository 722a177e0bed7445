"""The register of units."""

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import Connection, Engine, delete, select

from hub.registry import tables
from hub.registry.errors import RegistryError
from hub.registry.sql import Snapshot, lock, upsert, writing
from hub.registry.trail import BY_HUB, Actor, Change, note
from hub.registry.unit_tree import (
    Unit,
    UnitTree,
    check_together,
    check_unit,
    parents_first,
)


class Units:
    """Reads come from memory: the tree is asked at every request."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tree = Snapshot(engine, self._load)

    def tree(self) -> UnitTree:
        """All units as they are now; what it says does not change while it is held."""
        return self._tree.get()

    def get(self, code: str) -> Unit | None:
        """The unit with this code."""
        return self.tree().units.get(code)

    def all(self) -> list[Unit]:
        """In the order of their codes."""
        return [unit for _, unit in sorted(self.tree().units.items())]

    def put(self, units: Iterable[Unit], by: Actor = BY_HUB) -> None:
        """Add units, or replace those whose code is registered: all of them or none.

        Raises RegistryError, which points to the row ("/0" is the first) and the column.
        """
        rows = list(units)
        for index, unit in enumerate(rows):
            check_unit(unit, f"/{index}")
        if not rows:
            return
        with writing(self._engine, self._tree) as connection:
            lock(connection, tables.units)
            known = _read(connection)
            check_together(rows, known)
            new = [unit for unit in rows if known.get(unit.code) != unit]
            if not new:
                return
            ordered = [asdict(unit) for unit in parents_first(new)]
            connection.execute(upsert(self._engine, tables.units), ordered)
            note(connection, by, [_change(unit.code, known.get(unit.code), unit) for unit in new])

    def remove(self, code: str, by: Actor = BY_HUB) -> None:
        """Take back a unit registered by mistake; one that was closed gets a `valid_to` instead.

        Raises RegistryError if it is not registered, or if another names it.
        """
        with writing(self._engine, self._tree) as connection:
            lock(connection, tables.units)
            units = _read(connection)
            if code not in units:
                raise RegistryError("code", "is not registered", "look at the list of units")
            for other in units.values():
                if code in (other.parent, *other.successors):
                    raise RegistryError(
                        "code",
                        f"{code} is named by {other.code} as parent or successor",
                        "change that unit first",
                    )
            connection.execute(delete(tables.units).where(tables.units.c.code == code))
            note(connection, by, [_change(code, units[code], None)])

    def _load(self) -> UnitTree:
        with self._engine.connect() as connection:
            return UnitTree.of(_read(connection).values())


def _read(connection: Connection) -> dict[str, Unit]:
    rows = connection.execute(select(tables.units)).mappings()
    return {row["code"]: Unit(**{**row, "successors": tuple(row["successors"])}) for row in rows}


def _change(code: str, before: Unit | None, after: Unit | None) -> Change:
    told = [None if unit is None else asdict(unit) for unit in (before, after)]
    return Change("unit", code, *told)
