"""Forms whose every cell counts dossiers: of a unit only rows of counts are reckoned, no cells.

What else a cell takes (a state, a text, an address) is the same in all reports of such a form. A
check that holds only has to hold; one that does not is told as in any report.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from hub.dossier.store.questions import By, Key
from hub.reports.common_checks import stock, sums_of
from hub.reports.completeness import of_form
from hub.reports.counted import Row, rows_of
from hub.reports.evaluation import Evaluation
from hub.reports.form.compiled import Address, Block, Line, Part, Plan, Style
from hub.reports.numbers import printed
from hub.reports.prepared import Prepared
from hub.reports.render.grid import number_format
from hub.reports.report import checks_of, verdict_of
from hub.reports.slices import YEAR, Slice
from hub.reports.tally_checks import Counts, Places, holds_of

Take = Callable[[Row], Counts]
Json = dict[str, Any]
_ONE: tuple[Counts, ...] = ((),)
"""Where no row is looked at."""
_PROBES = (0, 7, 4_340, 12_345_678, -7)


class Asking(NamedTuple):
    """Cells that count the same dossiers."""

    plan: Plan
    by: By
    """By which their rows are told apart, if they are those of a block."""
    question: int
    """Equal for cells whose rows are the same, in a block or not."""
    take: Take
    size: int


class CountedLine(NamedTuple):
    """A line of a form. Its rows have the counts of `columns`, in their order."""

    section: str
    line: Line | Block
    askings: tuple[Asking, ...]
    columns: tuple[str, ...]


class Tally(NamedTuple):
    """The counts of a unit, by the place of their line in the form."""

    slices: list[list[Slice]]
    """The rows of a block."""
    rows: list[list[Counts]]
    """One of a line; of a block one for each slice."""
    sums: list[Counts]
    """Of a line its row, of a block that of all its rows together."""
    failing: list[Json]
    """The checks that do not hold, as reports tell them."""

    @property
    def verdict(self) -> str:
        """That of the report."""
        return verdict_of(self.failing)


class Tallies:
    """What tallies of a form need, whatever the unit."""

    def __init__(self, ready: Prepared) -> None:
        """Of what `is_counted`."""
        self.ready = ready
        self._takes: dict[Sequence[tuple[str, ...]], Take] = {}
        self._questions: dict[object, int] = {}
        self.lines = [self._line(part, line) for part in ready.form.parts for line in part.lines]
        self._stock = [self._asking(plan, (), [plan]) for plan in ready.stock]
        cells = {
            Address(it.section, it.line.key, column): (number, at)
            for number, it in enumerate(self.lines) for at, column in enumerate(it.columns)
        }  # fmt: skip
        blocks = {
            (it.section, it.line.key): number
            for number, it in enumerate(self.lines) if isinstance(it.line, Block)
        }  # fmt: skip
        places = Places(cells, blocks)
        self.rules = [
            (rule, holds_of(rule, places), blocks.get((str(rule.check.section), str(rule.block))))
            for rule in ready.form.rules
        ]
        self._wholes = [
            (whole, [
                (*cells[Address(whole.section, whole.block.key, column)], *cells[of])
                for column, of in whole.columns
            ])
            for whole in ready.wholes
        ]  # fmt: skip
        self._in_force = of_form(ready.form, ready.asked.days.asked.end)

    def _line(self, part: Part, line: Line | Block) -> CountedLine:
        by = (self.ready.dimension(line),) if isinstance(line, Block) else ()
        alikes = self.ready.counted_in.get((part.key, line.key), ())
        askings = [self._asking(it.plan, by, [plan for _, plan in it.plans]) for it in alikes]
        columns = tuple(column for it in alikes for column, _ in it.plans)
        return CountedLine(part.key, line, tuple(askings), columns)

    def _asking(self, plan: Plan, by: By, plans: Sequence[Plan]) -> Asking:
        figures = tuple(plan.figures for plan in plans)
        take = self._takes.setdefault(figures, _take(figures))
        key = self.ready.questions.finest(plan, by)
        question = self._questions.setdefault(key, len(self._questions))
        return Asking(plan, by, question, take, len(plans))

    def of(self, found: Evaluation) -> Tally:
        """The tally of a unit."""
        counting = _Counting(found)
        tally = Tally([], [], [], [])
        for it in self.lines:
            slices, rows = counting.rows(it)
            tally.slices.append(slices)
            tally.rows.append(rows)
            tally.sums.append(rows[0] if isinstance(it.line, Line) else _sum(rows, len(it.columns)))
        before, after = (counting.of(it)[1] for it in self._stock)
        checks = self._checks(found, tally, is_even=before == after)
        tally.failing.extend(it for it in checks if it["result"] == "false")
        return tally

    def _checks(self, found: Evaluation, tally: Tally, *, is_even: bool) -> Iterator[Json]:
        """The checks of a report, in their order; some that hold are left out."""
        sums = tally.sums
        for rule, holds, block in self.rules:
            rows = _ONE if block is None else tally.rows[block]
            if holds is None or not all([holds(sums, row) for row in rows]):  # noqa: C419  # faster
                yield from checks_of(found, rule)
        yield self._in_force
        if not is_even:
            yield from stock(found)
        for whole, pairs in self._wholes:
            if any(sums[block][at] != sums[line][there] for block, at, line, there in pairs):
                yield from sums_of(found, whole)


class _Counting:
    """The rows of one unit."""

    def __init__(self, found: Evaluation) -> None:
        self._found = found
        self._taken: dict[tuple[int, Take], tuple[Mapping[Key, Counts], Counts]] = {}

    def rows(self, of: CountedLine) -> tuple[list[Slice], list[Counts]]:
        """The slices of a line, if it is a block, and its rows."""
        if isinstance(of.line, Line):
            return [], [_side_by_side([self.of(it)[1] for it in of.askings])]
        slices = self._found.slices(of.section, of.line.key)
        rows = [
            [_sum([*rows_of(self.of(it)[0], one)], it.size) for one in slices] for it in of.askings
        ]
        return slices, rows[0] if len(rows) == 1 else [
            _side_by_side([of_asking[at] for of_asking in rows]) for at in range(len(slices))
        ]

    def of(self, asking: Asking) -> tuple[Mapping[Key, Counts], Counts]:
        """The counts of each value of a dimension, and of all."""
        key = asking.question, asking.take
        found = self._taken.get(key)
        if found is None:
            rows = self._found.questions.rows(asking.plan, asking.by)
            taken = {key: asking.take(row) for key, row in rows.items()}
            found = self._taken[key] = taken, _sum([*taken.values()], asking.size)
        return found


def _side_by_side(rows: Sequence[Counts]) -> Counts:
    return rows[0] if len(rows) == 1 else tuple(chain.from_iterable(rows))


def _sum(rows: Sequence[Counts], size: int) -> Counts:
    if len(rows) == 1:
        return rows[0]
    return tuple(map(sum, zip(*rows, strict=True))) if rows else (0,) * size


def _take(figures: Sequence[tuple[str, ...]]) -> Take:
    """What takes the counts of some cells from a row, each a sum of figures."""
    if len(figures) > 1 and all(len(names) == 1 for names in figures):
        return itemgetter(*(name for (name,) in figures))
    return lambda row: tuple([sum([row[name] for name in names]) for names in figures])


def is_counted(ready: Prepared) -> bool:
    """Whether a form says nothing but counts, for units of all levels, of days that have begun."""
    return all(
        part.kind in ("table", "values") and part.text is None
        and all(_is_counted(ready, line) for line in part.lines)
        for part in ready.form.parts
    )  # fmt: skip


def _is_counted(ready: Prepared, line: Line | Block) -> bool:
    is_other = line.each == YEAR or line.text is not None if isinstance(line, Block) else line.notes
    return not is_other and all(
        plan.kind is None
        or (plan.kind == "figure" and plan.applies is True and ready.span(plan).begun
            and _has_one_look(plan.style))
        for plan in line.plans.values()
    )  # fmt: skip


def _has_one_look(style: Style) -> bool:
    """Whether all counts are printed in one way: `08` is not written as 88 is."""
    return len({number_format(printed(count, style)) for count in _PROBES}) == 1
