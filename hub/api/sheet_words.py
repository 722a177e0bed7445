"""What workbooks of figures and lists say, in Vietnamese or English.

They are written in Vietnamese, by sentences that know what they are made of. Only these are put
into English when a workbook is finished: what is registered or was sent stays as it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Annotated, Literal

from fastapi import Query

from hub.api.sheet_words_en import ENGLISH
from hub.reports.render.table import Row, Table, Value
from hub.reports.render.table_book import table_book
from hub.store.stopping import check

Language = Literal["vi", "en"]
Lang = Annotated[Language, Query(description="Of a workbook's words")]


class Told(str):
    """A sentence in Vietnamese; `template` and `values` make it in English."""

    template: str
    values: Mapping[str, Value]


def vi(vietnamese: str, **values: Value) -> Told:
    """A sentence with "{name}" for each value; one of those of `sheet_words_en`."""
    made = Told(vietnamese.format_map(values))
    made.template, made.values = vietnamese, values
    return made


def joined(parts: Iterable[str], between: Literal[", ", "; "]) -> str:
    """Parts one after the other; nothing of none."""
    found = list(parts)
    template = "{a}" + between + "{b}"
    return reduce(lambda a, b: vi(template, a=a, b=b), found) if found else ""


def english(value: Value) -> Value:
    """A sentence in English; what is none stays as it is."""
    if not isinstance(value, Told):
        return value
    values = {name: english(it) for name, it in value.values.items()}
    return ENGLISH[value.template].format_map(values)


def book_in(lang: Language, table: Table, rows: Iterable[Row]) -> bytes:
    """A workbook in a language."""
    if lang == "vi":
        return table_book(table, rows, check)
    columns = [it._replace(label=_text(it.label), over=_text(it.over)) for it in table.columns]
    total = table.total and [english(it) for it in table.total]
    titles = [_text(it) for it in table.titles]
    table = table._replace(name=_text(table.name), titles=titles, columns=columns, total=total)
    return table_book(table, _in_english(rows), check)


def _in_english(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        yield row._replace(cells=[english(it) for it in row.cells])


def _text(text: str) -> str:
    return str(english(text))
