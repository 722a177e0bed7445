"""A form ready to be reckoned: of every cell what it is made of, with all names found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NamedTuple

from hub.core.yaml_text import Problem
from hub.reports.form.document import Applies, Check, Document, OfUnits
from hub.reports.form.formula import Formula, Name
from hub.reports.form.scalars import Domain, FromTo
from hub.reports.form.template import Pieces

Kind = Literal[
    "figure", "indicator", "formula", "ratio", "units", "took_part", "text", "number", "rule"
]
VALUE = "value"
"""The column of a named value."""


class Address(NamedTuple):
    """A cell of a form. The rows of a block (`each`) share the block's key here."""

    section: str
    row: str
    column: str


class AllRows(NamedTuple):
    """The cells of one column in all rows of a block."""

    section: str
    block: str
    column: str


class Elsewhere(NamedTuple):
    """A cell of another form, for the same unit and days."""

    form: str
    section: str
    row: str
    column: str


Target = Address | AllRows


@dataclass(frozen=True, slots=True)
class Bound:
    """A formula, and the cells that its names stand for; in checks some are of other forms."""

    formula: Formula
    targets: Mapping[Name, Target]
    elsewhere: Mapping[Name, Elsewhere] = field(default_factory=dict)


class Style(NamedTuple):
    """How a number is printed."""

    group: str = "."
    pad: int = 1
    decimals: int = 2
    trim: bool = True
    suffix: str = ""


PLAIN = Style()


class Case(NamedTuple):
    """A case of a rule: its score where the condition holds."""

    condition: Formula
    score: Formula


@dataclass(frozen=True, slots=True)
class Scoring:
    """A rule, and the cells that its names stand for; `words`: what each name may be, as numbers
    from 0. `at_most`: the cell that the score may not exceed. `domains`: what each name is."""

    cases: tuple[Case, ...]
    add: bool
    words: Mapping[str, Sequence[str]]
    of: Mapping[str, Bound]
    at_most: Bound | None
    domains: Mapping[str, Domain]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a cell is made of; `kind` None: it is empty (a heading)."""

    kind: Kind | None
    figures: tuple[str, ...] = ()
    indicator: str = ""
    bounds: tuple[Bound, ...] = ()
    units: OfUnits | None = None
    text: str = ""
    number: Fraction = Fraction(0)
    rule: "Scoring | None" = None
    keep: Literal["last", "sum", "none"] = "none"
    over_units: Literal["sum", "none"] = "none"
    unit_level: tuple[str, ...] | None = None
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    period: str | FromTo = "asked"
    after: str | None = None
    parts: bool = False
    applies: bool | Applies = True
    style: Style = PLAIN


class Head(NamedTuple):
    """A column as it is printed."""

    key: str
    label: str
    under: str = ""
    is_: Literal["code", "label", "value", "note"] = "value"
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A text with values; `here`: the column in which names without one are looked for."""

    pieces: Pieces
    targets: Mapping[Name, Target]


@dataclass(frozen=True, slots=True)
class Line:
    """A row; `plans` by column. `notes`: its note by the column that it may speak of."""

    key: str
    code: str
    label: str
    heading: bool
    hidden: bool
    below: tuple[str, ...]
    plans: Mapping[str, Plan]
    notes: Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows for each of something: units, values of a dimension, or groups of the form."""

    key: str
    each: str
    groups: str | None
    plans: Mapping[str, Plan]
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A section: `kind` as in answers. A paragraph has only `text`."""

    key: str
    kind: Literal["table", "values", "list", "paragraph", "score"]
    title: str
    label: str = ""
    unit_of_measure: str = ""
    heads: tuple[Head, ...] = ()
    lines: tuple[Line | Block, ...] = ()
    text: Text | None = None

    @property
    def value_columns(self) -> list[str]:
        """The keys of the columns that hold values."""
        return [head.key for head in self.heads if head.is_ == "value"]


class Rule(NamedTuple):
    """A check, or one of those that it stands for in the rows or columns of a table."""

    check: Check
    at: str
    bound: Bound
    block: str | None = None
    """The block in each of whose rows it holds."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form, compiled and checked."""

    document: Document
    parts: tuple[Part, ...]
    rules: tuple[Rule, ...]
    source: str
    """The text that it was made of: `loads(source, …)` gives the same form."""
    order: tuple[Address, ...] = ()
    """All cells, each behind those that it is made of."""
    ignored: tuple[Problem, ...] = ()
    """What is written in it and counts nowhere. No new form has any; one that was kept or sealed by
    an older hub may."""

    @property
    def id(self) -> str:
        """The form's name."""
        return self.document.form

    @property
    def version(self) -> str:
        """Its version."""
        return self.document.version

    def plans(self) -> Iterator[tuple[Address, Plan]]:
        """All cells; those of a block's rows once."""
        for part in self.parts:
            for line in part.lines:
                for column, plan in line.plans.items():
                    yield Address(part.key, line.key, column), plan

    def others(self) -> frozenset[str]:
        """The names of the forms that its checks look into."""
        bounds = (rule.bound for rule in self.rules)
        return frozenset(it.form for bound in bounds for it in bound.elsewhere.values())

    def indicators(self) -> frozenset[str]:
        """The codes of all indicators that it asks for."""
        return frozenset(plan.indicator for _, plan in self.plans() if plan.indicator)
