"""Rules that give scores, as a form has them."""

from collections.abc import Sequence

from hub.core.said import said
from hub.reports.form.compiled import Case
from hub.reports.form.document import RuleSet
from hub.reports.form.formula import FormulaError, names, parse
from hub.reports.form.scalars import Domain


def domains(rule: RuleSet) -> dict[str, Domain]:
    """The domain of each of a rule's names."""
    return rule.domain if isinstance(rule.domain, dict) else {"x": rule.domain}


def words_of(rule: RuleSet) -> dict[str, Sequence[str]]:
    """What each name may be, where it is a word."""
    return {name: it for name, it in domains(rule).items() if isinstance(it, list)}


def cases(rule: RuleSet) -> tuple[Case, ...]:
    """The cases of a rule. Raises `FormulaError`."""
    return tuple(_case(rule, text) for text in rule.when)


def _case(rule: RuleSet, text: str) -> Case:
    condition, colon, score = text.rpartition(":")
    if not colon:
        says = said(
            "case-no-score", "`{text}` has no score; write a condition, a colon and a score",
            text=text,
        )  # fmt: skip
        raise FormulaError(says)
    case = Case(parse(condition), parse(score))
    if not case.condition.is_check or case.score.is_check:
        says = said(
            "no-case", "`{text}` is no case; write a comparison, a colon and a score", text=text
        )
        raise FormulaError(says)
    known = domains(rule).keys() | {w for words in words_of(rule).values() for w in words}
    for formula in case:
        for name, _ in names(formula):
            if name[0] not in known or len(name) > 1:
                says = said(
                    "case-name", "`{text}` has the unknown name `{name}`",
                    text=text, name=".".join(name),
                )  # fmt: skip
                raise FormulaError(says)
    return case
