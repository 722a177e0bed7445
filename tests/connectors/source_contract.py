"""What every source must do; run on each kind with a real database, folder, server or topic."""

import json
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from connectors.port import Cursor, Page, Source


@dataclass
class Vendor:
    """A made-up vendor's side of a source."""

    @abstractmethod
    def write(self, states: dict[str, str]) -> None:
        """The rows with these codes have these states now; one change for the source."""

    @abstractmethod
    def open(self) -> Source:
        """A source that reads it, as a process that was just started does."""


def read(source: Source, cursor: Cursor | None = None, *, sweep: bool = False) -> list[Page]:
    return list(source.pages(cursor, sweep=sweep))


def moved(cursor: Cursor | None, pages: Sequence[Page]) -> Cursor | None:
    """The cursor after some pages, as it comes back from where it is stored."""
    for page in pages:
        cursor = cursor if page.cursor is None else page.cursor
    return json.loads(json.dumps(cursor))


class SourceContract:
    """A subclass gives the fixture `vendor` and says how a state is told by a row's values."""

    column: str
    """Where a row holds the state that `Vendor.write` gave."""

    @pytest.fixture
    def vendor(self) -> Vendor:
        raise NotImplementedError

    def states(self, pages: Sequence[Page]) -> dict[str, Any]:
        """The last state of each row, by the row's key; older versions replace no newer."""
        found: dict[str, tuple[int, Any]] = {}
        for page in pages:
            for row in page.rows:
                version = row.version or 0
                if version >= found.get(row.key, (version, None))[0]:
                    found[row.key] = version, row.values.get(self.column)
        return {key: state for key, (_, state) in found.items()}

    def test_everything_is_read_and_then_nothing(self, vendor: Vendor) -> None:
        vendor.write({f"A-{n}": "s1" for n in range(25)})
        source = vendor.open()
        pages = read(source)
        assert sorted(self.states(pages).values()) == ["s1"] * 25
        keys = {row.key for page in pages for row in page.rows}
        assert len(keys) == 25
        again = self.states(read(source, moved(None, pages)))
        assert again.items() <= self.states(pages).items()
        source.close()
        source.close()

    def test_changes_are_read_from_the_cursor_by_a_new_process(self, vendor: Vendor) -> None:
        vendor.write({f"A-{n}": "s1" for n in range(5)})
        source = vendor.open()
        first = read(source)
        source.close()
        vendor.write({"A-3": "s2", "A-9": "s1"})
        other = vendor.open()
        second = read(other, moved(None, first))
        other.close()
        before, now = self.states(first), self.states([*first, *second])
        changed = {key for key in now if now[key] != before.get(key)}
        assert len(changed) == 2
        assert sorted(now.values()) == ["s1"] * 5 + ["s2"]

    def test_every_cursor_leaves_the_rest(self, vendor: Vendor) -> None:
        vendor.write({f"A-{n}": "s1" for n in range(40)})
        vendor.write({f"A-{n}": "s2" for n in range(10)})
        source = vendor.open()
        pages = read(source)
        whole = self.states(pages)
        for at in range(len(pages) + 1):
            rest = read(source, moved(None, pages[:at]))
            assert self.states([*pages[:at], *rest]) == whole
        source.close()

    def test_the_same_cursor_gives_the_same_rows(self, vendor: Vendor) -> None:
        vendor.write({f"A-{n}": "s1" for n in range(5)})
        source = vendor.open()
        cursor = moved(None, read(source))
        source.close()
        vendor.write({"A-1": "s2"})
        other = vendor.open()
        once, twice = read(other, cursor), read(other, cursor)
        assert self.states(once) == self.states(twice)
        assert "s2" in self.states(once).values()
        other.close()

    def test_a_sweep_gives_all_that_is_there_or_nothing_new(self, vendor: Vendor) -> None:
        vendor.write({f"A-{n}": "s1" for n in range(5)})
        source = vendor.open()
        first = read(source)
        swept = read(source, moved(None, first), sweep=True)
        assert self.states([*first, *swept]) == self.states(first)
        source.close()
