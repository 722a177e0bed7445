"""Which units, and what of theirs, a question is about."""

from typing import Any, NamedTuple

_FEW_UNITS = 8
_FEW_RANGES = 16
_BELOW = (
    "(SELECT whole FROM (SELECT toString(unit) AS whole FROM (SELECT DISTINCT unit FROM current)) "
    "ARRAY JOIN arrayMap(i -> substring(whole, 1, i), arrayFilter("
    "i -> substring(concat(whole, '.'), i + 1, 1) = '.', range(36))) AS upper "
    "WHERE upper IN %(below)s)"
)
"""The units that have dossiers and are, or lie below, some codes: those of each unit's code, up to
each of its dots (of 35 signs at most), that are among them."""


class Scope(NamedTuple):
    """Which dossiers a question is about.

    `units`: None for all, or codes; `below`: codes that belong to it with all their sub-codes
    (code, dot, anything); `without`: codes that do not belong to it all the same.
    `where`: dimensions with the values of each that are wanted ('' for none). `parts`: parts of
    linked dossiers as well.
    """

    units: frozenset[str] | None = None
    below: frozenset[str] = frozenset()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    parts: bool = False
    without: frozenset[str] = frozenset()

    @property
    def is_narrow(self) -> bool:
        """Whether it is of a few units."""
        return self.units is not None and not self.below and len(self.units) <= _FEW_UNITS

    def contains(self, unit: str) -> bool:
        """Whether a unit, registered or not, belongs to it."""
        if self.units is None or unit in self.units or unit in self.below:
            return unit not in self.without
        return has_above(unit, self.below) and unit not in self.without

    def units_condition(self, params: dict[str, Any]) -> str:
        """The SQL condition on the unit; its values go into `params`."""
        terms = []
        if self.units is not None:
            terms.append(self._among(self.units, params))
        if self.without:
            params["without"] = tuple(self.without)
            terms.append("unit NOT IN %(without)s")
        return " AND ".join(terms) or "1"

    def _among(self, units: frozenset[str], params: dict[str, Any]) -> str:
        if len(self.below) > _FEW_RANGES:
            params["below"] = tuple(self.below)
            # GLOBAL: on a cluster a shard must be told of the units, not look for them itself
            among = [f"unit GLOBAL IN {_BELOW}"]
        else:
            units = units | self.below
            # the codes below a listed one lie in its range: a province of 300 units asks for one
            among = []
            for i, code in enumerate(sorted(self.below)):
                params[f"low{i}"], params[f"high{i}"] = f"{code}.", f"{code}/"  # '/' follows '.'
                among.append(f"(unit >= %(low{i})s AND unit < %(high{i})s)")
        if units:
            params["units"] = tuple(sorted(units))
            among.insert(0, "unit IN %(units)s")
        return f"({' OR '.join(among)})" if among else "0"


def has_above(code: str, codes: frozenset[str]) -> bool:
    """Whether one of the codes, continued after a dot, gives this one."""
    dot = code.find(".")
    while dot >= 0:
        if code[:dot] in codes:
            return True
        dot = code.find(".", dot + 1)
    return False
