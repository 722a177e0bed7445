"""A book whose sheets are filled is, byte for byte, the one that is laid out of reports."""

import io
from datetime import date
from itertools import product
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.periods import named
from hub.dossier.figures import Mark, figures
from hub.dossier.store.questions import Cut
from hub.registry.unit_tree import Unit, UnitTree
from hub.reports import books, each
from hub.reports.asked import Asked, Ports
from hub.reports.form import Form, loads
from hub.reports.prepared import Prepared
from hub.reports.render.book import INDEX, Book, sheet_names
from hub.reports.render.sheets import Entry, index, single
from hub.reports.report import heading
from hub.reports.spans import Days
from hub.reports.tallies import Tallies, is_counted
from hub.services.scopes import of_units
from hub.store.scope import Scope
from tests.questions import LEVELS
from tests.reports.stating import Nothing, cut_by_cut
from tests.reports.test_questions import FORMS
from tests.strategies import NOW

DAYS = Days(named("2020-Q1"), "civil", date(2020, 3, 31))
UNITS = (*LEVELS, "H1.2.9", "B")
VALUES = {"field": ["f1", "f2", None], "channel": ["online", "post", None],
          "level": ["commune", None]}  # fmt: skip
COUNTED = """\
form: counted
version: "1"
title: 100% hồ sơ & <kết quả>
valid: {from: 2018-01-01}
groups:
  g:
    by: field
    others: Khác
    of: [{key: a, label: A%s, codes: [f1]}, {key: b, label: B, codes: [f2, f3]}]
sections:
- table: t
  columns:
  - {key: label, label: Giải quyết, figure: resolved_early + resolved_late}
  - {key: stt, label: STT, is: code}
  - {key: ten, label: Tên, is: label, width: 9}
  - {key: ghi, label: Ghi chú, is: note}
  - {key: y, label: Cả năm, under: Số lượng, figure: received_total, period: Y, parts: include}
  - {key: h, label: Huyện, under: Số lượng, figure: received_total,
     where: {unit_level: [commune, district]}}
  - {key: o, label: Mạng, figure: received_online, where: {channel: [online, post]},
     numbers: {suffix: '%'}}
  rows:
  - {key: head, code: I, label: "Mục 5%s", heading: true, lines: [Trong đó 50%, và "<&>"]}
  - {key: all, label: Tổng số, lines: [Một dòng 100%]}
  - {key: units, each: unit}
  - {key: none, label: Ẩn, hidden: true, where: {channel: online}}
  - {key: by_field, each: field, where: {channel: online}}
  - {key: groups, each: g}
- values: v
  rows:
  - {key: all, figure: received_total}
checks:
- {id: rows, says: "Dòng % đúng", section: t, each: row, that: y >= h and not y < label}
- {id: some, says: một, level: fail, that: "sum(t.units.y, v.all) * 2 > 1 or v.all == 0"}
- {id: chain, says: hai, that: "0 <= v.all <= t.all.y + 1 - 1"}
- {id: half, says: ba, level: warn, that: "v.all / 2 == t.all.y / 2"}
- {id: columns, says: bốn, level: fail, section: t, each: column,
   that: "sum(all, none) == all or not all < none"}
- {id: wrong, says: "Sai 100%", level: fail, that: "-v.all > 0.5 - t.all.y"}
"""
TREE = UnitTree.of([
    Unit(code, f"Ủy ban nhân dân {code} & <xã> 100% " * (n * 4), level)  # type: ignore[arg-type]
    for n, (code, level) in enumerate(LEVELS.items())
])  # fmt: skip


def counted(*changes: tuple[str, str]) -> Form:
    """A form of counts, with other words at some places."""
    text = COUNTED
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return loads(text, "counted.yaml")


def laid_out(form: Form, asked: Asked, ports: Ports, units: list[str], seen: set[str]) -> bytes:
    """The book, of whole reports."""
    file, names = io.BytesIO(), sheet_names(units)
    book, told = Book(file, [*names.values()]), {}
    for unit, report in each.of_each(form, asked, ports, units, seen):
        book.add(single(form, report, names[unit]))
        told[unit] = Entry(names[unit], unit, report["unit_name"], report["verdict"])
    failing = any(entry.verdict == "failing" for entry in told.values())
    whole = heading(form, asked, TREE) | {"checks": []}
    whole["verdict"] = "failing" if failing else "valid"
    book.add(index(INDEX, whole, [told[unit] for unit in units]))
    book.close()
    return file.getvalue()


def made_up(seed: int, size: int) -> Any:
    """The port of figures: what one could be told of dossiers, the same whoever asks again. With
    the days other dossiers are told of, so that stocks differ."""

    def rows(scope: Scope, cut: Cut, by: tuple[str, ...]) -> Any:
        values = [
            sorted(filter(scope.contains, UNITS)) if name == "unit" else VALUES.get(name, [None])
            for name in by
        ]
        found = {}
        for key in product(*values):
            drawn = crc32(repr((seed, cut.start, cut.end, key)).encode())
            if drawn % 3:
                found[key] = figures({mark: (drawn % size, drawn % (mark + 2)) for mark in Mark})
        return found

    return cut_by_cut(rows)


@settings(max_examples=50)
@given(
    seed=st.integers(0, 2**16),
    size=st.sampled_from((1, 3, 90_000)),
    name=st.sampled_from(("counted", "counted", "vpcp-06a", "own", "phu-ho-2023")),
    unit=st.sampled_from((None, "H1")),
    since=st.sampled_from(("2018", "2021")),
    level=st.sampled_from(("warn", "fail")),
    day=st.sampled_from((date(2020, 3, 31), date(2020, 1, 20), date(2019, 12, 31))),
)
def test_a_filled_book_is_the_one_of_reports(
    seed: int, size: int, name: str, unit: str | None, since: str, level: str, day: date
) -> None:
    changes = (": fail,", f": {level},"), ("2018", since)
    form = FORMS[name] if name in FORMS else counted(*changes)
    ports = Ports(made_up(seed, size), lambda *_: {}, TREE, Nothing(), {"f1": "Đất đai 50%"})
    scope = of_units(TREE, () if unit is None else (unit,), subtree=True)
    asked = Asked(unit, scope, DAYS._replace(data_date=day), NOW)
    seen = {*filter(scope.contains, UNITS)}
    units = each.units_in(form, asked, TREE, seen)
    file = io.BytesIO()
    whole = heading(form, asked, TREE) | {"checks": []}
    books.write_book(file, form, asked, ports, units, seen, whole)
    assert file.getvalue() == laid_out(form, asked, ports, units, seen)


@pytest.mark.parametrize(
    "changes",
    [
        [("numbers: {suffix", "numbers: {pad: 2, suffix")],
        [("all, figure: received_total}", "all, formula: t.all.y}")],
        [("label: Ẩn,", "label: Ẩn, note: '{v.all}',")],
        [("period: Y", "period: Q2")],
        [("period: Y", "applies: {unit_level: [commune]}")],
        [("each: field", "each: year"), ("period: Y, ", "")],
        [("\nchecks:", "\n- {paragraph: p, text: A}\nchecks:")],
    ],
)
def test_what_says_more_than_counts_is_laid_out_of_reports(changes: list[tuple[str, str]]) -> None:
    asked = Asked(None, of_units(TREE, (), subtree=True), DAYS, NOW)
    for form in (FORMS["own"], FORMS["cu-chi-2020"], FORMS["qd-766"], counted(*changes)):
        assert not is_counted(Prepared(form, asked)), form.id


def test_a_book_of_counts_is_filled_and_its_checks_are_functions() -> None:
    asked = Asked(None, of_units(TREE, (), subtree=True), DAYS, NOW)
    for form, slow in ((FORMS["vpcp-06a"], set()), (counted(), {"half"})):
        ready = Prepared(form, asked)
        assert is_counted(ready)
        assert {it.check.id for it, holds, _ in Tallies(ready).rules if holds is None} == slow
