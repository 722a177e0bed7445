"""Opaque cursors of pages."""

import base64
import binascii
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import Query

from hub.api.asking import Whole
from hub.api.problems import bad_parameter
from hub.core.said import said

NOT_OURS = said("no-cursor", "is not a cursor that this hub gave; begin without one")
NOT_OF_THIS = said(
    "other-cursor",
    "is of another period or `as_of`; ask as for the first page, or begin without one",
)
PageSize = Annotated[Whole, Query(ge=1, le=1000, description="How many on a page")]
PageOrAll = Annotated[
    Whole | None, Query(ge=1, le=1000, description="How many on a page; left out: all")
]
Cursor = Annotated[str | None, Query(description="`next` of the page before")]

Row = TypeVar("Row")


def pack(values: tuple[Any, ...]) -> str:
    """A cursor that holds some values."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def unpack(cursor: str, *kinds: type) -> list[Any]:
    """The values of a cursor; raises 422 when it is not one of ours."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        values = None
    if (
        not isinstance(values, list)
        or len(values) != len(kinds)
        or not all(type(value) is kind for value, kind in zip(values, kinds, strict=True))
        or any(isinstance(value, int) and abs(value) >= 2**63 for value in values)
    ):
        raise bad_parameter("cursor", NOT_OURS)
    return values


def page_of(
    rows: Sequence[Row], code: Callable[[Row], str], limit: int | None, cursor: str | None
) -> tuple[Sequence[Row], str | None]:
    """A page of rows that lie in the order of their codes, and the cursor of the next one. Raises
    422 for a cursor that is not one of ours."""
    (after,) = ("",) if cursor is None else unpack(cursor, str)
    left = rows[bisect_right(rows, after, key=code) :]
    if limit is None or len(left) <= limit:
        return left, None
    return left[:limit], pack((code(left[limit - 1]),))
