"""The small types of a form: names, keys, days, periods, domains."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from hub.core.said import Said, said

PERIOD_WORDS = ("asked", "Q1", "Q2", "Q3", "Q4", "H1", "H2", "9M", "Y")
Level = Literal["ministry", "province", "district", "commune"]
Dimension = Literal["field", "procedure", "channel", "level", "authority", "model"]
_FORM = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


def wrong(says: Said) -> PydanticCustomError:
    """An error of a value whose text is told as it is."""
    return PydanticCustomError("form", "{says}", {"says": says})


def _form(value: Any) -> Any:
    if not isinstance(value, str) or not _FORM.fullmatch(value):
        raise wrong(
            said("no-form-name", "is no name of a form; write a-z 0-9 . -, such as cu-chi-2020")
        )
    return value


def _version(value: Any) -> Any:
    if isinstance(value, str) and not _VERSION.fullmatch(value):
        raise wrong(
            said("no-version", "is no version; write letters, digits, . - _, such as 2020-01")
        )
    return value


def _key(value: Any) -> Any:
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise wrong(
            said("no-form-key", "is no key; write a letter a-z, then a-z 0-9 _, such as ann_h")
        )
    if value in ("and", "or", "not", "sum", "if", "in", "is"):
        raise wrong(said("formula-word", "is a word of formulas; write another key"))
    return value


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise wrong(said("no-form-day", "is no day; write one such as 2018-07-24")) from None


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
        said(
            "no-form-period",
            "is no period; write one of {words}, or from (a day, asked, year) and to (a day, "
            "asked, data_date)",
            words=", ".join(PERIOD_WORDS),
        )
    )


def _domain(value: Any) -> Any:
    if value in ("percent", "count", "yes_no") or (
        isinstance(value, list) and value and all(isinstance(_key(word), str) for word in value)
    ):
        return value
    raise wrong(
        said(
            "no-domain",
            "is no domain; write percent, count, yes_no, or the list of words it may be",
        )
    )


Key = Annotated[str, BeforeValidator(_key)]
FormName = Annotated[str, BeforeValidator(_form)]
Version = Annotated[str, BeforeValidator(_version)]
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


Domain = Annotated[str | list[str], BeforeValidator(_domain)]
Period = Annotated[str | FromTo, BeforeValidator(_period)]
