"""Random histories of a report: dossiers and statements with their moments, units before and after,
and both reports, counted anew without any engine."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from hypothesis import strategies as st

from hub.dossier.figures import DIMENSIONS
from hub.dossier.store.changed import Known
from hub.indicator.fold import in_force
from hub.indicator.values import parts_of
from hub.registry import RegistryError, Unit, UnitTree
from hub.registry.indicators import Indicator, bundled_indicators
from hub.registry.unit_map import Former, UnitMap, map_on
from hub.reports.asked import Asked, Ports
from hub.reports.contributions import Dossiers
from hub.reports.evaluation import Evaluation
from hub.reports.form import Form
from hub.reports.named import NewStatements, Side
from hub.reports.ports import seen_on
from hub.reports.report import report_of
from hub.reports.spans import Days
from hub.services.scopes import of_units, of_units_on
from schemas.event import Event
from tests import oracle
from tests.pure import accept, dossiers
from tests.reports.stating import cells
from tests.reports.test_questions import FORMS, figures_of
from tests.strategies import NOW, UNITS

Json = dict[str, Any]
Place = tuple[str, str, str]
Said = Sequence[tuple[int, Event]]
"""Statements, and what takes them back, each with the moment of its acceptance."""
DIMENSIONS_ASKED = ("field", "procedure", "channel", "level", "authority", "model")
DAYS_SAID = ("2020-01-10", "2020-03-31")
NUMBERS = (0, 1, 2, 2.5, 0.1, 50, 80, 100, 1000)


@st.composite
def trees(draw: st.DrawFn) -> UnitTree:
    """Some units, of some levels, some of them below others."""
    found = []
    for code in UNITS:
        if code == "H1" or draw(st.booleans()):
            level = draw(st.sampled_from(("province", "district", "commune", None)))
            parent = "H1" if code == "A.1" and draw(st.booleans()) else None
            found.append(Unit(code, code, level, parent))  # type: ignore[arg-type]
    return UnitTree.of(found)


DAYS_OF_UNITS = (date(2019, 12, 31), date(2020, 6, 30))


@st.composite
def maps(draw: st.DrawFn, day: date | None = None) -> UnitMap:
    """Such units on a day, after some were merged, split, moved and closed."""
    units = draw(trees()).units
    found, former = [], []
    for code, unit in units.items():
        heirs = draw(st.lists(st.sampled_from([it for it in units if it != code] or [code]),
                              max_size=2, unique=True))  # fmt: skip
        last = draw(st.sampled_from((None, *DAYS_OF_UNITS)))
        found.append(replace(unit, valid_to=last, successors=tuple(heirs if last else ())))
        if draw(st.integers(0, 3)) == 0:
            parent = draw(st.sampled_from((None, "H1"))) if code != "H1" else None
            former.append(Former(code, draw(st.sampled_from(DAYS_OF_UNITS)), code, None, parent))
    on = day or draw(st.sampled_from((date(2020, 1, 1), date(2020, 7, 1))))
    try:
        return map_on({it.code: it for it in found}, former, on)
    except RegistryError:  # such a register is not taken
        return map_on(units, (), on)


def is_of(units: UnitTree | UnitMap, wanted: str, code: str, *, subtree: bool) -> bool:
    """Whether the dossiers of a unit are listed for another one."""
    if isinstance(units, UnitMap):
        return code in units.codes((wanted,), (code,), subtree=subtree)
    return code == wanted or (subtree and below(units, wanted, code))


def below(tree: UnitTree, unit: str, code: str) -> bool:
    """Whether a unit is another or below it: by its code, or the parent it is registered with."""
    if code == unit or code.startswith(f"{unit}."):
        return True
    above = tree.units.get(code)
    return above is not None and above.parent is not None and below(tree, unit, above.parent)


@st.composite
def statements(
    draw: st.DrawFn, form: Form, days: Days, moments: Sequence[int], most: int = 12
) -> Said:
    """Statements of what a form asks for and what takes them back: corrected, withdrawn, of parts
    of its periods, of units below and of levels."""
    wanted = sorted({
        (plan.indicator, plan.unit_level[0] if plan.unit_level else "",
         days.span(plan.period, plan.after).label)
        for _, plan in form.plans() if plan.indicator
    })  # fmt: skip
    found: list[tuple[int, Event]] = []
    if not wanted:
        return found
    some = draw(st.lists(st.sampled_from(wanted), min_size=1, max_size=5))
    words = sorted({
        word for _, plan in form.plans() if plan.rule for of in plan.rule.words.values()
        for word in of
    })  # fmt: skip
    for number in range(draw(st.integers(0, most))):
        at, source = draw(st.sampled_from(moments)), draw(st.sampled_from("ab"))
        if found and draw(st.integers(0, 4)) == 0:
            _, other = draw(st.sampled_from(found))
            event = Event(other.unit, other.subject, other.source, f"r{number}",
                          "indicator.retracted", number, 0, {"id": other.id})  # fmt: skip
        else:
            code, level, label = draw(st.sampled_from(some))
            labels = [label] * 3 + [part for way in parts_of(label) for part in way]
            data = {"period": draw(st.sampled_from(labels)), "calendar": days.calendar,
                    **draw(told(code, words))}  # fmt: skip
            if level and draw(st.booleans()):
                data["level"] = level
            unit = draw(st.sampled_from(("H1", "H1", "H1.2", "H1.23", "A.1")))
            event = Event(unit, code, source, f"s{number}", "indicator.reported",
                          draw(st.integers(0, 3)), number, data)  # fmt: skip
        found.append((at, event))
    return found


@st.composite
def told(draw: st.DrawFn, code: str, words: Sequence[str]) -> Json:
    """What a statement says: mostly of the indicator's kind."""
    indicator = bundled_indicators().get(code)
    kind = indicator.kind if indicator else "count"
    match draw(st.sampled_from((kind,) * 8 + ("status", "status", "text"))):
        case "text":
            return {"text": draw(st.sampled_from((*words, "khác")))}
        case "date":
            return {"date": draw(st.sampled_from(DAYS_SAID))}
        case "status":
            return {"status": draw(st.sampled_from(("withdrawn", "not_applicable")))}
        case _:
            return {"value": draw(st.sampled_from(NUMBERS))}


def changes(form: Form) -> st.SearchStrategy[Mapping[str, str]]:
    """What an office put otherwise in the catalogue: whether some indicators are summed."""
    codes = sorted(form.indicators())
    sums = st.sampled_from(("sum", "none"))
    return st.dictionaries(st.sampled_from(codes), sums, max_size=3) if codes else st.just({})


def catalogue(changed: Mapping[str, str]) -> Mapping[str, Indicator]:
    """The catalogue that comes with the hub, with what was put otherwise."""
    own = {
        code: Indicator(code, code, over_units=sums, over_periods=sums)  # type: ignore[arg-type]
        for code, sums in changed.items()
    }
    return {**bundled_indicators(), **own}


class World(NamedTuple):
    """A report and what it was counted from."""

    log: list[oracle.Accepted]
    side: Side
    report: dict[Place, Json]


def world(
    form: Form, log: Sequence[oracle.Accepted], keys: Sequence[tuple[str, str]],
    units: UnitTree | UnitMap, asked: Asked, said: Said, known_as: Mapping[str, Indicator],
) -> World:  # fmt: skip
    """The report of what was accepted."""
    on = units if isinstance(units, UnitMap) else None
    tree = on.tree if on else units
    assert isinstance(tree, UnitTree)
    facts, _ = dossiers(accept(log))
    known = {
        key: Known(
            {name: str(it.attributes.get(name, "")) for name in DIMENSIONS} | {"unit": key[0]},
            "parent" in it.attributes, [(int(code), at, event) for code, at, event in it.marks],
        )
        for key, it in facts.items()
    }  # fmt: skip
    named = () if asked.unit is None else (asked.unit,)
    scope = of_units(tree, named, subtree=True)
    ports = Ports(figures_of([*log]), answers(said), tree, known_as, forms=FORMS)
    if on is not None:
        scope, ports = of_units_on(on, named, UNITS, subtree=True), seen_on(ports, on, named)
    cells_ = Evaluation(form, asked._replace(scope=scope), ports)
    report = dict(cells(report_of(cells_, tree)))
    return World([*log], Side(cells_, tree, Dossiers(keys, known), on), report)


def answers(said: Said) -> Any:
    """The port of statements."""
    known: defaultdict[Any, list[Event]] = defaultdict(list)
    for _, event in said:
        known[event.unit, event.subject].append(event)
    slots = [(at, slot, event) for at, events in known.items()
             for slot, event in in_force(events).items()]  # fmt: skip

    def asked(scope: Any, codes: Any, calendar: str, as_of: Any) -> Any:
        found: defaultdict[str, Json] = defaultdict(dict)
        for (unit, code), slot, event in slots:
            if scope.contains(unit) and code in codes and slot.calendar == calendar:
                found[code][unit, slot.level, slot.period] = event
        return found

    return asked


def new_statements(said: Said, since: int) -> NewStatements:
    """What came after a moment."""
    new = [event for at, event in said if at > since]
    return NewStatements(
        [event for event in new if event.kind == "indicator.reported"],
        {(it.unit, it.subject, it.source, it.data["id"]) for it in new if "id" in it.data},
    )


def listed(
    log: Sequence[oracle.Accepted], units: UnitTree | UnitMap, cell: Json | None
) -> Counter[Any]:
    """What a cell counts, by the oracle and its address: dossiers, events, or units with any."""
    tree = units.tree if isinstance(units, UnitMap) else units
    found: Counter[Any] = Counter()
    if cell is None or not cell["list"]:
        return found
    asked: Mapping[str, list[str]] = parse_qs(urlsplit(cell["list"]).query, keep_blank_values=True)
    levels = asked.get("unit_level")
    for figure in asked["figure"]:
        for what in oracle.drill(
            log, figure, now=NOW, start=date.fromisoformat(asked["from"][0]),
            end=date.fromisoformat(asked["to"][0]), parts="parts" in asked,
            where={name: set(asked[name]) for name in DIMENSIONS_ASKED if name in asked},
        ):  # fmt: skip
            unit, own = what[0], tree.units.get(what[0])
            if levels is not None and ((own.level if own else "") or "") not in levels:
                continue
            wanted = asked.get("unit", [unit])[0]
            if is_of(units, wanted, unit, subtree="subtree" in asked):
                found[what] += 1
    if cell["list"].startswith("/v1/figures/units"):
        asked_for = asked.get("unit", [])
        shown = units.label if isinstance(units, UnitMap) else lambda code, _: code
        return Counter({shown(what[0], asked_for) for what in found})
    return found
