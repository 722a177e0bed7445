"""`POST /v1/audit` on a hub at work."""

from typing import Any

import pytest

from hub.api.context import Hub
from hub.services import audit
from tests.api.speaking import Speaker, event


def test_a_clean_hub_and_a_broken_one(hub: Hub, speaker: Speaker) -> None:
    speaker.accept(event(), event("resolved", id="d", time="2020-01-16T08:30:00+07:00"))
    speaker.figures(period="2020")
    answer = speaker.client.post("/v1/audit").json()
    assert answer.pop("checked").items() >= {("dossiers", 1), ("events", 2), ("log_events", 2)}
    assert answer == {"clean": True, "differences": [], "differences_total": 0}

    hub.store.command(
        "ALTER TABLE facts UPDATE outcome = 'refused' WHERE 1 SETTINGS mutations_sync = 1"
    )
    answer = speaker.client.post("/v1/audit").json()
    assert not answer["clean"]
    assert answer["differences_total"] == 1
    assert answer["differences"] == [
        {
            "kind": "facts-differ",
            "unit": "H29.17.01",
            "subject": "H29.17.01-200115-0042",
            "table": "facts",
            "version": 2,
            "columns": ["outcome"],
        }
    ]


def test_how_far_it_is(hub: Hub, speaker: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    speaker.accept(event(subject="S.9"))
    speaker.figures(period="2020")
    told: list[dict[str, Any]] = []

    def looked(*given: Any) -> Any:
        told.append(speaker.client.get("/v1/audit").json()["running"])
        return compare(*given)

    compare = audit.compare_facts
    monkeypatch.setattr(audit, "compare_facts", looked)
    found = speaker.client.post("/v1/audit").json()
    (running,) = told
    assert running["comparing"] == "log"
    assert running["done"] < running["of"] == found["checked"]["events"]
    answer = speaker.client.get("/v1/audit").json()
    assert answer["running"] is None
    assert answer["last"]["differences_total"] == found["differences_total"]
