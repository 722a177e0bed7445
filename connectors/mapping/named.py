"""The columns that a document names: what is read, and nothing else."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from connectors.mapping.document import Document
from connectors.mapping.facts import Fact
from connectors.mapping.read_row import PARENT
from connectors.mapping.reads import Sql
from connectors.mapping.tokens import lists_of, references, tokens
from connectors.mapping.values import columns_of


class Named(NamedTuple):
    """Columns and paths, each once, in the order in which the document names them."""

    row: tuple[str, ...]
    """Of a row itself."""
    children: Mapping[str, tuple[str, ...]]
    """Of its children, by the name of their list."""


def named_by(document: Document) -> Named:
    """What a document's `dossier` and `facts` name. Keys and cursors of `read` are not among it."""
    row: dict[str, None] = {}
    children: dict[str, dict[str, None]] = {}
    spec = document.dossier
    for name in (*columns_of(spec.unit), *columns_of(spec.subject), *_of(spec.none_when)):
        row[name] = None
    for _, _, fact in document.all_facts():
        own = row if fact.each is None else children.setdefault(fact.each, {})
        for name in _of_fact(fact):
            if fact.each is not None and name.startswith(PARENT):
                row[name.removeprefix(PARENT)] = None
            else:
                own[name] = None
    lists = set(document.read.children if isinstance(document.read, Sql) else ())
    lists |= {name for text in _conditions(document) for name in lists_of(text)}
    for name in list(row):  # a condition may go through children
        table, _, column = name.partition(".")
        if table in lists:
            del row[name]
            children.setdefault(table, {}).update({column: None} if column else {})
    return Named(tuple(row), {table: tuple(names) for table, names in children.items()})


def _conditions(document: Document) -> Iterator[str]:
    """Those about rows themselves."""
    yield document.dossier.none_when or ""
    for _, _, fact in document.all_facts():
        if fact.each is None:
            yield fact.when or ""


def _of_fact(fact: Fact) -> Iterator[str]:
    yield from fact.key or ()
    yield from _of(fact.when)
    for value in (fact.at, *fact.attributes().values()):
        if value is not None:
            yield from columns_of(value)


def _of(condition: str | None) -> Iterator[str]:
    """The columns of a condition; of a wrong one, none: it is told of where it is compiled."""
    try:
        found = list(references(tokens(condition or "")))
    except ValueError:
        return
    for it in found:
        yield PARENT + it.column if it.of_parent else it.column
