"""Sheets of tallies: what all units have in common is laid out once, then filled for each.

It is laid out by `sheets.py`, of a report whose counts are 0.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from hub.reports.cells import counted
from hub.reports.form.compiled import Block, Part
from hub.reports.render.grid import Filled, FilledSheet, Line, Shape, Sheet, height_of
from hub.reports.render.layout import TABLES, Json, check_text
from hub.reports.render.sheet_xml import text
from hub.reports.render.sheets import (
    checks_below,
    row_line,
    signatures,
    table_head,
    title_lines,
    unit_line,
    unit_told,
    widths_of,
)  # fmt: skip
from hub.reports.report import row_of, rows_of, section_of, told
from hub.reports.tallies import CountedLine, Tallies, Tally

_Put = Callable[[FilledSheet, Tally], object]
"""Puts something of a tally below what a sheet has."""
_NAMED = ("code", "label")
_MOST_KEPT = 4_096
"""Codes and labels of rows of a block; fields are the same in all units."""
_NO_CHECK = {"id": "", "says": "", "result": "false"}


class _Slots(NamedTuple):
    """The columns that are filled, each with the place of its value; `pick` puts values in the
    order of the columns."""

    places: dict[int, int]
    pick: Callable[[tuple[Any, ...]], tuple[Any, ...]]


class TallySheets:
    """The layout of a form's sheets."""

    def __init__(self, tallies: Tallies, report: Json) -> None:
        """`report`: what is the same in the reports of all units."""
        self._lines, form = tallies.lines, tallies.ready.form
        parts = [it for it in form.parts if it.kind in TABLES]
        tables = [section_of(it, [], None) for it in parts]
        self._widths = widths_of(tables)
        first = self._blank()
        self._unit_at = unit_line(first, "", tables[0]["label"] if tables else "")
        self._unit, self._merged = _Heights(first.lines[0], [self._unit_at]), first.merged
        titles, end = self._blank(), self._blank()
        title_lines(titles, report)
        self._puts = [_fixed(titles)]
        for part, table in zip(parts, tables, strict=True):
            self._puts += self._table(part, table, is_only=len(tables) == 1)
        self._verdicts = {it: _fixed(self._told({"verdict": it})) for it in ("valid", "failing")}
        self._check = _Heights(self._told({"verdict": "valid"}, _NO_CHECK).lines[-1], [0])
        signatures(end)
        self._end = _fixed(end)

    def sheet(self, name: str, unit_name: str, tally: Tally) -> FilledSheet:
        """The sheet of a unit."""
        sheet = FilledSheet(name, self._widths, merged=[*self._merged])
        unit = unit_told(unit_name)
        height = height_of(unit, sum(self._widths[self._unit_at :]))
        sheet.filled.append(Filled(self._unit.shape(height), (text(unit),)))
        for put in self._puts:
            put(sheet, tally)
        self._verdicts[tally.verdict](sheet, tally)
        for check in map(check_text, tally.failing):
            if len(self._widths) > 1:
                sheet.merged.append(
                    (len(sheet.filled), 0, len(sheet.filled), len(self._widths) - 1)
                )
            height = height_of(check, sum(self._widths))
            sheet.filled.append(Filled(self._check.shape(height), (text(check),)))
        self._end(sheet, tally)
        return sheet

    def _told(self, report: Json, *checks: Json) -> Sheet:
        sheet = self._blank()
        checks_below(sheet, report, [*checks])
        return sheet

    def _blank(self) -> Sheet:
        return Sheet("", self._widths)

    def _table(self, part: Part, section: Json, *, is_only: bool) -> Iterator[_Put]:
        head = self._blank()
        first, last = table_head(head, section)
        if is_only:
            yield lambda sheet, _: _repeat(sheet, first, last)
        yield _fixed(head)
        for number, line in enumerate(self._lines):
            if line.section == part.key:
                yield from self._rows(number, line, section["columns"])

    def _rows(self, number: int, of: CountedLine, columns: list[Json]) -> Iterator[_Put]:
        """The rows of a line of the form."""
        plans = of.line.plans
        cells = {name: told(counted(0, plans[name].style)) for name in of.columns}
        sheet = self._blank()
        if isinstance(of.line, Block):
            line = row_line(sheet, row_of("", "", "", cells), columns)
            yield self._block(number, line, _slots(columns, of.columns, _NAMED))
            return
        sheet.lines += [row_line(sheet, row, columns) for row in rows_of(of.line, cells)]
        slots = _slots(columns, of.columns)
        shape = Shape(sheet.lines.pop(0), frozenset(slots.places))
        yield lambda sheet, tally: sheet.filled.append(
            Filled(shape, slots.pick(tally.rows[number][0]))
        )
        yield _fixed(sheet)

    def _block(self, number: int, line: Line, slots: _Slots) -> _Put:
        heights, least = _Heights(line, slots.places), line.height or 0.0
        wide = [(at, self._widths[i]) for i, at in slots.places.items() if at < len(_NAMED)]

        @lru_cache(_MOST_KEPT)
        def named(*names: str) -> tuple[Shape, tuple[str, ...]]:
            height = max([least, *[height_of(names[at], width) for at, width in wide]])
            return heights.shape(height), tuple(map(text, names))

        def put(sheet: FilledSheet, tally: Tally) -> None:
            rows = zip(tally.slices[number], tally.rows[number], strict=True)
            for place, (it, counts) in enumerate(rows, 1):
                shape, names = named(str(place), it.label)
                sheet.filled.append(Filled(shape, slots.pick(names + counts)))

        return put


class _Heights:
    """A line as high as what fills it wants."""

    def __init__(self, line: Line, slots: Collection[int]) -> None:
        self._line, self._slots = line, frozenset(slots)
        self._shapes: dict[float, Shape] = {}

    def shape(self, height: float) -> Shape:
        """The line, so high."""
        found = self._shapes.get(height)
        if found is None:
            found = Shape(self._line._replace(height=height), self._slots)
            self._shapes[height] = found
        return found


def _fixed(made: Sheet) -> _Put:
    """Lines that are the same for all units."""
    lines = [Filled(Shape(line)) for line in made.lines]

    def put(sheet: FilledSheet, _: Tally) -> None:
        top = len(sheet.filled)
        sheet.filled += lines
        sheet.merged += [(a + top, b, c + top, d) for a, b, c, d in made.merged]

    return put


def _repeat(sheet: FilledSheet, first: int, last: int) -> None:
    top = len(sheet.filled)
    sheet.repeated = top + first, top + last


def _slots(columns: list[Json], counts: Sequence[str], named: Sequence[str] = ()) -> _Slots:
    """The slots of a line that has some counts, by column. `named`: what of a row comes before
    them."""
    found = {}
    for i, column in enumerate(columns):
        if column["key"] in counts:
            found[i] = len(named) + counts.index(column["key"])
        elif column["is"] in named:
            found[i] = named.index(column["is"])
    places = [*found.values()]
    if len(places) > 1:
        return _Slots(found, itemgetter(*places))
    return _Slots(found, lambda values: tuple([values[at] for at in places]))
