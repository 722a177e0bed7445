"""Advice of a real hub: what disagrees with the calendar, and what a late declaration changes."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import httpx
import pytest
from typer.testing import CliRunner

from hub.cli.main import create_app
from hub.core.time import date_of, days_of, microseconds_of
from hub.registry.public_days import public_days
from tests.hub_process import HubProcess

TODAY = days_of(datetime.now().astimezone().date())
OFF, _, _ = public_days()


def is_plain(day: int) -> bool:
    """A weekday that is no holiday."""
    return date_of(day).weekday() < 5 and day not in OFF


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with HubProcess(tmp_path_factory.mktemp("calendar") / "data") as hub:
        yield hub.url


def hub_says(url: str, *words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(create_app(), ["calendar", *words], env={"HUB_URL": url})
    return result.exit_code, result.stdout, result.stderr


def received(subject: str, day: int, due: int | None = None) -> dict[str, object]:
    data = {"unit": "H1.2", "channel": "direct", "procedure": "1.1"}
    if due is not None:
        data["due_at"] = f"{date_of(due)}T17:00:00+07:00"
    return {
        "specversion": "1.0", "id": subject, "source": "/a", "subject": subject,
        "type": "vn.motcua.dossier.received.v1", "time": f"{date_of(day)}T08:00:00+07:00",
        "data": data,
    }  # fmt: skip


def test_check_and_what_if_over_http_and_on_the_command_line(url):
    # three working days that follow one another, all gone by
    days = [day for day in range(TODAY - 30, TODAY) if is_plain(day)][-3:]
    first, second, third = days
    procedure = {"code": "1.1", "name": "x", "limit_value": 1, "limit_unit": "working_day"}
    assert httpx.put(f"{url}/v1/procedures", json=[procedure]).status_code == 200
    sunday = next(day for day in range(third, third + 8) if date_of(day).weekday() == 6)
    events = [
        received("right", first, second),
        received("none", first),
        received("wrong", first, third),
        received("sunday", first, sunday),
    ]
    headers = {"Content-Type": "application/cloudevents-batch+json"}
    sent = httpx.post(f"{url}/v1/events", json=events, headers=headers)
    assert sent.json()["accepted"] == 4, sent.text
    position = sent.headers["Hub-Position"]
    httpx.get(f"{url}/v1/figures", params={"period": "2020", "min_position": position}, timeout=40)

    code, out, _ = hub_says(url, "check", "--unit", "H1", "--json")
    assert code == 1
    found = json.loads(out)
    assert {item["subject"]: item["finding"] for item in found["items"]} == {
        "none": "no_due_date", "wrong": "differs", "sunday": "due_on_day_off",
    }  # fmt: skip
    assert found["checked"] == 4
    advised = found["items"][0]["advice"]
    assert advised["due_at"] == f"{date_of(second)}T17:00:00+07:00"
    assert [step["why"] for step in advised["steps"] if step["counted"] == 1][-1] == "counted"
    assert hub_says(url, "check", "--unit", "H2")[0] == 0

    # a dossier's answer gives the advice too, where nobody stated a due date; nothing counts it
    none, wrong = (httpx.get(f"{url}/v1/dossiers/H1.2/{name}").json() for name in ("none", "wrong"))
    assert none["advisory"] == next(i["advice"] for i in found["items"] if i["subject"] == "none")
    assert wrong["advisory"] is None
    late = [date_of(third), date_of(third)]
    total = httpx.get(f"{url}/v1/figures", params=dict(zip(("from", "to"), late, strict=True)))
    assert (none["due_at"], none["overdue"]) == (None, False)
    assert total.json()["total"]["in_progress_overdue"] == 1  # "right", though "none" is late, too

    # had the second day been declared off, all four would be due a working day later
    code, out, _ = hub_says(url, "what-if", "--off", str(date_of(second)), "--json")
    assert code == 0
    supposed = json.loads(out)
    assert supposed["total"] == 4
    assert all(item["after"] == f"{date_of(third)}T17:00:00+07:00" for item in supposed["items"])
    assert set(supposed["figures"]) <= {"in_progress_overdue", "in_progress_within"}
    far = [str(date_of(day)) for day in range(second, TODAY + 5)]
    code, _, err = hub_says(url, "what-if", *(word for day in far for word in ("--off", day)))
    assert code == 0
    assert "4 due dates would move" in err
    assert "in_progress_overdue -4, in_progress_within +4" in err

    # a declaration changes the advice, and no figure
    before = httpx.get(f"{url}/v1/figures", params={"period": str(date_of(first))[:4]}).json()
    assert hub_says(url, "declare", "--off", str(date_of(second)), "--unit", "H1")[0] == 0
    found = json.loads(hub_says(url, "check", "--json")[1])
    assert {item["subject"] for item in found["items"]} == {"none", "right", "sunday"}
    after = httpx.get(f"{url}/v1/figures", params={"period": str(date_of(first))[:4]}).json()
    assert after["total"] == before["total"]
    told = httpx.get(
        f"{url}/v1/calendar",
        params={"from": str(date_of(second)), "to": str(date_of(second)), "unit": "H1.2"},
    ).json()
    assert told["days"] == [{"day": str(date_of(second)), "kind": "off", "note": ""}]
    assert told["hours"] == [["07:30", "11:30"], ["13:30", "17:00"]]


def test_the_next_year_is_imported_from_what_the_last_one_exports(url, tmp_path):
    code, out, _ = hub_says(url, "decisions", "--csv")
    assert code == 0
    assert "2026-01-02,off,Ngày nghỉ (thay cho ngày 10/01/2026),12729/VPCP-KGVX" in out
    header, *lines = out.splitlines()
    rows = [line.replace("2026", "2028") for line in lines if line.startswith("2026")]
    file = tmp_path / "next.csv"
    file.write_text("\n".join([header, *(row for row in rows if "working" not in row)]))
    code, out, err = hub_says(url, "import", str(file))
    assert (code, out) == (0, "15 public days stored\n"), err
    code, out, err = hub_says(url, "decisions")
    assert "known until 2026-12-31" in err  # 2027 is missing between
    file.write_text(file.read_text().replace("2028", "2027"))
    assert hub_says(url, "import", str(file))[0] == 0
    assert "known until 2028-12-31" in hub_says(url, "check", "--unit", "H9")[2]
    asked = {"from": "2028-02-16", "to": "2028-02-16"}
    told = httpx.get(f"{url}/v1/calendar", params=asked).json()
    assert told["days"] == [
        {"day": "2028-02-16", "kind": "off", "note": "Giao thừa Tết Nguyên Đán"}
    ]
    file.write_text(f"{header}\n2029-01-01,off,x,y\n")
    code, _, err = hub_says(url, "import", str(file))
    assert code == 2
    assert "line 2, column day" in err
    assert "give the whole year" in err


def test_an_office_open_all_day_has_due_dates_on_their_day(url):
    hours = {"hours": [{"unit": "H7", "hours": [[0, 1440]], "saturday": [[0, 1440]]}]}
    assert httpx.put(f"{url}/v1/calendar", json=hours).status_code == 200
    asked = {"received_at": "2026-11-26T23:30:00+07:00", "unit": "H7", "limit": 1}
    due = {
        unit: httpx.get(f"{url}/v1/calendar/due", params=asked | {"limit_unit": unit}).json()
        for unit in ("hour", "working_day")
    }
    assert due["hour"]["due_at"] == "2026-11-27T00:30:00+07:00"
    assert due["working_day"]["due_at"] == "2026-11-27T23:59:59+07:00"
    params = {"from": "2026-11-27", "to": "2026-11-27", "unit": "H7"}
    told = httpx.get(f"{url}/v1/calendar", params=params).json()
    assert told["hours"] == [["00:00", "24:00"]]


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("GET", "", {"params": {"from": "2026-01-01", "to": "2025-01-01"}}),
        ("GET", "", {"params": {"from": "2026-01-01"}}),
        ("GET", "/due", {"params": {"received_at": "x", "limit": 1, "limit_unit": "hour"}}),
        ("PUT", "", {"json": {"days": [{"day": "2026-01-01", "kind": "holiday"}]}}),
        ("PUT", "", {"json": {"hours": [{"hours": [[600, 500]]}]}}),
        ("POST", "/what-if", {"json": {"days": []}}),
    ],
)
def test_wrong_questions_are_422(url, method, path, given):
    assert httpx.request(method, f"{url}/v1/calendar{path}", **given).status_code == 422


@pytest.mark.parametrize("moment", ["x", "1989-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"])
def test_a_moment_that_cannot_be_reckoned_from_is_named(url, moment):
    asked = {"received_at": moment, "limit": 2, "limit_unit": "working_day"}
    answer = httpx.get(f"{url}/v1/calendar/due", params=asked)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/received_at")


def test_due_is_told_day_by_day(url):
    asked = {"received_at": "2026-02-13T09:00:00+07:00", "limit": 2, "limit_unit": "working_day"}
    told = httpx.get(f"{url}/v1/calendar/due", params=asked).json()
    assert told["due_at"] == "2026-02-24T17:00:00+07:00"
    assert len(told["steps"]) == 12
    assert [step["day"] for step in told["steps"] if step["why"] == "day_off"] == [
        str(date(2026, 2, 16) + timedelta(days=n)) for n in range(5)
    ]
    assert microseconds_of(datetime.fromisoformat(told["due_at"])) % 1_000_000 == 0
