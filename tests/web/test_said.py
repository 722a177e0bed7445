"""What the hub, forms, alerts and connectors tell, on the page in Vietnamese: by codes."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import httpx
import pytest

from connectors.guard import Guard
from connectors.one import _kind_of
from connectors.port import BrokenSourceError
from hub.core.of_pydantic import KNOWN
from hub.core.said import Said, both, either, joined, said, says, why
from hub.reports.form.load import FormError, loads
from hub.web.refusals import sentences

ROOT = Path(__file__).parents[2]
GENERAL = {"value-wrong", *(f"value-{it.replace('_', '-')}" for it in KNOWN)}
WRONG_FORM = """
form: A B
version: '1'
title: A
sections:
- table: t
  columns: [{key: a, label: A}, {key: a, label: B, is: vlaue}]
  rows:
  - {key: r, label: R, figure: recieved_new, numbers: {pad: 9}}
- paragraph: p
  txt: x
"""


def written() -> dict[str, set[tuple[str, frozenset[str]]]]:
    """By code the English sentences as they are written, with the names of their values."""
    found = defaultdict(set)
    for path in sorted({*ROOT.glob("hub/**/*.py"), *ROOT.glob("connectors/**/*.py")}):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in ("said", "sentence"):
                continue
            if len(node.args) == 2 and isinstance(node.args[0], ast.Constant):
                names = frozenset(str(it.arg) for it in node.keywords)
                found[node.args[0].value].add((ast.unparse(node.args[1]), names))
    return found


def test_every_sentence_with_a_code_is_there_in_vietnamese() -> None:
    english = written()
    assert len(english) > 150
    assert english.keys() | GENERAL == sentences().keys(), "write them in says_vi.json"
    for code, forms in english.items():
        asked = set(re.findall(r"\{(\w+)\}", sentences()[code]))
        for text, names in forms:
            assert asked <= names, code
            if text.startswith(("'", '"')):
                assert set(re.findall(r"\{(\w+)\}", text)) == names, code
        assert len({text for text, _ in forms}) == 1, f"{code} is said in several ways"
    for kind, names in KNOWN.items():
        text = sentences()[f"value-{kind.replace('_', '-')}"]
        assert set(re.findall(r"\{(\w+)\}", text)) <= set(names), kind


def test_a_sentence_stays_what_it_was_in_english() -> None:
    hint = said("did-you-mean", "; did you mean {names}?", names=either(["`a`", "`b`"]))
    one = said("no-key-here", "is no key here{hint}", hint=hint)
    assert one == "is no key here; did you mean `a` or `b`?"
    nested = one.as_json()["values"]["hint"]["values"]["names"]
    assert nested["code"] == "either"
    assert (both(["a"]), joined([one, one])) == ("a", f"{one}; {one}")
    assert why(ValueError(one)) is one
    assert why(ValueError("x")).code == "own-words"


def test_all_that_is_wrong_with_a_form_has_a_code() -> None:
    for text in (WRONG_FORM, "a: [", "a: '", "\tb: 1", "", "a: 1\na: 2", "form: !!set {a}"):
        with pytest.raises(FormError) as caught:
            loads(text, "x")
        for problem in caught.value.problems:
            assert isinstance(problem.says, Said), problem
            assert problem.says.code in sentences()


def test_the_guard_and_troubles_of_a_source_have_codes() -> None:
    went_back = said("table-emptied", "{table} has no rows, though it had some", table="t")
    assert Guard(1, 1.0, 0).why([], 1, went_back) is went_back
    told = _kind_of(BrokenSourceError("no table ho_so; correct `table`"))
    assert told.as_json()["values"] == {"told": "no table ho_so; correct `table`"}


def test_a_question_that_does_not_go_together_is_refused_in_vietnamese(hub, open_page):
    expect = pytest.importorskip("playwright.sync_api").expect
    asked = (
        "calendar=days&from=1950-01-01&to=2150-01-01&pivot=yes&rows=unit&columns=period&each=month"
    )
    page = open_page(hub.url, f"#/figures?{asked}")
    alert = page.locator("main .problem")
    expect(alert).to_contain_text("hãy chọn kỳ ngắn hơn hoặc phần dài hơn")
    expect(alert).not_to_contain_text("at most")


def test_the_faults_of_a_form_are_told_in_vietnamese(hub, open_page):
    expect = pytest.importorskip("playwright.sync_api").expect
    page = open_page(hub.url, "#/admin/forms")
    file = {"name": "a.yaml", "mimeType": "", "buffer": WRONG_FORM.encode()}
    page.locator("input[type=file]").set_input_files(file)
    told = page.get_by_role("dialog")
    for text in (
        "không phải tên biểu mẫu", "phải là một trong: 'code', 'label', 'value', 'note'",
        "không được quá 6", "không có khóa này ở đây", "có phải `text` không?",
    ):  # fmt: skip
        expect(told).to_contain_text(text)
    expect(told.locator("[lang=en]")).to_have_count(0)


def test_why_a_connector_waits_and_warns_is_told_in_vietnamese(hub, open_page):
    expect = pytest.importorskip("playwright.sync_api").expect
    then = said("dear-polls", "every poll reads the whole table")
    warning = said("no-index", "no index of {table} begins with {columns}: {then}",
                   table="ho_so", columns="id", then=then)  # fmt: skip
    trouble = _kind_of(BrokenSourceError("no table ho_so; correct `table`"))
    guard = said(
        "takes-back", "it takes something back of {found} dossiers, on a page of {rows} rows",
        found=12, rows=40000,
    )  # fmt: skip
    status = {
        "warnings": [warning], "warnings_say": [warning.as_json()],
        "problem": str(trouble), "problem_says": trouble.as_json(),
    }  # fmt: skip
    claim = {"owner": "o", "source": "/igate/said", "kind": "sql", "status": status}
    wait = {"owner": "o", "why": guard, "token": "t", "would": {"dossiers": 12, **says(guard)}}
    with httpx.Client(base_url=hub.url) as http:
        assert http.put("/v1/connectors/said/lease", json=claim).status_code == 200
        assert http.post("/v1/connectors/said/pause", json=wait).status_code == 200
        page = open_page(hub.url, "#/health")
        card = page.locator(".letters li").filter(has_text="/igate/said")
        expect(card).to_contain_text("thu hồi thông tin của 12 hồ sơ, trong 40.000 dòng")
        expect(card).to_contain_text("bảng ho_so không có chỉ mục bắt đầu bằng id: mỗi lần đọc")
        expect(card).to_contain_text(
            "Không đọc được nguồn cho đến khi có người sửa: no table ho_so"
        )
        expect(card.locator("[lang=en]")).to_have_count(0)
        page.get_by_role("button", name="English").click()
        expect(card).to_contain_text("it takes something back of 12 dossiers")
        assert http.post("/v1/connectors/said/approve", json={}).status_code == 200
