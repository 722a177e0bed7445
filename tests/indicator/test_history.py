"""What became of each statement, against the independent oracle of what is in force."""

from hypothesis import given

from hub.indicator.history import history
from tests.indicator import oracle
from tests.indicator.test_values import MANY, histories


@given(histories())
@MANY
def test_each_statement_is_told_once_and_what_became_of_it(rows):
    firsts: dict[tuple[str, str], object] = {}
    for row in rows:
        firsts.setdefault((row.event.source, row.event.id), row)
    said = [row for row in firsts.values() if row.event.kind == "indicator.reported"]
    told = history(rows)
    assert sorted(row.position for row in said) == sorted(
        row.position
        for some in told.values() for it in some
        for row in said if row.event == it.event and row.accepted == it.accepted
    )  # fmt: skip
    for place, some in told.items():
        in_force = [it.event for it in some if it.became == "in_force"]
        expected = oracle.statement_in_force(rows, place)
        assert in_force == ([] if expected is None else [expected])
        for it in some:
            gone = it.became == "retracted"
            assert (it.by is not None) == (it.became != "in_force")
            if it.by is not None:
                assert it.by.kind == ("indicator.retracted" if gone else "indicator.reported")
            # without what replaced it, and all later ones, it would be in force
            later = {(other.event.source, other.event.id) for other in some[some.index(it) + 1 :]}
            rest = [row for row in rows if (row.event.source, row.event.id) not in later]
            if not gone:
                assert oracle.statement_in_force(rest, place) == it.event
