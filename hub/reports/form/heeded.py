"""Nothing that is written in a form is ignored: which kinds of values heed which keys around them.

A key must count in at least one of the cells that it is merged into. What chooses what is counted
(`where`, `parts`) must count in each of them that asks for anything: a number that leaves a filter
out is another number. Formulas, ratios and rules get what is around them by the cells they name.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, get_args

from hub.core.said import Said, either, said
from hub.dossier.figures import DIMENSIONS
from hub.reports.form.document import (
    KINDS,
    Brings,
    Column,
    Each,
    Lines,
    Numbers,
    Paragraph,
    Row,
    Section,
    Table,
    Values,
)
from hub.reports.form.scalars import FromTo
from hub.reports.form.scope import Here
from schemas.values import Channel, Level

Where = tuple[str | int, ...]
Found = tuple[Where, Said]
_OF_DOSSIERS = frozenset(("parts", *(f"where.{it}" for it in DIMENSIONS if it != "unit")))
"""What chooses dossiers and nothing else."""
_LEVEL, _DAYS = "where.unit_level", frozenset(("period", "after"))
_NUMBERS = frozenset(f"numbers.{it}" for it in Numbers.model_fields)
HEEDED: Mapping[str, frozenset[str]] = {
    "figure": _OF_DOSSIERS | _DAYS | _NUMBERS | {_LEVEL},
    "took_part": _OF_DOSSIERS | _DAYS | _NUMBERS | {_LEVEL},
    "indicator": _DAYS | _NUMBERS | {_LEVEL, "keep", "over_units"},
    "units": _NUMBERS | {_LEVEL, "after"},
    "formula": _NUMBERS, "ratio": _NUMBERS, "number": _NUMBERS,
    "rule": _NUMBERS | {"at_most"},
    "text": frozenset(),
}  # fmt: skip
"""By kind of value the keys that count in its cells; of a rule also the names in `of` that it has,
of every kind `applies`. `units` in a column that has not begun are not yet, too."""
_HEEDED = {kind: keys | {"applies"} for kind, keys in {**HEEDED, "": frozenset[str]()}.items()}
REFUSED: Mapping[str, frozenset[str]] = {"indicator": _OF_DOSSIERS, "units": _OF_DOSSIERS}
"""What would choose among what a cell counts, and cannot."""
_CLOSED = {"channel": get_args(Channel), "level": get_args(Level)}


class Heeding:
    """What is written in a section, and what of it some cell heeds."""

    def __init__(self, section: Section, at: Where) -> None:
        self.found: list[Found] = []
        """What counts nowhere, wherever it stands."""
        self._told: dict[int, dict[str, tuple[Where, Any]]] = {}
        """What each part says, and where it stands; many cells are merged of it."""
        self._written: dict[tuple[Where, str], None] = {}
        self._heeded: set[tuple[Where, str]] = set()
        match section:
            case Table(columns=columns, rows=rows):
                for i, column in enumerate(columns):
                    self._write(column, (*at, "columns", i))
                for i, row in enumerate(rows):
                    self._write_row(section, row, (*at, "rows", i))
            case Values(rows=named) | Lines(values=named):
                name = "rows" if isinstance(section, Values) else "values"
                for i, row in enumerate(named):
                    self._write(row, (*at, name, i))
                    self._named(row, (*at, name, i))
            case Paragraph():
                return
        self._write(section, at)

    def _write_row(self, table: Table, row: Row | Each, at: Where) -> None:
        self._write(row, at)
        if not isinstance(row, Row):
            return
        kinds = {it.key: it.is_ for it in table.columns}
        for name, cell in row.cells.items():
            self._write(cell, (*at, "cells", name))
            if (is_ := kinds.get(name)) in ("code", "label"):
                says = said(
                    "column-of-row", "prints the row's own `{name}`; write it there", name=is_
                )
                self.found.append(((*at, "cells", name), says))
        if row.note and "note" not in kinds.values():
            says = said("no-note-column", "is printed nowhere; add a column with `is: note`")
            self.found.append(((*at, "note"), says))

    def _named(self, row: Row, at: Where) -> None:
        says = said("only-of-tables", "counts only in rows of tables; take it away")
        for name in ("cells", "heading", "lines", "note"):
            if getattr(row, name):
                self.found.append(((*at, name), says))

    def _write(self, brings: Brings, at: Where) -> None:
        told = self._told[id(brings)] = {key: (at, value) for key, value in _told(brings)}
        self._written |= dict.fromkeys((at, key) for key in told)
        self.found += [((*at, *place), says) for place, says in _empty(brings)]

    def cell(
        self, layers: Sequence[Brings], value: Brings | None, kind: str | None,
        of: Collection[str], here: Here, *, each_year: bool,
    ) -> None:  # fmt: skip
        """Note a cell, and what around it it would have to heed and cannot. `value`: what says
        what it is; `of`: the names that its rule has."""
        heeded = _HEEDED.get(kind or "", _HEEDED[""])
        last: dict[str, tuple[Where, Any]] = {}
        for it in layers:
            last |= self._told[id(it)]
        if kind and value is not None:
            last[kind] = self._told[id(value)][kind]
        for key, (at, written) in last.items():
            says = _refused(kind or "", key, written, here, each_year=each_year)
            if says or key in heeded or key == kind or (key[:3] == "of." and key[3:] in of):
                self._heeded.add((at, key))
            if says:
                self.found.append(((*at, *key.split(".")), says))

    def ignored(self) -> Iterator[Found]:
        """What is written and counts in no cell, and what a cell would have to heed."""
        yield from self.found
        for at, key in self._written:
            if (at, key) not in self._heeded:
                yield (*at, *key.split(".")), _nowhere(key)


def value_of(layers: Sequence[Brings], own: Brings | None) -> Brings | None:
    """What says what a cell is: its own value, else that of a column with `always`, else the one
    among section, column and row that has one."""
    if own is not None and own.kinds:
        return own
    always = (it for it in layers if isinstance(it, Column) and it.always)
    return next(always, None) or next((it for it in layers if it.kinds), None)


def _nowhere(key: str) -> Said:
    if key in KINDS:
        return said(
            "value-nowhere",
            "is the value of no cell: each is a heading or has one of its own; take it away",
        )
    kinds = [kind for kind in KINDS if key in HEEDED[kind]]
    if not kinds:
        return said("cells-nowhere", "counts in no cell; take it away")
    return said(
        "counts-nowhere",
        "counts in no cell that it stands around, only where one is {kinds}; take it away",
        kinds=either(kinds),
    )


def _empty(brings: Brings) -> Iterator[Found]:
    """What no dossier and no unit can be."""
    lists: dict[Where, Any] = {
        ("where", name): values
        for name, values in (brings.where.__dict__ if brings.where else {}).items()
    }
    for name, of in (("units", "level"), ("applies", "unit_level")):
        lists[name, of] = getattr(getattr(brings, name), of, None)
    for place, values in lists.items():
        if values == []:
            yield place, said("names-nothing", "names nothing; write a value, or take it away")
        known = _CLOSED.get(str(place[-1]), ()) if place[0] == "where" else ()
        for value in values or ():
            if known and value not in (*known, ""):
                says = said(
                    "no-such-value", "has no value `{value}`; write {known}",
                    value=value, known=either(known),
                )  # fmt: skip
                yield place, says


def _told(brings: Brings) -> Iterator[tuple[str, Any]]:
    """What is said, `where`, `numbers` and `of` name by name."""
    for key, value in brings.given.items():
        match key:
            case "where" | "numbers":
                told = value.__dict__.items()
                yield from ((f"{key}.{name}", it) for name, it in told if it is not None)
            case "of":
                yield from ((f"of.{name}", it) for name, it in value.items())
            case _:
                yield key, value


def _refused(kind: str, key: str, value: Any, here: Here, *, each_year: bool) -> Said | None:
    """Why a cell cannot have this around it."""
    of_year = key == "period" and kind in HEEDED and each_year and value != "asked"
    if kind not in REFUSED and not of_year:
        return None
    cell = ".".join((here.section, here.row, here.column))
    if key in REFUSED.get(kind, ()):
        return said(
            "not-chosen-by",
            "cannot choose among what {kind} counts in `{cell}`; write that value in a section "
            "without it, and name it here in a formula",
            kind=kind, cell=cell,
        )  # fmt: skip
    if kind == "indicator" and key == _LEVEL and len(value) > 1:
        return said(
            "one-level",
            "names several levels for the indicator in `{cell}`, which is stated of one; write a "
            "cell for each level",
            cell=cell,
        )
    if kind == "indicator" and key == "period" and isinstance(value, FromTo):
        return said(
            "no-days-stated",
            "names days for the indicator in `{cell}`, which is stated of a period; write one such "
            "as asked, Q1 or Y",
            cell=cell,
        )
    if of_year:
        return said(
            "days-of-year", "is in the way of `{cell}`, whose rows have the days of their years; "
            "take it away",
            cell=cell,
        )  # fmt: skip
    return None
