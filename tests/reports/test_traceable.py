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
from hub.reports.form import Form, loads
from hub.store.clickhouse_engine import ClickHouseEngine
from schemas.event import Accepted, Event
from streams.processor import apply
from tests.api.conftest import listening
from tests.engines.clickhouse import clickhouse_database, clickhouse_server, clickhouse_url
from tests.store.random_log import random_log

__all__ = ["clickhouse_database", "clickhouse_server", "clickhouse_url"]

Json = dict[str, Any]
OWN = """\
form: taking-part
version: "1"
title: A
groups: {g: {by: field, of: [{key: a, label: A, codes: [f1]}]}}
sections:
- table: t
  columns:
  - {key: l, label: L, is: label}
  - {key: a, label: A, took_part: received_total}
  - {key: b, label: B, took_part: resolved_early + resolved_late, where: {channel: online}}
  - {key: x, label: X, took_part: satisfied, where: {unit_level: commune}, period: Y}
  rows: [{key: r}, {key: f, each: field}, {key: u, each: unit}, {key: g, each: g}]
- table: years
  columns: [{key: l, label: L, is: label}, {key: a, label: A, took_part: received_total}]
  rows: [{key: y, each: year}]
- values: v
  rows:
  - {key: all, units: {}}
  - {key: below, units: {below: true}}
  - {key: communes, units: {level: [commune, district]}, where: {unit_level: [commune, province]}}
  - {key: none, units: {level: commune}, where: {unit_level: province}}
"""
"""Units that took part, and units of the registry, in each kind of row."""
UNITS = [
    Unit("H1", "H1", "district"), Unit("H1.2", "H1.2", "commune", "H1"),
    Unit("H1.23", "H1.23", "commune", "H1"), Unit("A.1", "A.1", "province"),
    Unit("A.10", "A.10", "commune", "A.1"), Unit("H1.2.x", "H1.2.x", None, "H1.2"),
]  # fmt: skip
ASKED = {"district": "H1", "province": "A.1", "commune": "H1.2"}
PERIODS = ("2020-Q1", "2020-H1", "2020")
OF_UNITS = {"/v1/units", "/v1/figures/units"}
YAML = {"Content-Type": "application/yaml"}
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
    own = loads(OWN, "own")
    answer = client.put(f"/v1/forms/{own.id}", content=OWN, headers=YAML)
    assert answer.status_code == 200, answer.text
    for form in (own, *bundled().values()):
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
            elif cell["state"] == "value":
                assert cell["origin"] not in ("indicator", "figure"), at
                assert cell["origin"] != "registry" or cell["value"] == 0, at
        for address in (it for it in listed if it.startswith(("/v1/units", "/v1/figures/units"))):
            page = get(client, address)
            assert len(page.get("units", page.get("items"))) == listed[address]["value"], address
        assert form is not own or {it.partition("?")[0] for it in listed} == OF_UNITS
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
