"""Models of statements of indicators: what a report needs and no dossier tells (CONTRACT §1)."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from schemas.envelope import Envelope, closed, open_to_others
from schemas.values import Level, Printable, UnitCode

MOST_DIGITS = 15
"""Digits of a value: as many as a JSON number keeps exactly everywhere."""

MOST_CHARACTERS = 500
CONTENTS = ("value", "text", "date", "status")
"""What a statement says: exactly one of these attributes."""

PERIOD = r"^(19[0-9]{2}|20[0-9]{2}|21[0-9]{2}|2200)(-(Q[1-4]|H[12]|9M|0[1-9]|1[0-2]))?$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

CODE = r"^[a-z0-9][a-z0-9._-]{0,63}$"
IndicatorCode = Annotated[str, Field(pattern=CODE)]
PeriodLabel = Annotated[str, Field(pattern=PERIOD)]


def _number(value: object) -> int | float:
    """A JSON number, an integer where it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise PydanticCustomError(
            "value_no_number", "must be a JSON number, such as 4340 or 92.1, without quotes"
        )
    if abs(value) >= 10**MOST_DIGITS:  # before it is converted: a number may have a million digits
        raise _TOO_LONG
    if value == int(value):
        return int(value)
    _, digits, exponent = Decimal(str(value)).as_tuple()
    if len(digits) > MOST_DIGITS or -int(exponent) > MOST_DIGITS:
        raise _TOO_LONG
    return value


_TOO_LONG = PydanticCustomError("value_too_long", "must have at most 15 digits; round it")


def _existing_day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("date_invalid", "is not a day that exists; correct it") from None
    return text


def _plain(text: str) -> str:
    if _CONTROL.search(text):
        raise PydanticCustomError(
            "text_control", "must not contain control characters; send plain text"
        )
    return text


Text = Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS), AfterValidator(_plain)]
Number = Annotated[Any, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
Day = Annotated[str, Field(pattern=DAY), AfterValidator(_existing_day)]


@closed
class ReportedData(TypedDict):
    """A statement: of which unit and period, and exactly one of value, text, date and status."""

    unit: UnitCode
    period: PeriodLabel
    calendar: NotRequired[Literal["civil", "nd09"]]
    level: NotRequired[Level]
    value: NotRequired[Number]
    text: NotRequired[Text]
    date: NotRequired[Day]
    status: NotRequired[Literal["not_applicable", "withdrawn"]]
    evidence: NotRequired[Text]
    note: NotRequired[Text]


def _one_content(data: dict[str, Any]) -> dict[str, Any]:
    if sum(name in data for name in CONTENTS) != 1:
        raise PydanticCustomError(
            "not_one_content", "must carry exactly one of `value`, `text`, `date` and `status`"
        )
    return data


@closed
class IndicatorRetractedData(TypedDict):
    """The statement of this indicator, unit and source with that id is taken back."""

    unit: UnitCode
    id: Printable


@open_to_others
class IndicatorEnvelope(Envelope):
    """`subject` is the indicator's code."""

    subject: IndicatorCode


@open_to_others
class IndicatorReported(IndicatorEnvelope):
    """States an indicator of a unit in a period."""

    type: Literal["vn.motcua.indicator.reported.v1"]
    data: Annotated[
        ReportedData,
        AfterValidator(_one_content),
        Field(json_schema_extra={"oneOf": [{"required": [name]} for name in CONTENTS]}),
    ]


@open_to_others
class IndicatorRetracted(IndicatorEnvelope):
    """Takes a statement back."""

    type: Literal["vn.motcua.indicator.retracted.v1"]
    data: IndicatorRetractedData


IndicatorEvent = IndicatorReported | IndicatorRetracted
KINDS = ("reported", "retracted")

DEFAULTS = {"indicator.reported": ("calendar", "civil")}
"""What an attribute that was left out says, by the kind inside the hub: (name, value)."""
