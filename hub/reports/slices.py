"""The rows of a block: for each unit, value of a dimension, or group of the form one."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from hub.core.periods import Period, named
from hub.reports.form.document import Groups
from hub.reports.form.scalars import FromTo

OTHERS = "others"
"""The key of the row of what is in none of a form's groups."""
YEAR = "year"
"""What a block is made for that has a row for each year of the asked days."""


class Slice(NamedTuple):
    """What a row of a block is about: those dossiers whose dimension `by` has one of `codes` ('' is
    none), or, with `but`, none of them; of a year, its `days`."""

    key: str
    label: str
    by: str
    codes: tuple[str, ...]
    but: bool = False
    parts: tuple["Slice", ...] = ()
    days: FromTo | None = None

    def has(self, value: str | None) -> bool:
        """Whether a value of the dimension belongs to it."""
        return ((value or "") in self.codes) != self.but


def of_values(by: str, values: Iterable[str | None], names: Mapping[str, str]) -> list[Slice]:
    """A row for each value of a dimension; dossiers without one come last."""
    codes = sorted({value or "" for value in values}, key=lambda code: (code == "", code))
    return [_of_value(by, code, names.get(code, code or "-")) for code in codes]


@lru_cache(4096)
def _of_value(by: str, code: str, label: str) -> Slice:
    return Slice(code or "-", label, by, (code,))


def of_groups(groups: Groups) -> list[Slice]:
    """A row for each group, and one for what is in none of them."""
    found = []
    taken: list[str] = []
    for group in groups.of:
        parts = tuple(Slice(it.key, it.label, groups.by, tuple(it.codes)) for it in group.parts)
        codes = (*group.codes, *(code for part in parts for code in part.codes))
        taken += codes
        found.append(Slice(group.key, group.label, groups.by, codes, parts=parts))
    return [*found, Slice(OTHERS, groups.others, groups.by, tuple(taken), but=True)]


def of_years(asked: Period, calendar: str) -> list[Slice]:
    """A row for each year of a calendar, from the first to the last asked day."""
    found = []
    for year in range(asked.start.year, asked.end.year + 2):
        whole = named(str(year), calendar)
        first, last = max(whole.start, asked.start), min(whole.end, asked.end)
        if first <= last:
            days = FromTo(start=first.isoformat(), end=last.isoformat())
            found.append(Slice(str(year), str(year), YEAR, (), days=days))
    return found
