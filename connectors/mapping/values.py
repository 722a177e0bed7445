"""How an attribute gets its value: a column, the first of several, a constant, a map."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag
from typing_extensions import TypeAliasType

from connectors.mapping.read_base import Closed
from connectors.mapping.scalars import ColumnName, wrong
from connectors.mapping.times import TimeFormats

Plain = str | int | float | bool
"""What YAML writes as one word."""


class Constant(Closed):
    """A value that is the same for every row."""

    value: Plain = Field(description="The value itself.")


def _kind(value: Any) -> str:
    """The alternative that a value is meant as; its name is no key that a document could have."""
    match value:
        case list() | tuple():
            return "(first)"
        case dict():
            return "(constant)" if "value" in value and "from" not in value else "(from)"
        case Constant():
            return "(constant)"
        case From():
            return "(from)"
        case _:
            return "(column)"


def _no_number(value: Any) -> Any:
    if not isinstance(value, str):
        raise wrong(
            "names no column; write a column's name (a number as a name in quotes), or a constant "
            "as {value: …}"
        )
    return value


Column = Annotated[ColumnName, BeforeValidator(_no_number, json_schema_input_type=str)]
ColumnNames = Annotated[
    Annotated[Column, Tag("(column)")]
    | Annotated[Annotated[tuple[Column, ...], Field(min_length=1)], Tag("(first)")],
    Discriminator(lambda value: "(first)" if isinstance(value, list | tuple) else "(column)"),
]


class From(Closed):
    """A column's value, read in a way of its own."""

    from_: ColumnNames = Field(alias="from", description="A column, or a list: the first given.")
    map: dict[str, Plain | None] | None = Field(
        default=None,
        description="What stands for each code; `*` for all others, null for no value.",
    )
    end_of_day: bool = Field(
        default=False, description="Whether a date alone is the last second of its day."
    )
    times: TimeFormats | None = Field(
        default=None, description="Patterns of this value's times, instead of those of `read`."
    )


Single = TypeAliasType(
    "Single",
    Annotated[
        Annotated[Column, Tag("(column)")]
        | Annotated[Constant, Tag("(constant)")]
        | Annotated[From, Tag("(from)")],
        Discriminator(_kind),
    ],
)
Value = TypeAliasType(
    "Value",
    Annotated[
        Annotated[Column, Tag("(column)")]
        | Annotated[Annotated[tuple[Single, ...], Field(min_length=1)], Tag("(first)")]
        | Annotated[Constant, Tag("(constant)")]
        | Annotated[From, Tag("(from)")],
        Discriminator(_kind),
    ],
)
ValueSpec = str | tuple[Any, ...] | Constant | From
"""A checked `Value`."""


def columns_of(value: ValueSpec) -> Iterator[str]:
    """The columns that a value names, in order."""
    match value:
        case str():
            yield value
        case tuple():
            for part in value:
                yield from columns_of(part)
        case From():
            yield from columns_of(value.from_)
        case Constant():
            pass
