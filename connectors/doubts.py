"""What a document says that some rows make doubtful: it can be so, and is seldom meant."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connectors.mapping import Document
from connectors.mapping.named import Use, uses_of
from connectors.mapping.read_row import PARENT, Environment, reader
from connectors.mapping.reads import Kafka, Rest, Sql
from connectors.mapping.tokens import Compared, texts_compared
from connectors.mapping.values import columns_of
from connectors.port import Fault, Row, Wanted
from hub.core.yaml_text import Where

_MIDNIGHT = "T00:00:00"
_MORNING = range(5, 12)
"""Hours."""
_ENOUGH = 10
"""Rows of which some are received in the morning, if all is right."""


class Doubts:
    """Looks at rows and what they become. Remembers names and numbers, and no value."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._rows = self._accepted = 0
        uses: dict[tuple[str | None, str], Use] = {}
        for use in uses_of(document):
            uses.setdefault((use.list, use.column), use)
        self._uses = uses
        self._readers = {at: reader(at[1], each=None) for at in uses if at[1]}
        self._given: set[tuple[str | None, str]] = set()
        self._lists: set[str] = set()
        self._of_row: set[str] = set()
        self._stated: set[Where] = set()
        self._due: dict[Where, bool] = {}
        """Whether all due times of a fact are midnight."""
        self._hours: list[int] = []
        """At which hours of the day, in the document's zone, dossiers were received."""
        self._zone = ZoneInfo(document.zone)
        self._compared = list(_compared(document))
        self._numbers: dict[tuple[Where, str], bool] = {}
        """Whether all values that a condition compares with a text are numbers."""

    def see(self, row: Row, becomes: Wanted | tuple[Fault, ...]) -> None:
        """Look at one more row."""
        self._rows += 1
        for at, read in self._readers.items():
            for values in _of(row.values, at[0]):
                if read(values) is not None:
                    self._given.add(at)
            if at[0] is not None and read(row.values) is not None:
                self._of_row.add(at[1])
        self._lists.update(at[0] for at in self._uses if at[0] and any(_of(row.values, at[0])))
        self._see_conditions(row.values)
        if isinstance(becomes, Wanted):
            self._accepted += 1
            for fact in becomes.facts:
                where = _where(fact.slot)
                self._stated.add(where)
                if fact.kind == "received" and fact.time is not None:
                    moment = datetime.fromtimestamp(fact.time / 1_000_000, self._zone)
                    self._hours.append(moment.hour)
                if due := fact.data.get("due_at"):
                    self._due[where] = self._due.get(where, True) and _MIDNIGHT in due

    def _see_conditions(self, values: Mapping[str, Any]) -> None:
        for where, each, it in self._compared:
            read = reader(PARENT + it.column if it.of_parent else it.column, each=each)
            envs: Sequence[Environment] = (
                [values] if each is None else [(child, values) for child in _of(values, each)]
            )
            for env in envs:
                if (value := read(env)) is not None:
                    is_number = type(value) in (int, float, Decimal)  # yes or no is none
                    at = where, it.column
                    self._numbers[at] = self._numbers.get(at, True) and is_number

    def told(self) -> list[tuple[Where, str]]:
        """What is doubtful: where, and why."""
        found = [*_of_cursor(self._document), *_of_numbers(self._document)]
        if self._rows:
            found += [
                *self._of_columns(),
                *self._of_conditions(),
                *self._of_due_times(),
                *self._of_epochs(),
            ]
        return found

    def _of_columns(self) -> Iterator[tuple[Where, str]]:
        empty = set()
        for (name, column), use in self._uses.items():
            if name is not None and name not in self._lists:
                if name not in empty:
                    yield use.where, f"no row of {self._rows} has children `{name}`"
                empty.add(name)
            elif column and (name, column) not in self._given:
                hint = ""
                if name is not None and column in self._of_row:
                    hint = f"; that of the row around the child is written `{PARENT}{column}`"
                yield use.where, f"no row of {self._rows} gives `{use.path}`{hint}"

    def _of_conditions(self) -> Iterator[tuple[Where, str]]:
        for (where, column), are_numbers in self._numbers.items():
            if are_numbers:
                says = "with a text, and in all rows it is a number; write a number without quotes"
                yield where, f"compares `{column}` {says}"
        for kind, number, fact in self._document.all_facts():
            where = ("facts", kind, number)
            if fact.when is not None and where not in self._stated and self._accepted:
                says = f"no row of {self._accepted} states `{kind}`; does this ever hold?"
                yield (*where, "when"), says

    def _of_due_times(self) -> Iterator[tuple[Where, str]]:
        says = (
            "is 00:00 in all rows: the first moment of the day; if the source tells days alone, "
            "write {from: COLUMN, end_of_day: true}"
        )
        for where, is_midnight in self._due.items():
            if is_midnight:
                yield (*where, "due_at"), says

    def _of_epochs(self) -> Iterator[tuple[Where, str]]:
        """Numbers that count local time, taken for UTC, are hours later: no morning is left."""
        read = self._document.read
        numbers = [it for it in read.times if it.startswith("epoch-") and not it.endswith("-local")]
        if not isinstance(read, Kafka) or read.shape != "debezium" or not numbers:
            return
        is_odd = not any(hour in _MORNING for hour in self._hours)
        if len(self._hours) >= _ENOUGH and is_odd:
            says = (
                f"no dossier of {len(self._hours)} is received in the morning; a column without a "
                f"time zone counts in the zone of its database: write {numbers[0]}-local"
            )
            yield ("read", "times"), says


def _of_numbers(document: Document) -> Iterator[tuple[Where, str]]:
    read = document.read
    if isinstance(read, Rest) and read.page is not None and read.page.by == "number":
        says = (
            "by number, items that vanish while pages are read hide others until the next sweep; "
            "if the service can page by offset, cursor or link, write that"
        )
        yield ("read", "page", "by"), says


def _where(slot: str) -> Where:
    """The fact that a slot is of: `resolved-2.17` is the second of `resolved`."""
    kind, _, number = slot.partition(".")[0].partition("-")
    return ("facts", kind, int(number or 1) - 1)


def _of(values: Mapping[str, Any], name: str | None) -> Iterator[Mapping[str, Any]]:
    """A row's values, or those of its children of a list."""
    if name is None:
        yield values
        return
    found = reader(name, each=None)(values)
    for child in found if isinstance(found, list | tuple) else [found]:
        if isinstance(child, Mapping):
            yield child


def _compared(document: Document) -> Iterator[tuple[Where, str | None, Compared]]:
    """The columns that conditions compare with texts that are no numbers."""
    conditions: list[tuple[Where, str | None, str | None]] = [
        (("dossier", "none_when"), None, document.dossier.none_when)
    ]
    for kind, number, fact in document.all_facts():
        conditions.append((("facts", kind, number, "when"), fact.each, fact.when))
    for where, each, text in conditions:
        for it in texts_compared(text or ""):
            if not any(map(_is_number, it.with_texts)):
                yield where, each, it


def _is_number(text: str) -> bool:
    return text.strip().lstrip("+-").replace(".", "", 1).isdigit()


def _of_cursor(document: Document) -> Iterator[tuple[Where, str]]:
    read = document.read
    if not isinstance(read, Sql) or read.cursor is None:
        return
    for kind, _, fact in document.all_facts():
        columns = () if fact.at is None or fact.each is not None else tuple(columns_of(fact.at))
        if columns[:1] == (read.cursor,):
            says = (
                f"is also the time of `{kind}`; a cursor grows with every change of a row, else "
                "later changes wait for the next sweep"
            )
            yield ("read", "cursor"), says
            return
