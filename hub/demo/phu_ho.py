"""Phú Hồ commune, 15/12/2022 to 06/12/2023: 1,514 electronic dossiers with the report's totals."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import NamedTuple

from hub.demo.catalogue import PHU_HO, PHU_HO_PROCEDURES
from hub.demo.plausible import Ending, OfficeDays, Plan, first_and_last_start, office_days

REPORT = "002"
FIRST, LAST = date(2022, 12, 15), date(2023, 12, 6)  # line 26
CLOSED = {
    date(2023, 1, 2),  # New Year was a Sunday
    *(date(2023, 1, day) for day in range(20, 27)),  # Tết
    *(date(2023, 5, day) for day in range(1, 4)),  # Hùng kings, Reunification, Labour
    *(date(2023, 9, day) for day in (1, 4)),  # National day
    date(2024, 1, 1),
    *(date(2024, 2, day) for day in range(8, 15)),  # Tết
}


class Field(NamedTuple):
    """How many dossiers of a field end in which way."""

    code: str
    early: int
    on_time: int
    withdrawn: int  # counts as on time
    immediate: int  # without a due date: counts as on time
    late: int
    open: int  # within due


# Line 28 prints the sums of early (1,228), on time (246), late (28) and in progress (12); lines
# 29 to 32 print, by field, early and on time together, late and in progress. So early and on time
# are divided here by field, late and in progress within the first field, in a way that fits both.
FIELDS = (
    Field("tu-phap", 700, 79, 0, 20, 4, 1),  # 29: 799 not late; with the next row 7 late, 2 open
    Field("ho-tich", 398, 75, 2, 0, 3, 1),  # 29: 475 not late
    Field("van-hoa-xa-hoi", 33, 9, 1, 0, 0, 2),  # 30: 43, 0, 2
    Field("dia-chinh", 97, 55, 4, 0, 21, 8),  # 31: 156 (!), 21, 8
    Field("van-phong-thong-ke", 0, 1, 0, 0, 0, 0),  # 32: 1
)
# (!) The report prints 112: then this row has 141 of its 185 dossiers, and all rows together have
# 44 fewer than line 28 prints. Both add up with 156.

VOIDED = 3  # entered twice by mistake: in no figure
# What the report leaves open and was decided here: Vietnamese, English.
ASSUMPTIONS = (
    (
        "Chỉ dựng lại 1.514 hồ sơ điện tử; 1.501 hồ sơ khác của 3.015 không in theo thời hạn.",
        "Only the 1,514 electronic dossiers: nothing is printed of the 1,501 others of 3,015.",
    ),
    (
        "Dòng Địa chính in 112 + 21 + 8 trong 185 hồ sơ; dựng lại với 156 thay cho 112.",
        "The land row prints 112 + 21 + 8 of 185; 156 is taken for 112: then all rows add up.",
    ),
    (
        "Trước hạn, đúng hạn theo lĩnh vực, kênh nộp, bổ sung, gia hạn, xin rút là giả định.",
        "Early or on time by field, channels, supplements, extensions, withdrawals are made up.",
    ),
    (
        "12 hồ sơ đang giải quyết được giải quyết trong hạn sau kỳ.",
        "The 12 dossiers in progress are resolved within due after the period.",
    ),
    (
        "Báo cáo không in tên tỉnh: coi là huyện Phú Vang, tỉnh Thừa Thiên Huế; mã là giả định.",
        "No province is printed: Phú Vang, Thừa Thiên Huế is assumed; the unit code is made up.",
    ),
)


def office() -> OfficeDays:
    """The office days of Phú Hồ in this period."""
    return office_days(FIRST, LAST, CLOSED)


def arrivals(rng: Random, office: OfficeDays) -> Iterator[tuple[date, Plan]]:
    """Every dossier with the day on which it comes in, field by field."""
    for field in FIELDS:
        endings: dict[Ending, int] = {
            "early": field.early,
            "on_time": field.on_time,
            "withdrawn": field.withdrawn,
            "immediate": field.immediate,
            "late": field.late,
            "open": field.open,
            "voided": VOIDED if field.code == "tu-phap" else 0,
        }
        for ending, number in endings.items():
            for _ in range(number):
                plan = _plan(rng, field.code, ending)
                yield office.days[office.draw(rng, *first_and_last_start(plan, office))], plan


def _plan(rng: Random, field: str, ending: Ending) -> Plan:
    offered = [procedure for procedure in PHU_HO_PROCEDURES if procedure.field == field]
    [procedure] = rng.choices(offered, [procedure.weight for procedure in offered])
    channel = rng.choices(("online", "direct", "post"), (60, 38, 2))[0]
    slow = procedure.days >= 5 and ending in ("early", "on_time", "late")
    extended = procedure.days >= 10 and ending == "on_time" and rng.random() < 0.2
    mistyped = ending != "voided" and rng.random() < 0.01
    return Plan(
        PHU_HO,
        "commune",
        procedure,
        ending,
        channel=channel,
        online_level=rng.choice(("full", "partial")) if channel == "online" else None,
        wait=rng.randint(2, 8) if slow and rng.random() < 0.15 else 0,
        extra=rng.randint(3, 7) if extended else 0,
        apology=rng.choice(("letter", "message")) if extended else "none",
        refused=slow and rng.random() < 0.02,
        returned=channel,
        typed_as=rng.choice([p for p in PHU_HO_PROCEDURES if p.field != field])
        if mistyped
        else None,
    )
