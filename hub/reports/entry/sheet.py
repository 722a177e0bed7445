"""The template as a value: what a form needs of a unit for a period, what stands there now, and
what was said for the period before. How it is written as a file is said elsewhere."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson

from hub.indicator.fold import Content, Slot, content_of
from hub.indicator.history import Told, current
from hub.indicator.values import Said, Units, Value, value_of
from hub.registry.unit_tree import UnitTree
from hub.reports.entry.needs import Need
from hub.reports.form import Form
from schemas.event import Event

Histories = Mapping[str, Mapping[Slot, Sequence[Told]]]
"""Indicator → place → what the unit itself stated there."""


class Row(NamedTuple):
    """`own`: the unit's own statement in force, also one that says `withdrawn`; `present`: what the
    report has, which may be a sum. `mark` changes with every event about this place."""

    need: Need
    own: Event | None
    present: Value
    proposal: Content | None
    mark: str
    told: Sequence[Told]

    @property
    def key(self) -> tuple[str, str]:
        """The indicator and the level."""
        return self.need.code, self.need.level


class Template(NamedTuple):
    """What is asked of one unit. `before`: the period that proposals are of, if any is wanted."""

    form: str
    version: str
    title: str
    unit: str
    unit_name: str
    period: str
    calendar: str
    before: str | None
    rows: Sequence[Row]

    def says(self) -> dict[str, str]:
        """What a file of it is."""
        return {
            "form": self.form, "version": self.version, "unit": self.unit, "period": self.period,
            "calendar": self.calendar,
        }  # fmt: skip


def template(
    form: Form, found: Sequence[Need], unit: str, period: str, calendar: str, *,
    histories: Histories, said: Mapping[str, Said], tree: UnitTree, propose: bool = False,
) -> Template:  # fmt: skip
    """`said`: the statements in force of the unit and those below it, by indicator."""
    before = previous(period) if propose else None
    units = Units(
        lambda code: tree.region((code,)), tree.above,
        lambda code: entry.level if (entry := tree.units.get(code)) else None,
    )  # fmt: skip

    def row(need: Need) -> Row:
        told = histories.get(need.code, {}).get(Slot(calendar, period, need.level), ())
        own, of_code = current(told), said.get(need.code, {})
        present = value_of(of_code, need.rules, unit, period, need.level, units=units)
        proposal = None
        if before is not None:  # only what the unit itself said
            rules = need.rules._replace(over_units="none")
            earlier = value_of(of_code, rules, unit, before, need.level, units=units)
            proposal = content(earlier)
        return Row(need, own, present, proposal, mark(told), told)

    entry = tree.units.get(unit)
    return Template(
        form.id, form.document.version, form.document.title, unit, entry.name if entry else unit,
        period, calendar, before, [row(need) for need in found],
    )  # fmt: skip


def content(value: Value) -> Content | None:
    """What a value says, as a statement; None: nothing."""
    if value.state == "not_provided":
        return None
    if value.state == "not_applicable":
        return Content("status", "not_applicable")
    return Content(value.name, value.content)


def own_content(row: Row) -> Content | None:
    """What the unit itself says; None where it said nothing or unsaid it."""
    if row.own is None or (found := content_of(row.own)) == ("status", "withdrawn"):
        return None
    return found


def mark(told: Sequence[Told]) -> str:
    """A short sign of all that was said about a place; a spreadsheet takes it for no number."""
    said = [(it.event.source, it.event.id, it.became) for it in told]
    return "m-" + hashlib.sha256(orjson.dumps(sorted(said))).hexdigest()[:16]


def previous(period: str) -> str:
    """The period of the same length before; of nine months the same of the year before.

    >>> previous("2020-Q1"), previous("2020-H2"), previous("2020-03"), previous("2020-9M")
    ('2019-Q4', '2020-H1', '2020-02', '2019-9M')
    """
    year, _, part = period.partition("-")
    if part[:1] in ("Q", "H"):
        of_year = {"Q": 4, "H": 2}[part[0]]
        whole, rest = divmod(int(year) * of_year + int(part[1]) - 2, of_year)
        return f"{whole:04}-{part[0]}{rest + 1}"
    if part.isdigit():
        whole, rest = divmod(int(year) * 12 + int(part) - 2, 12)
        return f"{whole:04}-{rest + 1:02}"
    return "-".join(filter(None, (f"{int(year) - 1:04}", part)))
