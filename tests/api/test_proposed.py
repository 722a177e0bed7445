"""What a person is told before they approve is what then happens."""

import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from hub.api.context import Hub
from hub.core.periods import quarter_at, quarters
from hub.processes.serve import embedded_hub
from tests.api.conftest import listening
from tests.api.speaking import Json, Speaker, event

SOURCE, UNITS = "/made-up", ("H1", "H1.2", "H3")
CARRIED = {
    "carried_over": "in_progress_total", "received_total": "in_progress_total",
    "in_progress_within": "in_progress_within", "in_progress_overdue": "in_progress_overdue",
    "in_progress_total": "in_progress_total", "waiting_within": "waiting_within",
    "waiting_overdue": "waiting_overdue",
}  # fmt: skip
"""What a quarter in which nothing happens takes from the figures of the one before."""


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
        kind = rng.choice((
            "received", "received", "resolved", "withdrawn", "voided", "reopened", "extended",
            "supplement_requested", "supplemented", "result_returned", "rated",
        ))  # fmt: skip
        data: Json = {"channel": rng.choice(("online", "direct", "post"))}
        if rng.random() < 0.1:
            data["parent"] = "whole"
        if rng.random() < 0.3:
            data["online_level"] = rng.choice(("full", "partial"))
        if rng.random() < 0.5:
            data["due_at"] = due(rng)
        if kind == "extended":
            data = {"due_at": due(rng), "apology": rng.choice(("letter", "message", "none"))}
        elif kind == "result_returned":
            data = {"channel": data["channel"]}
        elif kind == "rated":
            data = {"rating": "neutral", "via": "kiosk"}
        elif kind != "received":
            data = {}
        found.append(event(
            kind, unit=unit, subject=subject, id=f"{kind}-{number}-{n}", time=moment(rng),
            source=rng.choice((SOURCE, SOURCE, "/other")),
            **data,
        ))  # fmt: skip
    return found


def due(rng: random.Random) -> str:
    return f"{rng.choice((2022, 2023, 2090))}-{rng.randint(1, 12):02}-20T17:00:00+07:00"


def labels() -> list[str]:
    """All quarters from the first event on, until now."""
    now = time.time_ns() // 1000
    first = 1_577_800_000_000_000
    return [period.label or "" for period in quarters(first, now, "civil")]


def figures(speaker: Speaker, unit: str = "") -> dict[tuple[str, str, str], int]:
    found = {}
    for quarter in labels():
        for row in speaker.figures(period=quarter, by="unit")["rows"]:
            for name, count in row["figures"].items():
                found[row["key"]["unit"], quarter, name] = count
    return {place: count for place, count in found.items() if count and unit in ("", place[0])}


def asked(speaker: Speaker, events: list[Any], token: str = "t") -> Json:
    """What waits when a connector asks whether it may send these."""
    would: dict[str, Any] = {"dossiers": 40, "events": [*events, {"id": "refused"}]}
    body = {"owner": "o", "why": "made up", "token": token, "would": would}
    answer = speaker.client.post("/v1/connectors/c/pause", json=body)
    assert answer.status_code == 200, answer.text
    found: Json = speaker.ask("/v1/connectors/c").json()["waits"]["would"]
    assert "events" not in found
    return found


def told(would: Json) -> dict[tuple[str, str, str], tuple[int, int]]:
    return {(it["unit"], it["period"], it["figure"]): (it["before"], it["after"])
            for it in would["figures"]}  # fmt: skip


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
    waits = asked(speaker, proposed)
    speaker.accept(*proposed)
    after = figures(speaker)
    changed = {
        place: (before.get(place, 0), after.get(place, 0))
        for place in before.keys() | after.keys()
        if before.get(place) != after.get(place)
    }
    assert changed
    assert waits["figures_left_out"] == 0 or len(waits["figures"]) == 500
    if waits["figures_left_out"]:
        changed = {place: it for place, it in changed.items() if place in told(waits)}
    else:
        check_what_is_carried(before, after, changed.keys() - told(waits).keys())
    assert changed.items() >= told(waits).items()


def check_what_is_carried(
    before: dict[tuple[str, str, str], int],
    after: dict[tuple[str, str, str], int],
    left_out: set[tuple[str, str, str]],
) -> None:
    """What is not told changed by as much as it did in the quarter before, and is of the past."""

    def change(unit: str, quarter: str, figure: str) -> int:
        return after.get((unit, quarter, figure), 0) - before.get((unit, quarter, figure), 0)

    for unit, quarter, figure in left_out:
        earlier = labels()[labels().index(quarter) - 1]
        assert quarter != labels()[-1]
        assert change(unit, quarter, figure) == change(unit, earlier, CARRIED[figure]), quarter


def test_a_due_date_that_moves_changes_what_is_overdue_now(speaker: Speaker) -> None:
    unit, moved = "H7", "2021-02-01T17:00:00+07:00"
    for subject in ("a", "b"):
        speaker.accept(event(unit=unit, subject=subject, source=SOURCE, online_level="full",
                             due_at="2090-02-01T17:00:00+07:00"))  # fmt: skip
    speaker.accept(event("suspended", unit=unit, subject="b", id="s", source=SOURCE))
    speaker.figures(period="2020")  # all is in
    events = [
        event("extended", unit=unit, subject=subject, id="m", source=SOURCE, due_at=moved,
              time="2020-01-16T08:00:00+07:00")
        for subject in ("a", "b")
    ]  # fmt: skip
    now = quarter_at(time.time_ns() // 1000, "civil").label or ""
    lines = {
        (figure, *counts)
        for (_, period, figure), counts in told(asked(speaker, events)).items()
        if period == now
    }
    assert lines == {
        ("in_progress_within", 2, 0), ("in_progress_overdue", 0, 2),
        ("waiting_within", 1, 0), ("waiting_overdue", 0, 1),
    }  # fmt: skip


def test_what_is_received_is_told_with_all_its_splits(speaker: Speaker) -> None:
    saturday = "2021-05-15T08:00:00+07:00"
    one = event(unit="H8", subject="n", source=SOURCE, online_level="partial", time=saturday)
    would = asked(speaker, [one])
    period = {name: counts for (_, it, name), counts in told(would).items() if it == "2021-Q2"}
    assert period == dict.fromkeys(
        ("received_online", "received_online_partial", "received_saturday", "received_total",
         "in_progress_within", "in_progress_total"), (0, 1),
    )  # fmt: skip
    first = would["figures"][0]["period"]
    assert first == quarter_at(time.time_ns() // 1000, "civil").label
    assert {name for (_, it, name) in told(would) if it == first} == {
        "carried_over", "received_total", "in_progress_within", "in_progress_total",
    }  # fmt: skip


def test_how_many_lines_are_left_out_is_told(speaker: Speaker) -> None:
    events = [event(unit=f"M{n}", subject="n", source=SOURCE) for n in range(130)]
    would = asked(speaker, events)
    assert len(would["figures"]) == 500
    assert would["figures_left_out"] == 130 * 8 - 500
