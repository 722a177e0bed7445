"""The catalogue that comes with the hub has every indicator of the bundled forms, and agrees with
them."""

from hub.registry.indicators import bundled_indicators, check_indicator
from hub.reports.bundled import bundled
from hub.reports.form.compiled import Address
from hub.reports.form.rules import domains

CATALOGUE = bundled_indicators()


def test_it_has_the_indicators_of_the_bundled_forms_and_no_others() -> None:
    assert CATALOGUE.keys() == {code for form in bundled().values() for code in form.indicators()}


def test_each_has_names_of_its_own_in_two_languages() -> None:
    for indicator in CATALOGUE.values():
        check_indicator(indicator)
        assert indicator.name_en, indicator.code
    for name in ("name", "name_en"):
        assert len({getattr(it, name) for it in CATALOGUE.values()}) == len(CATALOGUE)


def test_it_puts_periods_together_as_the_forms_say() -> None:
    told = {
        (plan.indicator, plan.keep)
        for form in bundled().values() for _, plan in form.plans() if plan.kind == "indicator"
    }  # fmt: skip
    assert told == {(it.code, it.over_periods) for it in CATALOGUE.values()}


def test_it_has_the_kinds_that_rules_want() -> None:
    """What a rule calls a percentage is a share, its words are a text."""
    form = bundled()["bim-son-2018-index"]
    kinds = {"percent": "share", "count": "count", "yes_no": "yes_no"}
    plans, checked = dict(form.plans()), 0
    for row in form.document.sections[0].rows:  # type: ignore[union-attr]
        name = row.cells["tinh"].rule if "tinh" in getattr(row, "cells", {}) else None
        if name is None:
            continue
        rule = plans[Address("chi_so", row.key, "tinh")].rule  # type: ignore[union-attr]
        assert rule is not None
        for of, domain in domains(form.document.rules[name]).items():
            (target,) = rule.of[of].targets.values()
            kind = "text" if isinstance(domain, list) else kinds[domain]
            code = plans[Address(*target)].indicator
            assert CATALOGUE[code].kind == kind, code
            checked += 1
    assert checked == 89
