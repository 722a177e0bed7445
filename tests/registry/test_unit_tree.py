"""The tree asked from above and from below gives one answer, that of the contract's words."""

from hypothesis import given
from hypothesis import strategies as st

from hub.registry import Unit, UnitTree

CODES = [f"{a}{b}{c}" for a in "AB" for b in ("", ".1", ".2") for c in ("", ".1")]


@st.composite
def trees(draw: st.DrawFn) -> UnitTree:
    """Any parents at all, circles too: a walk must end even on what `put` would refuse."""
    codes = draw(st.lists(st.sampled_from(CODES), unique=True))
    parents = st.sampled_from([None, *codes])
    return UnitTree.of(Unit(code, code, parent=draw(parents)) for code in codes)


@given(trees(), st.sets(st.sampled_from(CODES), max_size=3))
def test_below_and_within_are_the_closure_of_parents_and_dots(
    tree: UnitTree, wanted: set[str]
) -> None:
    closure = set(wanted)
    while True:
        more = {
            code
            for code, unit in tree.units.items()
            if unit.parent in closure or any(code.startswith(f"{upper}.") for upper in closure)
        }
        if more <= closure:
            break
        closure |= more
    for region in (tree.region(tuple(wanted)), tree.region(frozenset(wanted))):
        assert region.codes == closure
        for code in (*CODES, "C", "A.1.1.1"):
            for codes in (closure, region.tops):
                below = any(code.startswith(f"{upper}.") for upper in codes)
                assert (code in region) == (code in codes or below)
        assert not any(code.startswith(f"{top}.") for code in region.tops for top in region.tops)


def test_a_code_is_not_below_one_that_merely_begins_alike() -> None:
    tree = UnitTree.of([Unit("H2", "x"), Unit("H29", "x"), Unit("h2.1", "x")])
    region = tree.region(("H2",))
    assert region.codes == {"H2"}
    assert "H29" not in region
    assert "h2.1" not in region
