"""What a form's document may hold: closed models, one for each part."""

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StrictFloat, StrictInt, Tag, model_validator

from hub.core.said import said
from hub.reports.form.scalars import (
    Closed,
    Day,
    Dimension,
    Domain,
    FormName,
    Key,
    Level,
    Levels,
    Period,
    Texts,
    Version,
    wrong,
)


class Numbers(Closed):
    """How numbers are printed; what is left out is as around it."""

    group: Literal[".", "", " "] | None = None
    pad: Annotated[int, Field(ge=1, le=6)] | None = Field(None, description="01, 08, but 0")
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None
    trim: bool | None = Field(None, description="92,1 and not 92,10")
    suffix: Annotated[str, Field(max_length=20)] | None = Field(None, description="Such as %.")


class Where(Closed):
    """Only these dossiers; `unit_level` is that of the receiving desk, `level` the dossier's."""

    unit_level: Levels | None = None
    field: Texts | None = None
    procedure: Texts | None = None
    channel: Texts | None = None
    level: Texts | None = None
    authority: Texts | None = None
    model: Texts | None = None


class OfUnits(Closed):
    """Units of the registry in the scope."""

    level: Levels | None = None
    below: bool = Field(False, description="Only those below the asked unit.")


class Applies(Closed):
    """Where a cell applies."""

    unit_level: Levels = Field(description="Levels of the asked unit.")


class Brings(Closed):
    """What section, column, row or cell bring to a cell."""

    figure: str | None = None
    indicator: str | None = None
    formula: str | None = None
    ratio: Annotated[list[str], Field(min_length=2, max_length=2)] | None = None
    units: OfUnits | None = None
    took_part: str | None = Field(None, description="Units of which this figure is over 0.")
    text: str | None = None
    number: StrictInt | StrictFloat | None = None
    rule: str | None = Field(None, description="Name of one of the form's rules.")
    of: dict[Key, str] | None = Field(None, description="What a rule's names stand for: cells.")
    at_most: str | None = Field(None, description="The cell that a rule's score may not exceed.")
    keep: Literal["last", "sum", "none"] | None = None
    over_units: Literal["sum", "none"] | None = None
    where: Where | None = None
    period: Period | None = None
    after: Literal["Q1", "Q2", "Q3", "Q4", "H1", "H2", "9M"] | None = Field(
        None, description="Not yet, until this part of the year has ended."
    )
    parts: Literal["include", "exclude"] | None = None
    applies: bool | Applies | None = None
    numbers: Numbers | None = None

    @cached_property
    def given(self) -> dict[str, Any]:
        """What is said here, by its name."""
        return {
            name: value for name in _BROUGHT if (value := self.__dict__[name]) is not None
        }  # fmt: skip

    @cached_property
    def kinds(self) -> list[str]:
        """The kinds of value that are given."""
        return [name for name in KINDS if name in self.given]


_BROUGHT = tuple(Brings.model_fields)
KINDS = ("figure", "indicator", "formula", "ratio", "units", "took_part", "text", "number", "rule")


class Column(Brings):
    """A column of a table."""

    key: Key
    label: str
    under: str = Field("", description="The heading above it, which it shares with others.")
    is_: Literal["code", "label", "value", "note"] = Field("value", alias="is")
    always: bool = Field(False, description="Its value counts, whatever the row brings.")
    width: Annotated[int, Field(ge=2, le=120)] | None = None


class Row(Brings):
    """A row of a table, or a named value."""

    key: Key
    code: str = ""
    label: str = ""
    heading: bool = False
    hidden: bool = False
    note: str = ""
    lines: list[str] = Field([], description="Lines printed below it, such as those of its rule.")
    cells: dict[Key, Brings] = Field(default_factory=dict)


class Each(Brings):
    """A row for each unit, each value of a dimension, or each group of the form."""

    key: Key
    each: str


def _row_tag(value: Any) -> str:
    return "each row" if isinstance(value, dict) and "each" in value else "one row"


AnyRow = Annotated[
    Annotated[Row, Tag("one row")] | Annotated[Each, Tag("each row")], Discriminator(_row_tag)
]


class RuleSet(Closed):
    """Cases, each `condition: score`. All are tried; with `add` those that hold are added up."""

    domain: Domain | dict[Key, Domain] = Field(description="Of each of its names, or of `x`.")
    when: Annotated[list[str], Field(max_length=20)]
    add: bool = False


class Table(Brings):
    """Rows and columns."""

    table: Key
    is_score: bool = Field(False, alias="score", description="Its rules give scores.")
    title: str = ""
    label: str = ""
    unit_of_measure: str = ""
    columns: Annotated[list[Column], Field(min_length=1, max_length=60)]
    rows: Annotated[list[AnyRow], Field(min_length=1, max_length=1000)]


class Values(Brings):
    """Named values without a layout."""

    values: Key
    rows: Annotated[list[Row], Field(min_length=1, max_length=1000)]


class Lines(Brings):
    """A line of text for each group, with values of its own."""

    list_: Key = Field(alias="list")
    title: str = ""
    for_: str = Field(alias="for", description="Name of groups of the form.")
    values: Annotated[list[Row], Field(min_length=1, max_length=60)]
    line: str = Field(description="The text of each group.")


class Paragraph(Closed):
    """Text with values in it."""

    paragraph: Key
    title: str = ""
    text: str


def _section_tag(value: Any) -> str | None:
    names = {"table": "a table", "list": "a list", "paragraph": "a paragraph"}
    for name, tag in names.items():
        if isinstance(value, dict) and name in value:
            return tag
    return "a set of values" if isinstance(value, dict) and "values" in value else None


Section = Annotated[
    Annotated[Table, Tag("a table")]
    | Annotated[Lines, Tag("a list")]
    | Annotated[Paragraph, Tag("a paragraph")]
    | Annotated[Values, Tag("a set of values")],
    Discriminator(_section_tag),
]


class Part(Closed):
    """A part of a group."""

    key: Key
    label: str
    codes: Annotated[list[str], Field(min_length=1)]


class Group(Closed):
    """Some values of a dimension under one name."""

    key: Key
    label: str
    codes: list[str] = Field(default_factory=list)
    parts: list[Part] = Field(default_factory=list)


class Groups(Closed):
    """The groups of a dimension; what is in none of them goes to `others`."""

    by: Dimension
    of: Annotated[list[Group], Field(min_length=1)]
    others: str = "Khác"


class Check(Closed):
    """What must hold."""

    id: Key
    says: str
    that: str
    section: str | None = None
    each: Literal["row", "column"] | None = None
    level: Literal["fail", "warn"] = "fail"


class Valid(Closed):
    """The days from which and to which a form is in force."""

    from_: Day = Field(alias="from")
    to: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Valid":
        if self.to is not None and self.to < self.from_:
            raise wrong(said("form-ends-early", "ends before it begins; correct one of the days"))
        return self


class Document(Closed):
    """A form."""

    form: FormName
    version: Version
    title: str
    valid: Valid | None = None
    for_levels: list[Level] = Field(default_factory=list)
    calendar: Literal["civil", "nd09"] = "civil"
    numbers: Numbers = Numbers()
    groups: dict[Key, Groups] = Field(default_factory=dict)
    rules: dict[Key, RuleSet] = Field(default_factory=dict)
    sections: Annotated[list[Section], Field(min_length=1, max_length=100)]
    checks: list[Check] = Field(default_factory=list)
