"""The values that attributes of events may take (CONTRACT §1), as pydantic types."""

from datetime import datetime
from functools import cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

RFC3339 = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
    r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00")
FIRST = 631_152_000_000_000  # 1990-01-01
LAST = 4_133_980_800_000_000  # 2101-01-01


def microseconds(text: str) -> int:
    """The instant of an RFC 3339 text, in microseconds since the Unix epoch.

    Raises `PydanticCustomError` for a day that does not exist or a year outside 1990-2100 (UTC).
    """
    ends = -1 if text[-1] in "Zz" else -6
    try:  # without its offset: what datetime does fast
        local = datetime.fromisoformat(text[:ends]) - _EPOCH
    except ValueError:
        if text.startswith("0000"):  # which `datetime` does not know
            raise _out_of_range() from None
        month_exists = "01" <= text[5:7] <= "12"
        raise PydanticCustomError(
            "time_invalid",
            "has a day that does not exist in its month; correct it"
            if month_exists
            else "has a month that does not exist; months go from 01 to 12",
        ) from None
    seconds = local.days * 86400 + local.seconds - _seconds_east(text[ends:])
    instant = seconds * 1_000_000 + local.microseconds
    if not FIRST <= instant < LAST:
        raise _out_of_range()
    return instant


def _out_of_range() -> PydanticCustomError:
    return PydanticCustomError(
        "time_out_of_range", "must lie in the years 1990 to 2100 (UTC); correct it"
    )


@cache
def _seconds_east(offset: str) -> int:
    """How far an offset, such as "+07:00" or "Z", is ahead of UTC."""
    return -int(datetime.fromisoformat(f"1970-01-01T00:00:00{offset.upper()}").timestamp())


Printable = Annotated[str, Field(pattern=r"^[!-~]{1,200}$")]
SUBJECT = r"[A-Za-z0-9._/-]{1,100}"
UNIT_CODE = r"[A-Za-z0-9.]{1,35}"
Subject = Annotated[str, Field(pattern=f"^{SUBJECT}$")]
UnitCode = Annotated[str, Field(pattern=f"^{UNIT_CODE}$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Code = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,50}$")]
Instant = Annotated[
    str,
    Field(pattern=RFC3339),
    AfterValidator(microseconds),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": RFC3339}),
]
SEQUENCE = r"^(0|[1-9][0-9]{0,9})$"


def _sequence(text: str) -> int:
    if (number := int(text)) > 2**31 - 1:
        raise PydanticCustomError("sequence_out_of_range", "must be at most 2147483647")
    return number


Sequence = Annotated[
    str,
    Field(pattern=SEQUENCE),
    AfterValidator(_sequence),
    WithJsonSchema({"type": "string", "pattern": SEQUENCE}),
]
JSON_TYPE = r"^[^\s/;]+/([^\s/;]+\+)?[jJ][sS][oO][nN]\s*(;.*)?$"
URI = r"^[!-~]+$"
JsonType = Annotated[str, Field(pattern=JSON_TYPE)]
Uri = Annotated[str, Field(pattern=URI)]
Channel = Literal["direct", "online", "post"]
Level = Literal["ministry", "province", "district", "commune"]
Basis = Literal["day", "hour"]
