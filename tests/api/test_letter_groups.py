"""Dead letters together: counted by source and reason, tried again in each dossier's order."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.api.context import Hub
from hub.core.check import FUTURE, Problem, refuse
from hub.core.time import SECOND, date_of, local_day
from hub.processes.serve import embedded_hub
from hub.registry.connector_rows import Page, RefusedRow
from hub.registry.connectors import Told
from hub.registry.letters import of_refusal
from schemas.event import Event
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event

WHY = Problem("time-in-future", "/time", "is more than 24 hours in the future")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with embedded_hub(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def admin(hub: Hub) -> Iterator[Speaker]:
    with listening(hub) as client:
        yield Speaker(client).with_key(hub.registry.keys.create("admin", units=[])[1])


def filed(hub: Hub, name: str, age: int, source: str = "/a", **more: Any) -> None:
    """A letter of an event that happened so many seconds ago, which may be sent by now."""
    given = {"unit": "H1", "subject": "d", "kind": "received", "data": {"channel": "post"}} | more
    one = Event(
        given["unit"], given["subject"], source, name, given["kind"], hub.now() - age * SECOND, 0,
        given["data"],
    )  # fmt: skip
    hub.registry.dead_letters.add([of_refusal(refuse(one, WHY, keep=True), "http")], hub.now())


def refuse_rows(hub: Hub, *keys: str) -> None:
    hub.registry.connectors.hold("c", "o", Told("/a", "sql", None, {}), hub.now())
    error = {"code": "missing", "pointer": "ngay", "message": "give it"}
    rows = [RefusedRow(key, f"id={key}", [error]) for key in keys]
    hub.registry.connectors.save("c", "o", Page(refused=rows), hub.now())


def groups(speaker: Speaker, **asked: Any) -> list[tuple[Any, ...]]:
    found = speaker.ask("/v1/dead-letters/groups", **asked).json()["groups"]
    return [tuple(row[name] for name in ("source", "reason", "letters", "times")) for row in found]


def replay(speaker: Speaker, **asked: str) -> Any:
    return speaker.client.post("/v1/dead-letters/replay", params=asked, headers=speaker.headers)


def test_letters_are_counted_by_source_and_reason(hub: Hub, admin: Speaker) -> None:
    admin.batch([event(source="/a", id=f"i{n}", unit="H1", x=1) for n in range(3)])
    admin.batch([event(source="/a", id="i0", unit="H1", x=1)])
    admin.batch([event(source="/b", id="i0", unit="H2", x=1)])
    refuse_rows(hub, "1", "2")
    refuse_rows(hub, "2")
    assert groups(admin) == [
        ("/a", "unknown-attribute", 3, 4), ("/a", "row", 2, 3), ("/b", "unknown-attribute", 1, 1),
    ]  # fmt: skip
    assert groups(admin, reason="row") == [("/a", "row", 2, 3)]
    assert groups(admin, source="/b") == [("/b", "unknown-attribute", 1, 1)]
    own = admin.with_key(hub.registry.keys.create("source", source="/b", units=["H2"])[1])
    assert groups(own) == [("/b", "unknown-attribute", 1, 1)]
    there = admin.with_key(hub.registry.keys.create("reader", units=["H1"])[1])
    assert groups(there) == [("/a", "unknown-attribute", 3, 4)]
    assert admin.ask("/v1/dead-letters/groups", reason="no reason").status_code == 422
    assert own.ask("/v1/dead-letters/groups", source="/a").status_code == 403


def test_a_group_is_tried_again_in_each_dossiers_order(hub: Hub, admin: Speaker) -> None:
    filed(hub, "second", 50, kind="resolved", data={"outcome": "granted"})
    filed(hub, "first", 90)
    filed(hub, "other", 10, subject="e")
    filed(hub, "elsewhere", 10, source="/b")
    filed(hub, "not-yet", -2 * FUTURE // SECOND)
    admin.batch([event(source="/a", id="bad", unit="H1", x=1)])
    refuse_rows(hub, "1", "2")
    answer = replay(admin, source="/a")
    assert answer.json() == {"replayed": 3, "waiting": 2, "left": 2}
    rows, _ = hub.log.read({}, 100)
    assert [row.event.id for row in rows] == ["first", "second", "other"]
    assert hub.registry.connectors.hold("c", "o", Told("/a", "sql", None, {}), hub.now()).again == [
        "1", "2",
    ]  # fmt: skip
    admin.position = answer.headers["hub-position"]
    assert admin.figures(period=f"{_year(hub)}")["total"]["resolved_total"] == 1
    (told, *_) = hub.registry.trail.page(10, kind="dead_letter")
    assert (told.object, told.after) == (
        "", {"status": "replayed", "letters": 3, "source": "/a", "reason": None},
    )  # fmt: skip
    assert replay(admin, source="/a", reason="time-in-future").json()["replayed"] == 0
    assert groups(admin, source="/b") == [("/b", "time-in-future", 1, 1)]
    assert replay(admin).status_code == 422


def test_a_source_tries_its_own_again(hub: Hub, admin: Speaker) -> None:
    filed(hub, "mine", 10, unit="H2")
    filed(hub, "others", 10, source="/b")
    own = admin.with_key(hub.registry.keys.create("source", source="/a", units=["H2"])[1])
    assert replay(own, reason="time-in-future").json() == {"replayed": 1, "waiting": 0, "left": 0}
    assert replay(own, source="/b").status_code == 403
    assert groups(admin) == [("/b", "time-in-future", 1, 1)]


def _year(hub: Hub) -> int:
    return date_of(local_day(hub.now() - 90 * SECOND)).year
