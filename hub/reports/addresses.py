"""Where what stands behind a cell is listed."""

from collections.abc import Sequence
from urllib.parse import urlencode

from hub.reports.asked import Asked
from hub.reports.form.compiled import Plan
from hub.reports.slices import Slice
from hub.reports.spans import Span

Pairs = list[tuple[str, str]]


def of_dossiers(
    asked: Asked, plan: Plan, span: Span, of: Slice | None, values: Sequence[str]
) -> str:
    """The dossiers (or events) that a cell of figures counts. `values`: those of the slice's
    dimension that it has."""
    pairs: Pairs = [("figure", name) for name in plan.figures]
    if of is not None and of.by == "unit":
        pairs.append(("unit", of.codes[0]))
    elif asked.unit is not None:
        pairs += [("unit", asked.unit), ("subtree", "true")]
    pairs += [("from", span.period.start.isoformat()), ("to", span.last.isoformat())]
    pairs += [("unit_level", level) for level in plan.unit_level or ()]
    by = of.by if of is not None else None
    pairs += [(name, value) for name, wanted in plan.where if name != by for value in wanted]
    if of is not None and by != "unit":
        pairs += [(str(by), value) for value in values]
    if plan.parts:
        pairs.append(("parts", "include"))
    return "/v1/dossiers?" + urlencode(pairs + _known_at(asked))


def of_statements(asked: Asked, plan: Plan, span: Span) -> str:
    """The statements that a cell of an indicator is."""
    pairs: Pairs = [("unit", asked.unit)] if asked.unit is not None else []
    pairs += [("code", plan.indicator), ("period", span.label), ("calendar", span.calendar)]
    return "/v1/indicators/values?" + urlencode(pairs + _known_at(asked))


def _known_at(asked: Asked) -> Pairs:
    return [("as_of", asked.known_at)] if asked.known_at is not None else []
