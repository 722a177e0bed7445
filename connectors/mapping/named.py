"""The columns that a document names: what is read, and nothing else."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from connectors.mapping.document import Document
from connectors.mapping.facts import Fact
from connectors.mapping.read_row import PARENT
from connectors.mapping.reads import Sql
from connectors.mapping.tokens import lists_of, references, tokens
from connectors.mapping.values import Constant, From, ValueSpec
from hub.core.yaml_text import Where


class Use(NamedTuple):
    """A place of a document that names a column."""

    where: Where
    list: str | None
    """The list of children that the column is of; None: of the row."""
    column: str
    """Empty: the list itself."""
    in_condition: bool = False

    @property
    def path(self) -> str:
        """The column as a source lists it: `child.column` of children."""
        return ".".join(filter(None, (self.list, self.column)))


class Named(NamedTuple):
    """Columns and paths, each once, in the order in which the document names them."""

    row: tuple[str, ...]
    """Of a row itself."""
    children: Mapping[str, tuple[str, ...]]
    """Of its children, by the name of their list."""


def named_by(document: Document) -> Named:
    """What a document's `dossier` and `facts` name. Keys and cursors of `read` are not among it."""
    row: dict[str, None] = {}
    children: dict[str, dict[str, None]] = {
        fact.each: {} for _, _, fact in document.all_facts() if fact.each is not None
    }
    for use in uses_of(document):
        if use.list is None:
            row[use.column] = None
        else:
            children.setdefault(use.list, {}).update({use.column: None} if use.column else {})
    return Named(tuple(row), {table: tuple(names) for table, names in children.items()})


def uses_of(document: Document) -> Iterator[Use]:
    """Every place of `dossier` and `facts` that names a column."""
    lists = set(document.read.children if isinstance(document.read, Sql) else ())
    lists |= {name for text in _conditions(document) for name in lists_of(text)}
    for use in _uses(document):
        table, _, column = use.column.partition(".")
        if use.list is None and table in lists:  # a condition may go through children
            yield use._replace(list=table, column=column)
        else:
            yield use


def read_uses_of(document: Document) -> Iterator[Use]:
    """Every place of `read` that names a column: keys, the cursor, children's parents."""
    read = document.read
    for name in read.key or ():
        yield Use(("read", "key"), None, name)
    if isinstance(read, Sql):
        if read.cursor is not None:
            yield Use(("read", "cursor"), None, read.cursor)
        for table, child in read.children.items():
            for key, names in (("on", child.on), ("key", child.key)):
                for name in names:
                    yield Use(("read", "children", table, key), table, name)


def _uses(document: Document) -> Iterator[Use]:
    spec = document.dossier
    for key, value in (("unit", spec.unit), ("subject", spec.subject)):
        for where, name in _placed(("dossier", key), value):
            yield Use(where, None, name)
    for name in _of(spec.none_when):
        yield Use(("dossier", "none_when"), None, name, True)
    for kind, number, fact in document.all_facts():
        for use in _of_fact(fact, ("facts", kind, number)):
            if fact.each is not None and use.column.startswith(PARENT):
                yield use._replace(list=None, column=use.column.removeprefix(PARENT))
            else:
                yield use


def _conditions(document: Document) -> Iterator[str]:
    """The conditions about rows themselves."""
    yield document.dossier.none_when or ""
    for _, _, fact in document.all_facts():
        if fact.each is None:
            yield fact.when or ""


def _of_fact(fact: Fact, where: Where) -> Iterator[Use]:
    for name in fact.key or ():
        yield Use((*where, "key"), fact.each, name)
    for name in _of(fact.when):
        yield Use((*where, "when"), fact.each, name, True)
    for key, value in (("at", fact.at), *fact.attributes().items()):
        if value is not None:
            for place, name in _placed((*where, key), value):
                yield Use(place, fact.each, name)


def _placed(where: Where, value: ValueSpec) -> Iterator[tuple[Where, str]]:
    """The columns of a value, each with its place."""
    match value:
        case str():
            yield where, value
        case tuple():
            for number, part in enumerate(value):
                yield from _placed((*where, number), part)
        case From():
            yield from _placed((*where, "from"), value.from_)
        case Constant():
            pass


def _of(condition: str | None) -> Iterator[str]:
    """The columns of a condition; of a wrong one, none: it is told of where it is compiled."""
    try:
        found = list(references(tokens(condition or "")))
    except ValueError:
        return
    for it in found:
        yield PARENT + it.column if it.of_parent else it.column
