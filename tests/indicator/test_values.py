"""Statements in force, and what units and periods make of them, against the independent oracle."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.indicator.fold import known_at
from hub.indicator.values import Rules, Units, Value, value_of
from schemas.event import Accepted, Event
from tests.indicator import oracle

MANY = settings(max_examples=200, deadline=None)
PERIODS = ("2020-01", "2020-02", "2020-03", "2020-Q1", "2020-Q2", "2020-Q3", "2020-Q4",
           "2020-H1", "2020-H2", "2020-9M", "2020")  # fmt: skip
LEVELS = ("", "district", "commune")
TREE = {"P": ["P.1", "P.2", "X"], "P.1": ["P.1.1", "P.1.2"], "X": ["X.1"], "X.1": ["X.1.1"]}
LEVEL_OF = {"P": "province", "P.1": "district", "X": "district", "P.1.1": "commune",
            "P.1.2": "commune", "X.1": "commune"}  # fmt: skip
UNITS = ("P", "P.1", "P.2", "P.1.1", "P.1.2", "X", "X.1", "X.1.1")

contents = st.one_of(
    st.fixed_dictionaries({"value": st.integers(-99, 99) | st.sampled_from([0.1, 92.1, 0.03])}),
    st.sampled_from([{"status": "not_applicable"}, {"status": "withdrawn"}]),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Accepted]:
    """Events of one unit and indicator in the order of the log, identities perhaps twice."""
    rows, accepted = [], 0
    for position in range(draw(st.integers(1, 12))):
        accepted += draw(st.integers(0, 1))
        source, name = draw(st.sampled_from(["/a", "/b"])), draw(st.sampled_from("xyzw"))
        if draw(st.integers(0, 3)):
            data = draw(contents) | {"period": draw(st.sampled_from(PERIODS[-2:]))}
            data |= {"calendar": draw(st.sampled_from(["civil", "nd09"]))}
            data |= draw(st.sampled_from([{}, {"level": "commune"}]))
            kind = "indicator.reported"
        else:
            kind, data = "indicator.retracted", {"id": draw(st.sampled_from("xyzw"))}
        time, sequence = draw(st.integers(0, 2)), draw(st.integers(0, 1))
        event = Event("P", "c", source, name, kind, time, sequence, data)
        rows.append(Accepted(position, accepted, event))
    return rows


@given(histories(), st.integers(0, 12))
@MANY
def test_the_last_statement_that_is_not_taken_back_is_in_force(rows, as_of):
    from hub.core.identity import distinct

    found = known_at(distinct(rows, []), as_of)
    for calendar in ("civil", "nd09"):
        for period in PERIODS:
            for level in LEVELS:
                place = (calendar, period, level)
                assert found.get(place) == oracle.statement_in_force(rows, place, as_of)


def above(code: str) -> set[str]:
    direct = {unit for unit, below in TREE.items() if code in below}
    return direct.union(*map(above, direct))


def below(code: str) -> set[str]:
    direct = set(TREE.get(code, []))
    return direct.union(*map(below, direct))


REGISTER = Units(below, above, LEVEL_OF.get)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(UNITS), st.sampled_from(LEVELS), st.sampled_from(PERIODS)),
        contents, max_size=20,
    ),
    st.sampled_from(["sum", "none"]), st.sampled_from(["sum", "last", "none"]),
)  # fmt: skip
@MANY
def test_values_of_units_and_periods_are_those_of_the_contract(contents, over_units, over_periods):
    said = {
        (unit, level, period): Event(
            unit, "c", "/a", f"{unit}{level}{period}", "indicator.reported", 0, 0,
            {"calendar": "civil", "period": period, **content},
        )
        for (unit, level, period), content in contents.items()
    }  # fmt: skip
    for unit in UNITS:
        for period in PERIODS:
            for level in LEVELS:
                found = value_of(
                    said, Rules(over_units, over_periods), unit, period, level, units=REGISTER
                )
                rules = oracle.Rules(over_units, over_periods)
                expected = oracle.value(said, rules, TREE, LEVEL_OF, unit, period, level)
                assert as_oracle(found) == expected, (unit, period, level)


def as_oracle(value: Value) -> Fraction | str | None:
    if value.state == "value":
        return Fraction(str(value.content))
    return "n/a" if value.state == "not_applicable" else None


def test_one_commune_may_be_below_two_and_counts_once():
    above = {"C": ["D", "E", "P"], "D": ["P"], "E": ["P"]}
    said = {
        (unit, "", "2020"): Event(
            unit, "c", "/a", unit, "indicator.reported", 0, 0,
            {"calendar": "civil", "period": "2020", "value": value},
        )
        for unit, value in (("C", 1), ("D", 10))
    }  # fmt: skip
    register = Units(lambda _: {"C", "D", "E"}, lambda code: above.get(code, []), lambda _: None)
    found = value_of(said, Rules("sum"), "P", "2020", units=register)
    assert (found.content, found.origin, [e.unit for e in found.events]) == (10, "sum", ["D"])
