"""How what connectors and the hub say to one another is written as JSON."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from connectors.port import Kept, Known, Unreadable
from hub.client import json_of
from hub.client.http import problem_text
from hub.core.time import microseconds_of
from schemas.cloudevents import KIND_OF

if TYPE_CHECKING:
    import httpx

_ROW = ("key", *Kept._fields)


def body(value: Any) -> dict[str, Any]:
    """The body of a request, and what says that it is JSON."""
    # a moment in a cursor must be a text of its source's own making, which it can read back
    content = orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATETIME)
    return {"content": content, "headers": {"Content-Type": "application/json"}}


def rows(found: Mapping[str, Kept]) -> list[dict[str, Any]]:
    """Rows that are to be remembered."""
    return [dict(zip(_ROW, (key, *row), strict=True)) for key, row in found.items()]


def kept(row: dict[str, Any]) -> tuple[str, Kept]:
    """A row that is remembered, which is used up, and its key."""
    key = row.pop("key")
    return key, Kept(**row)


def refused(found: Sequence[Unreadable]) -> list[dict[str, Any]]:
    """Rows that are refused."""
    return [
        {"key": row.key, "place": row.place, "errors": [fault._asdict() for fault in row.faults]}
        for row in found
    ]


def known(told: Mapping[str, Any]) -> Known:
    """An event that the hub has."""
    time = microseconds_of(datetime.fromisoformat(told["time"]))
    return Known(told["id"], KIND_OF[told["type"]], time, told["data"], told["in_force"])


def title(answer: "httpx.Response") -> str:
    """What an answer is about, in a few words."""
    found = json_of(answer) if "json" in answer.headers.get("content-type", "") else {}
    return str(found.get("title", answer.reason_phrase))


def why(answer: "httpx.Response") -> str:
    """What an answer that is an error says."""
    return problem_text(json_of(answer)) if is_problem(answer) else answer.reason_phrase


def is_problem(answer: "httpx.Response") -> bool:
    """Whether the hub itself answers, and not a proxy in front of it."""
    return "problem+json" in answer.headers.get("content-type", "")
