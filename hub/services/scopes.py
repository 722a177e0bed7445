"""The scope of a question about units, by the register of units."""

from collections.abc import Collection

from hub.registry.unit_map import UnitMap
from hub.registry.unit_tree import UnitTree
from hub.store.scope import Scope


def of_units(tree: UnitTree, units: Collection[str], *, subtree: bool) -> Scope:
    """The dossiers of some units, with those of all units below them; no units: of all."""
    if not units:
        return Scope()
    if subtree:
        return Scope(frozenset(), tree.region(frozenset(units)).tops)
    return Scope(frozenset(units))


def of_units_on(
    on: UnitMap, units: Collection[str], known: Collection[str], *, subtree: bool
) -> Scope:
    """As `of_units`, by the units as they were on a day. `known`: units that events named."""
    if not units:
        return Scope()
    return Scope(on.codes(units, {*on.tree.units, *known}, subtree=subtree))


def of_levels(tree: UnitTree, scope: Scope, levels: Collection[str] | None) -> Scope:
    """Only units that are registered with one of these levels, '' for none."""
    if levels is None:
        return scope
    registered = {unit.code: unit.level or "" for unit in tree.units.values()}
    if "" not in levels:
        wanted = (code for code, level in registered.items() if level in levels)
        return scope._replace(
            units=frozenset(filter(scope.contains, wanted)), below=frozenset(), without=frozenset()
        )
    others = frozenset(code for code, level in registered.items() if level not in levels)
    return scope._replace(without=frozenset(filter(scope.contains, others)))
