"""Workbooks of figures and of lists: the same numbers as the answers, in words people read, which a
spreadsheet reckons to the same sums."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.api import figure_sheet, lists, pivot
from hub.api.figure_words import GROUPS
from hub.api.sheets import XLSX
from hub.core.csv_text import read_rows
from hub.reports.render.table import share
from tests.api.books import book, send_two_years, table, told
from tests.api.speaking import Speaker
from tests.engines.libreoffice import AS_SHOWN, converted

Json = dict[str, Any]
STATIC = Path(__file__).parents[2] / "hub" / "web" / "static"
YEARS = {"period": "2020", "against": "2019", "by": "unit,field"}


@pytest.fixture(scope="module", autouse=True)
def position(speaker: Speaker) -> str:
    position = send_two_years(speaker)
    speaker.figures(period="2020")  # lists do not wait for what was sent; figures do
    return position


def test_names_are_those_of_the_page() -> None:
    words = (STATIC / "text_vi_figures.js").read_text()
    page = dict(re.findall(r'  fig_(\w+): "([^"]*)"', words))
    heads = dict(re.findall(r'  group_(\w+): "([^"]*)"', words))
    heads.pop("rates")  # reckoned of figures, no figures
    assert page == {name: told for group in GROUPS.values() for name, told in group.items()}
    assert [*heads.values()] == list(GROUPS)


def test_figures_are_those_of_the_answer_cell_by_cell(speaker: Speaker) -> None:
    asked = {"period": "2020-Q2", "calendar": "nd09", "by": "unit,procedure", "unit": "T"}
    wanted = ["received_total", "resolved_late", "resolved_total"]
    found = speaker.figures(**asked, subtree=True)
    answer, cells = book(speaker, "/v1/figures", **asked, subtree=True, figure=wanted)
    assert told(answer) == "so-lieu_T_2020-Q2_nd09.xlsx"
    assert cells[1][0] == "Đơn vị: Tỉnh (T), cả đơn vị trực thuộc"
    assert cells[2][0].startswith("Kỳ: Quý II năm 2020 (15/03/2020 – 14/06/2020), chốt ngày 15")
    assert cells[4][0] == "Nguồn im lặng quá lâu, số liệu có thể thiếu: Cửa A (/igate/cu-chi)"
    *rows, total = table(cells, "Đơn vị")
    names = {"T.1": "=1+1", "T.2": "Xã Hai", "T.1.x": "T.1.x", "1.1": "Khai sinh", "1.2": "@cmd"}

    def line(figures: Json) -> list[Any]:
        late, closed = figures["resolved_late"], figures["resolved_total"]
        rate = share(late, closed)
        return [*(figures[name] for name in wanted), "" if rate is None else rate]

    expected = [
        [names[key["unit"]], key["unit"], names.get(key["procedure"] or "", "(không ghi)"),
         key["procedure"], *line(row["figures"])]
        for row in found["rows"] for key in [row["key"]]
    ]  # fmt: skip
    assert [[("" if i == 7 and cell is None else cell) for i, cell in enumerate(row)]
            for row in rows] == expected  # fmt: skip
    assert total[:4] == ["Tổng cộng", None, None, None]
    assert total[4:] == line(found["total"])


def test_a_period_beside_another_is_that_period_alone(speaker: Speaker) -> None:
    found = speaker.figures(**YEARS)
    alone = speaker.figures(period="2019", by="unit,field", as_of=found["as_of"])
    assert found["against"] == {name: alone[name] for name in ("period", "rows", "total")}
    days = speaker.figures(period="2020", against="2019-01-01/2019-12-31", by="unit,field")
    assert days["against"]["rows"] == alone["rows"]
    _, cells = book(speaker, "/v1/figures", **YEARS, figure="resolved_total")
    assert cells[3][0].startswith("So với: Năm 2019 (01/01/2019 – 31/12/2019)")
    rows = {(row[1], row[3]): row[4:] for row in table(cells, "Đơn vị")[:-1]}
    now, before = (
        {tuple(row["key"].values()): row["figures"]["resolved_total"] for row in some}
        for some in (found["rows"], alone["rows"])
    )
    assert rows.keys() == now.keys() | before.keys()
    for place, (a, b, change, percent) in rows.items():
        assert (a, b) == (now.get(place, 0), before.get(place, 0))
        assert change == a - b
        assert (percent or None) == (share(a - b, b) or None)
    _, cells = book(speaker, "/v1/figures", period="2019", against="2090", figure="resolved_total")
    assert table(cells, "")[-1][1:] == [alone["total"]["resolved_total"], None, None, None], (
        "what has not begun is empty, not 0"
    )


def whole(speaker: Speaker, path: str, **asked: Any) -> list[Json]:
    """All items of a list, page by page."""
    items, following = [], None
    while True:
        page = speaker.ask(path, **asked, limit=70, **({"cursor": following} if following else {}))
        items += page.json()["items"]
        following = page.json()["next"]
        if following is None:
            return items


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("path", "asked", "instants"),
    [
        ("/v1/overdue", {"unit": "T", "subtree": True}, {8: "due_at", 9: "deadline"}),
        ("/v1/orphans", {}, {4: "last_accepted"}),
        ("/v1/undated", {}, {8: "received_at"}),
        ("/v1/dossiers", {"figure": "received_total", "period": "2020"}, {4: "received_at"}),
        ("/v1/dossiers", {"figure": "satisfied", "from": "2019-01-01", "to": "2020-12-31"},
         {4: "time"}),
    ],
)  # fmt: skip
def test_lists_are_whole_with_real_dates(
    speaker: Speaker, path: str, asked: Json, instants: dict[int, str]
) -> None:
    items = whole(speaker, path, **asked)
    assert items
    answer, cells = book(speaker, path, **asked)
    rows = table(cells, "STT")
    assert [row[0] for row in rows] == list(range(1, len(items) + 1))
    assert [(row[1], row[3]) for row in rows] == [(it["subject"], it["unit"]) for it in items]
    for place, name in instants.items():
        told_at = [local(it[name]).replace(microsecond=0) for it in items]
        second = timedelta(seconds=1)
        assert all(abs(row[place] - at) < second for row, at in zip(rows, told_at, strict=True))
    if path == "/v1/overdue":
        assert [row[10] for row in rows] == [it["days_late"] for it in items]
        assert {row[2] for row in rows} == {"=1+1", "Xã Hai", "T.1.x"}
        assert {(row[4], row[5]) for row in rows} >= {("Khai sinh", "1.1"), ("(không ghi)", None)}
    assert int(answer.headers["hub-total"]) == int(answer.headers["hub-listed"]) == len(items)


def test_a_list_that_is_cut_says_so(speaker: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_ROWS", 3)
    answer, cells = book(speaker, "/v1/overdue")
    total = speaker.ask("/v1/overdue").json()["total"]
    assert (answer.headers["hub-total"], answer.headers["hub-listed"]) == (str(total), "3")
    assert any(str(row[0]).startswith(f"BỊ CẮT: có {total} dòng") for row in cells)
    assert len(table(cells, "STT")) == 3


def test_too_many_cells_are_refused(speaker: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    speaker.figures(period="2020")  # once they have all
    asked = {"period": "2020", "by": "unit,field", "format": "xlsx"}
    monkeypatch.setattr(figure_sheet, "MOST_CELLS", 100)
    answer = speaker.ask("/v1/figures", **asked)
    assert answer.status_code == 422
    assert [it["pointer"] for it in answer.json()["errors"]] == ["/by"]
    assert speaker.ask("/v1/figures", **asked | {"by": "channel"}, figure="withdrawn").is_success
    monkeypatch.setattr(pivot, "_MOST_COLUMNS", 1)
    asked = {"period": "2020", "figure": "received_total", "columns": "channel"}
    answer = speaker.ask("/v1/figures/pivot", **asked)
    assert [it["pointer"] for it in answer.json()["errors"]] == ["/columns"]


@pytest.mark.parametrize(
    ("rows", "columns"),
    [("unit", "channel"), ("period", "field"), ("procedure", "period"), (None, "period")],
)
def test_each_cell_of_a_pivot_is_the_figure_of_its_filters(
    speaker: Speaker, rows: str | None, columns: str
) -> None:
    asked = {"period": "2020", "unit": "T", "subtree": True}
    by = {"columns": columns, "rows": rows} if rows else {"columns": columns}
    found = speaker.ask("/v1/figures/pivot", figure="in_progress_total", **by, **asked).json()

    def figure(*heads: Json) -> int:
        own = {**asked, "as_of": found["as_of"]}
        for head in heads:
            for name, value in head.items():
                if name == "period":
                    own["period"] = value["label"]
                elif name == "unit":
                    own |= {"unit": value, "subtree": False}
                else:
                    own[name] = value or ""
        return int(speaker.figures(**own)["total"]["in_progress_total"])

    assert found["total"] == figure()
    assert found["totals"] == [figure(head) for head in found["heads"]]
    for line in found["lines"]:
        assert line["total"] == figure(line["head"])
        assert line["cells"] == [figure(line["head"], head) for head in found["heads"]]
    _, cells = book(speaker, "/v1/figures/pivot", figure="in_progress_total", **by, **asked)
    numbers = [row[-len(found["heads"]) - 1 :] for row in cells[-len(found["lines"]) - 1 :]]
    assert numbers == [
        *([*line["cells"], line["total"]] for line in found["lines"]),
        [*found["totals"], found["total"]],
    ]


def test_parts_of_a_period(speaker: Speaker) -> None:
    asked = {"figure": "received_total", "columns": "period"}
    days = {"from": "2019-12-20", "to": "2020-06-30", "each_calendar": "nd09"}
    heads = speaker.ask("/v1/figures/pivot", **asked, **days).json()["heads"]
    assert [(it["period"]["label"], it["period"]["from"]) for it in heads] == [
        (None, "2019-12-20"), ("2020-Q2", "2020-03-15"), (None, "2020-06-15"),
    ]  # fmt: skip
    ahead = speaker.ask("/v1/figures/pivot", **asked, period="2090").json()
    assert ahead["totals"] == [None] * 4, "what has not begun is not 0"


@pytest.mark.parametrize(
    ("path", "asked", "pointer"),
    [
        ("figures", {"period": "2020", "format": "docx"}, "format"),
        ("figures", {"period": "2020", "figure": "received_total"}, "figure"),
        ("figures", {"period": "2020", "figure": "x", "format": "xlsx"}, "figure"),
        ("figures", {"period": "2020", "against": "2019", "format": "csv"}, "against"),
        *(("figures", {"period": "2020", "against": it}, "against")
          for it in ("", "x", "2019-Q5", "2019-01-01", "2019-01-01/", "2019-02-01/2019-01-01",
                     "2019-02-30/2019-03-01")),
        ("overdue", {"format": "csv"}, "format"),
        ("overdue", {"format": "xlsx", "limit": "5"}, "limit"),
        ("orphans", {"format": "xlsx", "cursor": "x"}, "cursor"),
        ("figures/pivot", {"figure": "x", "columns": "field", "period": "2020"}, "figure"),
        ("figures/pivot", {"figure": "withdrawn", "columns": "x", "period": "2020"}, "columns"),
        ("figures/pivot", {"figure": "withdrawn", "columns": "unit", "rows": "unit",
                           "period": "2020"}, "rows"),
        ("figures/pivot", {"figure": "withdrawn", "columns": "period", "each": "month",
                           "from": "1990-01-01", "to": "2020-01-01"}, "each"),
        ("figures/pivot", {"figure": "withdrawn", "columns": "period"}, "period"),
    ],
)  # fmt: skip
def test_wrong_questions(speaker: Speaker, path: str, asked: Json, pointer: str) -> None:
    answer = speaker.ask(f"/v1/{path}", **asked)
    assert answer.status_code == 422
    assert [it["pointer"] for it in answer.json()["errors"]] == [f"/{pointer}"]


def test_accept_chooses_a_workbook(speaker: Speaker) -> None:
    for path in ("/v1/figures?period=2020", "/v1/overdue"):
        answer = speaker.client.get(path, headers={"Accept": XLSX})
        assert answer.headers["content-type"] == XLSX
        answer = speaker.client.get(path, headers={"Accept": "*/*"})
        assert answer.headers["content-type"] == "application/json"


def test_a_spreadsheet_reckons_the_same(speaker: Speaker, tmp_path: Path) -> None:
    books = {
        "figures": book(speaker, "/v1/figures", period="2020", by="unit,field"),
        "beside": book(speaker, "/v1/figures", **YEARS),
        "tree": book(speaker, "/v1/figures", period="2020", against="2019", by="unit"),
        "pivot": book(speaker, "/v1/figures/pivot", period="2020", figure="received_total",
                      rows="unit", columns="procedure"),
    }  # fmt: skip
    files = []
    for name, (answer, _) in books.items():
        files.append(tmp_path / f"{name}.xlsx")
        files[-1].write_bytes(answer.content)
    out = converted(files, AS_SHOWN, tmp_path)
    for name, (_, cells) in books.items():
        shown = [row for _, row in read_rows(next(out.glob(f"{name}-*.csv")).read_text("utf-8"))]
        assert shown[-1][0] == cells[-1][0] == "Tổng cộng"
        for last, ours in zip(shown[-7:], cells[-7:], strict=True):
            reckoned = [_number(text) for text in last]
            numbers = [float(it) if isinstance(it, int | float) else None for it in ours]
            assert reckoned[4:] == numbers[4:], (name, ours[0])
        assert not any(text.startswith("#") or "Err:" in text for row in shown for text in row)


def _number(text: str) -> float | None:
    """A number as LibreOffice shows it in Vietnamese."""
    plain = text.replace(".", "").replace(",", ".").removesuffix("%")
    return float(plain) if re.fullmatch(r"[+-]?[0-9.]+", plain) else None
