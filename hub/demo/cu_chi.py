"""Củ Chi district, 1 January to 26 February 2020: 80,070 dossiers with the report's totals."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import repeat
from random import Random
from typing import Literal, NamedTuple

from hub.demo.catalogue import (
    CU_CHI,
    CU_CHI_COMMUNE_PROCEDURES,
    CU_CHI_COMMUNES,
    CU_CHI_DISTRICT_PROCEDURES,
    ONLINE_FIELDS,
    Procedure,
)
from hub.demo.plausible import (
    SATURDAY,
    Ending,
    OfficeDays,
    Plan,
    apportion,
    first_and_last_start,
    office_days,
)

REPORT = "001"
FIRST, LAST = date(2020, 1, 1), date(2020, 2, 26)  # line 51, and the day of the report
CLOSED = {date(2020, 1, 1), *(date(2020, 1, day) for day in range(23, 30))}  # New Year, Tết


class Desk(NamedTuple):
    """What is printed of a desk, or of the desks of a level; no dossier was resolved late."""

    received: int
    in_progress: int  # all within due; the others were resolved on time
    in_online_fields: int  # received in the fields that are offered online at level 3
    online: int  # of these, at level 3; at level 4: none
    returned_by_post: int
    on_saturdays: int  # received and resolved on Saturday mornings


#        line of the report:   53/57   54   45     45    55
DISTRICT_AND_COMMUNES = (
    Desk(4_340, 339, 1_675, 729, 133, 0),
    Desk(75_730, 0, 8_264, 5_113, 0, 0),
)
ON_SATURDAYS = 4_388  # line 61: of all 22 units together

# What the report leaves open and was decided here: Vietnamese, English.
ASSUMPTIONS = (
    (
        "Kỳ tính đến hết ngày ký báo cáo 26/02/2020; không có hồ sơ kỳ trước chuyển sang.",
        "The period ends with the day of the report; nothing is carried over (never printed).",
    ),
    (
        "339 hồ sơ đang giải quyết được giải quyết đúng hạn sau kỳ.",
        "The 339 dossiers in progress are resolved within due after the period.",
    ),
    (
        "Chỉ in tổng số: số theo ngày, xã, thủ tục, trước hạn, và mã đơn vị là giả định.",
        "Only totals are printed: numbers by day, commune, procedure, early; unit codes: made up.",
    ),
    (
        "Trực tuyến mức độ 3 của năm 2020 được ghi là một phần, mức độ 4 là toàn trình.",
        "Online level 3 of 2020 is taken as `partial`, level 4 as `full`.",
    ),
    (
        "133 hồ sơ đăng ký nhận kết quả qua bưu chính được coi là đã trả qua bưu chính trong kỳ.",
        "The 133 dossiers registered for return by post are taken as returned by post.",
    ),
)

Kind = Literal["plain", "online", "saturday", "open", "post"]


def office() -> OfficeDays:
    """The office days of Củ Chi in this period."""
    return office_days(FIRST, LAST, CLOSED)


def arrivals(rng: Random, office: OfficeDays) -> Iterator[tuple[date, Plan]]:
    """Every dossier with the day on which it comes in, desk by desk."""
    days = (FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1))
    saturdays = [day for day in days if day.weekday() == SATURDAY and day not in CLOSED]
    for unit, level, desk in desks():
        offered = CU_CHI_DISTRICT_PROCEDURES if unit == CU_CHI else CU_CHI_COMMUNE_PROCEDURES
        for procedure, kind in dossiers(desk, offered, ONLINE_FIELDS[level]):
            plan = _plan(rng, unit, level, procedure, kind)
            if kind == "saturday":
                yield rng.choice(saturdays), plan
            else:
                yield office.days[office.draw(rng, *first_and_last_start(plan, office))], plan


def desks() -> Iterator[tuple[str, str, Desk]]:
    """The printed totals shared out to the 22 desks, in proportion to what each receives."""
    district, communes = DISTRICT_AND_COMMUNES
    received = apportion(communes.received, [weight for _, weight in CU_CHI_COMMUNES])
    in_online_fields = apportion(communes.in_online_fields, received)
    online = apportion(communes.online, in_online_fields)
    on_saturdays = apportion(ON_SATURDAYS, [district.received, *received])
    yield CU_CHI, "district", district._replace(on_saturdays=on_saturdays[0])
    for n in range(len(received)):
        desk = Desk(received[n], 0, in_online_fields[n], online[n], 0, on_saturdays[n + 1])
        yield f"{CU_CHI}.{n + 1:02}", "commune", desk


def dossiers(
    desk: Desk, offered: Sequence[Procedure], online_fields: Sequence[str]
) -> Iterator[tuple[Procedure, Kind]]:
    """Each dossier of a desk: its procedure, and what is printed of it."""
    online = [procedure.field in online_fields for procedure in offered]
    weights = [procedure.weight for procedure in offered]
    received = [
        one or other
        for one, other in zip(
            _share(desk.in_online_fields, weights, online),
            _share(desk.received - desk.in_online_fields, weights, [not it for it in online]),
            strict=True,
        )
    ]
    days = [None if it else p.days for it, p in zip(online, offered, strict=True)]
    special: dict[Kind, list[int]] = {
        "online": _share(desk.online, received, online),
        "saturday": _share(desk.on_saturdays, received, [it == 0 for it in days]),
        "open": _share(desk.in_progress, received, [(it or 0) >= 5 for it in days]),
        "post": _share(desk.returned_by_post, received, [3 <= (it or 0) <= 15 for it in days]),
    }
    for n, procedure in enumerate(offered):
        for kind, numbers in special.items():
            yield from repeat((procedure, kind), numbers[n])
        rest = received[n] - sum(numbers[n] for numbers in special.values())
        yield from repeat((procedure, "plain"), rest)


def _share(total: int, weights: Sequence[int], allowed: Sequence[bool]) -> list[int]:
    return apportion(total, [w if ok else 0 for w, ok in zip(weights, allowed, strict=True)])


def _plan(rng: Random, unit: str, level: str, procedure: Procedure, kind: Kind) -> Plan:
    if kind == "open":
        return Plan(unit, level, procedure, "open")
    ending: Ending
    if procedure.days == 0:
        ending = "at_once"
    elif kind == "plain" and procedure.days >= 5 and rng.random() < 0.01:
        ending = "withdrawn"
    else:
        ending = "early" if rng.random() < (0.65 if procedure.days < 10 else 0.9) else "on_time"
    supplement = kind == "plain" and 5 <= procedure.days <= 10 and rng.random() < 0.05
    return Plan(
        unit,
        level,
        procedure,
        ending,
        channel="online" if kind == "online" else "direct",
        online_level="partial" if kind == "online" else None,
        wait=rng.randint(2, 6) if supplement else 0,
        refused=kind == "plain" and procedure.days >= 3 and rng.random() < 0.01,
        returned="post" if kind == "post" else "direct",
    )
