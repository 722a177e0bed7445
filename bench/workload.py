"""Plausible dossiers as CloudEvents JSON bytes: what every measure here is fed with."""

import random
from collections.abc import Iterator

import orjson

from hub.core.time import DAY, HOUR, rfc3339

START = 1_577_811_600_000_000  # 2020-01-01 00:00 +07:00
LARGE, LARGE_SIZE = "H29.90", 100_000
SMALL, SMALL_SIZE = "H29.91", 1_000
UNITS = 300
ARRAY = 500
"""Events in one JSON array."""


def dossiers(first: int, count: int) -> Iterator[list[dict[str, object]]]:
    """The events of each of some numbered dossiers: received, often supplemented or extended,
    mostly resolved, some returned by post. The same number gives the same dossier."""
    for number in range(first, first + count):
        yield list(_life(number, random.Random(number)))


def arrays(first: int, count: int) -> list[bytes]:
    """JSON arrays of `ARRAY` events of some numbered dossiers, in the order of their times."""
    events = [event for life in dossiers(first, count) for event in life]
    events.sort(key=lambda event: str(event["time"]))
    return [orjson.dumps(events[i : i + ARRAY]) for i in range(0, len(events), ARRAY)]


def _life(number: int, rng: random.Random) -> Iterator[dict[str, object]]:
    unit = (
        SMALL if number < SMALL_SIZE
        else LARGE if number < SMALL_SIZE + LARGE_SIZE
        else f"H29.{rng.randrange(UNITS):03d}"
    )  # fmt: skip
    received = START + rng.randrange(360) * DAY + 8 * HOUR + rng.randrange(8 * HOUR)
    due = received + rng.choice((1, 3, 10, 15, 30)) * DAY
    common = {
        "specversion": "1.0",
        "source": f"/one-stop/{unit}",
        "subject": f"{unit}-{number:08d}",
    }

    def event(kind: str, time: int, **data: str) -> dict[str, object]:
        return common | {
            "id": f"{number}-{kind}",
            "type": f"vn.motcua.dossier.{kind}.v1",
            "time": rfc3339(time),
            "data": {"unit": unit, **data},
        }

    channel = rng.choices(("direct", "online", "post"), (60, 38, 2))[0]
    online = {"online_level": rng.choice(("full", "partial"))} if channel == "online" else {}
    yield event(
        "received", received, channel=channel, procedure=f"1.{rng.randrange(80):06d}",
        field=f"field-{rng.randrange(12)}", due_at=rfc3339(due), **online,
    )  # fmt: skip
    if rng.random() < 0.08:
        yield event("supplement_requested", received + DAY, reason="missing-paper")
        due += 2 * DAY
        yield event("supplemented", received + 3 * DAY, due_at=rfc3339(due))
    if rng.random() < 0.95:
        resolved = received + rng.randrange(HOUR, due - received + DAY // 2)
        yield event("resolved", resolved)
        if rng.random() < 0.1:
            yield event("result_returned", resolved + HOUR, channel="post")
