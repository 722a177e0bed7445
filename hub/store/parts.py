"""All dossiers of the store, so many at once that their events fit into memory."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import pyarrow as pa

from hub.store.driver import Engine

EVENTS_AT_ONCE = 100_000
"""How many events are held in memory at once, about."""


class Part(NamedTuple):
    """Some units, or one of so many parts of the dossiers of a large unit."""

    units: tuple[str, ...]
    number: int = 0
    of: int = 1

    def read(
        self, engine: Engine, names: Iterable[str], table: str, order: str = ""
    ) -> pa.RecordBatch:
        """The rows of a table that are of these dossiers."""
        sql = (
            f"SELECT {', '.join(names)} FROM {table} WHERE unit IN %(units)s "
            "AND modulo(cityHash64(subject), %(of)s) = %(number)s"
            + (order and f" ORDER BY {order}")
        )
        return engine.select_columns(sql, self._asdict())


def sizes_by_unit(engine: Engine, tables: Iterable[str]) -> Counter[str]:
    """The rows of each unit, in the table that has most of them."""
    sizes: Counter[str] = Counter()
    for table in tables:
        for unit, size in engine.select(f"SELECT unit, count() FROM {table} GROUP BY unit", {}):
            sizes[unit] = max(sizes[unit], size)
    return sizes


def parts(sizes: Mapping[str, int], most: int = 0) -> Iterator[Part]:
    """The dossiers of units of so many rows each, in parts of about `most` (`EVENTS_AT_ONCE`).

    A large unit's number of parts is a power of two: it stays the same while the unit grows a bit.
    """
    most = most or EVENTS_AT_ONCE
    units: list[str] = []
    held = 0
    for unit, size in sorted(sizes.items()):
        if held + size > most and units:
            yield Part(tuple(units))
            units, held = [], 0
        if size > most:
            of: int = 1 << (size // most).bit_length()
            yield from (Part((unit,), number, of) for number in range(of))
        else:
            units.append(unit)
            held += size
    if units:
        yield Part(tuple(units))
