"""Why something was refused, in Vietnamese: no code, no status without a sentence."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hub.core.explain import _OWN
from hub.web.refusals import sentence as sentence_of
from hub.web.refusals import table
from tests.web.office import SOURCE, ago, received

ROOT = Path(__file__).parents[2]
PROBLEMS = ROOT / "hub/web/static/text_vi_refusals.js"
CODE_AT = {"Problem": 0, "Fault": 1, "Wrong": 1, "RegistryError": 3}
"""Which argument of what tells of a refusal is its code."""
NAMES = (*CODE_AT, "ProblemError")
NOT_OF_THE_PAGE = (
    "hub/server/",
    "hub/api/backup.py",
    "hub/api/connector_calls.py",
    "hub/api/connector_pages.py",
)
BY_STATUS = {"401", "403", "404", "429", "499", "503"}
"""Of these the page says one sentence for all."""
OF_COMMANDS = {
    "hub/registry/errors.py", "hub/registry/holding.py", "hub/registry/schema.py",
    "hub/registry/seals.py", "hub/registry/sql.py",
}  # fmt: skip
"""Where the registry refuses what the page never asks for."""
ELSEWHERE = {
    "hub/registry/errors.py": {"given-twice"},
    "hub/log/records.py": {"no-value", "not-json", "too-many-events"},
    "hub/core/explain.py": {"missing", "null", "invalid", *(it.replace("_", "-") for it in _OWN)},
    "hub/registry/connector_rows.py": {"row"},
    "hub/registry/table_rows.py": {"no-day", "no-number"},
    "connectors/hub.py": set(),
    "connectors/shadow.py": set(),
    "connectors/files/records.py": set(),
}
"""Codes that stand in no such call, by the file in which one has a variable instead."""


@cache
def all_calls() -> list[tuple[str, str, list[ast.expr]]]:
    """The file, the name and the arguments of each call that may tell of a refusal."""
    found = []
    for path in sorted({*ROOT.glob("hub/**/*.py"), *ROOT.glob("connectors/**/*.py")}):
        text = path.read_text()
        if not any(f"{name}(" in text or f"({name}" in text for name in NAMES):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                name, *args = ast.unparse(node.func), *node.args
                args += [it.value for it in node.keywords if it.arg == "code"]
                if name == "partial" and args:
                    name, *args = ast.unparse(args[0]), *args[1:]
                if name in NAMES:
                    found.append((path.relative_to(ROOT).as_posix(), name, args))
    return found


def calls(name: str) -> Iterator[tuple[str, list[ast.expr]]]:
    """The file and the arguments of all calls of something."""
    return ((file, args) for file, its_name, args in all_calls() if its_name == name)


def is_of_documents(file: str) -> bool:
    """Whether a `Problem` is there what is wrong with a line of a document."""
    others = re.compile(r"from hub\.core\.yaml_text import (\([^)]*|.*)\bProblem\b")
    return file == "hub/core/yaml_text.py" or bool(others.search((ROOT / file).read_text()))


def codes() -> set[str]:
    found = set().union(*ELSEWHERE.values())
    for name, at in CODE_AT.items():
        for file, args in calls(name):
            if name == "RegistryError":
                if file in OF_COMMANDS:
                    continue
                assert len(args) > at, f"{file}: a code for {ast.unparse(args[1])}"
            elif is_of_documents(file) if name == "Problem" else not file.startswith("connectors/"):
                continue
            code = args[at]
            if isinstance(code, ast.Constant):
                found.add(code.value)
            else:
                assert file in ELSEWHERE, f"{file} makes codes of {ast.unparse(code)}"
    return found


def problems(name: str) -> dict[str, str]:
    """The entries of a table of the page, by title or status."""
    body = re.search(rf"export const {name} = {{\n(.*?)\n}};", PROBLEMS.read_text(), re.DOTALL)
    assert body
    return dict(re.findall(r'^ +"?([^":]+)"?: (.+),$', body[1], re.MULTILINE))


def test_every_code_has_a_name_and_a_sentence() -> None:
    known, places = table()
    assert codes() - known.keys() == set(), "write them in refusals_vi.json"
    assert known.keys() - codes() == set(), "nothing has these codes"
    for code, (name, sentence) in known.items():
        assert 3 < len(name) < 60, code
        assert 10 < len(sentence) < 200, code
    assert {it.split(" ")[0] for it in places} <= known.keys()
    assert sentence_of("unmapped", "k", "`5` is not") == (
        "có mã chưa có trong `map` của bộ kết nối; hãy thêm vào, hoặc `*` cho các mã còn lại"
    )
    assert sentence_of("new", "k", "is odd") == "is odd"


def test_every_status_of_an_error_has_a_sentence() -> None:
    asked = [args for _, args in calls("ProblemError")]
    statuses = {it for args in asked for it in re.findall(r"\b\d{3}\b", ast.unparse(args[0]))}
    assert statuses >= {"404", "409", "503"}
    assert statuses - problems("viStatuses").keys() == set(), f"write them in {PROBLEMS.name}"
    titles = {it.value for args in asked for it in args[1:2] if isinstance(it, ast.Constant)}
    ended = {"the key opens nothing any more", "it is the last admin key",
             "no other admin key is valid as long"}  # fmt: skip
    assert problems("viProblems").keys() - titles <= {"the event was refused", *ended}
    told = {
        args[1].value
        for file, args in calls("ProblemError")
        if isinstance(args[1], ast.Constant)
        and not file.startswith(NOT_OF_THE_PAGE)
        and not BY_STATUS & set(re.findall(r"\b\d{3}\b", ast.unparse(args[0])))
    }
    assert told - problems("viProblems").keys() == set(), f"write them in {PROBLEMS.name}"


def test_the_page_says_all_codes_in_the_readers_language(
    hub: Any, office: Any, open_page: Any
) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    office.http.post("/v1/dead-letters/discard", params={"source": SOURCE})
    good = received("H29.17.01", "H29.17.01-refused", ago(days=3), None)
    bad = [good | {"time": "yesterday"}, good | {"time": "2026-02-31T08:00:00+07:00"},
           good | {"data": good["data"] | {"applicant": "x"}}, good | {"type": "x"},
           good | {"sequence": "9999999999"}]  # fmt: skip
    batch = {"Content-Type": "application/cloudevents-batch+json"}
    assert office.http.post("/v1/events", json=bad, headers=batch).json()["rejected"] == len(bad)
    page = open_page(hub.url, "#/health")
    letters = page.locator("section.panel", has=page.locator("#letters-title"))
    expect(letters).to_contain_text("Ngày giờ không có thật")
    for name, says in (
        ("Giá trị không đúng dạng", "/time phải có dạng 2020-01-15T08:30:00+07:00"),
        ("Số thứ tự quá lớn", "/sequence không được quá 2147483647"),
        ("Có thông tin không được phép", "/data/applicant không thuộc loại sự kiện này"),
    ):
        letters.get_by_role("button", name=name).click()
        expect(letters).to_contain_text(says)
        expect(letters.locator("[lang=en]")).to_have_count(0)
    page.get_by_role("button", name="English").click()
    expect(letters).to_contain_text("is not an attribute of this kind of event")
