"""Which units a board is of, and under which of them each unit's numbers are shown."""

from collections.abc import Mapping
from typing import NamedTuple

from hub.api.asking import scope_of, scope_on, units_on
from hub.api.context import Hub
from hub.dossier.store.board import Numbers
from hub.registry import Key
from hub.registry.unit_map import UnitMap
from hub.store.scope import Scope


class Shown(NamedTuple):
    """The units of a question, as they are registered or as they were on a day (`on`)."""

    scope: Scope
    on: UnitMap | None = None
    named: frozenset[str] = frozenset()
    """The units that were asked for by name."""
    within: frozenset[str] = frozenset()
    """Those, else the units of the key; none: all."""
    subtree: bool = True

    def has(self, code: str) -> bool:
        """Whether a unit is one of them, also one that was first heard of after the question."""
        if self.on is None or not self.within:
            return self.scope.contains(code)
        return code in self.on.codes(self.within, (code,), subtree=self.subtree)

    @property
    def listed(self) -> Scope:
        """The units that have a row of their own."""
        if self.on is None:
            return self.scope
        return self.scope._replace(without=self.scope.without | self.on.heirs.keys() - self.named)

    def label(self, code: str) -> str:
        """Under which unit the numbers of one are shown."""
        return code if self.on is None else self.on.label(code, self.named)

    def rows(self, numbers: Mapping[str, Numbers]) -> dict[str, Numbers]:
        """Numbers by unit as rows: what was merged is added to its heir."""
        if self.on is None:
            return dict(numbers)
        found: dict[str, Numbers] = {}
        for code, row in numbers.items():
            label = self.label(code)
            before = found.get(label)
            found[label] = (
                row if before is None else Numbers(*map(sum, zip(before, row, strict=True)))
            )
        return found


async def shown_by(
    hub: Hub, key: Key, unit: list[str] | None, subtree: bool, view: str | None
) -> Shown:
    """The units that the query parameters `unit`, `subtree` and `map` ask for. Raises 403, 422."""
    scope = scope_of(hub, key, unit, subtree)
    on = units_on(hub, view, hub.now())
    if on is not None:
        scope = await scope_on(hub, key, unit, subtree, view)
    named = frozenset(unit or ())
    return Shown(scope, on, named, named or frozenset(key.units), subtree or not unit)
