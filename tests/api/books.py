"""A hub with two years of dossiers, and its workbooks as their cells."""

import io
import re
from random import Random
from typing import Any

import httpx
import openpyxl

from hub.api.sheets import XLSX
from tests.api.speaking import Speaker, event
from tests.eventually import eventually

Json = dict[str, Any]
UNITS = ("T.1", "T.1.x", "T.2", "U")
REGISTERED = [
    {"code": "T", "name": "Tỉnh", "level": "province"},
    {"code": "T.1", "name": "=1+1", "level": "commune", "parent": "T"},
    {"code": "T.2", "name": "Xã Hai", "level": "commune", "parent": "T"},
]
PROCEDURES = [
    {"code": "1.1", "name": "Khai sinh", "field": "ho-tich", "field_name": "Hộ tịch"},
    {"code": "1.2", "name": "@cmd", "field": "dat-dai", "limit_value": 5,
     "limit_unit": "working_day"},
]  # fmt: skip


def send_two_years(speaker: Speaker) -> str:
    """Send some hundred dossiers, some without a field, one an orphan; their position."""
    rng, events = Random(11), list[Json]()
    speaker.client.put("/v1/units", json=REGISTERED)
    speaker.client.put("/v1/procedures", json=PROCEDURES)
    silent = [{"source": "/igate/cu-chi", "name": "Cửa A", "max_age_expected_s": 1}]
    speaker.client.put("/v1/sources", json=silent)
    for n in range(160):
        day = f"{rng.choice((2019, 2020))}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        same = {"unit": rng.choice(UNITS), "subject": f"d{n:03}"}
        what = rng.choice(({}, {"procedure": "1.1", "field": "ho-tich"}, {"procedure": "1.2"}))
        due = {"due_at": f"{day}T17:00:00+07:00"} if rng.random() < 0.9 else {}
        events.append(
            event(**same, id="r", time=f"{day}T08:00:00+07:00", **what, **due,
                  channel=rng.choice(("online", "direct", "post")))
        )  # fmt: skip
        if rng.random() < 0.6:
            later = f"2020-{rng.randint(1, 12):02}-28T09:00:00+07:00"
            events.append(event("resolved", **same, id="x", time=max(events[-1]["time"], later)))
        if rng.random() < 0.3:
            rated = f"{day}T18:00:00+07:00"
            events.append(event("rated", **same, id="q", time=rated, rating="satisfied"))
    events.append(event("resolved", unit="U", subject="orphan", id="o"))
    covered = speaker.accept(*events)

    def is_late() -> bool:
        return any(it["late"] for it in speaker.ask("/v1/sources").json()["sources"])

    eventually(is_late, "its source is silent")
    return covered


def book(speaker: Speaker, path: str, **asked: Any) -> tuple[httpx.Response, list[list[Any]]]:
    """A workbook, and its cells by row."""
    answer = speaker.ask(path, **asked, format="xlsx")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == XLSX
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content), data_only=True).active
    assert sheet is not None
    return answer, [[cell.value for cell in row] for row in sheet.iter_rows()]


def told(answer: httpx.Response) -> str:
    found = re.fullmatch(r'attachment; filename="([!-~]+)"', answer.headers["content-disposition"])
    assert found is not None
    return found[1]


def table(cells: list[list[Any]], first: str) -> list[list[Any]]:
    """The rows below the head that begins with a label."""
    at = next(i for i, row in enumerate(cells) if row[0] == first)
    return cells[at + 1 :]
