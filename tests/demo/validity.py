"""What the public contract allows in an event, for the kinds that the example uses."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

CODE, WORD = re.compile(r"[A-Za-z0-9._-]{1,64}"), re.compile(r"[a-z0-9-]{1,50}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+07:00")
ID, UNIT = re.compile(r"[!-~]{1,200}"), re.compile(r"[A-Za-z0-9.]{1,35}")
SUBJECT = re.compile(r"([A-Za-z0-9.]+)-\d{6}-\d{4,9}")
TYPE = re.compile(r"vn\.motcua\.dossier\.([a-z_]+)\.v1")


ENTERED = {
    "channel": re.compile("direct|online|post"),
    "online_level": re.compile("full|partial"),
    "procedure": CODE,
    "field": CODE,
    "level": re.compile("district|commune"),
    "due_basis": re.compile("day|hour"),
}
ALLOWED = {
    "received": ENTERED | {"due_at": TIME},
    "corrected": ENTERED,
    "supplement_requested": {"reason": WORD},
    "supplemented": {"due_at": TIME},
    "extended": {"due_at": TIME, "apology": re.compile("letter|message|none"), "reason": WORD},
    "resolved": {"outcome": re.compile("granted|refused")},
    "withdrawn": {"reason": WORD},
    "result_returned": {"channel": re.compile("direct|post|online")},
    "rated": {
        "rating": re.compile("satisfied|neutral|dissatisfied"),
        "via": re.compile("kiosk|online|survey"),
    },
    "voided": {"reason": WORD},
}
REQUIRED = {"received": "channel", "extended": "due_at", "result_returned": "channel"}
ATTRIBUTES = {"specversion", "id", "source", "type", "subject", "time", "data"}


def assert_valid(event: Mapping[str, Any]) -> None:
    """Has every attribute it needs, in the right form, and none besides: no personal data."""
    data = event["data"]
    assert event.keys() == ATTRIBUTES
    assert event["specversion"] == "1.0"
    assert ID.fullmatch(event["id"])
    assert TIME.fullmatch(event["time"])
    assert datetime.fromisoformat(event["time"])
    assert UNIT.fullmatch(data["unit"])
    subject, kind = SUBJECT.fullmatch(event["subject"]), TYPE.fullmatch(event["type"])
    assert subject
    assert subject[1] == data["unit"]
    assert kind
    allowed = ALLOWED[kind[1]]
    for name, value in data.items():
        assert name == "unit" or allowed[name].fullmatch(value), (kind[1], name)
    assert REQUIRED.get(kind[1], "unit") in data
    assert data.get("due_at", "9999")[:10] >= event["time"][:10]
