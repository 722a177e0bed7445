"""What a form's document may hold: closed models, one for each part."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

PERIOD_WORDS = ("asked", "Q1", "Q2", "Q3", "Q4", "H1", "H2", "9M", "Y")
Level = Literal["ministry", "province", "district", "commune"]
Dimension = Literal["field", "procedure", "channel", "level", "authority", "model"]
_FORM = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


def wrong(says: str) -> PydanticCustomError:
    """An error of a value whose text is told as it is."""
    return PydanticCustomError("form", "{says}", {"says": says})


def _form(value: Any) -> Any:
    if not isinstance(value, str) or not _FORM.fullmatch(value):
        raise wrong("is no name of a form; write a-z 0-9 . -, such as cu-chi-2020")
    return value


def _key(value: Any) -> Any:
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise wrong("is no key; write a letter a-z, then a-z 0-9 _, such as ann_h")
    if value in ("and", "or", "not", "sum", "if", "in", "is"):
        raise wrong("is a word of formulas; write another key")
    return value


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise wrong("is no day; write one such as 2018-07-24") from None


def _several(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _period(value: Any) -> Any:
    if isinstance(value, str) and value in PERIOD_WORDS:
        return value
    if isinstance(value, dict) and value.keys() == {"from", "to"}:
        for name, words in (("from", ("asked", "year")), ("to", ("asked", "data_date"))):
            if value[name] not in words:
                _day(value[name])
        return FromTo(start=value["from"], end=value["to"])
    raise wrong(
        f"is no period; write one of {', '.join(PERIOD_WORDS)}, or from (a day, asked, year) and "
        "to (a day, asked, data_date)"
    )


Key = Annotated[str, BeforeValidator(_key)]
Day = Annotated[date, BeforeValidator(_day)]
Texts = Annotated[list[str], BeforeValidator(_several)]
Levels = Annotated[list[Level], BeforeValidator(_several)]


class Closed(BaseModel):
    """A part of a document: other keys than its own are refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, arbitrary_types_allowed=True
    )


class FromTo(Closed):
    """Days from and to: written, `asked`, `year` (the year's first day), or `data_date`."""

    start: str
    end: str


Period = Annotated[str | FromTo, BeforeValidator(_period)]


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


KINDS = ("figure", "indicator", "formula", "ratio", "units", "took_part", "text")


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
    cells: dict[Key, Brings] = {}


class Each(Brings):
    """A row for each unit, each value of a dimension, or each group of the form."""

    key: Key
    each: str


def _row_tag(value: Any) -> str:
    return "each row" if isinstance(value, dict) and "each" in value else "one row"


AnyRow = Annotated[
    Annotated[Row, Tag("one row")] | Annotated[Each, Tag("each row")], Discriminator(_row_tag)
]


class Table(Brings):
    """Rows and columns."""

    table: Key
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
    codes: list[str] = []
    parts: list[Part] = []


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


class Document(Closed):
    """A form."""

    form: Annotated[str, BeforeValidator(_form)]
    version: str
    title: str
    valid: Valid | None = None
    for_levels: list[Level] = []
    calendar: Literal["civil", "nd09"] = "civil"
    numbers: Numbers = Numbers()
    groups: dict[Key, Groups] = {}
    sections: Annotated[list[Section], Field(min_length=1, max_length=100)]
    checks: list[Check] = []
