"""How a plausible dossier lives: office days, its steps and hours, and many of them by time.

Pure and repeatable: all chance comes from the `random.Random` handed in, no time from a clock.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, count
from operator import itemgetter
from random import Random
from typing import Any, Literal

from hub.demo.catalogue import Procedure

Event = dict[str, Any]
"""A CloudEvent as the public contract has it, ready for JSON."""

Ending = Literal[
    "at_once",  # same day, or next morning when received late in the afternoon
    "immediate",  # while the applicant waits, without any due date: on time
    "early",
    "on_time",
    "late",
    "withdrawn",
    "open",  # at the end of the period; resolved within due after it
    "voided",  # entered by mistake: in no figure
]

SOURCE = "/demo/reconstruction"
MOST_LATE = 12  # working days
LATE_AFTERNOON = 15 * 3600  # what comes after 15:00 may be due the next working day
MORNING, NOON, AFTERNOON, EVENING = (int(h * 3600) for h in (7.5, 11.5, 13, 17))
SATURDAY = 5
WEEKDAY_LOAD = (1.35, 1.10, 1.00, 0.95, 0.90)  # Monday to Friday
AFTER_HOLIDAYS_LOAD = 1.3


@dataclass(frozen=True, slots=True)
class Plan:
    """What is settled about a dossier before its days and hours are drawn."""

    unit: str
    level: str
    procedure: Procedure
    ending: Ending
    channel: str = "direct"
    online_level: str | None = None
    wait: int = 0  # working days until asked-for papers came; counting then starts anew
    extra: int = 0  # working days of an extension with an apology
    apology: str = "none"
    refused: bool = False
    returned: str = "direct"
    typed_as: Procedure | None = None  # entered wrongly, then corrected


@dataclass(frozen=True)
class OfficeDays:
    """Working days, Monday to Friday without holidays, of a period and of some months after it."""

    days: Sequence[date]
    last: int  # index of the period's last one
    load: Sequence[float]  # running sum of how busy each is

    def index(self, day: date) -> int:
        """Of `day`, or of the next working day."""
        return bisect_left(self.days, day)

    def draw(self, rng: Random, first: int, last: int) -> int:
        """An index from `first` to `last`, busy days more often."""
        low = self.load[first - 1] if first else 0.0
        found = bisect_right(self.load, rng.uniform(low, self.load[last]))
        return min(max(found, first), last)


def office_days(first: date, last: date, closed: Collection[date]) -> OfficeDays:
    """Of the period from `first` to `last`, and of four months after it."""
    span = (first + timedelta(n) for n in range((last - first).days + 120))
    days = [day for day in span if day.weekday() < SATURDAY and day not in closed]
    load = [
        WEEKDAY_LOAD[day.weekday()] * (AFTER_HOLIDAYS_LOAD if (day - before).days > 3 else 1.0)
        for before, day in zip([first, *days], days, strict=False)
    ]
    return OfficeDays(days, bisect_right(days, last) - 1, list(accumulate(load)))


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Shares of `total` in whole numbers, in proportion (largest remainders first).

    >>> apportion(10, [1, 1, 2, 0])
    [3, 2, 5, 0]
    """
    whole = sum(weights)
    if not total:
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def first_and_last_start(plan: Plan, office: OfficeDays) -> tuple[int, int]:
    """Between which office days a dossier must come in, for its ending to fall as planned."""
    span = plan.wait + plan.procedure.days + plan.extra
    if plan.ending == "open":
        return office.last - span + 1, office.last
    if plan.ending == "late":
        return 0, office.last - span - MOST_LATE
    if plan.ending in ("at_once", "immediate", "voided"):
        return 0, office.last
    if plan.ending == "early" and plan.returned != "post" and not plan.wait + plan.extra:
        return 0, office.last - span // 3
    return 0, office.last - span - 1  # room to hand the result over within the period


def unfold(
    rng: Random, office: OfficeDays, arrivals: Iterable[tuple[date, Plan]]
) -> Iterator[Event]:
    """The events of all dossiers by time; in memory are only those of dossiers still under way."""
    by_day: dict[date, list[tuple[str, int, int, Plan]]] = defaultdict(list)
    for n, (day, plan) in enumerate(arrivals):
        by_day[day].append((plan.unit, _office_second(rng, day, to_receive=True), n, plan))
    ahead: list[Event] = []
    for day in sorted(by_day):
        numbers: Counter[str] = Counter()
        for unit, second, _, plan in sorted(by_day.pop(day), key=itemgetter(0, 1, 2)):
            numbers[unit] += 1
            subject = f"{unit}-{day:%y%m%d}-{numbers[unit]:04}"
            ahead.extend(life(rng, office, plan, day, second, subject))
        ahead.sort(key=itemgetter("time"))
        cut = bisect_left(ahead, (day + timedelta(1)).isoformat(), key=itemgetter("time"))
        yield from ahead[:cut]
        del ahead[:cut]
    yield from ahead


def life(
    rng: Random, office: OfficeDays, plan: Plan, day: date, second: int, subject: str
) -> Iterator[Event]:
    """The events of one dossier that is received on `day` at `second`, in order."""
    tell = _teller(plan.unit, subject)
    start = office.index(day)
    overnight = (
        plan.ending == "at_once"
        and second >= LATE_AFTERNOON
        and start < office.last
        and day.weekday() != SATURDAY
    )
    due = start + plan.procedure.days + overnight

    def on(index: int) -> date:
        return day if index == start else office.days[index]

    def hour(index: int) -> int:
        return _later(rng, day, second) if index == start else _office_second(rng, on(index))

    entered = plan.typed_as or plan.procedure
    facts = {"channel": plan.channel, "procedure": entered.code, "field": entered.field}
    facts |= {"online_level": plan.online_level} if plan.online_level else {}
    facts |= {"due_at": _closing_time(on(due))} if plan.ending != "immediate" else {}
    yield tell("received", day, second, **facts, level=plan.level)
    if plan.typed_as:
        right = {"procedure": plan.procedure.code, "field": plan.procedure.field}
        yield tell("corrected", day, hour(start), **right)
    if plan.ending == "voided":
        yield tell("voided", day, hour(start), reason="nhap-trung")
        return
    closable = start
    if plan.wait:
        asked, brought = start + rng.randint(1, plan.wait - 1), start + plan.wait
        yield tell("supplement_requested", on(asked), hour(asked), reason="thieu-giay-to")
        due = brought + plan.procedure.days
        yield tell("supplemented", on(brought), hour(brought), due_at=_closing_time(on(due)))
        closable = brought + 1
    if plan.extra:
        told = due - 1  # an apology comes at the latest one day before (NĐ 61/2018, Art. 19.9)
        closable, due = due, due + plan.extra
        facts = {"due_at": _closing_time(on(due)), "apology": plan.apology}
        yield tell("extended", on(told), hour(told), **facts, reason="cho-xac-minh")
    closed = _closing_day(rng, office, plan.ending, start, closable, due)
    if plan.ending == "withdrawn":
        yield tell("withdrawn", on(closed), hour(closed), reason="nguoi-nop-xin-rut")
        return
    outcome = {"outcome": "refused"} if plan.refused else {}
    yield tell("resolved", on(closed), hour(closed), **outcome)
    if plan.procedure.days and plan.ending != "immediate":  # else it is handed over at once
        handed = closed + (1 if plan.returned == "post" else rng.randint(1, 3))
        yield tell("result_returned", on(handed), hour(handed), channel=plan.returned)


def _closing_day(
    rng: Random, office: OfficeDays, ending: Ending, start: int, closable: int, due: int
) -> int:
    if ending == "late":
        return due + rng.randint(1, MOST_LATE)
    if ending == "open":
        return rng.randint(office.last + 1, due)
    if ending == "withdrawn":
        return rng.randint(closable, due)
    if ending == "early":
        soonest = max(closable, start + (due - start) // 3)
        return rng.randint(soonest, min(due - 1, office.last))
    if ending == "at_once":
        return due if rng.random() < 0.25 else start
    return start if ending == "immediate" else due


def _teller(unit: str, subject: str) -> Callable[..., Event]:
    numbers = count(1)

    def tell(kind: str, day: date, second: int, **data: str) -> Event:
        return {
            "specversion": "1.0",
            "id": f"{subject}.{next(numbers)}",
            "source": SOURCE,
            "type": f"vn.motcua.dossier.{kind}.v1",
            "subject": subject,
            "time": _written(day, second),
            "data": {"unit": unit, **data},
        }

    return tell


def _written(day: date, second: int) -> str:
    return f"{day}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+07:00"


def _closing_time(day: date) -> str:
    return _written(day, NOON if day.weekday() == SATURDAY else EVENING)


def _office_second(rng: Random, day: date, to_receive: bool = False) -> int:
    """Of the local day; mornings are busier, and desks stop receiving before they close."""
    early = 1800 if to_receive else 60
    if day.weekday() == SATURDAY or rng.random() < 0.58:
        return MORNING + int(rng.triangular(0, NOON - MORNING - early, 5400))
    return AFTERNOON + int(rng.triangular(0, EVENING - AFTERNOON - early, 3600))


def _later(rng: Random, day: date, second: int) -> int:
    """A second of the same day, minutes to hours later, never after closing time."""
    saturday = day.weekday() == SATURDAY
    found = second + rng.randint(300, 5400)
    if not saturday and NOON <= found < AFTERNOON:
        found += AFTERNOON - NOON
    closing = (NOON if saturday else EVENING) - 1
    return found if found <= closing else rng.randint(second + 300, closing)
