"""The live stream of a real hub: what happens is told, once, to those who may know it."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest

from tests.eventually import eventually
from tests.hub_process import HubProcess
from tests.live.conftest import ago, event, late
from tests.live.watcher import Watcher


def get(hub: HubProcess, headers, path, **params):
    answer = httpx.get(f"{hub.url}{path}", headers=headers, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_news_comes_within_a_second_and_equals_the_board(hub, admin, send):
    with Watcher(hub.url, admin, unit="A", subtree="true") as watcher:
        first = watcher.wait("snapshot")
        assert first.data["totals"]["overdue_now"] == 0
        send(late("A.1", "s1"), late("A.1", "s2", 5), late("B.1", "other"))
        told = watcher.wait("overdue")
        assert {item["subject"] for item in told.data["items"]} == {"s1", "s2"}
        figures = watcher.wait("figures", lambda data: data["totals"]["overdue_now"] == 2)
        assert [row["unit"] for row in figures.data["units"]] == ["A.1"]
        send(event("A.1", "s1", "resolved", ago(minutes=5)))
        gone = watcher.wait("resolved")
        assert gone.data["items"] == [{"unit": "A.1", "subject": "s1"}]
        figures = watcher.wait("figures", lambda data: data["totals"]["resolved_today"] == 1)
        board = get(hub, admin, "/v1/board", unit="A", subtree="true")
        assert figures.data["totals"] == board["totals"]
        assert figures.data["units"] == board["units"]
        assert figures.data["totals"]["late_today"] == 1
        listed = get(hub, admin, "/v1/overdue", unit="A", subtree="true")
        assert [item["subject"] for item in listed["items"]] == ["s2"]
        assert "other" not in str(watcher.told)


def test_a_watcher_that_was_away_gets_what_it_missed(hub, admin, send):
    with Watcher(hub.url, admin, unit="C") as watcher:
        watcher.wait("snapshot")
        send(late("C", "c1"))
        watcher.wait("figures")
        last = watcher.last_id
    send(late("C", "c2"), event("C", "c1", "withdrawn", ago(minutes=1)))
    headers = {**admin, "Last-Event-ID": last}
    with Watcher(hub.url, headers, unit="C") as watcher:
        overdue = watcher.wait("overdue")
        watcher.wait("resolved", lambda data: data["items"] == [{"unit": "C", "subject": "c1"}])
        assert [item["subject"] for item in overdue.data["items"]] == ["c2"]
        assert not [told for told in watcher.told if told.name in ("snapshot", "gap")]


def test_resolved_is_what_was_closed_and_the_rest_is_no_longer_overdue(hub, admin, send):
    codes = ["resolved", "withdrawn", "extended", "voided"]
    with Watcher(hub.url, admin, unit="G") as watcher:
        watcher.wait("snapshot")
        before = watcher.last_id
        send(*(late("G", code) for code in [*codes, "stays"]))
        watcher.wait("figures", lambda data: data["totals"]["overdue_now"] == 5)
        send(
            *(event("G", code, code, ago(minutes=1)) for code in codes if code != "extended"),
            event("G", "extended", "extended", ago(minutes=1), due_at=ago(days=-9)),
        )
        watcher.wait("figures", lambda data: data["totals"]["overdue_now"] == 1)
        assert (kept(watcher, "resolved"), kept(watcher, "not_overdue")) == (
            {"resolved", "withdrawn"}, {"extended", "voided"},
        )  # fmt: skip
    with Watcher(hub.url, admin, unit="G", last_event_id=before) as watcher:
        watcher.wait("figures")
        names = [told.name for told in watcher.told]
        assert names == ["overdue", "resolved", "not_overdue", "figures"]
        assert kept(watcher, "overdue") == {*codes, "stays"}


def kept(watcher: Watcher, name: str) -> set[str]:
    """The codes in all events of a name."""
    items = [item for told in watcher.told if told.name == name for item in told.data["items"]]
    return {item["subject"] for item in items}


@pytest.mark.parametrize(
    ("last", "reason"),
    [("abcd1234-1", "restarted"), ("x", "unknown_id"), ("{}-99999", "unknown_id")],
)
def test_an_id_that_cannot_be_followed_is_answered_with_a_gap(hub, admin, last, reason):
    with Watcher(hub.url, admin) as watcher:
        watcher.wait("snapshot")
        epoch = watcher.last_id.split("-")[0]
    with Watcher(hub.url, admin, last_event_id=last.format(epoch)) as watcher:
        watcher.wait("snapshot")
        assert [told.name for told in watcher.told[:2]] == ["gap", "snapshot"]
        assert watcher.told[0].data == {"reason": reason}


def test_keys_are_respected_while_the_stream_runs(hub, admin, send):
    url = f"{hub.url}/v1/live"
    assert httpx.get(url).status_code == 401
    made = httpx.post(
        f"{hub.url}/v1/keys", headers=admin, json={"role": "reader", "units": ["D.1"]}
    ).json()
    reader = {"Authorization": f"Bearer {made['key']}"}
    for path in ("/v1/live", "/v1/board", "/v1/board/trend", "/v1/overdue", "/v1/due-soon"):
        assert httpx.get(hub.url + path, headers=reader, params={"unit": "D.2"}).status_code == 403
        wrong = httpx.get(hub.url + path, headers=reader, params={"untit": "D.1"})
        assert wrong.status_code == 422
    with Watcher(hub.url, reader) as watcher:
        watcher.wait("snapshot")
        send(late("D.2", "secret"), late("D.1", "mine"), late("D.1.7", "below"))
        told = watcher.wait("overdue")
        assert {item["subject"] for item in told.data["items"]} == {"mine", "below"}
        httpx.delete(f"{hub.url}/v1/keys/{made['id']}", headers=admin)
        send(late("D.1", "after"))
        assert watcher.ended.wait(20)
        assert "secret" not in str(watcher.told)
        assert "after" not in str(watcher.told)


def test_lists_filter(hub, admin, send):
    due = ago(hours=-20)
    send(
        event("E", "Ab-1", "received", ago(days=20), channel="direct", due_at=ago(days=9),
              field="dat-dai", procedure="1.1"),
        event("E", "Ab-1", "suspended", ago(days=10)),
        event("E", "ab-2", "received", ago(days=20), channel="direct", due_at=ago(days=2)),
        event("E", "soon", "received", ago(days=2), channel="direct", due_at=due, due_basis="hour"),
        event("E", "later", "received", ago(days=2), channel="direct", due_at=ago(days=-9)),
    )  # fmt: skip
    position = send(late("E", "part", 1) | {"id": "p"})

    def subjects(path="/v1/overdue", **params):
        found = get(hub, admin, path, unit="E", **params)
        assert found["total"] == len(found["items"])
        return [item["subject"] for item in found["items"]]

    get(hub, admin, "/v1/figures", period="2020", min_position=position)
    assert subjects() == ["Ab-1", "ab-2", "part"]
    assert subjects(field="dat-dai") == subjects(procedure="1.1") == ["Ab-1"]
    assert subjects(field="") == ["ab-2", "part"]
    assert subjects(waiting="true") == ["Ab-1"]
    assert subjects(waiting="false", min_days="2") == ["ab-2"]
    assert subjects(q="AB-") == ["Ab-1", "ab-2"]
    assert subjects("/v1/due-soon") == ["soon"]
    assert subjects("/v1/due-soon", hours="480") == ["soon", "later"]
    board = get(hub, admin, "/v1/board", unit="E")["totals"]
    assert (board["overdue_now"], board["due_24h"], board["waiting"]) == (3, 1, 1)
    for given in ({"field": "dat-dai"}, {"procedure": "1.1"}):
        board = get(hub, admin, "/v1/board", unit="E", **given)
        assert [board["totals"][name] for name in ("overdue_now", "waiting")] == [1, 1]
        assert [row["overdue_now"] for row in board["units"]] == [1]
        told = get(hub, admin, "/v1/board/trend", unit="E", days="10", **given)["totals"]
        assert told["overdue"][-1] == 1
    nothing = get(hub, admin, "/v1/board", unit="E", field="none")["totals"]
    assert set(nothing.values()) == {0}
    trend = get(hub, admin, "/v1/board/trend", unit="E", days="10")["totals"]
    assert trend["overdue"][-1] == 3
    assert trend["overdue"] == sorted(trend["overdue"])


def test_what_is_due_is_listed_by_local_days(hub, admin, send):
    today = datetime.now(timezone(timedelta(hours=7))).replace(hour=9, minute=0, second=0)
    days = [today + timedelta(days=n) for n in range(9)]
    kinds = ["off", "working"]  # of tomorrow and the day after, whatever day it is
    declared = [
        {"day": f"{day:%Y-%m-%d}", "kind": kind, "unit": "N", "note": "made up"}
        for day, kind in zip(days[1:3], kinds, strict=True)
    ]
    put = httpx.put(f"{hub.url}/v1/calendar", headers=admin, json={"days": declared})
    assert put.status_code == 200, put.text
    position = send(
        *(
            event("N", f"n{n}", "received", ago(days=2), channel="direct", due_at=day.isoformat())
            for n, day in enumerate(days)
        )
    )
    get(hub, admin, "/v1/figures", period="2020", min_position=position)

    def listed(within):
        pages, cursor = [], {}
        while True:
            page = get(hub, admin, "/v1/due-soon", unit="N", within=within, limit="2", **cursor)
            pages += [item["subject"] for item in page["items"]]
            if page["next"] is None:
                assert page["total"] == len(pages)
                return pages
            cursor = {"cursor": page["next"]}

    assert listed("today") == ["n0"]
    assert listed("next_working_day") == ["n1", "n2"]
    assert listed("week") == [f"n{n}" for n in range(7 - today.weekday())]
    both = {"unit": "N", "within": "week", "hours": "3"}
    assert httpx.get(f"{hub.url}/v1/due-soon", headers=admin, params=both).status_code == 422


def test_the_hub_stops_at_once_though_somebody_watches(tmp_path):
    with HubProcess(tmp_path / "data") as running, Watcher(running.url) as watcher:
        watcher.wait("snapshot")
        assert running.stop() == 0
        assert watcher.ended.wait(5)


def test_the_hub_finds_by_itself_what_nobody_reports(hub, admin, send):
    due = datetime.now(UTC) + timedelta(seconds=6)
    text = due.isoformat().replace("+00:00", "Z")
    with Watcher(hub.url, admin, unit="F") as watcher:
        watcher.wait("snapshot")
        send(
            event("F", "f1", "received", ago(days=3), channel="post", due_at=text, due_basis="hour")
        )
        notice = watcher.wait("due_soon")
        assert notice.data["items"][0]["subject"] == "f1"
        told = watcher.wait("overdue")
        assert told.data["items"][0]["subject"] == "f1"
        assert datetime.now(UTC) > due
        path = "/v1/dossiers/F/f1"

        def events_when(count: int) -> list[Any]:
            eventually(lambda: len(get(hub, admin, path)["events"]) >= count, f"{count} events")
            events: list[Any] = get(hub, admin, path)["events"]
            return events

        events = events_when(2)
        assert [(it["source"], it["type"].split(".")[3]) for it in events][-1] == (
            "/hub",
            "overdue",
        )
        send(event("F", "f1", "resolved", (due - timedelta(seconds=1)).isoformat()))
        gone = watcher.wait("resolved")
        assert gone.data["items"] == [{"unit": "F", "subject": "f1"}]
        assert {it["type"].split(".")[3] for it in events_when(4) if it["source"] == "/hub"} == {
            "overdue", "retracted",
        }  # fmt: skip
        assert get(hub, admin, path)["timeliness"] == "on_time"


def test_the_stream_by_todays_map_is_the_board_by_todays_map(hub, admin, send):
    """Numbers of a merged unit are its heir's, also of a desk that was never heard of before; a
    change of the register is told as a new snapshot."""

    def register(*units, **since):
        answer = httpx.put(f"{hub.url}/v1/units", json=units, params=since, headers=admin)
        assert answer.status_code == 200, answer.text

    def agrees(watcher, told, **asked):
        board = get(hub, admin, "/v1/board", **asked)
        assert told.data["totals"] == board["totals"]
        rows = {row["unit"]: row for row in board["units"]}
        return [row == rows[row["unit"]] for row in told.data["units"]]

    above = {"MAP": None, "MAP.1": "MAP", "MAP.1.1": "MAP.1", "MAP.1.2": "MAP.1"}
    old = [{"code": code, "name": code, "parent": parent} for code, parent in above.items()]
    register(*old)
    heir = {"code": "MAPN", "name": "MAPN", "parent": "MAP"}
    closed = [one | {"valid_to": "2025-06-30", "successors": ["MAPN"]} for one in old[2:]]
    since = {"from": "2025-07-01"}
    register(heir, closed[0], **since)
    asked = {"unit": "MAPN", "subtree": "true", "map": "today"}
    with Watcher(hub.url, admin, unit="MAP", subtree="true") as before:
        before.wait("snapshot")
        send(late("MAP.1.1", "m1"), late("MAP.1.2", "m2"))
        before.wait("figures", lambda data: data["totals"]["overdue_now"] == 2)
    with Watcher(hub.url, admin, **asked) as watcher:
        first = watcher.wait("snapshot")
        assert [row["unit"] for row in first.data["units"]] == ["MAPN"]
        assert first.data["totals"]["overdue_now"] == 1
        assert all(agrees(watcher, first, **asked))
        send(late("MAP.1.1", "m3"), late("MAP.1.1.9", "m4"), late("MAP.1.2", "m5"))
        figures = watcher.wait("figures", lambda data: data["totals"]["overdue_now"] == 3)
        told = {row["unit"]: row["overdue_now"] for row in figures.data["units"]}
        assert told == {"MAPN": 2, "MAP.1.1.9": 1}
        assert all(agrees(watcher, figures, **asked))
        register(
            old[3] | {"valid_to": "2025-06-30", "successors": ["MAPN"]}, **{"from": "2025-07-01"}
        )
        again = watcher.wait("snapshot", lambda data: data["totals"]["overdue_now"] == 5)
        assert all(agrees(watcher, again, **asked))
        send(late("MAP.1.1", "m6"))
        figures = watcher.wait("figures", lambda data: data["totals"]["overdue_now"] == 6)
        assert all(agrees(watcher, figures, **asked))
        assert [told.data for told in watcher.told if told.name == "gap"][-1] == {
            "reason": "units_changed"
        }
    trend = get(hub, admin, "/v1/board/trend", days=2, **asked)
    assert trend["totals"]["overdue"][-1] == 6
    assert {row["unit"]: row["overdue"][-1] for row in trend["units"]} == {
        "MAPN": 5,
        "MAP.1.1.9": 1,
    }
    headers = {**admin, "Last-Event-ID": watcher.last_id}
    with Watcher(hub.url, headers, **asked) as watcher:
        assert all(agrees(watcher, watcher.wait("snapshot"), **asked))
