"""A trial of a mapping: what the first rows of a source become. Nothing is stored."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from connectors.doubts import Doubts
from connectors.mapping import CompiledMapping, Document
from connectors.port import Fault, Row, Source, Unreadable, Wanted
from hub.core.yaml_text import Where

LOOKED = 1000
"""Rows that are looked at where fewer are shown."""


class Tried(NamedTuple):
    """What one row becomes."""

    place: str
    becomes: Wanted | tuple[Fault, ...]


class Trial(NamedTuple):
    """What some rows become."""

    rows: Sequence[Tried]
    looked: int
    """How many rows were looked at, with those behind these."""
    refused_behind: int
    """How many of those behind these are refused."""
    doubts: Sequence[tuple[Where, str]]
    """What in the document all the rows that were looked at make doubtful: where, and why."""

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


def try_rows(document: Document, mapping: CompiledMapping, source: Source, most: int) -> Trial:
    """What the first rows become. More are looked at for what is doubtful. Raises `SourceError`,
    `BrokenSourceError`."""
    rows: list[Tried] = []
    doubts = Doubts(document)
    looked = refused_behind = 0
    for row in islice(_rows(source), max(most, LOOKED)):
        looked += 1
        if isinstance(row, Unreadable):
            becomes: Wanted | tuple[Fault, ...] = row.faults
        else:
            becomes = mapping.wanted(row)
            doubts.see(row, becomes)
        if len(rows) < most:
            rows.append(Tried(row.place, becomes))
        elif not isinstance(becomes, Wanted):
            refused_behind += 1
    return Trial(rows, looked, refused_behind, doubts.told())


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
