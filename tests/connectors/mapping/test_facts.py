"""What a row states: children, several facts of a kind, states without a date, refused rows."""

from decimal import Decimal
from uuid import UUID

import pytest

from connectors.port import Fact, Fault, Row, Wanted
from tests.connectors.mapping.rows import IGATE, example, mapping, row, row_of

HEAD = "{connector: a, source: /a, read: {kind: rest, url: https://a.vn/x}, dossier: "
UNIT = "{unit: {value: H29}, subject: S}"


def of(facts: str, values: dict, dossier: str = UNIT) -> list[Fact]:
    found = mapping(f"{HEAD}{dossier}, facts: {facts}}}").wanted(row_of({"S": "1"} | values))
    assert isinstance(found, Wanted), found
    return list(found.facts)


def faults(facts: str, values: dict, dossier: str = UNIT) -> list[tuple[str, str]]:
    found = mapping(f"{HEAD}{dossier}, facts: {facts}}}").wanted(row_of({"S": "1"} | values))
    assert not isinstance(found, Wanted), found
    assert all(isinstance(it, Fault) for it in found)
    return [(it.column, it.code) for it in found]


def test_short_forms_and_several_facts_of_a_kind():
    day = {"A": "2020-01-01", "B": "2020-01-02", "C": None}
    assert [it.slot for it in of("{resolved: A, reopened: [C, B]}", day)] == [
        "resolved",
        "reopened",
    ]
    several = "{suspended: [{at: A, reason: {value: x}}, {at: B}, {at: C}], reopened: C}"
    assert [(it.slot, it.kind, dict(it.data)) for it in of(several, day)] == [
        ("suspended", "suspended", {"reason": "x"}),
        ("suspended-2", "suspended", {}),
    ]


def test_a_state_without_a_date_has_no_time():
    state = "{suspended: {when: T == 5}, received: {channel: {value: post}}}"
    assert [(it.slot, it.time) for it in of(state, {"T": 5})] == [
        ("received", None), ("suspended", None),
    ]  # fmt: skip
    assert [it.slot for it in of(state, {"T": 4})] == ["received"]


def test_children_without_a_key_are_known_by_what_they_state():
    fact = "{suspended: {each: o.con, at: N, reason: {from: L, map: {1: x, 2: y}}}}"
    one, two = {"N": "2020-01-01", "L": 1}, {"N": "2020-01-01", "L": "2"}
    there = of(fact, {"o": {"con": [one, two]}})
    back = of(fact, {"o": {"con": [{"Ten": "z"} | two, {"N": None, "L": 9}, one]}})
    assert {it.slot: it.data for it in there} == {it.slot: it.data for it in back}
    assert len({it.slot for it in there}) == 2
    assert all(it.slot.startswith("suspended.") for it in there)
    twice = of(fact, {"o": {"con": [one, one]}})
    assert len({it.slot for it in twice}) == 2
    assert there[0].slot == twice[0].slot
    assert of(fact, {"o": {"con": one}}) == of(fact, {"o": {"con": [one]}})
    assert of(fact, {"o": None}) == of(fact, {"o": {"con": []}}) == of(fact, {}) == []


def test_children_with_a_key_and_the_row_around_them():
    fact = (
        "{result_returned: {each: c, key: [id, số], at: N, when: parent.T == 1 && L != 2, "
        "channel: [K, parent.K]}}"
    )
    children = [
        {"id": 1, "số": "a", "N": "2020-01-01", "K": "post", "L": 1},
        {"id": 1, "số": "b", "N": "2020-01-02", "K": None, "L": 1},
        {"id": 1, "số": "c", "N": "2020-01-02", "L": 2},
    ]
    found = of(fact, {"T": 1, "K": "online", "c": children})
    assert [it.data["channel"] for it in found] == ["post", "online"]
    assert len({it.slot for it in found}) == 2
    assert found == of(fact, {"T": "1", "K": "online", "c": [*children, dict(children[0])]})
    assert of(fact, {"T": 2, "c": children}) == []
    other = children[0] | {"K": "direct"}
    assert ("c", "duplicate-child") in faults(fact, {"T": 1, "c": [children[0], other]})
    assert faults(fact, {"T": 1, "c": [other | {"id": None}]}) == [("c.id", "missing")]
    assert faults(fact, {"T": 1, "c": [{"id": 1, "số": 1, "N": "x"}]}) == [
        ("c.N", "not-a-date"), ("c.K, K", "missing"),
    ]  # fmt: skip
    assert faults(fact, {"T": 1, "c": [5]}) == [("c", "not-a-list")]
    assert faults(fact, {"T": 1, "c": "x"}) == [("c", "not-a-list")]


def test_slots_can_be_ids():
    fact = "{suspended: {each: c, key: k, at: {value: 2020-01-01}}}"
    for key in ("Đơn số 1", "x" * 500, "a|b", 7, 7.0, Decimal(7), "a\x00", UUID(int=1)):
        (found,) = of(fact, {"c": [{"k": key}]})
        assert found.slot.isascii()
        assert found.slot.isprintable()
        assert " " not in found.slot
        assert len(found.slot) < 70
    slots = {of(fact, {"c": [{"k": key}]})[0].slot for key in (7, "7", 7.0, Decimal("7.0"))}
    assert slots == {"suspended.7"}


@pytest.mark.parametrize(
    ("facts", "values", "expected"),
    [
        ("{received: {at: A, channel: K}}", {"A": "2020-01-01"}, [("K", "missing")]),
        ("{received: {at: A, channel: [K, L]}}", {"A": "2020-01-01"}, [("K, L", "missing")]),
        ("{received: {at: A, channel: K}}", {"A": "x", "K": "fax"},
         [("A", "not-a-date"), ("K", "not-a-choice")]),
        ("{received: {at: A, channel: {from: K, map: {1: post}}}}", {"A": "2020-01-01", "K": 2},
         [("K", "unmapped")]),
        ("{received: {at: A, channel: {from: K, map: {1: null}}}}", {"A": "2020-01-01", "K": 1},
         [("K", "missing")]),
        ("{received: {at: A, due_at: D, channel: {value: post}}}",
         {"A": "2020-01-02 00:00", "D": "2020-01-01 23:59"}, [("D", "due-before-received")]),
        ("{received: {at: A, procedure: P, channel: {value: post}}}",
         {"A": "2020-01-02", "P": "Cấp phép"}, [("P", "not-a-code")]),
        ("{received: {at: A, procedure: P, channel: {value: post}}}",
         {"A": "2020-01-02", "P": {"ma": 1}}, [("P", "not-text")]),
        ("{received: {at: A, procedure: P, channel: {value: post}}}",
         {"A": "2020-01-02", "P": float("nan")}, [("P", "not-text")]),
        ("{received: {at: A, procedure: P, channel: {value: post}}}",
         {"A": "2020-01-02", "P": Decimal("1e5000")}, [("P", "not-text")]),
        ("{received: {at: A, procedure: P, channel: {value: post}}}",
         {"A": 10**5000, "P": 10**5000}, [("A", "not-a-date"), ("P", "not-text")]),
        ("{received: {at: A, channel: {from: K, map: {true: post, 0: online}}}}",
         {"A": "2020-01-02", "K": 1}, [("K", "unmapped")]),
        ("{extended: {at: A, due_at: D}}", {"A": "2020-01-02"}, [("D", "missing")]),
        ("{resolved: {when: T == 9, at: A}}", {"T": 9}, [("A", "missing")]),
        ("{resolved: {when: T == 9, at: A}}", {"T": "chín"}, [("T", "condition")]),
        ("{resolved: A}", {"A": "31/02/2020"}, [("A", "not-a-date")]),
    ],
)  # fmt: skip
def test_a_row_is_refused_as_a_whole_with_every_reason(facts, values, expected):
    assert faults(facts, values) == expected


@pytest.mark.parametrize(
    ("dossier", "values", "expected"),
    [
        ("{unit: U, subject: S}", {"S": None}, [("U", "missing"), ("S", "missing")]),
        ("{unit: U, subject: S}", {"U": "H 29", "S": "a b"},
         [("U", "not-a-code"), ("S", "not-a-code")]),
        ("{unit: U, subject: [S, T]}", {"U": "H29", "S": "", "T": "x" * 101},
         [("T", "not-a-code")]),
        ("{unit: {from: U, map: {a: H29}}, subject: S}", {"U": "b"}, [("U", "unmapped")]),
        ("{unit: U, subject: S, none_when: X == 1}", {"X": 1}, [("U", "missing")]),
        ("{unit: U, subject: S, none_when: X == 1}", {"U": "H29", "X": "x"}, [("X", "condition")]),
    ],
)  # fmt: skip
def test_which_dossier(dossier, values, expected):
    assert faults("{}", values, dossier) == expected


def test_reasons_repeat_no_value_but_codes():
    compiled = example("igate-cu-chi")
    secret = {"NgayHenTra": "Nguyễn Văn A", "MaDonVi": "Nguyễn Văn A", "TrangThai": "Nguyễn Văn A"}
    found = compiled.wanted(row_of(IGATE | secret))
    assert not isinstance(found, Wanted)
    assert "Nguyễn" not in str(found)
    found = compiled.wanted(row_of(IGATE | {"KenhThucHien": 7, "MaLinhVuc": "z"}))
    assert [it.says[:3] for it in found if isinstance(it, Fault)] == ["`7`"]
    for text in ("x" * 5_000, "a\nb", "\ud800"):
        found = compiled.wanted(row_of(IGATE | {"KenhThucHien": text}))
        assert text not in str(found)


def test_codes_match_whatever_type_they_have():
    fact = "{received: {at: A, channel: {from: K, map: {1: online, 0: direct, true: post}}}}"
    day = {"A": "2020-01-01"}
    for value, channel in (
        (1, "online"), ("1", "online"), (1.0, "online"), (Decimal("1.00"), "online"),
        (" 1 ", "online"), (0, "direct"), (False, "direct"), (True, "post"), ("true", "post"),
    ):  # fmt: skip
        assert of(fact, day | {"K": value})[0].data == {"channel": channel}


def test_the_due_day_may_be_that_of_receipt():
    fact = "{received: {at: A, due_at: D, channel: {value: post}}}"
    values = {"A": "2020-01-02 17:00", "D": "2020-01-02"}
    assert of(fact, values)[0].data["due_at"] == "2020-01-02T00:00:00+07:00"


def test_a_column_of_a_dotted_name_wins_over_a_path():
    facts = "{resolved: a.b}"
    assert of(facts, {"a": {"b": "2020-01-01"}}) == of(facts, {"a.b": "2020-01-01", "a": 1})
    assert of(facts, {"a": 5}) == of(facts, {"a": {"b": " "}}) == []


def test_an_accent_is_the_same_however_it_was_typed():
    facts = "{received: {at: A, channel: {from: K, map: {'\u0110\u00e3': post}}}}"
    assert of(facts, {"A": "2020-01-01", "K": "\u0110a\u0303"})[0].data == {"channel": "post"}
    named = mapping(f"{HEAD}{UNIT}, facts: {{resolved: 'Nga\u0300y'}}}}").columns()
    assert named == ("S", "Ng\u00e0y")


def test_a_row_says_the_same_each_time():
    compiled = example("igate-cu-chi")
    assert compiled.wanted(row_of(IGATE)) == compiled.wanted(Row("2", "elsewhere", dict(IGATE)))
    assert row(a=1).values == {"a": 1}
