"""Where what stands behind a cell is listed."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from urllib.parse import quote_plus, urlencode

from hub.reports.asked import Asked
from hub.reports.form.compiled import Plan
from hub.reports.form.document import OfUnits
from hub.reports.slices import Slice
from hub.reports.spans import Span

Pairs = list[tuple[str, str]]


def of_dossiers(
    asked: Asked, plan: Plan, span: Span, of: Slice | None, values: Sequence[str]
) -> str:
    """The dossiers (or events) that a cell of figures counts; the units that took part in them, of
    a cell of these. `values`: those of the slice's dimension that it has."""
    path = "/v1/figures/units" if plan.kind == "took_part" else "/v1/dossiers"
    by = of.by if of is not None else None
    unit = None if by == "unit" else asked.unit
    where = tuple(it for it in plan.where if it[0] != by)
    head, days, tail = _fixed(
        plan.figures, unit, span.period.start, span.last, plan.unit_level or (), where,
        plan.parts, asked.known_at, asked.view,
    )  # fmt: skip
    chosen = ""
    if of is not None and by != "unit":
        chosen = "&" + urlencode([(str(by), value) for value in values])
    elif of is not None:
        head += f"&unit={quote_plus(of.codes[0])}"
    return f"{path}?{head}{days}{chosen}{tail}"


@lru_cache(4096)
def _fixed(
    figures: tuple[str, ...], unit: str | None, first: date, last: date, levels: tuple[str, ...],
    where: tuple[tuple[str, tuple[str, ...]], ...], parts: bool, known_at: str | None,
    view: str | None,
) -> tuple[str, str, str]:  # fmt: skip
    """What the addresses of many cells have in common, before, between and after what is theirs."""
    head: Pairs = [("figure", name) for name in figures]
    if unit is not None:
        head += [("unit", unit), ("subtree", "true")]
    days: Pairs = [("from", first.isoformat()), ("to", last.isoformat())]
    days += [("unit_level", level) for level in levels]
    days += [(name, value) for name, wanted in where for value in wanted]
    tail: Pairs = [("parts", "include")] if parts else []
    if known_at is not None:
        tail.append(("as_of", known_at))
    if view is not None:
        tail.append(("map", view))
    return urlencode(head), "&" + urlencode(days), "&" + urlencode(tail) if tail else ""


def of_statements(asked: Asked, plan: Plan, span: Span) -> str:
    """The statements that a cell of an indicator is."""
    pairs: Pairs = [("unit", asked.unit)] if asked.unit is not None else []
    pairs += [("code", plan.indicator), ("period", span.label), ("calendar", span.calendar)]
    pairs.append(("level", plan.unit_level[0] if plan.unit_level else ""))
    return "/v1/indicators/values?" + urlencode(pairs + _known_at(asked))


def of_units(asked: Asked, wanted: OfUnits) -> str | None:
    """The registered units that a cell counts, as they are registered or as they were on the day of
    a view; None where there can be none."""
    if wanted.level == []:
        return None
    pairs: Pairs = [("registered", "true")]
    if asked.unit is not None:
        pairs += [("unit", asked.unit), *([("below", "true")] if wanted.below else [])]
    pairs += [("level", level) for level in wanted.level or ()]
    return "/v1/units?" + urlencode(pairs + ([("on", asked.view)] if asked.view else []))


def _known_at(asked: Asked) -> Pairs:
    return [("as_of", asked.known_at)] if asked.known_at is not None else []
