"""Live events for a demo that stays up: dossiers of made-up units that come in, wait, are late."""

from datetime import datetime, timedelta, timezone
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple

from hub.demo.catalogue import CU_CHI_COMMUNE_PROCEDURES, UnitRow
from hub.demo.plausible import Event

SOURCE = "/demo/live"
UNITS = (
    UnitRow("DEMO", "Huyện Minh Họa (sự kiện trực tiếp)", "district", None),
    UnitRow("DEMO.01", "Xã Minh Họa Một", "commune", "DEMO"),
    UnitRow("DEMO.02", "Xã Minh Họa Hai", "commune", "DEMO"),
    UnitRow("DEMO.03", "Xã Minh Họa Ba", "commune", "DEMO"),
)

_EPOCH = datetime(1970, 1, 1, 7, tzinfo=timezone(timedelta(hours=7)))
_SECOND = 1_000_000
_DAY = 24 * 3600 * _SECOND
# What follows on `received`, and how often. Late ones are left until their deadline has passed.
_COURSES = {
    ("resolved", "result_returned"): 45,
    ("resolved", "rated"): 25,
    ("supplement_requested", "supplemented", "resolved"): 10,
    ("extended", "resolved"): 6,
    ("withdrawn",): 4,
}


class _Open(NamedTuple):
    ready: int  # µs; nothing more happens to it before
    subject: str
    unit: str
    course: tuple[str, ...]


class Trickle:
    """Makes one plausible event at a time; remembers the dossiers that are under way."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._open: list[_Open] = []  # a heap: first the one that is ready first
        self._number = 0

    def next(self, now: int) -> Event:
        """The event of this moment; `now` in µs must not decrease from call to call."""
        if self._open and self._open[0].ready <= now and self._rng.random() < 0.75:
            return self._go_on(heappop(self._open), now)
        return self._receive(now)

    def _receive(self, now: int) -> Event:
        rng = self._rng
        received, basis = now, "hour"
        chance = rng.random()
        if chance < 0.05:  # entered days after, when it should have been resolved
            received, basis = now - rng.randint(4, 6) * _DAY, "day"
            due, ready = now - rng.randint(1, 3) * _DAY, now + rng.randint(120, 600) * _SECOND
        elif chance < 0.17:  # will be late
            due = now + rng.randint(20, 90) * _SECOND
            ready = due + rng.randint(60, 400) * _SECOND
        else:
            due = now + rng.randint(10, 60) * 60 * _SECOND
            ready = now + rng.randint(10, 240) * _SECOND
        unit = rng.choice(UNITS[1:]).code
        subject = f"{unit}-{_local(received):%y%m%d}-{self._next_number(now)}"
        course = rng.choices(list(_COURSES), list(_COURSES.values()))[0]
        heappush(self._open, _Open(ready, subject, unit, course))
        procedure = rng.choice(CU_CHI_COMMUNE_PROCEDURES)
        channel = rng.choices(("online", "direct", "post"), (50, 48, 2))[0]
        data = {
            "channel": channel,
            "procedure": procedure.code,
            "field": procedure.field,
            "level": "commune",
            "due_at": _local(due).isoformat(),
            "due_basis": basis,
        }
        if channel == "online":
            data["online_level"] = rng.choice(("full", "partial"))
        return _event(unit, subject, "received", received, data)

    def _go_on(self, dossier: _Open, now: int) -> Event:
        rng = self._rng
        kind, *rest = dossier.course
        if rest:
            ready = now + rng.randint(5, 60) * _SECOND
            heappush(self._open, dossier._replace(ready=ready, course=tuple(rest)))
        due = _local(now + rng.randint(10, 60) * 60 * _SECOND).isoformat()
        data = {
            "supplement_requested": {"reason": "thieu-giay-to"},
            "supplemented": {"due_at": due},
            "extended": {"due_at": due, "apology": rng.choice(("letter", "message"))},
            "withdrawn": {"reason": "nguoi-nop-xin-rut"},
            "result_returned": {"channel": rng.choice(("direct", "online", "post"))},
            "rated": {"rating": rng.choice(("satisfied", "satisfied", "neutral")), "via": "kiosk"},
        }
        return _event(dossier.unit, dossier.subject, kind, now, data.get(kind, {}))

    def _next_number(self, now: int) -> int:
        """Milliseconds of the local day, and never one twice: also after a restart it is new."""
        local = _local(now)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        self._number = max(self._number + 1, (local - midnight) // timedelta(milliseconds=1))
        return self._number


def _event(unit: str, subject: str, kind: str, moment: int, data: dict[str, str]) -> Event:
    return {
        "specversion": "1.0",
        "id": f"{subject}.{kind}",  # no kind comes twice in a course
        "source": SOURCE,
        "type": f"vn.motcua.dossier.{kind}.v1",
        "subject": subject,
        "time": _local(moment).isoformat(),
        "data": {"unit": unit, **data},
    }


def _local(moment: int) -> datetime:
    return _EPOCH + timedelta(microseconds=moment)
