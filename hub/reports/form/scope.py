"""Which cell a name in a formula stands for."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.core.said import said
from hub.core.yaml_text import near
from hub.reports.form.compiled import VALUE, Address, AllRows, Elsewhere, Target
from hub.reports.form.formula import Formula, FormulaError, Name, names


@dataclass(frozen=True, slots=True)
class Known:
    """The keys of a section."""

    key: str
    kind: str
    rows: frozenset[str]
    blocks: frozenset[str]
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class Here:
    """Where a formula stands: a name of one step is a row of the same column, or a column of the
    same row."""

    section: str = ""
    row: str = ""
    column: str = ""


class Names:
    """All keys of a form."""

    def __init__(self, sections: Mapping[str, Known]) -> None:
        self._sections = sections

    def targets(self, formula: Formula, here: Here) -> dict[Name, Target]:
        """What each name of a formula stands for. Raises `FormulaError`."""
        others = elsewhere(formula)
        return {
            name: self._target(name, here, in_sum)
            for name, in_sum in names(formula)
            if name not in others
        }

    def _target(self, name: Name, here: Here, in_sum: bool) -> Target:
        own = self._sections.get(here.section)
        match name:
            case (one,):
                return self._one(one, own, here)
            case (first, last):
                if found := self._two(first, last, own, here):
                    return self._allowed(name, found, in_sum)
            case (first, row, column) if section := self._sections.get(first):
                if found := _cell(section, row, column):
                    return self._allowed(name, found, in_sum)
        says = said(
            "no-cell", "has no cell `{name}`; write section.row.column", name=".".join(name)
        )
        raise FormulaError(says)

    def _one(self, name: str, own: Known | None, here: Here) -> Target:
        found: list[Target] = []
        if own and name in own.rows:
            found.append(Address(own.key, name, here.column or VALUE))
        if own and own.kind != "values" and name in own.columns and here.row:
            found.append(Address(own.key, here.row, name))
        if not found:
            found = [
                Address(it.key, name, VALUE)
                for it in self._sections.values()
                if it.kind == "values" and name in it.rows
            ]
        if len(found) == 1:
            return found[0]
        if found:
            says = said(
                "several-cells", "`{name}` is several cells; write section.row.column", name=name
            )
            raise FormulaError(says)
        known = [*(own.rows | own.columns if own else ())]
        known += [row for it in self._sections.values() if it.kind == "values" for row in it.rows]
        hint = near(name, known)
        raise FormulaError(said("no-cell-near", "has no cell `{name}`{hint}", name=name, hint=hint))

    def _two(self, first: str, last: str, own: Known | None, here: Here) -> Target | None:
        if own and (found := _cell(own, first, last)):
            return found
        section = self._sections.get(first)
        if section is None:
            return None
        if section.kind == "values" and last in section.rows:
            return Address(first, last, VALUE)
        if section.kind == "list" and last in section.columns:
            return AllRows(first, first, last)
        if last in section.rows and here.column in section.columns:
            return Address(first, last, here.column)
        return None

    def _allowed(self, name: Name, found: Target, in_sum: bool) -> Target:
        if isinstance(found, AllRows) and not in_sum:
            says = said(
                "many-cells", "`{name}` is many cells; write sum({name})", name=".".join(name)
            )
            raise FormulaError(says)
        return found


def elsewhere(formula: Formula) -> dict[Name, Elsewhere]:
    """The names of a formula that stand for cells of other forms."""
    if not formula.forms:
        return {}
    forms = {f"_{i}": form for i, form in enumerate(formula.forms)}
    return {
        (first, section, row, column): Elsewhere(forms[first], section, row, column)
        for (first, *steps), _ in names(formula)
        if first in forms
        for section, row, column in [steps]
    }


def _cell(section: Known, row: str, column: str) -> Target | None:
    if column not in section.columns:
        return None
    if row in section.blocks:
        return AllRows(section.key, row, column)
    return Address(section.key, row, column) if row in section.rows else None
