"""A template, filled in and sent back, is what `GET /v1/indicators/values` tells; twice is once.
What is wrong refuses the whole file and says where. Data are made up."""

import io
import random
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import openpyxl
import pytest

from hub.api.context import Hub
from tests.api.speaking import Speaker
from tests.reports.entry.entering import (
    AT,
    COUNT,
    DAY,
    EVIDENCE,
    FIRST,
    FORM,
    NOTE,
    SHARE,
    SHEET,
    TEXT,
    VALUE,
    XLSX,
    YEAR,
    YES_NO,
    Json,
    faults,
    filled_csv,
    filled_xlsx,
    history,
    send,
    template,
    told,
)


def chance(rng: random.Random, row: Json, in_csv: bool) -> tuple[Any, Any]:
    """What to write, and what is then stated."""
    if rng.random() < 0.1:
        return "không áp dụng", None
    match row["kind"]:
        case "count":
            said: Any = rng.randrange(10**9)
        case "amount":
            said = rng.choice([rng.randrange(10**6), rng.randrange(10**6) / 4, -3])
        case "share":
            said = rng.choice([0, 100, 96, 92.1, 33.333])
        case "yes_no":
            return rng.choice([("Có", 1), ("Không", 0)])
        case "choice":
            said = rng.choice(row["choices"])
        case "date":
            said = date(2020, rng.randrange(1, 13), rng.randrange(1, 29))
            return (said.isoformat() if in_csv else said), said.isoformat()
        case _:
            said = rng.choice(
                ["đã xong", '=HYPERLINK("http://x")', "-1+1", 'a;b,"c"\nd', "12", "@x"]
            )
    if in_csv and isinstance(said, float):
        return str(said).replace(".", rng.choice(",.")), said
    return said, said


@pytest.mark.parametrize(
    ("form", "unit", "period", "as_format"),
    [
        ("cu-chi-2020", "R1", "2020-Q1", "xlsx"),
        ("bim-son-2018-index", "R1", "2018", "csv"),
        ("bim-son-2017", "R2", "2017", "csv"),
    ],
)
def test_what_is_filled_in_is_what_is_told_and_twice_is_once(
    admin: Speaker, form: str, unit: str, period: str, as_format: str
) -> None:
    rng, asked = random.Random(form), {"unit": unit, "period": period}
    rows = template(admin, form, "json", **asked).json()["rows"]
    chosen = rng.sample(rows, k=len(rows) // 2)
    fill, said = {}, {}
    for row in chosen:
        key = row["code"], row["level"] or ""
        written, said[key] = chance(rng, row, as_format == "csv")
        fill[key] = (written, rng.choice(["", "QĐ 12/2020"]), rng.choice(["", "ghi chú"]))
        if as_format == "xlsx":
            fill[key] = tuple(part if part != "" else None for part in fill[key])
    empty = template(admin, form, as_format, **asked).content
    if as_format == "xlsx":
        body, media_type = filled_xlsx(empty, fill), XLSX
    else:
        body, media_type = filled_csv(empty, fill, rng.choice(",;\t")), "text/csv"
    tried = send(admin, body, media_type, dry_run=True)
    assert tried.status_code == 200, tried.text
    assert told(admin, unit, period, "civil") == {}
    first = send(admin, body, media_type)
    assert first.json()["counts"]["stated"] == len(said) == tried.json()["counts"]["stated"]
    found = told(admin, unit, period, "civil")
    assert {key: found.get(key, "missing") for key in said} == said
    again = send(admin, body, media_type)
    assert again.json()["counts"] == dict(first.json()["counts"], stated=0, again=len(said))
    one = chosen[0]
    (statement,) = history(admin, unit, one["code"], level=one["level"] or "")
    assert (statement["source"], statement["state"]) == ("/manual/phong-noi-vu-d1", "in_force")
    assert (statement.get("evidence"), statement.get("note")) == tuple(
        part or None for part in fill[one["code"], one["level"] or ""][1:]
    )


def test_a_template_has_equal_bytes_locked_cells_and_no_formula(admin: Speaker) -> None:
    asked = {"unit": "E", "period": YEAR}
    first, second = (template(admin, FORM, "xlsx", **asked) for _ in range(2))
    assert first.content == second.content
    named = first.headers["content-disposition"]
    assert named == 'attachment; filename="nhap-nhap-thu-E-2023.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(first.content))
    sheet = book[SHEET]
    assert sheet.protection.sheet
    assert book["motcua"].sheet_state == "hidden"
    open_columns = {
        cell.column for row in sheet.iter_rows() for cell in row if not cell.protection.locked
    }
    assert open_columns == {VALUE, EVIDENCE, NOTE}
    checks = {str(it.sqref): it.formula1 for it in sheet.data_validations.dataValidation}
    by_code = {sheet.cell(row, 1).value: f"K{row}" for row in range(FIRST, sheet.max_row + 1)}
    assert "INT(" in checks[by_code[COUNT[0]]]
    assert checks[by_code[YES_NO[0]]].startswith('"Có,Không,')
    assert "DATE(" in checks[by_code[DAY[0]]]
    assert "<=100" in checks[by_code[SHARE[0]]]
    named_so = template(admin, "bim-son-2017", "xlsx", unit="R2", period="2030").content  # =1+1
    with zipfile.ZipFile(io.BytesIO(named_so)) as packed:
        sheets = [packed.read(name) for name in packed.namelist() if "worksheets/" in name]
    assert not any(b"<f>" in one for one in sheets)


def test_what_was_stated_meanwhile_is_not_overwritten_and_is_told_with_its_history(
    admin: Speaker, hub: Hub
) -> None:
    asked = {"unit": "E", "period": YEAR}
    body = template(admin, FORM, "xlsx", **asked).content
    assert send(admin, filled_xlsx(body, {COUNT: 5})).json()["counts"]["stated"] == 1
    assert faults(send(admin, filled_xlsx(body, {COUNT: 6, SHARE: 50}))) == {
        ("changed-since", f"{AT}K6")
    }
    assert told(admin, "E", YEAR) == {COUNT: 5}, "all or nothing"
    anew = template(admin, FORM, "xlsx", **asked).content
    changed = send(admin, filled_xlsx(anew, {COUNT: (6, "QĐ 3")})).json()
    (row,) = changed["rows"]
    assert (row["what"], row["before"], row["after"]) == ("changed", {"value": 5}, {"value": 6})
    # the old file again is the old event again
    assert send(admin, filled_xlsx(body, {COUNT: 5})).json()["counts"]["again"] == 1
    unchanged = template(admin, FORM, "xlsx", **asked).content
    assert send(admin, filled_xlsx(unchanged, {COUNT: 6})).json()["counts"]["unchanged"] == 1
    before = history(admin, "E", COUNT[0])[0]["accepted"]
    gone = filled_xlsx(unchanged, {COUNT: "rút lại"})
    assert send(admin, gone).json()["counts"]["withdrawn"] == 1
    assert told(admin, "E", YEAR) == {}
    items = history(admin, "E", COUNT[0], period=YEAR)
    assert [(it.get("value"), it["state"]) for it in items] == [
        (None, "in_force"), (6, "replaced"), (5, "replaced"),
    ]  # fmt: skip
    assert items[0]["status"] == "withdrawn"
    assert [it["by"] and it["by"]["id"] for it in items[1:]] == [items[0]["id"], items[1]["id"]]
    assert items[1]["evidence"] == "QĐ 3"
    then = history(admin, "E", COUNT[0], as_of=before)
    assert [(it["value"], it["state"]) for it in then] == [(6, "in_force"), (5, "replaced")]
    # what is taken back stays so: the file that said it says nothing new, a new template does
    retracted = {
        "specversion": "1.0", "id": "z", "source": items[0]["source"], "subject": COUNT[0],
        "type": "vn.motcua.indicator.retracted.v1", "time": "2024-01-01T08:00:00+07:00",
        "data": {"unit": "E", "id": items[0]["id"]},
    }  # fmt: skip
    admin.accept(retracted)
    assert told(admin, "E", YEAR) == {COUNT: 6}
    assert send(admin, gone).json()["counts"]["again"] == 1
    latest = template(admin, FORM, "xlsx", **asked).content
    assert send(admin, filled_xlsx(latest, {COUNT: "rút lại"})).json()["counts"]["withdrawn"] == 1
    assert told(admin, "E", YEAR) == {}
    states = {(it["state"], it["by"] and it["by"]["id"]) for it in history(admin, "E", COUNT[0])}
    assert ("retracted", "z") in states


def test_the_period_before_is_proposed_and_states_nothing(admin: Speaker) -> None:
    asked = {"unit": "E", "period": "2025"}
    last = template(admin, FORM, "xlsx", unit="E", period="2024").content
    fill = {COUNT: 8, YES_NO: "Có", TEXT: "không áp dụng"}
    assert send(admin, filled_xlsx(last, fill)).json()["counts"]["stated"] == 3
    plain = {row["code"]: row for row in template(admin, FORM, "json", **asked).json()["rows"]}
    assert {row["proposal"] for row in plain.values()} == {None}
    answer = template(admin, FORM, "json", **asked, propose="previous").json()
    assert answer["before"] == "2024"
    proposed = {row["code"]: row["proposal"] for row in answer["rows"] if row["proposal"]}
    assert proposed == {
        COUNT[0]: {"value": 8}, YES_NO[0]: {"value": 1}, TEXT[0]: {"status": "not_applicable"},
    }  # fmt: skip
    body = template(admin, FORM, "xlsx", **asked, propose="previous").content
    sheet = openpyxl.load_workbook(io.BytesIO(body))[SHEET]
    assert [sheet.cell(6, column).value for column in (10, VALUE)] == [8, None]
    assert send(admin, body).json()["rows"] == []
    assert told(admin, "E", "2025") == {}


def test_rows_of_the_page_are_read_by_the_same_rules(admin: Speaker) -> None:
    asked = {"unit": "E", "period": "2019"}
    made = template(admin, FORM, "json", **asked).json()
    marks = {row["code"]: row["mark"] for row in made["rows"]}
    said = {name: made[name] for name in ("form", "version", "unit", "period", "calendar")}

    def sent(*rows: Json) -> Any:
        answer = admin.client.post(
            "/v1/indicators/import", json=said | {"rows": list(rows)}, headers=admin.headers
        )
        admin.position = answer.headers.get("hub-position", admin.position)
        return answer

    def row(code: str, value: Any, **more: Any) -> Json:
        return {"code": code, "value": value, "mark": marks[code], **more}

    nothing = {"code": "nothing.1", "value": 1, "mark": ""}
    wrong = sent(row(COUNT[0], "2.738"), row(SHARE[0], 0.96), nothing)
    assert faults(wrong) == {
        ("grouped", "/rows/0/value"), ("share-fraction", "/rows/1/value"),
        ("unknown-row", "/rows/2/code"),
    }  # fmt: skip
    good = sent(row(COUNT[0], "2738"), row(SHARE[0], 96), row(DAY[0], "2020-01-31", note="x"))
    assert good.json()["counts"]["stated"] == 3, good.text
    assert told(admin, "E", "2019") == {COUNT: 2738, SHARE: 96, DAY: "2020-01-31"}
    assert sent({"code": COUNT[0], "vlue": 1}).status_code == 422


def test_by_right_of_the_key(admin: Speaker, hub: Hub) -> None:
    keys = hub.registry.keys
    own = admin.with_key(keys.create("source", source="/igate/d", units=["D"])[1])
    reader = admin.with_key(keys.create("reader", units=["D"])[1])
    asked = {"unit": "D", "period": "2018"}
    may = [template(one, FORM, "json", **asked).json()["may_send"] for one in (admin, own, reader)]
    assert may == [True, True, False]
    body = filled_xlsx(template(own, FORM, "xlsx", **asked).content, {COUNT: 4})
    assert send(reader, body).status_code == 403
    assert send(own, body).json()["source"] == "/igate/d"
    admin.position = own.position
    assert history(admin, "D", COUNT[0], period="2018")[0]["source"] == "/igate/d"
    others = filled_xlsx(template(admin, FORM, "xlsx", unit="E", period=YEAR).content, {SHARE: 4})
    assert send(own, others).status_code == 403
    for path in (f"/v1/reports/{FORM}/template", "/v1/indicators/history"):
        params = {"unit": "E", "period": YEAR} | ({"code": "a"} if "history" in path else {})
        assert own.ask(path, **params).status_code == 403
    assert (
        admin.ask(f"/v1/reports/{FORM}/template", unit="R1", period=YEAR).status_code == 422
    )  # level
    none = template(admin, "vpcp-06a", "json", unit="D", period=YEAR).json()
    assert none["rows"] == []


def test_the_same_file_sent_at_once_by_two_is_stated_once(admin: Speaker) -> None:
    body = filled_xlsx(
        template(admin, FORM, "xlsx", unit="E", period="2016").content, {COUNT: 4, TEXT: "a"}
    )
    with ThreadPoolExecutor(4) as senders:
        answers = [it.json()["counts"] for it in senders.map(lambda _: send(admin, body), range(4))]
    assert sorted((it["stated"], it["again"]) for it in answers) == [(0, 2)] * 3 + [(2, 0)]
    assert len(history(admin, "E", COUNT[0], period="2016")) == 1
    letters = admin.ask("/v1/dead-letters").json()
    assert letters["items"] == []
