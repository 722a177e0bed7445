"""The small types of a document: durations, rates, secrets, names."""

import os
import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from connectors.port import BrokenSourceError

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = r"^([0-9]{1,9}(\.[0-9]{1,3})?(ms|s|m|h|d))+$"
_RATE = r"^([1-9][0-9]{0,5})/(s|m|h|d)$"
_SHARE = r"^(50(\.0{1,2})?|[0-4]?[0-9](\.[0-9]{1,2})?)%$"
_SECRET_NAME = re.compile(
    r"(?i)passw|pwd|secret|token$|^authorization$|^cookie$|api-?_?key$|^key$|signature"
)
_REFERENCE = r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$"


def wrong(says: str) -> PydanticCustomError:
    """An error of a value whose text is told as it is."""
    return PydanticCustomError("mapping", "{says}", {"says": says})


def _duration(value: Any) -> float:
    if isinstance(value, str) and re.match(_DURATION, value):
        parts = re.findall(r"([0-9.]+)(ms|s|m|h|d)", value)
        return sum(float(number) * _UNITS[unit] for number, unit in parts)
    raise wrong("is no duration; write a number and a unit, such as 500ms, 2s, 10m, 1h30m or 1d")


def _rate(value: Any) -> float:
    if isinstance(value, str) and (found := re.match(_RATE, value)):
        return int(found[1]) / _UNITS[found[2]]
    raise wrong("is no rate; write requests and a unit of time, such as 5/s or 100/m")


def _share(value: Any) -> float:
    if isinstance(value, str) and (found := re.match(_SHARE, value)):
        return float(found[1]) / 100
    raise wrong("is no share; write per cent up to 50%, such as 5%")


def _text_schema(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern}


Duration = Annotated[
    float, BeforeValidator(_duration, json_schema_input_type=str),
    Field(json_schema_extra=_text_schema(_DURATION)),
]  # fmt: skip
"""Written `60s`; in seconds."""
Rate = Annotated[
    float, BeforeValidator(_rate, json_schema_input_type=str),
    Field(json_schema_extra=_text_schema(_RATE)),
]  # fmt: skip
"""Written `5/s`; requests a second."""
Share = Annotated[
    float, BeforeValidator(_share, json_schema_input_type=str),
    Field(json_schema_extra=_text_schema(_SHARE)),
]  # fmt: skip
"""Written `5%`; a part of 1."""


class Secret:
    """A value that is told nowhere, by the place where it stands: `env:NAME` or `file:PATH`.

    Its text is that place; only `value` reads what is there.
    """

    def __init__(self, place: str, *, plain: bool = False) -> None:
        self._place = place
        self._plain = plain

    def value(self) -> str:
        """What is there now, without the white space around it. Raises `BrokenSourceError` where
        nothing is there."""
        kind, _, name = self._place.partition(":")
        if self._plain:
            return self._place
        if kind == "env":
            if not (found := os.environ.get(name, "").strip()):
                raise BrokenSourceError(
                    f"the environment variable {name} is not set; set it where the connector runs"
                )
            return found
        try:
            found = Path(name).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise BrokenSourceError(f"cannot read the secret in {name}: {why}") from None
        if not found:
            raise BrokenSourceError(f"the file {name} is empty; write the secret into it")
        return found

    def __repr__(self) -> str:
        return f"Secret({self._place!r})"

    def __str__(self) -> str:
        return self._place

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._place == other._place

    def __hash__(self) -> int:
        return hash(self._place)

    @classmethod
    def __get_pydantic_core_schema__(cls, _type: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._read, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return _text_schema(_REFERENCE)

    @classmethod
    def _read(cls, value: Any) -> "Secret":
        if isinstance(value, cls):
            return value
        if isinstance(value, str) and re.match(_REFERENCE, value):
            return cls(value)
        raise wrong(
            "is a secret and does not belong in this file; write env:NAME (an environment variable)"
            " or file:PATH (a file that only the connector's user may read)"
        )


class Address(Secret):
    """A URL, or where one stands. A URL that is written out holds no password."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string"}

    @classmethod
    def _read(cls, value: Any) -> "Address":
        if isinstance(value, cls):
            return value
        if not isinstance(value, str) or not value:
            raise wrong("is no address; write a URL, env:NAME or file:PATH")
        if re.match(_REFERENCE, value) and not value.startswith("file://"):
            return cls(value)
        if _has_password(value):
            raise wrong(
                "holds a password; move the whole URL into an environment variable and write "
                "env:NAME, or into a file that only the connector's user may read and write "
                "file:PATH"
            )
        return cls(value, plain=True)


def _has_password(url: str) -> bool:
    try:
        password = urlsplit(url).password
    except ValueError:
        return True  # nothing is told about what cannot be read
    return bool(password) or any(map(is_secret_name, re.findall(r"([\w-]+)\s*=", url)))


def is_secret_name(name: str) -> bool:
    """Whether what bears this name is likely a secret."""
    return _SECRET_NAME.search(name) is not None


def is_reference(value: Any) -> bool:
    """Whether a text is meant as the place of a secret."""
    return isinstance(value, str) and re.match(_REFERENCE, value) is not None


def _names(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _column(text: str) -> str:
    if not text.strip() or len(text) > 300:
        raise wrong("is no name of a column; write 1 to 300 characters")
    return text


ColumnName = Annotated[str, AfterValidator(_column)]
Names = Annotated[
    tuple[ColumnName, ...],
    BeforeValidator(_names, json_schema_input_type=str | list[str]),
    Field(min_length=1),
]
"""One name, or a list of them."""
