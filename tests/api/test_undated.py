"""Dossiers without a due date, and those whose due date the calendar doubts: advice, no number."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from itertools import product
from typing import Any

import pytest

from hub.api.context import Hub
from hub.core.time import microseconds_of, rfc3339
from hub.core.working_time import Advice, LimitUnit
from hub.dossier.fold import deadline
from hub.processes.serve import embedded_hub
from hub.registry import Procedure, Unit
from hub.registry.calendar import CalendarDay, OfficeHours
from tests.api.conftest import listening
from tests.api.speaking import Json, Speaker, event

ZONE = timezone(timedelta(hours=7))
NOW = datetime.now(ZONE)
LIMITS: dict[str, tuple[int, LimitUnit]] = {
    "1.w": (3, "working_day"), "1.c": (10, "calendar_day"), "1.h": (12, "hour"),
}  # fmt: skip
UNITS = ("H1", "H1.2", "X", "A")
CAME = [
    NOW.replace(hour=hour, minute=20, second=0, microsecond=0) - timedelta(days=days)
    for days, hour in product((1, 2, 4, 9, 30), (9, 16))
]


def undated(unit: str, procedure: str, came: datetime, **more: Any) -> Json:
    subject = f"{procedure}-{came:%m%dT%H}{more.pop('mark', '')}"
    return event(unit=unit, subject=subject, procedure=procedure, time=came.isoformat(), **more)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub with keys; calendars differ from unit to unit, one unit lies below another by name."""
    with embedded_hub(tmp_path_factory.mktemp("hub")) as opened:
        opened.registry.units.put([Unit("H1", "Huyện 1"), Unit("X", "Xã", parent="H1")])
        off = [NOW.date() - timedelta(days=days) for days in (0, 3, 7)]
        opened.registry.calendar.put([CalendarDay(day, "off", "H1.2") for day in off])
        opened.registry.calendar.put(hours=[OfficeHours("A", ((480, 720),))])
        yield opened


@pytest.fixture(scope="module")
def admin(hub: Hub) -> Iterator[Speaker]:
    with listening(hub) as client:
        yield Speaker(client, hub.registry.keys.create("admin")[1])


# A Monday after 15:00; three working days end on Thursday, on Friday by the after-15:00 rule.
MONDAY = datetime(2020, 3, 2, 16, 0, tzinfo=ZONE)
THURSDAY, FRIDAY, SUNDAY = (MONDAY.replace(day=day, hour=17) for day in (5, 6, 8))
EXTENDED = FRIDAY + timedelta(days=30)


def listed() -> list[Json]:
    """Events of the dossiers that are to be listed: open, undated, of a procedure with a limit."""
    events = [undated(u, p, came) for u, p, came in product(UNITS, LIMITS, CAME)]
    part = undated("H1", "1.w", CAME[0], parent="whole", mark="-part", field="dat-dai")
    return [*events, part]


def unlisted() -> list[Json]:
    """Events of dossiers that look much like them, each with one thing that keeps it out."""
    last, soon = CAME[-2], NOW + timedelta(hours=5)
    due = {"due_at": (NOW - timedelta(days=1)).isoformat()}
    later = {"time": (last + timedelta(hours=1)).isoformat(), "id": "2"}
    named = [undated("H1", "1.w", last, mark=mark) for mark in ("-closed", "-void", "-extended")]
    closed, void, extended = (one["subject"] for one in named)
    stated = [
        event(unit="H1", subject=mark, procedure="1.w", time=MONDAY.isoformat(), due_at=due)
        for mark, due in (("right", THURSDAY.isoformat()), ("wrong", FRIDAY.isoformat()),
                          ("sunday", SUNDAY.isoformat()))
    ]  # fmt: skip
    moved = {"time": THURSDAY.isoformat(), "due_at": EXTENDED.isoformat()}
    return [
        *(*named, *stated),
        event("extended", unit="H1", subject="wrong", id="e", **moved),
        event("resolved", unit="H1", subject=closed, **later),
        event("voided", unit="H1", subject=void, **later),
        event("extended", unit="H1", subject=extended, **later, **due),
        undated("H1", "1.w", last, mark="-late", **due),
        undated("H1", "1.w", last, mark="-soon", due_at=soon.isoformat(), due_basis="hour"),
        undated("H1", "1.none", last),
        event(unit="H1", subject="no-procedure", time=last.isoformat()),
        event("supplement_requested", unit="H1", subject=listed()[0]["subject"], **later),
    ]


def expected(hub: Hub, late_rule: bool) -> list[tuple[int, str, str, Advice]]:
    """What is to be listed, reckoned by the core one by one."""
    found = []
    for one in listed():
        unit, procedure = one["data"]["unit"], one["data"]["procedure"]
        came = microseconds_of(datetime.fromisoformat(one["time"]))
        calendar = hub.registry.calendar.of(unit)
        advice = calendar.advise(came, *LIMITS[procedure], late_rule=late_rule)
        until = deadline(advice.due_at, advice.basis == "hour")
        found.append((until, unit, one["subject"], advice))
    return sorted(found)


def numbers(admin: Speaker) -> Json:
    """Every number that counts something overdue, due or open."""
    today = {"from": f"{NOW:%Y-%m-%d}", "to": f"{NOW:%Y-%m-%d}", "parts": "include"}
    figures = admin.figures(**today, by="unit,procedure")
    rows = [(row["key"], row["figures"]) for row in figures["rows"]]
    board = admin.ask("/v1/board").json()
    lists = [
        [item["subject"] for item in admin.pages(path)] for path in ("/v1/overdue", "/v1/due-soon")
    ]
    return {"figures": rows, "board": (board["totals"], board["units"]), "lists": lists}


@pytest.fixture(scope="module", autouse=True)
def office(hub: Hub, admin: Speaker) -> Json:
    """The dossiers, then the limits: what was counted before the limits were known."""
    admin.accept(*listed(), *unlisted())
    before = numbers(admin)
    hub.registry.procedures.put(
        [*(Procedure(code, code, None, None, *limit) for code, limit in LIMITS.items()),
         Procedure("1.none", "no limit")]
    )  # fmt: skip
    return before


@pytest.mark.parametrize("late_rule", [False, True])
def test_the_list_is_what_the_core_advises_by_pages(hub: Hub, admin: Speaker, late_rule: bool):
    wanted = expected(hub, late_rule)
    params = {"limit": 7, "late_rule": str(late_rule).lower()}
    items = list(admin.pages("/v1/undated", **params))
    assert [
        (item["unit"], item["subject"], item["advisory"]["due_at"], item["advisory"]["deadline"])
        for item in items
    ] == [(u, s, rfc3339(advice.due_at), rfc3339(until)) for until, u, s, advice in wanted]
    assert [item["advisory"]["basis"] for item in items] == [row[3].basis for row in wanted]
    now = hub.now()
    assert {row[0] < now for row in wanted} == {True, False}
    assert [item["advisory"]["passed"] for item in items] == [row[0] < now for row in wanted]
    assert admin.ask("/v1/undated", **params).json()["total"] == len(wanted)
    if late_rule:
        assert wanted != expected(hub, late_rule=False)
    for _, unit, subject, advice in wanted[:: len(wanted) // 9]:
        asked = {"late_rule": str(late_rule).lower()}
        told = admin.ask(f"/v1/dossiers/{unit}/{subject}", **asked).json()
        assert told["advisory"]["due_at"] == rfc3339(advice.due_at)
        assert [(s["day"], s["why"], s["counted"]) for s in told["advisory"]["steps"]] == [
            ((date(1970, 1, 1) + timedelta(step.day)).isoformat(), step.why, step.counted)
            for step in advice.steps
        ]
        assert (told["due_at"], told["overdue"], told["disagreement"]) == (None, False, None)


def test_no_number_knows_of_it(admin: Speaker, office: Json) -> None:
    after = numbers(admin)
    assert after == office
    overdue, soon = after["lists"]
    assert len(overdue) == after["board"][0]["overdue_now"] == 5  # those that state a due date
    assert len(soon) == after["board"][0]["due_24h"] == 1
    assert not {row["subject"] for row in admin.pages("/v1/undated")} & {*overdue, *soon}


def test_a_reader_sees_its_units_only(hub: Hub, admin: Speaker) -> None:
    wanted = {"role": "reader", "units": ["H1"]}
    made = admin.client.post("/v1/keys", json=wanted, headers=admin.headers)
    reader = admin.with_key(made.json()["key"])
    own = [(unit, subject) for _, unit, subject, _ in expected(hub, late_rule=False) if unit != "A"]
    found = [(item["unit"], item["subject"]) for item in reader.pages("/v1/undated", limit=9)]
    assert found == own
    assert reader.ask("/v1/undated").json()["total"] == len(own)
    below = reader.pages("/v1/undated", unit="H1.2", limit=1000)
    assert {item["unit"] for item in below} == {"H1.2"}
    cursor = admin.ask("/v1/undated", limit=1).json()["next"]
    assert {i["unit"] for i in reader.pages("/v1/undated", cursor=cursor)} == {"H1", "H1.2", "X"}


@pytest.mark.parametrize(
    ("asked", "matches"),
    [
        ({"waiting": "true"}, lambda unit, subject: (unit, subject) == ("H1", _first())),
        ({"waiting": "false"}, lambda unit, subject: (unit, subject) != ("H1", _first())),
        ({"procedure": "1.h"}, lambda unit, subject: subject.startswith("1.h")),
        ({"field": "dat-dai"}, lambda unit, subject: subject.endswith("-part")),
        ({"q": "1.W"}, lambda unit, subject: subject.startswith("1.w")),
        ({"unit": "H1"}, lambda unit, subject: unit == "H1"),
        ({"unit": "H1", "subtree": "true"}, lambda unit, subject: unit != "A"),
    ],
)
def test_filters_are_those_of_the_other_lists(hub: Hub, admin: Speaker, asked: Json, matches: Any):
    rows = [(unit, subject) for _, unit, subject, _ in expected(hub, late_rule=False)]
    wanted = [row for row in rows if matches(*row)]
    assert 0 < len(wanted) < len(rows)
    found = [(item["unit"], item["subject"]) for item in admin.pages("/v1/undated", **asked)]
    assert found == wanted
    assert admin.ask("/v1/undated", **asked).json()["total"] == len(wanted)


def _first() -> str:
    return str(listed()[0]["subject"])


@pytest.mark.parametrize("wrong", [{"limit": 1001}, {"limit": 0}, {"cursor": "x"}, {"min_days": 1}])
def test_wrong_questions_are_422(admin: Speaker, wrong: Json) -> None:
    answer = admin.ask("/v1/undated", **wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(wrong))}"


def test_a_stated_due_date_stays_and_is_flagged_where_the_calendar_disagrees(
    admin: Speaker,
) -> None:
    def told(subject: str, **asked: str) -> tuple[str, Any]:
        answer = admin.ask(f"/v1/dossiers/H1/{subject}", **asked).json()
        assert answer["advisory"] is None
        flag = answer["disagreement"]
        found = flag and (flag["finding"], flag["due_at"], flag["advice"]["due_at"])
        return answer["due_at"], found

    thursday, friday, sunday, extended = (
        day.isoformat() for day in (THURSDAY, FRIDAY, SUNDAY, EXTENDED)
    )
    assert told("right") == (thursday, None)
    assert told("sunday") == (sunday, ("due_on_day_off", sunday, thursday))
    # the first one is compared: that it was extended later is no mistake
    assert told("wrong") == (extended, ("differs", friday, thursday))
    assert told("wrong", late_rule="true") == (extended, None)
    assert told("right", late_rule="true") == (thursday, ("differs", thursday, friday))


@pytest.mark.parametrize(("verb", "path"), [("PUT", "/v1/calendar"),
                                            ("POST", "/v1/calendar/what-if")])  # fmt: skip
def test_the_calendar_reads_no_body_before_the_key_nor_one_without_end(
    admin: Speaker, verb: str, path: str
) -> None:
    for content, status in ((b"{", 400), (b" " * (17 * 2**20), 413)):
        stranger = admin.client.request(verb, path, content=content)
        assert stranger.status_code == 401
        answer = admin.client.request(verb, path, content=content, headers=admin.headers)
        assert answer.status_code == status
    for day in (1577836800, "2020-01-01T00:00:00", "1.1.2020"):
        body = {"days": [{"day": day, "kind": "off"}]}
        answer = admin.client.request(verb, path, json=body, headers=admin.headers)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/days/0/day")
