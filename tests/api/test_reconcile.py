"""A sheet against a form over HTTP and by command: the hub's own books equal it, what is changed is
told, dossiers that are listed are held against those that a figure counts."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from hub.api.context import Hub
from hub.cli.main import create_app
from hub.core.csv_text import write_rows
from hub.processes.serve import embedded_hub
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event
from tests.registry.test_unit_map import OLD

Json = dict[str, Any]
ASKED = {"form": "vpcp-06a", "unit": "H29", "period": "2020-Q1"}
DESKS = ("H29.17.01", "H29.17.02", "H29.17.03")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub")) as opened:
        opened.registry.units.put(OLD)
        yield opened


@pytest.fixture(scope="module")
def admin(hub: Hub) -> Iterator[Speaker]:
    _, secret = hub.registry.keys.create("admin")
    with listening(hub) as client:
        speaker = Speaker(client, secret)
        speaker.accept(*(
            event(unit=DESKS[n % 3], subject=f"d{n}", time=f"2020-0{n % 4 + 1}-10T08:00:00+07:00",
                  **({"field": ("dat-dai", "ho-tich")[n % 2]} if n > 3 else {}),
                  **({"level": ("commune", "district")[n % 5 % 2]} if n > 9 else {}))
            for n in range(40)
        ))  # fmt: skip
        speaker.figures(period="2020")
        yield speaker


def held(speaker: Speaker, body: bytes, **asked: Any) -> Json:
    answer = speaker.client.post(
        "/v1/reconcile", content=body, params=ASKED | asked, headers=speaker.headers
    )
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def book(speaker: Speaker, form: str = "vpcp-06a") -> bytes:
    asked = {name: value for name, value in ASKED.items() if name != "form"}
    return speaker.ask(f"/v1/reports/{form}", format="xlsx", **asked).content


def test_the_hubs_own_book_is_equal(admin: Speaker) -> None:
    found = held(admin, book(admin))
    assert {it["section"] for it in found["sheets"]} == {"don_vi", "linh_vuc", "theo_cap"}
    assert found["compared"] > 100
    assert found["differences"] == []
    assert [it for it in found["sums"] if it["result"] == "false"] == []
    assert (found["form"], found["unit"], found["period"]["label"]) == tuple(ASKED.values())


def test_a_changed_cell_of_a_book_is_told_with_its_dossiers(admin: Speaker) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(book(admin)))
    sheet = workbook.worksheets[0]
    (row,) = (it for it in sheet.iter_rows() if it[1].value == "Thị trấn Củ Chi")
    row[3].value += 5
    out = io.BytesIO()
    workbook.save(out)  # what was computed is lost, as in a book that nobody opened
    found = held(admin, out.getvalue())
    (told,) = found["differences"]
    assert (told["cell"], told["difference"], told["column"]) == (row[3].coordinate, 5, "tn_tt")
    page = admin.client.get(told["list"], headers=admin.headers).json()
    assert page["total"] == told["in_hub"] == told["on_sheet"] - 5


def test_a_row_that_is_called_otherwise_waits_for_a_person(admin: Speaker) -> None:
    """Above all known rows, too; what is said of one sheet is not said of the others."""
    workbook = openpyxl.load_workbook(io.BytesIO(book(admin)), data_only=True)
    sheet = workbook.worksheets[0]
    (row,) = (it for it in sheet.iter_rows() if it[1].value == "Thị trấn Củ Chi")
    row[1].value = "TT. Củ Chi"
    out = io.BytesIO()
    workbook.save(out)
    number = row[1].row
    asked = {it["sheet"]: it["unknown"] for it in held(admin, out.getvalue())["sheets"]}
    guess = {"row": number, "label": "TT. Củ Chi", "may_be": ["moi:H29.17.01"]}
    assert asked == {"don_vi": [guess], "linh_vuc": [], "theo_cap": []}
    said = f"don_vi!{number}=moi:H29.17.01"
    found = held(admin, out.getvalue(), row=said)
    assert [it["unknown"] for it in found["sheets"]] == [[], [], []]
    assert [it for it in found["sums"] if it["result"] == "false"] == found["differences"] == []
    assert found["compared"] == held(admin, book(admin))["compared"]
    wrong = f"linh_vuc!{number}=moi:dat-dai"
    found = held(admin, out.getvalue(), row=[said, wrong], column="linh_vuc!D=tn_bc")
    assert {it["sheet"] for it in found["differences"]} == {"linh_vuc"}
    as_text = write_rows([["", it.value, row[2].value] for it in (row[1],)]).encode()
    assert held(admin, as_text)["not_recognised"] == [""]


def test_listed_dossiers_are_missing_or_surplus(admin: Speaker) -> None:
    counted = [it["subject"] for it in admin.pages(
        "/v1/dossiers", figure="received_total", unit="H29", subtree="true", period="2020-Q1"
    )]  # fmt: skip
    later = next(f"d{n}" for n in range(40) if f"d{n}" not in counted)
    codes = [*counted[2:], later, "never.heard", counted[5]]
    rows = [["STT", "Mã hồ sơ"], *([n, code] for n, code in enumerate(codes)), [99, "Nguyễn Văn A"]]
    found = held(admin, write_rows(rows).encode())
    (told,) = found["dossiers"]
    assert [it["subject"] for it in told["missing"]] == sorted(counted[:2])
    assert told["missing"][0]["known"][0]["unit"] in DESKS
    surplus = {it["subject"]: it["known"] for it in told["surplus"]}
    assert surplus.keys() == {later, "never.heard"}
    assert surplus["never.heard"] == []
    assert surplus[later][0]["received_at"].startswith("2020-04-10")
    assert told["rows_repeated"] == [len(rows) - 1]
    assert told["rows_unread"] == [len(rows)]
    assert "Nguyễn" not in str(found)


def test_wrong_sheets_and_words(admin: Speaker, hub: Hub) -> None:
    for asked, body, named in (
        ({"form": "none"}, b"", "form"), ({"section": "x=none"}, b"", "section"),
        ({"column": "1=tn"}, b"", "column"), ({"row": "x=moi"}, b"", "row"),
        ({"lists": "many"}, b"", "lists"), ({}, b"PK\x03\x04", "workbook"),
        ({"period": "2020-Q9"}, b"", "period"), ({}, b"\xff\xfe", "UTF-8"),
    ):  # fmt: skip
        answer = admin.client.post(
            "/v1/reconcile", content=body, params=ASKED | asked, headers=admin.headers
        )
        assert answer.status_code in (404, 422), (asked, answer.text)
        assert named in answer.text
    assert held(admin, b"a,b\n1,2\n")["not_recognised"] == [""]
    _, secret = hub.registry.keys.create("reader", units=["H74"])
    outside = admin.with_key(secret)
    answer = admin.client.post("/v1/reconcile", params=ASKED, headers=outside.headers)
    assert answer.status_code == 403


def test_the_command_ends_with_1_where_something_differs(admin: Speaker, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(book(admin))
    key = admin.headers["Authorization"].removeprefix("Bearer ")
    env = {"HUB_URL": str(admin.client.base_url), "HUB_KEY": key}
    words = ["reconcile", str(file), *(f"--{k}={v}" for k, v in ASKED.items())]
    done = CliRunner().invoke(create_app(), words, env=env)
    assert done.exit_code == 0, done.output
    assert "cells compared; differing: 0" in done.stdout
    done = CliRunner().invoke(create_app(), [*words[:-1], "--period=2020-Q2"], env=env)
    assert done.exit_code == 1
    assert "moi:H29.17.01" in done.stdout
