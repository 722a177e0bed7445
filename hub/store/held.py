"""Which parts a chDB folder has, so that those that are gone are missed.

The engine numbers what is inserted into a table (its blocks), and a part is named by its first and
last block; merging joins neighbours. So the names of the parts tell which blocks there are. A part
that cannot be read is put aside without a word when the engine opens, and a copy that was made
while the engine ran may lack some: what was noted before tells.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from hub.store.driver import Engine
from hub.store.progress import Reached

_POSITIONS = {"events": "position", "unit_quarters": "version", "statements": "position",
              "statements_taken_back": "position"}  # fmt: skip
_MOMENTS = {"facts": "accepted", "current": "accepted"}
_HELD = (*_POSITIONS, *_MOMENTS)
_PART = re.compile(r"(?:broken\S*?_|unexpected_)?all_(\d+)_(\d+)_(\d+)(?:_\d+)?(?:_try\d+)?")

Blocks = set[tuple[int, int]]
"""Of each part its first and its last block."""


class Beyond(NamedTuple):
    """The highest position and the latest moment (µs) in some parts of the store."""

    position: int
    moment: int


class StoreParts:
    """The parts of a store. To be made before the engine opens the folder: only then is what the
    engine puts aside still there."""

    def __init__(self, folder: Path) -> None:
        self._tables = folder / "data" / "hub"
        self._before = {name: self._blocks(name) for name in _HELD}
        self._aside = {name: self._put_aside(name) for name in _HELD}

    def held(self) -> dict[str, Reached]:
        """What there is now, by table: its last block (`record`), and how many below it there are
        not (`at`). The table's own number is in the name, for one made anew begins at block 1."""
        return {self._named(name): _held(self._blocks(name)) for name in _HELD}

    def lost(self, noted: Mapping[str, Reached]) -> list[str]:
        """The tables that lack something which `held` had when it was noted. To be called once the
        engine has opened the folder."""
        whole = {
            name: self._before[name] - (self._put_aside(name) - self._aside[name]) for name in _HELD
        }
        return self._lacking(noted, whole)

    def lost_since(self, noted: Mapping[str, Reached]) -> list[str]:
        """What the store has lost, by the blocks that are there now."""
        return self._lacking(noted, {name: self._blocks(name) for name in _HELD})

    def beyond(self, engine: Engine, noted: Mapping[str, Reached]) -> Beyond:
        """How far those parts go that came after what was noted; the others are not read."""
        tops = {name: noted.get(self._named(name), Reached(0, 0)).record for name in _HELD}

        def highest(name: str, column: str) -> int:
            rows = engine.select(
                f"SELECT max({column}) FROM {name} "
                "WHERE toInt64(splitByChar('_', _part)[3]) > %(top)s",
                {"top": tops[name]},
            )
            return int(rows[0][0] or 0)

        return Beyond(
            max(highest(*it) for it in _POSITIONS.items()),
            max(highest(*it) for it in _MOMENTS.items()),
        )

    def _lacking(self, noted: Mapping[str, Reached], found: Mapping[str, Blocks]) -> list[str]:
        return [
            name
            for name, blocks in found.items()
            if (was := noted.get(self._named(name))) and _missing(blocks, was.record) > was.at
        ]

    def _named(self, name: str) -> str:
        return f"parts.{name}.{(self._tables / name).resolve().name}"

    def _blocks(self, name: str) -> Blocks:
        return _blocks_of(self._tables / name)

    def _put_aside(self, name: str) -> Blocks:
        return _blocks_of(self._tables / name / "detached")


def _blocks_of(folder: Path) -> Blocks:
    try:
        names = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return set()
    found = filter(None, map(_PART.fullmatch, names))
    return {(int(part[1]), int(part[2])) for part in found}


def _held(blocks: Blocks) -> Reached:
    top = max((last for _, last in blocks), default=0)
    return Reached(top, _missing(blocks, top))


def _missing(blocks: Iterable[tuple[int, int]], top: int) -> int:
    """How many blocks up to one are in none of the parts."""
    missing, reached = 0, 0
    for first, last in sorted(blocks):
        if first > top:
            break
        missing += max(0, first - reached - 1)
        reached = max(reached, last)
    return missing + max(0, top - reached)
