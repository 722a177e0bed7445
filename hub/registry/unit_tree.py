"""Units and who is below whom: pure, immutable, cheap to ask."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Literal, get_args

from hub.registry.checks import UNIT, check_choice, check_match, check_text
from hub.registry.errors import RegistryError, given_twice

Level = Literal["ministry", "province", "district", "commune"]

_MOST_KEPT, _SMALL = 200_000, 100
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit (đơn vị). Codes are never given again: a merged unit keeps its own and names heirs."""

    code: str
    name: str
    level: Level | None = None
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    """The last day."""
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """Some units and all below them.

    `codes`: the given codes and every registered unit below one of them. `tops`: the fewest of
    these codes that, with all codes that continue one after a dot, are the same.
    """

    codes: frozenset[str]
    tops: frozenset[str]
    loose: frozenset[str] = frozenset()

    def __contains__(self, code: object) -> bool:
        """Whether a unit, registered or not, is one of them."""
        if not isinstance(code, str) or code in self.codes:
            return code in self.codes
        return any(upper in self.codes for upper in _by_code(code, self.loose))


@dataclass(frozen=True, slots=True)
class UnitTree:
    """All registered units at one moment.

    A unit is below its registered parent, and below every code that its own code continues after
    a dot, registered or not (CONTRACT §4, `subtree`); both are transitive, together.
    """

    units: Mapping[str, Unit]
    _lower: Mapping[str, tuple[str, ...]]
    _regions: dict[Collection[str], Region] = field(default_factory=dict, compare=False)
    """The regions that were asked for: each request asks, and each event of a key."""
    loose: frozenset[str] = frozenset()
    """Units that are below their parent only, whatever their codes begin with."""

    @classmethod
    def of(cls, units: Iterable[Unit], loose: frozenset[str] = frozenset()) -> "UnitTree":
        """Takes units as they are; `faults_together` is what refuses circles."""
        by_code = {unit.code: unit for unit in units}
        lower: dict[str, list[str]] = {}
        for unit in by_code.values():
            for code in right_above(unit.code, by_code, loose):
                lower.setdefault(code, []).append(unit.code)
        parents = {unit.parent for unit in by_code.values() if unit.parent}
        for parent in parents - by_code.keys():  # nobody registered it: it has its dots only
            for code in shorter(parent):
                lower.setdefault(code, []).append(parent)
        below = {code: tuple(of) for code, of in lower.items()}
        return cls(MappingProxyType(by_code), below, loose=loose)

    def region(self, codes: tuple[str, ...] | frozenset[str]) -> Region:
        """The given codes and all below them."""
        found = self._regions.get(codes)
        if found is None:
            below = self._below(codes)
            tops = frozenset(code for code in below if not _has_above(code, below))
            found = Region(below, tops, self.loose)
            kept = sum(_SMALL + len(region.codes) for region in list(self._regions.values()))
            if kept + len(below) > _MOST_KEPT:  # far more than the keys of an office ask for
                self._regions.clear()
            self._regions[codes] = found
        return found

    def above(self, code: str) -> frozenset[str]:
        """All codes above a unit, registered or not; without its own."""
        found: set[str] = set()
        waiting = [*right_above(code, self.units, self.loose)]
        while waiting:
            upper = waiting.pop()
            if upper not in found:
                found.add(upper)
                waiting.extend(right_above(upper, self.units, self.loose))
        return frozenset(found)

    def _below(self, codes: Iterable[str]) -> frozenset[str]:
        found: set[str] = set()
        waiting = list(codes)
        while waiting:
            code = waiting.pop()
            if code not in found:
                found.add(code)
                waiting.extend(self._lower.get(code, ()))
        return frozenset(found)


def check_unit(unit: Unit, pointer: str = "") -> None:
    """Check what can be seen in one row; RegistryError points to `pointer`/column."""
    check_match(UNIT, unit.code, f"{pointer}/code")
    check_text(unit.name, f"{pointer}/name", least=1)
    check_choice(unit.level, get_args(Level), f"{pointer}/level")
    if unit.parent is not None:
        check_match(UNIT, unit.parent, f"{pointer}/parent")
    for successor in unit.successors:
        check_match(UNIT, successor, f"{pointer}/successors")
    if unit.valid_from and unit.valid_to and unit.valid_to < unit.valid_from:
        raise RegistryError(
            f"{pointer}/valid_to", "is before valid_from", "give the last day, or leave it out",
            code="ends-before-begin",
        )  # fmt: skip


def check_together(rows: list[Unit], known: Mapping[str, Unit]) -> None:
    """Raise the first of `faults_together`."""
    for fault in faults_together(rows, known):
        raise fault


def faults_together(rows: list[Unit], known: Mapping[str, Unit]) -> Iterator[RegistryError]:
    """What can only be seen beside the units that are registered already. Circles are looked for
    where nothing else is wrong."""
    found = False
    for fault in _faults_of_rows(rows, known):
        found = True
        yield fault
    if found:
        return
    place = {unit.code: index for index, unit in enumerate(rows)}
    units = {**known, **{unit.code: unit for unit in rows}}
    graphs = {
        "parent": {code: set(right_above(code, units)) for code in units},
        "successors": {code: set(unit.successors) for code, unit in units.items()},
    }
    for column, graph in graphs.items():
        try:
            _check_circles(graph, place, column)
        except RegistryError as error:
            yield error


def _faults_of_rows(rows: list[Unit], known: Mapping[str, Unit]) -> Iterator[RegistryError]:
    place: dict[str, int] = {}
    for index, unit in enumerate(rows):
        if place.setdefault(unit.code, index) != index:
            yield given_twice(f"/{index}/code", unit.code)
    units = known.keys() | place.keys()
    for index, unit in enumerate(rows):
        named = {"parent": (unit.parent,) if unit.parent else (), "successors": unit.successors}
        for column, codes in named.items():
            unknown = next((code for code in codes if code not in units), None)
            if unknown is not None:
                yield RegistryError(
                    f"/{index}/{column}",
                    f"{unknown}, named by {unit.code}, is not registered",
                    "add it to the same list, or leave it out",
                    code="not-registered",
                )


def parents_first(rows: Iterable[Unit]) -> list[Unit]:
    """Units, of which none is above itself, each after its parent: with a parent that is missing,
    SQLite looks through the whole table at each row that follows."""
    by_code = {unit.code: unit for unit in rows}
    upper = {code: [unit.parent] for code, unit in by_code.items() if unit.parent in by_code}
    above = {code: upper.get(code, []) for code in by_code}
    return [by_code[str(code)] for code in TopologicalSorter(above).static_order()]


def shorter(code: str) -> Iterator[str]:
    """Each part of a code that ends before a dot: H29.17.01 gives H29 and H29.17."""
    dot = code.find(".", 1)
    while dot > 0:
        yield code[:dot]
        dot = code.find(".", dot + 1)


def _has_above(code: str, codes: frozenset[str]) -> bool:
    """Whether one of the codes, continued after a dot, gives this one."""
    return any(upper in codes for upper in shorter(code))


def _check_circles(graph: Mapping[str, set[str]], place: Mapping[str, int], column: str) -> None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        index = next(place[code] for code in circle if code in place)
        named = ", ".join(circle[::-1][:_MOST_NAMED])
        more = f" and {len(circle) - _MOST_NAMED} more" if len(circle) > _MOST_NAMED else ""
        raise RegistryError(
            f"/{index}/{column}",
            f"goes round in a circle: {named}{more}",
            "correct one of them (a code is always below what stands before its dots)",
            code="circle",
        ) from error


def right_above(
    code: str, units: Mapping[str, Unit], loose: AbstractSet[str] = frozenset()
) -> Iterator[str]:
    """What is directly above a code: its parent, and each part of it that ends before a dot."""
    unit = units.get(code)
    if unit is not None and unit.parent is not None:
        yield unit.parent
    yield from _by_code(code, loose)


def _by_code(code: str, loose: AbstractSet[str]) -> Iterator[str]:
    """The codes above one that its dots tell, the longest first, up to one that is loose."""
    if code in loose:
        return
    for upper in reversed([*shorter(code)]):
        yield upper
        if upper in loose:
            return
