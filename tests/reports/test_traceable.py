"""Reports of random dossiers and statements on both engines: behind every cell lies as much as it
says, and every cell says what it is made of."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from hub.indicator.fold import REPORTED
from hub.processes.serve import embedded_hub
from hub.registry import Unit
from hub.reports.bundled import bundled
from hub.reports.form import Form
from hub.store.clickhouse_engine import ClickHouseEngine
from schemas.event import Accepted, Event
from streams.processor import apply
from tests.api.conftest import listening
from tests.engines.clickhouse import clickhouse_database, clickhouse_server, clickhouse_url
from tests.store.random_log import random_log

__all__ = ["clickhouse_database", "clickhouse_server", "clickhouse_url"]

Json = dict[str, Any]
UNITS = [
    Unit("H1", "H1", "district"), Unit("H1.2", "H1.2", "commune", "H1"),
    Unit("H1.23", "H1.23", "commune", "H1"), Unit("A.1", "A.1", "province"),
    Unit("A.10", "A.10", "commune", "A.1"), Unit("H1.2.x", "H1.2.x", None, "H1.2"),
]  # fmt: skip
ASKED = {"district": "H1", "province": "A.1", "commune": "H1.2"}
PERIODS = ("2020-Q1", "2020-H1", "2020")
MOST = 15
"""Lists of dossiers that are followed of each form; those that are equal count once."""


@pytest.fixture(params=["chdb", "clickhouse"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[httpx.Client]:
    log = random_log(4_000, seed=20)
    log += statements(log[-1].position + 2, log[-1].accepted)
    with embedded_hub(tmp_path, open_to_all=True) as hub:
        hub.registry.units.put(UNITS)
        if request.param == "chdb":
            apply(hub.store, log)
            with listening(hub) as client:
                yield client
            return
        with closing(ClickHouseEngine(request.getfixturevalue("clickhouse_database"))) as store:
            store.create_tables()
            apply(store, log)
            with listening(replace(hub, store=store)) as client:
                yield client


def statements(position: int, accepted: int) -> list[Accepted]:
    """Most units say something of most indicators, for themselves and for some levels."""
    rng, rows = Random(20), []
    codes = sorted({code for form in bundled().values() for code in form.indicators()})
    for code in codes:
        for unit in rng.sample([it.code for it in UNITS], 4):
            for level in ("", "district", "commune"):
                for calendar, period in (("civil", "2020"), ("civil", "2020-Q1"), ("nd09", "2020")):
                    data = {"period": period, "calendar": calendar, "level": level,
                            "value": rng.randrange(20)}  # fmt: skip
                    name = f"{level}{calendar}{period}"
                    event = Event(unit, code, "/a", name, REPORTED, accepted, 0, data)
                    rows.append(Accepted(position + 2 * len(rows), accepted, event))
    return rows


def cells(report: Json) -> Iterator[tuple[str, str, str, Json]]:
    for section in report["sections"]:
        for row in section["rows"]:
            for column, cell in row["cells"].items():
                yield section["key"], row["key"], column, cell


@pytest.mark.timeout(300)
def test_behind_every_cell_lies_what_it_says(client: httpx.Client) -> None:
    rng = Random(5)
    for form in bundled().values():
        levels = form.document.for_levels
        params = {"period": rng.choice(PERIODS), "calendar": rng.choice(("civil", "nd09"))}
        params |= {"unit": ASKED[levels[0] if levels else "district"]}
        report = get(client, f"/v1/reports/{form.id}", params)
        assert {it["id"] for it in report["checks"]} >= {"ton_dau_ky"} or not has_figures(form)
        failing = [it for it in report["checks"] if it["result"] == "false"]
        assert not [it for it in failing if it["id"].startswith(("ton_dau_ky", "cong_don."))], (
            failing
        )
        told = made_of(client, form)
        listed: dict[str, Json] = {}
        for section, row, column, cell in cells(report):
            at = (section, row.partition(":")[0], column)
            assert at in told or cell["origin"] == "stated", at
            if cell["list"]:
                assert listed.setdefault(cell["list"], cell)["value"] == cell["value"], at
            elif cell["state"] == "value":  # a figure counts dossiers, but for units that took part
                assert cell["origin"] != "indicator", at
                assert cell["origin"] != "figure" or "took_part" in told[at], at
        dossiers = [it for it in listed if it.startswith("/v1/dossiers")]
        assert bool(dossiers) == has_figures(form)
        for address in rng.sample(dossiers, min(MOST, len(dossiers))):
            page = get(client, f"{address}&limit=1000")
            assert page["total"] == len(page["items"]) == listed[address]["value"], address
        values = [it for it in listed if it.startswith("/v1/indicators")]
        for address in rng.sample(values, min(MOST, len(values))):
            items = get(client, address)["items"]
            said = [it for it in items if it.get("value") == listed[address]["value"]]
            assert any(it["events"] for it in said), (address, items)


def has_figures(form: Form) -> bool:
    return any(plan.kind == "figure" for _, plan in form.plans())


def made_of(client: httpx.Client, form: Form) -> dict[tuple[str, str, str], Json]:
    """What each cell of a form is made of; each says something."""
    found = get(client, f"/v1/forms/{form.id}")
    told = {
        (section["key"], row["key"], column): cell
        for section in found["sections"]
        for row in section["rows"]
        for column, cell in row["cells"].items()
    }
    assert all(told.values())
    return told


def get(client: httpx.Client, path: str, params: Json | None = None) -> Json:
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found
