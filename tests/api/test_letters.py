"""Dead letters over HTTP: decided of one by one or together, counted where there are too many."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.api.context import Hub
from hub.processes.serve import embedded_hub
from hub.registry import LetterLimits
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    limits = LetterLimits(per_source=20)
    with embedded_hub(tmp_path / "data", letter_limits=limits) as opened:
        yield opened


@pytest.fixture
def admin(hub: Hub) -> Iterator[Speaker]:
    with listening(hub) as client:
        yield Speaker(client).with_key(hub.registry.keys.create("admin", units=[])[1])


def bad(source: str, number: int, **more: Any) -> dict[str, Any]:
    return event(source=source, id=f"i{number}", unit="H29.17", **({"x": 1} | more))


def letters(speaker: Speaker, **params: Any) -> list[dict[str, Any]]:
    return list(speaker.pages("/v1/dead-letters", **params))


def test_a_flood_of_one_source_is_counted_and_others_are_kept(hub: Hub, admin: Speaker) -> None:
    flood = [bad("/loud", number) for number in range(5_000)]
    assert admin.batch(flood).json()["rejected"] == 5_000
    assert admin.one(bad("/quiet", 1)).status_code == 422
    assert (len(letters(admin, source="/loud")), len(letters(admin, source="/quiet"))) == (20, 1)
    told = admin.ask("/v1/dead-letters", limit=1).json()
    (left_out,) = told["not_kept"]
    assert (left_out["source"], left_out["letters"]) == ("/loud", 4_980)
    metrics = admin.ask("/metrics").text
    assert "hub_dlq_not_kept 4980.0" in metrics
    assert 'hub_dlq_messages{reason="unknown-attribute"} 21.0' in metrics
    quiet = admin.with_key(hub.registry.keys.create("source", source="/quiet", units=["H29"])[1])
    assert quiet.ask("/v1/dead-letters").json()["not_kept"] == []


def test_what_was_kept_is_told_as_events_are_sent(admin: Speaker) -> None:
    first = event(id="one", unit="H29.17", due_at="2020-01-30T17:00:00+07:00")
    other = first | {"time": "2020-01-16T01:30:00.5Z", "sequence": "3"}
    admin.accept(first)
    admin.accept(other)
    (letter,) = letters(admin, reason="conflict", min_position=admin.position)
    kept = letter["event"]
    assert kept["time"] == "2020-01-16T08:30:00.500000+07:00"
    assert (kept["type"], kept["sequence"]) == (first["type"], "3")
    assert admin.one(kept).status_code == 202
    (same,) = letters(admin, reason="conflict", min_position=admin.position)
    assert same["event"] == kept


def test_decisions(hub: Hub, admin: Speaker) -> None:
    admin.batch([bad("/a", 1), bad("/a", 2), bad("/a", 3, channel="fax"), bad("/b", 4)])
    admin.batch([event(source="/a", id="late", time="2100-01-01T00:00:00Z", unit="H29.17")])
    own = admin.with_key(hub.registry.keys.create("source", source="/a", units=["H29"])[1])
    (late,) = letters(own, reason="time-in-future")

    def post(speaker: Speaker, path: str, **params: str) -> Any:
        path = f"/v1/dead-letters/{path}"
        return speaker.client.post(path, params=params, headers=speaker.headers)

    done = post(own, f"{late['id']}/discard")
    assert done.json() == {"id": late["id"], "status": "discarded"}
    assert post(own, f"{late['id']}/discard").status_code == 409
    assert post(own, f"{late['id']}/replay").status_code == 409  # nothing of it was kept
    (gone,) = letters(own, status="discarded")
    assert (gone["status"], gone["values_kept"], gone["errors"]) == ("discarded", False, [])
    (other,) = letters(admin, source="/b")
    assert post(own, f"{other['id']}/discard").status_code == 404
    assert post(own, "discard", source="/b").status_code == 403
    assert post(own, "discard").status_code == 422
    assert post(own, "discard", reason="unknown-attribute").json() == {"discarded": 2}
    assert [letter["reason"] for letter in letters(own)] == ["invalid"]
    assert post(own, "discard", source="/a").json() == {"discarded": 1}
    assert len(letters(admin)) == 1
    reader = admin.with_key(hub.registry.keys.create("reader", units=["H29"])[1])
    assert post(reader, "discard", source="/b").status_code == 403
    assert post(admin, "discard", source="/b").json() == {"discarded": 1}
    kinds = admin.ask("/v1/trail", kind="dead_letter").json()["items"]
    assert [row["call"] for row in kinds] == [
        *["POST /v1/dead-letters/discard"] * 3,
        f"POST /v1/dead-letters/{late['id']}/discard",
    ]  # fmt: skip


def test_conflicts_are_there_once_a_position_is(admin: Speaker) -> None:
    position = admin.accept(event(id="c", unit="H29"), event(id="c", unit="H29", field="x"))
    (letter,) = letters(admin, reason="conflict", min_position=position)
    assert letter["event_id"] == "c"
    assert admin.ask("/v1/dead-letters", min_position="x").status_code == 422
