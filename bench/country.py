"""A hub of a country: 12,000 units in four levels, 10,500 overdue dossiers."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx

from tests.hub_process import HubProcess
from tests.web.office import ago, received

Json = dict[str, Any]
UNITS, OVERDUE = 12_000, 10_500
_COMMUNES = ("Nhơn Tây", "Phú Hòa", "Tân Thạnh", "Đức Trọng", "Ô Môn")


def units() -> Iterator[Json]:
    """A country of 34 provinces with ten districts each, and communes below them."""
    yield {"code": "H", "name": "Cả nước", "parent": None, "level": "province"}
    for p in range(34):
        yield {"code": f"H{p:02}", "name": f"Tỉnh Số {p}", "parent": "H", "level": "province"}
        for d in range(10):
            code = f"H{p:02}.{d}"
            yield {
                "code": code,
                "name": f"Huyện {p}-{d}",
                "parent": f"H{p:02}",
                "level": "district",
            }
    for c in range(UNITS - 1 - 34 * 11):
        district = f"H{c % 34:02}.{c // 34 % 10}"
        name = f"Xã {_COMMUNES[c % 5]} {c}"
        code = f"{district}.{c // 340:03}"
        yield {"code": code, "name": name, "parent": district, "level": "commune"}


def fill(hub: HubProcess) -> None:
    """Units, procedures, and a dossier of each unit; of the first ones it is overdue."""
    every = list(units())
    procedures = [
        {"code": f"1.{n:06}", "name": f"Thủ tục số {n}", "field": f"f-{n % 12}"} for n in range(400)
    ]
    told = []
    for n, unit in enumerate(row["code"] for row in every):
        came = ago(days=60, minutes=n) if n < OVERDUE else ago(days=2, minutes=n % 600)
        due = came + timedelta(days=20) if n < OVERDUE else ago(days=-10)
        data = {"procedure": f"1.{n % 400:06}", "field": f"f-{n % 12}"}
        told.append(received(unit, f"{unit}-26-{n:05}", came, due, **data))
    with httpx.Client(base_url=hub.url, timeout=120) as http:
        assert http.put("/v1/units", json=every).status_code == 200
        assert http.put("/v1/procedures", json=procedures).status_code == 200
        for n in range(0, len(told), 500):
            send(http, *told[n : n + 500])
    hub.caught_up()


def send(http: httpx.Client, *events: Json) -> None:
    """Events that are all accepted."""
    kind = {"Content-Type": "application/cloudevents-batch+json"}
    answer = http.post("/v1/events", json=events, headers=kind)
    assert answer.json()["accepted"] == len(events), answer.text
