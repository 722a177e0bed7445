"""Every call with 12,000 registered units: most directly below a root, others in a chain of 5,000
parents; codes tell nothing about who is below whom."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from hub.api.context import Hub
from hub.processes.serve import embedded_hub
from hub.registry import Procedure
from tests.api.conftest import listening
from tests.api.speaking import Json, Speaker, event

CHAIN = [f"L{number:04}" for number in range(5000)]
FLAT = [f"D{number:04}" for number in range(7000)]
WITH_EVENTS = ("R", FLAT[0], FLAT[-1], FLAT[9] + ".new", CHAIN[0], CHAIN[-1], CHAIN[-1] + ".new")
OUTSIDE = ("Z", "D", "D0000x")
PERIOD = {"period": "2020-Q1"}
DAYS = {"from": "2020-01-01", "to": "2020-01-31"}
Asked = dict[str, Any]
Ask = Callable[..., Json]


def units() -> list[Json]:
    """Children before their parents, as a list sorted by name may have them."""
    rows = [{"code": "R", "name": "Tỉnh", "level": "province", "parent": None}]
    rows += [{"code": code, "name": code, "level": "commune", "parent": "R"} for code in FLAT]
    rows += [
        {"code": code, "name": code, "level": None, "parent": parent}
        for code, parent in zip(CHAIN, ["R", *CHAIN], strict=False)
    ]
    return rows[::-1]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest.fixture(scope="module")
def admin(hub: Hub) -> Iterator[Speaker]:
    """All is registered, and each unit of `WITH_EVENTS` and `OUTSIDE` has a dossier."""
    _, secret = hub.registry.keys.create("admin")
    limits = [Procedure(f"p{n}", "x", limit_value=3, limit_unit="working_day") for n in range(5000)]
    hub.registry.procedures.put(limits)
    with listening(hub) as client:
        speaker = Speaker(client, secret)
        client.put("/v1/units", json=units(), headers=speaker.headers).raise_for_status()
        due = "2020-01-20T17:00:00+07:00"
        for unit in (*WITH_EVENTS, *OUTSIDE):
            speaker.accept(
                event(unit=unit, subject="1", procedure="p4999"),
                event(unit=unit, subject="2", due_at=due),
                event("resolved", unit=unit, subject="lost"),
            )
        speaker.figures(**PERIOD)
        yield speaker


@pytest.fixture(scope="module", params=["the root asked for", "a key of the root", "a key of each"])
def ask(request: pytest.FixtureRequest, hub: Hub, admin: Speaker) -> Ask:
    """Asks for the whole tree, in three ways."""
    asked: Asked = {"unit": "R", "subtree": "true"}
    speaker = admin
    if request.param != "the root asked for":
        codes = ["R"] if request.param == "a key of the root" else ["R", *FLAT, *CHAIN]
        _, secret = hub.registry.keys.create("reader", units=codes)
        asked, speaker = {}, admin.with_key(secret)

    def ask(path: str, **params: Any) -> Json:
        answer = speaker.ask(path, **asked, **params)
        assert answer.status_code == 200, answer.text[:2000]
        found: Json = answer.json()
        return found

    return ask


def _units(rows: list[Json]) -> list[str]:
    return sorted(row["unit"] for row in rows)


def test_figures_and_what_is_behind_them(ask: Ask) -> None:
    once, twice = sorted(WITH_EVENTS), sorted(2 * WITH_EVENTS)
    for params in (PERIOD, {"period": "2020-01"}, {**PERIOD, "as_of": "2020-12-31T00:00:00Z"}):
        answer = ask("/v1/figures", by="unit", **params)
        if "as_of" not in params:
            assert [row["key"]["unit"] for row in answer["rows"]] == once
            assert answer["total"]["received_total"] == len(twice)
    items = ask("/v1/dossiers", figure="received_total", **PERIOD)["items"]
    assert _units(items) == twice
    many = [f"p{number}" for number in range(4800, 5000)]
    assert ask("/v1/figures", **PERIOD, procedure=many)["total"]["received_total"] == len(once)
    both = ask("/v1/figures", **PERIOD, procedure=["", "p4999"])["total"]["received_total"]
    assert both == len(twice)


def test_units_by_their_level(ask: Ask) -> None:
    for levels, expected in (
        (["commune"], {FLAT[0], FLAT[-1]}),
        (["province", "commune"], {"R", FLAT[0], FLAT[-1]}),
        ([""], {*WITH_EVENTS} - {"R", FLAT[0], FLAT[-1]}),
        (["", "commune"], {*WITH_EVENTS} - {"R"}),
        (["ministry"], set()),
    ):
        asked: Asked = {**PERIOD, "unit_level": levels}
        rows = ask("/v1/figures", by="unit", **asked)["rows"]
        assert {row["key"]["unit"] for row in rows} == expected
        listed = ask("/v1/dossiers", figure="received_direct", **asked)
        assert listed["total"] == 0
        listed = ask("/v1/dossiers", figure="received_online", **asked)
        assert {row["unit"] for row in listed["items"]} == expected


def test_lists_and_boards(ask: Ask) -> None:
    once = sorted(WITH_EVENTS)
    overdue = ask("/v1/overdue")
    assert (overdue["total"], _units(overdue["items"])) == (len(once), once)
    assert ask("/v1/due-soon")["items"] == []
    assert _units(ask("/v1/undated")["items"]) == once
    assert _units(ask("/v1/orphans")["items"]) == once
    board = ask("/v1/board")
    assert board["totals"]["overdue_now"] == len(once)
    assert {row["unit"] for row in board["units"]} == {"R", *FLAT, *CHAIN, *WITH_EVENTS}
    assert _units(ask("/v1/board/trend")["units"]) == once
    check = ask("/v1/calendar/check")
    assert (check["checked"], _units(check["items"])) == (len(once), once)


def test_the_live_board(admin: Speaker, hub: Hub) -> None:
    for codes in (["R"], ["R", *FLAT, *CHAIN]):
        _, secret = hub.registry.keys.create("reader", units=codes)
        headers = {"Authorization": f"Bearer {secret}"}
        with admin.client.stream("GET", "/v1/live", headers=headers) as stream:
            data = next(line for line in stream.iter_lines() if line.startswith("data: "))
        told = httpx.Response(200, content=data.removeprefix("data: ")).json()
        assert told["totals"]["overdue_now"] == len(WITH_EVENTS)
        assert len(told["units"]) == len({"R", *FLAT, *CHAIN, *WITH_EVENTS})


def test_registry_letters_keys_and_metrics(admin: Speaker, hub: Hub) -> None:
    codes = ["R", *FLAT, *CHAIN]
    made = admin.client.post(
        "/v1/keys", json={"role": "reader", "units": codes}, headers=admin.headers
    )
    speaker = admin.with_key(made.json()["key"])
    told = {row["code"] for row in speaker.ask("/v1/units").json()["units"]}
    assert told == {*codes, *WITH_EVENTS}
    admin.batch([event(unit=CHAIN[-1], subject="3", wrong="x"), event(unit="Z", wrong="x")])
    assert _units(speaker.ask("/v1/dead-letters").json()["items"]) == [CHAIN[-1]]
    assert speaker.ask("/v1/sources").status_code == 200
    assert admin.ask("/v1/keys").status_code == 200
    assert admin.ask("/metrics").status_code == 200
    assert speaker.ask(f"/v1/dossiers/{CHAIN[-1]}.new/1").status_code == 200
    assert speaker.ask("/v1/dossiers/Z/1").status_code == 403
    assert speaker.ask("/v1/figures", unit=[CHAIN[-1], "Z"], **PERIOD).status_code == 403


def test_neither_units_nor_events_wait_for_the_tree(admin: Speaker, hub: Hub) -> None:
    """A key's events cost about what an admin's cost, and a register little: CPU of this process,
    in which the hub runs."""
    begun = time.process_time()
    again = admin.client.put("/v1/units", json=units(), headers=admin.headers)
    assert again.json() == {"stored": 12_001}
    assert time.process_time() - begun < 20
    _, secret = hub.registry.keys.create("source", source="/igate/cu-chi", units=("R",))
    took = []
    for speaker, name in ((admin, "a"), (admin.with_key(secret), "b")):
        sent = [
            event(unit=f"{CHAIN[-1]}.{number}", subject=name, time="2021-01-01T00:00:00Z")
            for number in range(5000)
        ]
        begun = time.process_time()
        admin.position = speaker.accept(*sent)
        admin.figures(**PERIOD)
        took.append(time.process_time() - begun)
    assert took[1] < 3 * took[0] + 1, took
