"""What four published reports print in their own forms: stated as indicators, and compared with
what the hub computes. Nothing is repaired: what differs is told with its reason.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from hub.demo.plausible import Event
from hub.reports.bundled import bundled
from hub.reports.form.compiled import Line, Plan

Json = Mapping[str, Any]
SOURCE = "/demo/as-printed"
FORMS = ("cu-chi-2020", "phu-ho-2023", "bim-son-2017", "bim-son-2018-index")
_NUMBER = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?\s?(?:%|lượt)?")


class Printed(NamedTuple):
    """A report as it is printed. `rows`: section, row, code, label, texts by column; `texts`: what
    stands in its words (label, printed, the cell of the form or none); `otherwise`: why a cell is
    computed otherwise than printed."""

    form: str
    report: str
    unit: str
    period: str
    calendar: str
    data_date: str
    time: str
    rows: Sequence[Sequence[Any]]
    texts: Sequence[Json]
    otherwise: Mapping[str, str]


class Stated(NamedTuple):
    """An indicator as a report prints it: `told` is `value` or `text`, perhaps with `note`."""

    code: str
    level: str
    told: Json


State = Literal["equal", "differs", "blank", "outside"]


class Compared(NamedTuple):
    """A printed cell beside the computed one. `blank`: the report leaves it blank; `outside`: the
    number stands in the report's words, not in the form."""

    place: str
    label: str
    printed: str
    computed: str
    state: State
    why: str = ""


@cache
def printed(form: str) -> Printed:
    """The report that is printed by a form."""
    text = files("hub.demo").joinpath("as_printed", f"{form}.json").read_text("utf-8")
    return Printed(form, **json.loads(text))


def number(text: str) -> int | float | None:
    """A printed number; None for words.

    >>> number("2.738"), number("95,12 %"), number("08"), number("12/2016")
    (2738, 95.12, 8, None)
    """
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    whole = found[1].replace(".", "")
    return float(f"{whole}.{found[2]}") if found[2] else int(whole)


def stated(of: Printed) -> list[Stated]:
    """The indicators that a report prints, each once."""
    texts = {f"{row[0]}.{row[1]}": row[4] for row in of.rows}
    words = {it["cell"]: it for it in of.texts if it["cell"]}
    lines = {(part.key, line.key): line for part in bundled()[of.form].parts for line in part.lines}
    found: dict[tuple[str, str], Json] = {}
    for address, plan in bundled()[of.form].plans():
        if plan.kind != "indicator" or plan.applies is False:
            continue
        row = f"{address.section}.{address.row}"
        column = "" if address.column == "value" else f".{address.column}"
        said = words.get(row + column)
        text = texts.get(row, {}).get(address.column)
        told = _told(text) if said is None else _of_words(said)
        if told is not None:
            line = lines[address.section, address.row]
            found[plan.indicator, _level(plan)] = told | _note(line, texts.get(row, {}))
    return [Stated(*key, told) for key, told in sorted(found.items())]


def statements(of: Printed) -> Iterator[Event]:
    """The events by which the report's unit states them; their source says that they are as
    printed."""
    for code, level, told in stated(of):
        data = {"unit": of.unit, "period": of.period, "calendar": of.calendar, **told}
        yield {
            "specversion": "1.0", "id": f"{of.form}-{code}-{level or 'all'}", "source": SOURCE,
            "subject": code, "type": "vn.motcua.indicator.reported.v1", "time": of.time,
            "data": data | ({"level": level} if level else {}),
        }  # fmt: skip


def compared(of: Printed, report: Json) -> list[Compared]:
    """Every printed cell and number beside the report that the hub makes."""
    sections = {it["key"]: it for it in report["sections"]}
    rows = {(key, row["key"]): row for key, it in sections.items() for row in it["rows"]}
    found = []
    for section, key, code, label, texts, *_ in of.rows:
        cells = rows[section, key]["cells"]
        columns = [it["key"] for it in sections[section]["columns"] if it["is"] == "value"]
        for column in columns:
            place = f"{section}.{key}.{column}"
            cell = cells.get(column)
            text = cell["text"] if cell and cell["state"] == "value" else ""
            if text or column in texts:
                shown = f"{section} {code} {column}"
                found.append(_compare(of, place, shown, label, texts.get(column, ""), text))
    return found + [_of_text(of, it, sections, rows) for it in of.texts]


def _of_text(of: Printed, said: Json, sections: Json, rows: Mapping[Any, Any]) -> Compared:
    """A number of the report's words."""
    cell, printed_ = said["cell"], said["printed"] or ""
    if cell is None:
        return Compared("", said["label"], printed_, "", "outside")
    section, _, rest = cell.partition(".")
    if not rest:  # in a text of the form
        there = "".join(said["words"].split()) in "".join(sections[section]["text"].split())
        return _compare(of, cell, section, said["label"], printed_, printed_ if there else "")
    row, _, column = rest.partition(".")
    found = rows[section, row]["cells"][column or "value"]
    text = found["text"] if found["state"] == "value" else ""
    return _compare(of, cell, cell, said["label"], printed_, text)


def _compare(
    of: Printed, place: str, shown: str, label: str, text: str, computed: str
) -> Compared:  # fmt: skip
    same = text == computed or (number(text) is not None and number(text) == number(computed))
    why = of.otherwise.get(place, "")
    state: State = "equal" if same else "differs" if text else "blank"
    return Compared(shown, label, text, computed, state, "" if same else why)


def _told(text: str | None) -> dict[str, Any] | None:
    if not text:
        return None
    value = number(text)
    return {"text": text} if value is None else {"value": value}


def _of_words(said: Json) -> dict[str, Any] | None:
    return {"value": said["stated"]} if "stated" in said else _told(said["printed"])


def _level(plan: Plan) -> str:
    return plan.unit_level[0] if plan.unit_level else ""


def _note(line: Any, texts: Json) -> dict[str, str]:
    """What the report notes in the row, unless the form itself says it."""
    note = texts.get("ghi_chu")
    return {"note": note} if note and isinstance(line, Line) and not line.notes else {}


def places(found: Iterable[Compared], state: State) -> list[Compared]:
    """Those in a state."""
    return [it for it in found if it.state == state]
