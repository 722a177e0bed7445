"""What must hold of a distributed hub after whatever happened to it."""

import time
from random import Random
from typing import Any

import httpx
import orjson

from hub.dossier.figures import DIMENSIONS
from tests import oracle
from tests.distributed.cluster import Distributed
from tests.faults.load import BATCH, Identity, as_oracle
from tests.store.random_log import UNITS

PERIODS = [{"period": f"20{year}-{part}", "calendar": calendar}
           for year in (19, 20) for part in ("Q1", "Q4", "H1", "9M", "02") for calendar in
           ("civil", "nd09")]  # fmt: skip


def post(url: str, events: list[object]) -> str:
    """Send a batch; the position of the answer."""
    answer = httpx.post(f"{url}/v1/events", content=orjson.dumps(events), headers=BATCH, timeout=60)
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] == len(events)
    return answer.headers["hub-position"]


def ask(url: str, question: dict[str, Any]) -> Any:
    """An answer of `GET /v1/figures`, without its `as_of`."""
    answer = httpx.get(f"{url}/v1/figures", params=question, timeout=120)
    assert answer.status_code == 200, answer.text
    return answer.json() | {"as_of": None}


def question(rng: Random) -> dict[str, Any]:
    """Random query parameters."""
    asked: dict[str, Any] = dict(rng.choice(PERIODS))
    if rng.random() < 0.3:
        first = rng.randrange(1, 29)
        asked = {"from": f"2020-0{rng.randrange(1, 4)}-{first:02}", "to": "2020-05-17"}
    asked["by"] = ",".join(rng.sample(DIMENSIONS, rng.randrange(4)))
    if rng.random() < 0.5:
        asked |= {"unit": rng.sample(UNITS, 2), "subtree": str(rng.random() < 0.5).lower()}
    if rng.random() < 0.3:
        asked["parts"] = "include"
    return {name: value for name, value in asked.items() if value}


def assert_exact(hub: Distributed, acknowledged: set[Identity]) -> None:
    """Nothing acknowledged is missing, figures are the oracle's, the audit finds nothing."""
    hub.caught_up(120)
    rows = hub.rows()
    assert acknowledged <= {row.event.identity for row in rows}
    log, now = as_oracle(rows), time.time_ns() // 1000
    for asked in ({"period": "2020-Q1", "calendar": "nd09"}, {"period": "2020"}):
        start, end = oracle.period(asked["period"], asked.get("calendar", "civil"))
        expected = oracle.figures(log, start=start, end=end, now=now, by=("unit",)).rows
        found = ask(hub.url, asked | {"by": "unit"})["rows"]
        assert {(row["key"]["unit"],): row["figures"] for row in found} == expected
    audit = httpx.post(f"{hub.url}/v1/audit", timeout=120)
    assert audit.status_code == 200, audit.text
    assert audit.json()["differences"] == [], audit.text
