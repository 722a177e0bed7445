"""Workbooks in English: the numbers of the Vietnamese ones, in the words of the page."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from hub.api.figure_words import GROUPS
from hub.api.sheet_words import english, joined, vi
from hub.api.sheet_words_en import ENGLISH
from hub.api.sheets import PARTS
from tests.api.books import PROCEDURES, REGISTERED, book, send_two_years
from tests.api.speaking import Speaker

ROOT = Path(__file__).parents[2]
VIETNAMESE = re.compile("[\u00c0-\u1ef9]")
BY = {"rows": "unit", "columns": "channel", "figure": "resolved_late"}
BOOKS: list[tuple[str, dict[str, Any]]] = [
    ("figures", {"period": "2020", "against": "2019-01-01/2019-03-31", "by": "unit,procedure"}),
    ("figures", {"period": "2019-Q1", "by": "channel,level", "channel": ["online", ""]}),
    ("figures", {"period": "2020-H1", "calendar": "nd09", "by": "unit", "unit": "T",
                 "subtree": True, "map": "then", "parts": "include"}),
    ("figures", {"period": "2090", "unit_level": "commune"}),
    ("figures/pivot", {"period": "2020-03", **BY}),
    ("figures/pivot", {"period": "2090", **BY, "columns": "period"}),
    ("dossiers", {"period": "2020", "figure": ["resolved_early", "resolved_late"]}),
    ("dossiers", {"period": "2020", "figure": "satisfied"}),
    ("overdue", {"min_days": 3, "waiting": False, "q": "d", "field": "ho-tich"}),
    ("due-soon", {"within": "week"}), ("due-soon", {"hours": 5, "waiting": True}),
    ("undated", {}), ("orphans", {"unit": "U"}),
]  # fmt: skip
NAMES = {
    row[name] for row in (*REGISTERED, *PROCEDURES) for name in ("name", "field_name")
    if name in row
} | {"Cửa A"}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def position(speaker: Speaker) -> str:
    position = send_two_years(speaker)
    speaker.figures(period="2020")  # lists do not wait for what was sent; figures do
    return position


def test_every_sentence_is_there_in_english() -> None:
    written = {"{a}, {b}", "{a}; {b}", "{units}, cả đơn vị trực thuộc", *PARTS.values(), *GROUPS}
    written |= {"Tháng {part}/{year}", "Năm {year}"}
    written |= {name for group in GROUPS.values() for name in group.values()}
    for path in (ROOT / "hub" / "api").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "vi":
                written |= {it.value for it in node.args if isinstance(it, ast.Constant)}
    assert written == ENGLISH.keys()
    for template, words in ENGLISH.items():
        assert set(re.findall(r"\{(\w+)\}", words)) == set(re.findall(r"\{(\w+)\}", template))


def test_figures_are_called_as_on_the_page() -> None:
    page = (ROOT / "hub" / "web" / "static" / "text_en_figures.js").read_text()
    own = {name: ENGLISH[it] for group in GROUPS.values() for name, it in group.items()}
    assert own == dict(re.findall(r'  fig_(\w+): "([^"]*)"', page))


def test_what_is_registered_stays_as_it_is() -> None:
    units = joined(["Xã Hai (T.2)", "Tỉnh"], ", ")
    told = vi("Đơn vị: {units}", units=vi("{units}, cả đơn vị trực thuộc", units=units))
    assert english(told) == "Units: Xã Hai (T.2), Tỉnh, with units below"
    assert [english(it) for it in ("Tỉnh", vi("Tỉnh"), 7, None)] == ["Tỉnh", "Province", 7, None]


@pytest.mark.parametrize(("path", "asked"), BOOKS)
def test_it_is_the_same_workbook(speaker: Speaker, path: str, asked: dict[str, Any]) -> None:
    _, theirs = book(speaker, f"/v1/{path}", **asked)
    _, ours = book(speaker, f"/v1/{path}", **asked, lang="en")
    assert [list(map(type, row)) for row in ours] == [list(map(type, row)) for row in theirs]
    for row, other in zip(ours, theirs, strict=True):
        for told, was in zip(row, other, strict=True):
            if isinstance(told, str):
                for name in NAMES:
                    told = told.replace(name, "")
                assert not VIETNAMESE.search(told), (told, was)
            elif path != "overdue":  # whose days may have become one more in between
                assert told == was


@pytest.mark.parametrize(("path", "head"), [
    ("units", "Valid from"), ("procedures", "Limit unit"), ("calendar/decisions", "Kind"),
])  # fmt: skip
def test_a_register_in_english_is_read_back_the_same(
    speaker: Speaker, path: str, head: str
) -> None:
    answer, cells = book(speaker, f"/v1/{path}", lang="en")
    assert head in cells[0]
    sent = {**speaker.headers, "content-type": answer.headers["content-type"]}
    again = speaker.client.put(f"/v1/{path}?dry_run=true", content=answer.content, headers=sent)
    assert again.status_code == 200, again.text
    assert again.json()["changes"] == []
