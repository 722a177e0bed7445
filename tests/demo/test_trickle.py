"""Live events of the demo are valid and stand apart from the published units."""

from datetime import UTC, datetime
from random import Random
from typing import Any

from hub.demo.trickle import Trickle
from tests.demo.direct_count import told
from tests.demo.validity import assert_valid


def test_trickle_makes_valid_dossiers_that_come_to_an_end() -> None:
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    trickle, now = Trickle(Random(7)), int(start.timestamp()) * 1_000_000
    live: list[dict[str, Any]] = []
    seen: set[str] = set()
    for step in range(4_000):
        event = trickle.next(now + step * 1_500_000)
        assert_valid(event)
        assert event["source"] == "/demo/live"
        assert event["data"]["unit"].startswith("DEMO.")
        assert event["type"].endswith("received.v1") == (event["subject"] not in seen)
        seen.add(event["subject"])
        live.append(event)
    assert len({event["id"] for event in live}) == len(live)
    dossiers = told(live)
    assert sum(it.closed is None for it in dossiers) < 300
    late = [it for it in dossiers if it.timeliness() == "late"]
    assert late, "the board of overdue dossiers would be empty"
