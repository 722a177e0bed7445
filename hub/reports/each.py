"""The reports of each of many units: their questions are asked for many units at once.

A dossier belongs to one unit; it counts for that unit and for all above it. So units come deepest
first, and what is counted of one is added to those above it, whose turn comes later.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from operator import add
from typing import Any, NamedTuple

from hub.dossier.figures import DIMENSIONS
from hub.dossier.store.questions import By, Cut, Key
from hub.indicator.values import Said
from hub.registry.unit_tree import UnitTree
from hub.reports.asked import Asked, Ports, Rows, Wanted
from hub.reports.evaluation import Evaluation
from hub.reports.form.compiled import Block, Form
from hub.reports.prepared import Prepared
from hub.reports.questions import names_of
from hub.reports.report import report_of
from hub.services.scopes import of_units
from hub.store.scope import Scope

Json = dict[str, Any]
Counts = tuple[int, ...]
"""Of the figures that are asked for, in their order."""
_Fine = Sequence[tuple[Key, Counts]]
"""Rows by all dimensions."""
_AT_ONCE = 500
"""Units of one question; more would fill the memory."""


def units_in(form: Form, asked: Asked, tree: UnitTree, seen: Collection[str]) -> list[str]:
    """The asked unit and those below it for which the form is made, by their codes; `seen`: the
    units of the scope of which something is known, registered or not."""
    levels = form.document.for_levels
    registered = tree.units
    codes = {code for code in registered if asked.scope.contains(code)} | set(seen)
    if asked.unit is not None:
        codes.add(asked.unit)
    return sorted(
        code for code in codes
        if not levels or (code in registered and registered[code].level in levels)
    )  # fmt: skip


def of_each(
    form: Form, asked: Asked, ports: Ports, units: Collection[str], seen: Collection[str]
) -> Iterator[tuple[str, Json]]:
    """The report of each of some units of a scope, each with all below it; in any order, without
    the addresses of lists. Checks look into the forms that `ports` has."""
    for code, found in each_of(Prepared(form, asked), ports, units, seen):
        yield code, report_of(found, ports.tree)


def each_of(
    ready: Prepared, ports: Ports, units: Collection[str], seen: Collection[str]
) -> Iterator[tuple[str, Evaluation]]:
    """As `of_each`, what reckons the report of each."""
    form, asked = ready.form, ready.asked
    tree = ports.tree
    nodes = {*units, *seen, *filter(asked.scope.contains, tree.units)}
    above = {code: [it for it in tree.above(code) if it in nodes] for code in nodes}
    below: defaultdict[str, list[str]] = defaultdict(list)
    for code, upper in above.items():
        for it in upper:
            below[it].append(code)
    asking = [form, *(it for name, it in ports.forms.items() if name in form.others())]
    shared = _Shared(asking, asked, ports, above)
    codes = frozenset().union(*(it.indicators() for it in asking))
    said = _by_unit(ports.statements(asked.scope, codes, asked.days.calendar, asked.as_of))
    wanted = frozenset(units)
    order = sorted(nodes, key=lambda code: (-len(above[code]), code))
    for first in range(0, len(order), _AT_ONCE):
        some = order[first : first + _AT_ONCE]
        shared.begin(some)
        for code in some:
            if code in wanted:
                family = [code, *below[code]]
                own = UnitTree.of(tree.units[it] for it in family if it in tree.units)
                scope = of_units(own, (code,), subtree=True)
                of_unit = ports._replace(
                    figures=partial(shared.figures, code), tree=own,
                    statements=partial(_statements, said, family),
                )  # fmt: skip
                its = asked._replace(unit=code, scope=scope, lists=False)
                yield code, Evaluation(form, its, of_unit, ready)
            shared.forget(code)


class _Signature(NamedTuple):
    """A question without its units. `by` begins with the unit where answers are chosen by unit."""

    cut: Cut
    by: By


class _Shared:
    """Answers questions about a unit from those that are asked about many."""

    def __init__(
        self, forms: Sequence[Form], asked: Asked, ports: Ports, above: Mapping[str, Sequence[str]]
    ) -> None:
        """`forms`: the form, and those that its checks look into."""
        self._as_of, self._ports, self._above = asked.as_of, ports, above
        dimensions = {name for form in forms for name in _dimensions(form)}
        self._by = ("unit", *sorted(dimensions - {"unit"}))
        self._names = sorted({name for form in forms for name in names_of(form)})
        self._past: list[Sequence[str]] = []
        self._fine: dict[Cut, _Fine] = {}
        self._found: dict[_Signature, dict[str, dict[Key, Counts]]] = {}

    def begin(self, units: Sequence[str]) -> None:
        """Go on with some more units."""
        self._past.append(units)
        self._fine = self._asked(units, {_bare(it.cut) for it in self._found})
        for signature in self._found:
            self._add(signature, self._fine[_bare(signature.cut)])

    def forget(self, unit: str) -> None:
        """What was counted of a unit is not needed any more."""
        for found in self._found.values():
            found.pop(unit, None)

    def figures(
        self, unit: str, scope: Scope, wanted: Wanted, *_: object
    ) -> Mapping[By, Sequence[Rows]]:
        """The figures of a unit with all below it, or of those of them that a scope contains."""
        whole = not scope.units and not scope.without and bool(scope.below)
        for by, cuts in wanted.items():
            for cut in cuts:
                self._learn(_Signature(cut, by if whole else _by_unit_too(by)))
        return {by: [self._rows(unit, scope, by, cut, whole) for cut in cuts]
                for by, cuts in wanted.items()}  # fmt: skip

    def _rows(self, unit: str, scope: Scope, by: By, cut: Cut, whole: bool) -> Rows:
        rows = self._found[_Signature(cut, by if whole else _by_unit_too(by))].get(unit, {})
        if not whole:
            some: defaultdict[Key, list[Counts]] = defaultdict(list)
            for key, row in rows.items():
                if scope.contains(str(key[0])):
                    some[key if by[:1] == ("unit",) else key[1:]].append(row)
            rows = {key: _sum(its) for key, its in some.items()}
        return {key: dict(zip(self._names, row, strict=True)) for key, row in rows.items()}

    def _learn(self, signature: _Signature) -> None:
        """A question that no unit asked before: ask it of those whose turn was, too."""
        if signature in self._found:
            return
        self._found[signature] = {}
        bare = _bare(signature.cut)
        for units in self._past[:-1]:
            self._add(signature, self._asked(units, {bare})[bare])
        if bare not in self._fine:
            self._fine |= self._asked(self._past[-1], {bare})
        self._add(signature, self._fine[bare])

    def _asked(self, units: Sequence[str], cuts: Collection[Cut]) -> dict[Cut, _Fine]:
        """Cuts by all dimensions, in one question."""
        if not cuts:
            return {}
        wanted, names = {self._by: sorted(cuts)}, self._names
        found = self._ports.figures(Scope(frozenset(units)), wanted, self._as_of, names)
        return {
            cut: [(key, tuple([row[name] for name in names])) for key, row in rows.items()]
            for cut, rows in zip(wanted[self._by], found[self._by], strict=True)
        }

    def _add(self, of: _Signature, rows: _Fine) -> None:
        """Count rows for their units and all above those; those of one unit are summed before."""
        for name, values in of.cut.where:
            place, wanted = self._by.index(name), frozenset(values)
            rows = [it for it in rows if (it[0][place] or "") in wanted]
        places = [self._by.index(name) for name in of.by]
        own: defaultdict[str, defaultdict[Key, list[Counts]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for key, row in rows:
            own[str(key[0])][tuple([key[place] for place in places])].append(row)
        found = self._found[of]
        for unit, by_key in own.items():
            summed = {key: _sum(some) for key, some in by_key.items()}
            for code in (unit, *self._above[unit]):
                into = found.setdefault(code, {})
                for key, row in summed.items():
                    before = into.get(key)
                    into[key] = row if before is None else tuple(map(add, before, row))


def _sum(rows: Sequence[Counts]) -> Counts:
    return rows[0] if len(rows) == 1 else tuple(map(sum, zip(*rows, strict=True)))


def _bare(cut: Cut) -> Cut:
    """A cut of all values: those that are wanted are chosen among its rows."""
    return cut._replace(where=())


def _by_unit_too(by: By) -> By:
    return ("unit", *(it for it in by if it != "unit"))


def _dimensions(form: Form) -> set[str]:
    """All dimensions by which a form's dossiers are chosen or told apart."""
    found = {name for _, plan in form.plans() for name, _ in plan.where}
    for line in chain.from_iterable(part.lines for part in form.parts):
        if isinstance(line, Block):
            found.add(form.document.groups[line.groups].by if line.groups else line.each)
    return found.intersection(DIMENSIONS)


def _by_unit(said: Mapping[str, Said]) -> Mapping[str, Mapping[str, Said]]:
    """Statements by unit and code."""
    found: defaultdict[str, defaultdict[str, dict[Any, Any]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for code, of_code in said.items():
        for place, event in of_code.items():
            found[place[0]][code][place] = event
    return found


def _statements(
    said: Mapping[str, Mapping[str, Said]], units: Sequence[str], *_: object
) -> Mapping[str, Said]:
    """The statements of a unit and those below it."""
    if len(units) == 1:
        return said.get(units[0], {})
    found: defaultdict[str, dict[Any, Any]] = defaultdict(dict)
    for unit in units:
        for code, of_code in said.get(unit, {}).items():
            found[code] |= of_code
    return found
