"""Figures of units as a tree: a unit that has others below it gets the sum of all of them, and its
own dossiers a row of their own. As the page lays out the same answer (`figure_tree.js`)."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, NamedTuple

from hub.registry.unit_tree import UnitTree, right_above

Figures = Mapping[str, int]
_LOOK_EVERY = 1_000


class Line(NamedTuple):
    """A row. `kind`: a unit with none below it, one with all below it, or its own dossiers alone;
    `figures`: of each period; `below`: how many of the rows that follow are parts of it."""

    code: str
    depth: int
    kind: Literal["unit", "sum", "own"]
    figures: Sequence[Figures]
    below: int = 0


class Laid(NamedTuple):
    """The rows. `adds_up`: whether each sum is that of the rows below it, which is not so where a
    unit is below two that are not below each other."""

    lines: Sequence[Line]
    adds_up: bool


@dataclass(slots=True)
class _Node:
    sums: list[dict[str, int]]
    parent: str | None = None
    children: list[str] = field(default_factory=list)


def laid_out(
    rows: Mapping[str, Sequence[Figures]], tree: UnitTree, asked: Collection[str],
    check: Callable[[], None] = lambda: None,
) -> Laid:  # fmt: skip
    """The rows of units, those below each after it, in the order of their codes; rows of nothing
    but zeros are left out. `rows`: a unit's figures of each period, the same of all units;
    `asked`: of which units all below was asked for, none for all: of others the answer is not all.
    """
    above_of = cache(tree.above)
    above: dict[str, set[str]] = {}
    for code in rows:
        if len(above) % _LOOK_EVERY == 0:
            check()
        above[code] = {
            it for it in above_of(code)
            if (it in tree.units or it in rows)
            and (not asked or it in asked or not above_of(it).isdisjoint(asked))
        }  # fmt: skip
    shown = set().union(*above.values())
    zeros = [dict.fromkeys(figures, 0) for figures in next(iter(rows.values()), ())]
    nodes = {code: _Node([it.copy() for it in zeros]) for code in sorted(shown | rows.keys())}
    for code, node in nodes.items():
        node.parent = _parent(code, shown, tree)
        if node.parent is not None:
            nodes[node.parent].children.append(code)
    adds_up = True
    for code, own in rows.items():
        chain = {code, *_chain(code, nodes)}
        counts = [[it for it in figures.items() if it[1]] for figures in own]
        for one in chain | above[code]:
            for total, some in zip(nodes[one].sums, counts, strict=True):
                for name, count in some:
                    total[name] += count
        adds_up &= above[code] <= chain
    return Laid(_lines(nodes, rows), adds_up)


def _parent(code: str, shown: Collection[str], tree: UnitTree) -> str | None:
    """The nearest unit above one that is shown: by the registry, else by its code."""
    unit = tree.units.get(code)
    while unit is not None and unit.parent is not None:
        if unit.parent in shown:
            return unit.parent
        unit = tree.units.get(unit.parent)
    return next((it for it in right_above(code, {}, tree.loose) if it in shown), None)


def _chain(code: str, nodes: Mapping[str, _Node]) -> Iterator[str]:
    """The units above one, as they are shown."""
    parent = nodes[code].parent
    while parent is not None:
        yield parent
        parent = nodes[parent].parent


def _lines(nodes: dict[str, _Node], rows: Mapping[str, Sequence[Figures]]) -> list[Line]:
    lines: list[Line] = []
    waiting: list[tuple[str, int] | int] = [
        (code, 0) for code in reversed(nodes) if nodes[code].parent is None
    ]
    while waiting:
        following = waiting.pop()
        if isinstance(following, int):  # all below that row have come
            begun = lines[following]
            lines[following] = begun._replace(below=len(lines) - following - 1)
            continue
        code, depth = following
        node = nodes[code]
        if not _has_any(node.sums):
            continue
        lines.append(Line(code, depth, "sum" if node.children else "unit", node.sums))
        if node.children:
            waiting.append(len(lines) - 1)
            if code in rows and _has_any(rows[code]):
                lines.append(Line(code, depth + 1, "own", rows[code]))
            waiting += [(it, depth + 1) for it in reversed(node.children)]
    return lines


def _has_any(figures: Sequence[Figures]) -> bool:
    return any(any(it.values()) for it in figures)
