"""What a filled-in template would state: compared with what stands there now. All rows or none."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import orjson

from hub.core.time import rfc3339
from hub.indicator.fold import WHOLE, Content
from hub.reports.entry.columns import PLACED
from hub.reports.entry.faults import Fault, FaultsError, fault
from hub.reports.entry.parsing import UnclearError, parsed, text, tidy
from hub.reports.entry.reading import Entered, Filled
from hub.reports.entry.sheet import Row, Template, own_content

What = Literal["stated", "changed", "withdrawn", "unchanged", "again"]
TYPE = "vn.motcua.indicator.reported.v1"


class Step(NamedTuple):
    """What becomes of a row. `again`: this very statement was sent before; it and what is
    `unchanged` need no event. `before`: what the unit itself says until now."""

    row: Row
    entered: Entered
    what: What
    before: Content | None
    after: Content
    event: Mapping[str, Any] | None


class Claim(NamedTuple):
    """What a file says that it is, which must be what is asked for."""

    name: str
    code: str


_CLAIMS = (
    Claim("form", "other-form"), Claim("unit", "other-unit"), Claim("period", "other-period"),
    Claim("calendar", "other-calendar"), Claim("version", "old-version"),
)  # fmt: skip


def check_says(filled: Filled, wanted: Mapping[str, str | None]) -> None:
    """Raise `FaultsError` where a file is not what is wanted; what is None may be anything."""
    wrong = [
        fault(claim.code, filled.places.get(claim.name, ""))
        for claim in _CLAIMS
        if wanted.get(claim.name) is not None and filled.says.get(claim.name) != wanted[claim.name]
    ]
    if wrong:
        raise FaultsError(*wrong)


def plan(made: Template, filled: Filled, source: str, now: int) -> list[Step]:
    """What would be stated by a source at a moment (µs). Raises `FaultsError` with all faults."""
    rows = {row.key: row for row in made.rows}
    seen: set[tuple[str, str]] = set()
    steps: list[Step] = []
    faults: list[Fault] = []
    for given in filled.rows:
        row = rows.get(given.key)
        if row is None:
            faults.append(fault("unknown-row", given.places["code"], given.key))
        elif given.key in seen:
            faults.append(fault("twice", given.places["code"], given.key))
        elif wrong := list(_moved(row, given)):
            faults += wrong
        else:
            step, wrong = _step(made, row, given, source, now)
            faults += wrong
            steps += [step] if step else []
        seen.add(given.key)
    if faults:
        raise FaultsError(*faults)
    return steps


def _moved(row: Row, given: Entered) -> Iterator[Fault]:
    """The locked cells that are not the template's; a program that sends rows has none."""
    for name in PLACED:
        if name in given.cells and _words(given.cells[name]) != _words(getattr(row.need, name)):
            yield fault("moved", given.places[name], given.key)


def _words(cell: Any) -> str:
    """A text by its words: a spreadsheet may change the spaces."""
    return " ".join(tidy(str(cell)).split())


def _step(
    made: Template, row: Row, given: Entered, source: str, now: int
) -> tuple[Step | None, list[Fault]]:
    beside, faults = _beside(given)
    raw = given.cells.get("value", "")
    if raw == "" or (isinstance(raw, str) and not tidy(raw)):
        faults += (fault("no-value", given.places[name], given.key) for name in beside)
        return None, faults
    try:
        after = parsed(row.need.kind, row.need.choices, raw)
    except UnclearError as error:
        return None, [*faults, fault(str(error), given.places["value"], given.key)]
    if faults:
        return None, faults
    name = event_id(made, row, given.mark, after, beside)
    what = _what(row, given, after, beside, (source, name))
    if isinstance(what, Fault):
        return None, [what]
    event = None
    if what not in ("again", "unchanged"):
        event = _event(made, row, source, name, now, after, beside)
    return Step(row, given, what, own_content(row), after, event), []


def _beside(given: Entered) -> tuple[dict[str, str], list[Fault]]:
    """What is said beside the value."""
    said: dict[str, str] = {}
    faults = []
    for name in ("evidence", "note"):
        try:
            if found := tidy(text(given.cells.get(name, ""))):
                said[name] = found
        except UnclearError as error:
            faults.append(fault(str(error), given.places[name], given.key))
    return said, faults


def _what(
    row: Row, given: Entered, after: Content, beside: Mapping[str, str], name: tuple[str, str]
) -> What | Fault:
    """What becomes of a row; `name`: source and id of the event that it would be."""
    before = own_content(row)
    if any((it.event.source, it.event.id) == name for it in row.told):
        return "again"
    if before == after and _says_no_more(row, beside):
        return "unchanged"
    if given.mark != row.mark:
        return fault("changed-since", given.places["value"], given.key)
    if after != ("status", "withdrawn"):
        return "stated" if before is None else "changed"
    if before is None:
        return fault("nothing-to-withdraw", given.places["value"], given.key)
    return "withdrawn"


def _says_no_more(row: Row, beside: Mapping[str, str]) -> bool:
    """Whether what is said beside the value is what is there already."""
    data = row.own.data if row.own else {}
    return all(data.get(name) == said for name, said in beside.items())


def event_id(
    made: Template, row: Row, mark: str | None, after: Content, beside: Mapping[str, str]
) -> str:
    """The same for the same row of the same template, filled in the same: to send a file again is
    to send the same events again. Another template of later has other marks, so it may say the same
    once more."""
    said = [made.unit, made.calendar, made.period, *row.key, mark, *after, sorted(beside.items())]
    return "nhap-" + hashlib.sha256(orjson.dumps(said)).hexdigest()[:32]


def _event(
    made: Template, row: Row, source: str, name: str, now: int, after: Content,
    beside: Mapping[str, str],
) -> Mapping[str, Any]:  # fmt: skip
    """Its time is now, or right after the last statement of its place, which it replaces."""
    last = max((it.event.time for it in row.told), default=0)
    data = {
        "unit": made.unit, "period": made.period, "calendar": made.calendar,
        after.name: after.said, **beside,
    }  # fmt: skip
    if row.need.level != WHOLE:
        data["level"] = row.need.level
    return {
        "specversion": "1.0", "id": name, "source": source, "type": TYPE, "subject": row.need.code,
        "time": rfc3339(max(now, last + 1)), "data": data,
    }  # fmt: skip


def counts(steps: Sequence[Step]) -> dict[str, int]:
    """How many rows become what."""
    found = dict.fromkeys(("stated", "changed", "withdrawn", "unchanged", "again"), 0)
    for step in steps:
        found[step.what] += 1
    return found
