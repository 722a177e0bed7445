"""Who was below whom on a day: units that were merged, split, moved and renamed, as a view.

No dossier is moved: its unit stays the one that registered it. A view says under whom it counts.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from graphlib import CycleError, TopologicalSorter

from hub.registry.errors import RegistryError
from hub.registry.unit_tree import Level, Unit, UnitTree, right_above, shorter


@dataclass(frozen=True, slots=True)
class Former:
    """How a unit was, up to a day (`until`, included)."""

    code: str
    until: date
    name: str
    level: Level | None
    parent: str | None


@dataclass(frozen=True, slots=True)
class UnitMap:
    """The units as they were on a day. A unit that was merged is below its heir."""

    day: date
    tree: UnitTree
    heirs: Mapping[str, str]
    """Of each unit that was merged, the unit that it was merged into, which may be merged, too."""

    def heir(self, code: str) -> str:
        """The unit that stands for a unit on that day: itself, or the last of its heirs."""
        while code in self.heirs:
            code = self.heirs[code]
        return code

    def codes(
        self, asked: Collection[str], known: Iterable[str], *, subtree: bool
    ) -> frozenset[str]:
        """The units whose dossiers count for some units, out of those that are known: themselves
        and what was merged into them; with `subtree`, all below them."""
        wanted = frozenset(asked)
        if subtree:
            region = self.tree.region(wanted)
            return wanted | {code for code in known if code in region}
        return wanted | {code for code in known if self.heir(code) in wanted}

    @property
    def gone(self) -> frozenset[str]:
        """Units that were not there on that day: merged, closed, or opened later. One that was
        split is not among them, for its dossiers are its own."""
        return frozenset(
            code
            for code, unit in self.tree.units.items()
            if code in self.heirs
            or (unit.valid_from is not None and unit.valid_from > self.day)
            or (unit.valid_to is not None and unit.valid_to < self.day and not unit.successors)
        )

    def predecessors(self, code: str, then: "UnitMap") -> frozenset[str]:
        """Of the units that count for one, those that stood for themselves on another day: the
        unit itself, if it was there, and what was merged into it since."""
        members = {code, *(it for it in self.heirs if self.heir(it) == code)}
        return frozenset(then.heir(it) for it in members) & members - then.gone

    def label(self, code: str, asked: Collection[str]) -> str:
        """Under which unit the dossiers of one are shown; one that was asked for stays itself."""
        return code if code in asked else self.heir(code)


def map_on(units: Mapping[str, Unit], former: Iterable[Former], day: date) -> UnitMap:
    """The units as they were on a day. Raises `RegistryError` where that goes round in a circle.

    A unit is gone after its `valid_to`. With one successor it was merged into that one; with
    several its dossiers cannot be told apart: it stays a unit of its own, where its successors
    are, if that is one place. A unit that was ever moved is below its parent of that day only.
    """
    there = dict(units)
    moved = set()
    for state in sorted(former, key=lambda it: it.until, reverse=True):
        unit = there.get(state.code)
        if unit is None:
            continue
        if state.parent != units[state.code].parent:
            moved.add(state.code)
        if day <= state.until:
            there[state.code] = replace(
                unit, name=state.name, level=state.level, parent=state.parent
            )
    gone = [
        unit
        for unit in there.values()
        if unit.valid_to is not None and unit.valid_to < day and unit.successors
    ]
    heirs: dict[str, str] = {}
    for code in (it.code for it in sorted(gone, key=lambda it: (str(it.valid_to), it.code))):
        unit = there[code]  # as an earlier merger left the unit
        if len(unit.successors) == 1:
            heirs[unit.code] = unit.successors[0]
            _merge(there, moved, unit, heirs)
        else:
            _split(there, moved, unit)
    tree = UnitTree.of(there.values(), frozenset(moved))
    _check(tree, day)
    return UnitMap(day, tree, heirs)


def _merge(there: dict[str, Unit], loose: set[str], unit: Unit, heirs: Mapping[str, str]) -> None:
    """Put a unit below its heir. An heir that was below it takes its place; of an heir that was
    merged itself, which is below its own heir, the last heir does."""
    heir = there[unit.successors[0]]
    if _is_above(unit.code, heir.code, there, loose):
        last = heir.code
        while last in heirs and last != unit.code:
            last = heirs[last]
        there[last] = replace(there[last], parent=_parent(unit, loose))
        loose.add(last)
    there[unit.code] = replace(unit, parent=heir.code)
    loose.add(unit.code)


def _split(there: dict[str, Unit], loose: set[str], unit: Unit) -> None:
    parents = {_parent(there[code], loose) for code in unit.successors}
    parent = parents.pop() if len(parents) == 1 else None
    if parent is not None and not _is_above(unit.code, parent, there, loose):
        there[unit.code] = replace(unit, parent=parent)
        loose.add(unit.code)


def _is_above(upper: str, code: str, there: Mapping[str, Unit], loose: set[str]) -> bool:
    """Whether a unit is another one, or above it."""
    found, waiting = {code}, [code]
    while waiting:
        for one in right_above(waiting.pop(), there, loose):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return upper in found


def _parent(unit: Unit, loose: Collection[str]) -> str | None:
    """The unit right above one: its parent, else the longest code that its dots tell."""
    if unit.parent is not None or unit.code in loose:
        return unit.parent
    return max(shorter(unit.code), key=len, default=None)


def _check(tree: UnitTree, day: date) -> None:
    try:
        TopologicalSorter({code: tree.above(code) for code in tree.units}).prepare()
    except CycleError as error:
        named = ", ".join(error.args[1][::-1][:10])
        raise RegistryError(
            "/0/successors",
            f"on {day} goes round in a circle: {named}",
            "correct the successors or the parents of one of them",
            code="circle",
        ) from error
