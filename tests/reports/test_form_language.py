"""Documents that are no forms: each thing that is wrong is told with line, key and what to do."""

import re
from pathlib import Path

import pytest

from hub import reports as forms
from hub.reports.bundled import bundled
from hub.reports.form import FormError, loads
from hub.reports.form.compiled import Block

GOOD = """\
form: a-1
version: "1"
title: A
groups:
  linh_vuc: {by: field, of: [{key: tp, label: TP, codes: [x]}, {key: h, label: H, codes: [y]}]}
sections:
- table: t
  columns:
  - {key: gc, label: GC, is: note}
  - {key: q1, label: Q, period: Q1}
  - {key: h1, label: H, period: H1, after: Q1}
  rows:
  - {key: a, figure: resolved_early + resolved_on_time}
  - {key: b, indicator: x.y}
  - {key: c, formula: "a + b", note: "{a} người"}
- values: v
  rows:
  - {key: z, figure: received_total}
  - {key: w, ratio: [z, t.a.q1]}
- list: f
  for: linh_vuc
  values: [{key: n, figure: received_total}]
  line: "+ {label}: {n} hồ sơ{if parts:  trong đó {parts: {label} {n}}}"
- paragraph: p
  text: "có {z} hồ sơ {if z > 0: và {w}%}"
checks:
- {id: k, says: x, that: "sum(f.n) == z"}
- {id: k2, says: x, section: t, each: column, that: "c == a + b"}
"""
BAD = [
    ("figure: received_total}\n  - {key: w", "figure: recieved_total}\n  - {key: w",
     18, "sections[2].rows[1].figure", "did you mean `received_total`"),
    ('"a + b", note', '"a + c", note', 7, "sections[1]", "made of themselves: t.c.q1"),
    ("indicator: x.y", "indicator: x.y, figure: received_total", 14, "sections[1].rows[2]",
     "two kinds of value: figure and indicator"),
    ("key: b,", "key: a,", 14, "sections[1].rows[2].key", "stands twice"),
    ("key: b,", "key: q1,", 14, "sections[1].rows[2].key", "stands twice"),
    ('version: "1"', "version: 1", 2, "version", "put it in quotes"),
    ("ratio: [z, t.a.q1]", "figure: {sum: z}", 19, "sections[2].rows[2].figure",
     "not keys of its own"),
    ("codes: [x]", "codes: {x: y}", 5, "groups.linh_vuc.of[1].codes", "must be a list"),
    ("figure: resolved_early + resolved_on_time", "hidden: maybe, figure: refused", 13,
     "sections[1].rows[1].hidden", "write true or false"),
    ("period: Q1", "perid: Q1", 10, "sections[1].columns[2].perid", "did you mean `period`"),
    ("period: Q1", "period: Q9", 10, "sections[1].columns[2].period", "is no period"),
    ('"c == a', '"c = a', 28, "checks[2].that", "is no formula"),
    ('"c == a', '"a', 28, "checks[2].that", "neither true nor false"),
    ('"sum(f.n) == z"', '"f.n == z"', 27, "checks[1].that", "write sum(f.n)"),
    ("{if z > 0:", "{if z:", 25, "sections[4].text", "neither true nor false"),
    ("và {w}%}", "và {w}%", 25, "sections[4].text", "nothing closes"),
    ("for: linh_vuc", "for: linh", 21, "sections[3].for", "none of the form's groups"),
    ("key: b, ind", "key: b, each: field, ind", 14, "sections[1].rows[2].each",
     "indicator has no value for each field"),
    ("{key: n, figure: received_total}", "{key: n, indicator: x.y}", 21, "sections[3].for",
     "indicator has no value for each linh_vuc"),
    ("key: c, formula: \"a + b\"", "key: c", 15, "sections[1].rows[3]", "has no value"),
    ("resolved_early + resolved_on_time", "resolved_early + resolved_total", 13,
     "sections[1].rows[1].figure", "count a dossier twice"),
    ('"a + b", note', '"a + __import__(b)", note', 15, "sections[1].rows[3].formula",
     "formulas do not know"),
    ('"a + b", note', '"a.b.c.d", note', 15, "sections[1].rows[3]", "has no cell `a.b.c.d`"),
    ("- paragraph: p", "- paragraf: p", 24, "sections[4]", "is no section"),
    ("form: a-1", "form: A 1", 1, "form", "is no name of a form"),
    ("- paragraph: p", "- paragraph: v", 24, "sections[4]", "stands twice"),
    ("id: k2", "id: k", 28, "checks[2].id", "stands twice"),
    ("section: t, each", "section: v, each", 28, "checks[2].that", "name its table"),
]  # fmt: skip


def test_the_good_form_loads_and_so_does_each_bundled_one() -> None:
    form = loads(GOOD, "good")
    assert [rule.at for rule in form.rules] == ["", "q1", "h1"]
    assert form.indicators() == {"x.y"}
    assert set(bundled()) >= {"vpcp-06a", "phu-ho-2023"}
    for form in bundled().values():
        again = loads(form.source, "again.yaml")
        assert (again.id, again.version, again.document) == (form.id, form.version, form.document)


def test_tables_of_the_bundled_forms_are_headed_by_what_their_rows_are() -> None:
    heads = {"unit": "Đơn vị", "field": "Lĩnh vực"}
    for part in (it for form in bundled().values() for it in form.parts):
        each = {line.each for line in part.lines if isinstance(line, Block)} & heads.keys()
        if part.kind == "table" and len(each) == 1:
            (label,) = (head.label for head in part.heads if head.is_ == "label")
            assert label == heads[each.pop()], part.key


@pytest.mark.parametrize(("old", "new", "line", "key", "says"), BAD)
def test_a_bad_form_is_refused(old: str, new: str, line: int, key: str, says: str) -> None:
    assert GOOD.count(old) >= 1
    with pytest.raises(FormError) as caught:
        loads(GOOD.replace(old, new, 1), "bad.yaml")
    told = [it for it in caught.value.problems if says in it.says]
    assert told, str(caught.value)
    assert (told[0].line, told[0].key) == (line, key)
    assert f"bad.yaml:{line}" in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a", "a: [", "form: a\nform: b", "{{}: 1}", "\x07"])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(FormError):
        loads(text, "bad.yaml")


def test_units_of_the_registry_are_of_the_columns_levels() -> None:
    text = GOOD.replace(
        "label: Q,", "label: Q, where: {unit_level: [district, province]},"
    ).replace("indicator: x.y", "units: {level: [district, commune]}")
    cells = {place.column: plan.units for place, plan in loads(text, "a").plans() if plan.units}
    assert cells["q1"].level == ["district"]
    assert cells["h1"].level == ["district", "commune"]


def test_the_documents_example_of_groups_is_one() -> None:
    text = (Path(forms.__file__).parent / "FORMS.md").read_text("utf-8")
    (example,) = re.findall(r"```yaml\n(groups:\n.*?)```", text, re.DOTALL)
    begin, _, rest = GOOD.partition("groups:\n")
    form = loads(begin + example + "sections:\n" + rest.partition("sections:\n")[2], "a")
    assert [place.row for place, _ in form.plans() if place.section == "f"]


def test_equal_texts_are_compiled_once_and_each_is_told_by_its_own_name() -> None:
    assert loads(GOOD, "a.yaml") is loads(GOOD, "b.yaml")
    assert all(loads(it.source, "own.yaml") is not it for it in bundled().values())
    for name in ("a.yaml", "b.yaml"):
        with pytest.raises(FormError, match=f"^{name}:"):
            loads(GOOD.replace("title:", "titel:", 1), name)
