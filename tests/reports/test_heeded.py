"""Nothing that is written in a form is silently ignored: each key beside each kind of value, in
each place, makes other cells or is refused with line and key."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import product
from typing import Any
from zlib import crc32

import pytest

from hub.core.periods import Period, named
from hub.core.yaml_text import Problem
from hub.dossier.store.questions import By, Cut
from hub.registry.unit_tree import Unit, UnitTree
from hub.reports.asked import Asked, Ports
from hub.reports.bundled import bundled
from hub.reports.form import FormError, kept, loads
from hub.reports.questions import STOCK
from hub.reports.report import report
from hub.reports.scoring import form_remarks
from hub.reports.spans import Days
from hub.store.scope import Scope
from schemas.event import Event
from tests.reports.stating import Nothing, cells, cut_by_cut, said

Json = dict[str, Any]
VALUES = {
    "figure": "figure: received_total", "took_part": "took_part: received_total",
    "indicator": "indicator: x.y", "units": "units: {}", "formula": "formula: k + 1000.5",
    "ratio": "ratio: [k, m]", "number": "number: 1234.5", "text": "text: abc",
    "rule": "rule: r, of: {x: k}",
}  # fmt: skip
_OTHERS = ("field", "procedure", "authority", "model")
KEYS = {
    **{f"where.{name}": f"where: {{{name}: x}}" for name in _OTHERS},
    "where.channel": "where: {channel: post}", "where.level": "where: {level: ''}",
    "where.unit_level": "where: {unit_level: commune}", "where": "where: {unit_level: []}",
    "period": "period: Q2", "period.from": "period: {from: 2020-01-05, to: 2020-01-09}",
    "after": "after: 9M", "parts": "parts: include", "applies": "applies: false",
    "applies.unit_level": "applies: {unit_level: commune}", "keep": "keep: sum",
    "over_units": "over_units: sum", "numbers.pad": "numbers: {pad: 6}",
    "numbers.group": "numbers: {group: ''}", "numbers.decimals": "numbers: {decimals: 1}",
    "numbers.trim": "numbers: {trim: false}", "numbers.suffix": "numbers: {suffix: '%'}",
    "of": "of: {x: m}", "of.y": "of: {y: m}", "at_most": "at_most: zero",
}  # fmt: skip
AROUND = {"numbers.pad": "decimals: 0", "numbers.decimals": "trim: false"}
"""Around the whole form, so that a key of `numbers` can be seen on every number."""
PLACES = {
    "a row": ("", "", "", "{key: a, VALUE, KEY}"),
    "a cell": ("", "", "", "{key: a, VALUE, cells: {c: {CELL, KEY}}}"),
    "a column": ("", ", KEY", "", "{key: a, VALUE}"), "a table": ("KEY", "", "", "{key: a, VALUE}"),
    "a column of labels": ("", "", ", KEY", "{key: a, VALUE}"),
    "each unit": ("", "", "", "{key: a, each: unit, VALUE, KEY}"),
    "each field": ("", "", "", "{key: a, each: field, VALUE, KEY}"),
    "each year": ("", "", "", "{key: a, each: year, VALUE, KEY}"),
    "each group": ("", ", KEY", "", "{key: a, each: g, VALUE}"),
}  # fmt: skip
NONE_EACH = {
    "each year": ["units"],
    **{f"each {it}": ["units", "indicator"] for it in ("unit", "field", "group")},
}  # fmt: skip
"""What nobody can tell for each row."""
NAMED = {"a named value": ("", "{key: a, VALUE, KEY}"), "named values": ("KEY", "{key: a, VALUE}")}
HEAD = """\
form: a
version: '1'
title: A
numbers: {NUMBERS}
groups: {g: {by: field, of: [{key: one, label: One, codes: [x]}]}}
rules: {r: {domain: count, when: ["x > 50: 1234.5", "x <= 50: 2"]}}
sections:
- values: fixed
  rows: [{key: k, number: 4001}, {key: m, number: 8}, {key: zero, number: 0}]
"""
TABLE = """\
- table: t
  title: T
  SECTION
  columns: [{key: l, label: L, is: labelLABELS}, {key: c, label: CCOLUMN}ROWS]
  rows: [ROW]
"""
USED = """\
- values: uses
  rows: [{key: by_rule, rule: r, of: {x: k}}]
- list: lines
  for: g
  values: [{key: n, figure: carried_over}]
  line: "{n}"
"""
"""What uses the form's rule and groups, whatever else does."""
SET = "- values: t\n  SECTION\n  rows: [ROW]\n"
NAMES = ("received_total", "refused", *STOCK)
TREE = UnitTree.of([
    Unit("B", "B", "district"), *(Unit(f"B.{n}", f"{n}", "commune", "B") for n in range(40)),
])  # fmt: skip


def written(place: str, kind: str, key: str, *, with_key: bool) -> str:
    """A form with a kind of value and a key, or nothing, in a place."""
    value = VALUES[kind].replace("x.y", "x.z") if key in ("keep", "over_units") else VALUES[kind]
    shape = TABLE if place in PLACES else SET
    section, row = (PLACES | NAMED)[place][0], (PLACES | NAMED)[place][-1]
    column, labels = PLACES[place][1:3] if place in PLACES else ("", "")
    text = HEAD + shape.replace("SECTION", section).replace("COLUMN", column)
    text = text.replace("[ROW]", f"[{row}]") + USED
    rows = ", {key: f, label: F, always: true, figure: refused}" if place in NONE_EACH else ""
    text = (
        text.replace("ROWS", rows).replace("LABELS", labels).replace("NUMBERS", AROUND.get(key, ""))
    )
    text = text.replace("CELL, KEY", "KEY").replace("VALUE", value)
    if not with_key:
        return text.replace(", KEY", "").replace("KEY", "").replace("{c: {}}", "{}")
    return text.replace("KEY", KEYS[key])


def counted(scope: Scope, cut: Cut, by: By) -> Any:
    """Another number for each question."""
    where, found = dict(cut.where), defaultdict(lambda: dict.fromkeys(NAMES, 0))
    fields = where.pop("field", ("x", "y", ""))
    for unit, field in product(filter(scope.contains, TREE.units), fields):
        told = f"{unit} {field} {sorted(where.items())} {cut[1:]}"
        row = found[tuple({"unit": unit, "field": field or None}[name] for name in by)]
        for name in NAMES:
            number = crc32(f"{told} {name}".encode())
            row[name] += number % 900 if number % 3 else 0
    return dict(found)


def stated() -> dict[str, dict[tuple[str, str, str], Event]]:
    """`x.y` of the year for the whole and a level, `x.z` of quarters and of a unit below."""
    periods = {"2020": 1234.5, "2019": 1234.5, "2020-Q2": 8.5}
    one = {("B", "", it): said("x.y", {"value": n}, it) for it, n in periods.items()}
    one["B", "commune", "2020"] = said("x.y", {"value": 9}, "2020", "commune")
    one["B", "commune", "2019"] = said("x.y", {"value": 9}, "2019", "commune")
    other = {("B", "", f"2020-Q{n}"): said("x.z", {"value": n}, f"2020-Q{n}") for n in range(1, 5)}
    for year in ("2019", "2020"):
        other["B.1", "", year] = said("x.z", {"value": 50}, year)._replace(unit="B.1")
    return {"x.y": one, "x.z": other}


@cache
def shown(text: str, place: str) -> Json:
    """What is told of all cells of the table, but for their lists."""
    asked = named("2020")
    if place == "each year":
        asked = Period(None, None, date(2019, 3, 1), date(2020, 9, 1))
    days = Days(asked, "civil", date(2020, 8, 1))
    ports = Ports(cut_by_cut(counted), lambda *_: stated(), TREE, Nothing())
    scope = Scope(frozenset(), frozenset(("B",)))
    found = report(loads(text, "a"), Asked("B", scope, days, 2**60, lists=False), ports)
    return {at: cell for at, cell in cells(found) if at[0] == "t"}


def ignored(text: str) -> Sequence[Problem]:
    try:
        return loads(text, "a").ignored
    except FormError as error:
        return error.problems


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("place", [*PLACES, *NAMED])
def test_each_key_counts_or_is_refused(place: str, kind: str) -> None:
    if kind in NONE_EACH.get(place, ()):
        with pytest.raises(FormError, match="has no value for each"):
            loads(written(place, kind, "", with_key=False), "a")
        return
    for key in KEYS:
        text = written(place, kind, key, with_key=True)
        if kind == "rule" and key.startswith("of") and "VALUE, KEY" in (PLACES | NAMED)[place][-1]:
            continue  # it would stand there twice
        if kind in ("units", "took_part") and key == "numbers.group":
            continue  # they are under a thousand
        if found := ignored(text):
            assert [it for it in found if key.partition(".")[0] in it.key], (key, found)
            continue
        assert shown(text, place) != shown(written(place, kind, key, with_key=False), place), (
            key,
            text,
        )


WRONG = [
    ("{key: b, heading: true, figure: refused}", "rows[2].figure", "the value of no cell"),
    ("{key: b, figure: refused, cells: {l: {text: x}}}", "rows[2].cells.l", "the row's own"),
    ("{key: b, figure: refused, note: x}", "rows[2].note", "`is: note`"),
    ("{key: b, each: field, indicator: x.y}", "rows[2].each", "no value for each field"),
    ("{key: b, each: field, number: 1}", "rows[2].each", "has no rows"),
    ("{key: b, figure: refused, where: {channel: onlin}}", "rows[2].where.channel", "`onlin`"),
    ("{key: b, figure: refused, where: {field: []}}", "rows[2].where.field", "names nothing"),
    ("{key: b, units: {level: []}}", "rows[2].units.level", "names nothing"),
    ("{key: b, indicator: x.y, where: {unit_level: [district, commune]}}",
     "rows[2].where.unit_level", "several levels for the indicator in `t.b.c`"),
    ("{key: b, units: {}, parts: include}", "rows[2].parts", "what units counts in `t.b.c`"),
    ("{key: b, units: {}, period: Q1}", "rows[2].period", "only where one is figure or indicator"),
    ("{key: b, formula: a + 1, where: {field: x}}", "rows[2].where.field", "counts in no cell"),
    ("{key: b, rule: r, of: {x: a, z: a}}", "rows[2].of.z", "counts in no cell"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "key", "says"), WRONG)
def test_what_would_be_ignored_is_refused_but_not_of_what_a_hub_once_took(
    row: str, key: str, says: str
) -> None:
    text = written("a row", "figure", "", with_key=False)
    text = text.replace("{key: a, figure: received_total}", f"{{key: a, figure: refused}}, {row}")
    with pytest.raises(FormError) as caught:
        loads(text, "mine.yaml")
    told = [(it.key, it.says) for it in caught.value.problems]
    assert [it for at, it in told if at == f"sections[2].{key}" and says in it], told
    if "no value for each" not in says:
        old = kept(text, "a")
        assert [it for it in form_remarks(old) if says in it and key in it]


def test_groups_and_rules_that_nothing_uses_are_told() -> None:
    text = written("a row", "figure", "", with_key=False).removesuffix(USED)
    told = [(it.key, it.line) for it in ignored(text)]
    assert told == [("groups.g", 5), ("rules.r", 6)]


def test_a_key_around_several_cells_counts_where_it_can() -> None:
    """In a column of a period stand units of the registry too, and not before it begins."""
    text = written("a column", "figure", "period", with_key=True).replace(
        "period: Q2", "period: Q4"
    )
    text = text.replace(
        "{key: a, figure", "{key: b, units: {}}, {key: d, text: x}, {key: a, figure"
    )
    told = {at[1]: cell["state"] for at, cell in shown(text, "a column").items()}
    assert told == {"a": "not_yet", "b": "not_yet", "d": "value"}
    filtered = text.replace("period: Q4", "where: {field: x}")
    with pytest.raises(FormError, match="what units counts in"):
        loads(filtered, "a")


def test_bundled_forms_ignore_nothing() -> None:
    assert {form.id: form.ignored for form in bundled().values()} == dict.fromkeys(bundled(), ())
