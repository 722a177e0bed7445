"""Figures as a workbook: a row a line of the answer, a period beside another, rates, a total."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hub.api.asking import Question
from hub.api.context import Hub
from hub.api.figure_words import CODE_NAMES, DIMENSION_NAMES, GROUP_OF, NAMES
from hub.api.moments import instant_of
from hub.api.problems import bad_parameter
from hub.api.sheet_words import Language, book_in, vi
from hub.api.sheets import Heading, Names, clock, file_name, filters_told, period_told, titles
from hub.core.periods import Period
from hub.core.places import letters
from hub.core.said import said
from hub.dossier.figures import FIGURES
from hub.registry import Key
from hub.registry.unit_tree import UnitTree
from hub.reports.render.table import Column, Row, Table, Value, share, share_formula
from hub.services import figure_tree
from hub.store.stopping import check

Json = dict[str, Any]
RATES = (
    ("resolved_late", "resolved_total", vi("Trễ hạn / đã giải quyết, %")),
    ("in_progress_overdue", "in_progress_total", vi("Quá hạn / đang giải quyết, %")),
)
"""Shares of what is late, as the forms have them: numerator, denominator, name."""
MOST_CELLS = 2_000_000
"""Of a workbook. It takes some ten seconds to write them."""
CODED = CODE_NAMES.keys()
"""Dimensions whose values have names besides their codes."""
_RATES = vi("Tỷ lệ")
WITH_BELOW, OWN_ONLY = "{units}, cả đơn vị trực thuộc", vi("tại đơn vị")
SUMS_TOLD = vi(
    "Dòng “cả đơn vị trực thuộc” là tổng của các dòng bên dưới; “tại đơn vị” là hồ sơ tiếp nhận ở "
    "chính đơn vị đó."
)
"""As the page says."""
Both = Mapping[tuple[str | None, ...], Sequence[Mapping[str, int]]]
"""Figures by the values of the dimensions, of each period."""


class Laid(NamedTuple):
    """The columns of figures of one period or two. `first`: where the first of them stands."""

    figures: Sequence[str]
    first: int
    labels: Sequence[str]
    """Of the periods: none for one, two for two."""
    begun: Sequence[bool]
    """Whether each of the periods has begun: before, nothing stands in its cells."""
    rates: Sequence[tuple[str, str, str]]
    """Those of whose numerator and denominator there are columns."""

    @property
    def step(self) -> int:
        """How many columns a figure has."""
        return 4 if self.labels else 1

    def place(self, figure: str, period: int = 0) -> int:
        """The column of a figure."""
        return self.first + self.figures.index(figure) * self.step + period


def figure_book(
    hub: Hub, key: Key, asked: Question, by: Sequence[str], answer: Json, wanted: Sequence[str],
    lang: Language = "vi",
) -> bytes:  # fmt: skip
    """The workbook of an answer of `/v1/figures`. `wanted`: the figures that it has, all where
    none is named."""
    names = Names(hub)
    known_at = instant_of("as_of", asked.as_of)
    against = answer.get("against")
    figures = [name for name in NAMES if name in (wanted or FIGURES)]
    periods = [asked.period, *([asked.against] if asked.against else [])]
    begun = [period.bounds[0] < known_at for period in periods]
    labels = [_short(period) for period in periods] if against else []
    heads = [*key_columns(by)] or [Column("", "text", 24)]
    rates = [rate for rate in RATES if rate[0] in figures and rate[1] in figures]
    laid = Laid(figures, len(heads), labels, begun, rates)
    lines: list[str] = [vi("Kỳ: {period}", period=period_told(asked.period))]
    if asked.against:
        lines.append(vi("So với: {period}", period=period_told(asked.against)))
    lines += _unfinished(periods, begun, known_at)
    heading = figure_heading(hub, key, asked, vi("SỐ LIỆU HỒ SƠ MỘT CỬA"), lines)
    total = [
        *total_head(len(heads)),
        *_numbers(laid, answer["total"], against and against["total"]),
    ]
    both = _side_by_side(answer)
    tree = _tree(hub, key, asked, by, both)
    columns = [*heads, *_columns(laid, summed=bool(by) and (tree is None or tree.adds_up))]
    if len(columns) * len(both if tree is None else tree.lines) > MOST_CELLS:
        raise bad_parameter(
            "by",
            said(
                "sheet-too-large",
                "gives a workbook of over {most} cells; ask about fewer units, name its figures by "
                "`figure`, or take csv",
                most=MOST_CELLS,
            ),
        )
    deepest = max((line.depth for line in tree.lines), default=0) if tree else 0
    if deepest:
        heading = heading._replace(lines=[*heading.lines, SUMS_TOLD])
    table = Table(
        vi("So lieu"), titles(hub, key, asked.scope, heading, names),
        columns, len(heads), total, deepest,
    )  # fmt: skip
    rows = _rows(names, laid, by, both) if tree is None else _tree_rows(hub, asked, laid, tree)
    return book_in(lang, table, rows)


def _tree(
    hub: Hub, key: Key, asked: Question, by: Sequence[str], both: Both
) -> figure_tree.Laid | None:
    """The rows of units as a tree, where the answer has the units below those that were asked for,
    as the page has them."""
    if tuple(by) != ("unit",) or not asked.below:
        return None
    rows = {str(place[0]): figures for place, figures in both.items()}
    units = _units(hub, asked)
    return figure_tree.laid_out(rows, units, asked.units or key.units, check)


def _units(hub: Hub, asked: Question) -> UnitTree:
    return hub.registry.units.tree() if asked.on is None else asked.on.tree


def _tree_rows(hub: Hub, asked: Question, laid: Laid, tree: figure_tree.Laid) -> Iterator[Row]:
    units = _units(hub, asked).units
    for line in tree.lines:
        name = units[line.code].name if line.code in units else line.code
        whole = vi(WITH_BELOW, units=name)
        label = {"unit": name, "sum": whole, "own": OWN_ONLY}[line.kind]
        yield Row(
            [label, line.code, *_numbers(laid, *line.figures)],
            line.depth,
            bold=line.kind == "sum",
            below=line.below if tree.adds_up else 0,
        )


def figure_heading(
    hub: Hub, key: Key, asked: Question, title: str, lines: Sequence[str]
) -> Heading:
    """What a workbook that answers a question for figures is about."""
    filters = filters_told(Names(hub), dict(DIMENSION_NAMES), [*asked.scope.where, *asked.levels])
    if asked.on is not None:
        lines = [*lines, vi("Đơn vị như ngày {day}.", day=f"{asked.on.day:%d/%m/%Y}")]
    return Heading(
        title, sorted(asked.units or key.units), asked.below, instant_of("as_of", asked.as_of),
        asked.moment.as_of is not None, lines, filters,
    )  # fmt: skip


def figure_file(key: Key, asked: Question, what: str = "so-lieu") -> str:
    """What that workbook is called."""
    return file_name(what, sorted(asked.units or key.units), asked.period)


def key_columns(by: Sequence[str]) -> Iterator[Column]:
    """A column for the name of each dimension's value, and one for its code."""
    for name in by:
        label = DIMENSION_NAMES[name]
        yield Column(label, "text", 40 if name in CODED else 18)
        if name in CODED:
            yield Column(CODE_NAMES[name], "text", 16)


def key_cells(names: Names, key: Mapping[str, str | None]) -> Iterator[Value]:
    """What stands in these columns."""
    for dimension, code in key.items():
        yield names.of(dimension, code)
        if dimension in CODED:
            yield code


def total_head(columns: int) -> list[Value]:
    """What stands in them in the row of the total."""
    return [vi("Tổng cộng"), *[None] * (columns - 1)]


def _columns(laid: Laid, *, summed: bool) -> Iterator[Column]:
    for name in laid.figures:
        if not laid.labels:
            yield Column(NAMES[name], "count", 12, GROUP_OF[name], summed=summed)
            continue
        over = vi("{a}: {b}", a=GROUP_OF[name], b=NAMES[name])
        for label, begun in zip(laid.labels, laid.begun, strict=True):
            yield Column(label, "count", 12, over, summed=summed and begun)
        now, before = (letters(laid.place(name, i)) + "{row}" for i in (0, 1))
        both = all(laid.begun)
        yield Column(vi("Tăng, giảm"), "change", 10, over, f"={now}-{before}" if both else "")
        yield Column(
            "%", "share", 9, over, share_formula(f"{now}-{before}", before) if both else ""
        )
    for part, whole, label in laid.rates:
        for i in range(len(laid.begun)):
            head = vi("{a} ({b})", a=label, b=laid.labels[i]) if laid.labels else label
            where = [letters(laid.place(name, i)) + "{row}" for name in (part, whole)]
            formula = share_formula(where[0], where[1]) if laid.begun[i] else ""
            yield Column(head, "share", 13, _RATES, formula)


def _numbers(
    laid: Laid, now: Mapping[str, int], before: Mapping[str, int] | None = None
) -> list[Value]:
    """What stands in the columns of figures in a row."""
    both = [now] if before is None else [now, before]
    found: list[Value] = []
    if before is None and laid.begun[0]:
        found += map(now.__getitem__, laid.figures)
    else:
        for name in laid.figures:
            counts: list[int | None] = [
                row[name] if begun else None for row, begun in zip(both, laid.begun, strict=True)
            ]
            found += counts
            if len(counts) == 2:
                a, b = counts
                found += [None, None] if a is None or b is None else [a - b, share(a - b, b)]
    for part, whole, _ in laid.rates:
        found += [
            share(row[part], row[whole]) if begun else None
            for row, begun in zip(both, laid.begun, strict=True)
        ]
    return found


def _rows(names: Names, laid: Laid, by: Sequence[str], both: Both) -> Iterator[Row]:
    """The lines of the answer; those that only the other period has stand in their place."""
    if by:
        for place in sorted(both, key=_order):
            key = dict(zip(by, place, strict=True))
            yield Row([*key_cells(names, key), *_numbers(laid, *both[place])])


def _side_by_side(answer: Json) -> Both:
    """The figures of each row in each period of the answer: zeros where it has none there."""
    periods = [answer["rows"]]
    if "against" in answer:
        periods.append(answer["against"]["rows"])
    nothing = dict.fromkeys(FIGURES, 0)
    found: dict[tuple[str | None, ...], list[Mapping[str, int]]] = {}
    for i, rows in enumerate(periods):
        for row in rows:
            place = tuple(row["key"].values())
            found.setdefault(place, [nothing] * len(periods))[i] = row["figures"]
    return found


def _order(key: tuple[str | None, ...]) -> list[tuple[bool, str]]:
    return [(value is None, value or "") for value in key]


def _short(period: Period) -> str:
    return period.label or f"{period.start:%d/%m/%Y} – {period.end:%d/%m/%Y}"


def _unfinished(periods: Sequence[Period], begun: Sequence[bool], known_at: int) -> Iterator[str]:
    """What is to be known of periods that are not over: they compare with no whole one."""
    for period, has_begun in zip(periods, begun, strict=True):
        if not has_begun:
            yield vi("{period} chưa bắt đầu: ô để trống.", period=_short(period))
        elif period.bounds[1] > known_at:
            yield vi(
                "{period} chưa kết thúc: tính đến {when}.", period=_short(period),
                when=clock(known_at),
            )  # fmt: skip
