"""The fold of many simple dossiers at once against the fold of each."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.batch import columns_of
from hub.core.identity import distinct
from hub.core.merging import Span
from hub.core.sheet import sheet_of
from hub.core.time import NEVER
from hub.dossier.deadlines import Clock, deadlines
from hub.dossier.fold import Facts, versions
from hub.dossier.folding import Changes
from hub.dossier.simple import OUTCOMES, TIMELINESS, Lives, fold_simple, simple_dossiers
from hub.store.driver import Dossier
from schemas.event import Accepted
from tests import oracle, pure
from tests.examples import Rule
from tests.examples_rules import RULES
from tests.strategies import DOSSIERS, events, logs

_LATER = st.sampled_from(
    ("resolved", "resolved", "withdrawn", "stopped", "result_returned", "rated")
)


@st.composite
def simple_logs(draw: st.DrawFn) -> list[oracle.Accepted]:
    """Dossiers that are mostly received first, and then mostly what a simple one may be, sometimes
    all at once."""
    log: list[oracle.Accepted] = []
    for dossier in DOSSIERS:
        kinds = ["received", *draw(st.lists(_LATER, max_size=3, unique=draw(st.booleans())))]
        if draw(st.integers(0, 5)) == 0:
            kinds = draw(st.permutations(kinds))
        at_once, first = draw(st.booleans()), draw(events([dossier], ["received"]))
        for kind in kinds:
            event = draw(events([dossier], [kind])) if kind != "received" else first
            if at_once:
                event["time"] = first["time"]
            stamp = log[-1].accepted + draw(st.integers(0, 1)) if log else 1
            log.append(oracle.Accepted(event, stamp, len(log)))
    return log


def by_dossier(rows: Sequence[Accepted]) -> dict[Dossier, list[Accepted]]:
    """The events of each dossier, each identity once."""
    found: defaultdict[Dossier, list[Accepted]] = defaultdict(list)
    for row in rows:
        found[row.event.dossier].append(row)
    return {dossier: distinct(some, []) for dossier, some in found.items()}


def facts_of(lives: Lives) -> list[tuple[Facts, bool]]:
    """The facts of each life as the fold gives them, and whether due by the hour."""
    found, end = [], 0
    for row in range(len(lives.number)):
        start, end = end, end + int(lives.marks[row])
        due_at, hourly = int(lives.due_at[row]), bool(lives.hourly[row])
        received_at, closed_at = int(lives.received_at[row]), int(lives.closed_at[row])
        said = {name: column[row].as_py() for name, column in lives.attributes.items()}
        attributes = {name: text for name, text in said.items() if text}
        timeliness: Any = TIMELINESS[lives.timeliness[row]] or None
        outcome: Any = OUTCOMES[lives.outcome[row]] or None
        due = [(received_at, due_at)] if due_at < NEVER else []
        columns = lives.code[start:end], lives.at[start:end], lives.event[start:end]
        marks = [(int(code), int(at), event) for code, at, event in zip(*columns, strict=True)]
        clock = Clock(due, hourly, received_at, closed_at)
        assert int(lives.deadline[row]) == max(
            (p.deadline for p in deadlines(clock)), default=NEVER
        )
        facts = Facts(
            "dossier", attributes, received_at, closed_at, timeliness, outcome, due, marks
        )
        found.append((facts, hourly))
    assert end == len(lives.code)
    return found


def folded(rows: Sequence[Accepted], since: int) -> tuple[set[Dossier], Lives | None]:
    """Which dossiers are simple, and their lives."""
    if not rows:
        return set(), None
    sheet = sheet_of(columns_of(rows))
    places = simple_dossiers(sheet)
    first = sheet.order[sheet.first[places.is_simple]]
    simple = {rows[number].event.dossier for number in first.tolist()}
    return simple, fold_simple(sheet, places, since) if simple else None


@given(simple_logs() | logs(), st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_simple_dossiers_have_the_facts_of_the_fold(log: list[oracle.Accepted], since: int) -> None:
    same_facts(pure.accept(log), since)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_those_of_the_rules_by_hand_have_them(rule: Rule) -> None:
    """What is rare in random logs stands there: each mark."""
    same_facts(pure.accept(rule.events), 0)


def same_facts(rows: Sequence[Accepted], since: int) -> None:
    """Compare the facts of all simple dossiers with those of the fold."""
    simple, lives = folded(rows, since)
    expected = {}
    for dossier in simple:
        for number, moment, facts in versions(by_dossier(rows)[dossier], since):
            hourly = facts.attributes.pop("due_basis", None) == "hour"
            expected[*dossier, number] = moment, facts, hourly
    found = {}
    if lives is not None:
        columns = lives.number.tolist(), lives.moment.tolist(), facts_of(lives)
        names = lives.unit.to_pylist(), lives.subject.to_pylist()
        for unit, subject, number, moment, said in zip(*names, *columns, strict=True):
            found[unit, subject, number] = moment, *said
        assert len(found) == len(lives.number)
    assert found == expected


@given(simple_logs())
@settings(max_examples=100, deadline=None)
def test_a_dossier_that_is_received_and_closed_is_simple(log: list[oracle.Accepted]) -> None:
    rows = pure.accept(log)
    simple, _ = folded(rows, 0)
    for dossier, some in by_dossier(rows).items():
        kinds = [row.event.kind for row in some]
        first = kinds[0] == "received" and kinds.count("received") == 1
        closed = sum(kind in ("resolved", "withdrawn", "stopped") for kind in kinds)
        once = all(kinds.count(kind) <= 1 for kind in ("result_returned", "rated"))
        names = [row.event.id for row in rows if row.event.dossier == dossier]
        counted = [e.time for _, _, e in some if e.kind in ("result_returned", "rated")]
        apart = len(set(names)) == len(names) and len(set(counted)) == len(counted)
        assert (dossier in simple) == (first and closed <= 1 and once and apart)


@given(simple_logs())
@settings(max_examples=30, deadline=None)
def test_simple_dossiers_change_what_the_fold_says(log: list[oracle.Accepted]) -> None:
    rows = pure.accept(log)
    simple, lives = folded(rows, 0)
    one_by_one, at_once = Changes(), Changes()
    ever: dict[str, int] = {}
    for dossier in simple:
        some = by_dossier(rows)[dossier]
        one_by_one.fold({dossier: some}, 0)
        instants = [at for _, _, facts in versions(some, 0) for _, at, _ in facts.marks]
        ever[dossier[0]] = min(ever.get(dossier[0], NEVER), *instants)
    if lives is not None:
        at_once.note_simple(lives)
    said = one_by_one.units()
    assert all(span.since <= ever[unit] for unit, span in said.items())
    assert at_once.units() == {u: Span(ever[u], span.position) for u, span in said.items()}
    assert at_once.deadlines == one_by_one.deadlines
