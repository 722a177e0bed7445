"""Lists behind figures, and one dossier: exact whatever arrives, in whatever order."""

from dataclasses import replace
from itertools import permutations
from types import ModuleType

import pytest

from hub.api import dossiers, lists
from hub.api.context import Hub
from hub.api.paging import pack
from hub.core.time import HOUR, rfc3339
from hub.log.port import encode_position
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event

DRILL = {"figure": "received_total", "period": "2020-Q1"}


def test_what_counts_does_not_depend_on_the_order_of_arrival(speaker: Speaker) -> None:
    life = (
        event(id="1", time="2020-01-02T08:00:00+07:00"),
        event("voided", id="2", time="2020-01-03T08:00:00+07:00"),
        event(id="b", source="/b", time="2020-01-04T08:00:00+07:00"),
        event(id="a", source="/b", time="2020-01-04T01:00:00Z"),
        event("rated", id="z", source="/a", time="2020-01-04T08:00:00+07:00", rating="neutral"),
    )
    orders = dict(enumerate(permutations(life)))
    for arriving in zip(*orders.values(), strict=True):
        speaker.accept(*(e | {"subject": f"order-{n}"} for n, e in enumerate(arriving)))
    told = []
    for number in orders:
        path = f"/v1/dossiers/H29.17.01/order-{number}"
        events = speaker.ask(path, min_position=speaker.position).json()["events"]
        told.append([(e["source"], e["id"], e["counts"]) for e in events])
    own = "/igate/cu-chi"
    right = [
        (own, "1", False), (own, "2", False), ("/a", "z", True), ("/b", "a", True),
        ("/b", "b", True),
    ]  # fmt: skip
    assert told == [right] * len(told)


def test_the_pages_of_a_list_are_of_one_moment(speaker: Speaker) -> None:
    speaker.accept(*(event(unit="P", subject=f"{n:02}") for n in range(6)))
    speaker.figures(period="2020")
    found, totals, params = [], [], DRILL | {"unit": "P", "limit": 2}
    for arrived in range(4):
        page = speaker.ask("/v1/dossiers", **params).json()
        found += [item["subject"] for item in page["items"]]
        totals.append(page["total"])
        params["cursor"] = page["next"]
        if page["next"] is None:
            break
        speaker.accept(
            event("voided", id="v", unit="P", subject="04", time="2020-02-01T08:00:00Z"),
            event(unit="P", subject=f"0{arrived}-new"),
        )
        speaker.figures(period="2020")
    assert found == [f"{n:02}" for n in range(6)]
    assert totals == [6, 6, 6]


def test_lists_wait_for_a_position(hub: Hub, speaker: Speaker) -> None:
    late = "2020-01-20T17:00:00+07:00"
    for number in range(10):
        position = speaker.accept(event(unit="W", subject=f"{number}", due_at=late))
        answer = speaker.ask("/v1/overdue", unit="W", min_position=position).json()
        assert answer["total"] == len(answer["items"]) == number + 1
    beyond = encode_position({0: hub.log.end()[0] + 1000})
    with listening(replace(hub, wait_seconds=0.1)) as client:
        impatient = Speaker(client)
        for path in ("/v1/overdue", "/v1/due-soon", "/v1/undated", "/v1/dossiers/W/1"):
            assert impatient.ask(path, min_position=beyond).status_code == 504
            assert impatient.ask(path, min_position="x").status_code == 422


def test_a_cursor_of_another_time_moves_no_clock(hub: Hub, speaker: Speaker) -> None:
    for then in (hub.now() + 10**12, -1, -(2**62)):
        cursor = pack((0, hub.now(), then, "", "", ""))
        answer = speaker.ask("/v1/dossiers", **DRILL, cursor=cursor)
        assert answer.status_code == 422, answer.text
    speaker.accept(event(subject="after"))
    speaker.figures(period="2020")
    told = speaker.ask("/v1/dossiers/H29.17.01/after").json()["events"][0]["accepted"]
    assert told[:4] == speaker.figures(period="2020")["as_of"][:4]


def test_a_cursor_goes_with_its_own_period(speaker: Speaker) -> None:
    speaker.accept(*(event(unit="C", subject=f"{n}") for n in range(3)))
    asked = DRILL | {"unit": "C", "limit": 2}
    before = speaker.figures(period="2020")["as_of"]
    first = speaker.ask("/v1/dossiers", **asked).json()
    asked["cursor"] = first["next"]
    for other in ({"period": "2020"}, {"period": "2021-Q1"}, {"as_of": before}):
        answer = speaker.ask("/v1/dossiers", **asked | other)
        assert answer.status_code == 422, answer.text
        assert answer.json()["detail"].startswith("cursor: is of another period")
    for same in ({}, {"as_of": first["as_of"]}):
        page = speaker.ask("/v1/dossiers", **asked | same).json()
        assert (page["total"], len(page["items"]), page["as_of"]) == (3, 1, first["as_of"])


@pytest.mark.parametrize(
    ("path", "module", "counting"),
    [
        ("/v1/dossiers", dossiers, "figure_rows"),
        ("/v1/overdue", lists, "overdue_total"),
        ("/v1/due-soon", lists, "coming_total"),
    ],
)
def test_the_number_of_a_list_is_that_of_its_items_whatever_arrives_meanwhile(
    hub: Hub, speaker: Speaker, monkeypatch: pytest.MonkeyPatch, path: str, module: ModuleType,
    counting: str,
) -> None:  # fmt: skip
    unit, count = f"M.{counting.partition('_')[0]}", getattr(module, counting)
    due = "2020-01-20T17:00:00+07:00" if path == "/v1/overdue" else rfc3339(hub.now() + HOUR)
    told = [event(unit=unit, subject=f"{n}", due_at=due, due_basis="hour") for n in range(3)]
    speaker.accept(*told[:2])
    speaker.figures(period="2020")

    def count_later(*asked: object) -> object:
        speaker.accept(told[2])
        speaker.figures(period="2020")
        return count(*asked)

    monkeypatch.setattr(module, counting, count_later)
    params = DRILL if path == "/v1/dossiers" else {}
    answer = speaker.ask(path, unit=unit, **params).json()
    assert answer["total"] == len(answer["items"])
