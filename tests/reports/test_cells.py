"""Arithmetic of cells against a plain oracle, and numbers as they are printed."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.reports.cells import Number, judged, number
from hub.reports.form.compiled import Bound, Style
from hub.reports.form.formula import parse
from hub.reports.numbers import json_number, printed

EMPTIES = ("not_applicable", "not_provided", "not_yet")  # the later, the heavier
Value = Fraction | str
values = st.fractions(-50, 50, max_denominator=4) | st.sampled_from(EMPTIES)
NAMES = ("a", "b", "c", "d")


@st.composite
def formulas(draw: Any, depth: int = 3) -> tuple[str, Any]:
    """A formula, and a function of values by name that gives what it must give."""
    kind = draw(st.sampled_from(("name", "number", "+", "-", "*", "/", "sum", "neg")))
    if depth == 0 or kind == "name":
        name = draw(st.sampled_from(NAMES))
        return name, lambda of: of[name]
    if kind == "number":
        digits = draw(st.integers(0, 99))
        return str(digits), lambda of: Fraction(digits)
    parts = [draw(formulas(depth - 1)) for _ in range(draw(st.integers(1, 3)))]
    if kind == "sum":
        return (
            f"sum({', '.join(text for text, _ in parts)})",
            lambda of: plain_sum([it(of) for _, it in parts]),
        )
    (left, of_left), (right, of_right) = parts[0], parts[-1]
    if kind == "neg":
        return f"-({left})", lambda of: plain("-", Fraction(0), of_left(of))
    return f"({left}) {kind} ({right})", lambda of: plain(kind, of_left(of), of_right(of))


def plain(kind: str, left: Value, right: Value) -> Value:
    empties = [it for it in (left, right) if isinstance(it, str)]
    if empties:
        return max(empties, key=EMPTIES.index)
    assert isinstance(left, Fraction)
    assert isinstance(right, Fraction)
    if kind == "/":
        return left / right if right else "not_applicable"
    return {"+": left + right, "-": left - right, "*": left * right}[kind]


def plain_sum(parts: list[Value]) -> Value:
    for empty in ("not_yet", "not_provided"):
        if empty in parts:
            return empty
    counted = [it for it in parts if isinstance(it, Fraction)]
    return sum(counted, Fraction(0)) if counted else "not_applicable"


def as_number(value: Value) -> Number:
    return Number("value", value) if isinstance(value, Fraction) else Number(value)  # type: ignore[arg-type]


def bound(text: str) -> Bound:
    return Bound(parse(text), {})


@given(formulas(), st.fixed_dictionaries(dict.fromkeys(NAMES, values)))
def test_a_formula_gives_what_the_oracle_gives(made: tuple[str, Any], of: dict[str, Value]) -> None:
    text, oracle = made
    assert number(bound(text), lambda name: [as_number(of[name[0]])]) == as_number(oracle(of))


@given(st.integers(-50, 50), st.integers(-50, 50))
def test_counts_are_divided_exactly(a: int, b: int) -> None:
    of = {"a": Number("value", a), "b": Number("value", b)}
    found = number(bound("a / b + sum(a, b) * 3"), lambda name: [of[name[0]]])
    assert found == as_number(
        plain("+", plain("/", Fraction(a), Fraction(b)), Fraction(3 * (a + b)))
    )
    assert not isinstance(found.value, float)


@given(
    values, values, values, st.sampled_from(("==", "!=", "<", "<=", ">", ">=")),
    st.sampled_from(("and", "or")),
)  # fmt: skip
def test_a_check_is_true_false_or_unknown(
    a: Value, b: Value, c: Value, sign: str, word: str
) -> None:
    def compared(left: Value, right: Value) -> bool | None:
        if isinstance(left, str) or isinstance(right, str):
            return None
        signs = {
            "==": left == right, "!=": left != right, "<": left < right,
            "<=": left <= right, ">": left > right, ">=": left >= right,
        }  # fmt: skip
        return signs[sign]

    of = {"a": a, "b": b, "c": c}
    found = judged(
        bound(f"a {sign} b {word} not b {sign} c"), lambda name: [as_number(of[name[0]])]
    )
    first, second = compared(a, b), compared(b, c)
    second = None if second is None else not second
    decisive = word == "or"
    expected = (
        decisive if decisive in (first, second)
        else None if None in (first, second) else not decisive
    )  # fmt: skip
    assert found.holds == expected


@given(st.decimals(-(10**9), 10**9, places=5), st.integers(0, 4), st.integers(1, 4))
def test_numbers_are_rounded_half_up_and_grouped(value: Decimal, decimals: int, pad: int) -> None:
    text = printed(Fraction(value), Style(".", pad, decimals, trim=False))
    exact = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert Decimal(text.replace(".", "").replace(",", ".")) == exact
    whole = text.lstrip("-").split(",")[0]
    assert all(len(group) == 3 for group in whole.split(".")[1:])


def test_numbers_look_as_the_documents_print_them() -> None:
    told = {
        (4340, 1): "4.340", (8, 2): "08", (0, 2): "0", (1283, 2): "1.283", (100, 1): "100",
        ("92.1", 1): "92,1", ("43.52", 1): "43,52", ("-0.5", 1): "-0,5",
        ("0.33", 2): "0,33", ("7.5", 2): "7,5",
        ("1000000", 1): "1.000.000",
    }  # fmt: skip
    for (value, pad), text in told.items():
        assert printed(Fraction(value), Style(pad=pad)) == text


def test_a_number_that_64_bits_do_not_hold_is_told_as_a_float() -> None:
    assert json_number(Fraction(2**63 - 1)) == 2**63 - 1
    assert type(json_number(Fraction(10**30))) is float
    assert type(json_number(Fraction(-(10**30)))) is float
