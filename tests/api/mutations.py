"""Good events spoilt in all ways that a test's random numbers can think of."""

import random
from copy import deepcopy
from typing import Any

from tests.api.speaking import Json, event

SECRET = "Nguyễn Văn Bí Mật 079012345678"
"""No attribute may have such a value: the hub must neither keep it nor say it again."""
SECRET_BYTES = b"079012345678"

TIMES = (
    *("2020-07-16", "2020-07-16T08:30", "2020-07-16 08:30:00+07:00", "2020-07-16T08:30:00"),
    *("2020-07-16t08:30:00+07:00", "2020-07-16T08:30:60+07:00", "2020-02-30T08:30:00+07:00"),
    *("2020-07-16T24:00:00+07:00", "2020-07-16T08:30:00+7:00", "2020-07-16T08:30:00+0700"),
    *("2020-07-16T08:30:00,5+07:00", "2020-07-16T08:30:00.1234567Z", "2020-07-16T08:30:00.Z"),
    *("1989-12-31T23:59:59Z", "1990-01-01T06:59:59+07:00", "2101-01-01T00:00:00Z"),
    *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"),
    *("2020-07-16T08:30:00+24:00", "2020-07-16T08:30:00+07:60", "2020-W03-3T08:30:00Z"),
    *("20200115T083000Z", "1579051800", " 2020-07-16T08:30:00Z", "2020-07-16T08:30:00Z\n"),
    "2020-07-16T08:30:00Ｚ",
)
"""No times of the contract's form, or of years that it does not take."""

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.5, 2**31, 2**63, 10**30, 1e308, "", " ", "\x00", "\n", "null"),
    *([], {}, [None], [[]], {"": None}, SECRET, [SECRET], {"x": SECRET}, [{"id": SECRET}]),
    *("\ud800", "a\udfff", "é", "٣", "Ａ", "x" * 36, "x" * 65, "x" * 201, "../..", "a b"),
    *("1.0", "0.3", "/hub", "H29.17.01", "received", "vn.motcua.dossier.received.v1"),
    *("vn.motcua.dossier.received.v2", "vn.motcua.dossier.RECEIVED.v1", "vn.motcua.dossier..v1"),
    *("01", "+1", "-0", "1e3", "2147483648", "99999999999999999999", "'; DROP TABLE events; --"),
    *TIMES,
)

GOOD = (
    event(due_at="2020-01-30T17:00:00+07:00", procedure="1.004227", field="dat-dai", sequence="1"),
    event("supplement_requested", id="q", reason="thieu-giay-to"),
    event("supplemented", id="s", due_at="2020-02-01T17:00:00+07:00"),
    event("suspended", id="u"),
    event("resumed", id="v", due_at="2020-02-01T17:00:00+07:00", reason="xong"),
    event("extended", id="x", due_at="2020-02-02T17:00:00+07:00", apology="letter"),
    event("resolved", id="d", outcome="refused"),
    event("withdrawn", id="w", reason="tu-rut"),
    event("stopped", id="p"),
    event("reopened", id="o"),
    event("result_returned", id="t", channel="post"),
    event("overdue", id="l", due_at="2020-02-02T17:00:00+07:00"),
    event("corrected", id="c", field="ho-tich", closed_at="2020-01-20T08:00:00Z"),
    event("rated", id="a", rating="satisfied", via="kiosk"),
    event("voided", id="y", reason="nham"),
    {**event("retracted", id="z"), "data": {"unit": "H29.17.01", "id": "y"}},
)
"""One of each kind."""


def spoilt(rng: random.Random) -> Any:
    """A good event, changed in one to three places; it may still be good."""
    value: Any = deepcopy(rng.choice(GOOD))
    value["subject"] = f"M-{rng.randrange(10**6)}"
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        value = _spoilt_once(rng, value)
    return value


def _spoilt_once(rng: random.Random, value: Any) -> Any:
    if not isinstance(value, dict) or rng.random() < 0.02:
        return rng.choice(VALUES)
    data = value.get("data")
    holder: Json = data if isinstance(data, dict) and rng.random() < 0.6 else value
    name = rng.choice(sorted(holder)) if holder else "id"
    match rng.randrange(6):
        case 0:
            holder.pop(name, None)
        case 1:
            holder[rng.choice(_NAMES)] = rng.choice((SECRET, *VALUES))
        case 2:
            holder[name.upper()] = holder.pop(name, None)
        case 3 if isinstance(holder.get(name), str) and holder[name]:
            at = rng.randrange(len(holder[name]))
            letter = chr(rng.choice((0, 10, 32, 34, 47, 92, 0x7F, 0xE9, 0x1EC5, 0xD800, 0x1F600)))
            holder[name] = holder[name][:at] + letter + holder[name][at + 1 :]
        case 4:
            holder[name] = [holder.get(name)]
        case _:
            holder[name] = rng.choice(VALUES)
    return value


_NAMES = (
    *("applicant", "họ tên", "phone", "cccd", "a/b~c", "", "\ud83d", "x" * 500, "__proto__"),
    *("due_at", "parent", "channel", "closed_at", "data_base64", "datacontenttype", "traceparent"),
    "vn.motcua.dossier.received.v1",
)
