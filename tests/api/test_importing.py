"""Lists of units and procedures as files: a dry run tells exactly what the real one then does, and
all that is wrong by line and column."""

import csv
import io
from datetime import date, datetime
from typing import Any

import httpx
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.api.register_sheets import XLSX
from tests.api.speaking import Json, Speaker

HEAD = ("Mã", "Tên", "Cấp", "Trực thuộc (mã)", "Có từ ngày", "Đến hết ngày")
CODES = ("A", "A.1", "A.2", "B.1", "B.2", "B.3", "B")


def sheet(*rows: Any, merged: str = "") -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if merged:
        book.active.merge_cells(merged)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(
    speaker: Speaker, body: bytes | str, kind: str = XLSX, what: str = "units", **asked: Any
) -> httpx.Response:
    content = body.encode() if isinstance(body, str) else body
    headers = {"Content-Type": kind}
    return speaker.client.put(f"/v1/{what}", content=content, headers=headers, params=asked)


def units(speaker: Speaker) -> dict[str, Json]:
    rows = speaker.ask("/v1/units").json()["units"]
    return {row["code"]: row for row in rows if row["registered"]}


def trail_of(speaker: Speaker) -> list[Json]:
    items: list[Json] = speaker.ask("/v1/trail", kind="unit", limit=1000).json()["items"]
    return items


@st.composite
def files(draw: st.DrawFn) -> str:
    lines = ["code,name,parent,valid_to,successors"]
    wrong = draw(st.integers(0, 3)) == 0
    codes = st.sampled_from((*CODES, "A b") if wrong else CODES)
    for code in draw(st.lists(codes, min_size=1, max_size=4, unique=not wrong)):
        cells = [
            code, draw(st.sampled_from(("x", "y"))),
            draw(st.sampled_from(("", "A", "B", "D") if wrong else ("", "A")[: len(code)])),
            draw(st.sampled_from(("", "", "2025-06-30", *(["30/6/2025"] if wrong else [])))),
            draw(st.sampled_from(("", "B", "A C"))) if wrong else "",
        ]  # fmt: skip
        lines.append(",".join(cells))
    return "\n".join(lines)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files(), st.sampled_from((None, "2025-07-01", "2024-01-01")))
def test_a_dry_run_tells_exactly_what_the_real_one_does(
    speaker: Speaker, file: str, since: str | None
) -> None:
    asked = {"from": since} if since else {}
    before, trail = units(speaker), trail_of(speaker)
    dry = put(speaker, file, "text/csv", dry_run="true", **asked)
    assert (units(speaker), trail_of(speaker)) == (before, trail), "nothing is stored"
    real = put(speaker, file, "text/csv", **asked)
    assert real.status_code == dry.status_code
    if dry.status_code == 422:
        assert real.json() == dry.json()
        assert units(speaker) == before
        return
    told, after = dry.json(), units(speaker)
    differs = {code for code in after if after[code] != before.get(code)}
    assert {it["code"] for it in told["changes"]} == differs
    for it in told["changes"]:
        old, new = before.get(it["code"], {}), after[it["code"]]
        cells = {n: [old.get(n), new[n]] for n in new if (old.get(n) or None) != (new[n] or None)}
        cells.pop("registered", None)
        assert it["cells"] == cells
        assert it["what"] == what_of(old, cells)
    assert sum(told["counts"].values()) == told["rows"] == real.json()["stored"]
    assert told["not_named"] == len(
        before.keys() - {line.split(",")[0] for line in file.splitlines()}
    )
    assert len(trail_of(speaker)) == len(trail) + len(differs)
    again = put(speaker, file, "text/csv", dry_run="true", **asked).json()
    assert again["changes"] == []


def what_of(old: Json, cells: Json) -> str:
    if not old:
        return "added"
    if cells.get("valid_to", [None, None])[1]:
        return "closed"
    return "moved" if "parent" in cells else "changed"


def test_a_workbook_goes_round_with_its_days_and_words(speaker: Speaker) -> None:
    rows = (
        ("R1", "Tỉnh R", "Tỉnh", None, None, None),
        ("R1.01", "Huyện R", "Huyện", "R1", date(2020, 1, 2), datetime(2025, 6, 30)),  # noqa: DTZ001
    )
    assert put(speaker, sheet(HEAD, *rows)).json() == {"stored": 2}
    assert {"level": "district", "valid_from": "2020-01-02", "valid_to": "2025-06-30"}.items() <= (
        units(speaker)["R1.01"].items()
    )
    limited = "code,name,limit_value,limit_unit\n1.10,Một,5,ngày làm việc\n"
    assert put(speaker, limited, "text/csv", "procedures").status_code == 200
    for what in ("units", "procedures"):
        for wanted, kind in (("xlsx", XLSX), ("csv", "text/csv")):
            file = speaker.ask(f"/v1/{what}", format=wanted)
            assert f'{what}.{wanted}"' in file.headers["Content-Disposition"]
            told = put(speaker, file.content, kind, what, dry_run="true").json()
            assert (told["changes"], told["not_named"]) == ([], 0)
            assert told["rows"] > 0


WRONG: list[tuple[str, bytes | str, list[tuple[str, str]]]] = [
    ("bad header", sheet(("Mã", "Tên", "Màu")), [("line 1", "unknown-column")]),
    ("no name", "code\nX\n", [("line 1", "missing-column")]),
    ("empty", "", [("line 1", "missing-column")] * 2),
    ("twice a column", "code,name,Mã\nX,x,x\n", [("line 1", "column-twice")]),
    (
        "several faults",
        "code,name,parent,valid_from\nX 1,x,,\nY,,,1/7/2025\nZ,z,Q,\n",
        [("line 2, column code", "wrong-form"), ("line 3, column valid_from", "no-day")],
    ),
    (
        "unknown parents", sheet(HEAD, ("X", "x", "", "Q"), ("Y", "y", "", "P")),
        [("Sheet!D2", "not-registered"), ("Sheet!D3", "not-registered")],
    ),
    (
        "a circle", "code,name,parent\nX,x,X\n", [("line 2, column parent", "circle")],
    ),
    ("twice a code", sheet(HEAD, ("X", "x"), ("X", "y")), [("Sheet!A3", "given-twice")]),
    ("merged", sheet(HEAD, ("X", "x"), ("Y", "y"), merged="B2:B3"), [("Sheet!B2", "merged-cells")]),
    ("a number", sheet(HEAD, (1.10, "x")), [("Sheet!A2", "number-for-code")]),
    ("a formula", sheet(HEAD, ("X", "=1+1")), [("Sheet!B2", "no-result")]),
    ("a time", sheet(HEAD, ("X", "x", "", "", datetime(2025, 7, 1, 8))), [("Sheet!E2", "no-day")]),  # noqa: DTZ001
    ("a level", sheet(HEAD, ("X", "x", "Phường")), [("Sheet!C2", "not-offered")]),
    ("beyond", "code,name\nX,x,y\n", [("line 2", "unnamed-column")]),
    ("no workbook", b"PK\x03\x04 and no more", [("", "no-workbook")]),
    ("another", b"\xd0\xcf\x11\xe0", [("", "no-workbook")]),
]  # fmt: skip


@pytest.mark.parametrize("case", WRONG, ids=lambda it: it[0])
def test_what_is_wrong_is_told_by_place_and_nothing_is_stored(speaker: Speaker, case: Any) -> None:
    _, body, faults = case
    kind = "text/csv" if isinstance(body, str) else XLSX
    before = units(speaker)
    for dry in ("true", "false"):
        refused = put(speaker, body, kind, dry_run=dry)
        assert refused.status_code == 422
        errors = [
            (it["pointer"].replace("Sheet1", "Sheet"), it["code"])
            for it in refused.json()["errors"]
        ]
        assert errors == faults
    assert units(speaker) == before


def test_what_changed_since_the_preview_is_looked_at_again(speaker: Speaker) -> None:
    file = "code,name\nT1,Mới\n"
    token = put(speaker, file, "text/csv", dry_run="true").json()["token"]
    assert put(speaker, "code,name\nT1,Khác\n", "text/csv").status_code == 200
    late = put(speaker, file, "text/csv", token=token)
    assert (late.status_code, late.json()["title"]) == (409, "changed since the preview")
    assert units(speaker)["T1"]["name"] == "Khác"
    token = put(speaker, file, "text/csv", dry_run="true").json()["token"]
    assert put(speaker, file, "text/csv", token=token).json() == {"stored": 1}


def test_ten_megabytes_are_answered_while_others_are(speaker: Speaker) -> None:
    lines = "".join(f"X {n},a name that is rather long indeed,\n" for n in range(250_000))
    refused = put(speaker, f"code,name,parent\n{lines}", "text/csv", dry_run="true")
    assert refused.status_code == 422
    assert len(refused.json()["errors"]) == 200, "it is not read to the end"
    assert speaker.ask("/healthz").status_code == 200
    assert put(speaker, b"x" * (17 << 20), "text/csv").status_code == 413


def test_public_days_are_replaced_by_whole_years_and_the_preview_says_which_go(
    speaker: Speaker,
) -> None:
    def days(*kept: int) -> str:
        return "Ngày,Nghỉ hay làm bù,Tên\n" + "".join(f"2041-01-{n:02},nghỉ,A\n" for n in kept)

    path = "calendar/decisions"
    assert put(speaker, days(*range(1, 12)), "text/csv", path).json() == {"stored": 11}
    dry = put(speaker, days(*range(2, 13)), "text/csv", path, dry_run="true").json()
    assert dry["counts"] | {"same": 10, "added": 1, "removed": 1} == dry["counts"]
    assert [it["what"] for it in dry["changes"]] == ["removed", "added"]
    wrong = put(speaker, days(*range(1, 4)), "text/csv", path, dry_run="true").json()
    assert wrong["errors"][0]["pointer"] == "line 2, column day"
    file = speaker.ask(f"/v1/{path}", format="xlsx").content
    assert put(speaker, file, XLSX, path, dry_run="true").json()["changes"] == []


def test_the_whole_trail_is_kept_as_csv(speaker: Speaker) -> None:
    rows = "code,name\n" + "".join(f"L{n},=1+{n}\n" for n in range(1500))
    assert put(speaker, rows, "text/csv").status_code == 200
    answer = speaker.client.get("/v1/trail?kind=unit&limit=5", headers={"Accept": "text/csv"})
    lines = [*csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))]
    told = speaker.ask("/v1/trail", kind="unit", limit=5).json()["items"]
    assert [int(line["number"]) for line in lines[:5]] == [it["number"] for it in told]
    assert len({line["number"] for line in lines}) == len(lines) >= 1500
    assert {"object": told[0]["object"], "call": "PUT /v1/units"}.items() <= lines[0].items()
