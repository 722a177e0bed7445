"""Signals over HTTP: each threshold at its local midnight and across holidays; who may ask what."""

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import openpyxl
import pytest

from hub.api.context import Hub
from hub.core.time import microseconds_of
from hub.dossier.signals import SIGNALS, is_bulk
from hub.dossier.thresholds import DEFAULTS, thresholds_from
from hub.processes.serve import embedded_hub
from hub.registry import Unit
from tests.api.conftest import listening
from tests.api.speaking import Json, Speaker, event

# In 2020 Tết was off from Thursday 23 January to Wednesday 29 January.
Q1 = {"period": "2020-Q1"}
BULK = [("H1.2", 20, "22:00:00"), ("H1.3", 19, "23:59:59")]


class Case(NamedTuple):
    """A dossier: kinds with when they happened (of 2020), when they were accepted, and more."""

    subject: str
    events: list[tuple[str, str, str, Json]]
    shows: str = ""
    """`signal how`, where it shows one."""


def at(text: str) -> str:
    """RFC 3339 of `01-22 00:00:00`."""
    return f"2020-{text.replace(' ', 'T')}+07:00"


def moved(subject: str, due: str, when: str, shows: str, entered: str = "", **more: Any) -> Case:
    """Received on 2 January, due, and extended; known a second later unless told otherwise."""
    return Case(
        subject,
        [
            ("received", "01-02 08:00:00", "01-02 08:00:01", {"due_at": at(due), **more}),
            ("extended", when, entered or when, {"due_at": at("03-20 17:00:00")}),
        ],
        shows and f"due_date_moved {shows}",
    )


def restated(subject: str, when: str, shows: str, first_known: str = "01-02 08:00:01") -> Case:
    """Received on 2 January, due on 30 January; retracted and sent anew."""
    told = "01-02 08:00:00"
    return Case(
        subject,
        [
            ("received", told, first_known, {"due_at": at("01-30 17:00:00")}),
            ("retracted", told, when, {"id": "received0"}),
            ("received", told, when, {"due_at": at("03-20 17:00:00")}),
        ],
        shows,
    )


def requested(subject: str, due: str, when: str, shows: str) -> Case:
    """A supplement was requested."""
    return Case(
        subject,
        [
            ("received", "01-02 08:00:00", "01-02 08:00:01", {"due_at": at(due)}),
            ("supplement_requested", when, when, {}),
        ],
        shows and f"supplement_on_last_day {shows}",
    )


def annulled(subject: str, closed: str, reopened: str, shows: str) -> Case:
    """Closed and opened again."""
    return Case(
        subject,
        [
            ("received", "01-02 08:00:00", "01-02 08:00:01", {}),
            ("resolved", closed, closed, {}),
            ("reopened", reopened, reopened, {}),
        ],
        shows and f"reopened {shows}",
    )


def entered(subject: str, received: str, known: str, shows: str) -> Case:
    """Known later."""
    return Case(subject, [("received", received, known, {})], shows and f"entered_late {shows}")


CASES = [
    moved("m1", "01-30 17:00:00", "01-21 23:59:59", ""),
    moved("m2", "01-30 17:00:00", "01-22 00:00:00", "before", field="dat-dai"),
    moved("m3", "01-30 17:00:00", "01-30 23:59:59", "before"),
    moved("m4", "01-30 17:00:00", "01-31 00:00:00", "after"),
    moved("m5", "01-30 17:00:00", "01-30 17:00:00", "before", due_basis="hour"),
    moved("m6", "01-30 17:00:00", "01-30 17:00:01", "after", due_basis="hour"),
    moved("m7", "03-20 08:00:00", "03-20 09:00:00", ""),  # to another hour of the same day
    moved("m8", "01-22 17:00:00", "01-10 08:00:00", "", "01-31 23:59:59"),
    moved("m9", "01-22 17:00:00", "01-10 08:00:00", "entered_after", "02-01 00:00:00"),
    Case(
        "m10",
        [  # known after the due day only: nothing can be told of the move
            ("received", "01-02 08:00:00", "01-31 08:00:00", {"due_at": at("01-22 17:00:00")}),
            ("extended", "01-10 08:00:00", "02-03 08:00:00", {"due_at": at("03-20 17:00:00")}),
        ],
        "entered_late late",
    ),
    restated("r1", "01-21 23:59:59", ""),
    restated("r2", "01-22 00:00:00", "due_date_moved restated"),
    restated("r3", "02-03 00:00:00", "entered_late late", "01-31 00:00:00"),  # known too late
    requested("s1", "02-05 17:00:00", "02-04 23:59:59", ""),
    requested("s2", "02-05 17:00:00", "02-05 00:00:00", "on_due_day"),
    requested("s3", "02-05 17:00:00", "02-06 00:00:00", "after"),
    requested("s4", "01-25 17:00:00", "01-21 23:59:59", ""),
    requested("s5", "01-25 17:00:00", "01-22 00:00:00", "on_due_day"),
    annulled("o1", "03-03 23:00:00", "03-06 23:59:59", "soon"),
    annulled("o2", "03-03 23:00:00", "03-07 00:00:00", ""),
    annulled("o3", "03-20 08:00:00", "03-31 23:59:59", ""),
    annulled("o4", "03-20 08:00:00", "04-01 00:00:00", "after_period"),
    entered("e1", "01-22 10:00:00", "01-31 23:59:59", ""),
    entered("e2", "01-22 10:00:00", "02-01 00:00:00", "late"),
]
BULKS = [
    Case(
        f"b{number:02}", [
            ("received", "03-31 08:00:00", "03-31 08:00:00", {"unit": unit}),
            ("resolved", f"03-31 {time}", f"03-31 {time}", {"unit": unit}),
        ],
        "closed_at_period_end closed" if unit == "H1.2" else "",
    )
    for unit, count, time in BULK
    for number in range(count)
]  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub to which all that is told came when the cases say so."""
    now = [microseconds_of(datetime.fromisoformat(at("01-01 00:00:00")))]
    folder = tmp_path_factory.mktemp("hub")
    with embedded_hub(folder, clock=lambda: now[0], signals=DEFAULTS) as opened:
        opened.registry.units.put([Unit("H1", "Huyện"), Unit("H1.2", "=Xã Hai")])
        by: defaultdict[str, list[Json]] = defaultdict(list)
        for case in CASES + BULKS:
            for number, (kind, time, known, data) in enumerate(case.events):
                told = event(kind, subject=case.subject, id=f"{kind}{number}", time=at(time))
                told["data"] |= {"unit": "H1.1", **data}
                by[at(known)].append(told)
        with listening(opened) as client:
            speaker = Speaker(client, opened.registry.keys.create("admin")[1])
            for known, events in sorted(by.items()):
                now[0] = microseconds_of(datetime.fromisoformat(known))
                speaker.accept(*events)
            now[0] = microseconds_of(datetime.fromisoformat(at("06-01 00:00:00")))
            speaker.figures(period="2020")
        yield opened


@pytest.fixture(scope="module")
def admin(hub: Hub) -> Iterator[Speaker]:
    with listening(hub) as client:
        yield Speaker(client, hub.registry.keys.create("admin")[1])


def listed(speaker: Speaker, signal: str, **params: Any) -> set[tuple[str, str]]:
    """The dossiers of a signal, and how each shows it."""
    params = Q1 | {"limit": 3} | params
    items = list(speaker.pages(f"/v1/signals/{signal}/dossiers", **params))
    return {(item["subject"], why["how"]) for item in items for why in item["why"]}


def numbers(speaker: Speaker, **params: Any) -> dict[str, Json]:
    """Each signal."""
    answer = speaker.ask("/v1/signals", **Q1 | params)
    assert answer.status_code == 200, answer.text
    return {it["signal"]: it for it in answer.json()["signals"]}


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_signal_begins_at_its_threshold_and_its_number_is_its_list(
    admin: Speaker, signal: str
) -> None:
    wanted = {
        (case.subject, case.shows.split()[1])
        for case in CASES + BULKS
        if case.shows.startswith(signal)
    }
    assert listed(admin, signal) == wanted
    told = numbers(admin)[signal]
    assert told["count"] == len(wanted) == sum(row["count"] for row in told["units"])
    assert told["base"] == sum(row["base"] for row in told["units"]) >= told["count"]


def test_a_unit_has_bulk_from_twenty_dossiers_and_a_tenth_on() -> None:
    assert is_bulk(20, 200)
    assert not is_bulk(20, 201)
    assert not is_bulk(19, 19)


def test_bases_are_figures_and_more_where_what_is_counted_lies_elsewhere(admin: Speaker) -> None:
    told, total = numbers(admin), admin.figures(**Q1)["total"]
    assert told["due_date_moved"]["base"] == total["received_total"]
    assert told["entered_late"]["base"] == total["received_online"]
    assert told["closed_at_period_end"]["base"] == total["resolved_total"]
    assert told["reopened"]["base"] == total["resolved_total"] + 2
    assert told["supplement_on_last_day"]["base"] == 5
    (row,) = (it for it in told["closed_at_period_end"]["units"] if it["count"])
    assert row == {
        "unit": "H1.2", "name": "=Xã Hai", "registered": True, "count": 20, "base": 20, "share": 1.0
    }  # fmt: skip


def test_every_dossier_says_why_and_leads_to_its_events(admin: Speaker) -> None:
    (item,) = admin.pages("/v1/signals/due_date_moved/dossiers", field="dat-dai", **Q1)
    assert item["why"] == [{
        "how": "before", "at": at("01-22 00:00:00"), "recorded_at": at("01-22 00:00:00"),
        "due_at": at("01-30 17:00:00"), "became": at("03-20 17:00:00"),
    }]  # fmt: skip
    assert admin.ask(item["href"]).json()["subject"] == item["subject"] == "m2"
    assert numbers(admin, field="dat-dai")["due_date_moved"]["count"] == 1
    assert numbers(admin, procedure="x")["due_date_moved"]["base"] == 0


def test_what_is_asked_of_another_moment_or_period_is_answered_for_it(admin: Speaker) -> None:
    early = at("03-31 22:30:00")
    assert listed(admin, "closed_at_period_end", as_of=early) == set()  # it was not over
    assert ("o4", "after_period") not in listed(admin, "reopened", as_of=early)
    assert listed(admin, "reopened", period="2020-Q2") == set()
    march = {"period": "2020-03", "calendar": "nd09"}
    assert numbers(admin, **march)["closed_at_period_end"]["count"] == 0
    assert listed(admin, "reopened", **march) == {("o1", "soon")}


def test_readers_see_their_units_and_sources_none(hub: Hub, admin: Speaker) -> None:
    reader = admin.with_key(hub.registry.keys.create("reader", units=["H1.2"])[1])
    source = admin.with_key(hub.registry.keys.create("source", source="/a", units=["H1"])[1])
    assert numbers(reader)["due_date_moved"]["count"] == 0
    assert numbers(reader)["closed_at_period_end"]["count"] == 20
    assert reader.ask("/v1/signals", unit="H1.1", **Q1).status_code == 403
    assert source.ask("/v1/signals", **Q1).status_code == 403
    assert [it.ask("/v1/keys/own").json()["signals"] for it in (reader, source)] == [True, False]


def test_the_sheet_has_a_line_for_each_signal_and_unit(admin: Speaker) -> None:
    text = admin.ask("/v1/signals", format="csv", **Q1)
    assert text.headers["content-type"].startswith("text/csv")
    assert "Nhập tiếp nhận muộn,H1.1,," in text.text
    assert ",H1.2,'=Xã Hai,20,20,100.0," in text.text
    book = admin.ask("/v1/signals", format="xlsx", **Q1)
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0]
    rows = [[cell for cell in row if cell is not None] for row in sheet.values]
    assert "không phải là kết luận" in str(rows[2][0])
    assert sheet.max_row == 3 + 2 + sum(1 for line in text.text.splitlines() if line) - 1
    assert any(cell.value == "=Xã Hai" and cell.data_type == "s" for row in sheet for cell in row)


WRONG: list[tuple[str, Json, int]] = [
    ("/v1/signals", {}, 422),
    ("/v1/signals", Q1 | {"unit": "H 1"}, 422),
    ("/v1/signals", Q1 | {"threshold": "1"}, 422),
    ("/v1/signals", Q1 | {"format": "docx"}, 422),
    ("/v1/signals", {"period": "2020-Q5"}, 422),
    ("/v1/signals/reopened/dossiers", Q1 | {"cursor": "x"}, 422),
    ("/v1/signals/guilty/dossiers", Q1, 404),
]


@pytest.mark.parametrize(("path", "params", "status"), WRONG)
def test_what_is_asked_wrongly_is_told(
    admin: Speaker, path: str, params: Json, status: int
) -> None:
    answer = admin.ask(path, **params)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_other_thresholds_are_counted_by_and_told(hub: Hub) -> None:
    with listening(replace(hub, signals=thresholds_from("closed_least=21"))) as client:
        answer = Speaker(client, hub.registry.keys.create("admin")[1]).ask("/v1/signals", **Q1)
    (bulk,) = (it for it in answer.json()["signals"] if it["signal"] == "closed_at_period_end")
    assert (bulk["count"], bulk["thresholds"]["closed_least"]["value"]) == (0, 21)


def test_a_hub_tells_none_unless_it_is_switched_on(hub: Hub) -> None:
    with listening(replace(hub, signals=None)) as client:
        speaker = Speaker(client, hub.registry.keys.create("admin")[1])
        for path in ("/v1/signals", "/v1/signals/reopened/dossiers"):
            answer = speaker.ask(path, **Q1)
            assert answer.status_code == 404
            assert "HUB_SIGNALS=on" in answer.json()["detail"]
            assert Speaker(client).ask(path, **Q1).status_code == 401
        assert not speaker.ask("/v1/keys/own").json()["signals"]
