"""What a person is told before they approve is what then happens."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from hub.api.context import Hub
from hub.processes.serve import embedded_hub
from hub.services.proposed import NAMES
from tests.api.conftest import listening
from tests.api.speaking import Json, Speaker, event

SOURCE, UNITS = "/made-up", ("H1", "H1.2", "H3")
QUARTERS = [f"{year}-Q{number}" for year in (2019, 2020, 2021) for number in (1, 2, 3, 4)]


@pytest.fixture(scope="module")
def speaker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Speaker]:
    opened: Hub
    with (
        embedded_hub(tmp_path_factory.mktemp("hub"), open_to_all=True) as opened,
        listening(opened) as client,
    ):
        claim = {"owner": "o", "source": SOURCE, "kind": "sql"}
        assert client.put("/v1/connectors/c/lease", json=claim).status_code == 200
        yield Speaker(client)


def moment(rng: random.Random) -> str:
    month, day = rng.randint(1, 12), rng.randint(1, 28)
    return f"{rng.choice((2020, 2020, 2021))}-{month:02}-{day:02}T{rng.randint(0, 23):02}:15:00Z"


def history(rng: random.Random, unit: str, subject: str, number: int) -> list[Json]:
    """Events of a dossier by chance, all of one source or not."""
    found = []
    for n in range(rng.randint(1, 4)):
        kind = rng.choice(("received", "received", "resolved", "withdrawn", "voided", "reopened"))
        data: Json = {"channel": rng.choice(("online", "direct", "post"))}
        if rng.random() < 0.1:
            data["parent"] = "whole"
        if rng.random() < 0.5:
            data["due_at"] = "2022-01-01T00:00:00Z"
        found.append(event(
            kind, unit=unit, subject=subject, id=f"{kind}-{number}-{n}", time=moment(rng),
            source=rng.choice((SOURCE, SOURCE, "/other")),
            **(data if kind == "received" else {}),
        ))  # fmt: skip
    return found


def figures(speaker: Speaker) -> dict[tuple[str, str, str], int]:
    found = {}
    for quarter in QUARTERS:
        for row in speaker.figures(period=quarter, by="unit")["rows"]:
            for name in NAMES:
                found[row["key"]["unit"], quarter, name] = row["figures"][name]
    return {place: count for place, count in found.items() if count}


@pytest.mark.parametrize("seed", range(4))
def test_what_would_change_is_what_changes(speaker: Speaker, seed: int) -> None:
    rng = random.Random(seed)
    dossiers = [(rng.choice(UNITS), f"{seed}-{n}") for n in range(60)]
    known = [one for n, place in enumerate(dossiers) for one in history(rng, *place, n)]
    speaker.accept(*known)
    proposed = [one for n, place in enumerate(dossiers[:40]) for one in history(rng, *place, 99)]
    proposed += [
        event("retracted", unit=one["data"]["unit"], subject=one["subject"], source=one["source"],
              id=f"x.{one['id']}") | {"data": {"unit": one["data"]["unit"], "id": one["id"]}}
        for one in rng.sample(known, 40)
    ]  # fmt: skip
    before = figures(speaker)
    would: dict[str, Any] = {"dossiers": 40, "events": [*proposed, {"id": "refused"}]}
    asked = {"owner": "o", "why": "made up", "token": "t", "would": would}
    answer = speaker.client.post("/v1/connectors/c/pause", json=asked)
    assert answer.status_code == 200, answer.text
    waits = speaker.ask("/v1/connectors/c").json()["waits"]["would"]
    assert "events" not in waits
    speaker.accept(*proposed)
    after = figures(speaker)
    changed = {
        place: (before.get(place, 0), after.get(place, 0))
        for place in before.keys() | after.keys()
        if before.get(place) != after.get(place)
    }
    assert changed
    told = {(it["unit"], it["period"], it["figure"]): (it["before"], it["after"])
            for it in waits["figures"]}  # fmt: skip
    assert told == changed
