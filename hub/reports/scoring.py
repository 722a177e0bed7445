"""The score of a rule, and where rules leave a hole or overlap."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice, pairwise, product

from hub.core.said import said
from hub.reports.cells import Cell, Number, judged, number, total
from hub.reports.form.compiled import Bound, Case, Form, Scoring
from hub.reports.form.document import RuleSet
from hub.reports.form.formula import Formula, Name
from hub.reports.form.rules import cases, domains, words_of
from hub.reports.form.scalars import Domain

NO_RULE, TWO_RULES, OVER_MAX = "no rule", "two rules", "over max"
_MOST_PROBES = 5_000
_HUNDRED = Fraction(100)


def scored(given: Sequence[Fraction], *, add: bool, at_most: Number | None) -> Fraction | str:
    """The one score of the cases that hold, or why there is none."""
    if not given and not add:
        return NO_RULE
    if len(set(given)) > 1 and not add:
        return TWO_RULES
    score = sum(given, Fraction(0)) if add else given[0]
    if at_most is not None and at_most.known and score > at_most.value:
        return OVER_MAX
    return score


def of_rule(rule: Scoring, values: Mapping[str, Number], at_most: Number | None) -> Cell:
    """The cell of a rule; what is not known is handed on."""
    unknown = total([it for it in values.values() if not it.known])
    if unknown.state != "value":
        return Cell(unknown, "rule")
    found = scored(scores(rule.cases, values, rule.words), add=rule.add, at_most=at_most)
    if isinstance(found, str):
        return Cell(Number("not_provided"), "rule", found)
    return Cell(Number("value", found), "rule")


def form_remarks(form: Form) -> list[str]:
    """What is odd in a form but allowed: its rules' holes and overlaps, and what an older
    hub took that counts nowhere."""
    rules = form.document.rules.items()
    ignored = [
        said("form-ignores", "line {line}, {key}: {says}", line=it.line, key=it.key, says=it.says)
        for it in form.ignored
    ]
    return [*ignored, *(it for name, rule in rules for it in remarks(name, rule))]


def scores(
    found: Sequence[Case], values: Mapping[str, Number], words: Mapping[str, Sequence[str]]
) -> list[Fraction]:
    """The scores of all cases that hold, for known values."""
    constants = {
        word: Number("value", Fraction(i)) for of in words.values() for i, word in enumerate(of)
    }

    def of(name: Name) -> list[Number]:
        return [values.get(name[0]) or constants[name[0]]]

    return [
        Fraction(number(Bound(case.score, {}), of).value)
        for case in found
        if judged(Bound(case.condition, {}), of).holds
    ]


def remarks(name: str, rule: RuleSet) -> Iterator[str]:
    """Values for which no case holds, or several with different scores."""
    found, words = cases(rule), words_of(rule)
    points = {it: list(_probes(domain, found)) for it, domain in domains(rule).items()}
    holes, overlaps = [], []
    for values in islice(product(*points.values()), _MOST_PROBES):
        at = dict(zip(points, values, strict=True))
        given = scores(found, {key: Number("value", it) for key, it in at.items()}, words)
        if not given and not rule.add:
            holes.append(_told(at, words))
        if len(set(given)) > 1 and not rule.add:
            overlaps.append(_told(at, words))
    if holes:
        yield said(
            "rule-hole", "rule {name} gives no score at {place}{more}",
            name=name, place=holes[0], more=_more(holes),
        )  # fmt: skip
    if overlaps:
        yield said(
            "rule-overlap", "rule {name} gives two scores at {place}{more}",
            name=name, place=overlaps[0], more=_more(overlaps),
        )  # fmt: skip


def _more(found: Sequence[str]) -> str:
    if len(found) <= 1:
        return ""
    return said("rule-more", " and {n} more probed values", n=len(found) - 1)


def _probes(domain: Domain, found: Sequence[Case]) -> Iterator[Fraction]:
    """The values where a case may begin or end, those between, and the ends of the domain."""
    if domain == "yes_no":
        yield from (Fraction(0), Fraction(1))
    elif isinstance(domain, list):
        yield from map(Fraction, range(len(domain)))
    else:
        bounds = sorted({Fraction(0), _HUNDRED, *_constants(it.condition for it in found)})
        steps = [(a + b) / 2 for a, b in pairwise(bounds)]
        values = sorted({*bounds, *steps})
        if domain == "count":
            values = sorted({Fraction(int(it) + step) for it in values for step in (0, 1)})
        yield from (it for it in values if domain == "count" or it <= _HUNDRED)


def _constants(formulas: Iterable[Formula]) -> Iterator[Fraction]:
    for formula in formulas:
        for node in ast.walk(formula.tree):
            if isinstance(node, ast.Constant):
                yield Fraction(str(node.value))


def _told(at: Mapping[str, Fraction], words: Mapping[str, Sequence[str]]) -> str:
    return ", ".join(
        f"{name} = {words[name][int(it)]}" if name in words else f"{name} = {float(it):g}"
        for name, it in at.items()
    )
