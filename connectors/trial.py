"""A trial of a mapping: what the first rows of a source become. Nothing is stored."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from connectors.mapping import CompiledMapping
from connectors.mapping.read_row import reader
from connectors.port import Fault, Row, Source, Unreadable, Wanted


class Tried(NamedTuple):
    """What one row becomes."""

    place: str
    becomes: Wanted | tuple[Fault, ...]


class Trial(NamedTuple):
    """What some rows become."""

    rows: Sequence[Tried]
    never_given: Sequence[str]
    """Columns that the document names and none of these rows gives."""

    @property
    def refused(self) -> int:
        """How many rows are refused."""
        return sum(not isinstance(row.becomes, Wanted) for row in self.rows)

    @property
    def empty(self) -> int:
        """How many rows state nothing."""
        return sum(isinstance(row.becomes, Wanted) and not row.becomes.facts for row in self.rows)

    @property
    def kinds(self) -> Counter[str]:
        """How many events of each kind."""
        wanted = [row.becomes for row in self.rows if isinstance(row.becomes, Wanted)]
        return Counter(fact.kind for it in wanted for fact in it.facts)


def try_rows(mapping: CompiledMapping, source: Source, most: int) -> Trial:
    """What the first rows become. Raises `SourceError`, `BrokenSourceError`."""
    rows: list[Tried] = []
    given: set[str] = set()
    readers = {name: reader(name, each=None) for name in mapping.named.row}
    for row in islice(_rows(source), most):
        if isinstance(row, Unreadable):
            rows.append(Tried(row.place, row.faults))
            continue
        given |= {name for name, read in readers.items() if read(row.values) is not None}
        rows.append(Tried(row.place, mapping.wanted(row)))
    return Trial(rows, [name for name in readers if name not in given])


def _rows(source: Source) -> Iterator[Row | Unreadable]:
    """Each row once, though a source may read it twice; those that are gone are left out."""
    seen: set[tuple[str, str]] = set()
    for page in source.pages(None, sweep=False):
        found: list[Row | Unreadable] = [*page.unreadable, *page.rows]
        for row in found:
            is_gone = isinstance(row, Row) and not row.values
            if not is_gone and (row.key, row.place) not in seen:
                seen.add((row.key, row.place))
                yield row
