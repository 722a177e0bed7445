"""The form of Bỉm Sơn with the 55 rows that the report prints, stated: what is printed comes out,
and where the report disagrees with itself a check says so."""

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction

from hub.core.periods import named
from hub.demo.as_printed import printed, stated
from hub.reports.bundled import bundled
from schemas.event import Event
from tests.reports.printed import assert_disagreements_found, assert_told
from tests.reports.stating import Json, cells, made
from tests.reports.stating import said as said_of

FORM = bundled()["bim-son-2017"]
PRINTED = printed("bim-son-2017")


def statements() -> Iterator[Event]:
    for code, level, told in stated(PRINTED):
        yield said_of(code, dict(told), PRINTED.period, level)


def of(events: Iterable[Event]) -> Json:
    return made(FORM, events, PRINTED.period)


def test_what_the_report_prints_comes_out() -> None:
    found = of(statements())
    told = dict(cells(found))
    rows = {(it["key"], row["key"]): row for it in found["sections"] for row in it["rows"]}
    assert len(PRINTED.rows) == 55
    for section, key, code, label, _ in PRINTED.rows:
        assert (rows[section, key]["code"], rows[section, key]["label"]) == (code, label)
    result = assert_told(PRINTED, found)
    assert Counter(it.state for it in result) == {
        "equal": 51, "outside": 7, "differs": 3, "blank": 3,
    }  # fmt: skip
    assert told["pl6", "r1", "ghi_chu"]["text"] == "(Tháng 01/2017)"
    blank = [cell for cell in told.values() if cell["state"] != "value"]
    assert {cell["value"] for cell in blank} == {None}
    assert "0" not in {cell["text"] for cell in told.values()}


def test_what_disagrees_is_found_and_what_nobody_stated_is_unknown() -> None:
    found = of(statements())
    assert_disagreements_found("bim-son-2017", found)
    checks = {check["id"]: check for check in found["checks"]}
    assert checks["pl2_tong.r3"]["result"] == "true"
    assert checks["pl5_xu_ly.r1"]["result"] == "unknown"  # a part was left blank


def test_the_four_empties_are_told_apart() -> None:
    told = dict(cells(of(statements())))
    assert told["pl2", "r1", "tong"]["state"] == "not_provided"
    assert told["pl2", "r27", "xa"]["state"] == "not_applicable"
    zero = said_of("petition.received", {"value": 0}, PRINTED.period)
    told = dict(cells(of([zero])))
    assert (told["pl5", "r2", "tong"]["state"], told["pl5", "r2", "tong"]["text"]) == ("value", "0")
    later = dict(cells(made(FORM, statements(), PRINTED.period, named("2016-Q4").end)))
    assert later["pl2", "r3", "tong"]["state"] == "not_yet"
    assert Fraction(0) not in {cell["value"] for cell in later.values()}
