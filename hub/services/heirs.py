"""Rows of units that were merged, shown under their heirs."""

from collections.abc import Collection, Mapping

from hub.dossier.figures import add
from hub.registry.unit_map import UnitMap

Rows = dict[tuple[str | None, ...], dict[str, int]]


def of_heirs(
    rows: Mapping[tuple[str | None, ...], Mapping[str, int]],
    by: tuple[str, ...],
    on: UnitMap,
    asked: Collection[str],
) -> Rows:
    """Rows of figures by the dimensions `by`: those of merged units added to their heirs'. A unit
    that was asked for by name stays itself."""
    if "unit" not in by:
        return {key: dict(row) for key, row in rows.items()}
    at = by.index("unit")
    found: Rows = {}
    for key, row in rows.items():
        unit = on.label(str(key[at]), asked)
        add(found.setdefault((*key[:at], unit, *key[at + 1 :]), {}), row)
    return found
