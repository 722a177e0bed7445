"""`POST /v1/audit` on a hub at work."""

from hub.api.context import Hub
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
