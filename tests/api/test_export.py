"""Tables for analysis: the same numbers as those of figures and indicators, in each format, for who
may see them; and the client's typed objects."""

import io
import re
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import httpx
import pyarrow as pa
import pytest
from pyarrow import parquet

from hub.client import HubClient, HubError
from hub.client.tables import exported, figures, indicator_values, report
from hub.core.csv_text import read_rows
from hub.dossier.figures import FIGURES
from tests.api.speaking import Speaker, event
from tests.indicator.test_api import stated

Json = dict[str, Any]
UNITS = ("T.1", "T.1.x", "T.2", "U")
REGISTERED = [
    {"code": "H29", "name": "Tỉnh của README", "level": "province"},
    {"code": "T", "name": "Tỉnh", "level": "province"},
    {"code": "T.1", "name": "=1+1", "level": "commune", "parent": "T"},
]


class Told(NamedTuple):
    """How far the hub is, and a moment before the last events came."""

    position: str
    as_of: str


@pytest.fixture(scope="module")
def position(told: Told) -> str:
    return told.position


@pytest.fixture(scope="module", autouse=True)
def told(speaker: Speaker) -> Told:
    """A hub with a few hundred events in four units and eight quarters, some of them late."""
    rng, events = Random(7), list[Json]()
    for n in range(150):
        day = f"{rng.choice((2019, 2020))}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        same = {"unit": rng.choice(UNITS), "subject": f"d{n}"}
        events.append(
            event(**same, id="r", time=f"{day}T08:00:00+07:00",
                  channel=rng.choice(("online", "direct", "post")), due_at=f"{day}T17:00:00+07:00")
        )  # fmt: skip
        if rng.random() < 0.6:
            later = f"2020-{rng.randint(1, 12):02}-28T09:00:00+07:00"
            events.append(event("resolved", **same, id="x", time=max(events[-1]["time"], later)))
        if rng.random() < 0.3:
            events.append(event("rated", **same, id="q", time=later_of(day), rating="satisfied"))
    speaker.client.put("/v1/units", json=REGISTERED)
    events.append(stated("canbo", "T.1", "a", value=12.5, note="=cmd"))
    events.append(stated("canbo", "U", "b", status="not_applicable"))
    events.append(stated("xoa", "U", "c", value=1))
    events.append(stated("xoa", "U", "d", status="withdrawn") | {"sequence": "1"})
    speaker.accept(*events)
    as_of = speaker.figures(period="2020")["as_of"]
    late = (
        event(subject=f"late{n}", unit="T.1", time="2020-02-03T08:00:00+07:00") for n in range(9)
    )
    return Told(speaker.accept(*late), as_of)


def later_of(day: str) -> str:
    return f"{day}T18:00:00+07:00"


def export(speaker: Speaker, position: str, view: str = "figures", **asked: Any) -> pa.Table:
    answer = speaker.ask(f"/v1/export/{view}", min_position=position, **asked)
    assert answer.status_code == 200, answer.text
    return parquet.read_table(io.BytesIO(answer.content))


@pytest.mark.parametrize("calendar", ["civil", "nd09"])
@pytest.mark.parametrize("known", [False, True])
def test_figures_are_those_of_the_figures(
    speaker: Speaker, told: Told, calendar: str, known: bool
) -> None:
    asked = {"as_of": told.as_of} if known else {}
    rows = export(speaker, told.position, calendar=calendar, **asked).to_pylist()
    assert len({(row["unit"], row["period"]) for row in rows}) == len(rows) > 20
    found: dict[str, dict[str, Json]] = {}
    for row in rows:
        found.setdefault(row["period"], {})[row["unit"]] = {name: row[name] for name in FIGURES}
        assert row["calendar"] == calendar
    for year in range(2018, 2027):
        for part in ("Q1", "Q2", "Q3", "Q4"):
            period = f"{year}-{part}"
            answer = speaker.figures(period=period, calendar=calendar, by="unit", **asked)
            there = {row["key"]["unit"]: row["figures"] for row in answer["rows"]}
            assert found.get(period, {}) == there, period


def test_a_row_says_of_which_unit_and_days(speaker: Speaker, position: str) -> None:
    rows = export(speaker, position, unit="T", subtree=True, calendar="nd09").to_pylist()
    assert {row["unit"] for row in rows} == {"T.1", "T.1.x", "T.2"}
    row = next(row for row in rows if (row["unit"], row["period"]) == ("T.1", "2020-Q1"))
    assert (row["unit_name"], row["unit_level"], row["parent"]) == ("=1+1", "commune", "T")
    assert (str(row["from"]), str(row["to"])) == ("2019-12-15", "2020-03-14")
    assert row["counted_until"].isoformat() == "2020-03-14T17:00:00+00:00"
    assert export(speaker, position, unit="none").num_rows == 0


def test_every_format_says_the_same(speaker: Speaker, position: str) -> None:
    table = export(speaker, position)
    asked = {"min_position": position}
    arrow = speaker.ask("/v1/export/figures", format="arrow", **asked)
    assert arrow.headers["content-type"] == "application/vnd.apache.arrow.stream"
    assert 'filename="figures-civil.arrows"' in arrow.headers["content-disposition"]
    running = [f"{name}" for name in table.column_names if name != "counted_until"]
    same = pa.ipc.open_stream(arrow.content).read_all()
    assert same.select(running).equals(table.select(running))
    csv = speaker.client.get("/v1/export/figures", params=asked, headers={"accept": "text/csv"})
    (_, head), *lines = read_rows(csv.text)
    assert head == table.column_names
    assert len(lines) == table.num_rows
    assert "'=1+1" in csv.text
    assert ",=1+1" not in csv.text


def test_indicators_as_they_were_stated(speaker: Speaker, position: str) -> None:
    rows = export(speaker, position, "indicators").to_pylist()
    assert [(row["unit"], row["indicator"], row["state"], row["value"]) for row in rows] == [
        ("T.1", "canbo", "value", 12.5), ("U", "canbo", "not_applicable", None),
    ]  # fmt: skip
    assert (rows[0]["period"], rows[0]["note"], rows[0]["source"]) == ("2020-Q1", "=cmd", "/a")


def test_cells_of_a_report_are_those_of_the_report(speaker: Speaker, position: str) -> None:
    asked = {"unit": "T", "period": "2020-Q1"}
    rows = export(speaker, position, "report-cells", form="vpcp-06a", **asked).to_pylist()
    told = speaker.ask("/v1/reports/vpcp-06a", **asked).json()
    cells = {(part["key"], row["key"], name): cell for part in told["sections"]
             for row in part["rows"] for name, cell in row["cells"].items()}  # fmt: skip
    found = {(row["section"], row["row"], row["column"]): row for row in rows}
    assert found.keys() == cells.keys()
    for place, row in found.items():
        for name in ("state", "value", "text", "list"):
            assert row[name] == cells[place][name]
        assert (row["form"], row["unit"], row["period"]) == ("vpcp-06a", "T", "2020-Q1")


def test_wrong_questions(speaker: Speaker) -> None:
    for wrong in ({"format": "xls"}, {"calendar": "lunar"}, {"unit": "Đ"}, {"as_of": "now"}):
        answer = speaker.ask("/v1/export/figures", **wrong)
        assert answer.status_code == 422
        assert next(iter(wrong)) in answer.text
    assert speaker.ask("/v1/export/secrets").status_code == 404


def test_the_client_has_typed_objects_and_tables(speaker: Speaker, position: str) -> None:
    url = str(speaker.client.base_url)
    with HubClient(url) as hub:
        found = figures(hub, period="2020-Q1", by="unit", min_position=position)
        plain = speaker.figures(period="2020-Q1", by="unit")
        assert found.total == plain["total"]
        frame = found.to_pandas()
        assert dict(zip(frame["unit"], frame["received_total"], strict=True)) == {
            row["key"]["unit"]: row["figures"]["received_total"] for row in plain["rows"]
        }
        assert figures(hub, from_="2020-01-01", to="2020-03-31").to_arrow().to_pylist() == [
            plain["total"]
        ]
        made = report(hub, "vpcp-06a", unit="T", period="2020-Q1")
        told = speaker.ask("/v1/reports/vpcp-06a", unit="T", period="2020-Q1").json()
        for section in told["sections"]:
            for row in section["rows"]:
                for name, cell in row["cells"].items():
                    assert made.cell(section["key"], row["key"], name).model_dump() == cell
        cells = made.to_arrow()
        assert cells.num_rows == sum(
            len(row["cells"]) for part in told["sections"] for row in part["rows"]
        )
        with pytest.raises(KeyError, match="nothing"):
            made.cell("nothing", "at", "all")
        values = indicator_values(hub, unit="T", code="canbo", period="2020-Q1")
        assert [(item.unit, item.state) for item in values.items] == [("T", "not_provided")]
        assert exported(hub, "figures").num_rows == export(speaker, position).num_rows
        with pytest.raises(HubError, match="period"):
            figures(hub, period="2020-Q9")


def test_the_block_of_the_readme_runs(speaker: Speaker) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    (block,) = re.findall(r"```python\n(from hub.client.*?)```", readme, re.DOTALL)
    names: Json = {"key": None}
    exec(block.replace("http://127.0.0.1:8000", str(speaker.client.base_url)), names)
    assert names["late"].state == "value"
    assert names["all_quarters"].num_rows > 20
    assert list(names["by_unit"]) == list(FIGURES)  # nothing is below H29 here


def test_an_answer_of_another_release_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with HubClient("http://127.0.0.1:9") as hub:
        monkeypatch.setattr(hub, "request", lambda *_, **__: httpx.Response(200, json={"rows": 1}))
        with pytest.raises(HubError, match="are both of one release"):
            figures(hub, period="2020")
